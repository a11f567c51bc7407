"""Which organization an account is in, and which services and accounts it trusts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from stacksets.local.organizations.tree import Organization

STACK_SETS = "member.org.stacksets.cloudformation.amazonaws.com"
"""StackSets' principal for trusted access and for delegated administrators."""

Since = dict[str, datetime]
"""Something that is so since a moment: services by principal, accounts by id."""


@dataclass(slots=True)
class _Trusted:
    """What one organization has granted: services, and per service its administrators."""

    services: Since = field(default_factory=dict)
    administrators: dict[str, Since] = field(default_factory=dict)


class Directory:
    """The organizations of the embedded AWS; `find_organization(account)` reads one, or None."""

    def __init__(self, find_organization: Callable[[str], Organization | None]) -> None:
        self.find_organization = find_organization
        self.invitations: dict[str, tuple[str, str]] = {}
        """(management account, invited account) by the id of the handshake."""
        self._trusted: dict[str, _Trusted] = {}

    def reset(self) -> None:
        """Forget whom organizations trust and have invited."""
        self._trusted.clear()
        self.invitations.clear()

    def services(self, management: str) -> Mapping[str, datetime]:
        """Give the services with trusted access, each with the moment since when."""
        return self._of(management).services

    def enable_service(self, management: str, principal: str) -> None:
        """Give a service trusted access; one that has it keeps its moment."""
        self._of(management).services.setdefault(principal, datetime.now(UTC))

    def disable_service(self, management: str, principal: str) -> None:
        """Take a service's trusted access away; one without has none afterwards either."""
        self._of(management).services.pop(principal, None)

    def administrators(self, management: str, principal: str) -> Mapping[str, datetime]:
        """Give the delegated administrators of a service, each with the moment since when."""
        return self._of(management).administrators.get(principal, {})

    def administered(self, management: str, account: str) -> Mapping[str, datetime]:
        """Give the services that an account administers, each with the moment since when."""
        return {
            principal: accounts[account]
            for principal, accounts in self._of(management).administrators.items()
            if account in accounts
        }

    def register(self, management: str, account: str, principal: str) -> None:
        """Make an account a delegated administrator of a service."""
        registered = self._of(management).administrators.setdefault(principal, {})
        registered[account] = datetime.now(UTC)

    def deregister(self, management: str, account: str, principal: str) -> None:
        """Make an account, which is one, a delegated administrator of a service no more."""
        del self._of(management).administrators[principal][account]

    def _of(self, management: str) -> _Trusted:
        return self._trusted.setdefault(management, _Trusted())
