"""Which accounts an organization's changes have moved from unit to unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stacksets.local.organizations.tree import Organization


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """An account that joined, left or moved, with all units that it was in and that it is in."""

    management: str
    account: str
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def left(self) -> tuple[str, ...]:
        """Give the units that the account is in no more."""
        return tuple(unit for unit in self.before if unit not in self.after)

    @property
    def joined(self) -> tuple[str, ...]:
        """Give the units that the account was not in before."""
        return tuple(unit for unit in self.after if unit not in self.before)


def find_moves(before: Organization | None, after: Organization) -> tuple[Move, ...]:
    """Give the moves between two states of an organization; before None there was nothing.

    A suspended account is left alone wherever it goes.
    """
    known = before.accounts if before else {}
    moves = (
        Move(
            management=after.management,
            account=account,
            before=before.units_above(account) if before else (),
            after=after.units_above(account),
        )
        for account in {**known, **after.accounts}
        if not after.is_suspended(account)
    )
    return tuple(move for move in moves if move.before != move.after)
