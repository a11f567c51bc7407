"""ImportStacksToStackSet: stacks that are there become stack instances."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from stacksets.local.control_plane.errors import (
    invalid_operation,
    limit_exceeded,
    stack_not_found,
    validation_error,
)
from stacksets.local.control_plane.model import (
    Change,
    OperationAction,
    Task,
    TaskKind,
)
from stacksets.local.control_plane.operations.accept import accept
from stacksets.local.control_plane.operations.selection import find_unit
from stacksets.local.control_plane.operations.targets import new_row
from stacksets.local.control_plane.operations.units import with_units_of
from stacksets.local.control_plane.rows import accept as accept_row

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from stacksets.local.control_plane.model import InstanceKey, StackInstance
    from stacksets.local.control_plane.operations.context import Context
    from stacksets.local.control_plane.outside import FoundStack
    from stacksets.local.control_plane.store import Record

MAXIMUM_INLINE = 10
MAXIMUM_LISTED = 200


def import_stacks_to_stack_set(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Import stacks by an operation that shows as CREATE; of its own stacks, CURRENT ones stay.

    What can be told before the roles are used is refused at once; what keeps a single stack out
    leaves its stack instance INOPERABLE, and may be tried again (StackSets user guide,
    "Troubleshooting").
    """
    if ("StackIds" in params) == ("StackIdsUrl" in params):
        raise validation_error("Specify either StackIds or StackIdsUrl")
    read = functools.cache(lambda: _read_stack_ids(context, params))

    def prepare(record: Record, operation_id: str) -> Change:
        found = _find_all(context, read())
        rows = [_accepted(context, record, stack, operation_id) for stack in found]
        imported = [
            replace(row, unit=find_unit(context, record, params, row.key))
            for row in rows
            if row is not None
        ]
        return Change(
            stack_set=with_units_of(record.stack_set, imported),
            instances=tuple(imported),
            tasks=tuple(_adoption(context, record, row) for row in imported),
        )

    return accept(context, params, OperationAction.CREATE, prepare)


def _read_stack_ids(context: Context, params: Mapping[str, Any]) -> Sequence[str]:
    """Give the stacks that a request names, each once.

    Raises:
        ApiError: `ValidationError` for a list that cannot be read, `LimitExceededException` for
            more than 10 in the request or 200 in a list.
    """
    if "StackIds" in params:
        stack_ids, most = params["StackIds"], MAXIMUM_INLINE
    else:
        listed = context.outside.read_stack_ids(context.account, params["StackIdsUrl"])
        stack_ids, most = listed, MAXIMUM_LISTED
    if len(stack_ids) > most:
        raise limit_exceeded(f"You can import up to {most} stacks at a time")
    return list(dict.fromkeys(stack_ids))


def _find_all(context: Context, stack_ids: Sequence[str]) -> list[FoundStack]:
    """Read the stacks.

    Raises:
        ApiError: `StackNotFoundException` for the first that is not there,
            `InvalidOperationException` for two of one account and Region.
    """
    found: dict[InstanceKey, FoundStack] = {}
    for stack_id in stack_ids:
        stack = context.outside.find_stack(stack_id)
        if stack is None:
            raise stack_not_found(stack_id)
        if stack.key in found:
            raise invalid_operation(
                f"More than one stack is named for account {stack.key.account} and region "
                f"{stack.key.region}"
            )
        found[stack.key] = stack
    return list(found.values())


def _accepted(
    context: Context, record: Record, stack: FoundStack, operation_id: str
) -> StackInstance | None:
    """Give the row of an imported stack, None when the stack set holds the stack already.

    Raises:
        ApiError: `InvalidOperationException` for a stack of another stack set, and where another
            stack already stands for the account and Region.
    """
    owner = context.store.find_owner(stack.id)
    if owner is not None and owner is not record:
        raise invalid_operation(
            f"Stack {stack.id} already belongs to stack set {owner.stack_set.arn}"
        )
    present = record.instances.find(stack.key)
    if present is None:
        return accept_row(replace(new_row(stack.key), stack_id=stack.id), operation_id)
    if present.stack_id != stack.id:
        raise invalid_operation(
            f"Stack set {record.stack_set.name} already has a stack instance for account "
            f"{stack.key.account} and region {stack.key.region}"
        )
    return None if present.has_stack else accept_row(present, operation_id)


def _adoption(context: Context, record: Record, row: StackInstance) -> Task:
    """Give the task, whose parameters are those that need no override."""
    pins = context.settings.import_pins
    return Task(
        key=row.key,
        kind=TaskKind.IMPORT,
        stack_set=record.stack_set,
        parameters={} if pins else record.stack_set.definition.parameters,
        stack_id=row.stack_id,
    )
