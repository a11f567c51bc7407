"""What a deployer may choose, and the conditions that follow from it."""

from typing import NamedTuple

from troposphere import Equals, Not, Parameter, Ref, Template

from generator.parameters import add_groups, author, choice, environment_suffix, repository

API_LOGGING_ON = "ApiLoggingOn"
HAS_BOUNDARY = "HasPermissionsBoundary"

# What CloudWatch Logs accepts, from a day to ten years (PutRetentionPolicy).
RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180),
    *(365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653),
)


class Parameters(NamedTuple):
    """The parameters of the service, in the order in which a console asks for them."""

    environment_suffix: Parameter
    repository: Parameter
    author: Parameter
    throttling_rate_limit: Parameter
    throttling_burst_limit: Parameter
    api_logging: Parameter
    log_level: Parameter
    log_retention_days: Parameter
    permissions_boundary_arn: Parameter


def build_parameters() -> Parameters:
    """Every parameter has a default, so that a first deploy asks for nothing."""
    return Parameters(
        environment_suffix(),
        repository(),
        author(),
        _limit("ThrottlingRateLimit", 100, 10_000, "Requests a second that the stage lets in."),
        _limit("ThrottlingBurstLimit", 200, 5_000, "Requests at once that the stage lets in."),
        choice(
            "ApiLogging",
            ("on", "off"),
            "Access and execution logs of the API, together: both need the CloudWatch role that "
            "the bootstrap template gives API Gateway.",
        ),
        choice(
            "LogLevel",
            ("INFO", "TRACE", "DEBUG", "WARN", "ERROR", "FATAL"),
            "What the function logs; health checks are logged at DEBUG.",
        ),
        Parameter(
            "LogRetentionDays",
            Type="Number",
            Description="Days that every log group keeps its events.",
            Default=365,
            AllowedValues=list(RETENTION_DAYS),
            ConstraintDescription="a retention that CloudWatch Logs knows, from 1 to 3653 days",
        ),
        Parameter(
            "PermissionsBoundaryArn",
            Type="String",
            Description="A policy that bounds the function's role; empty for none.",
            Default="",
            AllowedPattern=r"^$|^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/.+$",
            ConstraintDescription="empty, or the ARN of an IAM policy",
        ),
    )


def _limit(name: str, default: int, highest: int, description: str) -> Parameter:
    return Parameter(
        name,
        Type="Number",
        Description=description,
        Default=default,
        MinValue=1,
        MaxValue=highest,
        ConstraintDescription=f"a number from 1 to {highest}",
    )


def add_parameters(template: Template, parameters: Parameters) -> None:
    """Put them into the template, with the conditions that follow from them."""
    add_groups(
        template,
        {
            "Whose it is": parameters[:3],
            "How much it serves": parameters[3:5],
            "What it logs": parameters[5:8],
            "What bounds it": parameters[8:],
        },
    )
    template.add_condition(API_LOGGING_ON, Equals(Ref(parameters.api_logging), "on"))
    boundary = Ref(parameters.permissions_boundary_arn)
    template.add_condition(HAS_BOUNDARY, Not(Equals(boundary, "")))
