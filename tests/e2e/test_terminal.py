"""Commands on a terminal: what the screen shows as it goes on, what is asked, Ctrl-C."""

from __future__ import annotations

import re
import signal
import time
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import ACCOUNT
from tests.e2e.shell import CTRL_C, TIMEOUT_SECONDS
from tests.integration.deployer import list_operations, list_writes

if TYPE_CHECKING:
    from tests.e2e.shell import Shell
    from tests.local_aws import LocalAws

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.exhaustive,
    # pexpect forks in a process that has threads (xdist's); Python 3.12 and later warn of that.
    pytest.mark.filterwarnings("ignore:.*forkpty:DeprecationWarning"),
]

DEPLOY = ("stacksets", "deploy", "--no-lint")
NAME = "multi-region-service-dev"
EAST, WEST = f"{ACCOUNT}/us-east-1", f"{ACCOUNT}/us-west-1"
COLOUR = re.compile(r"\x1b\[(?:\d+;)*[349]\d(?:;\d+)*m")


@pytest.mark.emulator_only
def test_a_deploy_asks_once_and_shows_each_instance_move_on_in_its_own_line(
    prepared: Shell, local_aws: LocalAws
) -> None:
    local_aws.set_control_plane(instance_seconds=0.5)
    terminal = prepared.type(*DEPLOY)
    terminal.read_until("[y/N]")
    assert _operations(local_aws) is None

    terminal.send("y\n")
    exit_code = terminal.read_to_the_end()

    assert exit_code == 0
    assert sum("[y/N]" in line for line in terminal.screen) == 1
    assert _states(terminal.screens, WEST)[-2:] == ["running", "done"]
    east = _states(terminal.screens, EAST)
    assert (east[0], east[-1]) == ("waiting", "done")
    table = [line for line in terminal.screen if re.search(r" (running|done) ", line)]
    rows = [line.split()[:2] for line in table if line.split()[0] in {EAST, WEST}]
    assert sorted(rows) == [[EAST, "done"], [WEST, "done"]]
    assert COLOUR.search(terminal.raw)


def test_no_color_is_honoured_on_a_terminal(prepared: Shell) -> None:
    terminal = prepared.type(*DEPLOY, NO_COLOR="1")
    terminal.read_until("[y/N]")
    terminal.send("y\n")

    assert terminal.read_to_the_end() == 0
    assert not COLOUR.search(terminal.raw)


@pytest.mark.parametrize("answer", ["\n", "\x04"])
def test_anything_but_a_yes_changes_nothing(
    prepared: Shell, local_aws: LocalAws, answer: str
) -> None:
    terminal = prepared.type(*DEPLOY)
    terminal.read_until("[y/N]")
    calls = len(local_aws.journal())

    terminal.send(answer)

    assert terminal.read_to_the_end() == 3
    assert any("nothing was changed" in line for line in terminal.screen)
    assert list_writes(local_aws, calls) == []


def test_ctrl_c_before_the_first_write_changes_nothing(
    prepared: Shell, local_aws: LocalAws
) -> None:
    terminal = prepared.type(*DEPLOY)
    terminal.read_until("[y/N]")

    terminal.send(CTRL_C)

    assert terminal.read_to_the_end() == 130
    assert any("nothing was changed" in line for line in terminal.screen)
    assert "Traceback" not in terminal.raw
    assert _operations(local_aws) is None


@pytest.mark.emulator_only
def test_ctrl_c_detaches_after_three_seconds_and_the_same_command_attaches_again(
    prepared: Shell, local_aws: LocalAws
) -> None:
    calls = len(local_aws.journal())
    local_aws.set_control_plane(instance_seconds=4.0)
    terminal = prepared.type(*DEPLOY, "--yes")
    terminal.read_until(" running ")

    typed = time.monotonic()
    terminal.send(CTRL_C)
    exit_code = terminal.read_to_the_end()
    seconds = time.monotonic() - typed
    [left] = list_operations(local_aws, NAME)
    local_aws.set_control_plane()
    again = prepared.run(*DEPLOY, "--yes")

    [operation] = list_operations(local_aws, NAME)
    assert exit_code == 130
    assert seconds >= 3
    assert any(left["OperationId"] in line for line in terminal.screen)
    assert left["Status"] == "RUNNING"
    assert (again.returncode, operation["Status"]) == (0, "SUCCEEDED")
    assert operation["OperationId"] == left["OperationId"]
    assert list_writes(local_aws, calls) == ["CreateStackSet", "CreateStackInstances"]


