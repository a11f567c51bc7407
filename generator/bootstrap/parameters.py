"""What the bootstrap command fills in, and where each part then stands."""

from typing import NamedTuple

from troposphere import AccountId, And, Condition, Equals, Not, Parameter, Ref, Region, Template

from generator.parameters import add_groups, author, choice, environment_suffix, repository

IS_HOME = "IsHome"
IS_ADMIN = "IsAdmin"
IS_ADMIN_HOME = "IsAdminHome"
MANAGE_API_GATEWAY = "ManageApiGateway"
TRUSTS_GITHUB = "TrustsGitHub"
MAKES_GITHUB_PROVIDER = "MakesGitHubProvider"

_REGION = "[a-z]{2}(-[a-z]+)+-[0-9]"
# GitHub's names; repositories made since July 2026 say their ids too, as OWNER@ID/NAME@ID.
_REPOSITORY = r"^$|^[A-Za-z0-9-]+(@[0-9]+)?/[A-Za-z0-9._-]+(@[0-9]+)?$"


class Parameters(NamedTuple):
    """The parameters of the bootstrap, in the order in which a console asks for them."""

    environment_suffix: Parameter
    repository: Parameter
    author: Parameter
    admin_account_id: Parameter
    home_region: Parameter
    target_account_ids: Parameter
    target_regions: Parameter
    stack_sets_principals: Parameter
    api_gateway_account_role: Parameter
    hosted_zone_id: Parameter
    git_hub_repository: Parameter
    git_hub_oidc_provider: Parameter


def build_parameters() -> Parameters:
    """Those of AWS's geography have no default: a guess there would be somebody's account."""
    return Parameters(
        environment_suffix(),
        repository(),
        author(),
        _text("AdminAccountId", "The account that holds the stack set.", *_ACCOUNT),
        *_places(),
        choice(
            "ApiGatewayAccountRole",
            ("create", "leave"),
            "API Gateway has one CloudWatch role an account and region: create it, or leave the "
            "one that somebody else made.",
        ),
        _text(
            "HostedZoneId",
            "The hosted zone that service stacks may write records to; empty for none.",
            "^$|^Z[A-Z0-9]{1,31}$",
            "empty, or the id of a hosted zone, such as Z0123456789ABC",
            Default="",
        ),
        _text(
            "GitHubRepository",
            "The repository whose GitHub Actions may plan and deploy; empty for none.",
            _REPOSITORY,
            "empty, OWNER/NAME, or OWNER@ID/NAME@ID as GitHub's OIDC settings show it",
            Default="",
        ),
        choice(
            "GitHubOidcProvider",
            ("create", "leave"),
            "An account has one identity provider for GitHub: create it, or leave the one that "
            "somebody else made.",
        ),
    )


def _places() -> tuple[Parameter, Parameter, Parameter, Parameter]:
    """Where the stack set is, and where its stacks go."""
    return (
        _text(
            "HomeRegion",
            "The stack set's home region; the roles, which are global, are made there.",
            f"^{_REGION}$",
            "the name of a region, such as us-west-2",
        ),
        _list("TargetAccountIds", "The accounts that stack instances may stand in.", *_ACCOUNTS),
        _list(
            "TargetRegions",
            "The regions that stack instances may stand in: elsewhere nothing is made.",
            f"^{_REGION}$",
            "names of regions, with commas between",
        ),
        _list(
            "StackSetsPrincipals",
            "What CloudFormation comes as: itself, and a name of its own for each region that "
            "accounts have to opt into.",
            r"^cloudformation\.([a-z0-9-]+\.)?amazonaws\.com$",
            "cloudformation.amazonaws.com and cloudformation.REGION.amazonaws.com",
            Default="cloudformation.amazonaws.com",
        ),
    )


_ACCOUNT = ("^[0-9]{12}$", "an account id of 12 digits")
_ACCOUNTS = ("^[0-9]{12}$", "account ids of 12 digits, with commas between")


def _text(name: str, description: str, pattern: str, explained: str, **more: str) -> Parameter:
    return Parameter(
        name,
        Type="String",
        Description=description,
        AllowedPattern=pattern,
        ConstraintDescription=explained,
        **more,
    )


def _list(name: str, description: str, pattern: str, explained: str, **more: str) -> Parameter:
    """CloudFormation holds the pattern against each entry."""
    parameter = _text(name, description, pattern, explained, **more)
    parameter.Type = "CommaDelimitedList"
    return parameter


def add_parameters(template: Template, parameters: Parameters) -> None:
    """Put them into the template, with the conditions that follow from them."""
    add_groups(
        template,
        {
            "Whose it is": parameters[:3],
            "What it prepares": parameters[3:10],
            "Who deploys": parameters[10:],
        },
    )
    has_repository = Not(Equals(Ref(parameters.git_hub_repository), ""))
    makes_provider = Equals(Ref(parameters.git_hub_oidc_provider), "create")
    conditions = {
        IS_HOME: Equals(Region, Ref(parameters.home_region)),
        IS_ADMIN: Equals(AccountId, Ref(parameters.admin_account_id)),
        IS_ADMIN_HOME: And(Condition(IS_HOME), Condition(IS_ADMIN)),
        MANAGE_API_GATEWAY: Equals(Ref(parameters.api_gateway_account_role), "create"),
        TRUSTS_GITHUB: And(Condition(IS_ADMIN_HOME), has_repository),
        MAKES_GITHUB_PROVIDER: And(Condition(TRUSTS_GITHUB), makes_provider),
    }
    for name, condition in conditions.items():
        template.add_condition(name, condition)
