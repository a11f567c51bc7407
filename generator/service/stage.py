"""What makes the API callable: a deployment of it, and the stage that serves it."""

import json
from collections.abc import Sequence
from typing import NamedTuple

from troposphere import AWSObject, If, Join, NoValue, Ref, Sub
from troposphere.apigateway import AccessLogSetting, Deployment, MethodSetting, RestApi, Stage

from generator.hashing import hashed_title
from generator.metadata import Skip, context, tags
from generator.service.conditions import (
    API_LOGGING_ON,
    CALLERS_ARE_ANYONE,
    CALLERS_ARE_SIGNED,
    HAS_DOMAIN,
)
from generator.service.logs import LogGroup
from generator.service.parameters import Parameters
from generator.settings import STAGE_NAME

# What API Gateway fills into a line of the access log; no query strings and no headers, since
# those may hold what belongs to a person.
_ACCESS_FIELDS = {
    "requestId": "requestId",
    "extendedRequestId": "extendedRequestId",
    "functionRequestId": "integration.requestId",
    "traceId": "xrayTraceId",
    "time": "requestTimeEpoch",
    "sourceIp": "identity.sourceIp",
    "userAgent": "identity.userAgent",
    "domainName": "domainName",
    "tlsVersion": "tlsVersion",
    "method": "httpMethod",
    "path": "path",
    "resourcePath": "resourcePath",
    "status": "status",
    "responseLength": "responseLength",
    "responseLatency": "responseLatency",
    "integrationLatency": "integration.latency",
    "integrationStatus": "integration.status",
    "integrationError": "integration.error",
    "errorType": "error.responseType",
    "errorMessage": "error.message",
}


class Publication(NamedTuple):
    """The snapshot of the API, for signed or for all callers, and the stage that points at it."""

    open_deployment: Deployment
    signed_deployment: Deployment
    stage: Stage


def build_publication(
    parameters: Parameters,
    *,
    api: RestApi,
    parts: Sequence[AWSObject],
    access_logs: LogGroup,
    execution_logs: LogGroup,
) -> Publication:
    """The API and its parts as they are now, served as the stage.

    A change of Callers changes methods but no logical id, and would never be served. Each of its
    values has a deployment of its own: the one that the stack had not is made, after the methods
    have changed, and the stage goes over to it. What else a parameter changes must not be in the
    snapshot: DisableExecuteApiEndpoint asks for a change of the stage only (API Gateway developer
    guide, "Updates to REST APIs that require redeployment"), and a resource policy for
    AllowedNetworks, whose values have no end, could never be served in time.
    """
    open_deployment = _deployment("", CALLERS_ARE_ANYONE, api, parts)
    open_deployment.Metadata = context(
        "A snapshot of the API; a hash of that is in its logical id, so that a change is served.",
        "DependsOn every part: what comes later is not in the snapshot",
    )
    signed_deployment = _deployment("Signed", CALLERS_ARE_SIGNED, api, parts)
    signed_deployment.Metadata = context(
        "The other, if callers sign: a value of Callers is in no hash, so each has its own."
    )
    called = If(HAS_DOMAIN, "called by domain name", "called as execute-api")
    stage = Stage(
        "Stage",
        Metadata=context(
            "Throttling bounds what the public can cost; metrics of each method are billed.",
            "DataTraceEnabled stays false: it would log whole requests",
            skips=(
                Skip("CKV_AWS_76", "as ApiLogging says"),
                Skip("CKV_AWS_120", "an answer costs less than a cache"),
                Skip("ES2000", "as ApiLogging says"),
            ),
        ),
        RestApiId=Ref(api),
        DeploymentId=If(CALLERS_ARE_SIGNED, Ref(signed_deployment), Ref(open_deployment)),
        StageName=STAGE_NAME,
        # A change of the stage is what serves the endpoint's closing; and the stage waits for the
        # group, which DependsOn cannot name since a stack has one of two.
        Description=Join(", ", [called, execution_logs.name()]),
        TracingEnabled=True,
        AccessLogSetting=If(API_LOGGING_ON, _access_log(parameters, access_logs), NoValue),
        MethodSettings=[_every_method(parameters)],
        Tags=tags(parameters),
    )
    return Publication(open_deployment, signed_deployment, stage)


def _deployment(kind: str, condition: str, api: RestApi, parts: Sequence[AWSObject]) -> Deployment:
    return Deployment(
        hashed_title(f"{kind}Deployment", [api, *parts], ignore=frozenset({"Tags"})),
        Condition=condition,
        DependsOn=list(parts),
        RestApiId=Ref(api),
    )


def _every_method(parameters: Parameters) -> MethodSetting:
    return MethodSetting(
        HttpMethod="*",
        ResourcePath="/*",
        ThrottlingRateLimit=Ref(parameters.throttling_rate_limit),
        ThrottlingBurstLimit=Ref(parameters.throttling_rate_limit),
        LoggingLevel=If(API_LOGGING_ON, "ERROR", "OFF"),
        DataTraceEnabled=False,
        MetricsEnabled=False,
    )


def _access_log(parameters: Parameters, group: LogGroup) -> AccessLogSetting:
    """Region and environment as literals, so that merged logs can be told apart."""
    fields = {
        "region": "${AWS::Region}",
        "environment": f"${{{parameters.environment_suffix.title}}}",
        **{name: f"$context.{variable}" for name, variable in _ACCESS_FIELDS.items()},
    }
    return AccessLogSetting(
        DestinationArn=group.arn(), Format=Sub(json.dumps(fields, separators=(",", ":")))
    )
