"""What drift detection found: in one stack instance, in one operation, in a whole stack set.

Source: StackSets user guide, "Detecting unmanaged changes in stack sets", and API reference,
StackSetDriftDetectionDetails.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from stacksets.local.control_plane.model import (
    ENDED,
    OperationAction,
    OperationStatus,
    Result,
    ResultStatus,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from stacksets.local.control_plane.model import Operation, StackInstance
    from stacksets.local.control_plane.store import Record


class DriftStatus(StrEnum):
    """Whether what is there is what the template says."""

    DRIFTED = "DRIFTED"
    IN_SYNC = "IN_SYNC"
    NOT_CHECKED = "NOT_CHECKED"


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceDrift:
    """What one detection found in one stack: `resources` as the API shows their drifts."""

    status: DriftStatus
    checked: datetime
    resources: tuple[Mapping[str, Any], ...]


def status_of(row: StackInstance) -> DriftStatus:
    """Give the drift of a stack instance as its last detection found it."""
    return row.drift.status if row.drift else DriftStatus.NOT_CHECKED


def show_drift(row: StackInstance) -> dict[str, Any]:
    """Give the members that tell of drift in a stack instance's description and summary."""
    checked = row.drift.checked if row.drift else None
    return {"DriftStatus": status_of(row), "LastDriftCheckTimestamp": checked}


def show_operation(operation: Operation, results: Sequence[Result]) -> dict[str, Any] | None:
    """Give StackSetDriftDetectionDetails of a drift operation as it stands, None for others."""
    if operation.action is not OperationAction.DETECT_DRIFT:
        return None
    found = Counter(result.drift.status for result in results if result.drift)
    ended = Counter(result.status for result in results)
    checks = [result.drift.checked for result in results if result.drift]
    return {
        "DriftStatus": _status_of_all(found, len(results)),
        "DriftDetectionStatus": _detection_status(operation, ended[ResultStatus.FAILED]),
        "LastDriftCheckTimestamp": max(checks, default=None),
        "TotalStackInstancesCount": len(results),
        "DriftedStackInstancesCount": found[DriftStatus.DRIFTED],
        "InSyncStackInstancesCount": found[DriftStatus.IN_SYNC],
        "InProgressStackInstancesCount": ended[ResultStatus.PENDING] + ended[ResultStatus.RUNNING],
        "FailedStackInstancesCount": ended[ResultStatus.FAILED],
    }


def show_stack_set(record: Record) -> dict[str, Any]:
    """Give StackSetDriftDetectionDetails of a stack set: of the last detection that has ended."""
    operations = reversed(record.operations.values())
    ended = (
        show_operation(operation, record.results[operation.id].values())
        for operation in operations
        if operation.status in ENDED
    )
    return next((details for details in ended if details), _not_checked(record))


def _not_checked(record: Record) -> dict[str, Any]:
    return {
        "DriftStatus": DriftStatus.NOT_CHECKED,
        "TotalStackInstancesCount": len(record.instances.values()),
        "DriftedStackInstancesCount": 0,
        "InSyncStackInstancesCount": 0,
        "InProgressStackInstancesCount": 0,
        "FailedStackInstancesCount": 0,
    }


def _status_of_all(found: Counter[DriftStatus], total: int) -> DriftStatus:
    """One drifted instance is enough to tell; that all are in sync, only all of them."""
    if found[DriftStatus.DRIFTED]:
        return DriftStatus.DRIFTED
    in_sync = found[DriftStatus.IN_SYNC] == total
    return DriftStatus.IN_SYNC if in_sync else DriftStatus.NOT_CHECKED


def _detection_status(operation: Operation, failed: int) -> str:
    if operation.status not in ENDED:
        return "IN_PROGRESS"
    if operation.status is OperationStatus.SUCCEEDED:
        return "PARTIAL_SUCCESS" if failed else "COMPLETED"
    return str(operation.status)
