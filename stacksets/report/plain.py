"""Running operations in a log: a line a second at most, and every failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.model.observed import ResultStatus
from stacksets.model.outcome import InstanceProgressed, OperationObserved
from stacksets.report.event import event_message
from stacksets.report.message import Line
from stacksets.report.progress import STATES, operation_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacksets.clock import Clock
    from stacksets.model.desired import InstanceKey

_PAUSE_SECONDS = 1.0
_FEW = 3


class PlainProgress:
    """Chooses which moves are worth a line of a log."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._next = float("-inf")
        self._said = ""
        self._moved: dict[InstanceKey, ResultStatus] = {}

    def lines(self, event: InstanceProgressed | OperationObserved) -> Iterator[Line]:
        """Give the lines that an event is worth; an operation's end is worth one in any case."""
        if isinstance(event, OperationObserved):
            line = operation_line([event], event.seconds)
            news = operation_line([event]).text
            is_due = self._clock.monotonic() >= self._next or event.status.is_final
            if is_due and news != self._said:
                self._next = self._clock.monotonic() + _PAUSE_SECONDS
                self._said = news
                yield Line(f"{line.text}{self._moved_words()}", line.tone)
        elif event.status is ResultStatus.FAILED:
            yield from event_message(event).lines
        else:
            self._moved[event.key] = event.status

    def _moved_words(self) -> str:
        """Name what moved since the last line, where it is not much."""
        moved = [f"{key} {STATES[status][0]}" for key, status in self._moved.items()]
        self._moved.clear()
        return f" ({', '.join(moved)})" if 0 < len(moved) <= _FEW else ""
