"""ActivateOrganizationsAccess, DeactivateOrganizationsAccess, DescribeOrganizationsAccess."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stacksets.local.control_plane.errors import invalid_operation
from stacksets.local.control_plane.operations.callers import has_access
from stacksets.local.organizations.directory import STACK_SETS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacksets.local.control_plane.operations.context import Context


def activate_organizations_access(context: Context, _: Mapping[str, Any]) -> dict[str, Any]:
    """Give StackSets trusted access; Organizations lists it then."""
    _check_management(context)
    context.store.activated.add(context.account)
    context.directory.enable_service(context.account, STACK_SETS)
    return {}


def deactivate_organizations_access(context: Context, _: Mapping[str, Any]) -> dict[str, Any]:
    """Take trusted access away; stack sets and their stacks stay as they are."""
    _check_management(context)
    context.store.activated.discard(context.account)
    context.directory.disable_service(context.account, STACK_SETS)
    return {}


def describe_organizations_access(context: Context, _: Mapping[str, Any]) -> dict[str, Any]:
    """Show whether there is trusted access, to the management account and to its delegates."""
    _check_management(context)
    granted = has_access(context.directory, context.store, context.settings, context.account)
    return {"Status": "ENABLED" if granted else "DISABLED"}


def _check_management(context: Context) -> None:
    """Refuse other accounts; the sentence is ours."""
    organization = context.directory.find_organization(context.account)
    if organization is None or organization.management != context.account:
        raise invalid_operation(
            "Only the management account of an organization can manage organizations access"
        )
