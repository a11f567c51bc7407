"""Which region was meant by a name that none has."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stacksets.model.desired import Region

_MOST_EDITS = 3


def find_nearest_region(name: str, known: Iterable[Region]) -> Region | None:
    """Give the region whose name takes the fewest edits, None where it would take many.

    Names of regions are long and alike: a similarity of the whole, such as difflib's, finds
    us-west-1 nearer to us-esat-1 than us-east-1, where two neighbours have changed places.
    """
    edits, near = min(((count_edits(name, one), one) for one in known), default=(0, None))
    return near if edits <= _MOST_EDITS else None


def count_edits(one: str, other: str) -> int:
    """Count the signs to add, to leave out, to replace or to swap with their neighbour.

    This is the optimal string alignment distance: nothing is edited twice.
    """
    rows = [list(range(len(other) + 1))]
    for at, sign in enumerate(one, 1):
        row = [at]
        for to, wanted in enumerate(other, 1):
            edits = min(rows[-1][to] + 1, row[-1] + 1, rows[-1][to - 1] + (sign != wanted))
            if min(at, to) > 1 and one[at - 2 : at] == other[to - 1] + other[to - 2]:
                edits = min(edits, rows[-2][to - 2] + 1)
            row.append(edits)
        rows.append(row)
    return rows[-1][-1]
