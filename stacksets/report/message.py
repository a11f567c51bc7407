"""What a command says: a message on the way, a result at its end, each as words and as data.

Text and JSON are two voices for the same message (`as_text`, `as_json`); neither adds anything.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from itertools import takewhile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Tone(StrEnum):
    """How a line is meant; a terminal shows it as a colour, anything else not at all."""

    PLAIN = "plain"
    STRONG = "strong"
    GOOD = "good"
    BAD = "bad"
    WARNING = "warning"
    FAINT = "faint"


_ROUND_SECONDS = 10.0
_LONGEST = 120
_LONGEST_MESSAGE = 1000
_MESSAGE_END = 400


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text without its end."""

    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Something to know while a command runs; `code` is stable, `data` is JSON-ready."""

    code: str
    lines: tuple[Line, ...]
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The last word of a command, said once: what came out, and the process's exit code.

    `is_error` sends the words to stderr: a refusal is no output.
    """

    code: str
    exit_code: int
    lines: tuple[Line, ...]
    data: Mapping[str, object] = field(default_factory=dict)
    is_error: bool = False


def align(rows: Sequence[Sequence[str]], *, indent: str = "  ") -> list[str]:
    """Set rows of cells in columns two spaces apart; the last cell of a row ends where it ends."""
    columns = max((len(row) for row in rows), default=0)
    widths = [
        max((len(row[at]) for row in rows if at < len(row)), default=0) for at in range(columns)
    ]
    return [
        (indent + "  ".join(cell.ljust(widths[at]) for at, cell in enumerate(row))).rstrip()
        for row in rows
    ]


def count(number: int, noun: str) -> str:
    """Say how many, in the singular or the plural."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def duration(seconds: float) -> str:
    """Say how long: `0.4 s`, `38 s`, `4 min 10 s`."""
    if seconds < _ROUND_SECONDS:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def shorten_both(one: str, other: str) -> tuple[str, str]:
    """Cut two long values so that both still show the first place where they differ."""
    pairs = zip(one, other, strict=False)
    start = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs)) - _LONGEST // 2
    if start <= 0:
        return shorten(one), shorten(other)
    return shorten(f"…{one[start:]}"), shorten(f"…{other[start:]}")


def shorten(text: str) -> str:
    """Cut a long value for the screen; data holds it whole."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def bound(text: str) -> str:
    """Cut out the middle of a long message for the screen; data holds it whole.

    AWS quotes what it refuses, however long that is, and says only behind it what is wrong.
    """
    if len(text) <= _LONGEST_MESSAGE:
        return text
    left_out = len(text) - _LONGEST_MESSAGE
    start, end = text[: _LONGEST_MESSAGE - _MESSAGE_END], text[-_MESSAGE_END:]
    return f"{start} … ({left_out:,} characters left out) … {end}"
