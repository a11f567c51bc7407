"""What was found wrong with a stack set, what waits behind it, and what could not be told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stacksets.model.desired import InstanceKey
    from stacksets.model.observed import Operation
    from stacksets.model.outcome import Retry, RootCause


class DiagnosisState(StrEnum):
    """What a diagnosis comes to; "could not tell" is never "no fault"."""

    NO_FAULT = "no_fault"
    FAULT = "fault"
    UNKNOWN = "unknown"

    @property
    def exit_code(self) -> int:
        """Give the process's exit code: 0 no fault found, 5 a fault, 4 could not tell."""
        return {self.NO_FAULT: 0, self.FAULT: 5, self.UNKNOWN: 4}[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A stack instance of which nothing could be told, and why it could not be read."""

    key: InstanceKey
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What is wrong with the stack instances of a stack set, or was in one operation.

    `operation` is the one that was asked about, None where the instances as they stand were.
    `not_attempted` are the instances that wait behind a failure, `missing` those of the file that
    the stack set does not have, `moving` those of a running operation, `left_alone` those that
    nobody asks for in accounts which AWS cannot reach.
    `stacks_looked_up` is False where nobody asked whether the stacks of healthy instances exist.
    `unimported` are the stacks whose import is not finished, by their ids. `retry` is what goes on
    once the causes are mended.
    """

    operation: Operation | None
    causes: tuple[RootCause, ...]
    not_attempted: tuple[InstanceKey, ...]
    missing: tuple[InstanceKey, ...]
    moving: tuple[InstanceKey, ...]
    unread: tuple[Unread, ...]
    stacks_looked_up: bool
    retry: Retry
    left_alone: tuple[Unread, ...] = ()
    unimported: tuple[str, ...] = ()

    @property
    def state(self) -> DiagnosisState:
        """Tell which of the three it comes to."""
        if self.causes:
            return DiagnosisState.FAULT
        return DiagnosisState.UNKNOWN if self.unread else DiagnosisState.NO_FAULT
