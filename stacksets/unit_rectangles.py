"""Exact (account, region) pairs as calls that name organizational units.

A unit goes as a whole where a call on it would touch these pairs and no other; what is left goes as
the INTERSECTION of units and exactly the accounts that are meant.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from stacksets.model.desired import AccountFilter, InstanceKey
from stacksets.model.plan import Rectangle
from stacksets.rectangles import group_into_rectangles

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from stacksets.model.desired import AccountId, OrganizationalUnitId, Region

One = TypeVar("One")

MOST_UNITS = 50
"""Units that one call may name (API reference, DeploymentTargets)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """A unit as a call would name it, with a filter and its accounts.

    By region: whom the call `touches`, whom of these it reaches `surely`, and `strays` that it
    touches perhaps. In the regions of `always` the unit is to be named whether or not it touches
    anybody.
    """

    unit: OrganizationalUnitId
    account_filter: AccountFilter = AccountFilter.NONE
    accounts: tuple[AccountId, ...] = ()
    touches: Mapping[Region, frozenset[AccountId]]
    surely: Mapping[Region, frozenset[AccountId]]
    strays: Mapping[Region, frozenset[AccountId]]
    always: frozenset[Region] = frozenset()


Form = tuple[AccountFilter, tuple["AccountId", ...], tuple["Region", ...]]


def group_by_units(
    keys: Iterable[InstanceKey],
    reaches: Sequence[Reach],
    holders: Mapping[InstanceKey, tuple[OrganizationalUnitId, ...]],
    region_order: Sequence[Region],
) -> tuple[Rectangle, ...]:
    """Cover exactly these pairs with few calls; `holders` gives units that hold each account.

    Earlier reaches come first: the widest unit takes what lies in it.
    """
    wanted = frozenset(keys)
    left = set(wanted)
    forms: dict[Form, list[Reach]] = defaultdict(list)
    for reach in reaches:
        regions = tuple(one for one in region_order if _is_whole(reach, one, wanted, left))
        if regions:
            forms[reach.account_filter, reach.accounts, regions].append(reach)
            left -= {key for region in regions for key in _keys(reach.surely, region)}
    wholes = [one for form, together in forms.items() for one in _wholes(form, together)]
    parts = [
        one for pairs in group_into_rectangles(left, region_order) for one in _parts(pairs, holders)
    ]
    return (*wholes, *parts)


def _is_whole(
    reach: Reach, region: Region, wanted: frozenset[InstanceKey], left: set[InstanceKey]
) -> bool:
    surely = _keys(reach.surely, region)
    useful = region in reach.always or (bool(surely) and surely <= left)
    return useful and _keys(reach.touches, region) | _keys(reach.strays, region) <= wanted


def _keys(accounts: Mapping[Region, frozenset[AccountId]], region: Region) -> set[InstanceKey]:
    return {InstanceKey(account, region) for account in accounts.get(region, ())}


def _wholes(form: Form, reaches: Sequence[Reach]) -> Iterator[Rectangle]:
    account_filter, accounts, regions = form
    for some in _chunks(reaches):
        touched = {
            account
            for one in some
            for region in regions
            for account in (*one.touches.get(region, ()), *one.strays.get(region, ()))
        }
        yield Rectangle(
            accounts=accounts,
            regions=regions,
            organizational_units=tuple(one.unit for one in some),
            account_filter=account_filter,
            members=tuple(sorted(touched)),
        )


def _parts(
    pairs: Rectangle, holders: Mapping[InstanceKey, tuple[OrganizationalUnitId, ...]]
) -> Iterator[Rectangle]:
    """Name accounts together as long as their units fit into one call."""
    units_of = {
        account: {
            unit for region in pairs.regions for unit in holders[InstanceKey(account, region)]
        }
        for account in pairs.accounts
    }
    units: set[OrganizationalUnitId] = set()
    accounts: list[AccountId] = []
    for account in sorted(units_of, key=lambda one: (sorted(units_of[one]), one)):
        if accounts and len(units | units_of[account]) > MOST_UNITS:
            yield _part(accounts, units, pairs.regions)
            units, accounts = set(), []
        units |= units_of[account]
        accounts.append(account)
    yield _part(accounts, units, pairs.regions)


def _part(
    accounts: Iterable[AccountId],
    units: Iterable[OrganizationalUnitId],
    regions: tuple[Region, ...],
) -> Rectangle:
    named = tuple(sorted(accounts))
    return Rectangle(
        accounts=named,
        regions=regions,
        organizational_units=tuple(sorted(units)),
        account_filter=AccountFilter.INTERSECTION,
        members=named,
    )


def _chunks(items: Sequence[One]) -> Iterator[Sequence[One]]:
    for start in range(0, len(items), MOST_UNITS):
        yield items[start : start + MOST_UNITS]
