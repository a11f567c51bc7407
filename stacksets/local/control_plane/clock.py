"""The control plane's only view of time, so that tests can hold it still."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import threading


class Clock(Protocol):
    """Tells the time and waits."""

    def now(self) -> datetime:
        """Give the time, in UTC."""
        ...

    def wait(self, ending: threading.Event, seconds: float) -> bool:
        """Wait until `ending` is set or the seconds have passed; tell whether it is set."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Give the time, in UTC."""
        return datetime.now(UTC)

    def wait(self, ending: threading.Event, seconds: float) -> bool:
        """Wait until `ending` is set or the seconds have passed; tell whether it is set."""
        return ending.wait(seconds)


SYSTEM_CLOCK = SystemClock()
