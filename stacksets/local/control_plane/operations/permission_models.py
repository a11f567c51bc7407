"""What a permission model allows in a stack set, and forbids.

Source: API reference, CreateStackSet and UpdateStackSet (PermissionModel, AutoDeployment, CallAs,
the roles); StackSets user guide, "Considerations for service-managed permissions". The sentence of
a transform is AWS's own, the others are ours.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from stacksets.local.control_plane.capabilities import AUTO_EXPAND, required_capabilities
from stacksets.local.control_plane.errors import not_emulated, validation_error
from stacksets.local.control_plane.model import AutoDeployment, PermissionModel
from stacksets.local.control_plane.templates import parse_template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacksets.local.control_plane.model import Definition, StackSet
    from stacksets.local.control_plane.operations.context import Context

SELF_MANAGED, SERVICE_MANAGED = PermissionModel.SELF_MANAGED, PermissionModel.SERVICE_MANAGED
ROLES = ("AdministrationRoleARN", "ExecutionRoleName")
NESTED = "AWS::CloudFormation::Stack"
ADMINISTRATOR = (
    "role/aws-service-role/stacksets.cloudformation.amazonaws.com/"
    "AWSServiceRoleForCloudFormationStackSetsOrgAdmin"
)


def read_model(params: Mapping[str, Any], present: PermissionModel) -> PermissionModel:
    """Give the permission model that a request asks for, or the present one."""
    return PermissionModel(params.get("PermissionModel", present))


def check_model(context: Context, params: Mapping[str, Any], model: PermissionModel) -> None:
    """Refuse what a stack set of this permission model cannot have.

    Raises:
        ApiError: `ValidationError`.
    """
    if model is SELF_MANAGED:
        if context.is_delegated:
            raise validation_error("CallAs DELEGATED_ADMIN needs PermissionModel SERVICE_MANAGED")
        if "AutoDeployment" in params:
            raise validation_error("AutoDeployment needs PermissionModel SERVICE_MANAGED")
        return
    context.get_organization()
    for name in ROLES:
        if name in params:
            raise validation_error(f"{name} is valid only if PermissionModel is SELF_MANAGED")


def read_auto_deployment(
    params: Mapping[str, Any], model: PermissionModel, present: AutoDeployment | None
) -> AutoDeployment | None:
    """Give the automatic deployment that a request asks for, or the present one.

    Raises:
        ApiError: `ValidationError` when a service-managed stack set would have none, and when
            stacks would be retained without any being deployed.
    """
    if model is SELF_MANAGED:
        return None
    asked = params.get("AutoDeployment")
    if asked is None:
        if present is None:
            raise validation_error("AutoDeployment is required for SERVICE_MANAGED stack sets")
        return present
    if "DependsOn" in asked:
        raise not_emulated("DependsOn in AutoDeployment")
    enabled, retains = asked.get("Enabled", False), asked.get("RetainStacksOnAccountRemoval")
    if retains is not None and not enabled:
        raise validation_error(
            "RetainStacksOnAccountRemoval can be specified only if AutoDeployment is enabled"
        )
    return AutoDeployment(enabled=enabled, retain_stacks=bool(retains))


def check_template(body: str | None, model: PermissionModel) -> None:
    """Refuse macros and nested stacks in a service-managed stack set.

    Raises:
        ApiError: `ValidationError`.
    """
    if model is SELF_MANAGED or body is None:
        return
    template = parse_template(body)
    if AUTO_EXPAND in required_capabilities(template):
        raise validation_error("Transform is not supported in SERVICE_MANAGED permission model")
    if any(resource.get("Type") == NESTED for resource in template["Resources"].values()):
        raise validation_error(f"{NESTED} is not supported in SERVICE_MANAGED permission model")


def with_roles(definition: Definition, model: PermissionModel, account: str) -> Definition:
    """Give a definition with StackSets' own roles, where they are the ones that reach accounts."""
    if model is SELF_MANAGED:
        return definition
    return replace(
        definition,
        administration_role_arn=f"arn:aws:iam::{account}:{ADMINISTRATOR}",
        execution_role_name=f"stacksets-exec-{uuid.uuid5(uuid.NAMESPACE_OID, account).hex}",
    )


def show_model(stack_set: StackSet) -> dict[str, Any]:
    """Give what descriptions and summaries show of a stack set's permission model."""
    auto = stack_set.auto_deployment
    shown: dict[str, Any] = {"PermissionModel": stack_set.permission_model}
    if auto is not None:
        shown["AutoDeployment"] = {"Enabled": auto.enabled}
        if auto.enabled:
            shown["AutoDeployment"]["RetainStacksOnAccountRemoval"] = auto.retain_stacks
    return shown


def show_roles(stack_set: StackSet) -> dict[str, Any]:
    """Give the roles that a description shows: the user's."""
    if stack_set.permission_model is SERVICE_MANAGED:
        return {}
    definition = stack_set.definition
    return {
        "AdministrationRoleARN": definition.administration_role_arn,
        "ExecutionRoleName": definition.execution_role_name,
    }
