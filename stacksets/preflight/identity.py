"""Whether this is the account and the home region that the file means.

A stack set is regional: a second one of the same name elsewhere, over the same pairs, would deploy
everything twice. So before creating one it is looked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.errors import CredentialsError, Problem, StackSetsError
from stacksets.preflight.case import Unchecked

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    """Find a stack set of the same name in another region, before one is created."""
    if case.observed is not None:
        return
    deployment = case.deployment
    for region in dict.fromkeys((*deployment.regions(), *case.other_regions)):
        if region == deployment.home_region:
            continue
        try:
            stack_sets = case.aws.stack_sets(region, deployment.call_as)
            other = stack_sets.describe_stack_set(deployment.name)
        except CredentialsError:
            raise
        except StackSetsError as error:
            yield Unchecked(
                what=f"could not check whether {region} has a stack set {deployment.name} already: "
                f"{error.message}"
            )
            continue
        if other is not None:
            yield Problem(
                where="home_region",
                what=f"{region} has a stack set {deployment.name} already; one in "
                f"{deployment.home_region} would deploy everything a second time",
                hint=f'home_region = "{region}", or destroy that one first',
            )
