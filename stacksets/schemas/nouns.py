"""The shapes that several results share, apart from plans; every key has its docstring.

Types are needed at run time here, which is why annotations are evaluated.
"""

from typing import Annotated, Literal, TypedDict

from stacksets import hints
from stacksets.model.observed import (
    DetailedStatus,
    DriftStatus,
    InstanceStatus,
    OperationAction,
    OperationStatus,
    ResultStatus,
)
from stacksets.operation_ids import Purpose
from stacksets.schemas.keyword import Keyword

Moment = Annotated[str, Keyword("format", "date-time")]
Sha256 = Annotated[str, Keyword("pattern", "^[0-9a-f]{64}$")]
AccountText = Annotated[str, Keyword("pattern", "^[0-9]{12}$")]
InstanceName = Annotated[str, Keyword("pattern", "^[0-9]{12}/[a-z0-9-]+$")]
HintCode = Annotated[str, Keyword("enum", hints.CODES)]


class Place(TypedDict):
    """One stack instance: an account and a region."""

    account: AccountText
    """The account's 12 digits."""
    region: str
    """The region, such as us-east-1."""


class RegionTraffic(TypedDict):
    """Where the traffic of a region goes, by the parameter that [traffic] names."""

    region: str
    """The region."""
    state: Literal[
        "active",
        "without_usable_stack",
        "partly_without_usable_stack",
        "drained",
        "partly_drained",
        "other",
        "unknown",
    ]
    """How it stands: `other` is a value that [traffic] does not name. With its normal value it is
    `active` where every stack instance has a usable stack."""
    values: dict[str, int]
    """How many stack instances have which value, as far as they were read."""
    without_usable_stack: int
    """How many are not counted on, whatever their value is: those without a stack, those whose
    stack is known to be gone, and INOPERABLE ones."""


class StackInstance(Place):
    """One stack instance as AWS has it."""

    status: InstanceStatus
    """Whether it holds the stack set's present definition."""
    detailed_status: DetailedStatus | None
    """How the last operation went there, null where AWS does not say."""
    reason: str
    """Why it is not well, in AWS's words; empty where AWS gives none."""
    stack_id: str | None
    """The ARN of its stack, null where there is none."""
    stack_exists: bool | None
    """Whether its stack is there; null where nobody looked, or it could not be read."""
    unread: str | None
    """Why its stack could not be read, null where it was or nobody looked."""
    overridden: list[str] | None
    """The names of the parameters overridden there, null where they were not read."""
    last_operation_id: str | None
    """The operation that last touched it, null where AWS does not say."""


class GeneratedBy(TypedDict):
    """The code that made a resource, from the file of sources beside the template."""

    module: str
    """The module, as the generator's language names it."""
    function: str
    """The function of that module."""


class WrittenAt(TypedDict):
    """Where a resource stands in the template."""

    path: str
    """The template's path."""
    line: int
    """The line, counted from 1."""


class Hint(TypedDict):
    """What a reason of AWS means and what to do about it."""

    code: HintCode
    """Which of the causes we know it is; stable."""
    meaning: str
    """What it means, for people."""
    action: str
    """What to do, for people."""


class RootCause(Place):
    """Why a stack instance failed: the first resource that did, not the cascade behind it."""

    logical_id: str
    """The resource's logical id; empty where the cause is no resource."""
    resource_type: str
    """The resource's type, such as AWS::Lambda::Function; empty likewise."""
    nested_in: list[str]
    """The logical ids of the nested stacks around the resource, the outermost first."""
    reason: str
    """The reason in AWS's own words: text from outside, not to be trusted."""
    stack_id: str | None
    """The ARN of the stack, null where there is none."""
    source: GeneratedBy | WrittenAt | None
    """Where the resource comes from, null where that is not known."""
    hint: Hint | None
    """What it means and what to do, null where we do not know."""
    unread: str
    """Why the stack's own events could not be read; empty where they were."""
    of_import: bool
    """Whether a stack was to be adopted, which another import may do."""


class OperationBrief(TypedDict):
    """One operation on the stack set."""

    id: str
    """Its id."""
    action: OperationAction
    """What kind of operation it is."""
    status: OperationStatus
    """Where it stands."""
    reason: str
    """Why it failed, in AWS's words; empty where AWS gives none."""


class TimedOperation(OperationBrief):
    """One operation on the stack set, with its times."""

    created: Moment | None
    """When it was begun (UTC), null where AWS does not say."""
    ended: Moment | None
    """When it ended (UTC), null while it goes on."""


class Operation(TimedOperation):
    """One operation on the stack set, with who started it."""

    failed_count: int
    """How many stack instances failed in it."""
    is_ours: bool
    """Whether its id says that this tool started it."""
    purpose: Purpose | None
    """Which command started it, null where another client did."""


