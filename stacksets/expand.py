"""The accounts behind a deployment's organizational units, asked of Organizations.

It is asked after the stack instances were listed: an account that auto-deployment has just brought
in is then known to be below its unit. What cannot be read is an error, never an empty unit: nothing
is planned away for lack of a permission.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.model.desired import Organization, PermissionModel
from stacksets.organization import expand_deployment, known_accounts, named_units

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stacksets.aws.door import Aws, Organizations
    from stacksets.model.desired import (
        AccountId,
        Deployment,
        OrganizationAccount,
        OrganizationalUnitId,
    )
    from stacksets.model.observed import StackSet

    Units = dict[OrganizationalUnitId, tuple[OrganizationAccount, ...]]


def expand_targets(aws: Aws, deployment: Deployment, observed: StackSet | None) -> Deployment:
    """Put the accounts behind the units; a deployment without an organization stays as it is.

    Units that only the stack set knows are read as well, so that what is removed is named exactly.

    Raises:
        PermissionDeniedError: Organizations may not be read, or there is no organization.
    """
    models = {deployment.permission_model, observed.permission_model if observed else None}
    if PermissionModel.SERVICE_MANAGED not in models:
        return deployment
    organizations = aws.organizations()
    management = organizations.find_management_account()
    units: Units = {}
    _read(organizations, named_units(deployment), units)
    _read(organizations, _observed_units(observed), units)
    found = Organization(management_account=management, units=units)
    wanted = {*_listed_accounts(deployment), *_observed_accounts(observed)} - set(
        known_accounts(found)
    )
    others = (organizations.find_account(one) for one in sorted(wanted))
    known = tuple(one for one in others if one is not None)
    return expand_deployment(
        deployment, Organization(management_account=management, units=units, others=known)
    )


def _read(
    organizations: Organizations, wanted: Iterable[OrganizationalUnitId], units: Units
) -> None:
    for unit in wanted:
        accounts = None if unit in units else organizations.list_accounts_below(unit)
        if accounts is not None:
            units[unit] = accounts


def _observed_units(observed: StackSet | None) -> tuple[OrganizationalUnitId, ...]:
    if observed is None:
        return ()
    units = {*observed.organizational_unit_ids}
    units |= {one.organizational_unit_id for one in observed.auto_deployment_targets}
    units |= {unit for one in observed.instances if (unit := one.organizational_unit_id)}
    return tuple(sorted(units))


def _observed_accounts(observed: StackSet | None) -> frozenset[AccountId]:
    return frozenset(one.account for one in observed.instances) if observed else frozenset()


def _listed_accounts(deployment: Deployment) -> frozenset[AccountId]:
    """Give the accounts that are named beside units."""
    return frozenset(
        account
        for group in deployment.targets
        if group.organizational_units
        for account in group.accounts
    )
