"""UpdateStackSet: a new definition, and an operation over all stack instances or some."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from stacksets.local.control_plane.errors import invalid_operation
from stacksets.local.control_plane.model import Change, OperationAction, StackSet
from stacksets.local.control_plane.operations.accept import accept
from stacksets.local.control_plane.operations.context import refuse_what_is_not_emulated
from stacksets.local.control_plane.operations.definitions import changed_definition
from stacksets.local.control_plane.operations.sources import with_template
from stacksets.local.control_plane.operations.targets import (
    deploy,
    get_rows,
    names_targets,
    operable,
    read_targets,
)
from stacksets.local.control_plane.rows import outdate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacksets.local.control_plane.operations.context import Context
    from stacksets.local.control_plane.store import Record


def update_stack_set(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Replace the definition and update the targeted instances, every one when none is named.

    The definition stays replaced even if the operation fails. An update that changes nothing still
    goes over every instance, whose stack then has "No updates are to be performed.".
    """
    refuse_what_is_not_emulated(params)
    asked = with_template(context, params)
    return accept(
        context,
        params,
        OperationAction.UPDATE,
        lambda record, operation_id: _prepare(record, operation_id, asked),
    )


def _prepare(record: Record, operation_id: str, params: Mapping[str, Any]) -> Change:
    """Compute the new definition and every row that it outdates, targeted or not."""
    everything = record.instances.values()
    keys = read_targets(params) if names_targets(params) else [row.key for row in everything]
    targeted = operable(get_rows(record, keys))
    stack_set = _changed(record, operation_id, params)
    deployed = [deploy(stack_set, row, operation_id) for row in targeted]
    outdated = [outdate(row) for row in everything] if _outdates_all(params) else []
    rows = {row.key: row for row in [*outdated, *(row for row, _ in deployed)]}
    tasks = tuple(task for _, task in deployed)
    return Change(stack_set=stack_set, instances=tuple(rows.values()), tasks=tasks)


def _outdates_all(params: Mapping[str, Any]) -> bool:
    """Tell whether all instances become OUTDATED: with a template or parameters, so AWS says.

    Other changes leave instances that are not targeted CURRENT, although they lack them.
    """
    return "TemplateBody" in params or "Parameters" in params


def _changed(record: Record, operation_id: str, params: Mapping[str, Any]) -> StackSet:
    """Give the stack set as it will be.

    Raises:
        ApiError: `InvalidOperationException` when managed execution would change while operations
            run or wait.
    """
    present = record.stack_set
    managed = params.get("ManagedExecution", {}).get("Active", present.managed_execution)
    unfinished = record.find_unfinished()
    if managed != present.managed_execution and unfinished and unfinished.id != operation_id:
        raise invalid_operation(
            "ManagedExecution cannot be changed while operations are running or queued"
        )
    definition = changed_definition(params, present.account, present.definition)
    return replace(present, definition=definition, managed_execution=managed)
