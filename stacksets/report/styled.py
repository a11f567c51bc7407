"""Lines with their tones as rich shows them; the one place where a tone becomes a colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.report.message import Line, Tone

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Literal, TextIO

    from rich.console import Console
    from rich.text import Text

_STYLES = {
    Tone.PLAIN: "",
    Tone.STRONG: "bold",
    Tone.GOOD: "green",
    Tone.BAD: "red",
    Tone.WARNING: "yellow",
    Tone.FAINT: "dim",
}


def open_console(stream: TextIO, *, coloured: bool) -> Console:
    """Give a console on a terminal."""
    # rich takes 50 ms, which plain text need not pay. pylint: disable-next=import-outside-toplevel
    from rich.console import Console  # noqa: PLC0415 - as above

    return Console(file=stream, force_terminal=True, no_color=not coloured, highlight=False)


def styled(lines: Iterable[Line], *, overflow: Literal["ellipsis"] | None = None) -> Text:
    """Give lines in their styles; with `overflow` they are cut rather than wrapped."""
    # pylint: disable-next=import-outside-toplevel # for the same reason
    from rich.text import Text  # noqa: PLC0415 - as above

    ends = Text("\n", no_wrap=bool(overflow), overflow=overflow)
    return ends.join(Text(line.text, style=_STYLES[line.tone]) for line in lines)
