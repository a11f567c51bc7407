"""The nouns of the control plane, frozen; statuses are spelled as the service model spells them.

They are kept apart from the deployer's nouns on purpose: a misspelling there must meet the truth
here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from stacksets.local.control_plane.drift import InstanceDrift

ADMINISTRATION_ROLE = "AWSCloudFormationStackSetAdministrationRole"
EXECUTION_ROLE = "AWSCloudFormationStackSetExecutionRole"


class PermissionModel(StrEnum):
    """Through whose roles a stack set reaches its accounts: the user's, or StackSets' own."""

    SELF_MANAGED = "SELF_MANAGED"
    SERVICE_MANAGED = "SERVICE_MANAGED"


class StackSetStatus(StrEnum):
    """Whether a stack set is there or only remembered."""

    ACTIVE = "ACTIVE"
    DELETED = "DELETED"


class InstanceStatus(StrEnum):
    """Whether a stack instance holds the stack set's present definition."""

    CURRENT = "CURRENT"
    OUTDATED = "OUTDATED"
    INOPERABLE = "INOPERABLE"


class DetailedStatus(StrEnum):
    """How the last operation goes or went in a stack instance."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    INOPERABLE = "INOPERABLE"
    FAILED_IMPORT = "FAILED_IMPORT"
    SKIPPED_SUSPENDED_ACCOUNT = "SKIPPED_SUSPENDED_ACCOUNT"


class OperationStatus(StrEnum):
    """Where an operation stands."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    STOPPING = "STOPPING"
    STOPPED = "STOPPED"


ENDED = frozenset({OperationStatus.SUCCEEDED, OperationStatus.FAILED, OperationStatus.STOPPED})


class OperationAction(StrEnum):
    """What kind of operation it is."""

    CREATE = "CREATE"
    UPDATE = "UPDATE"
    DELETE = "DELETE"
    DETECT_DRIFT = "DETECT_DRIFT"


class ResultStatus(StrEnum):
    """How one operation goes or went in one account and region."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class GateStatus(StrEnum):
    """What an account's gate says of an operation there."""

    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    SKIPPED = "SKIPPED"


class TaskKind(StrEnum):
    """What is done to the stack of one stack instance."""

    CREATE = "CREATE"
    UPDATE = "UPDATE"
    DELETE = "DELETE"
    RETAIN = "RETAIN"
    DETECT_DRIFT = "DETECT_DRIFT"
    IMPORT = "IMPORT"


class InstanceKey(NamedTuple):
    """What names a stack instance in its stack set."""

    account: str
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What a stack set brings to each of its stack instances, and through which roles."""

    template: str
    parameters: Mapping[str, str]
    capabilities: tuple[str, ...]
    tags: tuple[tuple[str, str], ...]
    description: str | None
    administration_role_arn: str
    execution_role_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoDeployment:
    """Whether accounts that join a targeted unit are deployed to, and what leavers keep."""

    enabled: bool
    retain_stacks: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountGate:
    """What an account's gate said, and why."""

    status: GateStatus
    reason: str | None = None


def _none() -> Mapping[Any, Any]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class StackSet:
    """A stack set of one administrator account and home region.

    `targets` holds the Regions of every organizational unit that a service-managed one targets.
    """

    id: str
    name: str
    account: str
    region: str
    status: StackSetStatus
    definition: Definition
    managed_execution: bool
    permission_model: PermissionModel = PermissionModel.SELF_MANAGED
    auto_deployment: AutoDeployment | None = None
    targets: Mapping[str, tuple[str, ...]] = field(default_factory=_none)

    @property
    def arn(self) -> str:
        """Give the ARN, which is also aws:SourceArn when roles are assumed for it."""
        return f"arn:aws:cloudformation:{self.region}:{self.account}:stackset/{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StackInstance:
    """The row of one account and region.

    `stack_id` may name the deleted stack of a failed create, kept so that its events can be read;
    `has_stack` tells whether a create ever succeeded, and so what a retry does. `unit` is the
    organizational unit that was targeted when it was made, None where accounts were.
    """

    key: InstanceKey
    status: InstanceStatus
    detailed_status: DetailedStatus
    reason: str | None
    stack_id: str | None
    has_stack: bool
    overrides: Mapping[str, str]
    last_operation_id: str
    drift: InstanceDrift | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation on a stack set; `preferences` as they were sent, `roles` as they are shown."""

    id: str
    action: OperationAction
    status: OperationStatus
    reason: str | None
    preferences: Mapping[str, Any]
    retain_stacks: bool | None
    roles: Mapping[str, str]
    created: datetime
    ended: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How an operation goes or went in one account and region; `drift` is what it found there."""

    key: InstanceKey
    status: ResultStatus
    reason: str | None
    drift: InstanceDrift | None = None
    gate: AccountGate | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What an operation does in one account and region: everything that the work needs to know."""

    key: InstanceKey
    kind: TaskKind
    stack_set: StackSet
    parameters: Mapping[str, str]
    stack_id: str | None

    @property
    def reaches_account(self) -> bool:
        """Whether it touches the account at all.

        Retaining does not, nor does deleting an instance that never had a stack.
        """
        deletes_nothing = self.kind is TaskKind.DELETE and not self.stack_id
        return self.kind is not TaskKind.RETAIN and not deletes_nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a task ended; `stack_id` is the stack that it made or touched, if any.

    `drift` is what a detection found, `overrides` what an import took over from the stack, `gate`
    what the account's gate said.
    """

    succeeded: bool
    reason: str | None = None
    stack_id: str | None = None
    drift: InstanceDrift | None = None
    gate: AccountGate | None = None
    overrides: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What an operation does to the stack set at once, before its first task starts."""

    stack_set: StackSet
    instances: tuple[StackInstance, ...]
    tasks: tuple[Task, ...]
