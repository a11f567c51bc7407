"""Organizational units as targets: which accounts they come to, and which Regions they keep.

Source: API reference, DeploymentTargets and StackInstance; StackSets user guide, "Delete stack
instances" (a unit whose instances are deleted is no target any more).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from stacksets.local.control_plane.errors import validation_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from stacksets.local.control_plane.model import StackInstance, StackSet
    from stacksets.local.organizations.tree import Organization

MOST_UNITS = 50
NONE, INTERSECTION, DIFFERENCE, UNION = "NONE", "INTERSECTION", "DIFFERENCE", "UNION"
Chosen = dict[str, "str | None"]
"""The unit that brought each account in, None where the account itself was named."""


def read_units(params: Mapping[str, Any]) -> list[str]:
    """Give the units that a request targets."""
    return list(params.get("DeploymentTargets", {}).get("OrganizationalUnitIds", ()))


def read_regions(params: Mapping[str, Any]) -> list[str]:
    """Give the Regions of a request, each once.

    Raises:
        ApiError: `ValidationError` when there are none.
    """
    regions = list(dict.fromkeys(params.get("Regions", ())))
    if not regions:
        raise validation_error("Regions must be specified")
    return regions


def read_filter(params: Mapping[str, Any]) -> str:
    """Give the account filter: UNION by default where there are accounts to unite with."""
    targets = params.get("DeploymentTargets", {})
    return str(targets.get("AccountFilterType", UNION if targets.get("Accounts") else NONE))


def check_units(
    organization: Organization, params: Mapping[str, Any], *, creates: bool = False
) -> None:
    """Refuse targets that a service-managed stack set cannot have.

    Raises:
        ApiError: `ValidationError`.
    """
    if "Accounts" in params or "DeploymentTargets" not in params:
        raise validation_error(
            "StackSets with SERVICE_MANAGED permission model can only have OrganizationalUnit as "
            "target"
        )
    units, targets, kind = read_units(params), params["DeploymentTargets"], read_filter(params)
    if not units and (creates or kind != UNION):
        raise validation_error("OrganizationalUnitIds are required")
    if creates and targets.get("Accounts") and "AccountFilterType" not in targets:
        raise validation_error(
            "AccountFilterType is required where OrganizationalUnitIds and Accounts are specified"
        )
    if creates and kind == UNION:
        raise validation_error("AccountFilterType UNION is not supported for this operation")
    if kind in {INTERSECTION, DIFFERENCE} and not targets.get("Accounts"):
        raise validation_error(f"Accounts are required for AccountFilterType {kind}")
    _check_that_there_are(organization, units)


def _check_that_there_are(organization: Organization, units: list[str]) -> None:
    if len(units) > MOST_UNITS:
        raise validation_error(
            f"1 validation error detected: Value at 'deploymentTargets.organizationalUnitIds' "
            f"failed to satisfy constraint: Member must have length less than or equal to "
            f"{MOST_UNITS}"
        )
    for unit in units:
        if not organization.has_unit(unit):
            raise validation_error(f"Organizational unit {unit} not found in the organization")


def choose_accounts(
    organization: Organization, params: Mapping[str, Any], present: Iterable[StackInstance] = ()
) -> Chosen:
    """Give the accounts that a request means, the management account never.

    `present` are stack instances that belong to the units they were made for, wherever their
    accounts are by now.
    """
    units = read_units(params)
    below: Chosen = {row.key.account: row.unit for row in present if row.unit in units}
    for unit in reversed(units):
        below.update(dict.fromkeys(organization.members_below(unit), unit))
    named = dict.fromkeys(params["DeploymentTargets"].get("Accounts", ()))
    named.pop(organization.management, None)
    match read_filter(params):
        case "INTERSECTION":
            return {account: below[account] for account in below if account in named}
        case "DIFFERENCE":
            return {account: below[account] for account in below if account not in named}
        case "UNION":
            return {**named, **below}
        case _:
            return below


def with_targets(stack_set: StackSet, params: Mapping[str, Any]) -> StackSet:
    """Give a stack set when the request's units and Regions have become targets."""
    units = read_units(params)
    pairs = [(unit, region) for unit in units for region in read_regions(params)]
    return _add(stack_set, pairs)


def with_units_of(stack_set: StackSet, rows: Iterable[StackInstance]) -> StackSet:
    """Give a stack set when the units of imported stack instances have become targets."""
    return _add(stack_set, [(row.unit, row.key.region) for row in rows if row.unit is not None])


def _add(stack_set: StackSet, pairs: Iterable[tuple[str, str]]) -> StackSet:
    targets = dict(stack_set.targets)
    for unit, region in pairs:
        targets[unit] = tuple(dict.fromkeys((*targets.get(unit, ()), region)))
    return replace(stack_set, targets=targets)


def without_targets(stack_set: StackSet, params: Mapping[str, Any]) -> StackSet:
    """Give a stack set when whole units have been taken out of Regions."""
    if read_filter(params) in {INTERSECTION, DIFFERENCE}:
        return stack_set
    units, gone = read_units(params), read_regions(params)
    kept = {
        unit: tuple(region for region in regions if unit not in units or region not in gone)
        for unit, regions in stack_set.targets.items()
    }
    targets = {unit: regions for unit, regions in kept.items() if regions}
    return replace(stack_set, targets=targets)


def list_units(stack_set: StackSet, rows: Iterable[StackInstance]) -> tuple[str, ...]:
    """Give the units that a stack set shows: its targets, and those of instances still there."""
    units = [*stack_set.targets, *(row.unit for row in rows if row.unit)]
    return tuple(dict.fromkeys(units))