class OperationResult(Place):
    """How one operation went in one stack instance."""

    status: ResultStatus
    """How it went."""
    reason: str
    """Why it failed, in AWS's words; empty where AWS gives none."""


class WatchedOperation(Operation):
    """One operation that was followed to its end."""

    verdict: Literal["succeeded", "partial", "failed", "stopped"]
    """How it ended: `partial` where AWS calls it SUCCEEDED and stack instances failed."""
    counts: dict[ResultStatus, int]
    """How many stack instances ended how, by AWS's status."""
    results: list[OperationResult]
    """How it went in each stack instance."""


class StackEvent(TypedDict):
    """One event of a stack."""

    at: Moment
    """When (UTC)."""
    logical_id: str
    """The resource's logical id."""
    physical_id: str
    """The resource's physical id; empty before it has one."""
    resource_type: str
    """The resource's type."""
    status: str
    """The resource's status, as CloudFormation spells it."""
    reason: str
    """Why, in AWS's words."""


class OperationEvents(OperationResult):
    """How one operation went in one stack instance, with the last events of its stack."""

    stack_id: str | None
    """The ARN of the stack, null where there is none."""
    unread: str
    """Why the stack's events could not be read; empty where they were, or were not asked for."""
    events: list[StackEvent]
    """The events of a stack that failed, oldest first, at most `--limit`."""


class InstanceOutputs(Place):
    """The outputs of one stack instance, or why there are none."""

    outputs: dict[str, str]
    """The outputs by name; empty where there are none or they could not be read."""
    problem: str | None
    """Why there are no outputs, null where the stack was read."""
    unreadable: bool
    """Whether `problem` is a lack of access, which says nothing of the stack."""


class Check(TypedDict):
    """One thing that a smoke test looked at."""

    name: str
    """What was looked at."""
    passed: bool | None
    """Whether it was as it should be, null where it could not be told."""
    detail: str
    """What was found, for people."""


class Answer(Place):
    """How one endpoint answered."""

    url: str
    """What was called; empty where nothing was, for want of a stack or an endpoint."""
    status: int | None
    """The HTTP status, null where nothing answered."""
    body: str
    """The answer's body: text from outside, not to be trusted."""
    latency_ms: float | None
    """How long the answer took, in milliseconds; null where nothing answered."""
    passed: bool
    """Whether no check failed."""
    checks: list[Check]
    """What was looked at."""


class Resource(Place):
    """A resource that a destroyed stack made and that is still there."""

    resource_type: str
    """Its type, such as AWS::Logs::LogGroup."""
    name: str
    """Its physical id."""


class KeptStack(Place):
    """A stack that was to stay when its stack instance left the stack set."""

    stack_id: str
    """The stack's ARN."""
    status: str | None
    """The stack's status as CloudFormation spells it, null where there is no such stack."""
    is_protected: bool
    """Whether termination protection keeps it from being deleted."""


class DriftSummary(TypedDict):
    """How the latest drift detection of the stack set went; counts are of stack instances."""

    status: DriftStatus
    """Whether anything has drifted."""
    detection_status: str
    """How the detection went, in AWS's words."""
    checked: Moment | None
    """When it was looked at (UTC), null where it never was."""
    total: int
    """How many stack instances there are."""
    drifted: int
    """How many have drifted."""
    in_sync: int
    """How many have not."""
    failed: int
    """Of how many it could not be told."""


class PropertyDrift(TypedDict):
    """One property that differs; a value that may be secret is `****`."""

    path: str
    """Where: a path into the resource's properties."""
    difference: str
    """How it differs, in AWS's words (ADD, REMOVE, NOT_EQUAL)."""
    expected: str
    """What the template says."""
    actual: str
    """What is there."""


class ResourceDrift(TypedDict):
    """One resource that is not as the template says."""

    logical_id: str
    """The resource's logical id."""
    physical_id: str
    """The resource's physical id."""
    resource_type: str
    """The resource's type."""
    status: str
    """AWS's status, such as MODIFIED or DELETED."""
    properties: list[PropertyDrift]
    """The properties that differ; empty where the resource is gone."""


class InstanceDrift(Place):
    """A stack instance that has drifted."""

    unread: str
    """Why its resources could not be listed; empty where they were."""
    resources: list[ResourceDrift]
    """The resources that differ."""


class BootstrapStack(Place):
    """What was done to one stack of the bootstrap."""

    stack_name: str
    """The stack's name."""
    change: Literal["created", "updated", "unchanged"]
    """What was done."""


class Unread(TypedDict):
    """A stack instance of which nothing could be told."""

    instance: InstanceName
    """The stack instance, as account/region."""
    why: str
    """Why it could not be read."""
