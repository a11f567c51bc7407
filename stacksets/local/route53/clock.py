"""The clock of health checks, which a test may set forward instead of waiting."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stacksets.local.control_plane.clock import Clock


class SettableClock:
    """Another clock, plus what it has been set forward."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ahead = timedelta()

    def now(self) -> datetime:
        """Give the time, in UTC."""
        return self._clock.now() + self._ahead

    def advance_to(self, moment: datetime) -> None:
        """Set it forward; it never goes back."""
        self._ahead += max(timedelta(), moment - self.now())
