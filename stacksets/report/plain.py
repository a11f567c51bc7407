"""Running operations in a log: a line a second at most, and every failure.

Where several run at once, each is named, and they share the line: a pause is as many seconds long
as there are operations.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stacksets.model.observed import ResultStatus
from stacksets.model.outcome import InstanceProgressed, OperationObserved
from stacksets.model.plan import CreateStackSet, DeleteStackSet
from stacksets.report.event import event_message
from stacksets.report.message import Line
from stacksets.report.progress import STATES, operation_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacksets.clock import Clock
    from stacksets.model.desired import InstanceKey, OperationId
    from stacksets.model.outcome import StepStarted

_PAUSE_SECONDS = 1.0
_FEW = 3


@dataclass(slots=True)
class _Told:
    """What the log holds of one operation, when it may say more, and what has moved since."""

    due: float = float("-inf")
    said: str = ""
    moved: dict[InstanceKey, ResultStatus] = field(default_factory=dict)


class PlainProgress:
    """Chooses which moves are worth a line of a log."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._told: dict[OperationId, _Told] = {}
        self._names: dict[OperationId, str] = {}

    def begin(self, event: StepStarted) -> None:
        """Call what a step's operation does by the step's number from now on."""
        self._told.clear()
        if not isinstance(event.step, CreateStackSet | DeleteStackSet):
            self._names[event.step.operation_id] = f"step {event.number}"

    def lines(self, event: InstanceProgressed | OperationObserved) -> Iterator[Line]:
        """Give the lines that an event is worth; an operation's end is worth one in any case."""
        told = self._told.setdefault(event.operation_id, _Told())
        self._names.setdefault(event.operation_id, f"operation {event.operation_id}")
        if isinstance(event, OperationObserved):
            yield from self._observed(event, told)
        elif event.status is ResultStatus.FAILED:
            yield from event_message(event).lines
        else:
            told.moved[event.key] = event.status

    def _observed(self, event: OperationObserved, told: _Told) -> Iterator[Line]:
        news = operation_line([event], names=self._names).text
        now = self._clock.monotonic()
        if news != told.said and (now >= told.due or event.status.is_final):
            told.due = now + _PAUSE_SECONDS * len(self._told)
            told.said = news
            line = operation_line([event], event.seconds, self._names)
            yield Line(f"{line.text}{_take_moved(told)}", line.tone)


def _take_moved(told: _Told) -> str:
    """Name what moved since the last line, where it is not much."""
    moved = [f"{key} {STATES[status][0]}" for key, status in told.moved.items()]
    told.moved.clear()
    return f" ({', '.join(moved)})" if 0 < len(moved) <= _FEW else ""
