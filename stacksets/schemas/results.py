"""The last line of a command that went its way: one shape for each command and way to end."""

from typing import Literal

from stacksets.schemas.changing import (
    BootstrapResult,
    DeployResult,
    DestroyFailedResult,
    DestroyResult,
    ImportResult,
    NoChangesResult,
    NotAttemptedResult,
    NothingToDestroyResult,
    NothingToImportResult,
    NoTrafficMovedResult,
    PlanResult,
    ResolveResult,
    ShowResult,
    TrafficResult,
)
from stacksets.schemas.looking import (
    DiagnoseNotDeployedResult,
    DiagnoseResult,
    DriftResult,
    NoOperationsResult,
    NothingRunsResult,
    OperationEventsResult,
    OperationsResult,
    OutputsResult,
    SmokeResult,
    StatusNotDeployedResult,
    StatusResult,
    WatchResult,
)
from stacksets.schemas.record import Record
from stacksets.schemas.refusals import OperationFailedResult, RefusedResult


class SeveralResult(Record):
    """What came of a run over several deployment files; the record is that of the whole run."""

    command: Literal["plan", "status", "outputs", "smoke", "drift", "deploy", "destroy"]
    """The command."""
    code: str
    """The code of the worst of `results`."""
    results: list[
        PlanResult
        | DeployResult
        | NoChangesResult
        | DestroyFailedResult
        | DestroyResult
        | NothingToDestroyResult
        | StatusResult
        | DriftResult
        | StatusNotDeployedResult
        | OutputsResult
        | SmokeResult
        | NotAttemptedResult
        | RefusedResult
        | OperationFailedResult
    ]
    """The result of each deployment file, in their order."""


RESULTS = (
    BootstrapResult,
    PlanResult,
    ShowResult,
    DeployResult,
    ImportResult,
    NoChangesResult,
    NothingToImportResult,
    TrafficResult,
    NoTrafficMovedResult,
    DestroyFailedResult,
    DestroyResult,
    NothingToDestroyResult,
    StatusResult,
    StatusNotDeployedResult,
    DiagnoseResult,
    DiagnoseNotDeployedResult,
    DriftResult,
    OutputsResult,
    SmokeResult,
    WatchResult,
    NothingRunsResult,
    NoOperationsResult,
    OperationsResult,
    OperationEventsResult,
    ResolveResult,
    SeveralResult,
)
"""Every result line of a command that went its way; a new command adds its own."""
