"""Which interrupted change can be gone on with, by the latest operations alone: pure.

A drift detection changes nothing (API reference, DetectStackSetDrift), so whoever looked for drift
after an interrupted deploy has not ended that deploy.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from stacksets.errors import ConflictError, InputError
from stacksets.operation_ids import Purpose, find_purpose, tell_operation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stacksets.model.observed import Operation, StackSet

_TRAFFIC = {Purpose.DRAIN, Purpose.UNDRAIN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumable:
    """The latest operation that changes anything, and what it is for.

    `passed_over` are the operations since, newest first, which change nothing.
    """

    operation: Operation
    purpose: Purpose
    passed_over: tuple[Operation, ...] = ()


def get_resumable(observed: StackSet) -> Resumable:
    """Read from the latest operations what was interrupted, as far as the list goes back.

    Raises:
        InputError: nothing was, or its own command alone can go on with it.
        ConflictError: the latest operation that changes anything is another client's.
    """
    passed_over = tuple(takewhile(lambda one: one.changes_nothing, observed.operations))
    latest = next(iter(observed.operations[len(passed_over) :]), None)
    if latest is None:
        only = f": AWS lists {_detections(passed_over)} and nothing else" if passed_over else ""
        raise InputError(
            f"stack set {observed.name} has seen no operation that could be gone on with{only}",
            hint="`stacksets deploy` or `stacksets destroy` starts one",
        )
    besides = f", besides {_detections(passed_over)} since," if passed_over else ""
    named = f"the latest {tell_operation(latest)}{besides}"
    purpose = find_purpose(latest.id)
    if purpose is None:
        raise ConflictError(
            f"{named} is not of this tool: nothing to go on with",
            hint="`stacksets plan` shows what is left, `stacksets watch` waits for what runs",
        )
    if purpose is Purpose.IMPORT:
        raise InputError(
            f"{named} is of an import: which stacks were to be imported is known to its command "
            "alone",
            hint="type the same `stacksets import` again, with the same stacks: it waits for what "
            "runs and imports the rest",
        )
    if purpose in _TRAFFIC:
        raise InputError(
            f"{named} moves traffic: which region's is known to its command alone",
            hint=f"type `stacksets {purpose} REGION` again: it waits for what runs and goes on",
        )
    return Resumable(operation=latest, purpose=purpose, passed_over=passed_over)


def nothing_there(name: str) -> InputError:
    """Refuse to go on where there is no stack set, neither deployed nor known to be destroyed."""
    return InputError(
        f"there is no stack set {name}: nothing tells whether a deploy was interrupted before it "
        "was made, or a destroy after it was removed",
        hint="`stacksets deploy` begins anew, `stacksets destroy` looks for what is left",
    )


def list_latest_change(operations: Sequence[Operation]) -> tuple[Operation, ...]:
    """Give the latest operation that changes anything, with all that the same plan sent before it.

    One of ours that failed may have others of its plan behind it that went well: they were queued.

    Args:
        operations: those of the stack set, newest first.
    """
    latest = next((one for one in operations if not one.changes_nothing), None)
    if latest is None:
        return ()
    if find_purpose(latest.id) is None:
        return (latest,)
    plan = _plan_of(latest)
    return tuple(one for one in reversed(operations) if _plan_of(one) == plan)


def _plan_of(operation: Operation) -> str:
    """Give what the ids of a plan's steps have in common."""
    return operation.id.rpartition("-")[0]


def _detections(passed_over: tuple[Operation, ...]) -> str:
    return "a drift detection" if len(passed_over) == 1 else f"{len(passed_over)} drift detections"
