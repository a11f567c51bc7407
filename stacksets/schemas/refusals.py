"""The errors as results: what `error` holds, one shape for each kind of them."""

from typing import Literal, NotRequired, TypedDict

from stacksets.schemas.nouns import RootCause
from stacksets.schemas.record import Record

OurCode = Literal[
    "CONFLICT",
    "DETACHED",
    "INPUT_REFUSED",
    "NO_ACTIVE_REGION",
    "OPERATION",
    "OPERATION_STOPPED",
    "STILL_RUNNING",
    "UNSAFE_PLAN",
]
AwsCode = Literal["AWS", "CREDENTIALS", "PERMISSION_DENIED", "SERVICE"]
ListCode = Literal["DEPLOYMENT_FILE", "IMPORT_REFUSED", "NOT_READY", "UNFIT_INPUT"]


class _Error(TypedDict):
    """What every error says."""

    source: Literal["user", "tool", "aws"]
    """Where it has its cause: in what was given, in this tool, in AWS."""
    exit_code: int
    """The exit code that it has by itself."""
    message: str
    """Where and what, for people."""
    hint: str
    """What to do, for people; empty where there is nothing to say."""
    notes: NotRequired[list[str]]
    """What could not be checked, one sentence each; absent where nothing is ever checked."""


class Problem(TypedDict):
    """One of several things that are wrong."""

    where: str
    """Where: a path into the deployment file, an account, a region; empty where `what` says it."""
    what: str
    """What was there and what was expected, for people."""
    hint: str
    """What mends it, for people; may be empty."""


class PlainError(_Error):
    """An error that its message tells whole."""

    code: OurCode
    """Which error it is; stable."""


class ProblemsError(_Error):
    """Everything that is wrong with an input, or that the accounts lack."""

    code: ListCode
    """Which error it is; stable."""
    problems: list[Problem]
    """All of it at once."""


class TemplateError(_Error):
    """The template cannot be used."""

    code: Literal["TEMPLATE"]
    """Which error it is; stable."""
    findings: list[str]
    """The errors that cfn-lint finds, for people; empty where it was not that."""


class AwsCallError(_Error):
    """AWS answered with an error."""

    code: AwsCode
    """Which error it is; stable."""
    api: str
    """The call, such as CreateStackSet; empty where none was made."""
    aws_code: str
    """AWS's own code; empty where there is none."""
    request_id: str
    """What AWS's support asks for; empty where there is none."""


class StalePlanError(_Error):
    """What a plan was made from is no longer so."""

    code: Literal["STALE_PLAN"]
    """Which error it is; stable."""
    moved: list[str]
    """What has moved, one sentence each."""


class BusyError(_Error):
    """Another operation runs on the stack set."""

    code: Literal["OPERATION_IN_PROGRESS"]
    """Which error it is; stable."""
    operation_id: str
    """The operation, empty where AWS does not name it."""


class InstancesError(_Error):
    """Stack instances failed."""

    code: Literal["OPERATION_FAILED"]
    """Which error it is; stable."""


class EdgeError(_Error):
    """Wrong usage, a signal, or a bug of ours."""

    code: Literal["INTERRUPTED", "STACKSETS_BUG", "USAGE"]
    """Which it is; stable."""


class RefusedResult(Record):
    """The command ended by an error."""

    command: str
    """The command; empty where it never began."""
    code: OurCode | ListCode | AwsCode | Literal["OPERATION_IN_PROGRESS", "STALE_PLAN", "TEMPLATE"]
    """Which error it is, as in `error`."""
    error: PlainError | ProblemsError | TemplateError | AwsCallError | StalePlanError | BusyError
    """The error."""


class OperationFailedResult(Record):
    """The command ended by an error, which was found to have these causes."""

    command: str
    """The command."""
    code: Literal["OPERATION_FAILED"]
    """Which error it is, as in `error`."""
    error: InstancesError
    """The error."""
    root_causes: list[RootCause]
    """Why stack instances failed, each cause once."""


class InterruptedResult(Record):
    """A signal came before the command had a result of its own."""

    command: str
    """The command."""
    code: Literal["INTERRUPTED"]
    """Which error it is, as in `error`."""
    error: EdgeError
    """What state things are in."""


class BugResult(Record):
    """Something happened that nobody foresaw."""

    command: str
    """The command."""
    code: Literal["STACKSETS_BUG"]
    """Which error it is, as in `error`."""
    error: EdgeError
    """What happened."""
    traceback: list[str]
    """The traceback, line by line; empty without -v."""


class UsageResult(TypedDict):
    """Flags or arguments were wrong: nothing was looked at, there is nothing to record."""

    type: Literal["result"]
    """Tells the result from an event."""
    code: Literal["USAGE"]
    """Which error it is, as in `error`."""
    exit_code: Literal[2]
    """The exit code of the process."""
    error: EdgeError
    """What was wrong."""


REFUSALS = (RefusedResult, OperationFailedResult, InterruptedResult, BugResult, UsageResult)
"""Every result line that tells an error; a command may end in any of them."""
