"""CreateStackInstances, UpdateStackInstances, DeleteStackInstances."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from stacksets.local.control_plane.errors import limit_exceeded, validation_error
from stacksets.local.control_plane.model import (
    Change,
    InstanceStatus,
    OperationAction,
    StackInstance,
    Task,
    TaskKind,
)
from stacksets.local.control_plane.operations.accept import accept
from stacksets.local.control_plane.operations.listed_accounts import read_once
from stacksets.local.control_plane.operations.selection import (
    select_any,
    select_new,
    select_present,
    set_suspended_apart,
)
from stacksets.local.control_plane.operations.targets import deploy, operable
from stacksets.local.control_plane.operations.units import with_targets, without_targets
from stacksets.local.control_plane.region_names import ALL_REGIONS
from stacksets.local.control_plane.rows import accept as accept_row
from stacksets.local.control_plane.templates import choose_values, parse_template

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from stacksets.local.control_plane.operations.context import Context
    from stacksets.local.control_plane.store import Record

MOST_INSTANCES = 100_000


def create_stack_instances(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Make stack instances; of those that are there, CURRENT ones are skipped, others retried."""
    _check_that_there_are(params["Regions"])
    read = read_once(context, params)

    def prepare(record: Record, operation_id: str) -> Change:
        rows = select_new(context, record, read())
        _check_that_there_is_room(record, rows)
        wanting = [row for row in operable(rows) if row.status is not InstanceStatus.CURRENT]
        change = _deploy(context, record, wanting, operation_id, params)
        return replace(change, stack_set=with_targets(change.stack_set, params))

    return accept(context, params, OperationAction.CREATE, prepare)


def _check_that_there_are(regions: Iterable[str]) -> None:
    """Refuse regions that do not exist; the words are ours.

    Raises:
        ApiError: `ValidationError`.
    """
    for region in regions:
        if region not in ALL_REGIONS:
            raise validation_error(f"Region {region} is not supported")


def _check_that_there_is_room(record: Record, rows: Iterable[StackInstance]) -> None:
    """Refuse stack instances too many.

    Raises:
        ApiError: `LimitExceededException`.
    """
    keys = {row.key for row in (*record.instances.values(), *rows)}
    if len(keys) > MOST_INSTANCES:
        raise limit_exceeded(f"A stack set can have up to {MOST_INSTANCES} stack instances")


def update_stack_instances(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Bring stack instances to the present definition, with other overrides where some are sent."""
    read = read_once(context, params)

    def prepare(record: Record, operation_id: str) -> Change:
        rows = operable(select_present(context, record, read()))
        return _deploy(context, record, rows, operation_id, params)

    return accept(context, params, OperationAction.UPDATE, prepare)


def _deploy(
    context: Context,
    record: Record,
    rows: Iterable[StackInstance],
    operation_id: str,
    params: Mapping[str, Any],
) -> Change:
    wanted, skipped = set_suspended_apart(context, record, rows, operation_id)
    overridden = [_override(record, row, params) for row in wanted]
    deployed = [deploy(record.stack_set, row, operation_id) for row in overridden]
    return Change(
        stack_set=record.stack_set,
        instances=(*skipped, *(row for row, _ in deployed)),
        tasks=tuple(task for _, task in deployed),
    )


def _override(record: Record, row: StackInstance, params: Mapping[str, Any]) -> StackInstance:
    """Give the row with the overrides that the request asks for.

    No list leaves them; a list replaces them all, and an empty one resets every parameter to the
    stack set's value (API reference, UpdateStackInstances).
    """
    if "ParameterOverrides" not in params:
        return row
    template = parse_template(record.stack_set.definition.template)
    overrides = choose_values(template, params["ParameterOverrides"], row.overrides)
    return replace(row, overrides=overrides)


def delete_stack_instances(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Delete stack instances with their stacks, or without; pairs that are not there are no error.

    A failed delete leaves the instance INOPERABLE; retaining its stack ends that.
    """
    kind = TaskKind.RETAIN if params["RetainStacks"] else TaskKind.DELETE
    read = read_once(context, params)

    def prepare(record: Record, operation_id: str) -> Change:
        found = select_any(context, record, read())
        rows, skipped = found, found[:0]
        if kind is TaskKind.DELETE:
            rows, skipped = set_suspended_apart(context, record, found, operation_id)
        return Change(
            stack_set=without_targets(record.stack_set, read()),
            instances=(*skipped, *(accept_row(row, operation_id) for row in rows)),
            tasks=tuple(_removal(record, row, kind) for row in rows),
        )

    return accept(context, params, OperationAction.DELETE, prepare)


def _removal(record: Record, row: StackInstance, kind: TaskKind) -> Task:
    return Task(
        key=row.key, kind=kind, stack_set=record.stack_set, parameters={}, stack_id=row.stack_id
    )
