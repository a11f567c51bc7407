"""The function, its published version and the alias that the API calls."""

from typing import NamedTuple

from troposphere import GetAtt, Join, Ref, Sub, awslambda
from troposphere.iam import Role

from generator.hashing import hashed_title
from generator.metadata import context, tags
from generator.service.logs import Logs
from generator.service.parameters import Parameters
from generator.settings import Settings

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
    settings: Settings, parameters: Parameters, *, logs: Logs, role: Role, source: str
) -> Compute:
    """The function with the source as its inline code, published as `live`."""
    function = _function(settings, parameters, logs=logs, role=role, source=source)
    version = awslambda.Version(
        hashed_title("FunctionVersion", [function], ignore=UNVERSIONED),
        Metadata=context(
            "A snapshot of the function; its logical id is a hash of what it holds, so a change "
            "publishes a new one. A failed update rolls back before the old one is deleted, so "
            "Delete costs no rollback and a destroy leaves nothing.",
            "the description names the parameters that the function uses: a change of it is a "
            "replacement, so that their change is published too",
        ),
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
        FunctionName=Ref(function),
        Description=Sub("${EnvironmentSuffix}, log level ${LogLevel}"),
    )
    alias = awslambda.Alias(
        "LiveAlias",
        Metadata=context("What the API calls: it moves to a new version at once or not at all."),
        Name="live",
        FunctionName=Ref(function),
        FunctionVersion=GetAtt(version, "Version"),
    )
    return Compute(function, version, alias)


def _function(
    settings: Settings, parameters: Parameters, *, logs: Logs, role: Role, source: str
) -> awslambda.Function:
    return awslambda.Function(
        "Function",
        Metadata=context(
            "Answers GET /myresource and GET /health. The code is inline, so that an auditor "
            "reads it here and no region needs a bucket.",
            "API Gateway calls synchronously: a dead letter queue would never be used",
            "no VPC: it reaches nothing inside one",
        ),
        Description="Answers GET /myresource and GET /health with the region that it runs in.",
        Runtime=settings.runtime,
        Architectures=["arm64"],
        Handler="index.handler",
        Code=awslambda.Code(ZipFile=Join("\n", source.splitlines())),
        MemorySize=settings.memory_mb,
        Timeout=settings.function_timeout_seconds,
        Role=GetAtt(role, "Arn"),
        Environment=awslambda.Environment(
            Variables={"ENVIRONMENT": Ref(parameters.environment_suffix)}
        ),
        LoggingConfig=LoggingConfig(
            LogFormat="JSON",
            ApplicationLogLevel=Ref(parameters.log_level),
            SystemLogLevel="WARN",
            LogGroup=Ref(logs.function),
        ),
        TracingConfig=awslambda.TracingConfig(Mode="Active"),
        RecursiveLoop="Terminate",
        Tags=tags(parameters),
    )
