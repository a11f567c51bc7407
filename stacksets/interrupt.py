"""Ctrl-C while a change runs: once leaves, twice stops the operation, three times leaves at once.

Only operations that this run has sent (or resumed) are stopped. What another run or client has
started is left as it is, at the first Ctrl-C; `stacksets stop` stops that, and asks before.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stacksets.errors import AwsError, DetachedError, OperationStoppedError, StackSetsError
from stacksets.model.observed import ResultStatus
from stacksets.model.outcome import Waited
from stacksets.watch import follow, stop_operations

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from stacksets.aws.door import StackSets
    from stacksets.clock import Clock
    from stacksets.model.desired import OperationId
    from stacksets.model.outcome import Event
    from stacksets.waiting import Patience

_SECOND_THOUGHTS_SECONDS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Interrupted:
    """What Ctrl-C has met.

    `current` are the operations that were waited for, oldest first; `is_own` says whether this run
    has sent or resumed them. `patience` knows the commands that go on.
    """

    stack_sets: StackSets
    stack_set_name: str
    clock: Clock
    notify: Callable[[Event], None]
    current: Sequence[OperationId]
    is_own: bool
    patience: Patience


def leave_or_stop(met: Interrupted) -> StackSetsError:
    """Leave what runs to itself, or stop it when Ctrl-C comes again in time; give what to raise."""
    unfinished: Sequence[OperationId] = met.current
    try:
        unfinished = _list_unfinished(met)
        if not unfinished:
            return DetachedError(
                "interrupted while no operation was running",
                hint=f"{met.patience.again} plans anew from what is there",
            )
        if not met.is_own:
            return _left_to_others(unfinished)
        met.notify(Waited(what="detach", seconds=_SECOND_THOUGHTS_SECONDS))
        met.clock.sleep(_SECOND_THOUGHTS_SECONDS)
    except KeyboardInterrupt:
        return _stop(met, unfinished) if met.is_own else _left_to_others(unfinished)
    return _detached(met, unfinished)


def _list_unfinished(met: Interrupted) -> list[OperationId]:
    """Ask which of them run; what cannot be asked now is taken to run."""
    try:
        found = [met.stack_sets.find_operation(met.stack_set_name, one) for one in met.current]
    except AwsError:
        return list(met.current)
    return [one.id for one in found if one and not one.status.is_final]


def _stop(met: Interrupted, ids: Sequence[OperationId]) -> StackSetsError:
    """Stop them and wait for what is under way; a third Ctrl-C does not wait for that."""
    stopping = stop_operations(met.stack_sets, met.stack_set_name, ids, met.clock)
    try:
        stopped = follow(stopping, met.notify)
    except KeyboardInterrupt:
        return DetachedError(
            f"left {_names(ids)}, which AWS was asked to stop",
            hint="`stacksets watch` shows when it has stopped",
        )
    counts = Counter(row.status for one in stopped for row in one.results)
    return OperationStoppedError(
        f"stopped {_names(ids)}: {counts[ResultStatus.SUCCEEDED]} done, "
        f"{counts[ResultStatus.FAILED]} failed, {counts[ResultStatus.CANCELLED]} cancelled",
        hint=f"{met.patience.again} plans the rest",
    )


def _left_to_others(ids: Sequence[OperationId]) -> DetachedError:
    return DetachedError(
        f"left {_names(ids)}, which this run has not started and which goes on in AWS",
        hint=f"nothing of this run is under way; `stacksets stop {ids[0]}` stops the other",
    )


def _detached(met: Interrupted, ids: Sequence[OperationId]) -> DetachedError:
    return DetachedError(
        f"detached from {_names(ids)}, which goes on in AWS",
        hint=f"`{met.patience.go_on}` goes on with it",
    )


def _names(ids: Sequence[OperationId]) -> str:
    return f"operation {', '.join(ids)}"
