"""Very many stack instances in few lines: those that are alike share one, what stands out does not.

Data holds every one of them in any case.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stacksets.report.message import Line, Tone, align, count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stacksets.model.desired import InstanceKey

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


def _share(rows: Sequence[Row]) -> list[tuple[str, Row]]:
    """Give the lines that are shared, by region if those are few, and then what stands alone."""
    calm = [row for row in rows if not row.alone]
    groups = _group(calm, by_region=True)
    if len(groups) > MANY:
        groups = _group(calm, by_region=False)
    shared = [(_name(group), group[0]) for group in groups]
    return [*shared, *((str(row.key), row) for row in rows if row.alone)]


def _group(rows: Sequence[Row], *, by_region: bool) -> list[list[Row]]:
    """Put rows together that say the same, in the order of the first of each."""
    groups: dict[tuple[str, tuple[str, ...], Tone], list[Row]] = {}
    for row in sorted(rows, key=lambda one: (one.key.region, one.key.account)):
        region = row.key.region if by_region else ""
        groups.setdefault((region, row.cells, row.tone), []).append(row)
    return list(groups.values())


def _name(group: Sequence[Row]) -> str:
    [first, *others] = group
    if not others:
        return str(first.key)
    regions = {row.key.region for row in group}
    if len(regions) > 1:
        return f"{len(group)} in {count(len(regions), 'region')}"
    return f"{count(len(group), 'account')} in {first.key.region}"
