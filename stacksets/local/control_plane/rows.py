"""How the row of a stack instance changes while an operation goes over it.

Source: StackSets user guide, "StackSet status codes", and API reference, StackInstance; the reasons
are those that AWS's own consoles and tools show.
"""

from __future__ import annotations

from dataclasses import replace

from stacksets.local.control_plane.model import (
    DetailedStatus,
    InstanceStatus,
    Outcome,
    StackInstance,
    TaskKind,
)

ACCEPTED = "User initiated operation"
TOLERANCE_EXCEEDED = "Cancelled since failure tolerance has exceeded"
STOPPED = "Cancelled since the operation was stopped by the user"
"""AWS's own text for a stop is not known."""
SUSPENDED = "ACCOUNT_SUSPENDED"

DELETING = frozenset({TaskKind.DELETE, TaskKind.RETAIN})


def accept(row: StackInstance, operation_id: str) -> StackInstance:
    """An operation has taken the instance up and not started on it."""
    return replace(
        row,
        status=_not_current(row),
        detailed_status=DetailedStatus.PENDING,
        reason=ACCEPTED,
        last_operation_id=operation_id,
    )


def examine(row: StackInstance, operation_id: str) -> StackInstance:
    """A detection of drift has taken the instance up; whether it is CURRENT stays as it is.

    That its detailed status and last operation tell of the detection is how the API reference
    reads; no example shows it.
    """
    return replace(
        row,
        detailed_status=DetailedStatus.PENDING,
        reason=ACCEPTED,
        last_operation_id=operation_id,
    )


def skip(row: StackInstance, operation_id: str) -> StackInstance:
    """The operation leaves the instance alone, since its account is suspended."""
    return replace(
        row,
        detailed_status=DetailedStatus.SKIPPED_SUSPENDED_ACCOUNT,
        reason=SUSPENDED,
        last_operation_id=operation_id,
    )


def outdate(row: StackInstance) -> StackInstance:
    """The definition has changed, and no operation goes over this instance yet."""
    return replace(row, status=_not_current(row))


def start(row: StackInstance, kind: TaskKind) -> StackInstance:
    """The operation has reached the instance; a create begins without any stack."""
    return replace(
        row,
        detailed_status=DetailedStatus.RUNNING,
        reason=None,
        stack_id=None if kind is TaskKind.CREATE else row.stack_id,
        drift=None if kind is TaskKind.CREATE else row.drift,
    )


def cancel(row: StackInstance, reason: str) -> StackInstance:
    """The operation will never reach the instance."""
    return replace(row, detailed_status=DetailedStatus.CANCELLED, reason=reason)


def settle(row: StackInstance, kind: TaskKind, outcome: Outcome) -> StackInstance | None:
    """Give the row after its task, None once a delete or a retaining delete has succeeded."""
    if kind is TaskKind.DETECT_DRIFT:
        return _settle_detection(row, outcome)
    if not outcome.succeeded:
        return _fail(row, kind, outcome)
    if kind in DELETING:
        return None
    return replace(
        row,
        status=InstanceStatus.CURRENT,
        detailed_status=DetailedStatus.SUCCEEDED,
        reason=outcome.reason,
        stack_id=outcome.stack_id,
        has_stack=True,
        overrides=row.overrides if outcome.overrides is None else outcome.overrides,
    )


def _settle_detection(row: StackInstance, outcome: Outcome) -> StackInstance:
    """Give the row after a detection; one that failed leaves what the last one found."""
    return replace(
        row,
        detailed_status=DetailedStatus.SUCCEEDED if outcome.succeeded else DetailedStatus.FAILED,
        reason=outcome.reason,
        drift=outcome.drift or row.drift,
    )


def _fail(row: StackInstance, kind: TaskKind, outcome: Outcome) -> StackInstance:
    """A failed delete leaves the instance INOPERABLE, a failed create keeps its dead stack's id.

    A failed import, too, leaves it INOPERABLE (StackSets user guide, "Troubleshooting").
    """
    if kind in DELETING:
        status, detailed = InstanceStatus.INOPERABLE, DetailedStatus.INOPERABLE
    elif kind is TaskKind.IMPORT:
        status, detailed = InstanceStatus.INOPERABLE, DetailedStatus.FAILED_IMPORT
    else:
        status, detailed = InstanceStatus.OUTDATED, DetailedStatus.FAILED
    return replace(
        row,
        status=status,
        detailed_status=detailed,
        reason=outcome.reason,
        stack_id=outcome.stack_id or row.stack_id,
    )


def _not_current(row: StackInstance) -> InstanceStatus:
    """INOPERABLE stays: only a delete that succeeds ends it."""
    inoperable = row.status is InstanceStatus.INOPERABLE
    return InstanceStatus.INOPERABLE if inoperable else InstanceStatus.OUTDATED
