"""What an Action of Organizations is given besides its parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from stacksets.local.organizations.directory import Directory
    from stacksets.local.organizations.tree import Organization


class Keeper(Protocol):
    """Changes an organization in ways that ministack's API has no Action for."""

    def add_account(self, management: str, account: str) -> None:
        """Put an account that stands outside below the root."""
        ...

    def remove_account(self, management: str, account: str) -> None:
        """Take an account out of its organization."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call on an organization, by its management account or in its name."""

    organization: Organization
    directory: Directory
    keeper: Keeper

    @property
    def management(self) -> str:
        """Give the management account."""
        return self.organization.management


Action = Callable[[Call, Mapping[str, Any]], Mapping[str, Any]]
