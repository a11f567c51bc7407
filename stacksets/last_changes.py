"""Stack instances as the latest operation that changes anything left them.

A drift detection changes nothing (API reference, DetectStackSetDrift), and yet it may overwrite how
the update before it went: `DetailedStatus`, `StatusReason` and `LastOperationId` are of the last
operation (API reference, StackInstanceComprehensiveStatus, StackInstanceSummary). Whether AWS
counts detections among them it does not say. The results of the operations themselves say how each
went, whatever the answer is.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile
from typing import TYPE_CHECKING

from stacksets.model.observed import (
    DetailedStatus,
    InstanceStatus,
    OperationAction,
    ResultStatus,
)
from stacksets.operation_ids import Purpose, find_purpose

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from stacksets.aws.door import StackSets
    from stacksets.model.desired import InstanceKey
    from stacksets.model.observed import Operation, OperationResult, StackInstance

HISTORY = 20
"""The latest operations that change anything, whose results are asked; each takes a call."""


def pass_over_detections(
    stack_sets: StackSets,
    name: str,
    instances: Sequence[StackInstance],
    operations: Sequence[Operation],
) -> tuple[StackInstance, ...]:
    """Give the stack instances without what drift detections have written over them.

    Where no operation tells how the latest change went, CURRENT is word enough that it went well;
    of another status nobody knows any more why, and its detailed status is None.

    Args:
        stack_sets: asked for results, and only where a detection may hide some.
        name: the stack set's.
        instances: its stack instances, as AWS lists them.
        operations: its latest, newest first.
    """
    hidden = {one.key: one for one in instances if _may_be_hidden(one, operations)}
    if not hidden:
        return tuple(instances)
    told: dict[InstanceKey, StackInstance] = {}
    for operation in _list_changes(operations, hidden.values()):
        for result in stack_sets.list_results(name, operation.id):
            if result.key in hidden and result.key not in told:
                told[result.key] = _as_left(hidden[result.key], operation, result)
        if len(told) == len(hidden):
            break
    return tuple(
        told.get(one.key) or _untold(one) if one.key in hidden else one for one in instances
    )


def _may_be_hidden(instance: StackInstance, operations: Sequence[Operation]) -> bool:
    """Tell whether a detection came after the change that its row should tell of.

    What is well is well with or without a detection, and that an account is suspended is true of
    any operation.
    """
    if instance.is_healthy or instance.detailed_status is DetailedStatus.SKIPPED_SUSPENDED_ACCOUNT:
        return False
    last = instance.last_operation_id or ""
    since = takewhile(lambda one: one.id != last, operations)
    own = [one for one in operations if one.id == last]
    return (
        find_purpose(last) is Purpose.DRIFT
        or any(one.changes_nothing for one in own)
        or any(one.changes_nothing for one in since)
    )


def _list_changes(
    operations: Sequence[Operation], hidden: Collection[StackInstance]
) -> Iterator[Operation]:
    """Give the latest changes, newest first, and those older ones that a row itself names."""
    named = {one.last_operation_id for one in hidden}
    changes = [one for one in operations if not one.changes_nothing]
    yield from changes[:HISTORY]
    yield from (one for one in changes[HISTORY:] if one.id in named)


def _as_left(
    instance: StackInstance, operation: Operation, result: OperationResult
) -> StackInstance:
    return replace(
        instance,
        detailed_status=_how_it_went(instance.status, operation.action, result.status),
        status_reason=result.status_reason,
        last_operation_id=operation.id,
    )


def _how_it_went(
    status: InstanceStatus, action: OperationAction, result: ResultStatus
) -> DetailedStatus:
    """Give the detailed status that goes with a result.

    INOPERABLE is what a deletion leaves that failed, or an import, whose action is CREATE
    (StackSets user guide, "StackSet status codes").
    """
    if status is InstanceStatus.INOPERABLE and result is ResultStatus.FAILED:
        by_import = action is OperationAction.CREATE
        return DetailedStatus.FAILED_IMPORT if by_import else DetailedStatus.INOPERABLE
    return DetailedStatus(result.value)


def _untold(instance: StackInstance) -> StackInstance:
    is_current = instance.status is InstanceStatus.CURRENT
    detailed_status = DetailedStatus.SUCCEEDED if is_current else None
    return replace(instance, detailed_status=detailed_status, status_reason="")
