"""Which handler answers which Action; a new operation is a line here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.local.control_plane.operations.drift import (
    detect_stack_set_drift,
    list_stack_instance_resource_drifts,
)
from stacksets.local.control_plane.operations.imports import import_stacks_to_stack_set
from stacksets.local.control_plane.operations.organizations_access import (
    activate_organizations_access,
    deactivate_organizations_access,
    describe_organizations_access,
)
from stacksets.local.control_plane.operations.read_instances import (
    describe_stack_instance,
    list_stack_instances,
)
from stacksets.local.control_plane.operations.read_operations import (
    describe_stack_set_operation,
    list_stack_set_operation_results,
    list_stack_set_operations,
    stop_stack_set_operation,
)
from stacksets.local.control_plane.operations.stack_instances import (
    create_stack_instances,
    delete_stack_instances,
    update_stack_instances,
)
from stacksets.local.control_plane.operations.stack_sets import (
    create_stack_set,
    delete_stack_set,
    describe_stack_set,
    list_auto_deployment_targets,
    list_stack_sets,
)
from stacksets.local.control_plane.operations.template_summary import get_template_summary
from stacksets.local.control_plane.operations.update_stack_set import update_stack_set

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacksets.local.control_plane.operations.context import Handler

HANDLERS: Mapping[str, Handler] = {
    "ActivateOrganizationsAccess": activate_organizations_access,
    "CreateStackInstances": create_stack_instances,
    "CreateStackSet": create_stack_set,
    "DeactivateOrganizationsAccess": deactivate_organizations_access,
    "DeleteStackInstances": delete_stack_instances,
    "DeleteStackSet": delete_stack_set,
    "DescribeOrganizationsAccess": describe_organizations_access,
    "DescribeStackInstance": describe_stack_instance,
    "DescribeStackSet": describe_stack_set,
    "DescribeStackSetOperation": describe_stack_set_operation,
    "DetectStackSetDrift": detect_stack_set_drift,
    "GetTemplateSummary": get_template_summary,
    "ImportStacksToStackSet": import_stacks_to_stack_set,
    "ListStackInstanceResourceDrifts": list_stack_instance_resource_drifts,
    "ListStackInstances": list_stack_instances,
    "ListStackSetAutoDeploymentTargets": list_auto_deployment_targets,
    "ListStackSetOperationResults": list_stack_set_operation_results,
    "ListStackSetOperations": list_stack_set_operations,
    "ListStackSets": list_stack_sets,
    "StopStackSetOperation": stop_stack_set_operation,
    "UpdateStackInstances": update_stack_instances,
    "UpdateStackSet": update_stack_set,
}
