"""The health checkers: they look at every endpoint at its interval, and remember what they saw."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from stacksets.local.control_plane.clock import SYSTEM_CLOCK
from stacksets.local.route53 import checks
from stacksets.local.route53.checks import ENDPOINT, HealthCheck
from stacksets.local.route53.clock import SettableClock
from stacksets.local.route53.probing import ADDRESSES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from stacksets.local.control_plane.clock import Clock
    from stacksets.local.route53.probing import Found

    Key = tuple[str, str]
    """A health check's id and the region of a checker."""

# Few, or every round would open an execution environment of the function for each checker.
_AT_A_TIME: Final = 4
_TICK_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What the checker of a region saw, and when."""

    region: str
    address: str
    status: str
    checked: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Watch:
    """One checker's view of one endpoint.

    `verdict` changes after `contrary` results in a row against it have become enough; until there
    is data an endpoint is considered healthy.
    """

    due: datetime
    verdict: bool = True
    contrary: int = 0
    last: Observation | None = None
    last_failure: Observation | None = None

    def after(self, check: HealthCheck, found: Found, seen: Observation) -> _Watch:
        """Give the view after one more look."""
        contrary = 0 if found.is_healthy is self.verdict else self.contrary + 1
        turned = contrary >= check.failure_threshold
        return replace(
            self,
            verdict=found.is_healthy if turned else self.verdict,
            contrary=0 if turned else contrary,
            last=seen,
            last_failure=self.last_failure if found.is_healthy else seen,
        )


class Checkers:
    """All health checkers of all health checks; they may be asked from any thread."""

    def __init__(
        self,
        *,
        list_checks: Callable[[], Sequence[HealthCheck]],
        probe: Callable[[HealthCheck, str], Found],
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._list_checks = list_checks
        self._probe = probe
        self._clock = SettableClock(clock)
        self._waiting = clock
        self._watches: dict[Key, _Watch] = {}
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._pool = ThreadPoolExecutor(_AT_A_TIME, thread_name_prefix="health-checker")

    def start(self) -> None:
        """Look at endpoints from now on, on threads of their own, until they are closed."""
        threading.Thread(target=self._run, name="health-checkers", daemon=True).start()

    def close(self) -> None:
        """Look no more; looks that are under way find nothing when the server has gone."""
        self._ending.set()

    def reset(self) -> None:
        """Forget what was seen; a look that is under way comes to nothing."""
        with self._lock:
            self._watches.clear()

    def advance(self, seconds: float) -> None:
        """Set the clock forward, and come back when all looks that fall due by then are done."""
        with self._lock:
            # A check that is new is looked at from now on, not from a moment after.
            self._wanted()
        until = self._clock.now() + timedelta(seconds=seconds)
        self._look_until(until)
        self._clock.advance_to(until)

    def is_healthy(self, check_id: str) -> bool:
        """Tell whether Route 53 considers a check healthy now."""
        known = {check.id: check for check in self._list_checks()}
        return checks.is_healthy(check_id, find=known.get, seen=self._verdicts)

    def last_seen(self, check_id: str) -> list[Observation]:
        """Give what each checker saw last."""
        return [watch.last for watch in self._watches_of(check_id) if watch.last]

    def last_failures(self, check_id: str) -> list[Observation]:
        """Give the failure that each checker saw last."""
        return [watch.last_failure for watch in self._watches_of(check_id) if watch.last_failure]

    def _verdicts(self, check_id: str) -> list[bool]:
        return [watch.verdict for watch in self._watches_of(check_id)]

    def _watches_of(self, check_id: str) -> list[_Watch]:
        with self._lock:
            return [watch for (one, _), watch in self._watches.items() if one == check_id]

    def _run(self) -> None:
        while not self._waiting.wait(self._ending, _TICK_SECONDS):
            self._look_until(self._clock.now())

    def _look_until(self, moment: datetime) -> None:
        while not self._ending.is_set() and (due := self._take_due(moment)):
            at, looks = due
            found = self._pool.map(lambda look: self._probe(*look), looks)
            self._note(at, looks, list(found))

    def _take_due(self, moment: datetime) -> tuple[datetime, list[tuple[HealthCheck, str]]] | None:
        """Give the looks that are due first, and make them due again at their next interval."""
        with self._lock:
            wanted = self._wanted()
            at = min((watch.due for watch in self._watches.values()), default=None)
            if at is None or at > moment:
                return None
            keys = [key for key, watch in self._watches.items() if watch.due == at]
            for key in keys:
                interval = timedelta(seconds=wanted[key].interval_seconds)
                self._watches[key] = replace(self._watches[key], due=at + interval)
        return at, [(wanted[key], key[1]) for key in keys]

    def _wanted(self) -> dict[Key, HealthCheck]:
        """Give what is to be looked at, and watch that and nothing else from now on."""
        wanted = {
            (check.id, region): check
            for check in self._list_checks()
            if check.type == ENDPOINT and not check.is_disabled
            for region in check.regions or ADDRESSES
        }
        now = self._clock.now()
        self._watches = {key: self._watches.get(key, _Watch(due=now)) for key in wanted}
        return wanted

    def _note(
        self, at: datetime, looks: Sequence[tuple[HealthCheck, str]], results: Sequence[Found]
    ) -> None:
        with self._lock:
            for (check, region), found in zip(looks, results, strict=True):
                watch = self._watches.get((check.id, region))
                if watch:
                    seen = Observation(
                        region=region, address=ADDRESSES[region], status=found.status, checked=at
                    )
                    self._watches[check.id, region] = watch.after(check, found, seen)
