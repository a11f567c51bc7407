"""How the calls of one plan may name organizational units, given who is there and who belongs."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stacksets.errors import InputError
from stacksets.model.desired import AccountFilter, InstanceKey
from stacksets.organization import find_reached, known_accounts
from stacksets.unit_rectangles import Reach, group_by_units

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from stacksets.model.desired import (
        AccountId,
        Deployment,
        DeploymentTargets,
        Organization,
        OrganizationAccount,
        OrganizationalUnitId,
        Region,
    )
    from stacksets.model.observed import StackInstance, StackSet
    from stacksets.model.plan import Rectangle

    There = Mapping[Region, frozenset[AccountId]]
    Place = tuple[OrganizationalUnitId, Region]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitTargets:
    """The units that creations and removals may name, and one that holds each account.

    `untargeted` are the units of the file that auto-deployment does not serve yet, in the regions
    that their `always` says. `notes` are for people.
    """

    creations: tuple[Reach, ...]
    removals: tuple[Reach, ...]
    untargeted: tuple[Reach, ...]
    holders: Mapping[InstanceKey, OrganizationalUnitId]
    region_order: tuple[Region, ...]
    notes: tuple[str, ...] = ()

    def name_for_creation(self, keys: Iterable[InstanceKey]) -> tuple[Rectangle, ...]:
        """Name stack instances that are created or updated."""
        return group_by_units(keys, self.creations, self.holders, self.region_order)

    def name_for_removal(self, keys: Iterable[InstanceKey]) -> tuple[Rectangle, ...]:
        """Name stack instances that are taken out while their units stay targets."""
        return group_by_units(keys, (), self.holders, self.region_order)

    def name_surplus(
        self, keys: Iterable[InstanceKey], *, gone: Iterable[InstanceKey]
    ) -> tuple[Rectangle, ...]:
        """Name stack instances that are removed with the units that auto-deployment shall leave.

        `gone` are instances that were taken out before: they keep no unit from going as a whole.
        """
        there_no_more = frozenset(gone)
        reaches = [_without(one, there_no_more) for one in self.removals]
        return group_by_units(keys, reaches, self.holders, self.region_order)

    def name_untargeted(self, created: Iterable[Rectangle]) -> tuple[Rectangle, ...]:
        """Name the units that no call of the plan makes a target of auto-deployment.

        Such a call changes nobody: the unit is empty, or its stack instances are there, and AWS
        leaves CURRENT ones alone (API reference, CreateStackInstances).
        """
        named = {
            (unit, region)
            for one in created
            for unit in one.organizational_units
            for region in one.regions
        }
        reaches = [
            _only(
                one, frozenset(region for region in one.always if (one.unit, region) not in named)
            )
            for one in self.untargeted
        ]
        keys = [
            InstanceKey(account, region)
            for one in reaches
            for region, accounts in one.touches.items()
            for account in accounts
        ]
        return group_by_units(keys, reaches, self.holders, self.region_order)


def find_unit_targets(
    deployment: Deployment, observed: StackSet | None, region_order: tuple[Region, ...]
) -> UnitTargets | None:
    """Find how units may be named; None where accounts are named, as with self-managed permissions.

    Raises:
        InputError: a stack instance belongs to no unit that is known.
    """
    organization = deployment.organization
    if organization is None:
        return None
    there = _by_region(one.key for one in observed.instances) if observed else {}
    creations = tuple(_widest_first(_creations(deployment, organization, there), organization))
    removals = tuple(_widest_first(_removals(deployment, organization, observed), organization))
    return UnitTargets(
        creations=creations,
        removals=removals,
        notes=tuple(_tell_lasting(deployment, removals)),
        untargeted=tuple(_untargeted(deployment, observed, creations)),
        holders=_find_holders(deployment, organization, observed),
        region_order=region_order,
    )


def _tell_lasting(deployment: Deployment, removals: Iterable[Reach]) -> Iterator[str]:
    """Say which surplus targets of auto-deployment stay: what is desired lies below them."""
    wanted = frozenset(deployment.instance_keys())
    for reach in removals:
        for region in sorted(reach.always):
            if any(InstanceKey(one, region) in wanted for one in reach.touches.get(region, ())):
                yield (
                    f"{reach.unit} stays a target of auto-deployment in {region} though the file "
                    "does not name it: stack instances below it are wanted"
                )


def _only(reach: Reach, regions: frozenset[Region]) -> Reach:
    touches = {region: reach.touches.get(region, frozenset()) for region in regions}
    return replace(reach, touches=touches, always=regions)


def _without(reach: Reach, gone: frozenset[InstanceKey]) -> Reach:
    touches = {
        region: frozenset(one for one in accounts if InstanceKey(one, region) not in gone)
        for region, accounts in reach.touches.items()
    }
    return replace(reach, touches=touches)


def _by_region(keys: Iterable[InstanceKey]) -> There:
    there: dict[Region, set[AccountId]] = defaultdict(set)
    for key in keys:
        there[key.region].add(key.account)
    return {region: frozenset(accounts) for region, accounts in there.items()}


def _widest_first(reaches: Iterable[Reach], organization: Organization) -> list[Reach]:
    return sorted(reaches, key=lambda one: -len(organization.accounts_below(one.unit)))


def _creations(deployment: Deployment, organization: Organization, there: There) -> Iterator[Reach]:
    for group in deployment.targets:
        for unit in group.organizational_units:
            yield _creation(group, unit, organization, there)


def _creation(
    group: DeploymentTargets, unit: OrganizationalUnitId, organization: Organization, there: There
) -> Reach:
    """Say whom a call on the unit touches: all that take stacks, and all that have one already."""
    below, takers = organization.accounts_below(unit), organization.targets_below(unit)
    listed = frozenset(group.accounts)
    match group.account_filter:
        case AccountFilter.DIFFERENCE:
            below, takers = below - listed, takers - listed
        case AccountFilter.INTERSECTION:
            below, takers = below & listed, takers & listed
        case _:
            listed = frozenset()
    kind = group.account_filter if listed else AccountFilter.NONE
    return Reach(
        unit=unit,
        account_filter=kind,
        accounts=tuple(sorted(listed)),
        touches={
            region: takers | (below & there.get(region, frozenset())) for region in group.regions
        },
    )


def _removals(
    deployment: Deployment, organization: Organization, observed: StackSet | None
) -> Iterator[Reach]:
    """Give the units that the stack set knows; surplus targets of auto-deployment always go.

    What is desired below a unit keeps it from going as a whole, whether or not it is there yet.
    """
    if observed is None:
        return
    wanted = deployment.instance_keys()
    there = _by_region((*(one.key for one in observed.instances), *wanted))
    units = {*observed.organizational_unit_ids}
    units |= {unit for one in observed.instances if (unit := one.organizational_unit_id)}
    surplus = _surplus_targets(deployment, observed)
    units |= {unit for unit, _ in surplus}
    for unit in sorted(units):
        below = organization.accounts_below(unit)
        yield Reach(
            unit=unit,
            touches={region: below & accounts for region, accounts in there.items()},
            always=frozenset(region for one, region in surplus if one == unit),
        )


def _surplus_targets(deployment: Deployment, observed: StackSet) -> set[Place]:
    if not _is_automatic(deployment):
        return set()
    return _targeted(observed) - _desired_places(deployment)


def _untargeted(
    deployment: Deployment, observed: StackSet | None, creations: Iterable[Reach]
) -> Iterator[Reach]:
    """Find what auto-deployment does not serve: neither listed nor with an instance of the unit's.

    A unit whose listing is missing altogether counts as served where DescribeStackSet names it.
    """
    if not _is_automatic(deployment):
        return
    served = _targeted(observed) if observed else set()
    listed = {unit for unit, _ in served}
    named = set(observed.organizational_unit_ids) - listed if observed else set()
    for one in observed.instances if observed else ():
        if one.organizational_unit_id:
            served.add((one.organizational_unit_id, one.region))
    for reach in creations:
        if reach.unit not in named:
            missing = frozenset(one for one in reach.touches if (reach.unit, one) not in served)
            yield _only(reach, missing)


def _is_automatic(deployment: Deployment) -> bool:
    return deployment.auto_deployment is not None and deployment.auto_deployment.enabled


def _targeted(observed: StackSet) -> set[Place]:
    return {
        (one.organizational_unit_id, region)
        for one in observed.auto_deployment_targets
        for region in one.regions
    }


def _desired_places(deployment: Deployment) -> set[Place]:
    return {
        (unit, region)
        for group in deployment.targets
        for unit in group.organizational_units
        for region in group.regions
    }


def _find_holders(
    deployment: Deployment, organization: Organization, observed: StackSet | None
) -> Mapping[InstanceKey, OrganizationalUnitId]:
    """Name a unit that holds each account: one of the file's, the instance's own, or its home."""
    holders = dict(find_reached(deployment))
    known = known_accounts(organization)
    for one in observed.instances if observed else ():
        if one.key not in holders:
            holders[one.key] = _holder(one, organization, known)
    return holders


def _holder(
    instance: StackInstance,
    organization: Organization,
    known: Mapping[AccountId, OrganizationAccount],
) -> OrganizationalUnitId:
    own = instance.organizational_unit_id
    if own and instance.account in organization.accounts_below(own):
        return own
    if instance.account in known:
        return known[instance.account].parent
    if own:
        return own
    raise InputError(
        f"{instance.key} belongs to no organizational unit, and its account to no organization",
        hint="take it out of the stack set in the CloudFormation console",
    )
