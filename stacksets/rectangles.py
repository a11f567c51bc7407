"""Exact (account, region) pairs as few calls: one call names accounts times regions, no less."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from stacksets.model.plan import Rectangle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from stacksets.model.desired import AccountId, InstanceKey, Region


def group_into_rectangles(
    keys: Iterable[InstanceKey], region_order: Sequence[Region]
) -> tuple[Rectangle, ...]:
    """Cover exactly these pairs with few rectangles that do not overlap.

    Accounts with the same regions share a call, or regions with the same accounts do: whichever
    takes fewer calls, decided anew for pairs that share neither account nor region with the rest.
    (The fewest in every case would take a search through all coverings.) Regions stand in
    `region_order`, and so do the calls; accounts are sorted.
    """
    rank = {region: place for place, region in enumerate(region_order)}
    found = [one for pairs in _find_apart(keys) for one in _group(pairs, rank)]
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


def _group(pairs: Iterable[InstanceKey], rank: Mapping[Region, int]) -> list[Rectangle]:
    regions_of: dict[AccountId, set[Region]] = defaultdict(set)
    accounts_of: dict[Region, set[AccountId]] = defaultdict(set)
    for key in pairs:
        regions_of[key.account].add(key.region)
        accounts_of[key.region].add(key.account)
    by_regions: dict[frozenset[Region], set[AccountId]] = defaultdict(set)
    for account, regions in regions_of.items():
        by_regions[frozenset(regions)].add(account)
    by_accounts: dict[frozenset[AccountId], set[Region]] = defaultdict(set)
    for region, accounts in accounts_of.items():
        by_accounts[frozenset(accounts)].add(region)
    if len(by_regions) <= len(by_accounts):
        return [_rectangle(who, where, rank) for where, who in by_regions.items()]
    return [_rectangle(who, where, rank) for who, where in by_accounts.items()]


def _rectangle(
    accounts: Iterable[AccountId], regions: Iterable[Region], rank: Mapping[Region, int]
) -> Rectangle:
    return Rectangle(
        accounts=tuple(sorted(accounts)), regions=tuple(sorted(regions, key=lambda r: rank[r]))
    )
