"""Operations to their end, told as events.

Each look is one DescribeStackSetOperation, which is strongly consistent and decides.
ListStackSetOperationResults lags and only shows progress (API reference of both); it takes a call
for every hundred stack instances, so the more there are, the more seldom they are listed, but those
that failed as soon as their number grows, and all of them once at the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from stacksets.errors import OperationInProgressError, ServiceError, StillRunningError
from stacksets.model.observed import OperationStatus, ResultStatus
from stacksets.model.outcome import InstanceProgressed, OperationObserved
from stacksets.operation_ids import tell_operation
from stacksets.waiting import Patience, poll

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from stacksets.aws.door import StackSets
    from stacksets.clock import Clock
    from stacksets.model.desired import InstanceKey, OperationId
    from stacksets.model.observed import Operation, OperationResult
    from stacksets.model.outcome import Event

End = TypeVar("End")

UNNAMED = "an operation that AWS does not name"
"""What is waited for where AWS refuses because of it, and lists none that runs."""

_PAGE = 100
_LATENESS = 0.15
_SECONDS_A_CALL = 4.0
_FIRST_INTERVAL_SECONDS = 15.0
_LONGEST_INTERVAL_SECONDS = 240.0
_LAG_SECONDS = 30.0
_ORDER = {ResultStatus.PENDING: 0, ResultStatus.RUNNING: 1}
_ENDED = 2
_FOR_EVER = Patience()


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """An operation as it ended, with how it went in each stack instance."""

    operation: Operation
    results: tuple[OperationResult, ...]

    @property
    def succeeded(self) -> bool:
        """Tell whether it went well everywhere: SUCCEEDED may hold failures that are tolerated."""
        return (
            self.operation.status is OperationStatus.SUCCEEDED
            and self.operation.failed_count == 0
            and not any(one.status is ResultStatus.FAILED for one in self.results)
        )


def watch_operation(
    stack_sets: StackSets,
    name: str,
    operation_id: OperationId,
    clock: Clock,
    patience: Patience = _FOR_EVER,
) -> Generator[Event, None, Watched]:
    """Poll until one operation has ended; the arguments and errors are those of the plural."""
    watched = yield from watch_operations(stack_sets, name, [operation_id], clock, patience)
    return watched[0]


def watch_operations(
    stack_sets: StackSets,
    name: str,
    operation_ids: Sequence[OperationId],
    clock: Clock,
    patience: Patience = _FOR_EVER,
    *,
    just_sent: bool = False,
) -> Generator[Event, None, tuple[Watched, ...]]:
    """Poll until every operation has ended, and give them as they ended, in the order of the ids.

    Under managed execution several may run at once or queue up one behind the other: what was asked
    for after one that is QUEUED is not looked at before that one runs. Time counts from when AWS
    says that an operation was created, until it ended where it had before; those `just_sent` count
    from now, since clocks differ.

    Raises:
        StillRunningError: `patience` has come to its end; the operations go on in AWS.
        ServiceError: AWS does not know an operation.
    """
    since = (lambda _: 0.0) if just_sent else partial(_gone, clock)
    watches = [_Watch(stack_sets, name, one, clock, since) for one in operation_ids]
    limit = patience.seconds_left(clock)
    for seconds in poll(clock, limit_seconds=limit, lateness=_LATENESS):
        for watch in watches:
            if watch.ended is None:
                yield from watch.look(seconds)
            if watch.is_queued:
                break
        ended = tuple(one.ended for one in watches if one.ended)
        if len(ended) == len(watches):
            return ended
    going_on = [one.operation for one in watches if one.ended is None]
    raise still_running(going_on[0], patience)


def stop_operations(
    stack_sets: StackSets,
    name: str,
    operation_ids: Sequence[OperationId],
    clock: Clock,
    patience: Patience = _FOR_EVER,
) -> Generator[Event, None, tuple[Watched, ...]]:
    """Ask AWS to start nothing more, and wait until what is under way has finished.

    The latest goes first, so that none that is queued begins when the one before it has stopped.
    The arguments and errors are those of `watch_operations`.
    """
    for one in reversed(operation_ids):
        stack_sets.stop_operation(name, one)
    return (yield from watch_operations(stack_sets, name, operation_ids, clock, patience))


def follow(events: Generator[Event, None, End], notify: Callable[[Event], None]) -> End:
    """Pass every event on as it happens, and give what the generator returns at its end."""
    while True:
        try:
            event = next(events)
        except StopIteration as end:
            value: End = end.value
            return value
        notify(event)


def still_running(
    operation: Operation | None, patience: Patience, otherwise: str = "no operation runs"
) -> StillRunningError:
    """Say that nobody waits any longer, for which operation (None: for none), and how to go on."""
    what = f"{tell_operation(operation)} goes on in AWS" if operation else otherwise
    return StillRunningError(
        f"stopped waiting, as --timeout says; {what}", hint=f"`{patience.go_on}` goes on with it"
    )


def busy(operation: Operation, name: str) -> OperationInProgressError:
    """Say that another operation is under way on a stack set, and is not to be waited for."""
    return OperationInProgressError(
        f"{tell_operation(operation)} is under way on stack set {name}; "
        "--if-busy refuse does not wait for it",
        hint="`stacksets watch` waits for its end, and so does --if-busy wait",
        operation_id=operation.id,
    )


def busy_unnamed(name: str) -> OperationInProgressError:
    """Say so of an operation that AWS neither names nor lists."""
    return OperationInProgressError(
        f"another operation is under way on stack set {name}, which AWS does not name; "
        "--if-busy refuse does not wait for it",
        hint="run the command again in a minute, or with --if-busy wait",
    )


def _gone(clock: Clock, operation: Operation) -> float:
    """Give how long an operation has gone on or took; AWS's clock may be ahead of ours."""
    if operation.created is None:
        return 0.0
    until = operation.ended or clock.now()
    return max(0.0, (until - operation.created).total_seconds())


