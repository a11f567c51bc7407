"""In whose name a request is made, and what an organization lets that account do.

Source: API reference, CallAs, and the answers of AWS to those who may not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stacksets.local.control_plane.errors import validation_error
from stacksets.local.organizations.directory import STACK_SETS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacksets.local.control_plane.settings import Settings
    from stacksets.local.control_plane.store import Store
    from stacksets.local.organizations.directory import Directory
    from stacksets.local.organizations.tree import Organization

DELEGATED_ADMIN = "DELEGATED_ADMIN"


def find_administrator(directory: Directory, account: str, params: Mapping[str, Any]) -> str:
    """Give the account whose stack sets a request means: the management account's for a delegate.

    Raises:
        ApiError: `ValidationError` for an account that calls as a delegated administrator and is
            none; the management account is none either.
    """
    if params.get("CallAs") != DELEGATED_ADMIN:
        return account
    organization = directory.find_organization(account)
    if organization is None or account not in directory.administrators(
        organization.management, STACK_SETS
    ):
        raise validation_error("Account used is not a delegated administrator")
    return organization.management


def has_access(directory: Directory, store: Store, settings: Settings, management: str) -> bool:
    """Tell whether StackSets may reach into the organization of a management account."""
    activated = management in store.activated or settings.service_access_suffices
    return activated and STACK_SETS in directory.services(management)


def get_organization(
    directory: Directory, store: Store, settings: Settings, account: str
) -> Organization:
    """Give the organization that an account operates service-managed stack sets in.

    Raises:
        ApiError: `ValidationError` when it is not the management account (of which a delegated
            administrator's requests come to be), and without trusted access.
    """
    organization = directory.find_organization(account)
    if organization is None or organization.management != account:
        raise validation_error(
            "You must be the management account or delegated admin account of an organization "
            "before operating a SERVICE_MANAGED stack set"
        )
    if not has_access(directory, store, settings, account):
        raise validation_error(
            "You must enable organizations access to operate a service managed stack set"
        )
    return organization
