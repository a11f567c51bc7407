"""Which stack instances of an operation go next: pure bookkeeping, no threads, no clock.

Source: StackSets user guide, "StackSet concepts" (Regions in sequence or in parallel, tolerance a
Region, the rest cancelled once a Region has failed) and StopStackSetOperation of the API reference
(what has not started is cancelled, what has started finishes).
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from stacksets.local.control_plane.preferences import is_parallel, make_window, order_regions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from stacksets.local.control_plane.model import InstanceKey
    from stacksets.local.control_plane.preferences import Window


class _Region:
    """The progress of an operation in one Region."""

    def __init__(self, keys: Sequence[InstanceKey], window: Window) -> None:
        self.window = window
        self.waiting = deque(keys)
        self.running: set[InstanceKey] = set()
        self.failures = 0

    @property
    def is_broken(self) -> bool:
        return self.window.is_broken(self.failures)

    @property
    def is_over(self) -> bool:
        return not self.waiting and not self.running

    def start(self) -> list[InstanceKey]:
        """Move as many from waiting to running as the window lets through."""
        free = self.window.width(self.failures) - len(self.running)
        starting = [self.waiting.popleft() for _ in range(min(free, len(self.waiting)))]
        self.running.update(starting)
        return starting


class Schedule:
    """The progress of one operation over all its Regions."""

    def __init__(self, keys: Sequence[InstanceKey], preferences: Mapping[str, Any]) -> None:
        by_region: dict[str, list[InstanceKey]] = {}
        for key in keys:
            by_region.setdefault(key.region, []).append(key)
        self._parallel = is_parallel(preferences)
        self._stopped = False
        self._regions = {
            name: _Region(by_region[name], make_window(preferences, len(by_region[name])))
            for name in order_regions(preferences, by_region)
        }

    @property
    def is_broken(self) -> bool:
        """Tell whether a Region has failed, and so the operation."""
        return any(region.is_broken for region in self._regions.values())

    @property
    def is_over(self) -> bool:
        """Tell whether nothing waits and nothing runs."""
        return all(region.is_over for region in self._regions.values())

    def stop(self) -> None:
        """Let nothing more start."""
        self._stopped = True

    def start_next(self) -> list[InstanceKey]:
        """Give the stack instances that start now; from here on they are running."""
        if self._stopped or self.is_broken:
            return []
        started = (region.start() for region in self._open_regions())
        return [key for starting in started for key in starting]

    def finish(self, key: InstanceKey, *, failed: bool) -> None:
        """Note that a running stack instance has ended."""
        region = self._regions[key.region]
        region.running.remove(key)
        region.failures += failed

    def cancel_waiting(self) -> list[InstanceKey]:
        """Give what will never start, once a Region has failed or the operation was stopped."""
        if not (self._stopped or self.is_broken):
            return []
        cancelled = [key for region in self._regions.values() for key in region.waiting]
        for region in self._regions.values():
            region.waiting.clear()
        return cancelled

    def _open_regions(self) -> list[_Region]:
        """Give every Region that may start something: the first unfinished, or all in parallel."""
        unfinished = [region for region in self._regions.values() if not region.is_over]
        return unfinished if self._parallel else unfinished[:1]
