"""Whether the regions that the file names exist, and whether the accounts have them enabled.

StackSets takes the name of a misspelled region all the same. A region launched since 2019 has to
be enabled in the target account and in the administrator's, or in the management account (StackSets
user guide, stacksets-opt-in-regions). That the home region is has been seen: it answered before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.model.desired import InstanceKey, PermissionModel
from stacksets.usable_regions import find_not_enabled, find_unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from stacksets.errors import Problem, StackSetsError
    from stacksets.model.desired import AccountId, Region
    from stacksets.preflight.case import Case, Finding


def check_regions(case: Case) -> Iterator[Finding]:
    """Find a home region and target regions that botocore does not know."""
    known = case.aws.known_regions()
    targets = [("[[targets]] regions", region) for region in case.deployment.regions()]
    for where, region in (("home_region", case.deployment.home_region), *targets):
        if problem := find_unknown(where, region, known):
            yield problem


def check_enabled(
    case: Case,
) -> tuple[Mapping[InstanceKey, Problem], Mapping[InstanceKey, StackSetsError]]:
    """Find accounts without an opt-in region that they need, and those that could not be asked.

    No account is asked where the file names no such region. Those that have a healthy stack
    instance there need not be asked: it stands.
    """
    needed = _find_needed(case)
    home, caller = case.deployment.home_region, case.identity.account
    regions_of = {InstanceKey(account, home): regions for account, regions in needed.items()}
    answers, refusals = case.ask(regions_of, lambda account: account.list_region_statuses())
    problems = {
        place: problem
        for key, statuses in answers.items()
        for place in (InstanceKey(key.account, region) for region in regions_of[key])
        if (problem := find_not_enabled(place, statuses.get(place.region), caller=caller))
    }
    unasked = {
        InstanceKey(key.account, region): error
        for key, error in refusals.items()
        for region in regions_of[key]
    }
    return problems, unasked


def _find_needed(case: Case) -> Mapping[AccountId, Iterable[Region]]:
    """Give the opt-in regions that each account needs: the administrator account all of them."""
    needed: dict[AccountId, dict[Region, None]] = {}
    for key in case.unproven():
        if case.is_opt_in(key.region):
            for account in (_administrator(case), key.account):
                needed.setdefault(account, {})[key.region] = None
    return needed


def _administrator(case: Case) -> AccountId:
    """Give the account that holds the stack set, also where a delegated administrator made it."""
    organization = case.deployment.organization
    if organization is None or case.deployment.permission_model is PermissionModel.SELF_MANAGED:
        return case.identity.account
    return organization.management_account
