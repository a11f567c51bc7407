"""Exact (account, region) pairs as few calls: one call names accounts times regions, no less."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from stacksets.model.plan import Rectangle

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from stacksets.model.desired import AccountId, InstanceKey, Region


def group_into_rectangles(
    keys: Iterable[InstanceKey], region_order: Sequence[Region]
) -> tuple[Rectangle, ...]:
    """Cover exactly these pairs with few rectangles that do not overlap.

    Accounts with the same regions share a call, or regions with the same accounts do: whichever
    takes fewer calls. Regions stand in `region_order`, accounts sorted.
    """
    pairs = sorted(set(keys))
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
    rank = {region: place for place, region in enumerate(region_order)}
    if len(by_regions) <= len(by_accounts):
        found = [_rectangle(who, where, rank) for where, who in by_regions.items()]
    else:
        found = [_rectangle(who, where, rank) for who, where in by_accounts.items()]
    return tuple(sorted(found, key=lambda one: (one.accounts, [rank[r] for r in one.regions])))


def _rectangle(
    accounts: Iterable[AccountId], regions: Iterable[Region], rank: dict[Region, int]
) -> Rectangle:
    return Rectangle(
        accounts=tuple(sorted(accounts)), regions=tuple(sorted(regions, key=lambda r: rank[r]))
    )