@pytest.mark.emulator_only
def test_the_command_that_ctrl_c_names_goes_on_with_a_destroy(
    prepared: Shell, local_aws: LocalAws
) -> None:
    assert prepared.run(*DEPLOY, "--yes").returncode == 0
    calls = len(local_aws.journal())
    local_aws.set_control_plane(instance_seconds=4.0)
    terminal = prepared.type("stacksets", "destroy", "--yes", "--allow-delete")
    terminal.read_until(" running ")

    terminal.send(CTRL_C)
    exit_code = terminal.read_to_the_end()
    local_aws.set_control_plane()
    [named] = re.findall(r"`(stacksets [^`]+)` goes on with it", " ".join(terminal.screen))
    again = prepared.run(*named.split(), "--yes", "--allow-delete")

    assert exit_code == 130
    assert again.returncode == 0, again.stderr
    assert _operations(local_aws) is None
    writes = list_writes(local_aws, calls)
    assert [writes.count(one) for one in ("DeleteStackInstances", "DeleteStackSet")] == [1, 1]


@pytest.mark.emulator_only
def test_ctrl_c_leaves_what_is_only_watched_at_once(prepared: Shell, local_aws: LocalAws) -> None:
    assert prepared.run(*DEPLOY, "--yes").returncode == 0
    local_aws.set_control_plane(instance_seconds=30.0)
    client = local_aws.client("cloudformation", ACCOUNT, "us-west-2")
    places = {"Accounts": [ACCOUNT], "Regions": ["us-east-1"]}
    client.update_stack_instances(StackSetName=NAME, **places)
    calls = len(local_aws.journal())
    terminal = prepared.type("stacksets", "watch")
    terminal.read_until(" running ")

    terminal.send(CTRL_C)

    assert terminal.read_to_the_end() == 130
    assert list_operations(local_aws, NAME)[0]["Status"] == "RUNNING"
    assert list_writes(local_aws, calls) == []


@pytest.mark.emulator_only
def test_a_second_ctrl_c_stops_the_operation_on_aws(prepared: Shell, local_aws: LocalAws) -> None:
    local_aws.set_control_plane(instance_seconds=1.5)
    terminal = prepared.type(*DEPLOY, "--yes")
    terminal.read_until(" running ")

    terminal.send(CTRL_C)
    terminal.read_until("Ctrl-C again stops")
    terminal.send(CTRL_C)
    exit_code = terminal.read_to_the_end()

    [operation] = list_operations(local_aws, NAME)
    assert (exit_code, operation["Status"]) == (5, "STOPPED")
    assert "Traceback" not in terminal.raw


@pytest.mark.emulator_only
def test_a_third_ctrl_c_leaves_at_once_what_is_being_stopped(
    prepared: Shell, local_aws: LocalAws
) -> None:
    local_aws.set_control_plane(instance_seconds=30.0)
    terminal = prepared.type(*DEPLOY, "--yes")
    terminal.read_until(" running ")

    terminal.send(CTRL_C)
    terminal.read_until("Ctrl-C again stops")
    terminal.send(CTRL_C)
    _wait_for_call(local_aws, "StopStackSetOperation")
    terminal.send(CTRL_C)
    exit_code = terminal.read_to_the_end()

    [operation] = list_operations(local_aws, NAME)
    assert (exit_code, operation["Status"]) == (130, "STOPPING")
    assert any(operation["OperationId"] in line for line in terminal.screen)
    assert "Traceback" not in terminal.raw


