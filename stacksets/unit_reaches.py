"""Whom a call on a whole organizational unit touches, for each kind of call.

AWS does not say whether a stack instance whose account has moved belongs to the unit that it was
made through or to the one that holds the account now. So a call surely reaches only what is in
both; what is only in the former is a stray.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stacksets.model.desired import AccountFilter, InstanceKey
from stacksets.organization import find_reached
from stacksets.unit_rectangles import Reach

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from stacksets.model.desired import (
        AccountId,
        Deployment,
        DeploymentTargets,
        Organization,
        OrganizationalUnitId,
        Region,
    )
    from stacksets.model.observed import StackInstance, StackSet

    Accounts = frozenset[AccountId]
    Place = tuple[OrganizationalUnitId, Region]

_NOBODY: Accounts = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The accounts that have a stack instance: by region, and by the unit it was made through."""

    by_region: Mapping[Region, Accounts]
    by_place: Mapping[Place, Accounts]

    def among(self, accounts: Accounts, region: Region) -> Accounts:
        """Give those of some accounts that have a stack instance in a region."""
        return accounts & self.by_region.get(region, _NOBODY)

    def made_through(self, unit: OrganizationalUnitId, region: Region) -> Accounts:
        """Give the accounts that have a stack instance in a region by way of a unit."""
        return self.by_place.get((unit, region), _NOBODY)


def read_rows(instances: Iterable[StackInstance]) -> Rows:
    """Sort stack instances by region and by place."""
    by_region: dict[Region, set[AccountId]] = defaultdict(set)
    by_place: dict[Place, set[AccountId]] = defaultdict(set)
    for one in instances:
        by_region[one.region].add(one.account)
        if one.organizational_unit_id:
            by_place[one.organizational_unit_id, one.region].add(one.account)
    return Rows(
        by_region={region: frozenset(accounts) for region, accounts in by_region.items()},
        by_place={place: frozenset(accounts) for place, accounts in by_place.items()},
    )


def creation_reaches(
    deployment: Deployment, organization: Organization, rows: Rows
) -> tuple[Reach, ...]:
    """Give the file's units as creations touch them: accounts that take no stacks included.

    A creation leaves a row in a suspended account too, so such a unit does not go as a whole.
    """

    def surely(unit: OrganizationalUnitId, _: Region) -> Accounts:
        return organization.targets_below(unit)

    return _desired_reaches(deployment, organization, rows, surely)


def update_reaches(
    deployment: Deployment, organization: Organization, rows: Rows
) -> tuple[Reach, ...]:
    """Give the file's units as updates touch them; whoever has no instance has AWS refuse it."""

    def surely(unit: OrganizationalUnitId, region: Region) -> Accounts:
        return organization.accounts_below(unit) & rows.made_through(unit, region)

    return _desired_reaches(deployment, organization, rows, surely)


def removal_reaches(
    deployment: Deployment, organization: Organization, observed: StackSet | None
) -> tuple[Reach, ...]:
    """Give the units that the stack set knows; surplus targets of auto-deployment always go.

    Whatever the file reaches below a unit keeps it from going as a whole, there already or not:
    the same plan may bring it.
    """
    if observed is None:
        return ()
    rows = read_rows(observed.instances)
    wanted = _by_region(find_reached(deployment))
    surplus = _surplus_targets(deployment, observed)
    units = {*observed.organizational_unit_ids, *(unit for unit, _ in surplus)}
    units |= {unit for unit, _ in rows.by_place}
    reaches = []
    for unit in sorted(units):
        below = organization.accounts_below(unit)
        regions = {*rows.by_region, *wanted}
        reaches.append(
            Reach(
                unit=unit,
                touches={
                    region: rows.among(below, region) | (below & wanted.get(region, _NOBODY))
                    for region in regions
                },
                surely={region: below & rows.made_through(unit, region) for region in regions},
                strays={region: rows.made_through(unit, region) - below for region in regions},
                always=frozenset(region for one, region in surplus if one == unit),
            )
        )
    return _widest_first(reaches, organization)


def untargeted_reaches(
    deployment: Deployment, observed: StackSet | None, creations: Iterable[Reach]
) -> tuple[Reach, ...]:
    """Find what auto-deployment does not serve: neither listed nor with an instance of the unit's.

    A unit whose listing is missing altogether counts as served where DescribeStackSet names it.
    """
    if not _is_automatic(deployment):
        return ()
    served = _targeted(observed) if observed else set()
    listed = {unit for unit, _ in served}
    named = set(observed.organizational_unit_ids) - listed if observed else set()
    served |= set(read_rows(observed.instances).by_place) if observed else set()
    return tuple(
        only_in(reach, frozenset(one for one in reach.touches if (reach.unit, one) not in served))
        for reach in creations
        if reach.unit not in named
    )


