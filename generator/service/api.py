"""The REST API: two resources; the function answers GET, and any other method by 405."""

from typing import NamedTuple

from troposphere import GetAtt, If, Ref, Sub
from troposphere.apigateway import (
    EndpointConfiguration,
    Integration,
    Method,
    Resource,
    RestApi,
)
from troposphere.awslambda import Alias

from generator.metadata import Skip, context, tags
from generator.service.conditions import CALLERS_ARE_SIGNED, HAS_DOMAIN
from generator.service.parameters import Parameters
from generator.settings import API_NAME, PATHS, Settings

_WHO_MAY_GET = {
    "MyResource": (
        "Public by default; Callers=iam asks for a signature, AllowedNetworks for an address, "
        "which the function looks at."
    ),
    "Health": (
        "Always open: Route 53's checkers sign nothing and come from networks of AWS. It tells "
        "region, version and health only."
    ),
}
_OPEN = {"MyResource": "as Callers says", "Health": "Route 53 signs nothing"}


class Route(NamedTuple):
    """A path, and what answers every method there."""

    resource: Resource
    method: Method


def build_api(settings: Settings, parameters: Parameters) -> RestApi:
    """Regional, for a copy stands in each region; IPv4 and IPv6; modern TLS only."""
    return RestApi(
        "Api",
        Metadata=context(
            "STRICT lets nobody in by another host name or TLS version. With a domain the "
            "execute-api endpoint is closed: nobody passes the switch by.",
            "the name stays MultiRegionService in every environment",
        ),
        Name=API_NAME,
        Description="Says which region answered.",
        EndpointConfiguration=EndpointConfiguration(Types=["REGIONAL"], IpAddressType="dualstack"),
        SecurityPolicy=settings.tls_policy,
        EndpointAccessMode="STRICT",
        DisableExecuteApiEndpoint=If(HAS_DOMAIN, True, False),
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
    # The function answers 405 to all but GET. Mocks that did, without an invocation, would take a
    # method for each path and a gateway response: 1,900 of the bytes that a template may have.
    method = Method(
        f"{title}Any",
        Metadata=context(_WHO_MAY_GET[title], skips=(Skip("CKV_AWS_59", _OPEN[title]),)),
        RestApiId=Ref(api),
        ResourceId=Ref(resource),
        HttpMethod="ANY",
        AuthorizationType=_authorization(title),
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
    return Route(resource, method)


def _authorization(title: str) -> str | If:
    """/health is never closed: a health check that is refused would take the region out."""
    return "NONE" if title == "Health" else If(CALLERS_ARE_SIGNED, "AWS_IAM", "NONE")
