"""CreateStackInstances, UpdateStackInstances, DeleteStackInstances."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from stacksets.local.control_plane.model import (
    Change,
    InstanceStatus,
    OperationAction,
    StackInstance,
    Task,
    TaskKind,
)
from stacksets.local.control_plane.operations.accept import accept
from stacksets.local.control_plane.operations.context import refuse_what_is_not_emulated
from stacksets.local.control_plane.operations.targets import (
    deploy,
    find_rows,
    get_rows,
    new_row,
    operable,
    read_targets,
)
from stacksets.local.control_plane.rows import accept as accept_row
from stacksets.local.control_plane.templates import choose_values, parse_template

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from stacksets.local.control_plane.operations.context import Context
    from stacksets.local.control_plane.store import Record


def create_stack_instances(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Make stack instances; of those that are there, CURRENT ones are skipped, others retried."""
    refuse_what_is_not_emulated(params)

    def prepare(record: Record, operation_id: str) -> Change:
        keys = read_targets(params)
        rows = [record.instances.find(key) or new_row(key) for key in keys]
        wanting = [row for row in operable(rows) if row.status is not InstanceStatus.CURRENT]
        return _deploy(record, wanting, operation_id, params)

    return accept(context, params, OperationAction.CREATE, prepare)


def update_stack_instances(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Bring stack instances to the present definition, with other overrides where some are sent."""
    refuse_what_is_not_emulated(params)

    def prepare(record: Record, operation_id: str) -> Change:
        rows = operable(get_rows(record, read_targets(params)))
        return _deploy(record, rows, operation_id, params)

    return accept(context, params, OperationAction.UPDATE, prepare)


def _deploy(
    record: Record, rows: Iterable[StackInstance], operation_id: str, params: Mapping[str, Any]
) -> Change:
    overridden = [_override(record, row, params) for row in rows]
    deployed = [deploy(record.stack_set, row, operation_id) for row in overridden]
    return Change(
        stack_set=record.stack_set,
        instances=tuple(row for row, _ in deployed),
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
    refuse_what_is_not_emulated(params)
    kind = TaskKind.RETAIN if params["RetainStacks"] else TaskKind.DELETE

    def prepare(record: Record, operation_id: str) -> Change:
        rows = find_rows(record, read_targets(params))
        return Change(
            stack_set=record.stack_set,
            instances=tuple(accept_row(row, operation_id) for row in rows),
            tasks=tuple(_removal(record, row, kind) for row in rows),
        )

    return accept(context, params, OperationAction.DELETE, prepare)


def _removal(record: Record, row: StackInstance, kind: TaskKind) -> Task:
    return Task(
        key=row.key, kind=kind, stack_set=record.stack_set, parameters={}, stack_id=row.stack_id
    )
