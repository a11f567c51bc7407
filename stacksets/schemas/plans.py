"""The shape of a plan: its steps, what it does to each stack instance, the parameters' values."""

from typing import Literal, NotRequired, TypedDict

from stacksets.effective import ValueSource
from stacksets.model.desired import AccountFilter
from stacksets.model.observed import OperationAction
from stacksets.model.plan import ChangeKind
from stacksets.schemas.nouns import AccountText, Place, Sha256


class AttachToOperation(TypedDict):
    """Waits for an operation that runs already; the rest is planned when it has ended."""

    kind: Literal["AttachToOperation"]
    """What the step does; apart from this one, the name of AWS's call."""
    why: str
    """Why it is planned, for people."""
    operation_id: str
    """The operation that is waited for."""
    action: OperationAction
    """What kind of operation it is."""


class CreateStackSet(TypedDict):
    """Creates the stack set, still without stack instances."""

    kind: Literal["CreateStackSet"]
    """AWS's call."""
    why: str
    """Why it is planned, for people."""
    template_sha256: Sha256
    """SHA-256 of the template that is sent, in hex."""


class UpdateStackSet(TypedDict):
    """Replaces the definition and brings every stack instance to it."""

    kind: Literal["UpdateStackSet"]
    """AWS's call."""
    why: str
    """Why it is planned, for people."""
    operation_id: str
    """The id that the operation will have."""
    template_sha256: Sha256
    """SHA-256 of the template that is sent, in hex."""


class _InstancesStep(TypedDict):
    """What the steps about some stack instances have in common."""

    why: str
    """Why it is planned, for people."""
    operation_id: str
    """The id that the operation will have."""
    accounts: list[AccountText]
    """The accounts whose stack instances are meant, each in every one of `regions`."""
    regions: list[str]
    """The regions."""
    organizational_units: NotRequired[list[str]]
    """The units through which AWS is told the accounts; absent where accounts are named."""
    account_filter: NotRequired[AccountFilter]
    """Which accounts of the units are meant; there where `organizational_units` is."""


class CreateStackInstances(_InstancesStep):
    """Creates stack instances."""

    kind: Literal["CreateStackInstances"]
    """AWS's call."""
    overridden: list[str]
    """The names of the parameters that are overridden there; values may be secret."""
    only_targets: NotRequired[bool]
    """There and true where no stack instance is created: units become targets of
    auto-deployment."""


class UpdateStackInstances(_InstancesStep):
    """Brings stack instances to the definition."""

    kind: Literal["UpdateStackInstances"]
    """AWS's call."""
    overridden: list[str] | None
    """The names of the parameters that are overridden there; values may be secret. An empty list
    resets all, null leaves them as they are."""


class DeleteStackInstances(_InstancesStep):
    """Takes stack instances out of the stack set."""

    kind: Literal["DeleteStackInstances"]
    """AWS's call."""
    retain_stacks: bool
    """Whether their stacks stay."""


class ImportStacksToStackSet(TypedDict):
    """Adopts stacks that exist already as stack instances."""

    kind: Literal["ImportStacksToStackSet"]
    """AWS's call."""
    why: str
    """Why it is planned, for people."""
    operation_id: str
    """The id that the operation will have."""
    stack_ids: list[str]
    """The ARNs of the stacks."""


class WholeSetStep(TypedDict):
    """Turns auto-deployment off, or looks for drift: one operation on the whole stack set."""

    kind: Literal["DetectStackSetDrift", "StopAutoDeployment"]
    """AWS's call; StopAutoDeployment is an UpdateStackSet that changes nothing else."""
    why: str
    """Why it is planned, for people."""
    operation_id: str
    """The id that the operation will have."""


class DeleteStackSet(TypedDict):
    """Deletes the stack set, which has no stack instance any more."""

    kind: Literal["DeleteStackSet"]
    """AWS's call."""
    why: str
    """Why it is planned, for people."""


Step = (
    AttachToOperation
    | CreateStackSet
    | UpdateStackSet
    | CreateStackInstances
    | UpdateStackInstances
    | DeleteStackInstances
    | ImportStacksToStackSet
    | WholeSetStep
    | DeleteStackSet
)


class InstanceChange(Place):
    """What a plan does to one stack instance."""

    change: ChangeKind
    """What is done; `leave` is nothing."""
    why: str
    """Why, for people; empty where nothing is done."""
    in_file: NotRequired[bool]
    """There and false where a deploy has met what the deployment file does not ask for."""


class Difference(TypedDict):
    """One place of the definition that differs."""

    path: str
    """Where: a path into the template, `parameters.NAME`, `tags.NAME` or a setting."""
    observed: str | None
    """What AWS has, null where it has nothing; a NoEcho value is `****`."""
    desired: str | None
    """What the deployment file asks for, null where it asks for nothing."""


class Plan(TypedDict):
    """All steps from what was observed to what is desired, in order."""

    stack_set: str
    """The stack set's name."""
    home_region: str
    """The region that the stack set belongs to."""
    environment: str
    """The environment that was planned for."""
    digest: str
    """Names what the plan was made from: the same world gives the same digest."""
    is_empty: bool
    """Whether nothing is to be done."""
    deletes: bool
    """Whether it removes a stack instance, a stack or the stack set (needs --allow-delete)."""
    steps: list[Step]
    """The steps, in order; empty where nothing is to be done."""
    instances: list[InstanceChange]
    """What happens to each stack instance, by account and region."""
    differences: list[Difference]
    """What differs in the definition."""
    notes: list[str]
    """Things to know that are no step, for people."""
    overrides_read: bool
    """False where AWS may hold overrides that nobody has read (--audit reads them)."""


class Parameter(TypedDict):
    """The value of one parameter in a stack instance, and where it comes from."""

    name: str
    """The parameter's name."""
    value: str
    """Its value; a NoEcho value is `****`."""
    source: ValueSource
    """Where the value comes from."""
    entry: int | None
    """Which of the file's [[overrides]] gives it, counted from 1; null for other sources."""
    desired: str | None
    """What the file gives, where the value on AWS is another one."""
    deployed: str | None
    """The override on AWS that the file's is to replace."""


class InstanceParameters(Place):
    """All parameters of one stack instance, in the order of the template."""

    parameters: list[Parameter]
    """The parameters."""


class Parameters(TypedDict):
    """The effective value of every parameter in every stack instance."""

    overrides_read: bool
    """False where AWS may hold overrides that nobody has read (--audit reads them)."""
    instances: list[InstanceParameters]
    """The parameters of every stack instance, by account and region."""
