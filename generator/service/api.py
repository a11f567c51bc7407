"""The REST API: two resources, GET by the function, any other method 405."""

from typing import NamedTuple

from troposphere import GetAtt, Ref, Sub
from troposphere.apigateway import (
    EndpointConfiguration,
    Integration,
    IntegrationResponse,
    Method,
    MethodResponse,
    Resource,
    RestApi,
)
from troposphere.awslambda import Alias

from generator.metadata import context, tags
from generator.service.parameters import Parameters
from generator.service.responses import static_headers
from generator.settings import API_NAME, PATHS, SECURITY_HEADERS, Settings


class Route(NamedTuple):
    """A path, its GET, and what answers every other method there."""

    resource: Resource
    get: Method
    other: Method


def build_api(settings: Settings, parameters: Parameters) -> RestApi:
    """Regional, for a copy stands in each region; IPv4 and IPv6; modern TLS only."""
    return RestApi(
        "Api",
        Metadata=context(
            "The regional API. REGIONAL since every region has one; dualstack for IPv6 callers; "
            "STRICT lets nobody in by a host name or TLS version other than the API's own.",
            "the name stays MultiRegionService in every environment",
        ),
        Name=API_NAME,
        Description="Says which region answered.",
        EndpointConfiguration=EndpointConfiguration(Types=["REGIONAL"], IpAddressType="dualstack"),
        SecurityPolicy=settings.tls_policy,
        EndpointAccessMode="STRICT",
        Tags=tags(parameters),
    )


def build_routes(settings: Settings, api: RestApi, alias: Alias) -> tuple[Route, ...]:
    """A route for each path of the settings."""
    return tuple(
        _route(settings, api, alias, title=title, path=path) for title, path in PATHS.items()
    )


def _route(settings: Settings, api: RestApi, alias: Alias, *, title: str, path: str) -> Route:
    resource = Resource(
        title,
        Metadata=context(f"The path /{path}."),
        RestApiId=Ref(api),
        ParentId=GetAtt(api, "RootResourceId"),
        PathPart=path,
    )
    get = Method(
        f"{title}Get",
        Metadata=context(f"GET /{path} is public by design: the function answers it."),
        RestApiId=Ref(api),
        ResourceId=Ref(resource),
        HttpMethod="GET",
        AuthorizationType="NONE",
        Integration=Integration(
            Type="AWS_PROXY",
            IntegrationHttpMethod="POST",
            Uri=Sub(
                "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
                f"${{{alias.title}}}/invocations"
            ),
            TimeoutInMillis=settings.integration_timeout_milliseconds,
        ),
    )
    return Route(resource, get, _not_allowed(api, resource, title=title, path=path))


def _not_allowed(api: RestApi, resource: Resource, *, title: str, path: str) -> Method:
    headers = {**SECURITY_HEADERS, "Allow": "GET"}
    return Method(
        f"{title}Any",
        Metadata=context(
            f"Any other method on /{path} is 405 with Allow, where API Gateway alone says 403; a "
            "mock, so it costs no invocation."
        ),
        RestApiId=Ref(api),
        ResourceId=Ref(resource),
        HttpMethod="ANY",
        AuthorizationType="NONE",
        Integration=_refusal(headers),
        MethodResponses=[
            MethodResponse(
                StatusCode="405",
                ResponseParameters={f"method.response.header.{name}": True for name in headers},
            )
        ],
    )


def _refusal(headers: dict[str, str]) -> Integration:
    """Answers 405 whatever comes; API Gateway sends here what has a JSON body or none."""
    body = '{"message": "Method not allowed", "requestId": "$context.requestId"}'
    answer = IntegrationResponse(
        StatusCode="405",
        ResponseParameters=static_headers("method.response", headers),
        ResponseTemplates={"application/json": body},
    )
    return Integration(
        Type="MOCK",
        PassthroughBehavior="NEVER",
        RequestTemplates={"application/json": '{"statusCode": 405}'},
        IntegrationResponses=[answer],
    )
