"""What the stages need from AWS, as protocols: no boto3 dict and no ClientError passes this door.

Every method raises `stacksets.errors.AwsError` or one of its children for what AWS refuses, and
`ConflictError` or one of its children where another operation is in the way.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from stacksets.aws.resources import ResourceState
    from stacksets.model.desired import (
        AccountId,
        CallAs,
        InstanceKey,
        OperationId,
        OperationPreferences,
        OrganizationAccount,
        OrganizationalUnitId,
        Region,
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
    from stacksets.model.outcome import Identity
    from stacksets.model.plan import Definition, Rectangle


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """One stack as DescribeStacks gives it; a deleted one keeps its id and status.

    `parent_id` is the stack around a nested one; CloudFormation deletes none that `is_protected`.
    """

    id: str
    name: str
    status: str
    status_reason: str
    outputs: Mapping[str, str]
    parameters: Mapping[str, str]
    tags: Mapping[str, str]
    parent_id: str | None = None
    is_protected: bool = False

    @property
    def is_deleted(self) -> bool:
        """Tell whether only its history is left; CloudFormation keeps that for 90 days."""
        return self.status == "DELETE_COMPLETE"


@dataclass(frozen=True, slots=True, kw_only=True)
class StackEvent:
    """One line of a stack's history; `at` is UTC."""

    at: datetime
    logical_id: str
    physical_id: str
    resource_type: str
    status: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateSummary:
    """What GetTemplateSummary says: the capabilities that a template needs and its parameters."""

    capabilities: tuple[str, ...]
    capabilities_reason: str
    no_echo: frozenset[str]


class RegionOptStatus(StrEnum):
    """Whether an account may use a region (Account Management API reference, Region)."""

    ENABLED = "ENABLED"
    ENABLED_BY_DEFAULT = "ENABLED_BY_DEFAULT"
    ENABLING = "ENABLING"
    DISABLING = "DISABLING"
    DISABLED = "DISABLED"


class StackSets(Protocol):
    """The StackSets calls of one administrator account and home region."""

    def describe_stack_set(self, name: str) -> StackSet | None:
        """Give the stack set without its instances and operations, None where there is none."""

    def list_instances(self, name: str) -> tuple[StackInstance, ...]:
        """List every stack instance, to the last page, sorted by key; overrides are not read."""

    def read_overrides(self, name: str, key: InstanceKey) -> Mapping[str, str] | None:
        """Give the overrides of one stack instance, None where a lagging list alone names it."""

    def list_operations(self, name: str) -> tuple[Operation, ...]:
        """List the latest 100 operations, newest first. Eventually consistent."""

    def find_operation(self, name: str, operation_id: OperationId) -> Operation | None:
        """Give one operation, None where AWS never accepted it. Strongly consistent."""

    def list_results(
        self, name: str, operation_id: OperationId, status: ResultStatus | None = None
    ) -> tuple[OperationResult, ...]:
        """List an operation's results, or those of one status, to the last page.

        Eventually consistent.
        """

    def summarize_template(self, body: str) -> TemplateSummary:
        """Ask AWS what a template needs; a template that AWS refuses is a TemplateError."""

    def create_stack_set(self, definition: Definition, token: str) -> None:
        """Create a stack set; the same token again is no second one."""

    def update_stack_set(
        self, definition: Definition, preferences: OperationPreferences, operation_id: OperationId
    ) -> None:
        """Start the update; an id that AWS has accepted before counts as accepted."""

    def create_instances(
        self,
        name: str,
        where: Rectangle,
        overrides: Mapping[str, str],
        preferences: OperationPreferences,
        operation_id: OperationId,
    ) -> None:
        """Start the creation of stack instances; an id accepted before counts as accepted."""

    def update_instances(
        self,
        name: str,
        where: Rectangle,
        overrides: Mapping[str, str | None] | None,
        preferences: OperationPreferences,
        operation_id: OperationId,
    ) -> None:
        """Start the update of stack instances; `overrides` None leaves theirs, {} resets all."""

    def delete_instances(
        self,
        name: str,
        where: Rectangle,
        preferences: OperationPreferences,
        operation_id: OperationId,
        *,
        retain_stacks: bool,
    ) -> None:
        """Start the removal of stack instances; an id accepted before counts as accepted."""

    def import_stacks(
        self,
        name: str,
        stack_ids: tuple[str, ...],
        organizational_units: tuple[OrganizationalUnitId, ...],
        preferences: OperationPreferences,
        operation_id: OperationId,
    ) -> None:
        """Start the import of stacks; an id accepted before counts as accepted."""

    def detect_drift(
        self, name: str, preferences: OperationPreferences, operation_id: OperationId
    ) -> None:
        """Start drift detection; an id accepted before counts as accepted."""

    def stop_auto_deployment(
        self,
        name: str,
        parameters: tuple[str, ...],
        capabilities: tuple[str, ...],
        preferences: OperationPreferences,
        operation_id: OperationId,
    ) -> None:
        """Start the update that turns auto-deployment off and leaves all else as it is.

        `parameters` names those of the stack set. An id accepted before counts as accepted.
        """

    def list_resource_drifts(
        self, name: str, key: InstanceKey, operation_id: OperationId
    ) -> tuple[ResourceDrift, ...]:
        """List the resources of a stack instance that were changed or deleted, to the last page.

        AWS tells of the most recent drift detection only.
        """

    def list_auto_deployment_targets(self, name: str) -> tuple[AutoDeploymentTarget, ...]:
        """List the units whose newcomers get stack instances, to the last page."""

    def delete_stack_set(self, name: str) -> None:
        """Delete an empty stack set; one that is not there is no error."""

    def stop_operation(self, name: str, operation_id: OperationId) -> None:
        """Ask AWS to start nothing more in a running operation; one that has ended is no error."""


