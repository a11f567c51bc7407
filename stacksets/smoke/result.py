"""How the stack instances answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stacksets.model.desired import InstanceKey


@dataclass(frozen=True, slots=True, kw_only=True)
class SmokeCheck:
    """One thing that was looked at; `passed` is None where it could not be told."""

    name: str
    passed: bool | None
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SmokeResult:
    """How one stack instance answered.

    `url` is empty where nothing was called, for want of a stack or of an endpoint. `status` and
    `latency_ms` are None where nothing answered; the latency is that of the answer shown, over the
    connection of a first one wherever that was good.
    """

    key: InstanceKey
    url: str
    status: int | None = None
    body: str = ""
    latency_ms: float | None = None
    checks: tuple[SmokeCheck, ...]

    @property
    def passed(self) -> bool:
        """Tell whether nothing failed; what could not be told is no failure."""
        return all(check.passed is not False for check in self.checks)
