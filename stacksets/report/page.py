"""A page of GitHub's markdown that others' words cannot get out of, and that knows its room.

Whatever comes from outside (a stack's failure, a name, a path) stands as escaped text in `<code>`
within HTML: there GitHub makes neither links nor mentions nor markup of it, and without blank lines
nothing in it ends the HTML.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_ROWS = 500
"""Of one table; a browser shows no more with pleasure."""

_LONGEST = 1000
_RESERVED = 2000
"""Bytes for the note about what was left out, which always has room."""

_NAMED = 10
"""Of what was left out, so that the note has room."""


class Page:
    """Takes in blocks as long as there is room for them, and says at its end what was left out."""

    def __init__(self, room: int) -> None:
        self._room = room - _RESERVED
        self._blocks: list[str] = []
        self._left_out: list[str] = []

    def heading(self, level: int, text: str) -> None:
        """Add a heading; headings and titles are our own words."""
        self._add(text, f"{'#' * level} {text}", "", ())

    def facts(self, facts: Sequence[tuple[str, object]]) -> None:
        """Add facts, each with its name."""
        rows = [f"<tr><th>{name}</th><td>{code(value)}</td></tr>\n" for name, value in facts]
        self._add("facts", "<table>\n", "</table>", rows)

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Add a table, as many rows as there is room for; without columns it is a list."""
        heads = _row("th", map(escape, columns)) if columns else ""
        shown = [_row("td", map(code, row)) for row in rows[:MOST_ROWS]]
        opening = f"#### {title}\n\n<table>\n{heads}"
        self._add(title, opening, "</table>", shown, total=len(rows))

    def text(self, title: str, lines: Sequence[str]) -> None:
        """Add lines as they are, folded away; the last of too many are left out."""
        opening = f"<details><summary>{title}</summary>\n\n<pre>\n"
        escaped = [f"{escape(_printable(line))}\n" for line in lines]
        self._add(title, opening, "</pre>\n\n</details>", escaped)

    def render(self) -> str:
        """Give the page, which ends in a blank line: another may follow. Without room it is empty.

        What was left out is counted at its end.
        """
        if self._room < 0:
            return ""
        blocks = list(self._blocks)
        if self._left_out:
            named = "; ".join(self._left_out[:_NAMED])
            rest = len(self._left_out) - _NAMED
            more = f"; and of {rest} more tables" if rest > 0 else ""
            blocks.append(f"<p>Left out, and in the JSON: {named}{more}.</p>")
        return "".join(f"{one}\n\n" for one in blocks)

    def _add(
        self,
        title: str,
        opening: str,
        closing: str,
        lines: Sequence[str],
        *,
        total: int | None = None,
    ) -> None:
        """Add a block, of its lines as many as there is room for; `total` counts them all."""
        room = self._room - _size(f"{opening}{closing}\n\n")
        told = 0
        for line in lines:
            if (room := room - _size(line)) < 0:
                break
            told += 1
        wanted = len(lines) if total is None else total
        if told < wanted:
            self._left_out.append(f"{wanted - told} of {wanted} lines of {title.lower()}")
        if told or (not lines and room >= 0):
            block = f"{opening}{''.join(lines[:told])}{closing}"
            self._blocks.append(block)
            self._room -= _size(f"{block}\n\n")


def code(value: object) -> str:
    """Show what comes from outside, on one line; None and nothing are nothing."""
    text = " ".join(_printable("" if value is None else str(value)).split())
    cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text)} characters)"
    return f"<code>{escape(cut)}</code>" if cut else ""


def _row(tag: str, cells: Iterable[str]) -> str:
    return f"<tr>{''.join(f'<{tag}>{one}</{tag}>' for one in cells)}</tr>\n"


def _printable(text: str) -> str:
    return "".join(one if one.isprintable() else " " for one in text)


def _size(text: str) -> int:
    return len(text.encode(errors="replace"))
