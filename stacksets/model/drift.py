"""What one drift detection has found, and of which stack instances it could not tell."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from stacksets.model.observed import OperationStatus

if TYPE_CHECKING:
    from stacksets.model.desired import InstanceKey
    from stacksets.model.diagnosis import Unread
    from stacksets.model.observed import Operation, ResourceDrift
    from stacksets.model.outcome import RootCause


class DriftState(StrEnum):
    """What a detection comes to; "could not tell" is never "in sync"."""

    IN_SYNC = "in_sync"
    DRIFTED = "drifted"
    FAILED = "failed"
    UNKNOWN = "unknown"

    @property
    def exit_code(self) -> int:
        """Give the process's exit code.

        0 all in sync, 8 something drifted, 5 the detection did not succeed everywhere, 4 it did and
        still nobody can tell of some stack instance.
        """
        return {self.IN_SYNC: 0, self.DRIFTED: 8, self.FAILED: 5, self.UNKNOWN: 4}[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceDrift:
    """A stack instance that has drifted, with the resources that differ.

    `unread` says why the resources could not be listed, where they could not.
    """

    key: InstanceKey
    resources: tuple[ResourceDrift, ...]
    unread: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """What a detection has found, stack instance by stack instance, each in one of these tuples.

    `causes` tell where it failed, `not_examined` are the stack instances that were cancelled before
    their turn, `left_alone` those in closed accounts, of which there is nothing to tell. `since`
    are the operations that began later, newest first: what was found may have changed again.
    """

    operation: Operation
    drifted: tuple[InstanceDrift, ...] = ()
    in_sync: tuple[InstanceKey, ...] = ()
    causes: tuple[RootCause, ...] = ()
    not_examined: tuple[InstanceKey, ...] = ()
    unread: tuple[Unread, ...] = ()
    left_alone: tuple[Unread, ...] = ()
    since: tuple[Operation, ...] = ()

    @property
    def unlisted(self) -> int:
        """Count the drifted stack instances that AWS counts and its list does not show."""
        counted = self.operation.drift.drifted if self.operation.drift else 0
        return max(0, counted - len(self.drifted))

    @property
    def total(self) -> int:
        """Count the stack instances."""
        several = (self.drifted, self.in_sync, self.causes, self.not_examined, self.unread)
        return sum(map(len, (*several, self.left_alone)))

    @property
    def state(self) -> DriftState:
        """Tell which of the four it comes to: a difference that was seen is told before a doubt."""
        if self.drifted or self.unlisted:
            return DriftState.DRIFTED
        succeeded = self.operation.status is OperationStatus.SUCCEEDED
        if self.causes or self.not_examined or not succeeded or self.operation.failed_count:
            return DriftState.FAILED
        return DriftState.UNKNOWN if self.unread or not self.in_sync else DriftState.IN_SYNC
