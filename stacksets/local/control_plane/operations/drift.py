"""DetectStackSetDrift, ListStackInstanceResourceDrifts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stacksets.local.control_plane.errors import (
    instance_not_found,
    operation_in_progress,
    operation_not_found,
)
from stacksets.local.control_plane.model import (
    ENDED,
    Change,
    InstanceKey,
    OperationAction,
    Task,
    TaskKind,
)
from stacksets.local.control_plane.operations.accept import accept
from stacksets.local.control_plane.operations.selection import set_suspended_apart
from stacksets.local.control_plane.operations.targets import operable
from stacksets.local.control_plane.paging import cut_page
from stacksets.local.control_plane.rows import examine

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacksets.local.control_plane.model import StackInstance, StackSet
    from stacksets.local.control_plane.operations.context import Context
    from stacksets.local.control_plane.store import Record


def detect_stack_set_drift(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Detect the drift of every stack instance that has a stack; one detection at a time.

    That instances without a stack, and INOPERABLE ones, are left out is assumed.
    """
    return accept(
        context,
        params,
        OperationAction.DETECT_DRIFT,
        lambda record, operation_id: _prepare(context, record, operation_id),
    )


def _prepare(context: Context, record: Record, operation_id: str) -> Change:
    """Compute what is examined.

    Raises:
        ApiError: `OperationInProgressException` while another detection runs or waits: managed
            execution, too, lets none wait behind another.
    """
    for other in record.operations.values():
        detects = other.action is OperationAction.DETECT_DRIFT and other.status not in ENDED
        if detects and other.id != operation_id:
            raise operation_in_progress(record.stack_set.arn, other.id)
    present = [row for row in operable(record.instances.values()) if row.has_stack]
    rows, skipped = set_suspended_apart(context, record, present, operation_id)
    return Change(
        stack_set=record.stack_set,
        instances=(*skipped, *(examine(row, operation_id) for row in rows)),
        tasks=tuple(_detection(record.stack_set, row) for row in rows),
    )


def _detection(stack_set: StackSet, row: StackInstance) -> Task:
    return Task(
        key=row.key,
        kind=TaskKind.DETECT_DRIFT,
        stack_set=stack_set,
        parameters={},
        stack_id=row.stack_id,
    )


def list_stack_instance_resource_drifts(
    context: Context, params: Mapping[str, Any]
) -> dict[str, Any]:
    """Show what a detection found in the resources of one stack instance.

    Raises:
        ApiError: `OperationNotFoundException`, also for an operation that detects no drift;
            `StackInstanceNotFoundException`.
    """
    record = context.get_record(params)
    operation = record.operations.find(params["OperationId"])
    if operation is None or operation.action is not OperationAction.DETECT_DRIFT:
        raise operation_not_found(params["OperationId"])
    key = InstanceKey(params["StackInstanceAccount"], params["StackInstanceRegion"])
    if record.instances.find(key) is None:
        raise instance_not_found(*key)
    result = record.results[operation.id].find(key)
    found = result.drift.resources if result and result.drift else ()
    wanted = params.get("StackInstanceResourceDriftStatuses")
    matching = [
        drift for drift in found if wanted is None or drift["StackResourceDriftStatus"] in wanted
    ]
    page, token = cut_page(matching, params)
    return {"Summaries": page, "NextToken": token}
