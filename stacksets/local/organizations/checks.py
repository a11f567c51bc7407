"""What AWS refuses and ministack does not: units that are not there, or not empty, or not left.

Source: Organizations API reference, the errors of each Action.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stacksets.local.control_plane.errors import ApiError
from stacksets.local.organizations.errors import constraint_violated, parent_not_found

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from stacksets.local.organizations.tree import Organization

    Check = Callable[[Organization, Mapping[str, Any]], None]


def check_request(organization: Organization, action: str, params: Mapping[str, Any]) -> None:
    """Refuse what ministack would let pass.

    Raises:
        ApiError: AWS's error.
    """
    check = CHECKS.get(action)
    if check is not None:
        check(organization, params)


def _check_parent(organization: Organization, params: Mapping[str, Any]) -> None:
    if not organization.has_unit(params["ParentId"]):
        raise parent_not_found(params["ParentId"])


def _check_source(organization: Organization, params: Mapping[str, Any]) -> None:
    """Refuse a move out of a unit that the account is not in; no such account is ministack's."""
    above = organization.units_above(params["AccountId"])
    if above and above[0] != params["SourceParentId"]:
        raise ApiError(
            "SourceParentNotFoundException",
            f"The account {params['AccountId']} is not in {params['SourceParentId']}",
        )


def _check_empty(organization: Organization, params: Mapping[str, Any]) -> None:
    unit = params["OrganizationalUnitId"]
    if unit in organization.units.values() or organization.members_below(unit):
        raise ApiError(
            "OrganizationalUnitNotEmptyException",
            "You can't delete an organizational unit that has accounts or units in it",
        )


def _check_closable(organization: Organization, params: Mapping[str, Any]) -> None:
    if params["AccountId"] == organization.management:
        raise constraint_violated(
            "CANNOT_CLOSE_MANAGEMENT_ACCOUNT", "You attempted to close the management account."
        )


CHECKS: Mapping[str, Check] = {
    "CloseAccount": _check_closable,
    "CreateOrganizationalUnit": _check_parent,
    "DeleteOrganizationalUnit": _check_empty,
    "ListAccountsForParent": _check_parent,
    "ListChildren": _check_parent,
    "ListOrganizationalUnitsForParent": _check_parent,
    "MoveAccount": _check_source,
}
