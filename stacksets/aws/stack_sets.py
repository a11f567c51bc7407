"""The StackSets calls of one administrator account and home region: `door.StackSets` by boto3."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from stacksets.aws.failures import AbsentError, AlreadyAcceptedError, NotNowError
from stacksets.aws.requests import Request, definition_to, parameters_to, preferences_to, targets_to
from stacksets.aws.resource_drifts import resource_drift_from
from stacksets.aws.translate import (
    auto_deployment_target_from,
    described_operation_from,
    instance_from,
    operation_from,
    parameters_from,
    result_from,
    stack_set_from,
    summary_from,
)
from stacksets.model.desired import CallAs, PermissionModel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacksets.aws.clients import Clients
    from stacksets.aws.door import TemplateSummary
    from stacksets.model.desired import (
        InstanceKey,
        OperationId,
        OperationPreferences,
        OrganizationalUnitId,
    )
    from stacksets.model.observed import (
        AutoDeploymentTarget,
        Operation,
        OperationResult,
        ResourceDrift,
        ResultStatus,
        StackInstance,
        StackSet,
    )
    from stacksets.model.plan import Definition, Rectangle

_PAGE = 100
"""The most rows that a page of any StackSets list may hold (API reference)."""


class BotoStackSets:
    """`door.StackSets` by boto3; `call_as` goes with every call."""

    def __init__(self, clients: Clients, call_as: CallAs = CallAs.SELF) -> None:
        self._clients = clients
        self._asking = clients.origin.asking
        # What is said of the caller; nothing is the same as SELF (API reference).
        self._as: Request = {} if call_as is CallAs.SELF else {"CallAs": call_as.value}

    def describe_stack_set(self, name: str) -> StackSet | None:
        """Give the stack set without its instances and operations, None where there is none."""
        try:
            with self._asking("cloudformation:DescribeStackSet"):
                answer = self._clients.cloudformation.describe_stack_set(
                    StackSetName=name, **self._as
                )
        except AbsentError:
            return None
        return stack_set_from(answer["StackSet"])

    def list_instances(self, name: str) -> tuple[StackInstance, ...]:
        """List every stack instance, to the last page, sorted by key; overrides are not read."""
        with self._asking("cloudformation:ListStackInstances"):
            pages = self._clients.cloudformation.get_paginator("list_stack_instances").paginate(
                StackSetName=name, PaginationConfig={"PageSize": _PAGE}, **self._as
            )
            rows = [instance_from(row) for page in pages for row in page["Summaries"]]
        return tuple(sorted(rows, key=lambda row: row.key))

    def read_overrides(self, name: str, key: InstanceKey) -> Mapping[str, str] | None:
        """Give the parameter overrides of one stack instance, None where it is not there."""
        try:
            with self._asking("cloudformation:DescribeStackInstance"):
                answer = self._clients.cloudformation.describe_stack_instance(
                    StackSetName=name,
                    StackInstanceAccount=key.account,
                    StackInstanceRegion=key.region,
                    **self._as,
                )
        except AbsentError:
            return None
        return parameters_from(answer["StackInstance"].get("ParameterOverrides", ()))

    def list_operations(self, name: str) -> tuple[Operation, ...]:
        """List the latest 100 operations, newest first. Eventually consistent."""
        with self._asking("cloudformation:ListStackSetOperations"):
            answer = self._clients.cloudformation.list_stack_set_operations(
                StackSetName=name, MaxResults=_PAGE, **self._as
            )
        return tuple(operation_from(row) for row in answer["Summaries"])

    def find_operation(self, name: str, operation_id: OperationId) -> Operation | None:
        """Give one operation, None where AWS never accepted it. Strongly consistent."""
        try:
            with self._asking("cloudformation:DescribeStackSetOperation"):
                answer = self._clients.cloudformation.describe_stack_set_operation(
                    StackSetName=name, OperationId=operation_id, **self._as
                )
        except AbsentError:
            return None
        return described_operation_from(answer["StackSetOperation"])

    def list_results(
        self, name: str, operation_id: OperationId, status: ResultStatus | None = None
    ) -> tuple[OperationResult, ...]:
        """List an operation's results, or those of one status, to the last page.

        Eventually consistent. A filter's value is no list (API reference, OperationResultFilter).
        """
        request: Request = {"StackSetName": name, "OperationId": operation_id, **self._as}
        if status:
            request["Filters"] = [{"Name": "OPERATION_RESULT_STATUS", "Values": status.value}]
        with self._asking("cloudformation:ListStackSetOperationResults"):
            pages = self._clients.cloudformation.get_paginator(
                "list_stack_set_operation_results"
            ).paginate(**request, PaginationConfig={"PageSize": _PAGE})
            return tuple(result_from(row) for page in pages for row in page["Summaries"])

    def summarize_template(self, body: str) -> TemplateSummary:
        """Ask AWS what a template needs; a template that AWS refuses is a TemplateError."""
        with self._asking("cloudformation:GetTemplateSummary"):
            return summary_from(
                self._clients.cloudformation.get_template_summary(TemplateBody=body, **self._as)
            )

    def create_stack_set(self, definition: Definition, token: str) -> None:
        """Create a stack set; the same token again is no second one."""
        with self._asking("cloudformation:CreateStackSet"):
            self._clients.cloudformation.create_stack_set(
                **definition_to(definition), ClientRequestToken=token, **self._as
            )

    def update_stack_set(
        self, definition: Definition, preferences: OperationPreferences, operation_id: OperationId
    ) -> None:
        """Start the update; an id that AWS has accepted before counts as accepted."""
        request = definition_to(definition) | {
            "OperationPreferences": preferences_to(preferences),
            "OperationId": operation_id,
            **self._as,
        }
        with suppress(AlreadyAcceptedError), self._asking("cloudformation:UpdateStackSet"):
            self._clients.cloudformation.update_stack_set(**request)

    def create_instances(
        self,
        name: str,
        where: Rectangle,
        overrides: Mapping[str, str],
        preferences: OperationPreferences,
        operation_id: OperationId,
    ) -> None:
        """Start the creation of stack instances; an id accepted before counts as accepted."""
        request = self._on_instances(name, where, preferences, operation_id)
        if overrides:
            request["ParameterOverrides"] = parameters_to(overrides)
        with suppress(AlreadyAcceptedError), self._asking("cloudformation:CreateStackInstances"):
            self._clients.cloudformation.create_stack_instances(**request)

    def update_instances(
        self,
        name: str,
        where: Rectangle,
        overrides: Mapping[str, str | None] | None,
        preferences: OperationPreferences,
        operation_id: OperationId,
    ) -> None:
        """Start the update of stack instances; `overrides` None leaves theirs, {} resets all.

        A list that is absent keeps the overrides, an empty one resets them, and one whose value is
        None stays what it is (API reference, UpdateStackInstances).
        """
        request = self._on_instances(name, where, preferences, operation_id)
        if overrides is not None:
            request["ParameterOverrides"] = parameters_to(overrides)
        with suppress(AlreadyAcceptedError), self._asking("cloudformation:UpdateStackInstances"):
            self._clients.cloudformation.update_stack_instances(**request)

    def delete_instances(
        self,
        name: str,
        where: Rectangle,
        preferences: OperationPreferences,
        operation_id: OperationId,
        *,
        retain_stacks: bool,
    ) -> None:
        """Start the removal of stack instances; an id accepted before counts as accepted.

        Instances that are gone already are no error; AWS sometimes says so, sometimes not.
        """
        request = self._on_instances(name, where, preferences, operation_id)
        request["RetainStacks"] = retain_stacks
        fine = suppress(AlreadyAcceptedError, AbsentError)
        with fine, self._asking("cloudformation:DeleteStackInstances"):
            self._clients.cloudformation.delete_stack_instances(**request)

    def import_stacks(
        self,
        name: str,
        stack_ids: tuple[str, ...],
        organizational_units: tuple[OrganizationalUnitId, ...],
        preferences: OperationPreferences,
        operation_id: OperationId,
    ) -> None:
        """Start the import of stacks; an id accepted before counts as accepted."""
        request: Request = {
            "StackSetName": name,
            "StackIds": list(stack_ids),
            "OperationPreferences": preferences_to(preferences),
            "OperationId": operation_id,
            **self._as,
        }
        if organizational_units:
            request["OrganizationalUnitIds"] = list(organizational_units)
        with suppress(AlreadyAcceptedError), self._asking("cloudformation:ImportStacksToStackSet"):
            self._clients.cloudformation.import_stacks_to_stack_set(**request)

    def detect_drift(
        self, name: str, preferences: OperationPreferences, operation_id: OperationId
    ) -> None:
        """Start drift detection; an id accepted before counts as accepted."""
        request: Request = {
            "StackSetName": name,
            "OperationPreferences": preferences_to(preferences),
            "OperationId": operation_id,
            **self._as,
        }
        with suppress(AlreadyAcceptedError), self._asking("cloudformation:DetectStackSetDrift"):
            self._clients.cloudformation.detect_stack_set_drift(**request)

    def list_resource_drifts(
        self, name: str, key: InstanceKey, operation_id: OperationId
    ) -> tuple[ResourceDrift, ...]:
        """List what differs in one stack instance; botocore has no paginator for this list."""
        request: Request = {
            "StackSetName": name,
            "StackInstanceAccount": key.account,
            "StackInstanceRegion": key.region,
            "OperationId": operation_id,
            "StackInstanceResourceDriftStatuses": ["MODIFIED", "DELETED"],
            "MaxResults": _PAGE,
            **self._as,
        }
        rows: list[ResourceDrift] = []
        while True:
            with self._asking("cloudformation:ListStackInstanceResourceDrifts"):
                answer = self._clients.cloudformation.list_stack_instance_resource_drifts(**request)
            rows += [resource_drift_from(row) for row in answer["Summaries"]]
            if not answer.get("NextToken"):
                return tuple(rows)
            request["NextToken"] = answer["NextToken"]

    def list_auto_deployment_targets(self, name: str) -> tuple[AutoDeploymentTarget, ...]:
        """List the units whose newcomers get stack instances, to the last page."""
        request: Request = {"StackSetName": name, "MaxResults": _PAGE, **self._as}
        rows: list[AutoDeploymentTarget] = []
        while True:
            with self._asking("cloudformation:ListStackSetAutoDeploymentTargets"):
                answer = self._clients.cloudformation.list_stack_set_auto_deployment_targets(
                    **request
                )
            rows += [auto_deployment_target_from(row) for row in answer["Summaries"]]
            if not answer.get("NextToken"):
                return tuple(rows)
            request["NextToken"] = answer["NextToken"]

    def delete_stack_set(self, name: str) -> None:
        """Delete an empty stack set; one that is not there is no error."""
        with suppress(AbsentError), self._asking("cloudformation:DeleteStackSet"):
            self._clients.cloudformation.delete_stack_set(StackSetName=name, **self._as)

    def stop_auto_deployment(
        self,
        name: str,
        parameters: tuple[str, ...],
        capabilities: tuple[str, ...],
        preferences: OperationPreferences,
        operation_id: OperationId,
    ) -> None:
        """Start the update that turns auto-deployment off and leaves all else as it is.

        Every parameter keeps its previous value, which for a NoEcho one is known to AWS only. An id
        accepted before counts as accepted.
        """
        request: Request = {
            "StackSetName": name,
            "UsePreviousTemplate": True,
            "Parameters": [{"ParameterKey": one, "UsePreviousValue": True} for one in parameters],
            "Capabilities": list(capabilities),
            "PermissionModel": PermissionModel.SERVICE_MANAGED.value,
            "AutoDeployment": {"Enabled": False},
            "OperationPreferences": preferences_to(preferences),
            "OperationId": operation_id,
            **self._as,
        }
        with suppress(AlreadyAcceptedError), self._asking("cloudformation:UpdateStackSet"):
            self._clients.cloudformation.update_stack_set(**request)

    def stop_operation(self, name: str, operation_id: OperationId) -> None:
        """Ask AWS to start nothing more in a running operation; one that has ended is no error."""
        with suppress(NotNowError), self._asking("cloudformation:StopStackSetOperation"):
            self._clients.cloudformation.stop_stack_set_operation(
                StackSetName=name, OperationId=operation_id, **self._as
            )

    def _on_instances(
        self,
        name: str,
        where: Rectangle,
        preferences: OperationPreferences,
        operation_id: OperationId,
    ) -> Request:
        return {
            "StackSetName": name,
            **targets_to(where),
            "Regions": list(where.regions),
            "OperationPreferences": preferences_to(preferences, where.regions),
            "OperationId": operation_id,
            **self._as,
        }
