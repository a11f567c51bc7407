"""What the bootstrap command fills in, and where each part then stands."""

from typing import NamedTuple

from troposphere import AccountId, And, Condition, Equals, Parameter, Ref, Region, Template

from generator.parameters import add_groups, author, choice, environment_suffix, repository

IS_HOME = "IsHome"
IS_ADMIN = "IsAdmin"
IS_ADMIN_HOME = "IsAdminHome"
MANAGE_API_GATEWAY = "ManageApiGateway"


class Parameters(NamedTuple):
    """The parameters of the bootstrap, in the order in which a console asks for them."""

    environment_suffix: Parameter
    repository: Parameter
    author: Parameter
    admin_account_id: Parameter
    home_region: Parameter
    target_account_ids: Parameter
    api_gateway_account_role: Parameter


def build_parameters() -> Parameters:
    """The three of AWS's geography have no default: a guess there would be somebody's account."""
    return Parameters(
        environment_suffix(),
        repository(),
        author(),
        Parameter(
            "AdminAccountId",
            Type="String",
            Description="The account that holds the stack set.",
            AllowedPattern="^[0-9]{12}$",
            ConstraintDescription="an account id of 12 digits",
        ),
        Parameter(
            "HomeRegion",
            Type="String",
            Description="The stack set's home region; the roles, which are global, are made there.",
            AllowedPattern="^[a-z]{2}(-[a-z]+)+-[0-9]$",
            ConstraintDescription="the name of a region, such as us-west-2",
        ),
        Parameter(
            "TargetAccountIds",
            Type="CommaDelimitedList",
            Description="The accounts that stack instances may stand in.",
            AllowedPattern="^[0-9]{12}$",
            ConstraintDescription="account ids of 12 digits, with commas between",
        ),
        choice(
            "ApiGatewayAccountRole",
            ("create", "leave"),
            "API Gateway has one CloudWatch role an account and region: create it, or leave the "
            "one that somebody else made.",
        ),
    )


def add_parameters(template: Template, parameters: Parameters) -> None:
    """Put them into the template, with the conditions that follow from them."""
    add_groups(template, {"Whose it is": parameters[:3], "What it prepares": parameters[3:]})
    conditions = {
        IS_HOME: Equals(Region, Ref(parameters.home_region)),
        IS_ADMIN: Equals(AccountId, Ref(parameters.admin_account_id)),
        IS_ADMIN_HOME: And(Condition(IS_HOME), Condition(IS_ADMIN)),
        MANAGE_API_GATEWAY: Equals(Ref(parameters.api_gateway_account_role), "create"),
    }
    for name, condition in conditions.items():
        template.add_condition(name, condition)
