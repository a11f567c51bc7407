"""The results of the commands that look: status, diagnose, outputs, smoke and operations."""

from typing import Literal

from stacksets.schemas.nouns import (
    Answer,
    DriftSummary,
    InstanceDrift,
    InstanceName,
    InstanceOutputs,
    Operation,
    OperationBrief,
    OperationEvents,
    RegionTraffic,
    RootCause,
    Sha256,
    StackInstance,
    TimedOperation,
    Unread,
    WatchedOperation,
)
from stacksets.schemas.plans import (
    Parameters,
)
from stacksets.schemas.record import Record


class StatusResult(Record):
    """What AWS holds beside what the deployment file says."""

    command: Literal["status"]
    """The command."""
    code: Literal["healthy", "in_progress", "incomplete", "failed", "unknown"]
    """How it stands: `incomplete` lacks stack instances, `unknown` could not be read."""
    stack_set_id: str
    """AWS's id of the stack set."""
    deployed_template_sha256: Sha256
    """SHA-256 of the template that AWS holds, in hex."""
    is_deployed_template: bool
    """Whether these are the bytes of the deployment file's template."""
    drift: DriftSummary | None
    """What the latest drift detection has found, null where AWS does not say."""
    traffic: list[RegionTraffic]
    """Where the traffic of each region goes; empty without [traffic] in the file."""
    instances: list[StackInstance]
    """Every stack instance."""
    stacks_looked_up: bool
    """False where nobody asked whether the stacks of healthy instances are there (--audit)."""
    missing: list[InstanceName]
    """The stack instances of the file that the stack set lacks."""
    left_alone: list[InstanceName]
    """The stack instances that the file does not ask for, and that a deploy leaves as they are."""
    surplus: list[InstanceName]
    """The stack instances that the file does not ask for."""
    operations: list[TimedOperation]
    """The latest operations, newest first."""
    parameters: Parameters
    """The values of the parameters as AWS has them."""
    warnings: list[str]
    """What nobody asked for, for people."""


class StatusNotDeployedResult(Record):
    """There is no stack set yet."""

    command: Literal["status"]
    """The command."""
    code: Literal["not_deployed"]
    """How it stands."""
    instances: list[StackInstance]
    """None."""
    missing: list[InstanceName]
    """The stack instances that the file asks for."""


class DiagnoseResult(Record):
    """Why stack instances failed."""

    command: Literal["diagnose"]
    """The command."""
    code: Literal["no_fault", "fault", "could_not_tell"]
    """What was found."""
    operation: OperationBrief | None
    """The operation that was asked about, null where the instances as they stand were."""
    root_causes: list[RootCause]
    """Why, each cause once."""
    not_attempted: list[InstanceName]
    """The stack instances that wait behind a failure."""
    missing: list[InstanceName]
    """The stack instances of the file that the stack set lacks."""
    left_alone: list[InstanceName]
    """The stack instances in accounts that AWS cannot reach, which nobody asks for."""
    moving: list[InstanceName]
    """The stack instances of a running operation."""
    unread: list[Unread]
    """Those of which nothing could be told."""
    stacks_looked_up: bool
    """False where nobody asked whether the stacks of healthy instances are there (--audit)."""


class DiagnoseNotDeployedResult(Record):
    """There is no stack set yet, so nothing failed."""

    command: Literal["diagnose"]
    """The command."""
    code: Literal["not_deployed"]
    """What was found."""
    operation: OperationBrief | None
    """None."""
    root_causes: list[RootCause]
    """None."""
    not_attempted: list[InstanceName]
    """None."""


class OutputsResult(Record):
    """The outputs of every stack instance."""

    command: Literal["outputs"]
    """The command."""
    code: Literal["read", "failed", "unknown"]
    """Whether all were read: `failed` where a stack is not there, `unknown` for lack of access."""
    instances: list[InstanceOutputs]
    """The outputs by stack instance."""


class SmokeResult(Record):
    """How every endpoint answered."""

    command: Literal["smoke"]
    """The command."""
    code: Literal["passed", "failed", "unknown"]
    """Whether all answered well: `unknown` where an address could not be read."""
    instances: list[Answer]
    """The answers by stack instance."""
    unread: list[InstanceOutputs]
    """The stack instances whose address could not be read."""


class DriftResult(Record):
    """What a drift detection has found."""

    command: Literal["drift"]
    """The command."""
    code: Literal["in_sync", "drifted", "detection_failed", "could_not_tell"]
    """What it comes to."""
    detection: Operation
    """The operation that looked."""
    counts: dict[
        Literal["drifted", "in_sync", "failed", "not_examined", "unknown", "left_alone"], int
    ]
    """How many stack instances are which."""
    drifted: list[InstanceDrift]
    """The stack instances that have drifted."""
    drifted_unlisted: int
    """How many more AWS counts than its list shows."""
    in_sync: list[InstanceName]
    """Those that are as the template says."""
    root_causes: list[RootCause]
    """Why the detection failed, each cause once."""
    not_examined: list[InstanceName]
    """Those that were not looked at."""
    unread: list[Unread]
    """Those of which nothing could be told."""
    left_alone: list[InstanceName]
    """Those in closed accounts, which StackSets leaves out."""
    since: list[Operation]
    """The operations since, newest first: what was found may have changed again."""


class WatchResult(Record):
    """How operations ended."""

    command: Literal["watch", "stop"]
    """The command."""
    code: Literal["succeeded", "partial", "failed", "stopped"]
    """The worst of them."""
    operations: list[WatchedOperation]
    """Each operation."""


class NothingRunsResult(Record):
    """No operation runs."""

    command: Literal["watch", "stop"]
    """The command."""
    code: Literal["nothing_running"]
    """How it ended."""
    latest: Operation | None
    """The latest operation, null where there was none."""
    operations: list[Operation]
    """None."""


class NoOperationsResult(Record):
    """There is no stack set, so there is no operation to speak of."""

    command: Literal["watch", "stop", "events"]
    """The command."""
    code: Literal["not_deployed"]
    """How it ended."""
    operations: list[Operation]
    """None."""


class OperationsResult(Record):
    """The latest operations."""

    command: Literal["events"]
    """The command."""
    code: Literal["operations"]
    """How it ended."""
    operations: list[Operation]
    """The operations, newest first, at most `--limit`."""


class OperationEventsResult(Record):
    """What happened in one operation."""

    command: Literal["events"]
    """The command."""
    code: Literal["operation_events"]
    """How it ended."""
    operation: Operation
    """The operation."""
    results: list[OperationEvents]
    """How it went in each stack instance."""
