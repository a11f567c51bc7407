"""The function, its published version and the alias that the API calls."""

from typing import NamedTuple

from troposphere import GetAtt, If, Join, NoValue, Ref, Sub, awslambda
from troposphere.iam import Role
from troposphere.kms import Key

from generator.hashing import hashed_title
from generator.metadata import Skip, context, tags
from generator.service.conditions import HAS_CUSTOMER_KEY, IS_MONITORED
from generator.service.logs import LogGroup
from generator.service.parameters import Parameters
from generator.service.source import to_inline
from generator.settings import METRICS_NAMESPACE, Settings

# Of the function and not of a version: these may change without a new version.
UNVERSIONED = frozenset({"RecursiveLoop", "Tags"})


class LoggingConfig(awslambda.LoggingConfig):
    """troposphere 4.11 lost LogFormat: another resource's class of the same name came later."""

    props = {  # noqa: RUF012 - troposphere declares it as an instance's
        **awslambda.LoggingConfig.props,
        "LogFormat": (str, False),
    }


class Compute(NamedTuple):
    """The function and the two steps by which a change of it reaches callers."""

    function: awslambda.Function
    version: awslambda.Version
    alias: awslambda.Alias


def build_compute(
    settings: Settings, parameters: Parameters, *, logs: LogGroup, key: Key, role: Role, source: str
) -> Compute:
    """The function with the source as its inline code, published as `live`."""
    function = _function(settings, parameters, logs=logs, key=key, role=role, source=source)
    version = awslambda.Version(
        hashed_title("FunctionVersion", [function], ignore=UNVERSIONED),
        Metadata=context(
            "A snapshot of the function, whose hash is in the logical id, so that a change is "
            "published. The old one is deleted once nothing can roll back to it.",
            "the description holds what the function takes from parameters, and no more: a change "
            "replaces the version",
        ),
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
        FunctionName=Ref(function),
        Description=Sub(
            "${EnvironmentSuffix}, ${Encryption}, ${Metrics}, ${AllowedNetworks}",
            Metrics=If(IS_MONITORED, "metrics", "no metrics"),
        ),
    )
    alias = awslambda.Alias(
        "LiveAlias",
        Metadata=context("What the API calls; it moves to a new version at once."),
        Name="live",
        FunctionName=Ref(function),
        FunctionVersion=GetAtt(version, "Version"),
    )
    return Compute(function, version, alias)


def _function(
    settings: Settings, parameters: Parameters, *, logs: LogGroup, key: Key, role: Role, source: str
) -> awslambda.Function:
    return awslambda.Function(
        "Function",
        Metadata=context(
            "The code is inline, so that an auditor reads it and no region needs a bucket.",
            "it looks at AllowedNetworks: a resource policy is served by a new deployment only, "
            "which no parameter makes",
            skips=(
                Skip("CKV_AWS_115", "the stage's throttle bounds it"),
                Skip("CKV_AWS_116", "API Gateway calls synchronously"),
                Skip("CKV_AWS_117", "it reaches nothing inside a VPC"),
                Skip("CKV_AWS_173", "as Encryption says"),
                Skip("WS1004", "LoggingConfig names the group"),
            ),
        ),
        Runtime=settings.runtime,
        Architectures=["arm64"],
        Handler="index.handler",
        Code=awslambda.Code(ZipFile=Join("\n", to_inline(source))),
        MemorySize=settings.memory_mb,
        Timeout=settings.function_timeout_seconds,
        Role=GetAtt(role, "Arn"),
        Environment=awslambda.Environment(
            Variables={
                "ALLOWED_NETWORKS": Ref(parameters.allowed_networks),
                "ENVIRONMENT": Ref(parameters.environment_suffix),
                # Each metric is billed: there are none where nobody watches.
                "METRICS_NAMESPACE": If(IS_MONITORED, METRICS_NAMESPACE, NoValue),
            }
        ),
        KmsKeyArn=If(HAS_CUSTOMER_KEY, GetAtt(key, "Arn"), NoValue),
        LoggingConfig=LoggingConfig(
            LogFormat="JSON",
            ApplicationLogLevel=settings.log_level,
            SystemLogLevel="WARN",
            LogGroup=logs.name(),
        ),
        TracingConfig=awslambda.TracingConfig(Mode="Active"),
        RecursiveLoop="Terminate",
        Tags=tags(parameters),
    )
