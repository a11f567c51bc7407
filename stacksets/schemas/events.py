"""The lines on the way: one shape a code, in the order in which a deploy writes them."""

from typing import Literal, NotRequired, TypedDict

from stacksets.model.observed import OperationStatus, ResultStatus
from stacksets.schemas.nouns import Operation, Place, RegionTraffic
from stacksets.schemas.plans import Parameters, Plan, Step


class _Event(TypedDict):
    """What every event line has."""

    type: Literal["event"]
    """Tells an event from the result, which is the last line."""


class _AboutStackSet(_Event):
    """What the lines have that may be about one of several stack sets."""

    stack_set: NotRequired[str]
    """The stack set's name; absent before the deployment file was read."""


class IdentityEvent(_Event):
    """Whom a command touches, before it does anything."""

    code: Literal["identity"]
    """Which event it is; stable."""
    account: str
    """The account of the credentials."""
    alias: str | None
    """The account's alias, null where it has none or it could not be read."""
    caller_arn: str
    """Whose credentials they are."""
    home_region: str
    """The region that the stack set belongs to."""
    environment: str
    """The environment."""
    environment_source: str
    """Where the environment comes from: a flag, a variable, a saved plan, the default."""
    stack_set: str
    """The stack set's name."""


class LintEvent(_AboutStackSet):
    """What cfn-lint says of the template."""

    code: Literal["lint"]
    """Which event it is; stable."""
    ran: bool
    """False where cfn-lint is not installed."""
    findings: list[str]
    """The errors that it finds, for people; with any nothing is changed."""
    unknown_regions: list[str]
    """Regions that it has not heard of, for which it finds nothing."""


class UncheckedEvent(_AboutStackSet):
    """What could not be checked before a change."""

    code: Literal["unchecked"]
    """Which event it is; stable."""
    unchecked: list[str]
    """One sentence each, for people."""


class TrafficEvent(_AboutStackSet):
    """A region is drained, or otherwise not simply active."""

    code: Literal["traffic"]
    """Which event it is; stable."""
    traffic: list[RegionTraffic]
    """Every region of the stack set."""


class PassedOverEvent(_AboutStackSet):
    """A change that was interrupted is found behind operations that change nothing."""

    code: Literal["passed_over"]
    """Which event it is; stable."""
    operation: Operation
    """The operation that is gone on with."""
    passed_over: list[Operation]
    """The operations since, newest first: drift detections."""


class PlanEvent(_Event, Plan):
    """What is going to be done, before it is asked for."""

    code: Literal["plan"]
    """Which event it is; stable."""
    parameters: Parameters | None
    """The values of the parameters once it is carried out, null where none are shown."""
    warnings: list[str]
    """Things to know before agreeing, for people."""


class PlanSavedEvent(_AboutStackSet):
    """A plan was written to a file."""

    code: Literal["plan_saved"]
    """Which event it is; stable."""
    path: str
    """The file, whose shape is the schema `plan`."""
    digest: str
    """The digest of the plan."""
    leaves_out_no_echo: bool
    """Whether there are NoEcho values, which are not in the file."""


class StackSetBegunEvent(_AboutStackSet):
    """Of several stack sets, the next is begun."""

    code: Literal["stack_set_begun"]
    """Which event it is; stable."""
    number: int
    """Which one, counted from 1."""
    total: int
    """How many there are."""


class BootstrapProgressedEvent(_AboutStackSet):
    """A bootstrap went on."""

    code: Literal["bootstrap_progressed"]
    """Which event it is; stable."""
    text: str
    """With what, for people."""


class StepStartedEvent(_AboutStackSet):
    """A step is about to be sent."""

    code: Literal["step_started"]
    """Which event it is; stable."""
    number: int
    """Which step, counted from 1."""
    total: int
    """How many steps the plan has."""
    step: Step
    """The step."""


class OperationObservedEvent(_AboutStackSet):
    """An operation was looked at."""

    code: Literal["operation_observed"]
    """Which event it is; stable."""
    operation_id: str
    """The operation."""
    status: OperationStatus
    """Where it stands."""
    reason: str
    """Why it failed, in AWS's words; empty where AWS gives none."""
    seconds: float
    """Seconds since it began."""
    listed_seconds: float | None
    """Seconds since it began when `counts` were listed, null where they were not yet."""
    counts: dict[ResultStatus, int]
    """How many stack instances are where, as last listed, by AWS's status."""
    failed_count: int
    """How many stack instances have failed up to now."""
    queued_behind: list[str]
    """The operations that a queued one waits for, oldest first."""


class InstanceProgressedEvent(_AboutStackSet, Place):
    """A stack instance moved on in the running operation."""

    code: Literal["instance_progressed"]
    """Which event it is; stable."""
    operation_id: str
    """The operation."""
    status: ResultStatus
    """Where it stands."""
    reason: str
    """Why it failed, in AWS's words: text from outside, not to be trusted."""
    seconds: float
    """Seconds since the waiting for the operation began."""


class WaitedEvent(_AboutStackSet):
    """Something other than an operation is waited for."""

    code: Literal["waited"]
    """Which event it is; stable."""
    what: str
    """What for: `IAM` (fresh roles), `detach` (a second Ctrl-C), or an operation in words."""
    seconds: float
    """How many seconds it has taken up to now, or is going to take."""


class StepFinishedEvent(_AboutStackSet):
    """A step ended well."""

    code: Literal["step_finished"]
    """Which event it is; stable."""
    number: int
    """Which step, counted from 1."""
    step: Step
    """The step."""
    seconds: float
    """How many seconds it took."""


class VerifiedEvent(_AboutStackSet):
    """The second plan was made; it is empty where the desired state is reached."""

    code: Literal["verified"]
    """Which event it is; stable."""
    plan: Plan
    """The second plan."""


EVENTS = (
    IdentityEvent,
    LintEvent,
    UncheckedEvent,
    TrafficEvent,
    PassedOverEvent,
    PlanEvent,
    PlanSavedEvent,
    StackSetBegunEvent,
    BootstrapProgressedEvent,
    StepStartedEvent,
    OperationObservedEvent,
    InstanceProgressedEvent,
    WaitedEvent,
    StepFinishedEvent,
    VerifiedEvent,
)
"""Every event line, one a code."""
