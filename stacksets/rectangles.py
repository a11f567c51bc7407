"""Exact (account, region) pairs as few calls: one call names accounts times regions, no less."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, TypeVar

from stacksets.fewest import Patience, find_fewest_blocks
from stacksets.model.plan import Rectangle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from stacksets.model.desired import AccountId, InstanceKey, Region

One = TypeVar("One")


def group_into_rectangles(
    keys: Iterable[InstanceKey], region_order: Sequence[Region]
) -> tuple[Rectangle, ...]:
    """Cover exactly these pairs with the fewest rectangles that do not overlap.

    Pairs that share neither account nor region with the rest are covered by themselves. The fewest
    are proved where accounts, or regions, that differ are as many as the rank of their table, and
    in small tables by search; of what `stacksets.fewest` cannot decide in its bounded number of
    steps it gives the fewest that it found, never more than there are sets of regions that accounts
    have, or sets of accounts that regions have. Regions stand in `region_order`, and so do the
    calls; accounts are sorted.
    """
    rank = {region: place for place, region in enumerate(region_order)}
    patience = Patience()
    found = [one for pairs in _find_apart(keys) for one in _group(pairs, rank, patience)]
    return tuple(sorted(found, key=lambda one: ([rank[r] for r in one.regions], one.accounts)))


def _find_apart(keys: Iterable[InstanceKey]) -> Iterator[list[InstanceKey]]:
    """Split pairs into parts of which no two share an account or a region."""
    at: dict[AccountId | Region, list[InstanceKey]] = defaultdict(list)
    for key in sorted(set(keys)):
        at[key.account].append(key)
        at[key.region].append(key)
    seen: set[AccountId | Region] = set()
    for start in at:
        if start in seen:
            continue
        part, open_places = set(), [start]
        while open_places:
            place = open_places.pop()
            if place not in seen:
                seen.add(place)
                part.update(at[place])
                open_places += [side for key in at[place] for side in (key.account, key.region)]
        yield sorted(part)


def _group(
    pairs: Iterable[InstanceKey], rank: Mapping[Region, int], patience: Patience
) -> Iterator[Rectangle]:
    regions_of: dict[AccountId, set[Region]] = defaultdict(set)
    for key in pairs:
        regions_of[key.account].add(key.region)
    accounts = sorted(regions_of)
    regions = sorted(set().union(*regions_of.values()), key=lambda one: rank[one])
    bits = {region: 1 << place for place, region in enumerate(regions)}
    table = [sum(bits[region] for region in regions_of[account]) for account in accounts]
    for rows, columns in find_fewest_blocks(table, patience):
        yield Rectangle(accounts=_chosen(accounts, rows), regions=_chosen(regions, columns))


def _chosen(items: Sequence[One], which: int) -> tuple[One, ...]:
    return tuple(one for place, one in enumerate(items) if which >> place & 1)
