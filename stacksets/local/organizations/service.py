"""Who may ask Organizations for what, and who answers.

DescribeOrganization and LeaveOrganization may be called from every account of an organization, what
reads from the management account and from delegated administrators, what changes from the
management account alone (Organizations API reference, each Action). ministack takes every account
for a management account.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stacksets.local.organizations import administrators, members, service_access
from stacksets.local.organizations.call import Call
from stacksets.local.organizations.checks import check_request
from stacksets.local.organizations.errors import (
    access_denied,
    already_in_organization,
    handshake_not_found,
    invalid_input,
    not_in_use,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacksets.local.organizations.call import Action, Keeper
    from stacksets.local.organizations.directory import Directory
    from stacksets.local.organizations.tree import Organization

ACTIONS: Mapping[str, Action] = {
    "DeregisterDelegatedAdministrator": administrators.deregister_administrator,
    "DisableAWSServiceAccess": service_access.disable_service_access,
    "EnableAWSServiceAccess": service_access.enable_service_access,
    "InviteAccountToOrganization": members.invite_account,
    "ListAWSServiceAccessForOrganization": service_access.list_service_access,
    "ListChildren": members.list_children,
    "ListDelegatedAdministrators": administrators.list_administrators,
    "ListDelegatedServicesForAccount": administrators.list_administered,
    "RegisterDelegatedAdministrator": administrators.register_administrator,
    "RemoveAccountFromOrganization": members.remove_account,
}
"""The Actions that ministack does not have; the others are its."""

READING = ("Describe", "List")


@dataclass(frozen=True, slots=True, kw_only=True)
class Forward:
    """An Action that ministack answers, asked in the name of an account."""

    account: str
    action: str


class Organizations:
    """Answers what ministack does not, and says in whose name it is asked for the rest."""

    def __init__(self, directory: Directory, keeper: Keeper) -> None:
        self.directory = directory
        self._keeper = keeper

    def decide(
        self, account: str, action: str, params: Mapping[str, Any]
    ) -> Mapping[str, Any] | Forward:
        """Give the answer to an account's call, or who is to be asked for it.

        Raises:
            ApiError: the error that is the answer.
        """
        organization = self.directory.find_organization(account)
        if action == "CreateOrganization":
            return _create(organization, account, params)
        if action == "AcceptHandshake":
            return self._accept(organization, account, params["HandshakeId"])
        if organization is None:
            raise not_in_use()
        call = Call(organization=organization, directory=self.directory, keeper=self._keeper)
        if action == "LeaveOrganization":
            return members.leave(call, account)
        if not self._may(organization, account, action):
            raise access_denied()
        check_request(organization, action, params)
        if action in ACTIONS:
            return ACTIONS[action](call, params)
        return Forward(account=organization.management, action=action)

    def _may(self, organization: Organization, account: str, action: str) -> bool:
        if account == organization.management or action == "DescribeOrganization":
            return True
        delegated = self.directory.administered(organization.management, account)
        return bool(delegated) and action.startswith(READING)

    def _accept(
        self, organization: Organization | None, account: str, handshake: str
    ) -> Mapping[str, Any]:
        """Let an invited account join; ministack's own Actions know accounts that it made only."""
        if organization is not None:
            raise already_in_organization()
        management, invited = self.directory.invitations.get(handshake, ("", ""))
        if invited != account:
            raise handshake_not_found(handshake)
        self._keeper.add_account(management, account)
        del self.directory.invitations[handshake]
        return members.show_handshake(handshake, management, account, "ACCEPTED")


def _create(organization: Organization | None, account: str, params: Mapping[str, Any]) -> Forward:
    """Found an organization: ministack does so when it is first asked for one."""
    if organization is not None:
        raise already_in_organization()
    if params.get("FeatureSet", "ALL") != "ALL":
        raise invalid_input("Only organizations with all features are in this emulator")
    return Forward(account=account, action="DescribeOrganization")
