"""Delegated administrators: registered, deregistered and listed.

Source: Organizations API reference, RegisterDelegatedAdministrator and the reasons of
ConstraintViolationException; CloudFormation user guide, "Register a delegated administrator" (at
most five for StackSets).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stacksets.local.organizations.directory import STACK_SETS
from stacksets.local.organizations.errors import (
    account_not_found,
    already_registered,
    constraint_violated,
    not_registered,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacksets.local.organizations.call import Call

MOST = 5


def register_administrator(call: Call, params: Mapping[str, Any]) -> dict[str, Any]:
    """Make a member account an administrator of a service that has trusted access."""
    account, principal = params["AccountId"], params["ServicePrincipal"]
    _check_account(call, account)
    if principal not in call.directory.services(call.management):
        raise constraint_violated(
            "SERVICE_ACCESS_NOT_ENABLED",
            "You attempted to register a delegated administrator before you enabled service "
            "access. Call the EnableAWSServiceAccess API first.",
        )
    registered = call.directory.administrators(call.management, principal)
    if account in registered:
        raise already_registered(account)
    if principal == STACK_SETS and len(registered) == MOST:
        raise constraint_violated(
            "MAX_DELEGATED_ADMINISTRATORS_FOR_SERVICE_LIMIT_EXCEEDED",
            "You attempted to register more delegated administrators than allowed for the service "
            "principal.",
        )
    call.directory.register(call.management, account, principal)
    return {}


def _check_account(call: Call, account: str) -> None:
    if account not in call.organization.accounts:
        raise account_not_found(account)
    if account == call.management:
        raise constraint_violated(
            "CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR",
            "You cannot register master account/yourself as delegated administrator for your "
            "organization.",
        )
    if call.organization.is_suspended(account):
        raise constraint_violated(
            "CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR",
            "You cannot register a suspended account as a delegated administrator.",
        )


def deregister_administrator(call: Call, params: Mapping[str, Any]) -> dict[str, Any]:
    """Make an account an administrator of a service no more."""
    account, principal = params["AccountId"], params["ServicePrincipal"]
    if account not in call.directory.administrators(call.management, principal):
        raise not_registered(account)
    call.directory.deregister(call.management, account, principal)
    return {}


def list_administrators(call: Call, params: Mapping[str, Any]) -> dict[str, Any]:
    """Show the accounts that administer a service, or any."""
    asked = params.get("ServicePrincipal")
    shown = []
    for account in call.organization.accounts.values():
        since = call.directory.administered(call.management, account.id)
        matching = [since[principal] for principal in since if asked in {None, principal}]
        if matching:
            shown.append({**account.record, "DelegationEnabledDate": min(matching)})
    return {"DelegatedAdministrators": shown}


def list_administered(call: Call, params: Mapping[str, Any]) -> dict[str, Any]:
    """Show the services that an account administers."""
    account = params["AccountId"]
    since = call.directory.administered(call.management, account)
    if not since:
        raise not_registered(account)
    services = [
        {"ServicePrincipal": principal, "DelegationEnabledDate": moment}
        for principal, moment in since.items()
    ]
    return {"DelegatedServices": services}
