"""Whether the regions that the file names exist, and whether the accounts have them enabled.

Nothing answers in a misspelled region, and StackSets takes its name all the same. A brand-new
region is unknown too, until botocore is newer than the region. A region launched since 2019 has to
be enabled in the target account and in the administrator's, or in the management account (StackSets
user guide, stacksets-opt-in-regions). That the home region is has been seen: it answered before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.aws.door import RegionOptStatus
from stacksets.errors import Problem
from stacksets.model.desired import InstanceKey, PermissionModel
from stacksets.preflight.nearest import find_nearest_region

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from stacksets.errors import StackSetsError
    from stacksets.model.desired import AccountId, Region
    from stacksets.preflight.case import Case, Finding

_USABLE = frozenset({RegionOptStatus.ENABLED, RegionOptStatus.ENABLED_BY_DEFAULT})


def check_regions(case: Case) -> Iterator[Finding]:
    """Find a home region and target regions that botocore does not know."""
    known = case.aws.known_regions()
    home = case.deployment.home_region
    if home not in known:
        yield _problem("home_region", home, known)
    for region in case.deployment.regions():
        if region not in known:
            yield _problem("[[targets]] regions", region, known)


def _problem(where: str, region: Region, known: Iterable[Region]) -> Problem:
    near = find_nearest_region(region, known)
    guess = f'did you mean "{near}"? ' if near else ""
    return Problem(
        where=where,
        what=f'"{region}" is no region that botocore knows',
        hint=f"{guess}A brand-new region needs a newer botocore",
        is_input=True,
    )


def check_enabled(
    case: Case,
) -> tuple[Mapping[InstanceKey, Problem], Mapping[InstanceKey, StackSetsError]]:
    """Find accounts without an opt-in region that they need, and those that could not be asked.

    No account is asked where the file names no such region. Those that have a healthy stack
    instance there need not be asked: it stands.
    """
    needed = _find_needed(case)
    home = case.deployment.home_region
    regions_of = {InstanceKey(account, home): regions for account, regions in needed.items()}
    answers, refusals = case.ask(regions_of, lambda account: account.list_region_statuses())
    problems = {
        InstanceKey(key.account, region): _not_enabled(case, key.account, region, status)
        for key, statuses in answers.items()
        for region in regions_of[key]
        if (status := statuses.get(region)) not in _USABLE
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


def _not_enabled(
    case: Case, account: AccountId, region: Region, status: RegionOptStatus | None
) -> Problem:
    where = f"account {account}"
    theirs = "" if account == case.identity.account else f", with credentials of account {account}"
    if status is RegionOptStatus.ENABLING:
        return Problem(
            where=where,
            what=f"region {region} is still being enabled",
            hint=f"`aws account get-region-opt-status --region-name {region}`{theirs} says when it "
            "is ENABLED",
        )
    return Problem(
        where=where,
        what=f"region {region} is not enabled",
        hint=f"`aws account enable-region --region-name {region}`{theirs}, and wait until it is "
        "ENABLED",
    )
