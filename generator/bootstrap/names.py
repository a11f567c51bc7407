"""Names of the bootstrap's roles, which StackSets and the deployment file find them by."""

from troposphere import Sub

from generator.settings import SERVICE

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
