"""Tables that were found right, as a Deployment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stacksets.model.desired import (
    AccountFilter,
    AccountId,
    AutoDeployment,
    Bootstrap,
    CallAs,
    ConcurrencyMode,
    DeploymentTargets,
    KeptValue,
    OperationPreferences,
    OrganizationalUnitId,
    ParameterOverride,
    PermissionModel,
    Region,
    RegionConcurrency,
)
from stacksets.model.smoke import Smoke
from stacksets.model.traffic import Traffic

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from stacksets.load.file import (
        BootstrapTable,
        OperationPreferencesTable,
        OverridesTable,
        SmokeTable,
        StackSetTable,
        TargetsTable,
        TrafficTable,
    )
    from stacksets.load.placeholders import Placeholders
    from stacksets.model.desired import Template

Values = dict[str, str | KeptValue]


def build_stack_set(table: StackSetTable, values: Mapping[str, Values]) -> dict[str, Any]:
    """Give the fields of a Deployment that the table [stack_set] says."""
    admin = table.admin_account
    return {
        "name": table.name,
        "home_region": Region(table.home_region or ""),
        "admin_account": AccountId(admin) if admin else None,
        "read_role_name": table.read_role_name,
        "description": table.description,
        "capabilities": tuple(table.capabilities or ()),
        "permission_model": PermissionModel(table.permission_model or "SELF_MANAGED"),
        "auto_deployment": _auto_deployment(table),
        "call_as": CallAs(table.call_as or "SELF"),
        "administration_role_arn": table.administration_role_arn,
        "execution_role_name": table.execution_role_name,
        "managed_execution": bool(table.managed_execution),
        "informational": frozenset(table.informational or ()),
        "unique_across_accounts": tuple(dict.fromkeys(table.unique_across_accounts or ())),
        "parameters": values["parameters"],
        "tags": values["tags"],
    }


def build_values(raw: Mapping[str, Any], placeholders: Placeholders) -> dict[str, Values]:
    """Fill parameters and tags, from the strings as the file has them."""
    return {
        kind: {name: placeholders.fill(text) for name, text in raw.get(kind, {}).items()}
        for kind in ("parameters", "tags")
    }


def build_targets(groups: Iterable[TargetsTable]) -> tuple[DeploymentTargets, ...]:
    """Give the deployment targets."""
    return tuple(
        DeploymentTargets(
            accounts=_accounts(group.accounts),
            regions=_regions(group.regions),
            organizational_units=_units(group.organizational_units),
            account_filter=AccountFilter(group.account_filter or "NONE"),
        )
        for group in groups
    )


def build_overrides(entries: Iterable[OverridesTable]) -> tuple[ParameterOverride, ...]:
    """Give the parameter overrides, in the order of the file."""
    return tuple(
        ParameterOverride(
            accounts=_accounts(entry.accounts),
            regions=_regions(entry.regions),
            parameters=dict(entry.parameters or {}),
            organizational_units=_units(entry.organizational_units),
        )
        for entry in entries
    )


def build_preferences(table: OperationPreferencesTable | None) -> OperationPreferences:
    """Give the operation preferences, AWS's own where the file says nothing."""
    if table is None:
        return OperationPreferences()
    mode = table.concurrency_mode
    return OperationPreferences(
        region_order=_regions(table.region_order),
        region_concurrency=RegionConcurrency(table.region_concurrency or "SEQUENTIAL"),
        max_concurrent_count=table.max_concurrent_count,
        max_concurrent_percentage=table.max_concurrent_percentage,
        failure_tolerance_count=table.failure_tolerance_count,
        failure_tolerance_percentage=table.failure_tolerance_percentage,
        concurrency_mode=ConcurrencyMode(mode) if mode else None,
    )


def build_bootstrap(
    table: BootstrapTable | None,
    template: Template | None,
    values: Mapping[str, Values],
    stack_set_tags: Values,
) -> Bootstrap | None:
    """Give the bootstrap; without tags of its own it has those of the stack set."""
    if table is None or template is None:
        return None
    return Bootstrap(
        stack_name=table.stack_name or "",
        template=template,
        parameters=values["parameters"],
        tags=stack_set_tags if table.tags is None else values["tags"],
    )


def build_smoke(table: SmokeTable | None) -> Smoke | None:
    """Give the smoke checks; what the file leaves out keeps the default of `Smoke`."""
    return Smoke(**table.model_dump(exclude_none=True)) if table else None


def build_traffic(table: TrafficTable | None) -> Traffic | None:
    """Give the traffic parameter."""
    return Traffic(**table.model_dump()) if table else None


def _auto_deployment(table: StackSetTable) -> AutoDeployment | None:
    if table.auto_deployment is None:
        return None
    return AutoDeployment(
        enabled=table.auto_deployment,
        retain_stacks_on_account_removal=bool(table.retain_stacks_on_account_removal),
    )


def _units(names: Iterable[str] | None) -> tuple[OrganizationalUnitId, ...]:
    return tuple(OrganizationalUnitId(name) for name in names or ())


def _accounts(names: Iterable[str] | None) -> tuple[AccountId, ...]:
    return tuple(AccountId(name) for name in names or ())


def _regions(names: Iterable[str] | None) -> tuple[Region, ...]:
    return tuple(Region(name) for name in names or ())
