"""Very many stack instances in few lines: those that are alike share one, what stands out does not.

Data holds every one of them in any case.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from stacksets.report.message import Line, Tone, align, count

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

    from stacksets.model.desired import InstanceKey

Item = TypeVar("Item")

MANY = 40
"""With more stack instances than these, a line each is more than anybody reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What is said of one stack instance; with `alone` it keeps its line however many there are."""

    key: InstanceKey
    cells: tuple[str, ...]
    tone: Tone
    alone: bool


def row_lines(rows: Sequence[Row]) -> list[Line]:
    """Set a row in a line each; of very many, those that are alike share one a region, or all."""
    shown = [(str(row.key), row) for row in rows] if len(rows) <= MANY else _share(rows)
    texts = align([(name, *row.cells) for name, row in shown])
    return [Line(text, row.tone) for text, (_, row) in zip(texts, shown, strict=True)]


def name_or_count(keys: Sequence[InstanceKey]) -> str:
    """Name every stack instance; of very many, say how many in which region."""
    if len(keys) <= MANY:
        return ", ".join(map(str, keys))
    regions = Counter(key.region for key in keys)
    return ", ".join(f"{regions[region]} in {region}" for region in sorted(regions))


def group_alike(
    items: Iterable[Item], key: Callable[[Item], InstanceKey], words: Callable[[Item], Hashable]
) -> list[list[Item]]:
    """Put together of whom the same words are told: region by region if that makes few groups.

    The groups are in the order of their first members, which are sorted by region and account.
    """
    ordered = sorted(items, key=lambda one: (key(one).region, key(one).account))
    groups: dict[tuple[str, Hashable], list[Item]] = {}
    for one in ordered:
        groups.setdefault((key(one).region, words(one)), []).append(one)
    if len(groups) <= MANY:
        return list(groups.values())
    groups = {}
    for one in ordered:
        groups.setdefault(("", words(one)), []).append(one)
    return list(groups.values())


def name_group(keys: Sequence[InstanceKey]) -> str:
    """Name the stack instances of a group: the only one, or how many where."""
    [first, *others] = keys
    if not others:
        return str(first)
    regions = {one.region for one in keys}
    if len(regions) > 1:
        return f"{len(keys)} in {count(len(regions), 'region')}"
    return f"{count(len(keys), 'account')} in {first.region}"


def _share(rows: Sequence[Row]) -> list[tuple[str, Row]]:
    """Give the lines that are shared, by region if those are few, and then what stands alone."""
    calm = [row for row in rows if not row.alone]
    groups = group_alike(calm, lambda row: row.key, lambda row: (row.cells, row.tone))
    shared = [(name_group([row.key for row in group]), group[0]) for group in groups]
    return [*shared, *((str(row.key), row) for row in rows if row.alone)]
