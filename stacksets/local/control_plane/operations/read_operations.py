"""ListStackSetOperations, DescribeStackSetOperation, ListStackSetOperationResults and the stop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stacksets.local.control_plane.drift import show_operation
from stacksets.local.control_plane.errors import invalid_operation, operation_not_found
from stacksets.local.control_plane.model import ENDED, ResultStatus
from stacksets.local.control_plane.operations.filters import matches
from stacksets.local.control_plane.paging import cut_page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacksets.local.control_plane.model import Operation, Result
    from stacksets.local.control_plane.operations.context import Context
    from stacksets.local.control_plane.store import Record


def list_stack_set_operations(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Show the operations, the newest first, as they were a lag ago."""
    record = context.get_record(params)
    operations = record.operations.values_at(context.as_lists_see_it)
    page, token = cut_page(operations[::-1], params)
    return {"Summaries": [_summary(record, found) for found in page], "NextToken": token}


def describe_stack_set_operation(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Show one operation as it stands now: this read is strongly consistent."""
    record = context.get_record(params)
    operation = _get_operation(record, params)
    return {
        "StackSetOperation": {
            **_summary(record, operation),
            "StackSetId": record.stack_set.id,
            "RetainStacks": operation.retain_stacks,
            **operation.roles,
            "StackSetDriftDetectionDetails": show_operation(
                operation, record.results[operation.id].values()
            ),
        }
    }


def list_stack_set_operation_results(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Show how an operation goes in each account and Region, as it was a lag ago."""
    record = context.get_record(params)
    operation = _get_operation(record, params)
    results = record.results[operation.id].values_at(context.as_lists_see_it)
    matching = [
        result for result in results if matches(params, {"OPERATION_RESULT_STATUS": result.status})
    ]
    page, token = cut_page(matching, params)
    summaries = [
        {
            "Account": result.key.account,
            "Region": result.key.region,
            "Status": result.status,
            "StatusReason": result.reason,
            "AccountGateResult": _show_gate(result),
            "OrganizationalUnitId": result.unit,
        }
        for result in page
    ]
    return {"Summaries": summaries, "NextToken": token}


def _show_gate(result: Result) -> dict[str, Any] | None:
    gate = result.gate
    return None if gate is None else {"Status": gate.status, "StatusReason": gate.reason}


def stop_stack_set_operation(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Stop an operation: what waits is cancelled, what runs finishes."""
    record = context.get_record(params)
    operation = _get_operation(record, params)
    if operation.status in ENDED:
        raise invalid_operation(
            f"Operation {operation.id} is in {operation.status} state and can not be stopped"
        )
    context.engine.stop(record, operation)
    return {}


def _get_operation(record: Record, params: Mapping[str, Any]) -> Operation:
    operation = record.operations.find(params["OperationId"])
    if operation is None:
        raise operation_not_found(params["OperationId"])
    return operation


def _summary(record: Record, operation: Operation) -> dict[str, Any]:
    """Give what descriptions and summaries have in common."""
    results = record.results[operation.id].values()
    failed = sum(result.status is ResultStatus.FAILED for result in results)
    return {
        "OperationId": operation.id,
        "Action": operation.action,
        "Status": operation.status,
        "StatusReason": operation.reason,
        "OperationPreferences": operation.preferences,
        "CreationTimestamp": operation.created,
        "EndTimestamp": operation.ended,
        "StatusDetails": {"FailedStackInstancesCount": failed},
    }
