"""Whether targets, overrides and operation preferences fit one another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stacksets.load.places import Misfit, tell_nearest
from stacksets.model.desired import SELF

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from stacksets.load.file import OverridesTable, Tables
    from stacksets.load.places import Path

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Where:
    """The accounts and regions of an override; empty means all."""

    accounts: Sequence[str]
    regions: Sequence[str]

    def holds(self, pair: Pair) -> bool:
        account, region = pair
        return (not self.accounts or account in self.accounts) and (
            not self.regions or region in self.regions
        )


def find_target_misfits(tables: Tables) -> Iterator[Misfit]:
    """List pairs that stand twice, and what speaks of accounts or regions that are no target."""
    yield from _repeated_pairs(tables)
    groups = tables.targets or ()
    regions = sorted({region for group in groups for region in group.regions or ()})
    by_units = any(group.organizational_units for group in groups)
    pairs = {pair for _, pair in _pairs(tables)}
    for index, override in enumerate(tables.overrides or ()):
        path = ("overrides", index)
        accounts = [_named(account, tables) for account in override.accounts or ()]
        where = _Where(accounts=accounts, regions=override.regions or [])
        if by_units:
            yield from _not_among((*path, "regions"), where.regions, regions)
            yield from _without_place(path, override)
        else:
            yield from _override_misfits(path, override, where, pairs)
    yield from _preference_misfits(tables, regions)


def _pairs(tables: Tables) -> Iterator[tuple[Path, Pair]]:
    for index, group in enumerate(tables.targets or ()):
        for account in () if group.organizational_units else group.accounts or ():
            for region in group.regions or ():
                yield ("targets", index), (_named(account, tables), region)


def _named(account: str, tables: Tables) -> str:
    """Put the administrator account for "self" where the file says it: no other may deploy."""
    admin = tables.stack_set and tables.stack_set.admin_account
    return admin if admin and account == SELF else account


def _repeated_pairs(tables: Tables) -> Iterator[Misfit]:
    first: dict[Pair, Path] = {}
    for path, pair in _pairs(tables):
        if pair in first:
            where = "here" if first[pair] == path else f"in [[targets]] {int(first[pair][1]) + 1}"
            yield Misfit(
                path=path,
                what=f"{pair[0]} in {pair[1]} stands {where} already",
                hint="every account and region once",
            )
        first.setdefault(pair, path)


def _override_misfits(
    path: Path, override: OverridesTable, where: _Where, pairs: set[Pair]
) -> Iterator[Misfit]:
    accounts = sorted({account for account, _ in pairs})
    regions = sorted({region for _, region in pairs})
    foreign = [
        *_not_among((*path, "accounts"), where.accounts, accounts),
        *_not_among((*path, "regions"), where.regions, regions),
    ]
    yield from foreign
    placeless = tuple(_without_place(path, override))
    yield from placeless
    if not placeless and not foreign and not any(where.holds(pair) for pair in pairs):
        yield Misfit(path=path, what="meets no stack instance of the targets")


def _without_place(path: Path, override: OverridesTable) -> Iterator[Misfit]:
    if not override.accounts and not override.organizational_units and not override.regions:
        yield Misfit(
            path=path,
            what="names neither accounts nor regions",
            hint="a value for all of them belongs into [stack_set.parameters]",
        )


def _preference_misfits(tables: Tables, regions: Sequence[str]) -> Iterator[Misfit]:
    preferences = tables.operation_preferences
    if not preferences:
        return
    order = preferences.region_order or []
    path = ("operation_preferences", "region_order")
    yield from _not_among(path, order, regions)
    for index, region in enumerate(order):
        if region in order[:index]:
            yield Misfit(path=(*path, index), what=f'names "{region}" again')
    for stem in ("max_concurrent", "failure_tolerance"):
        both = (f"{stem}_count", f"{stem}_percentage")
        if all(getattr(preferences, key) is not None for key in both):
            yield Misfit(
                path=("operation_preferences", both[1]),
                what=f"stands beside {both[0]}",
                hint="one of the two",
            )


def _not_among(path: Path, named: Sequence[str], known: Sequence[str]) -> Iterator[Misfit]:
    for index, name in enumerate(named):
        if name not in known:
            yield Misfit(
                path=(*path, index),
                what=f'"{name}" is not among the targets',
                hint=tell_nearest(name, known),
            )
