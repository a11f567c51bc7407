"""Which stack instances a request means: by accounts in a self-managed stack set, else by units."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from stacksets.local.control_plane.errors import instance_not_found, validation_error
from stacksets.local.control_plane.model import InstanceKey, PermissionModel
from stacksets.local.control_plane.operations.targets import (
    find_rows,
    get_rows,
    new_row,
    read_targets,
)
from stacksets.local.control_plane.operations.units import (
    check_units,
    choose_accounts,
    read_regions,
    read_units,
)
from stacksets.local.control_plane.rows import skip

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from stacksets.local.control_plane.model import StackInstance
    from stacksets.local.control_plane.operations.context import Context
    from stacksets.local.control_plane.store import Record

Rows = list["StackInstance"]
ACCOUNTS_ONLY = "StackSets with SELF_MANAGED permission model can only have accounts as target"


def select_new(context: Context, record: Record, params: Mapping[str, Any]) -> Rows:
    """Give the stack instances that a request wants there to be, those that are there among them.

    Raises:
        ApiError: `ValidationError` for targets that the permission model does not have.
    """
    if _is_self_managed(record):
        keys = _read_accounts(params)
        return [record.instances.find(key) or new_row(key) for key in keys]
    organization = context.get_organization()
    check_units(organization, params, creates=True)
    chosen = choose_accounts(organization, params)
    return [
        record.instances.find(InstanceKey(account, region))
        or replace(new_row(InstanceKey(account, region)), unit=unit)
        for region in read_regions(params)
        for account, unit in chosen.items()
    ]


def select_present(context: Context, record: Record, params: Mapping[str, Any]) -> Rows:
    """Give the stack instances that a request takes for granted.

    Of a unit those that are there count: filters may have kept accounts out of it.

    Raises:
        ApiError: `ValidationError` as above, `StackInstanceNotFoundException`.
    """
    if _is_self_managed(record):
        return get_rows(record, _read_accounts(params))
    keys = _keys_of_units(context, record, params)
    named = params["DeploymentTargets"].get("Accounts", ())
    get_rows(record, [key for key, unit in keys.items() if unit is None and key.account in named])
    rows = find_rows(record, keys)
    if not rows:
        raise instance_not_found(", ".join(read_units(params)), ", ".join(read_regions(params)))
    return rows


def select_any(context: Context, record: Record, params: Mapping[str, Any]) -> Rows:
    """Give those of the stack instances that a request names which are there.

    Raises:
        ApiError: `ValidationError` as above.
    """
    if _is_self_managed(record):
        return find_rows(record, _read_accounts(params))
    return find_rows(record, _keys_of_units(context, record, params))


def find_unit(
    context: Context, record: Record, params: Mapping[str, Any], key: InstanceKey
) -> str | None:
    """Give the first of a request's units that an imported stack's account is in.

    Raises:
        ApiError: `ValidationError` for units of a self-managed stack set, and for an account of a
            service-managed one that is in none of them: that AWS refuses it is assumed.
    """
    units = params.get("OrganizationalUnitIds", ())
    if _is_self_managed(record):
        if units:
            raise validation_error(ACCOUNTS_ONLY)
        return None
    organization = context.get_organization()
    for unit in units:
        if key.account in organization.members_below(unit):
            return str(unit)
    raise validation_error(f"Account {key.account} is in none of the OrganizationalUnitIds")


def set_suspended_apart(
    context: Context, record: Record, rows: Iterable[StackInstance], operation_id: str
) -> tuple[Rows, Rows]:
    """Give the rows that an operation goes over, and those that it skips, marked as skipped."""
    wanted = list(rows)
    if _is_self_managed(record):
        return wanted, []
    organization = context.get_organization()
    skipped = [row for row in wanted if organization.is_suspended(row.key.account)]
    open_rows = [row for row in wanted if row not in skipped]
    return open_rows, [skip(row, operation_id) for row in skipped]


def _is_self_managed(record: Record) -> bool:
    return record.stack_set.permission_model is PermissionModel.SELF_MANAGED


def _read_accounts(params: Mapping[str, Any]) -> list[InstanceKey]:
    if set(params.get("DeploymentTargets", ())) - {"Accounts"}:
        raise validation_error(ACCOUNTS_ONLY)
    return read_targets(params)


def _keys_of_units(
    context: Context, record: Record, params: Mapping[str, Any]
) -> dict[InstanceKey, str | None]:
    organization = context.get_organization()
    check_units(organization, params)
    chosen = choose_accounts(organization, params, record.instances.values())
    return {
        InstanceKey(account, region): unit
        for region in read_regions(params)
        for account, unit in chosen.items()
    }
