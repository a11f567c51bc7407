"""Accepting an operation: replay, busy or queued, and what it changes at once.

The order of the checks is assumed: what the request alone tells, the stack set, the operation id,
other operations, the targets, the template.
"""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from stacksets.local.control_plane.errors import operation_id_exists, operation_in_progress
from stacksets.local.control_plane.model import Operation, OperationStatus, PermissionModel
from stacksets.local.control_plane.operations.permission_models import show_roles
from stacksets.local.control_plane.operations.targets import check_named_once
from stacksets.local.control_plane.preferences import read_preferences
from stacksets.local.control_plane.settings import Replay

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from stacksets.local.control_plane.model import Change, OperationAction, StackSet
    from stacksets.local.control_plane.operations.context import Context
    from stacksets.local.control_plane.store import Record

NO_PART_OF_IT = frozenset({"OperationId", "ClientRequestToken", "CallAs"})


def fingerprint(action: str, params: Mapping[str, Any]) -> str:
    """Give what makes two requests the same request."""
    asked = {name: value for name, value in params.items() if name not in NO_PART_OF_IT}
    return json.dumps([action, asked], sort_keys=True)


def accept(
    context: Context,
    params: Mapping[str, Any],
    action: OperationAction,
    prepare: Callable[[Record, str], Change],
) -> dict[str, str]:
    """Begin or queue an operation and give its id.

    Under managed execution an operation waits while another runs or waits, even where the two do
    not conflict: of the API reference's two sentences on that, the one that holds in any case.

    `prepare` computes from the record, and the operation's id, what the operation changes; it is
    asked again when a queued operation's turn has come.

    Raises:
        ApiError: `OperationIdAlreadyExistsException` for an id that another request has used,
            `OperationInProgressException` while another operation runs (without managed execution),
            and whatever `prepare` raises.
    """
    preferences = read_preferences(params)
    check_named_once(params)
    record = context.get_record(params)
    if record.stack_set.permission_model is PermissionModel.SERVICE_MANAGED:
        context.get_organization()
    operation_id = params.get("OperationId", str(uuid.uuid4()))
    if _is_replay(context, record, operation_id, params):
        return {"OperationId": operation_id}
    unfinished = record.find_unfinished()
    if unfinished is not None and not record.stack_set.managed_execution:
        raise operation_in_progress(record.stack_set.arn, unfinished.id)
    change = prepare(record, operation_id)
    operation = new_operation(
        change.stack_set,
        operation_id,
        action,
        preferences=preferences,
        retain_stacks=params.get("RetainStacks"),
        created=context.clock.now(),
    )
    record.requests[operation_id] = fingerprint(context.action, params)
    if unfinished is None:
        context.engine.begin(record, operation, change)
    else:
        context.engine.enqueue(record, operation, lambda: prepare(record, operation_id))
    return {"OperationId": operation_id}


def new_operation(
    stack_set: StackSet,
    operation_id: str,
    action: OperationAction,
    *,
    preferences: Mapping[str, Any],
    retain_stacks: bool | None,
    created: datetime,
) -> Operation:
    """Give an operation that has just been accepted."""
    return Operation(
        id=operation_id,
        action=action,
        status=OperationStatus.RUNNING,
        reason=None,
        preferences=preferences,
        retain_stacks=retain_stacks,
        roles=show_roles(stack_set),
        created=created,
        ended=None,
    )


def _is_replay(
    context: Context, record: Record, operation_id: str, params: Mapping[str, Any]
) -> bool:
    """Tell whether this very request was accepted before; another one under its id is refused."""
    known = record.requests.get(operation_id)
    if known is None:
        return False
    same = known == fingerprint(context.action, params)
    if same and context.settings.replay is Replay.SAME_ID:
        return True
    raise operation_id_exists(operation_id)
