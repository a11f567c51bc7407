"""SIGKILL in the middle of a write, as typed: the same command again ends what was begun."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING

import pytest

from tests.builders import ACCOUNT, EAST, WEST
from tests.integration.deployer import everything_in, make_roles
from tests.integration.faults.small import DEPLOY, DESTROY, state, told, write_small

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.shell import Shell
    from tests.local_aws import LocalAws

pytestmark = [pytest.mark.e2e, pytest.mark.emulator_only, pytest.mark.exhaustive]

TIMEOUT_SECONDS = 60
DEPLOYING = ("CreateStackSet", "CreateStackInstances")
DESTROYING = ("DeleteStackInstances", "DeleteStackSet")
LONG_SECONDS = 12.0


@pytest.fixture
def small(bare: Shell, local_aws: LocalAws, tmp_path: Path) -> Shell:
    make_roles(local_aws)
    write_small(tmp_path)
    return bare.with_variables(**local_aws.environ(ACCOUNT))


def _kill_in(shell: Shell, local_aws: LocalAws, command: tuple[str, ...], action: str) -> None:
    """Kill a command when its call was carried out and not yet answered."""
    local_aws.hold(1, "ANSWERED", action)
    running = shell.start("stacksets", *command)
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not local_aws.held():
        assert time.monotonic() < deadline
        assert running.poll() is None
        time.sleep(0.02)
    running.send_signal(signal.SIGKILL)
    running.communicate(timeout=TIMEOUT_SECONDS)
    assert running.returncode == -signal.SIGKILL


def test_a_destroy_that_retains_and_was_killed_is_resumed_as_one_that_retains(
    small: Shell, local_aws: LocalAws
) -> None:
    retain = (*DESTROY, "--retain-stacks")
    assert small.run("stacksets", *DEPLOY).returncode == 0
    before = [everything_in(local_aws, ACCOUNT, region)["stacks"] for region in (EAST, WEST)]
    since = len(local_aws.journal())

    _kill_in(small, local_aws, retain, "DeleteStackInstances")
    _kill_in(small, local_aws, ("resume", "--yes", "--allow-delete"), "DeleteStackSet")
    done = small.run("stacksets", *retain)

    assert done.returncode == 0, done.stderr
    assert "Stacks that stay (2)" in done.stdout
    assert told(local_aws, since).accepted == dict.fromkeys(DESTROYING, 1)
    after = [everything_in(local_aws, ACCOUNT, region)["stacks"] for region in (EAST, WEST)]
    assert after == before


def test_a_command_that_was_killed_in_a_write_ends_well_when_it_is_typed_again(
    small: Shell, local_aws: LocalAws
) -> None:
    empty = state(local_aws)

    for command, actions in ((DEPLOY, DEPLOYING), (DESTROY, DESTROYING)):
        since = len(local_aws.journal())
        for action in actions:
            _kill_in(small, local_aws, command, action)
        done = small.run("stacksets", *command)
        assert done.returncode == 0, done.stderr
        assert told(local_aws, since).accepted == dict.fromkeys(actions, 1)
        if command is DEPLOY:
            [stack_set] = state(local_aws)["stack sets"]
            assert stack_set["operations"] == [("CREATE", "SUCCEEDED")]

    assert state(local_aws) == empty


def test_a_detection_whose_command_was_killed_is_attached_to_when_it_is_typed_again(
    small: Shell, local_aws: LocalAws
) -> None:
    done = small.run("stacksets", *DEPLOY)
    assert done.returncode == 0, done.stderr
    local_aws.set_control_plane(instance_seconds=LONG_SECONDS)

    _kill_in(small, local_aws, ("drift",), "DetectStackSetDrift")
    again = small.run("stacksets", "drift")

    assert again.returncode == 0, again.stderr
    assert "wait for the running DETECT_DRIFT operation" in again.stderr
    [stack_set] = state(local_aws)["stack sets"]
    actions = [action for action, _ in stack_set["operations"]]
    assert actions.count("DETECT_DRIFT") == 1
