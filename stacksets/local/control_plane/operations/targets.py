"""Which stack instances a request means, and what is done to each."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from stacksets.local.control_plane.errors import instance_not_found, validation_error
from stacksets.local.control_plane.model import (
    DetailedStatus,
    InstanceKey,
    InstanceStatus,
    StackInstance,
    Task,
    TaskKind,
)
from stacksets.local.control_plane.rows import accept

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from stacksets.local.control_plane.model import StackSet
    from stacksets.local.control_plane.store import Record


def check_named_once(params: Mapping[str, Any]) -> None:
    """Refuse a request that names its targets in two ways.

    Raises:
        ApiError: `ValidationError`.
    """
    if "Accounts" in params and "DeploymentTargets" in params:
        raise validation_error("You can specify Accounts or DeploymentTargets, but not both")


def read_targets(params: Mapping[str, Any]) -> list[InstanceKey]:
    """Give the cross product of accounts and Regions, Region by Region.

    Raises:
        ApiError: `ValidationError` when there are none.
    """
    accounts = params.get("DeploymentTargets", params).get("Accounts", [])
    regions = params.get("Regions", [])
    if not accounts or not regions:
        raise validation_error("Accounts and Regions must both be specified")
    pairs = itertools.product(regions, accounts)
    return list(dict.fromkeys(InstanceKey(account, region) for region, account in pairs))


def names_targets(params: Mapping[str, Any]) -> bool:
    """Tell whether a request names any target at all."""
    return any(params.get(name) for name in ("Accounts", "DeploymentTargets", "Regions"))


def find_rows(record: Record, keys: Iterable[InstanceKey]) -> list[StackInstance]:
    """Give the stack instances that are there."""
    found = (record.instances.find(key) for key in keys)
    return [row for row in found if row is not None]


def get_rows(record: Record, keys: Iterable[InstanceKey]) -> list[StackInstance]:
    """Give the stack instances.

    Raises:
        ApiError: `StackInstanceNotFoundException` for the first that is not there.
    """
    wanted = list(keys)
    rows = find_rows(record, wanted)
    present = {row.key for row in rows}
    for key in wanted:
        if key not in present:
            raise instance_not_found(*key)
    return rows


def operable(rows: Iterable[StackInstance]) -> list[StackInstance]:
    """Leave out what only a delete may touch (StackSets user guide, status INOPERABLE)."""
    return [row for row in rows if row.status is not InstanceStatus.INOPERABLE]


def new_row(key: InstanceKey) -> StackInstance:
    """Give the row of an account and Region that the stack set has not had."""
    return StackInstance(
        key=key,
        status=InstanceStatus.OUTDATED,
        detailed_status=DetailedStatus.PENDING,
        reason=None,
        stack_id=None,
        has_stack=False,
        overrides={},
        last_operation_id="",
    )


def deploy(
    stack_set: StackSet, row: StackInstance, operation_id: str
) -> tuple[StackInstance, Task]:
    """Give the accepted row and the task that brings it to the stack set's definition.

    An instance whose create failed gets a fresh stack, any other has its stack updated.
    """
    task = Task(
        key=row.key,
        kind=TaskKind.UPDATE if row.has_stack else TaskKind.CREATE,
        stack_set=stack_set,
        parameters={**stack_set.definition.parameters, **row.overrides},
        stack_id=row.stack_id,
    )
    return accept(row, operation_id), task
