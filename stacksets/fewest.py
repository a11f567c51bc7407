"""A table of zeros and ones as the fewest blocks that do not overlap: rows times columns of ones.

A row is a number whose bit n is its column n; so is a set of rows, or of columns. The number of
blocks is the table's binary rank, which no fast way finds in every case. It is never less than the
rank (each block is a matrix of rank one, and the blocks add up to the table), and never more than
the distinct rows, or the distinct columns. Where these meet, and they mostly do, that is the
answer. Elsewhere a search through all partitions either finds fewer or proves that there are none;
it tries a bounded number of blocks, a few thousand in a small table, and then the fewest found so
far stand. The same table always gives the same blocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Block = tuple[int, int]
"""Rows and columns."""

_PRIME = 2**31 - 1
"""The rank modulo a prime is at most the rank, so it bounds as well, and integers stay small."""


@dataclass(slots=True)
class Patience:
    """How much more is searched: table cells that may still be looked at, for all tables alike."""

    cells: int = 50_000

    def spend(self, cells: int) -> bool:
        """Tell whether there is as much left, and take it."""
        self.cells -= cells
        return self.cells >= 0


@dataclass(slots=True)
class _Search:
    """The fewest blocks found so far."""

    width: int
    best: list[Block]
    patience: Patience


def find_fewest_blocks(table: Sequence[int], patience: Patience) -> list[Block]:
    """Split a table into blocks, the fewest as far as the patience goes."""
    rows = _alike(table)
    columns = _alike(_turned(list(rows), max(table, default=0).bit_length()))
    small = _turned(list(columns), len(rows))
    search = _Search(width=len(columns), best=_by_lines(small, len(columns)), patience=patience)
    _look(search, small, [])
    return [
        (_union(rows.values(), some), _union(columns.values(), others))
        for some, others in search.best
    ]


def _look(search: _Search, table: Sequence[int], taken: list[Block]) -> None:
    """Look for fewer blocks of what is left of the table, some being taken already."""
    simple = _by_lines(table, search.width)
    if len(taken) + len(simple) < len(search.best):
        search.best = [*taken, *simple]
    least = len(taken) + _rank(table, search.width)
    for rows, columns in _blocks(table):
        if least >= len(search.best) or not search.patience.spend(len(table) * search.width):
            return
        left = [row & ~columns if rows >> at & 1 else row for at, row in enumerate(table)]
        _look(search, left, [*taken, (rows, columns)])


def _blocks(table: Sequence[int]) -> Iterator[Block]:
    """Give all blocks that hold the first one of the shortest row: one of them is in every split.

    Large blocks come first.
    """
    filled = [at for at, row in enumerate(table) if row]
    if not filled:
        return
    start = min(filled, key=lambda at: table[at].bit_count())
    first = table[start] & -table[start]
    for others in _subsets(table[start] ^ first):
        columns = others | first
        fitting = sum(1 << at for at in filled if at != start and table[at] & columns == columns)
        for rows in _subsets(fitting):
            yield rows | 1 << start, columns


def _subsets(bits: int) -> Iterator[int]:
    """Give the subsets of a set, itself first and the empty one last."""
    some = bits
    while some:
        yield some
        some = (some - 1) & bits
    yield 0


def _by_lines(table: Sequence[int], width: int) -> list[Block]:
    """Take equal rows together, or equal columns, whichever makes fewer blocks."""
    rows = _alike(table)
    columns = _alike(_turned(table, width))
    if len(rows) <= len(columns):
        return [(members, row) for row, members in rows.items()]
    return list(columns.items())


def _alike(lines: Iterable[int]) -> dict[int, int]:
    """Give for each distinct line, empty ones aside, where it stands."""
    found: dict[int, int] = {}
    for at, line in enumerate(lines):
        if line:
            found[line] = found.get(line, 0) | 1 << at
    return found


def _turned(table: Sequence[int], width: int) -> list[int]:
    """Make columns of rows."""
    return [sum((row >> at & 1) << place for place, row in enumerate(table)) for at in range(width)]


def _union(sets: Iterable[int], which: int) -> int:
    return reduce(or_, (one for at, one in enumerate(sets) if which >> at & 1))


def _rank(table: Sequence[int], width: int) -> int:
    """Give the rank modulo a prime, by elimination."""
    left = [[row >> at & 1 for at in range(width)] for row in dict.fromkeys(table)]
    rank = 0
    for at in range(width):
        pivot = next((row for row in left if row[at]), None)
        if pivot is None:
            continue
        rank += 1
        left.remove(pivot)
        inverse = pow(pivot[at], -1, _PRIME)
        left = [_eliminated(row, pivot, row[at] * inverse) if row[at] else row for row in left]
    return rank


def _eliminated(row: Sequence[int], pivot: Sequence[int], factor: int) -> list[int]:
    return [(one - factor * other) % _PRIME for one, other in zip(row, pivot, strict=True)]
