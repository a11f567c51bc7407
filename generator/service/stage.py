"""What makes the API callable: a deployment of it, and the stage that serves it."""

import json
from collections.abc import Sequence
from typing import NamedTuple

from troposphere import AWSObject, GetAtt, If, NoValue, Ref, Sub
from troposphere.apigateway import AccessLogSetting, Deployment, MethodSetting, RestApi, Stage
from troposphere.logs import LogGroup

from generator.hashing import hashed_title
from generator.metadata import context, tags
from generator.service.parameters import API_LOGGING_ON, Parameters
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
    "protocol": "protocol",
    "tlsVersion": "tlsVersion",
    "cipherSuite": "cipherSuite",
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
    """The snapshot of the API and the stage that points at it."""

    deployment: Deployment
    stage: Stage


def build_publication(
    parameters: Parameters,
    *,
    api: RestApi,
    parts: Sequence[AWSObject],
    access_logs: LogGroup,
    execution_logs: LogGroup,
) -> Publication:
    """The API and its parts as they are now, served as the stage."""
    deployment = Deployment(
        hashed_title("Deployment", [api, *parts], ignore=frozenset({"Tags"})),
        Metadata=context(
            "A snapshot of the API; its logical id is a hash of the API's parts, so a change is "
            "deployed.",
            "DependsOn every method and gateway response: what comes later is not in the snapshot",
        ),
        DependsOn=list(parts),
        RestApiId=Ref(api),
    )
    stage = Stage(
        "Stage",
        Metadata=context(
            "The one stage, whatever the environment; throttling bounds what the public can "
            "cost. Per-method metrics are off, for they are billed.",
            "DataTraceEnabled stays false: it would log whole requests",
        ),
        DependsOn=[execution_logs],
        RestApiId=Ref(api),
        DeploymentId=Ref(deployment),
        StageName=STAGE_NAME,
        TracingEnabled=True,
        AccessLogSetting=If(API_LOGGING_ON, _access_log(parameters, access_logs), NoValue),
        MethodSettings=[_every_method(parameters)],
        Tags=tags(parameters),
    )
    return Publication(deployment, stage)


def _every_method(parameters: Parameters) -> MethodSetting:
    return MethodSetting(
        HttpMethod="*",
        ResourcePath="/*",
        ThrottlingRateLimit=Ref(parameters.throttling_rate_limit),
        ThrottlingBurstLimit=Ref(parameters.throttling_burst_limit),
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
    return AccessLogSetting(DestinationArn=GetAtt(group, "Arn"), Format=Sub(json.dumps(fields)))