def tell_lasting(deployment: Deployment, removals: Iterable[Reach]) -> Iterator[str]:
    """Say which surplus targets of auto-deployment stay: what is desired lies below them."""
    wanted = find_reached(deployment)
    for reach in removals:
        for region in sorted(reach.always):
            if any(InstanceKey(one, region) in wanted for one in reach.touches.get(region, ())):
                yield (
                    f"{reach.unit} stays a target of auto-deployment in {region} though the file "
                    "does not name it: stack instances below it are wanted"
                )


def only_in(reach: Reach, regions: frozenset[Region]) -> Reach:
    """Give a unit that is to be named as a whole in these regions and in no other."""
    touches = {region: reach.touches.get(region, _NOBODY) for region in regions}
    return replace(reach, touches=touches, surely=touches, strays={}, always=regions)


def without_instances(
    reach: Reach, *, gone: frozenset[InstanceKey], made_anew: frozenset[InstanceKey]
) -> Reach:
    """Give a unit as it is when some stack instances are there no more.

    Those that are `made_anew` come back by way of other units: they are no strays of this one.
    """
    return replace(
        reach,
        touches=_without(reach.touches, gone),
        surely=_without(reach.surely, gone),
        strays=_without(reach.strays, gone | made_anew),
    )


def _without(
    accounts: Mapping[Region, Accounts], keys: frozenset[InstanceKey]
) -> Mapping[Region, Accounts]:
    return {
        region: frozenset(one for one in some if InstanceKey(one, region) not in keys)
        for region, some in accounts.items()
    }


def _desired_reaches(
    deployment: Deployment,
    organization: Organization,
    rows: Rows,
    surely: Callable[[OrganizationalUnitId, Region], Accounts],
) -> tuple[Reach, ...]:
    reaches = []
    for group in deployment.targets:
        listed = _NOBODY if group.account_filter is AccountFilter.UNION else _listed(group)
        kind = group.account_filter if listed else AccountFilter.NONE
        for unit in group.organizational_units:
            below = organization.accounts_below(unit) - {organization.management_account}
            reaches.append(
                Reach(
                    unit=unit,
                    account_filter=kind,
                    accounts=tuple(sorted(listed)),
                    touches={region: _filtered(kind, below, listed) for region in group.regions},
                    surely={
                        region: _filtered(kind, surely(unit, region), listed)
                        for region in group.regions
                    },
                    strays={
                        region: _filtered(kind, rows.made_through(unit, region) - below, listed)
                        for region in group.regions
                    },
                )
            )
    return _widest_first(reaches, organization)


def _listed(group: DeploymentTargets) -> Accounts:
    return frozenset(group.accounts)


def _filtered(kind: AccountFilter, accounts: Accounts, listed: Accounts) -> Accounts:
    match kind:
        case AccountFilter.DIFFERENCE:
            return accounts - listed
        case AccountFilter.INTERSECTION:
            return accounts & listed
        case _:
            return accounts


def _widest_first(reaches: Iterable[Reach], organization: Organization) -> tuple[Reach, ...]:
    return tuple(sorted(reaches, key=lambda one: -len(organization.accounts_below(one.unit))))


def _by_region(keys: Iterable[InstanceKey]) -> Mapping[Region, Accounts]:
    accounts: dict[Region, set[AccountId]] = defaultdict(set)
    for key in keys:
        accounts[key.region].add(key.account)
    return {region: frozenset(some) for region, some in accounts.items()}


def _is_automatic(deployment: Deployment) -> bool:
    return deployment.auto_deployment is not None and deployment.auto_deployment.enabled


def _surplus_targets(deployment: Deployment, observed: StackSet) -> set[Place]:
    if not _is_automatic(deployment):
        return set()
    return _targeted(observed) - {
        (unit, region)
        for group in deployment.targets
        for unit in group.organizational_units
        for region in group.regions
    }


def _targeted(observed: StackSet) -> set[Place]:
    return {
        (one.organizational_unit_id, region)
        for one in observed.auto_deployment_targets
        for region in one.regions
    }