@pytest.mark.emulator_only
@pytest.mark.parametrize("number", [1, 4, 8])
def test_ctrl_c_while_aws_is_only_read_changes_nothing(
    prepared: Shell, local_aws: LocalAws, number: int
) -> None:
    calls = len(local_aws.journal())
    local_aws.hold(number, "RECEIVED")
    terminal = prepared.type(*DEPLOY, "--yes")
    _wait_until_held(local_aws)

    terminal.send(CTRL_C)

    assert terminal.read_to_the_end() == 130
    assert any("nothing was changed" in line for line in terminal.screen)
    assert "Traceback" not in terminal.raw
    assert list_writes(local_aws, calls) == []


@pytest.mark.emulator_only
@pytest.mark.parametrize("action", ["CreateStackSet", "CreateStackInstances"])
def test_ctrl_c_in_the_middle_of_a_write_leaves_what_the_same_command_goes_on_with(
    prepared: Shell, local_aws: LocalAws, action: str
) -> None:
    calls = len(local_aws.journal())
    local_aws.hold(1, "ANSWERED", action)
    terminal = prepared.type(*DEPLOY, "--yes")
    held = _wait_until_held(local_aws)

    terminal.send(CTRL_C)
    exit_code = terminal.read_to_the_end()
    again = prepared.run(*DEPLOY, "--yes")

    assert (exit_code, held["action"]) == (130, action)
    assert "nothing was changed" not in terminal.raw
    assert "Traceback" not in terminal.raw
    assert again.returncode == 0, again.stderr
    assert len(list_operations(local_aws, NAME)) == 1
    assert list_writes(local_aws, calls) == ["CreateStackSet", "CreateStackInstances"]


@pytest.mark.emulator_only
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_detaches_at_once_and_the_same_command_attaches_again(
    prepared: Shell, local_aws: LocalAws, number: int, code: int
) -> None:
    local_aws.set_control_plane(instance_seconds=4.0)
    terminal = prepared.type(*DEPLOY, "--yes")
    terminal.read_until(" running ")

    terminal.child.kill(number)
    exit_code = terminal.read_to_the_end()
    [left] = list_operations(local_aws, NAME)
    local_aws.set_control_plane()
    again = prepared.run(*DEPLOY, "--yes")

    [operation] = list_operations(local_aws, NAME)
    assert (exit_code, left["Status"]) == (code, "RUNNING")
    assert any("what runs in AWS goes on" in line for line in terminal.screen)
    assert "Traceback" not in terminal.raw
    assert (again.returncode, operation["Status"]) == (0, "SUCCEEDED")
    assert operation["OperationId"] == left["OperationId"]


def test_a_destroy_asks_for_the_name_and_takes_no_other(
    prepared: Shell, local_aws: LocalAws
) -> None:
    prepared.run(*DEPLOY, "--yes")
    calls = len(local_aws.journal())
    terminal = prepared.type("stacksets", "destroy", "--allow-delete")
    terminal.read_until(f"({NAME})")

    terminal.send("multi-region-service-prod\n")

    assert terminal.read_to_the_end() == 3
    assert list_writes(local_aws, calls) == []


def _wait_until_held(local_aws: LocalAws) -> dict[str, str]:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not (held := local_aws.held()):
        assert time.monotonic() < deadline, "no call is held"
        time.sleep(0.02)
    return held


def _wait_for_call(local_aws: LocalAws, action: str) -> None:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while all(call["action"] != action for call in local_aws.journal()):
        assert time.monotonic() < deadline, f"nobody calls {action}"
        time.sleep(0.05)


def _operations(local_aws: LocalAws) -> list | None:
    """Give the operations, None where there is no stack set: nothing was written."""
    client = local_aws.client("cloudformation", ACCOUNT, "us-west-2")
    sets = client.list_stack_sets(Status="ACTIVE")["Summaries"]
    return list_operations(local_aws, NAME) if sets else None


def _states(screens: list[list[str]], instance: str) -> list[str]:
    """Give the states in which a screen showed an instance, each once, in order."""
    words = ("waiting", "running", "done", "failed", "cancelled")
    states = [
        line.split()[1]
        for screen in screens
        for line in screen
        if line.split()[0] == instance and line.split()[1] in words
    ]
    return list(dict.fromkeys(states))