class _Pace:
    """When a list is read again."""

    def __init__(self) -> None:
        self._due = 0.0
        self._interval = _FIRST_INTERVAL_SECONDS

    def is_due(self, seconds: float) -> bool:
        return seconds >= self._due

    def pause_for(self, seconds: float, rows: int) -> None:
        """Wait the longer the more calls the list takes; a single one is made at every look."""
        calls = -(-rows // _PAGE)
        if calls > 1:
            self._due = seconds + min(calls * _SECONDS_A_CALL, _LONGEST_INTERVAL_SECONDS)

    def pause_ever_longer(self, seconds: float) -> None:
        self._due = seconds + self._interval
        self._interval = min(2 * self._interval, _LONGEST_INTERVAL_SECONDS)


class _Watch:
    """One operation: what is known of it, and when to ask for more."""

    def __init__(
        self,
        stack_sets: StackSets,
        name: str,
        operation_id: OperationId,
        clock: Clock,
        since: Callable[[Operation], float],
    ) -> None:
        self._stack_sets = stack_sets
        self._name = name
        self._id = operation_id
        self._clock = clock
        self._since = since
        self._before: float | None = None
        self._listed: float | None = None
        self._instances: dict[InstanceKey, ResultStatus] = {}
        self._behind: tuple[OperationId, ...] = ()
        self._all, self._failed, self._queue = _Pace(), _Pace(), _Pace()
        self._failed_count = 0
        self.operation: Operation | None = None
        self.ended: Watched | None = None

    @property
    def is_queued(self) -> bool:
        return self.operation is not None and self.operation.status is OperationStatus.QUEUED

    def look(self, seconds: float) -> Iterator[Event]:
        """Ask how it stands `seconds` after the waiting began, and tell what moved since then."""
        operation = self.operation = self._describe()
        if self._before is None:
            self._before = max(0.0, self._since(operation) - seconds)
        elapsed = self._before + seconds
        if operation.status.is_final:
            self.ended = Watched(operation=operation, results=self._settled(operation))
            self._listed = elapsed
            yield from self._take(self.ended.results, elapsed)
        elif operation.status is OperationStatus.QUEUED:
            self._look_ahead(seconds)
        else:
            yield from self._take(self._list(operation, seconds, elapsed), elapsed)
        yield OperationObserved(
            operation_id=self._id,
            status=operation.status,
            status_reason=operation.status_reason,
            seconds=elapsed,
            instances=self._instances,
            listed_seconds=self._listed,
            failed_count=operation.failed_count,
            queued_behind=self._behind if self.is_queued else (),
        )

    def _describe(self) -> Operation:
        operation = self._stack_sets.find_operation(self._name, self._id)
        if operation is None:
            raise ServiceError(
                f"AWS does not know operation {self._id} of stack set {self._name}",
                hint="run the command again: it plans anew from what is there",
            )
        return operation

    def _list(
        self, operation: Operation, seconds: float, elapsed: float
    ) -> Sequence[OperationResult]:
        """List all results, or those that failed, or none: what is due and worth its calls."""
        if self._all.is_due(seconds):
            rows = self._stack_sets.list_results(self._name, self._id)
            self._all.pause_for(seconds, len(rows))
            self._listed = elapsed
        elif operation.failed_count > self._failed_count and self._failed.is_due(seconds):
            rows = self._stack_sets.list_results(self._name, self._id, ResultStatus.FAILED)
            if len(rows) > _PAGE:
                self._failed.pause_ever_longer(seconds)
        else:
            return ()
        self._failed_count = sum(one.status is ResultStatus.FAILED for one in rows)
        return rows

    def _settled(self, operation: Operation) -> tuple[OperationResult, ...]:
        """List the results until they agree with the operation that has ended: the list lags."""
        rows: tuple[OperationResult, ...] = ()
        for _ in poll(self._clock, limit_seconds=_LAG_SECONDS):
            rows = self._stack_sets.list_results(self._name, self._id)
            failed = sum(one.status is ResultStatus.FAILED for one in rows)
            if failed >= operation.failed_count and not any(one.status in _ORDER for one in rows):
                break
        return rows

    def _look_ahead(self, seconds: float) -> None:
        """Find which operations this one waits for."""
        if self._queue.is_due(seconds):
            self._queue.pause_ever_longer(seconds)
            listed = self._stack_sets.list_operations(self._name)
            ids = [one.id for one in listed]
            older = listed[ids.index(self._id) + 1 :] if self._id in ids else listed
            unfinished = [one.id for one in older if not one.status.is_final]
            self._behind = tuple(reversed(unfinished))

    def _take(
        self, rows: Sequence[OperationResult], seconds: float
    ) -> Iterator[InstanceProgressed]:
        """Remember what was listed, and tell what moved; the list lags, and nothing moves back."""
        known = dict(self._instances)
        for one in rows:
            before = known.setdefault(one.key, ResultStatus.PENDING)
            if _ORDER.get(one.status, _ENDED) > _ORDER.get(before, _ENDED):
                known[one.key] = one.status
                yield InstanceProgressed(
                    operation_id=self._id,
                    key=one.key,
                    status=one.status,
                    status_reason=one.status_reason,
                    seconds=seconds,
                )
        self._instances = known
