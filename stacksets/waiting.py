"""How this package waits: soon at first, ever less often, never for longer than it was told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tenacity import Retrying, retry_always, wait_exponential, wait_random

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenacity import RetryCallState

    from stacksets.clock import Clock
    from stacksets.operation_ids import Purpose

THE_SAME_COMMAND: Final = "the same command again"

_FIRST_SECONDS = 0.2
_LONGEST_SECONDS = 15.0
_JITTER_SECONDS = 0.05
_INSTANT_SECONDS = 0.001


class IfBusy(StrEnum):
    """What to do where another operation is under way: wait for its end, or change nothing."""

    WAIT = "wait"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """For whom a run waits, and how long.

    `until` is a moment of the clock's monotonic seconds, None waits for ever. `go_on` is what to
    type to go on where the run no longer waits, `again` what plans the rest anew: a saved plan is
    good once. `resumes` names the command whose operations, of an earlier run, are taken for this
    run's own.
    """

    if_busy: IfBusy = IfBusy.WAIT
    until: float | None = None
    go_on: str = "stacksets resume"
    again: str = THE_SAME_COMMAND
    resumes: Purpose | None = None

    def seconds_left(self, clock: Clock) -> float | None:
        """Give how long may still be waited; None is without end, below zero is over."""
        return None if self.until is None else self.until - clock.monotonic()


def poll(
    clock: Clock, *, limit_seconds: float | None = None, lateness: float = float("inf")
) -> Iterator[float]:
    """Yield the seconds since the beginning, at once and then after every pause.

    Pauses begin at 0.2 s and double to 15 s, with jitter so that many waiters do not call at the
    same moment. It ends once `limit_seconds` have passed, or never; the last pause ends then.
    With `lateness` no pause above 0.2 s is longer than that share of the seconds until then:
    whatever happens is seen at most so much later.
    """
    started = clock.monotonic()
    doubling = wait_exponential(multiplier=_FIRST_SECONDS, max=_LONGEST_SECONDS)
    jitter = wait_random(0, _JITTER_SECONDS)

    def seconds_gone() -> float:
        return clock.monotonic() - started

    def seconds_left() -> float:
        return float("inf") if limit_seconds is None else limit_seconds - seconds_gone()

    def usual(state: RetryCallState) -> float:
        # At least of the first pause: an endless share of no time would be no number.
        most = max(_FIRST_SECONDS, lateness * max(seconds_gone(), _FIRST_SECONDS))
        return min(doubling(state), most) + jitter(state)

    attempts = Retrying(
        sleep=clock.sleep,
        retry=retry_always,
        stop=lambda _: seconds_left() < _INSTANT_SECONDS,
        wait=lambda state: min(usual(state), seconds_left()),
        retry_error_callback=lambda _: None,
    )
    for attempt in attempts:
        yield clock.monotonic() - started
        attempt.retry_state.set_result(None)
