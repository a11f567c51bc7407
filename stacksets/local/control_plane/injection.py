"""The faults that the settings ask for, each as often as they say."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING

from stacksets.local.control_plane.errors import ApiError, throttling

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from stacksets.local.control_plane.model import InstanceKey, Task
    from stacksets.local.control_plane.settings import Settings


class Injection:
    """Counts how often a fault was injected since the settings were turned; thread-safe."""

    def __init__(self, settings: Callable[[], Settings]) -> None:
        self._settings = settings
        self._counted: Settings | None = None
        self._fired: Counter[Hashable] = Counter()
        self._requests = 0
        self._lock = threading.Lock()

    def seconds(self, key: InstanceKey) -> float:
        """Give how long the stack instance takes."""
        settings = self._settings()
        return settings.durations.get(key, settings.instance_seconds)

    def check_request(self, action: str) -> None:
        """Answer a request with an error.

        Raises:
            ApiError: `Throttling` or the error that the settings name.
        """
        settings = self._settings()
        with self._lock:
            self._requests += 1
            throttled = settings.throttle_every and not self._requests % settings.throttle_every
        if throttled:
            raise throttling()
        refusal = settings.refusals.get(action)
        if refusal is not None and self._fires(action, refusal.times):
            raise ApiError(refusal.code, refusal.message)

    def find_failure(self, task: Task) -> str | None:
        """Give the reason why a task fails, or None."""
        settings = self._settings()
        failure = settings.failures.get(task.key)
        if failure is not None and self._fires(task.key, failure.times):
            return failure.reason
        if not task.reaches_account:
            return None
        if task.key in settings.sts_inactive:
            return (
                f"STS is not activated in this region for account:{task.key.account}. Your account "
                "administrator can activate STS in this region using the IAM Console."
            )
        if task.key in settings.denied:
            return _denial(task, settings.denied[task.key])
        return None

    def _fires(self, fault: Hashable, times: int | None) -> bool:
        """Count a fault, and tell whether it is still to be injected."""
        settings = self._settings()
        with self._lock:
            if self._counted is not settings:
                self._counted = settings
                self._fired.clear()
            self._fired[fault] += 1
            return times is None or self._fired[fault] <= times


def _denial(task: Task, action: str) -> str:
    role = task.stack_set.definition.execution_role_name
    account, region = task.key
    return (
        f"User: arn:aws:sts::{account}:assumed-role/{role}/{task.stack_set.name} is not authorized "
        f"to perform: {action} on resource: arn:aws:cloudformation:{region}:{account}:stack/"
        f"StackSet-{task.stack_set.name}-*/* with an explicit deny in a service control policy"
    )
