"""What organizational units come to: the accounts behind them, and what is to be said of those."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from stacksets.model.desired import AccountFilter, InstanceKey
from stacksets.model.layers import OverrideLayers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from stacksets.model.desired import (
        AccountId,
        Deployment,
        DeploymentTargets,
        Organization,
        OrganizationAccount,
        OrganizationalUnitId,
        ParameterOverride,
    )


def expand_deployment(deployment: Deployment, organization: Organization) -> Deployment:
    """Put the accounts behind every unit of the targets and overrides, as Organizations has them.

    A unit that the organization does not have stands for no account: see `missing_units`.
    """
    return replace(
        deployment,
        organization=organization,
        targets=tuple(_with_members(group, organization) for group in deployment.targets),
        overrides=tuple(_overridden(one, organization) for one in deployment.overrides),
    )


def named_units(deployment: Deployment) -> tuple[OrganizationalUnitId, ...]:
    """Give every unit of the file, once, in its order."""
    named = [one.organizational_units for one in deployment.targets]
    named += [one.organizational_units for one in deployment.overrides]
    return tuple(dict.fromkeys(unit for units in named for unit in units))


def missing_units(deployment: Deployment) -> tuple[OrganizationalUnitId, ...]:
    """Give the units of the file that the organization does not have; none before it was asked."""
    if deployment.organization is None:
        return ()
    units = deployment.organization.units
    return tuple(unit for unit in named_units(deployment) if unit not in units)


def missing_accounts(deployment: Deployment, organization: Organization) -> tuple[AccountId, ...]:
    """Give the accounts that shall get stack instances and that the organization does not have.

    One that is only left out (DIFFERENCE) may have left the organization: that asks for nothing.
    """
    known = known_accounts(organization)
    asked = [
        account
        for group in deployment.targets
        if group.organizational_units and group.adds_accounts
        for account in group.accounts
    ]
    return tuple(dict.fromkeys(one for one in asked if one not in known))


def known_accounts(organization: Organization) -> dict[AccountId, OrganizationAccount]:
    """Give every account that was read, by its id."""
    below = (one for accounts in organization.units.values() for one in accounts)
    return {one.id: one for one in (*below, *organization.others)}


def find_reached(deployment: Deployment) -> Mapping[InstanceKey, OrganizationalUnitId]:
    """Give each pair that the targets' units reach, and a unit that holds its account.

    Accounts that a filter leaves out are among them, suspended ones and the management account too:
    an instance there may come from auto-deployment, which knows no filters, so that it is never
    surplus (StackSets user guide, stacksets-orgs-manage-auto-deployment). An account that UNION
    adds counts as well, by the unit right above it.
    """
    organization = deployment.organization
    if organization is None:
        return {}
    reached: dict[InstanceKey, OrganizationalUnitId] = {}
    for group in deployment.targets:
        holders = _holders(group, organization)
        for region in group.regions:
            for account, unit in holders.items():
                reached.setdefault(InstanceKey(account, region), unit)
    return reached


def organization_notes(deployment: Deployment) -> Iterator[str]:
    """Say which units and accounts of the file come to nothing, and why."""
    organization = deployment.organization
    if organization is None:
        return
    automatic = deployment.auto_deployment and deployment.auto_deployment.enabled
    newcomers = "; accounts that join it get stack instances by themselves" if automatic else ""
    for group in deployment.targets:
        for unit in group.organizational_units:
            if not organization.targets_below(unit):
                yield f"{unit} holds no account that takes stacks{newcomers}"
        if automatic and group.account_filter is not AccountFilter.NONE:
            units = ", ".join(group.organizational_units)
            yield (
                f"auto-deployment knows no {group.account_filter}: every account that joins "
                f"{units} gets stack instances, and keeps them"
            )
    if automatic and any(map(_is_for_newcomers, deployment.overrides)):
        targeted = (unit for group in deployment.targets for unit in group.organizational_units)
        yield (
            "auto-deployment knows no [[overrides]]: an account that joins "
            f"{', '.join(dict.fromkeys(targeted))} has the stack set's values until the next deploy"
        )
    yield from _account_notes(deployment, organization)


def _is_for_newcomers(override: ParameterOverride) -> bool:
    """Tell whether an override speaks of accounts that the file does not name one by one."""
    return bool(override.organizational_units) or not override.accounts


def idle_override_notes(deployment: Deployment, keys: Iterable[InstanceKey]) -> Iterator[str]:
    """Say which overrides of the file reach none of these stack instances.

    A file that names units cannot be refused for it: accounts come and go below them.
    """
    reached: dict[int, set[AccountId]] = defaultdict(set)
    layers = OverrideLayers(deployment.overrides)
    for key in keys:
        for entry, _ in layers.at(key):
            reached[entry].add(key.account)
    for entry, override in enumerate(deployment.overrides, 1):
        idle = [one for one in override.accounts if one not in reached[entry]]
        where = f" in {', '.join(idle)}" if reached[entry] else ""
        if idle or not reached[entry]:
            yield f"[[overrides]] {entry} reaches no stack instance{where}"


def _with_members(group: DeploymentTargets, organization: Organization) -> DeploymentTargets:
    if not group.organizational_units:
        return group
    below = {
        account
        for unit in group.organizational_units
        for account in organization.targets_below(unit)
    }
    return replace(group, members=tuple(sorted(_filtered(group, below, organization))))


def _filtered(
    group: DeploymentTargets, below: set[AccountId], organization: Organization
) -> set[AccountId]:
    listed = set(group.accounts)
    match group.account_filter:
        case AccountFilter.INTERSECTION:
            return below & listed
        case AccountFilter.DIFFERENCE:
            return below - listed
        case AccountFilter.UNION:
            known = known_accounts(organization).values()
            taken = {one.id for one in known if organization.takes_stacks(one)}
            return below | (listed & taken)
        case _:
            return below


def _overridden(override: ParameterOverride, organization: Organization) -> ParameterOverride:
    if not override.organizational_units:
        return override
    below = {
        account
        for unit in override.organizational_units
        for account in organization.accounts_below(unit)
    }
    return replace(override, members=tuple(sorted(below)))


def _holders(
    group: DeploymentTargets, organization: Organization
) -> dict[AccountId, OrganizationalUnitId]:
    holders: dict[AccountId, OrganizationalUnitId] = {}
    for unit in group.organizational_units:
        for account in sorted(organization.accounts_below(unit)):
            holders.setdefault(account, unit)
    if group.account_filter is AccountFilter.UNION:
        known = known_accounts(organization)
        for account in group.accounts:
            if account in known:
                holders.setdefault(account, known[account].parent)
    return holders


def _account_notes(deployment: Deployment, organization: Organization) -> Iterator[str]:
    known = known_accounts(organization)
    for account in sorted({key.account for key in find_reached(deployment)}):
        if not known[account].is_active:
            yield f"account {account} is {known[account].state} and gets no stack instance"
    for group in deployment.targets:
        for account in group.accounts if group.organizational_units else ():
            if words := _tell_idle(account, group, organization):
                yield f"account {account} of the file {words}"


def _tell_idle(account: AccountId, group: DeploymentTargets, organization: Organization) -> str:
    """Say why an account that is named beside units comes to nothing there, whatever its state."""
    if account not in known_accounts(organization):
        return "is not in the organization"
    if account == organization.management_account and group.adds_accounts:
        return "is the management account, which gets no stack instance"
    below = any(account in organization.accounts_below(one) for one in group.organizational_units)
    if below or group.account_filter is AccountFilter.UNION:
        return ""
    return f"is not below {', '.join(group.organizational_units)}"
