"""Whether this is the account and the home region that the file means.

A stack set is regional: a second one of the same name elsewhere, over the same pairs, would deploy
everything twice. So before creating one it is looked for.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from stacksets.asking import ask_each
from stacksets.errors import CredentialsError, Problem, StackSetsError
from stacksets.model.desired import InstanceKey
from stacksets.opt_in import enabled_by_default
from stacksets.preflight.case import Unchecked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stacksets.model.desired import Deployment, Region
    from stacksets.preflight.case import Case, Finding


def check_account(case: Case) -> Iterator[Finding]:
    """Find that the credentials are another account's than the file names."""
    named = case.deployment.admin_account
    if named and named != case.identity.account:
        yield Problem(
            where="admin_account",
            what=f"the credentials are of account {case.identity.account}, the file names {named}",
            hint=f"export AWS_PROFILE=<a profile of {named}>",
        )


def check_home_region(case: Case) -> Iterator[Finding]:
    """Find a stack set of the same name in another region, before one is created.

    Every region is asked that the account has by default, and those that the file and the variables
    name, wherever they are: so also the former `home_region` of a file that was changed.
    """
    if case.observed is not None:
        return
    regions = _other_regions(case)
    refused: dict[Region, StackSetsError] = {}
    for region, found in zip(regions, ask_each(partial(_has_namesake, case), regions), strict=True):
        if isinstance(found, StackSetsError):
            refused[region] = found
        elif found:
            yield _problem(case.deployment, region)
    if refused:
        yield _unread(case.deployment, refused)


def _other_regions(case: Case) -> tuple[Region, ...]:
    account, home = case.identity.account, case.deployment.home_region
    by_default = enabled_by_default(case.aws.known_regions(), case.partition)
    named = (*case.deployment.regions(), *case.other_regions)
    return tuple(
        region
        for region in dict.fromkeys((*named, *by_default))
        if region != home and InstanceKey(account, region) not in case.not_enabled
    )


def _has_namesake(case: Case, region: Region) -> bool | StackSetsError:
    """Tell whether a region has a stack set of the name, or why that cannot be told.

    Raises:
        CredentialsError: they are refused, and not since the region may not be enabled.
    """
    deployment = case.deployment
    try:
        stack_sets = case.aws.stack_sets(region, deployment.call_as)
        return stack_sets.describe_stack_set(deployment.name) is not None
    except StackSetsError as error:
        if isinstance(error, CredentialsError) and not case.is_opt_in(region):
            raise
        return error


def _problem(deployment: Deployment, region: Region) -> Problem:
    return Problem(
        where="home_region",
        what=f"{region} has a stack set {deployment.name} already; one in "
        f"{deployment.home_region} would deploy everything a second time",
        hint=f'home_region = "{region}", or destroy that one first',
    )


def _unread(deployment: Deployment, refused: Mapping[Region, StackSetsError]) -> Unchecked:
    """Say once where nobody could look: a company may deny all regions but a few to everybody."""
    has = "has" if len(refused) == 1 else "have"
    first = next(iter(refused.values()))
    return Unchecked(
        what=f"could not check whether {', '.join(refused)} {has} a stack set {deployment.name} "
        f"already: {first.message}"
    )
