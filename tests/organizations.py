"""AWS Organizations in memory: a tree of units with accounts in it."""

from __future__ import annotations

from dataclasses import dataclass, field

from stacksets.model.desired import (
    AccountFilter,
    AccountId,
    OrganizationAccount,
    OrganizationalUnitId,
)

ROOT = OrganizationalUnitId("r-abcd")
APPS = OrganizationalUnitId("ou-abcd-11111111")
SHOP = OrganizationalUnitId("ou-abcd-22222222")
LABS = OrganizationalUnitId("ou-abcd-33333333")
MANAGEMENT = AccountId("000000000001")
ONE, TWO, THREE, FOUR = (AccountId(str(number) * 12) for number in (3, 4, 5, 6))


@dataclass
class FakeOrganizations:
    """An organization: `above` is each unit's parent, `homes` each account's unit.

    `states` are those that are not ACTIVE; `refuse` is raised by everything that lists.
    """

    management: AccountId = MANAGEMENT
    above: dict[OrganizationalUnitId, OrganizationalUnitId | None] = field(
        default_factory=lambda: {ROOT: None}
    )
    homes: dict[AccountId, OrganizationalUnitId] = field(default_factory=lambda: {MANAGEMENT: ROOT})
    states: dict[AccountId, str] = field(default_factory=dict)
    trusted: bool = True
    delegated: frozenset[AccountId] = frozenset()
    refuse: Exception | None = None
    calls: list[tuple] = field(default_factory=list)

    def find_management_account(self):
        self._note("find_management_account")
        return self.management

    def list_accounts_below(self, unit):
        self._note("list_accounts_below", unit)
        if unit not in self.above:
            return None
        return tuple(self._account(one) for one in sorted(self.below(unit)))

    def find_account(self, account):
        self._note("find_account", account)
        return self._account(account) if account in self.homes else None

    def has_trusted_access(self, call_as):
        self._note("has_trusted_access", call_as)
        return self.trusted

    def list_delegated_administrators(self):
        self._note("list_delegated_administrators")
        return self.delegated

    def below(self, unit):
        """Give every account below a unit, nested units included."""
        return {account for account, home in self.homes.items() if unit in self._path(home)}

    def takes_stacks(self, account):
        """Tell whether StackSets deploys to an account."""
        return account != self.management and account not in self.states

    def reached(self, where):
        """Give the accounts that a call with these targets is about, whatever their state."""
        below = {account for unit in where.organizational_units for account in self.below(unit)}
        listed = set(where.accounts)
        match where.account_filter:
            case AccountFilter.INTERSECTION:
                return below & listed
            case AccountFilter.DIFFERENCE:
                return below - listed
            case AccountFilter.UNION:
                return below | listed
            case _:
                return below

    def _path(self, unit):
        while unit is not None:
            yield unit
            unit = self.above[unit]

    def _account(self, account):
        state = self.states.get(account, "ACTIVE")
        return OrganizationAccount(id=account, state=state, parent=self.homes[account])

    def _note(self, *call):
        self.calls.append(call)
        if self.refuse:
            raise self.refuse


def an_organization() -> FakeOrganizations:
    """An organization of two units below the root, one of them with a nested unit.

    Apps holds ONE and, in its nested unit Shop, TWO and THREE; Labs holds FOUR.
    """
    return FakeOrganizations(
        above={ROOT: None, APPS: ROOT, SHOP: APPS, LABS: ROOT},
        homes={MANAGEMENT: ROOT, ONE: APPS, TWO: SHOP, THREE: SHOP, FOUR: LABS},
    )
