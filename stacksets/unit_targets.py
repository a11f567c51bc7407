"""How the calls of one plan name organizational units, given who is there and who belongs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stacksets.errors import InputError
from stacksets.model.desired import InstanceKey
from stacksets.organization import find_reached, known_accounts
from stacksets.unit_reaches import (
    creation_reaches,
    only_in,
    read_rows,
    removal_reaches,
    tell_lasting,
    untargeted_reaches,
    update_reaches,
    without_instances,
)
from stacksets.unit_rectangles import group_by_units

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from stacksets.model.desired import (
        AccountId,
        Deployment,
        Organization,
        OrganizationAccount,
        OrganizationalUnitId,
        Region,
    )
    from stacksets.model.observed import StackInstance, StackSet
    from stacksets.model.plan import Rectangle
    from stacksets.unit_rectangles import Reach

    Holders = Mapping[InstanceKey, tuple[OrganizationalUnitId, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitTargets:
    """The units that the calls of a plan may name.

    `holders` are units through which an account is reached that has no instance yet, `row_holders`
    those of an instance that is there. `untargeted` are the units of the file that auto-deployment
    does not serve yet, in the regions that their `always` says. `notes` are for people.
    """

    creations: tuple[Reach, ...]
    updates: tuple[Reach, ...]
    removals: tuple[Reach, ...]
    untargeted: tuple[Reach, ...]
    holders: Holders
    row_holders: Holders
    region_order: tuple[Region, ...]
    notes: tuple[str, ...]

    def name_for_creation(self, keys: Iterable[InstanceKey]) -> tuple[Rectangle, ...]:
        """Name stack instances that are created."""
        return group_by_units(keys, self.creations, self.holders, self.region_order)

    def name_for_update(self, keys: Iterable[InstanceKey]) -> tuple[Rectangle, ...]:
        """Name stack instances that are updated."""
        return group_by_units(keys, self.updates, self.row_holders, self.region_order)

    def name_for_removal(self, keys: Iterable[InstanceKey]) -> tuple[Rectangle, ...]:
        """Name stack instances that are taken out while their units stay targets."""
        return group_by_units(keys, (), self.row_holders, self.region_order)

    def name_surplus(
        self,
        keys: Iterable[InstanceKey],
        *,
        gone: frozenset[InstanceKey],
        made_anew: frozenset[InstanceKey],
    ) -> tuple[Rectangle, ...]:
        """Name stack instances that are removed with the units that auto-deployment shall leave.

        `gone` are instances that were taken out before, `made_anew` those that come back at once:
        they keep no unit that they were made through from going as a whole.
        """
        reaches = [without_instances(one, gone=gone, made_anew=made_anew) for one in self.removals]
        return group_by_units(keys, reaches, self.row_holders, self.region_order)

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
            only_in(one, frozenset(some for some in one.always if (one.unit, some) not in named))
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
    deployment: Deployment,
    organization: Organization,
    observed: StackSet | None,
    region_order: tuple[Region, ...],
) -> UnitTargets:
    """Find how the calls of a plan may name units.

    Raises:
        InputError: a stack instance belongs to no unit that is known.
    """
    rows = read_rows(observed.instances if observed else ())
    creations = creation_reaches(deployment, organization, rows)
    removals = removal_reaches(deployment, organization, observed)
    reached = find_reached(deployment)
    known = known_accounts(organization)
    return UnitTargets(
        creations=creations,
        updates=update_reaches(deployment, organization, rows),
        removals=removals,
        untargeted=untargeted_reaches(deployment, observed, creations),
        holders={key: (unit,) for key, unit in reached.items()},
        row_holders={
            one.key: _find_holders(one, reached.get(one.key), organization, known)
            for one in (observed.instances if observed else ())
        },
        region_order=region_order,
        notes=tuple(tell_lasting(deployment, removals)),
    )


def _find_holders(
    instance: StackInstance,
    reached: OrganizationalUnitId | None,
    organization: Organization,
    known: Mapping[AccountId, OrganizationAccount],
) -> tuple[OrganizationalUnitId, ...]:
    """Name units through which an instance is found, whichever unit AWS counts it to.

    That is one of the file's or else the account's home, and the one that the instance was made
    through as long as the organization has it: AWS refuses to hear of others.
    """
    own = instance.organizational_unit_id
    account = known.get(instance.account)
    now = reached or (account.parent if account else None)
    made_through = own if own in organization.units else None
    if made_through and instance.account in organization.accounts_below(made_through):
        return (made_through,)
    named = tuple(sorted({unit for unit in (now, made_through) if unit})) or ((own,) if own else ())
    if not named:
        raise InputError(
            f"{instance.key} belongs to no organizational unit, and its account to no organization",
            hint="take it out of the stack set in the CloudFormation console",
        )
    return named
