"""Execution environments are reused, bounded, and retired when code or configuration changes."""

from __future__ import annotations

import dataclasses
import io
import json
import threading
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from stacksets.local.functions.fleet import BusyError, Fleet
from stacksets.local.functions.function import Answer, FunctionVersion, Invocation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TELL_PROCESS = "import os\ndef handler(event, context):\n    return os.getpid()\n"
SLEEP = (
    "import os, time\ndef handler(event, context):\n    time.sleep(event)\n    return os.getpid()\n"
)


def function(code: str = TELL_PROCESS, **changes: Any) -> FunctionVersion:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("index.py", code)
    return FunctionVersion(
        **{
            "account": "000000000000",
            "region": "us-east-1",
            "name": "hello",
            "version": "1",
            "runtime": "python3.14",
            "handler": "index.handler",
            "code": buffer.getvalue(),
            "timeout_seconds": 20.0,
            "memory_megabytes": 128,
            "log_group": "/aws/lambda/hello",
            "log_format": "TEXT",
            "log_level": "INFO",
            "variables": {},
            **changes,
        }
    )


def event(value: object = 0) -> Invocation:
    return Invocation(
        request_id="1-2-3", event=json.dumps(value).encode(), invoked_function_arn="arn"
    )


def is_running(process_id: object) -> bool:
    return Path(f"/proc/{process_id}").exists()


def eventually(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.01)
    return holds()


def is_zombie(process_id: int) -> bool:
    """Whether a process has ended with all its threads, and nobody has looked yet."""
    entry = Path(f"/proc/{process_id}")
    state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
    return state == "Z" and len([*(entry / "task").iterdir()]) == 1


@pytest.fixture
def make_fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Fleet]]:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    made: list[Fleet] = []

    def make(**options: Any) -> Fleet:
        made.append(Fleet(**options))
        return made[-1]

    yield make
    for fleet in made:
        fleet.close()
    assert eventually(lambda: not [*tmp_path.iterdir()])


def test_an_environment_is_used_again(make_fleet: Callable[..., Fleet]) -> None:
    fleet, hello = make_fleet(), function()

    assert fleet.invoke(hello, event()).body == fleet.invoke(hello, event()).body
    assert fleet.runtimes == {"python3.14"}


def test_invocations_at_the_same_time_have_environments_of_their_own(
    make_fleet: Callable[..., Fleet],
) -> None:
    fleet, sleep = make_fleet(), function(SLEEP)

    with ThreadPoolExecutor() as callers:
        processes = [*callers.map(lambda _: fleet.invoke(sleep, event(0.5)).body, range(3))]

    assert len({*processes}) == 3


def test_an_environment_whose_process_ended_meanwhile_is_not_used_again(
    make_fleet: Callable[..., Fleet], tmp_path: Path
) -> None:
    end = tmp_path / "end"
    code = f"""
import os, threading, time
def wait_for_the_end():
    while not os.path.exists({str(end)!r}):
        time.sleep(0.01)
    os._exit(1)
def handler(event, context):
    threading.Thread(target=wait_for_the_end, daemon=True).start()
    return os.getpid()
"""
    fleet, ending = make_fleet(), function(code)
    first = fleet.invoke(ending, event()).body
    end.touch()
    assert eventually(lambda: is_zombie(first))
    end.unlink()

    second = fleet.invoke(ending, event())

    assert not second.is_error
    assert second.body != first


def test_beyond_the_bound_an_invocation_waits_for_a_free_environment(
    make_fleet: Callable[..., Fleet],
) -> None:
    fleet, sleep = make_fleet(per_function=2), function(SLEEP)

    with ThreadPoolExecutor(12) as callers:
        processes = [*callers.map(lambda _: fleet.invoke(sleep, event(0.02)).body, range(12))]

    assert len({*processes}) <= 2
    assert len(processes) == 12


def test_who_waits_too_long_is_told_busy(make_fleet: Callable[..., Fleet]) -> None:
    fleet, sleep = make_fleet(per_function=1, patience_seconds=0.1), function(SLEEP)

    with ThreadPoolExecutor() as callers:
        first = callers.submit(fleet.invoke, sleep, event(2))
        assert eventually(lambda: bool(fleet.runtimes))
        time.sleep(0.1)
        with pytest.raises(BusyError):
            fleet.invoke(sleep, event())

        assert not first.result().is_error


