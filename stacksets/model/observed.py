"""What AWS says of a stack set: statuses are spelled as AWS spells them (API reference)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from stacksets.model.desired import InstanceKey, PermissionModel

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from stacksets.model.desired import (
        AccountId,
        AutoDeployment,
        OperationId,
        OrganizationalUnitId,
        Region,
    )


class InstanceStatus(StrEnum):
    """Whether a stack instance holds the stack set's present definition."""

    CURRENT = "CURRENT"
    OUTDATED = "OUTDATED"
    INOPERABLE = "INOPERABLE"


class DetailedStatus(StrEnum):
    """How the last operation went in a stack instance."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    INOPERABLE = "INOPERABLE"
    SKIPPED_SUSPENDED_ACCOUNT = "SKIPPED_SUSPENDED_ACCOUNT"
    FAILED_IMPORT = "FAILED_IMPORT"


class OperationStatus(StrEnum):
    """Where an operation stands."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    STOPPING = "STOPPING"
    STOPPED = "STOPPED"

    @property
    def is_final(self) -> bool:
        """Tell whether the operation has ended."""
        return self in {self.SUCCEEDED, self.FAILED, self.STOPPED}


class OperationAction(StrEnum):
    """What kind of operation it is."""

    CREATE = "CREATE"
    UPDATE = "UPDATE"
    DELETE = "DELETE"
    DETECT_DRIFT = "DETECT_DRIFT"


class DriftStatus(StrEnum):
    """Whether what is there still is what the template says, as far as anybody looked.

    A stack set is never UNKNOWN, a stack instance may be (API reference, StackInstance).
    """

    DRIFTED = "DRIFTED"
    IN_SYNC = "IN_SYNC"
    NOT_CHECKED = "NOT_CHECKED"
    UNKNOWN = "UNKNOWN"


class ResultStatus(StrEnum):
    """How one operation went in one account and region."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class AccountGateStatus(StrEnum):
    """What the account gate said, a function that an account may have; SKIPPED: it was not asked.

    FAILED is its no (API reference, AccountGateResult).
    """

    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    SKIPPED = "SKIPPED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why something could not be read, and what to do about it."""

    why: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StackInstance:
    """One account and region of the stack set, with or without a stack.

    `overrides` is None where they were not read (only DescribeStackInstance gives them).
    `stack_exists` is None where nobody looked or could (`unread`), False where the stack behind the
    instance is gone. `lacking_tags` are tags of the stack set that its stack has not, or has with
    another value.
    """

    account: AccountId
    region: Region
    status: InstanceStatus
    detailed_status: DetailedStatus | None = None
    status_reason: str = ""
    stack_id: str | None = None
    last_operation_id: OperationId | None = None
    overrides: Mapping[str, str] | None = None
    stack_exists: bool | None = None
    unread: Refusal | None = None
    lacking_tags: tuple[str, ...] = ()
    organizational_unit_id: OrganizationalUnitId | None = None
    drift_status: DriftStatus | None = None
    drift_checked: datetime | None = None

    @property
    def key(self) -> InstanceKey:
        """Give the account and region."""
        return InstanceKey(self.account, self.region)

    @property
    def is_healthy(self) -> bool:
        """Tell whether the instance holds the present definition and its last operation went well.

        AWS reports no detailed status for rows of before 2020, so None counts as well.
        """
        return self.status is InstanceStatus.CURRENT and self.detailed_status in {
            DetailedStatus.SUCCEEDED,
            None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class StackToImport:
    """A stack that is to become a stack instance, as its own account tells it.

    `status` is None where there is no such stack, `template` what its template says as it was sent.
    `nested_in` is the ARN of the stack that it is part of, `owner` another stack set that has it.
    `unread` says why it could not be read; everything else is then nothing.
    """

    id: str
    key: InstanceKey
    status: str | None = None
    template: Mapping[str, object] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    nested_in: str | None = None
    owner: str | None = None
    unread: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation on the stack set; times are UTC.

    `drift` is what a drift detection has found so far, `retains_stacks` whether a deletion leaves
    the stacks where they are; only DescribeStackSetOperation tells either.
    """

    id: OperationId
    action: OperationAction
    status: OperationStatus
    status_reason: str = ""
    created: datetime | None = None
    ended: datetime | None = None
    failed_count: int = 0
    drift: DriftSummary | None = None
    retains_stacks: bool = False

    @property
    def changes_nothing(self) -> bool:
        """Tell whether it only looks, as a drift detection does."""
        return self.action is OperationAction.DETECT_DRIFT


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationResult:
    """How one operation went in one account and region; `gate` is what the account gate said."""

    account: AccountId
    region: Region
    status: ResultStatus
    status_reason: str = ""
    organizational_unit_id: OrganizationalUnitId | None = None
    gate: AccountGateStatus | None = None

    @property
    def key(self) -> InstanceKey:
        """Give the account and region."""
        return InstanceKey(self.account, self.region)


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftSummary:
    """How a drift detection went: one, or the latest of a stack set that has ended.

    Counts are of stack instances.
    """

    status: DriftStatus
    detection_status: str
    checked: datetime | None = None
    total: int = 0
    drifted: int = 0
    in_sync: int = 0
    in_progress: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyDrift:
    """One property that differs: where it stands, and both values as AWS gives them."""

    path: str
    kind: str
    expected: str
    actual: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceDrift:
    """One resource of a stack instance that is not as the template says; `kind` is AWS's status."""

    logical_id: str
    physical_id: str
    resource_type: str
    kind: str
    properties: tuple[PropertyDrift, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoDeploymentTarget:
    """A unit whose newcomers get stack instances by themselves, and in which regions."""

    organizational_unit_id: OrganizationalUnitId
    regions: tuple[Region, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StackSet:
    """A stack set with its instances and its latest operations, newest first.

    `stacks_looked_up` is False where nobody asked whether the stack of any instance is there.
    """

    name: str
    id: str
    arn: str
    template_body: str
    description: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    capabilities: tuple[str, ...] = ()
    permission_model: PermissionModel = PermissionModel.SELF_MANAGED
    administration_role_arn: str | None = None
    execution_role_name: str | None = None
    managed_execution: bool = False
    auto_deployment: AutoDeployment | None = None
    organizational_unit_ids: tuple[OrganizationalUnitId, ...] = ()
    auto_deployment_targets: tuple[AutoDeploymentTarget, ...] = ()
    drift: DriftSummary | None = None
    instances: tuple[StackInstance, ...] = ()
    stacks_looked_up: bool = True
    operations: tuple[Operation, ...] = ()

    @property
    def overrides_read(self) -> bool:
        """Tell whether the overrides of every stack instance were read."""
        return all(one.overrides is not None for one in self.instances)

    @property
    def running_operation(self) -> Operation | None:
        """Give the oldest operation that has not ended, if there is one."""
        return next((one for one in reversed(self.operations) if not one.status.is_final), None)
