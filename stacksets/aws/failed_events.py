"""The failed events of a stack (DescribeEvents) -> the failures of its last operation.

Source: CloudFormation API reference, DescribeEvents and OperationEvent. Beside what
DescribeStackEvents tells they hold what validations and hooks refused before anything was made.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from stacksets.aws.door import StackEvent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from types_boto3_cloudformation.type_defs import OperationEventTypeDef

_DELETED = "DELETE_COMPLETE"
_OPERATIONS = frozenset({"CREATE_STACK", "UPDATE_STACK", "DELETE_STACK"})
"""What fails for a cause; a rollback and what fails in it are consequences."""


def find_last_failures(
    stack_status: str, rows: Iterable[OperationEventTypeDef]
) -> tuple[StackEvent, ...]:
    """Give the failures of a stack's last operation, oldest first; none where that went well.

    Args:
        stack_status: the stack's own, which tells how its last operation ended. Of a stack that was
            deleted, only its creation can be what failed.
        rows: the failed events of all its operations, in whatever order.
    """
    if _went_well(stack_status):
        return ()
    types = {"CREATE_STACK"} if stack_status == _DELETED else _OPERATIONS
    failed = sorted(
        (row for row in rows if row.get("OperationType") in types and not _is_warning(row)),
        key=lambda row: row["Timestamp"],
    )
    return tuple(_of_last_operation(failed))


def _went_well(stack_status: str) -> bool:
    if stack_status == _DELETED:
        return False
    return stack_status.endswith("_COMPLETE") and "ROLLBACK" not in stack_status


def _is_warning(row: OperationEventTypeDef) -> bool:
    return "WARN" in {row.get("ValidationFailureMode"), row.get("HookFailureMode")}


def _of_last_operation(failed: list[OperationEventTypeDef]) -> Iterator[StackEvent]:
    for row in failed:
        if row.get("OperationId") == failed[-1].get("OperationId"):
            yield StackEvent(
                at=row["Timestamp"].astimezone(UTC),
                logical_id=row.get("LogicalResourceId", ""),
                physical_id=row.get("PhysicalResourceId", ""),
                resource_type=row.get("ResourceType", ""),
                status=_status(row),
                reason=_reason(row),
            )


def _status(row: OperationEventTypeDef) -> str:
    """Give the resource's status; a validation or hook comes before there is any."""
    if row.get("EventType") in {"VALIDATION_ERROR", "HOOK_INVOCATION_ERROR"}:
        return "VALIDATION_FAILED"
    return row.get("ResourceStatus", "")


def _reason(row: OperationEventTypeDef) -> str:
    match row.get("EventType"):
        case "VALIDATION_ERROR":
            path = row.get("ValidationPath")
            return row.get("ValidationStatusReason", "") + (f" (at {path})" if path else "")
        case "HOOK_INVOCATION_ERROR":
            return f"hook {row.get('HookType', '')} refused: {row.get('HookStatusReason', '')}"
        case _:
            return row.get("ResourceStatusReason", "")