class Account(Protocol):
    """The calls into one target account and region: reads, and the plain stacks of a bootstrap."""

    def find_stack(self, name_or_id: str) -> Stack | None:
        """Give a stack; by its id also one that was deleted (for 90 days)."""

    def list_stacks(self, name_prefix: str) -> tuple[Stack, ...]:
        """List the stacks that exist (deleted ones are not) whose name begins so."""

    def read_template(self, name_or_id: str) -> str:
        """Give the template body of a stack; a JSON one with boto's spacing, not as it was sent."""

    def list_failures(self, stack_id: str) -> tuple[StackEvent, ...]:
        """List the failures of a stack's last operation, oldest first, as DescribeEvents has them.

        Also of a deleted stack, by its id. Empty where that operation went well, and where AWS
        keeps no such events of it.
        """

    def list_events(self, stack_id: str) -> tuple[StackEvent, ...]:
        """List a stack's events, oldest first; by its id also those of a deleted stack."""

    def create_stack(
        self,
        name: str,
        body: str,
        *,
        parameters: Mapping[str, str],
        tags: Mapping[str, str],
        capabilities: tuple[str, ...],
    ) -> str:
        """Start the creation of a plain stack and give its id."""

    def update_stack(
        self,
        name: str,
        body: str,
        *,
        parameters: Mapping[str, str],
        tags: Mapping[str, str],
        capabilities: tuple[str, ...],
    ) -> bool:
        """Start the update of a plain stack; False where AWS finds nothing to update."""

    def delete_stack(self, name: str) -> None:
        """Start the deletion of a plain stack."""

    def has_role(self, name: str) -> bool:
        """Tell whether the account has an IAM role of that name."""

    def find_role_trust(self, name: str) -> Mapping[str, object] | None:
        """Give a role's trust policy, None where there is no such role."""

    def find_role_creation(self, name: str) -> datetime | None:
        """Tell when a role was made, in UTC, None where there is no such role."""

    def has_policy(self, arn: str) -> bool:
        """Tell whether IAM has a managed policy of that ARN."""

    def has_identity_provider(self, host: str) -> bool:
        """Tell whether the account trusts an OpenID Connect provider of this address in IAM."""

    def api_gateway_role(self) -> str | None:
        """Give the CloudWatch role ARN of API Gateway in this account and region, if one is set."""

    def list_region_statuses(self) -> Mapping[Region, RegionOptStatus]:
        """Tell of every region of the partition whether the account has it enabled."""

    def lambda_concurrency(self) -> int:
        """Give the account's limit of concurrent Lambda executions in this region."""

    def list_deleted_stacks(self, name_prefix: str) -> tuple[str, ...]:
        """List the ids of stacks with such names that were deleted within 90 days, latest first."""

    def look_up(self, resource_type: str, physical_id: str) -> ResourceState:
        """Ask a resource's own service for it; the type is one of `resources.CHECKED_TYPES`."""

    def sign_get(self, url: str, service: str) -> Mapping[str, str]:
        """Give the headers that sign a GET for a service of this region; nothing is sent."""

    def list_log_groups(self, name_prefix: str) -> tuple[str, ...]:
        """List the names of the log groups whose name begins so."""


class Organizations(Protocol):
    """What AWS Organizations says to the management account and to delegated administrators.

    Every method raises PermissionDeniedError where it may not be asked, and where the caller's
    account belongs to no organization.
    """

    def find_management_account(self) -> AccountId:
        """Give the management account of the caller's organization."""

    def list_accounts_below(
        self, unit: OrganizationalUnitId
    ) -> tuple[OrganizationAccount, ...] | None:
        """List all accounts below a unit, nested units included, by id; None: no such unit."""

    def find_account(self, account: AccountId) -> OrganizationAccount | None:
        """Give one account, None where the organization does not have it."""

    def has_trusted_access(self, call_as: CallAs) -> bool:
        """Tell whether StackSets may work in the organization's accounts."""

    def list_delegated_administrators(self) -> frozenset[AccountId]:
        """Give the accounts that may manage stack sets for the organization."""


class Aws(Protocol):
    """Everything that one set of credentials opens."""

    def identity(self) -> Identity:
        """Say who calls; without valid credentials a CredentialsError says what to type."""

    def known_regions(self) -> Mapping[Region, str]:
        """Give the regions that this machine's botocore knows, each with its partition.

        A brand-new region is not among them until botocore is newer than the region.
        """

    def stack_sets(self, home_region: Region, call_as: CallAs) -> StackSets:
        """Open the StackSets of the caller's account in a region, every call made `call_as`.

        A delegated administrator has to say so on every call, or AWS looks for the stack set in the
        caller's own account (API reference, CallAs).
        """

    def organizations(self) -> Organizations:
        """Open the organization of the caller's account."""

    def account(self, account: AccountId, region: Region, role_name: str | None) -> Account:
        """Open an account and region: the caller's own directly, another's through the role.

        Raises PermissionDeniedError where the role is None or may not be assumed.
        """