@pytest.mark.parametrize(
    "changes",
    [
        {"variables": {"A": "b"}},
        {"timeout_seconds": 21.0},
        {"code": function(TELL_PROCESS + "\n").code},
    ],
)
def test_changed_code_or_configuration_gets_new_environments_and_the_old_ones_end(
    make_fleet: Callable[..., Fleet], changes: dict[str, Any]
) -> None:
    fleet, hello = make_fleet(), function()
    before = fleet.invoke(hello, event()).body

    after = fleet.invoke(dataclasses.replace(hello, **changes), event()).body

    assert before != after
    assert eventually(lambda: not is_running(before))


def test_versions_and_regions_do_not_share_environments(
    make_fleet: Callable[..., Fleet],
) -> None:
    fleet = make_fleet()
    functions = [function(), function(version="2"), function(region="us-west-1")]

    processes = {fleet.invoke(one, event()).body for one in functions}

    assert len(processes) == 3
    assert all(is_running(process) for process in processes)


def test_an_environment_that_serves_while_it_is_retired_finishes_first(
    make_fleet: Callable[..., Fleet],
) -> None:
    fleet, sleep = make_fleet(), function(SLEEP)

    with ThreadPoolExecutor() as callers:
        serving = callers.submit(fleet.invoke, sleep, event(1))
        time.sleep(0.5)
        fleet.retire(lambda one: one.name == "other")
        fleet.retire(lambda one: one.name == "hello")
        answer = serving.result()

    assert not answer.is_error
    assert eventually(lambda: not is_running(answer.body))


def test_stopping_ends_what_runs_and_leaves_the_fleet_usable(
    make_fleet: Callable[..., Fleet],
) -> None:
    fleet, sleep = make_fleet(), function(SLEEP)

    with ThreadPoolExecutor() as callers:
        serving = callers.submit(fleet.invoke, sleep, event(19))
        time.sleep(0.5)
        fleet.stop()
        answer = serving.result()

    assert answer.is_error
    assert isinstance(answer.body, dict)
    assert answer.body["errorType"] == "Runtime.ExitError"
    assert not fleet.invoke(sleep, event()).is_error


def test_closing_tells_who_waits_and_who_comes_later_busy(
    make_fleet: Callable[..., Fleet],
) -> None:
    fleet, sleep = make_fleet(per_function=1), function(SLEEP)
    refused = threading.Semaphore(0)

    def ask(seconds: int) -> Answer | None:
        try:
            return fleet.invoke(sleep, event(seconds))
        except BusyError:
            refused.release()
            return None

    with ThreadPoolExecutor() as callers:
        asked = [callers.submit(ask, 19) for _ in range(3)]
        time.sleep(0.5)
        fleet.close()
        answers = [one.result() for one in asked]

    assert answers.count(None) == 2
    with pytest.raises(BusyError):
        fleet.invoke(sleep, event())


def test_of_too_many_environments_the_one_unused_for_longest_goes(
    make_fleet: Callable[..., Fleet],
) -> None:
    fleet = make_fleet(in_all=2)
    versions = [function(version=str(number)) for number in range(3)]
    processes = [fleet.invoke(one, event()).body for one in versions[:2]]
    fleet.invoke(versions[0], event())

    fleet.invoke(versions[2], event())

    assert [is_running(process) for process in processes] == [True, False]


def test_where_all_environments_serve_there_may_be_more_than_the_bound(
    make_fleet: Callable[..., Fleet],
) -> None:
    fleet = make_fleet(in_all=1)
    versions = [function(SLEEP, version=str(number)) for number in range(2)]

    with ThreadPoolExecutor() as callers:
        answers = [*callers.map(lambda one: fleet.invoke(one, event(0.5)), versions)]

    assert not any(answer.is_error for answer in answers)


def test_code_that_fails_to_start_is_told_and_its_environment_not_used_again(
    make_fleet: Callable[..., Fleet],
) -> None:
    fleet, broken = make_fleet(), function("raise ValueError('at import')")

    answers = [fleet.invoke(broken, event()) for _ in range(2)]

    for answer in answers:
        assert isinstance(answer.body, dict)
        assert answer.body["errorType"] == "ValueError"
        assert "at import" in answer.log


def test_a_package_that_is_none_is_an_error_and_takes_no_place(
    make_fleet: Callable[..., Fleet], monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet, hello = make_fleet(per_function=1), function()
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    broken = dataclasses.replace(hello, version="2")

    with monkeypatch.context() as patched:
        patched.setattr("stacksets.local.functions.fleet.ExecutionEnvironment", _fails_to_start)
        for _ in range(2):
            with pytest.raises(OSError, match="no process"):
                fleet.invoke(broken, event())


def _fails_to_start(*_: object, **__: object) -> None:
    raise OSError("no process")
