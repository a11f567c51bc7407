"""The text voice: results on stdout, progress on stderr; colour and redrawing on terminals only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.clock import SystemClock
from stacksets.model.outcome import InstanceProgressed, OperationObserved, StepStarted
from stacksets.report.event import event_message
from stacksets.report.github import without_commands
from stacksets.report.live import LiveRegion
from stacksets.report.plain import PlainProgress
from stacksets.report.stream import write
from stacksets.report.styled import open_console, styled

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TextIO

    from stacksets.clock import Clock
    from stacksets.model.outcome import Event
    from stacksets.report.message import Line, Message, Result

_SYSTEM_CLOCK = SystemClock()


class TextReport:
    """Writes what people read; `terminals` says which of the two streams somebody watches.

    With `for_github` nothing in it is a command to GitHub Actions, which reads what is written.
    """

    def __init__(
        self,
        out: TextIO,
        progress: TextIO,
        *,
        terminals: Sequence[TextIO] = (),
        coloured: bool = False,
        clock: Clock = _SYSTEM_CLOCK,
        for_github: bool = False,
    ) -> None:
        self._out = out
        self._guard = without_commands if for_github else str
        self._progress = progress
        self._coloured = tuple(terminals) if coloured else ()
        watched = progress in terminals
        self._live = LiveRegion(progress, clock, coloured=coloured) if watched else None
        self._plain = PlainProgress(clock)

    def tell(self, message: Message) -> None:
        """Write a message on the way to stderr."""
        self._close()
        self._write(self._progress, message.lines)

    def event(self, event: Event) -> None:
        """Write an event of a running change: into what is redrawn, or as a line if it is news."""
        if isinstance(event, StepStarted):
            self._plain.begin(event)
        if not isinstance(event, InstanceProgressed | OperationObserved):
            self.tell(event_message(event))
        elif self._live:
            self._live.show(event)
        else:
            self._write(self._progress, self._plain.lines(event))

    def result(self, result: Result) -> None:
        """Write the last word: to stdout, or to stderr where it is a refusal."""
        self._close()
        self._write(self._progress if result.is_error else self._out, result.lines)

    def _close(self) -> None:
        if self._live:
            self._live.close()

    def _write(self, stream: TextIO, lines: Iterable[Line]) -> None:
        if stream in self._coloured:
            open_console(stream, coloured=True).print(styled(lines), soft_wrap=True)
            return
        write(stream, self._guard("".join(f"{line.text}\n" for line in lines)))
