"""An organization as it stands: roots, units and accounts, frozen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class AccountStatus(StrEnum):
    """Whether an account may be used; a closed one is suspended."""

    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account of an organization; `record` is what DescribeAccount shows of it."""

    id: str
    parent_id: str
    status: AccountStatus
    record: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """All that belongs to one management account; `units` maps each unit to its parent."""

    id: str
    management: str
    root_id: str
    units: Mapping[str, str]
    accounts: Mapping[str, Account]

    def has_unit(self, unit: str) -> bool:
        """Tell whether there is such a unit; the root is one."""
        return unit == self.root_id or unit in self.units

    def is_suspended(self, account: str) -> bool:
        """Tell whether an account of the organization is closed."""
        found = self.accounts.get(account)
        return found is not None and found.status is AccountStatus.SUSPENDED

    def units_above(self, account: str) -> tuple[str, ...]:
        """Give the units that an account is in, its own first, the root last; () for a stranger."""
        found = self.accounts.get(account)
        return tuple(self._upwards(found.parent_id)) if found else ()

    def members_below(self, unit: str) -> tuple[str, ...]:
        """Give the accounts in a unit and in its units, without the management account."""
        return tuple(
            account
            for account in self.accounts
            if account != self.management and unit in self.units_above(account)
        )

    def _upwards(self, unit: str) -> Iterator[str]:
        while unit in self.units:
            yield unit
            unit = self.units[unit]
        yield unit
