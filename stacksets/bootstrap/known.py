"""The parameters that a bootstrap template may ask for and that only the command can fill in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.opt_in import has_to_be_enabled
from stacksets.parameter_values import declared_parameters

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from stacksets.aws.door import Stack
    from stacksets.bootstrap.stack import Job
    from stacksets.model.desired import AccountId, Deployment
    from stacksets.model.outcome import Identity

GITHUB_TOKENS = "token.actions.githubusercontent.com"
"""Who signs what a GitHub Actions job says of itself; the name of its provider in IAM."""

_CLOUDFORMATION = "cloudformation"
_CREATE, _LEAVE = "create", "leave"


def fill_in(
    job: Job,
    deployment: Deployment,
    identity: Identity,
    given: Mapping[str, str],
    stack: Stack | None,
) -> dict[str, str]:
    """Give those of them that the template has; AWS is asked only where the file does not say.

    Args:
        job: where the stack stands, or shall stand.
        deployment: bound to the caller's account.
        identity: who calls.
        given: what the file says of the parameters.
        stack: the stack as it is, if it is.
    """
    asked: dict[str, Callable[[], str]] = {
        "ApiGatewayAccountRole": lambda: _api_gateway_role(job, deployment, stack),
        "GitHubOidcProvider": lambda: _github_provider(job, deployment, given, stack),
    }
    declared = declared_parameters(job.bootstrap.template.content)
    admin = deployment.admin_account or job.key.account
    places = place_parameters(deployment, admin, partition=identity.arn.split(":")[1])
    return {
        **{name: value for name, value in places.items() if name in declared},
        **{name: ask() for name, ask in asked.items() if name in declared.keys() - given.keys()},
    }


def place_parameters(
    deployment: Deployment, admin: AccountId, *, partition: str
) -> Mapping[str, str]:
    """Give what follows from the file: where the stack set is, and where its stacks go."""
    return {
        "AdminAccountId": admin,
        "HomeRegion": deployment.home_region,
        "TargetAccountIds": ",".join(deployment.accounts()),
        "TargetRegions": ",".join(sorted(deployment.regions())),
        "StackSetsPrincipals": ",".join(_principals(deployment, partition)),
    }


def _principals(deployment: Deployment, partition: str) -> list[str]:
    """CloudFormation comes as itself, and for an opt-in region under the name of that region.

    Source: StackSets user guide, stacksets-opt-in-regions.
    """
    regions = sorted(one for one in deployment.regions() if has_to_be_enabled(one, partition))
    names = [_CLOUDFORMATION, *(f"{_CLOUDFORMATION}.{region}" for region in regions)]
    return [f"{name}.amazonaws.com" for name in names]


def _api_gateway_role(job: Job, deployment: Deployment, stack: Stack | None) -> str:
    """Decide who keeps API Gateway's role here: another's is never overwritten, ours goes on.

    A home region that is no target has no API, and so no need.
    """
    if job.key not in deployment.instance_keys():
        return _LEAVE
    ours = stack is not None and stack.parameters.get("ApiGatewayAccountRole") == _CREATE
    return _CREATE if ours or job.account.api_gateway_role() is None else _LEAVE


def _github_provider(
    job: Job, deployment: Deployment, given: Mapping[str, str], stack: Stack | None
) -> str:
    """Decide who keeps GitHub's identity provider, of which an account has one.

    Only where roles for a repository are made it is needed, and asked for.
    """
    is_admin = job.key.account == deployment.admin_account
    is_home = job.key.region == deployment.home_region
    if not (is_admin and is_home and given.get("GitHubRepository")):
        return _LEAVE
    before = stack.parameters if stack else {}
    ours = before.get("GitHubOidcProvider") == _CREATE and bool(before.get("GitHubRepository"))
    return _CREATE if ours or not job.account.has_identity_provider(GITHUB_TOKENS) else _LEAVE
