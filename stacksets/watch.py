"""One operation to its end, told as events."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from stacksets.errors import ServiceError
from stacksets.model.outcome import InstanceProgressed, OperationObserved
from stacksets.waiting import poll

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from stacksets.aws.door import StackSets
    from stacksets.clock import Clock
    from stacksets.model.desired import InstanceKey, OperationId
    from stacksets.model.observed import Operation, OperationResult, ResultStatus
    from stacksets.model.outcome import Event


def watch_operation(
    stack_sets: StackSets, name: str, operation_id: OperationId, clock: Clock
) -> Generator[Event, None, Operation]:
    """Poll until the operation has ended, and return it as it ended.

    DescribeStackSetOperation is strongly consistent and decides; ListStackSetOperationResults lags
    and only shows progress (API reference of both).

    Raises:
        ServiceError: AWS does not know the operation.
    """
    seen: dict[InstanceKey, ResultStatus] = {}
    pauses = poll(clock)
    while True:
        # pylint: disable-next=stop-iteration-return # without a limit it never ends
        seconds = next(pauses)
        operation = _get_operation(stack_sets, name, operation_id)
        results = stack_sets.list_results(name, operation_id)
        yield from _progress(results, seen, seconds)
        yield OperationObserved(
            operation_id=operation_id,
            status=operation.status,
            seconds=seconds,
            counts=dict(Counter(one.status for one in results)),
        )
        if operation.status.is_final:
            return operation


def _get_operation(stack_sets: StackSets, name: str, operation_id: OperationId) -> Operation:
    operation = stack_sets.find_operation(name, operation_id)
    if operation is None:
        raise ServiceError(
            f"AWS does not know operation {operation_id} of stack set {name}",
            hint="run the command again: it plans anew from what is there",
        )
    return operation


def _progress(
    results: Sequence[OperationResult], seen: dict[InstanceKey, ResultStatus], seconds: float
) -> Iterator[InstanceProgressed]:
    """Tell what moved since the last look, and remember it in `seen`."""
    for one in results:
        if seen.get(one.key) is not one.status:
            seen[one.key] = one.status
            yield InstanceProgressed(
                key=one.key, status=one.status, status_reason=one.status_reason, seconds=seconds
            )
