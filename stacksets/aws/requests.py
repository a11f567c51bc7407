"""The model as what AWS is asked with: the dicts that boto3 takes, made nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from stacksets.model.desired import AutoDeployment, OperationPreferences, Region
    from stacksets.model.plan import Definition, Rectangle

Request = dict[str, Any]


def parameters_to(parameters: Mapping[str, str | None]) -> list[Request]:
    """Write parameters or parameter overrides, in a steady order; None keeps what is there."""
    return [
        {"ParameterKey": name, "UsePreviousValue": True}
        if value is None
        else {"ParameterKey": name, "ParameterValue": value}
        for name, value in sorted(parameters.items())
    ]


def tags_to(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Write tags, in a steady order."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def definition_to(definition: Definition) -> Request:
    """Write what CreateStackSet and UpdateStackSet both take.

    Everything is sent each time: capabilities and roles are not inherited from the last call, a
    parameter that is left out falls back to its default, and empty tags remove all of them (API
    reference, UpdateStackSet). Only a description cannot be taken away: AWS wants one character.
    """
    request: Request = {
        "StackSetName": definition.name,
        "TemplateBody": definition.template_body,
        "Parameters": parameters_to(definition.parameters),
        "Tags": tags_to(definition.tags),
        "Capabilities": list(definition.capabilities),
        "PermissionModel": definition.permission_model.value,
        "ManagedExecution": {"Active": definition.managed_execution},
    }
    optional = {
        "AutoDeployment": _auto_deployment_to(definition.auto_deployment),
        "Description": definition.description,
        "AdministrationRoleARN": definition.administration_role_arn,
        "ExecutionRoleName": definition.execution_role_name,
    }
    return request | {key: value for key, value in optional.items() if value}


def _auto_deployment_to(wanted: AutoDeployment | None) -> Request | None:
    """Write auto-deployment; what else there is to it is said only where it is on."""
    if wanted is None or not wanted.enabled:
        return None if wanted is None else {"Enabled": False}
    return {
        "Enabled": True,
        "RetainStacksOnAccountRemoval": wanted.retain_stacks_on_account_removal,
        **({"DependsOn": list(wanted.depends_on)} if wanted.depends_on else {}),
    }


def targets_to(where: Rectangle) -> Request:
    """Write the accounts of a call: alone, or as units and what the filter makes of them.

    Units alone mean all accounts below them, nested ones too (API reference, DeploymentTargets).
    """
    if not where.organizational_units:
        return {"Accounts": list(where.accounts)}
    targets: Request = {"OrganizationalUnitIds": list(where.organizational_units)}
    if where.account_filter and where.accounts:
        targets |= {
            "AccountFilterType": where.account_filter.value,
            "Accounts": list(where.accounts),
        }
    return {"DeploymentTargets": targets}


def preferences_to(
    preferences: OperationPreferences, regions: Sequence[Region] | None = None
) -> Request:
    """Write operation preferences; of the region order only `regions`, where those are given.

    What AWS does with an order that names other regions than the call is not documented.
    """
    order = [one for one in preferences.region_order if regions is None or one in regions]
    mode = preferences.concurrency_mode
    optional = {
        "RegionOrder": order or None,
        "MaxConcurrentCount": preferences.max_concurrent_count,
        "MaxConcurrentPercentage": preferences.max_concurrent_percentage,
        "FailureToleranceCount": preferences.failure_tolerance_count,
        "FailureTolerancePercentage": preferences.failure_tolerance_percentage,
        "ConcurrencyMode": mode and mode.value,
    }
    concurrency = {"RegionConcurrencyType": preferences.region_concurrency.value}
    return concurrency | {key: value for key, value in optional.items() if value is not None}
