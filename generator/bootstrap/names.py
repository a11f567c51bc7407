"""Names of the bootstrap's roles, which StackSets and the deployment file find them by."""

from troposphere import Sub

from generator.settings import GITHUB_TOKENS, SERVICE

_STEM = f"{SERVICE}-${{EnvironmentSuffix}}"


def role_name(purpose: str) -> Sub:
    """The name of the role for this purpose; it carries the environment."""
    return Sub(f"{_STEM}-{purpose}")


def role_arn(account: str, purpose: str) -> Sub:
    """The ARN of such a role in an account, which may be a parameter or a wildcard."""
    return Sub(f"arn:${{AWS::Partition}}:iam::{account}:role/{_STEM}-{purpose}")


def stack_set_arns() -> Sub:
    """The service's stack set in any home region; its id is known only after it was created."""
    return Sub(f"arn:${{AWS::Partition}}:cloudformation:*:${{AdminAccountId}}:stackset/{_STEM}:*")


def stack_set_target_arns() -> Sub:
    """What an operation on the service's stack set aims at (Service Authorization Reference)."""
    return Sub(
        f"arn:${{AWS::Partition}}:cloudformation:*:${{AdminAccountId}}:stackset-target/{_STEM}:*"
    )


def stack_set_type_arns() -> Sub:
    """The resource types that an operation may be asked about: AWS's own have no account."""
    return Sub("arn:${AWS::Partition}:cloudformation:*:*:type/resource/*")


def stack_arns() -> Sub:
    """The stacks that StackSets makes for the service's stack set, in every region."""
    return Sub(
        f"arn:${{AWS::Partition}}:cloudformation:*:${{AWS::AccountId}}:stack/StackSet-{_STEM}-*/*"
    )


def account_arns(service: str, resource: str) -> Sub:
    """Resources of a service in this account, in every region."""
    return Sub(f"arn:${{AWS::Partition}}:{service}:*:${{AWS::AccountId}}:{resource}")


def account_itself() -> Sub:
    """This account, as Account Management names it."""
    return Sub("arn:${AWS::Partition}:account::${AWS::AccountId}:account")


def service_role_arns() -> Sub:
    """The roles that service stacks make: they have a path and no name."""
    return Sub(f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role/{SERVICE}/*")


def api_gateway_role_arn() -> Sub:
    """The role that API Gateway makes for itself (developer guide, "service-linked roles")."""
    return Sub(
        "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/aws-service-role/"
        "ops.apigateway.amazonaws.com/AWSServiceRoleForAPIGateway"
    )


def api_gateway_arns(path: str) -> Sub:
    """API Gateway's own resources, whose ARNs hold a path and no account."""
    return Sub(f"arn:${{AWS::Partition}}:apigateway:*::{path}")


def function_arns() -> Sub:
    """The functions of service stacks: CloudFormation cuts the stack's name short in theirs."""
    return account_arns("lambda", "function:StackSet-*")


def named_after_stack() -> str:
    """What CloudFormation names topics and alarms by: the stack's name comes first, whole."""
    return f"StackSet-{_STEM}-*"


def dashboard_arns() -> list[Sub]:
    """Dashboards: CloudFormation names them by the logical id alone, or they have our name."""
    prefix = "arn:${AWS::Partition}:cloudwatch::${AWS::AccountId}:dashboard"
    return [Sub(f"{prefix}/Dashboard-*"), Sub(f"{prefix}/{_STEM}*")]


def alias_arns() -> Sub:
    """The names that keys of ours may have."""
    return account_arns("kms", f"alias/{_STEM}*")


def hosted_zone_arn() -> Sub:
    """The one zone; without a HostedZoneId an ARN that no zone has."""
    return Sub("arn:${AWS::Partition}:route53:::hostedzone/${HostedZoneId}")


def route53_arns(kind: str) -> Sub:
    """What Route 53 names by ids of its own, and which belong to no region and no account."""
    return Sub(f"arn:${{AWS::Partition}}:route53:::{kind}/*")


def boundary_name() -> Sub:
    """The name of the boundary, by which the deployment file composes its ARN."""
    return Sub(f"{_STEM}-boundary")


def boundary_arn() -> Sub:
    """The boundary of every role that service stacks make."""
    return Sub(f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:policy/{_STEM}-boundary")


def bootstrap_arns() -> tuple[Sub, ...]:
    """What bootstraps make in IAM, of any environment: named roles, policies, GitHub's provider."""
    prefix = "arn:${AWS::Partition}:iam::${AWS::AccountId}"
    return (
        Sub(f"{prefix}:role/{SERVICE}-*"),
        Sub(f"{prefix}:policy/{SERVICE}-*"),
        Sub(f"{prefix}:oidc-provider/*"),
    )


def oidc_provider_arn() -> Sub:
    """GitHub's identity provider, which an account has once: its ARN is made of its address."""
    return Sub(f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:oidc-provider/{GITHUB_TOKENS}")


def bucket_name() -> Sub:
    """The bucket for artifacts: names of buckets are the world's, so account and region are in it.

    With an environment of 20 characters it has 62 of the 63 that a bucket's name may have.
    """
    return Sub("mrs-artifacts-${EnvironmentSuffix}-${AWS::AccountId}-${AWS::Region}")


def artifact_arns(region: str) -> Sub:
    """The objects in the bucket of a region, or of every region."""
    bucket = f"mrs-artifacts-${{EnvironmentSuffix}}-${{AWS::AccountId}}-{region}"
    return Sub(f"arn:${{AWS::Partition}}:s3:::{bucket}/*")
