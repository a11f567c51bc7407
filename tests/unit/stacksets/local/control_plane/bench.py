"""The control plane without HTTP, stacks or time: tests decide how each task ends, and when."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from stacksets.local.control_plane.clients import Clients
from stacksets.local.control_plane.engine import Engine
from stacksets.local.control_plane.errors import ApiError
from stacksets.local.control_plane.injection import Injection
from stacksets.local.control_plane.model import InstanceKey, Outcome, Task
from stacksets.local.control_plane.operations.context import Context
from stacksets.local.control_plane.operations.table import HANDLERS
from stacksets.local.control_plane.outside import Outside
from stacksets.local.control_plane.settings import Settings
from stacksets.local.control_plane.store import Store
from stacksets.local.organizations.directory import Directory

if TYPE_CHECKING:
    from collections.abc import Callable

ADMIN = "111111111111"
HOME = "us-west-2"
EAST, WEST, EU = "us-east-1", "us-west-1", "eu-west-1"
PATIENCE_SECONDS = 10
NOWHERE = Outside(Clients("http://127.0.0.1:9"))

TEMPLATE = """{
  "Parameters": {"Suffix": {"Type": "String", "Default": "dev"}},
  "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}
}"""
OTHER_TEMPLATE = TEMPLATE.replace("dev", "new")


def refusal(code: str, message: str | None = None) -> pytest.RaisesExc[ApiError]:
    """Expect an error of the API."""
    return pytest.raises(ApiError, match=message, check=lambda error: error.code == code)


class HeldClock:
    """Time that moves only when a test says so."""

    def __init__(self) -> None:
        self._now = datetime(2026, 1, 1, tzinfo=UTC)
        self._moved = threading.Condition()

    def now(self) -> datetime:
        with self._moved:
            return self._now

    def advance(self, seconds: float) -> None:
        with self._moved:
            self._now += timedelta(seconds=seconds)
            self._moved.notify_all()

    def wait(self, ending: threading.Event, seconds: float) -> bool:
        until = self.now() + timedelta(seconds=seconds)
        while not ending.is_set():
            with self._moved:
                if self._moved.wait_for(lambda: self._now >= until, 0.01):
                    return ending.is_set()
        return True


def made(task: Task) -> Outcome:
    """Give the outcome of a task that succeeds."""
    stack_id = f"arn:aws:cloudformation:{task.key.region}:{task.key.account}:stack/x/1"
    return Outcome(succeeded=True, stack_id=stack_id)


def failed(_: Task) -> Outcome:
    """Give the outcome of a task that fails."""
    return Outcome(succeeded=False, reason="because")


class HeldWork:
    """Tasks that go on until the test ends them; with `at_once` set, they end by themselves."""

    def __init__(self) -> None:
        self.at_once: Callable[[Task], Outcome] | None = made
        self.running: dict[InstanceKey, Task] = {}
        self.done: list[Task] = []
        self._verdicts: dict[InstanceKey, Callable[[Task], Outcome]] = {}
        self._changed = threading.Condition()

    def __call__(self, task: Task, on_stack: Callable[[str], None]) -> Outcome:
        if self.at_once is not None:
            self.done.append(task)
            return self.at_once(task)
        with self._changed:
            self.running[task.key] = task
            self._changed.notify_all()
            assert self._changed.wait_for(lambda: task.key in self._verdicts, PATIENCE_SECONDS)
            del self.running[task.key]
            self.done.append(task)
            return self._verdicts.pop(task.key)(task)

    def end(self, region: str, verdict: Callable[[Task], Outcome] = made, account=ADMIN) -> None:
        with self._changed:
            self._verdicts[InstanceKey(account, region)] = verdict
            self._changed.notify_all()

    def await_running(self, *regions: str) -> None:
        with self._changed:
            reached = self._changed.wait_for(
                lambda: {key.region for key in self.running} == set(regions), PATIENCE_SECONDS
            )
            assert reached, self.running


@dataclass
class Bench:
    """Calls handlers with parameters as they are decoded."""

    clock: HeldClock = field(default_factory=HeldClock)
    work: HeldWork = field(default_factory=HeldWork)
    settings: Settings = field(default_factory=Settings)
    store: Store = field(default_factory=Store)
    ending: threading.Event = field(default_factory=threading.Event)
    outside: Any = NOWHERE

    def __post_init__(self) -> None:
        self.engine = Engine(
            self.store.lock,
            self.work,
            clock=self.clock,
            injection=Injection(lambda: self.settings),
            ending=self.ending,
        )

    def call(self, action: str, **params: Any) -> dict[str, Any]:
        context = Context(
            action=action,
            caller=ADMIN,
            account=ADMIN,
            region=HOME,
            store=self.store,
            engine=self.engine,
            clock=self.clock,
            settings=self.settings,
            outside=self.outside,
            directory=Directory(lambda _: None),
        )
        with self.store.lock:
            return dict(HANDLERS[action](context, params))

    def create_set(self, name: str = "site", **params: Any) -> str:
        sent = {"TemplateBody": TEMPLATE, **params}
        return self.call("CreateStackSet", StackSetName=name, **sent)["StackSetId"]

    def create(self, *regions: str, **params: Any) -> str:
        return self.on("CreateStackInstances", *regions, **params)

    def delete(self, *regions: str, retain: bool = False, **params: Any) -> str:
        return self.on("DeleteStackInstances", *regions, RetainStacks=retain, **params)

    def on(self, action: str, *regions: str, **params: Any) -> str:
        sent = {"StackSetName": "site", "Accounts": [ADMIN], "Regions": list(regions), **params}
        return self.call(action, **sent)["OperationId"]

    def update_set(self, **params: Any) -> str:
        sent = {"StackSetName": "site", "UsePreviousTemplate": True, **params}
        if "TemplateBody" in params:
            del sent["UsePreviousTemplate"]
        return self.call("UpdateStackSet", **sent)["OperationId"]

    def stop(self, operation_id: str) -> None:
        self.call("StopStackSetOperation", StackSetName="site", OperationId=operation_id)

    def operation(self, operation_id: str) -> dict[str, Any]:
        found = self.call(
            "DescribeStackSetOperation", StackSetName="site", OperationId=operation_id
        )
        return found["StackSetOperation"]

    def finish(self, operation_id: str) -> dict[str, Any]:
        """Wait until an operation has ended and give it."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self.operation(operation_id)["EndTimestamp"]:
            assert time.monotonic() < deadline, self.operation(operation_id)
            time.sleep(0.001)
        return self.operation(operation_id)

    def await_result(self, operation_id: str, region: str, status: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.results(operation_id)[region][0] != status:
            assert time.monotonic() < deadline, self.results(operation_id)
            time.sleep(0.001)

    def results(self, operation_id: str) -> dict[str, tuple[str, str | None]]:
        found = self.call(
            "ListStackSetOperationResults", StackSetName="site", OperationId=operation_id
        )
        return {
            item["Region"]: (item["Status"], item["StatusReason"]) for item in found["Summaries"]
        }

    def rows(self, **params: Any) -> dict[str, tuple[str, str, str | None]]:
        """Give status, detailed status and reason by Region."""
        found = self.call("ListStackInstances", StackSetName="site", **params)["Summaries"]
        return {
            row["Region"]: (
                str(row["Status"]),
                str(row["StackInstanceStatus"]["DetailedStatus"]),
                row["StatusReason"],
            )
            for row in found
        }

    def instance(self, region: str) -> dict[str, Any]:
        found = self.call(
            "DescribeStackInstance",
            StackSetName="site",
            StackInstanceAccount=ADMIN,
            StackInstanceRegion=region,
        )
        return found["StackInstance"]

    def stack_set(self, name: str = "site") -> dict[str, Any]:
        return self.call("DescribeStackSet", StackSetName=name)["StackSet"]
