"""How this package waits: soon at first, ever less often, never for longer than it was told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenacity import RetryCallState, Retrying, retry_always, wait_exponential, wait_random

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacksets.clock import Clock

_FIRST_SECONDS = 0.2
_LONGEST_SECONDS = 15.0
_JITTER_SECONDS = 0.05


def poll(clock: Clock, *, limit_seconds: float | None = None) -> Iterator[float]:
    """Yield the seconds since the beginning, at once and then after every pause.

    Pauses begin at 0.2 s and double to 15 s, with jitter so that many waiters do not call at the
    same moment. It ends once `limit_seconds` have passed, or never.
    """
    started = clock.monotonic()

    def is_over(_: RetryCallState) -> bool:
        return limit_seconds is not None and clock.monotonic() - started >= limit_seconds

    attempts = Retrying(
        sleep=clock.sleep,
        retry=retry_always,
        stop=is_over,
        wait=wait_exponential(multiplier=_FIRST_SECONDS, max=_LONGEST_SECONDS)
        + wait_random(0, _JITTER_SECONDS),
        retry_error_callback=lambda _: None,
    )
    for attempt in attempts:
        yield clock.monotonic() - started
        attempt.retry_state.set_result(None)
