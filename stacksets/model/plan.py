"""What is to be done: steps, each one planned API call with its why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

from stacksets.model.observed import InstanceStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacksets.model.desired import (
        AccountFilter,
        AccountId,
        AutoDeployment,
        InstanceKey,
        OperationId,
        OperationPreferences,
        OrganizationalUnitId,
        PermissionModel,
        Region,
    )
    from stacksets.model.observed import OperationAction, StackInstance


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """Everything that a stack set stores, with every value settled: what is sent and compared.

    `tags` and `parameters` are whole lists: CloudFormation resets a parameter that an update leaves
    out to the template's default (API reference, UpdateStackSet).
    """

    name: str
    template_body: str
    template_sha256: str
    description: str | None
    parameters: Mapping[str, str]
    tags: Mapping[str, str]
    capabilities: tuple[str, ...]
    permission_model: PermissionModel
    administration_role_arn: str | None
    execution_role_name: str | None
    managed_execution: bool
    auto_deployment: AutoDeployment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rectangle:
    """Accounts times regions: what one call names, exactly the pairs that the plan means.

    With `organizational_units` the accounts are what `account_filter` makes of both: `members`.
    """

    accounts: tuple[AccountId, ...]
    regions: tuple[Region, ...]
    organizational_units: tuple[OrganizationalUnitId, ...] = ()
    account_filter: AccountFilter | None = None
    members: tuple[AccountId, ...] = ()

    @property
    def targeted_accounts(self) -> tuple[AccountId, ...]:
        """Give the accounts that the call is about."""
        return self.members if self.organizational_units else self.accounts


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachToOperation:
    """Wait for an operation that runs already, then plan again."""

    operation_id: OperationId
    action: OperationAction
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateStackSet:
    """Create the stack set, still without stack instances."""

    definition: Definition
    token: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateStackSet:
    """Replace the definition and bring every stack instance to it."""

    definition: Definition
    preferences: OperationPreferences
    operation_id: OperationId
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateStackInstances:
    """Create stack instances, or create again those whose creation failed.

    With `only_targets` all are there or there is none: units become targets of auto-deployment.
    """

    stack_set_name: str
    where: Rectangle
    overrides: Mapping[str, str]
    preferences: OperationPreferences
    operation_id: OperationId
    why: str
    only_targets: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateStackInstances:
    """Bring stack instances to the definition; `overrides` None leaves theirs, {} resets all.

    A parameter whose value is None keeps the override that it has.
    """

    stack_set_name: str
    where: Rectangle
    overrides: Mapping[str, str | None] | None
    preferences: OperationPreferences
    operation_id: OperationId
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteStackInstances:
    """Remove stack instances, with their stacks unless `retain_stacks`."""

    stack_set_name: str
    where: Rectangle
    retain_stacks: bool
    preferences: OperationPreferences
    operation_id: OperationId
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportStacksToStackSet:
    """Adopt stacks that exist already as stack instances."""

    stack_set_name: str
    stack_ids: tuple[str, ...]
    organizational_units: tuple[OrganizationalUnitId, ...]
    preferences: OperationPreferences
    operation_id: OperationId
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectStackSetDrift:
    """Compare every stack instance with what is really there; changes nothing."""

    stack_set_name: str
    preferences: OperationPreferences
    operation_id: OperationId
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StopAutoDeployment:
    """Turn auto-deployment off and leave all else, so that nothing comes back while it goes.

    `parameters` are the names of those that the stack set has: each keeps its value.
    """

    stack_set_name: str
    parameters: tuple[str, ...]
    capabilities: tuple[str, ...]
    preferences: OperationPreferences
    operation_id: OperationId
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteStackSet:
    """Delete the stack set, which has no stack instance any more."""

    stack_set_name: str
    why: str


InstancesStep = CreateStackInstances | UpdateStackInstances | DeleteStackInstances
Step = (
    AttachToOperation
    | CreateStackSet
    | UpdateStackSet
    | InstancesStep
    | ImportStacksToStackSet
    | DetectStackSetDrift
    | StopAutoDeployment
    | DeleteStackSet
)


class Retention(StrEnum):
    """Which stacks stay where they are when their stack instances leave the stack set."""

    NONE = "none"
    INOPERABLE = "inoperable"
    ALL = "all"

    def covers(self, instance: StackInstance) -> bool:
        """Tell whether the stack of a stack instance that leaves has to stay."""
        match self:
            case Retention.NONE:
                return False
            case Retention.INOPERABLE:
                return instance.status is InstanceStatus.INOPERABLE
            case Retention.ALL:
                return True
            case _:
                assert_never(self)


class ChangeKind(StrEnum):
    """What a plan does to one stack instance; RETAIN takes it out and leaves its stack alone."""

    CREATE = "create"
    UPDATE = "update"
    RETRY = "retry"
    REPLACE = "replace"
    DELETE = "delete"
    RETAIN = "retain"
    IMPORT = "import"
    LEAVE = "leave"

    @property
    def leaves_stack_set(self) -> bool:
        """Tell whether the stack instance is none any more afterwards."""
        return self in {ChangeKind.DELETE, ChangeKind.RETAIN}


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceChange:
    """What happens to one stack instance, and why.

    `in_file` is False where a deploy has met what the file does not ask for.
    """

    key: InstanceKey
    kind: ChangeKind
    why: str
    in_file: bool = True

    @property
    def is_kept(self) -> bool:
        """Tell whether it stays as it is although the file does not ask for it."""
        return self.kind is ChangeKind.LEAVE and not self.in_file


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One place of the definition that differs: a path with what is there and what shall be."""

    path: str
    observed: str | None
    desired: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All steps from what was observed to what is desired, in order.

    `digest` names what the plan was made from (the deployment and the observation): the same world
    gives the same digest. `notes` are things to know that are no step (a NoEcho parameter that
    cannot be compared, an informational tag that will travel with the next change).
    `overrides_read` is False where AWS may hold overrides that nobody has read.
    """

    stack_set_name: str
    home_region: Region
    environment: str
    steps: tuple[Step, ...]
    instances: tuple[InstanceChange, ...]
    differences: tuple[Difference, ...]
    notes: tuple[str, ...]
    digest: str
    overrides_read: bool = True

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is to be done."""
        return not self.steps

    @property
    def writes(self) -> bool:
        """Tell whether the plan calls anything that changes AWS."""
        reads = AttachToOperation | DetectStackSetDrift
        return any(not isinstance(step, reads) for step in self.steps)

    @property
    def deletes(self) -> bool:
        """Tell whether the plan removes a stack instance, a stack or the stack set."""
        return any(isinstance(step, DeleteStackInstances | DeleteStackSet) for step in self.steps)
