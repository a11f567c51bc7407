"""The accounts of an organization: the children of a unit, and who comes and goes."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from stacksets.local.organizations.errors import (
    account_not_found,
    already_in_organization,
    constraint_violated,
    invalid_input,
    master_cannot_leave,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacksets.local.organizations.call import Call


def list_children(call: Call, params: Mapping[str, Any]) -> dict[str, Any]:
    """Show the accounts, or the units, that stand directly in a root or unit, which is there."""
    parent, kind = params["ParentId"], params["ChildType"]
    if kind == "ACCOUNT":
        parents = {item.id: item.parent_id for item in call.organization.accounts.values()}
    else:
        parents = dict(call.organization.units)
    children = [child for child, above in parents.items() if above == parent]
    return {"Children": [{"Id": child, "Type": kind} for child in children]}


def remove_account(call: Call, params: Mapping[str, Any]) -> dict[str, Any]:
    """Make a member a standalone account."""
    account = params["AccountId"]
    if account not in call.organization.accounts:
        raise account_not_found(account)
    if account == call.management:
        raise master_cannot_leave()
    if call.directory.administered(call.management, account):
        raise constraint_violated(
            "CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG",
            "You attempted to remove an account that is registered as a delegated administrator "
            "for a service integrated with your organization.",
        )
    call.keeper.remove_account(call.management, account)
    return {}


def leave(call: Call, account: str) -> dict[str, Any]:
    """Let a member leave by itself, as the management account could remove it."""
    return remove_account(call, {"AccountId": account})


def invite_account(call: Call, params: Mapping[str, Any]) -> dict[str, Any]:
    """Invite a standalone account, by its id; it joins by AcceptHandshake."""
    target = params["Target"]
    if target["Type"] != "ACCOUNT":
        raise invalid_input("The target of an invitation is an account id here")
    if call.directory.find_organization(target["Id"]) is not None:
        raise already_in_organization()
    handshake = f"h-{uuid.uuid4().hex}"
    call.directory.invitations[handshake] = (call.management, target["Id"])
    return show_handshake(handshake, call.management, target["Id"], "OPEN")


def show_handshake(handshake: str, management: str, account: str, state: str) -> dict[str, Any]:
    """Show an invitation to an account."""
    return {
        "Handshake": {
            "Id": handshake,
            "Action": "INVITE",
            "State": state,
            "Parties": [
                {"Id": management, "Type": "ORGANIZATION"},
                {"Id": account, "Type": "ACCOUNT"},
            ],
        }
    }
