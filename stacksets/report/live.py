"""Running operations on a terminal, redrawn in place; what is kept is written above.

rich is imported here and in `as_text` alone, and only where a terminal is to be written to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.model.observed import ResultStatus
from stacksets.model.outcome import InstanceProgressed, OperationObserved
from stacksets.report.event import event_message
from stacksets.report.progress import progress_lines
from stacksets.report.styled import open_console, styled

if TYPE_CHECKING:
    from typing import TextIO

    from rich.live import Live
    from rich.text import Text

    from stacksets.clock import Clock
    from stacksets.model.desired import InstanceKey, OperationId

_REDRAWN_A_SECOND = 2


class LiveRegion:
    """The running operations on a terminal."""

    def __init__(self, stream: TextIO, clock: Clock, *, coloured: bool) -> None:
        self._stream = stream
        self._clock = clock
        self._coloured = coloured
        self._operations: dict[OperationId, OperationObserved] = {}
        self._moves: dict[InstanceKey, InstanceProgressed] = {}
        self._began = 0.0
        self._live: Live | None = None

    def show(self, event: InstanceProgressed | OperationObserved) -> None:
        """Take in what is new, and draw it; a failure is written whole, to stay."""
        if self._live is None:
            self._began = self._clock.monotonic() - event.seconds
            self._live = self._start()
        if isinstance(event, InstanceProgressed):
            self._moves[event.key] = event
            if event.status is ResultStatus.FAILED:
                self._live.console.print(styled(event_message(event).lines), soft_wrap=True)
        else:
            self._operations[event.operation_id] = event
            self._live.refresh()

    def close(self) -> None:
        """Leave the region as it stands; what follows is written below it."""
        if self._live:
            self._live.stop()
            self._live = None
        self._operations.clear()
        self._moves.clear()

    def _start(self) -> Live:
        # It takes a while, which plain text need not pay. pylint: disable=import-outside-toplevel
        from rich.live import Live  # noqa: PLC0415 - as above

        live = Live(
            console=open_console(self._stream, coloured=self._coloured),
            get_renderable=self._draw,
            refresh_per_second=_REDRAWN_A_SECOND,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        live.start()
        return live

    def _draw(self) -> Text:
        """Draw the present state; the time goes on between two looks."""
        operations = list(self._operations.values())
        if not operations:
            return styled(())
        seconds = self._clock.monotonic() - self._began
        # A line that wraps would be two, and the redrawing would miscount them.
        return styled(progress_lines(operations, dict(self._moves), seconds), overflow="ellipsis")
