"""What a deployer may choose, and what the choices must be together."""

from typing import NamedTuple

from troposphere import And, Equals, Not, Or, Parameter, Ref, Template

from generator.parameters import author, choice, environment_suffix, repository
from generator.settings import TARGET_REGIONS

# What CloudWatch Logs accepts, from a day to ten years (PutRetentionPolicy).
RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180),
    *(365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653),
)

_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
# What they let through and is no network, such as 1::2::/3, lets nobody in.
_BYTE = "(25[0-5]|(2[0-4]|1[0-9]|[1-9])?[0-9])"
_IPV4 = rf"({_BYTE}\.){{3}}{_BYTE}/(3[0-2]|[12]?[0-9])"
_IPV6 = "[0-9a-f]{0,4}(:[0-9a-f]{0,4}){2,7}/(12[0-8]|(1[01]|[1-9])?[0-9])"
_NETWORK = f"({_IPV4}|{_IPV6})"
# The description of a Lambda version holds them beside three other words, in 256 characters.
NETWORKS_LENGTH = 200


class Parameters(NamedTuple):
    """The parameters of the service, in the order in which they are read."""

    environment_suffix: Parameter
    repository: Parameter
    author: Parameter
    domain_name: Parameter
    hosted_zone_id: Parameter
    traffic_state: Parameter
    callers: Parameter
    allowed_networks: Parameter
    throttling_rate_limit: Parameter
    api_logging: Parameter
    log_retention_days: Parameter
    encryption: Parameter
    permissions_boundary_arn: Parameter
    monitoring_region: Parameter
    alarm_email: Parameter


def build_parameters() -> Parameters:
    """Every parameter has a default, so that a first deploy asks for nothing."""
    return Parameters(
        environment_suffix(),
        repository(),
        author(),
        *_domain(),
        *_callers(),
        *_logs(),
        *_protection(),
        *_signals(),
    )


def _protection() -> tuple[Parameter, Parameter]:
    return (
        choice(
            "Encryption",
            ("aws", "customer"),
            "Logs and variables: by keys of AWS, or by one of this account, which is kept.",
        ),
        _text(
            "PermissionsBoundaryArn",
            "A policy that bounds the function's role; empty for none.",
            r"arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/.+",
            "the ARN of an IAM policy",
        ),
    )


def _domain() -> tuple[Parameter, Parameter, Parameter]:
    return (
        # The name of a certificate has 64 characters at most (ACM, RequestCertificate).
        _text(
            "DomainName",
            "The name that every region answers to; empty for none.",
            rf"({_LABEL}\.)+{_LABEL}",
            "a full name in small letters, of 64 characters at most",
            longest=64,
        ),
        _text(
            "HostedZoneId",
            "The public hosted zone of DomainName, in the account of the stack.",
            "Z[A-Z0-9]{1,31}",
            "the id of a hosted zone",
        ),
        choice(
            "TrafficState",
            ("auto", "drain", "force"),
            "Whether DomainName leads here: while healthy, never, or always.",
        ),
    )


def _callers() -> tuple[Parameter, Parameter, Parameter]:
    return (
        choice(
            "Callers",
            ("anyone", "iam"),
            "Who may GET /myresource: anyone, or who signs and is allowed to by IAM.",
        ),
        _text(
            "AllowedNetworks",
            "Networks that GET /myresource is for, others get 403; empty for all.",
            f"({_NETWORK}(,(?!$)|$))+",
            "IPv4 and IPv6 CIDRs with commas between, no spaces",
            longest=NETWORKS_LENGTH,
        ),
        Parameter(
            "ThrottlingRateLimit",
            # A Number would take 12.5, which is a rate and no burst.
            Type="String",
            Description="Requests a second that a method lets in, and as many at once.",
            Default="200",
            AllowedPattern="^([1-9][0-9]{0,2}|[1-4][0-9]{3}|5000)$",
            ConstraintDescription="a whole number from 1 to 5000",
        ),
    )


def _logs() -> tuple[Parameter, Parameter]:
    return (
        choice(
            "ApiLogging",
            ("on", "off"),
            "Access and execution logs of the API; the bootstrap gives it the role for them.",
        ),
        Parameter(
            "LogRetentionDays",
            Type="Number",
            Description="Days that every log group keeps its events.",
            Default=365,
            AllowedValues=list(RETENTION_DAYS),
        ),
    )


def _signals() -> tuple[Parameter, Parameter]:
    return (
        choice(
            "MonitoringRegion",
            # Another region would have alarms everywhere and a dashboard nowhere.
            ("", *TARGET_REGIONS),
            "The region that makes the dashboard; with it every region has alarms. Empty for none.",
        ),
        _text(
            "AlarmEmail",
            "Who is told of an impaired region; empty for nobody.",
            r"[^@\s]+@[^@\s]+",
            "an e-mail address",
        ),
    )


def _text(
    name: str, description: str, pattern: str, constraint: str, *, longest: int | None = None
) -> Parameter:
    """A text of a certain form, or none."""
    parameter = Parameter(
        name,
        Type="String",
        Description=description,
        Default="",
        AllowedPattern=f"^$|^{pattern}$",
        ConstraintDescription=f"empty, or {constraint}",
    )
    if longest:
        parameter.MaxLength = longest
    return parameter


def add_parameters(template: Template, parameters: Parameters) -> None:
    """Put them into the template, with the rules for those that go together.

    Without groups for a console: a stack set's values come from a file, and groups take bytes.
    """
    for parameter in parameters:
        template.add_parameter(parameter)
    no_name = _is_empty(parameters.domain_name)
    no_zone = _is_empty(parameters.hosted_zone_id)
    _assert(
        template,
        "DomainAndZone",
        Or(And(no_name, no_zone), And(Not(no_name), Not(no_zone))),
        "DomainName and HostedZoneId go together: give both or none",
    )
    watched = Not(_is_empty(parameters.monitoring_region))
    _assert(
        template,
        "EmailNeedsAlarms",
        Or(_is_empty(parameters.alarm_email), watched),
        "AlarmEmail needs MonitoringRegion: without it there is no alarm",
    )


def _is_empty(parameter: Parameter) -> Equals:
    return Equals(Ref(parameter), "")


def _assert(template: Template, name: str, assertion: Or, otherwise: str) -> None:
    """CloudFormation refuses what the assertion does not hold for."""
    promised = {"Assert": assertion, "AssertDescription": otherwise}
    template.add_rule(name, {"Assertions": [promised]})
