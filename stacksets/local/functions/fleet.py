"""The execution environments of all functions: reused, bounded, retired when code changes."""

from __future__ import annotations

import io
import shutil
import tempfile
import threading
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from stacksets.local.functions.environment import ExecutionEnvironment

if TYPE_CHECKING:
    from collections.abc import Callable

    from stacksets.local.functions.function import Answer, FunctionVersion, Invocation

# New accounts have 10 concurrent executions; where Lambda throttles, we wait, so that a burst on
# two cores loses no request. 29 s is API Gateway's own patience.
ENVIRONMENTS_PER_FUNCTION = 10
ENVIRONMENTS_IN_ALL = 60
PATIENCE_SECONDS = 29.0


class BusyError(Exception):
    """No execution environment came free in time: what Lambda calls throttled."""


class Fleet:
    """Invokes functions; every concurrent invocation has an execution environment of its own."""

    def __init__(
        self,
        *,
        per_function: int = ENVIRONMENTS_PER_FUNCTION,
        in_all: int = ENVIRONMENTS_IN_ALL,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._per_function = per_function
        self._in_all = in_all
        self._patience_seconds = patience_seconds
        self.runtimes: set[str] = set()
        self._groups: dict[tuple[str, str, str, str], _Group] = {}
        self._changed = threading.Condition()
        self._is_closed = False

    def invoke(self, function: FunctionVersion, invocation: Invocation) -> Answer:
        """Run one invocation, in a free execution environment or a new one.

        Raises BusyError when the bound is reached and none came free for `patience_seconds`.
        """
        self.runtimes.add(function.runtime)
        group, environment = self._lease(function)
        try:
            if environment is None:
                environment = ExecutionEnvironment(function, code=group.code)
            group.running.add(environment)
            return environment.invoke(invocation)
        finally:
            self._give_back(group, environment)

    def retire(self, of: Callable[[FunctionVersion], bool]) -> None:
        """Stop the execution environments of the functions that `of` names.

        Those that run an invocation finish it first.
        """
        with self._changed:
            groups = [group for group in self._groups.values() if of(group.function)]
            for group in groups:
                del self._groups[group.function.key]
        for group in groups:
            self._stop(group)

    def stop(self) -> None:
        """Stop every execution environment; what runs is answered with an error."""
        with self._changed:
            running = [one for group in self._groups.values() for one in group.running if one]
        for environment in running:
            environment.kill()
        self.retire(lambda _: True)

    def close(self) -> None:
        """Stop everything for good: whoever waits for a place, or asks for one, is told busy."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        self.stop()

    def _lease(self, function: FunctionVersion) -> tuple[_Group, ExecutionEnvironment | None]:
        """Reserve a place: a free environment, or None for one that is to be started."""
        gone: list[ExecutionEnvironment] = []
        try:
            with self._changed:
                return self._reserve(function, gone)
        finally:
            for environment in gone:
                environment.stop()

    def _reserve(
        self, function: FunctionVersion, gone: list[ExecutionEnvironment]
    ) -> tuple[_Group, ExecutionEnvironment | None]:
        deadline = time.monotonic() + self._patience_seconds
        group = self._group(function)
        while self._is_closed or not (group.idle or group.size < self._per_function):
            if self._is_closed or not self._changed.wait(deadline - time.monotonic()):
                raise BusyError
            group = self._group(function)
        while group.idle:
            environment = group.idle.pop()
            if environment.is_usable:
                return group, environment
            # Its process ended while nothing was asked of it.
            gone.append(environment)
            group.size -= 1
        group.size += 1
        gone.extend(self._surplus())
        return group, None

    def _group(self, function: FunctionVersion) -> _Group:
        group = self._groups.get(function.key)
        if group is None or group.function != function:
            if group is not None:
                threading.Thread(target=self._stop, args=(group,), daemon=True).start()
            group = self._groups[function.key] = _Group(function)
        return group

    def _surplus(self) -> list[ExecutionEnvironment]:
        """Take the idle environment that was not used for longest, where there are too many."""
        idle = [(group, one) for group in self._groups.values() for one in group.idle]
        if not idle or sum(group.size for group in self._groups.values()) <= self._in_all:
            return []
        group, environment = min(idle, key=lambda pair: pair[1].last_used)
        group.idle.remove(environment)
        group.size -= 1
        return [environment]

    def _give_back(self, group: _Group, environment: ExecutionEnvironment | None) -> None:
        with self._changed:
            group.running.discard(environment)
            is_kept = (
                environment is not None
                and environment.is_usable
                and self._groups.get(group.function.key) is group
            )
            if environment is not None and is_kept:
                group.idle.append(environment)
            else:
                group.size -= 1
            is_over = not group.size and self._groups.get(group.function.key) is not group
            self._changed.notify_all()
        if environment is not None and not is_kept:
            environment.stop()
        if is_over:
            group.remove_code()

    def _stop(self, group: _Group) -> None:
        with self._changed:
            idle, group.idle = group.idle, []
            group.size -= len(idle)
            is_over = not group.size
        for environment in idle:
            environment.stop()
        if is_over:
            group.remove_code()


class _Group:
    """The execution environments of one version of a function, with its unpacked code."""

    def __init__(self, function: FunctionVersion) -> None:
        self.function = function
        self.idle: list[ExecutionEnvironment] = []
        self.running: set[ExecutionEnvironment | None] = set()
        self.size = 0
        self.code = Path(tempfile.mkdtemp(prefix="function-"))
        with zipfile.ZipFile(io.BytesIO(function.code)) as package:
            package.extractall(self.code)

    def remove_code(self) -> None:
        shutil.rmtree(self.code, ignore_errors=True)
