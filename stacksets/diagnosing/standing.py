"""What is wrong with a stack set: in its instances as they stand, or in one of its operations."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stacksets.diagnosing.causes import (
    NO_REASON,
    explain,
    find_root_causes,
    list_not_attempted,
)
from stacksets.errors import InputError
from stacksets.hints import explain_inoperable
from stacksets.model.desired import SELF
from stacksets.model.diagnosis import Diagnosis, Unread
from stacksets.model.observed import (
    DetailedStatus,
    InstanceStatus,
    OperationResult,
    OperationStatus,
    ResultStatus,
)
from stacksets.model.outcome import RootCause
from stacksets.operation_ids import is_import_unfinished
from stacksets.retries import find_latest_retry, find_retry
from stacksets.unlisted import Unlisted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from stacksets.aws.door import Aws
    from stacksets.model.desired import Deployment, InstanceKey, OperationId
    from stacksets.model.observed import Operation, StackInstance, StackSet
    from stacksets.model.outcome import Retry

_FAILED = frozenset(
    {
        DetailedStatus.FAILED,
        DetailedStatus.FAILED_IMPORT,
        DetailedStatus.INOPERABLE,
        DetailedStatus.SKIPPED_SUSPENDED_ACCOUNT,
    }
)
_SUSPENDED = DetailedStatus.SKIPPED_SUSPENDED_ACCOUNT
_NOTHING_YET = frozenset({DetailedStatus.PENDING, DetailedStatus.RUNNING})
_UNTOLD = "it is OUTDATED, and no operation that was looked into tells why"
_UNFINISHED = frozenset({ResultStatus.PENDING, ResultStatus.RUNNING})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sorted:
    """The stack instances by what is the matter with them."""

    failed: tuple[StackInstance, ...]
    gone: tuple[StackInstance, ...]
    unseen: tuple[Unread, ...]
    waiting: tuple[InstanceKey, ...]
    moving: tuple[InstanceKey, ...]
    left_alone: tuple[Unread, ...]


def diagnose(aws: Aws, deployment: Deployment, observed: StackSet) -> Diagnosis:
    """Find what is wrong with the stack instances as they stand, whatever operation left them so.

    Args:
        aws: The door to AWS.
        deployment: Bound to the caller's account.
        observed: The stack set; whether stacks exist is believed as it says.
    """
    found = _sort(deployment, observed)
    results = _read_results(aws, deployment, found.failed)
    retry = find_latest_retry(observed.operations)
    causes = find_root_causes(aws, deployment, observed, results, retry)
    there = {one.key: one for one in observed.instances}
    told, untold = _split(_with_status(one, there[one.key].status, retry) for one in causes)
    return Diagnosis(
        operation=None,
        causes=(*told, *(explain(deployment, _gone(one), retry) for one in found.gone)),
        not_attempted=found.waiting,
        missing=tuple(key for key in deployment.instance_keys() if key not in there),
        moving=found.moving,
        unread=(*untold, *found.unseen),
        left_alone=found.left_alone,
        stacks_looked_up=observed.stacks_looked_up,
        retry=retry,
        unimported=_list_unimported(observed),
    )


def diagnose_operation(
    aws: Aws, deployment: Deployment, observed: StackSet, operation_id: OperationId
) -> Diagnosis:
    """Find what went wrong in one operation, as its results tell it.

    Raises:
        InputError: the stack set knows no such operation.
    """
    stack_sets = aws.stack_sets(deployment.home_region, deployment.call_as)
    operation = stack_sets.find_operation(deployment.name, operation_id)
    if operation is None:
        known = ", ".join(one.id for one in observed.operations[:5])
        raise InputError(
            f"stack set {deployment.name} has no operation {operation_id}",
            hint=f"its latest are {known or 'none'}; `stacksets status` lists them",
        )
    results = stack_sets.list_results(deployment.name, operation_id)
    retry = find_retry(operation)
    told, untold = _split(find_root_causes(aws, deployment, observed, results, retry))
    own = _of_operation(deployment, operation) if not told and not untold else ()
    return Diagnosis(
        operation=operation,
        causes=(*told, *own),
        not_attempted=list_not_attempted(results),
        missing=(),
        moving=tuple(sorted(one.key for one in results if one.status in _UNFINISHED)),
        unread=untold,
        stacks_looked_up=observed.stacks_looked_up,
        retry=retry,
        unimported=_list_unimported(observed),
    )


def _list_unimported(observed: StackSet) -> tuple[str, ...]:
    ids = (one.stack_id for one in observed.instances if is_import_unfinished(one))
    return tuple(filter(None, ids))


def _sort(deployment: Deployment, observed: StackSet) -> _Sorted:
    wanted, unlisted = set(deployment.instance_keys()), Unlisted(deployment)
    busy = observed.running_operation is not None
    failed: list[StackInstance] = []
    gone: list[StackInstance] = []
    unseen: list[Unread] = []
    waiting: list[InstanceKey] = []
    moving: list[InstanceKey] = []
    left_alone: list[Unread] = []
    for one in observed.instances:
        out_of_reach = one.key not in wanted and unlisted.tell_out_of_reach(one)
        if out_of_reach:
            left_alone.append(Unread(key=one.key, why=out_of_reach))
        elif one.detailed_status in _FAILED or one.status is InstanceStatus.INOPERABLE:
            failed.append(one)
        elif one.stack_exists is False:
            gone.append(one)
        elif one.status is InstanceStatus.OUTDATED and one.detailed_status is None:
            unseen.append(Unread(key=one.key, why=_UNTOLD))
        elif not one.is_healthy:
            is_moving = busy and one.detailed_status in _NOTHING_YET
            (moving if is_moving else waiting).append(one.key)
        elif one.unread:
            unseen.append(Unread(key=one.key, why=one.unread.why))
    return _Sorted(
        failed=tuple(failed),
        gone=tuple(gone),
        unseen=tuple(unseen),
        waiting=tuple(waiting),
        moving=tuple(moving),
        left_alone=tuple(left_alone),
    )


def _read_results(
    aws: Aws, deployment: Deployment, failed: Sequence[StackInstance]
) -> tuple[OperationResult, ...]:
    """Give a failed result of each instance; the operation is asked where its row is silent."""
    stack_sets = aws.stack_sets(deployment.home_region, deployment.call_as)
    silent = (one.last_operation_id for one in failed if not one.status_reason)
    reasons: dict[tuple[OperationId | None, InstanceKey], str] = {
        (operation_id, result.key): result.status_reason
        for operation_id in dict.fromkeys(silent)
        if operation_id is not None
        for result in stack_sets.list_results(deployment.name, operation_id, ResultStatus.FAILED)
    }
    return tuple(
        OperationResult(
            account=one.account,
            region=one.region,
            status=ResultStatus.FAILED,
            status_reason=one.status_reason
            or reasons.get((one.last_operation_id, one.key), "")
            or (_SUSPENDED.value if one.detailed_status is _SUSPENDED else ""),
        )
        for one in failed
    )


def _with_status(cause: RootCause, status: InstanceStatus, retry: Retry) -> RootCause:
    if status is not InstanceStatus.INOPERABLE or cause.hint:
        return cause
    return replace(cause, hint=explain_inoperable(retry))


def _split(causes: Iterable[RootCause]) -> tuple[tuple[RootCause, ...], tuple[Unread, ...]]:
    """Part the causes that are known from failures of which nobody could tell the cause."""
    told: list[RootCause] = []
    untold: list[Unread] = []
    for one in causes:
        if one.reason == NO_REASON and one.unread:
            untold.append(Unread(key=one.key, why=f"it failed, and {one.unread}"))
        else:
            told.append(one)
    return tuple(told), tuple(untold)


def _gone(instance: StackInstance) -> RootCause:
    return RootCause(
        account=instance.account,
        region=instance.region,
        reason="the stack is gone",
        stack_id=instance.stack_id,
    )


def _of_operation(deployment: Deployment, operation: Operation) -> tuple[RootCause, ...]:
    """Give the operation's own failure, which no result tells (it never began, or AWS failed)."""
    if operation.status is not OperationStatus.FAILED:
        return ()
    cause = RootCause(
        account=deployment.admin_account or SELF,
        region=deployment.home_region,
        reason=operation.status_reason or NO_REASON,
    )
    return (explain(deployment, cause, find_retry(operation)),)
