"""The events of a stack -> the one sentence that StackSets shows for a failed stack instance."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from types_boto3_cloudformation.type_defs import StackEventTypeDef

STARTS = frozenset({"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS"})
CASCADE = " cancelled"


def find_failure_reason(events: Iterable[StackEventTypeDef]) -> str | None:
    """Give the first failure of the stack's last operation, or None when no event tells one.

    `events` come newest first, as DescribeStackEvents gives them. A resource that failed only
    because another did ("Resource creation cancelled") is no reason. Where no resource failed, the
    stack's own first reason is given.
    """
    last_operation = list(_of_last_operation(events))
    for event in reversed(last_operation):
        if _is_cause(event):
            return (
                f"ResourceLogicalId:{event['LogicalResourceId']}, "
                f"ResourceType:{event['ResourceType']}, "
                f"ResourceStatusReason:{event.get('ResourceStatusReason', '')}."
            )
    own = (event.get("ResourceStatusReason") for event in last_operation[::-1] if _is_stack(event))
    return next((reason for reason in own if reason), None)


def _of_last_operation(events: Iterable[StackEventTypeDef]) -> Iterator[StackEventTypeDef]:
    for event in events:
        if _is_stack(event) and event.get("ResourceStatus") in STARTS:
            return
        yield event


def _is_stack(event: StackEventTypeDef) -> bool:
    return event.get("PhysicalResourceId") == event["StackId"]


def _is_cause(event: StackEventTypeDef) -> bool:
    failed = event.get("ResourceStatus", "").endswith("_FAILED")
    cascade = event.get("ResourceStatusReason", "").endswith(CASCADE)
    return failed and not cascade and not _is_stack(event)
