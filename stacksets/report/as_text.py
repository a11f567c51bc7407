"""The text voice: results on stdout, progress on stderr; colour and a live table on terminals only.

rich is imported here alone, and only where a terminal is to be coloured.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.model.outcome import InstanceProgressed, OperationObserved
from stacksets.report.event import TONES, event_message, progress_reason
from stacksets.report.message import Line, Tone, align, duration
from stacksets.report.stream import write

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Literal, TextIO

    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    from stacksets.model.desired import InstanceKey
    from stacksets.model.outcome import Event
    from stacksets.report.message import Message, Result

_STYLES = {
    Tone.PLAIN: "",
    Tone.STRONG: "bold",
    Tone.GOOD: "green",
    Tone.BAD: "red",
    Tone.WARNING: "yellow",
    Tone.FAINT: "dim",
}


class TextReport:
    """Writes what people read; `terminals` says which of the two streams somebody watches."""

    def __init__(
        self,
        out: TextIO,
        progress: TextIO,
        *,
        terminals: Sequence[TextIO] = (),
        coloured: bool = False,
    ) -> None:
        self._out = out
        self._progress = progress
        self._coloured = tuple(terminals) if coloured else ()
        self._table = LiveTable(progress, coloured=coloured) if progress in terminals else None
        self._last_counts = ""

    def tell(self, message: Message) -> None:
        """Write a message on the way to stderr."""
        self._write(self._progress, message.lines)

    def event(self, event: Event) -> None:
        """Write an event of a running change: into the live table, or as a line if it is news."""
        if isinstance(event, OperationObserved) and not self._is_news(event):
            return
        if self._table is None:
            self.tell(event_message(event))
        elif isinstance(event, InstanceProgressed):
            self._table.show(event)
        elif not isinstance(event, OperationObserved):
            self._table.close()
            self.tell(event_message(event))

    def result(self, result: Result) -> None:
        """Write the last word: to stdout, or to stderr where it is a refusal."""
        if self._table:
            self._table.close()
        self._write(self._progress if result.is_error else self._out, result.lines)

    def _is_news(self, event: OperationObserved) -> bool:
        counts = str((event.operation_id, event.status, sorted(event.counts.items())))
        seen, self._last_counts = self._last_counts, counts
        return counts != seen

    def _write(self, stream: TextIO, lines: Iterable[Line]) -> None:
        if stream in self._coloured:
            _console(stream, coloured=True).print(_styled(lines), soft_wrap=True)
            return
        write(stream, "".join(f"{line.text}\n" for line in lines))


class LiveTable:
    """The stack instances of the running operation on a terminal, a line each, redrawn in place."""

    def __init__(self, stream: TextIO, *, coloured: bool) -> None:
        self._stream = stream
        self._coloured = coloured
        self._rows: dict[InstanceKey, InstanceProgressed] = {}
        self._live: Live | None = None

    def show(self, event: InstanceProgressed) -> None:
        """Put the newest state of an instance into its line."""
        self._rows[event.key] = event
        if self._live is None:
            self._live = _start_live(_console(self._stream, coloured=self._coloured))
        # A line that wraps would be two, and the redrawing would miscount them.
        self._live.update(_styled(self._lines(), overflow="ellipsis"), refresh=True)

    def close(self) -> None:
        """Leave the table as it stands; what follows is written below it."""
        if self._live:
            self._live.stop()
            self._live = None
        self._rows.clear()

    def _lines(self) -> list[Line]:
        rows = list(self._rows.values())
        cells = [
            [str(one.key), one.status.lower(), duration(one.seconds), progress_reason(one)]
            for one in rows
        ]
        return [Line(text, TONES[one.status]) for one, text in zip(rows, align(cells), strict=True)]


def _console(stream: TextIO, *, coloured: bool) -> Console:
    # rich takes 50 ms, which plain text need not pay. pylint: disable-next=import-outside-toplevel
    from rich.console import Console  # noqa: PLC0415 - as above

    return Console(file=stream, force_terminal=True, no_color=not coloured, highlight=False)


def _start_live(console: Console) -> Live:
    # pylint: disable-next=import-outside-toplevel # for the same reason
    from rich.live import Live  # noqa: PLC0415 - as above

    live = Live(console=console, auto_refresh=False, redirect_stdout=False, redirect_stderr=False)
    live.start()
    return live


def _styled(lines: Iterable[Line], *, overflow: Literal["ellipsis"] | None = None) -> Text:
    # pylint: disable-next=import-outside-toplevel # for the same reason
    from rich.text import Text  # noqa: PLC0415 - as above

    ends = Text("\n", no_wrap=bool(overflow), overflow=overflow)
    return ends.join(Text(line.text, style=_STYLES[line.tone]) for line in lines)
