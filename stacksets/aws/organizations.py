"""What AWS Organizations says, as `door.Organizations` has it, by boto3."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.aws.failures import AbsentError
from stacksets.aws.translate import organization_account_from
from stacksets.model.desired import AccountId, CallAs, OrganizationalUnitId

if TYPE_CHECKING:
    from stacksets.aws.clients import Clients
    from stacksets.aws.requests import Request
    from stacksets.model.desired import OrganizationAccount

_MEMBER_PRINCIPAL = "member.org.stacksets.cloudformation.amazonaws.com"
"""Whom an organization registers delegated administrators of StackSets with (StackSets user guide,
stacksets-orgs-delegated-admin)."""


class BotoOrganizations:
    """`door.Organizations` by boto3."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._asking = clients.origin.asking

    def find_management_account(self) -> AccountId:
        """Give the management account of the caller's organization."""
        with self._asking("organizations:DescribeOrganization"):
            answer = self._clients.organizations.describe_organization()
        return AccountId(answer["Organization"].get("MasterAccountId", ""))

    def list_accounts_below(
        self, unit: OrganizationalUnitId
    ) -> tuple[OrganizationAccount, ...] | None:
        """List all accounts below a unit, nested units included, by id; None: no such unit."""
        found: list[OrganizationAccount] = []
        units = [unit]
        while units:
            here = units.pop()
            try:
                found += self._list_accounts(here)
                units += self._list_units(here)
            except AbsentError:
                # A nested unit that is deleted meanwhile was empty, or AWS would not delete it.
                if here == unit:
                    return None
        return tuple(sorted(found, key=lambda one: one.id))

    def find_account(self, account: AccountId) -> OrganizationAccount | None:
        """Give one account, None where the organization does not have it."""
        try:
            with self._asking("organizations:DescribeAccount"):
                row = self._clients.organizations.describe_account(AccountId=account)["Account"]
            with self._asking("organizations:ListParents"):
                answer = self._clients.organizations.list_parents(ChildId=account)
        except AbsentError:
            return None
        parent = answer["Parents"][0].get("Id", "")
        return organization_account_from(row, OrganizationalUnitId(parent))

    def has_trusted_access(self, call_as: CallAs) -> bool:
        """Tell whether StackSets may work in the organization's accounts."""
        request: Request = {} if call_as is CallAs.SELF else {"CallAs": call_as.value}
        with self._asking("cloudformation:DescribeOrganizationsAccess"):
            answer = self._clients.cloudformation.describe_organizations_access(**request)
        return answer["Status"] == "ENABLED"

    def list_delegated_administrators(self) -> frozenset[AccountId]:
        """Give the accounts that may manage stack sets for the organization."""
        with self._asking("organizations:ListDelegatedAdministrators"):
            pages = self._clients.organizations.get_paginator(
                "list_delegated_administrators"
            ).paginate(ServicePrincipal=_MEMBER_PRINCIPAL)
            return frozenset(
                AccountId(row.get("Id", ""))
                for page in pages
                for row in page["DelegatedAdministrators"]
            )

    def _list_accounts(self, parent: OrganizationalUnitId) -> list[OrganizationAccount]:
        with self._asking("organizations:ListAccountsForParent"):
            pages = self._clients.organizations.get_paginator("list_accounts_for_parent").paginate(
                ParentId=parent
            )
            return [
                organization_account_from(row, parent) for page in pages for row in page["Accounts"]
            ]

    def _list_units(self, parent: OrganizationalUnitId) -> list[OrganizationalUnitId]:
        with self._asking("organizations:ListOrganizationalUnitsForParent"):
            pages = self._clients.organizations.get_paginator(
                "list_organizational_units_for_parent"
            ).paginate(ParentId=parent)
            return [
                OrganizationalUnitId(row.get("Id", ""))
                for page in pages
                for row in page["OrganizationalUnits"]
            ]
