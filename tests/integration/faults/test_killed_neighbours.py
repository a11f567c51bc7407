"""SIGKILL at every API call of what lets stacks go and of a drift detection; then the same again.

What a destroy has left is adopted again by an import for the next round: no stack is made anew.
A call that only reads leaves nothing behind, so that being killed before it and after it is one.
"""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING

import pytest

from tests.builders import ACCOUNT, EAST, HOME, WEST
from tests.integration.deployer import list_operations
from tests.integration.faults.killing import LAG_SECONDS, kill
from tests.integration.faults.small import DEPLOY, DESTROY, DRIFT, NAME, RETAIN, told

if TYPE_CHECKING:
    from tests.integration.faults.conftest import Small
    from tests.integration.faults.small import Command, Told

pytestmark = [pytest.mark.integration, pytest.mark.emulator_only, pytest.mark.exhaustive]

CHUNKS = 3
LETTING_GO = {"DeleteStackInstances": 1, "DeleteStackSet": 1}
ABANDON = (*DESTROY, "--retain-inoperable")


@pytest.fixture
def stacks(small: Small) -> dict[str, str]:
    """The stacks of a stack set that was deployed: their ids by region."""
    _run(small, *DEPLOY)
    client = small.local.client("cloudformation", ACCOUNT, HOME)
    rows = client.list_stack_instances(StackSetName=NAME)["Summaries"]
    return {one["Region"]: one["StackId"] for one in rows}


def _run(small: Small, *command: str, exit_code: int = 0) -> Told:
    since = len(small.local.journal())
    ended = small.run(*command)
    assert ended.exit_code == exit_code, ended.said
    return told(small.local, since)


def _statuses(small: Small, stacks: dict[str, str]) -> set[str]:
    return {
        small.local.client("cloudformation", ACCOUNT, region).describe_stacks(StackName=stack_id)[
            "Stacks"
        ][0]["StackStatus"]
        for region, stack_id in stacks.items()
    }


def _check_let_go(small: Small, stacks: dict[str, str]) -> None:
    client = small.local.client("cloudformation", ACCOUNT, HOME)
    assert client.list_stack_sets(Status="ACTIVE")["Summaries"] == []
    assert _statuses(small, stacks) <= {"CREATE_COMPLETE", "IMPORT_COMPLETE"}


def _kill_and_repeat(small: Small, command: Command, number: int) -> tuple[bool, dict[str, int]]:
    """Kill a command at its n-th call and repeat it: did it come to that, and what was accepted."""
    since = len(small.local.journal())
    came = kill(small, command, number, "RECEIVED") is not None
    _wait_until_nothing_runs(small)
    if came:
        _run(small, *command)
    return came, told(small.local, since).accepted


def _wait_until_nothing_runs(small: Small) -> None:
    client = small.local.client("cloudformation", ACCOUNT, HOME)
    while client.list_stack_sets(Status="ACTIVE")["Summaries"] and any(
        one["Status"] not in {"SUCCEEDED", "FAILED", "STOPPED"}
        for one in list_operations(small.local, NAME)
    ):
        time.sleep(0.02)


@pytest.mark.parametrize("chunk", range(1, CHUNKS + 1))
def test_a_destroy_that_retains_and_was_killed_at_any_call_lets_every_stack_go_on(
    small: Small, stacks: dict[str, str], chunk: int
) -> None:
    certain = _run(small, *RETAIN).certain
    _run(small, "import", "--yes", *stacks.values())

    for number in itertools.count(chunk, CHUNKS):
        came, accepted = _kill_and_repeat(small, RETAIN, number)
        assert came or number > certain
        assert accepted == LETTING_GO, number
        _check_let_go(small, stacks)
        if not came:
            break
        _run(small, "import", "--yes", *stacks.values())


@pytest.mark.parametrize("chunk", range(1, CHUNKS + 1))
def test_a_detection_that_was_killed_at_any_call_is_begun_anew_only_where_it_had_ended(
    small: Small, stacks: dict[str, str], chunk: int
) -> None:
    usual = _run(small, *DRIFT)
    begun = [one["action"] for one in usual.calls].index("DetectStackSetDrift") + 1

    for number in itertools.count(chunk, CHUNKS):
        before = len(list_operations(small.local, NAME))
        came, accepted = _kill_and_repeat(small, DRIFT, number)
        assert came or number > usual.certain
        detections = 2 if came and number > begun else 1
        assert accepted == {"DetectStackSetDrift": detections}, number
        listed = list_operations(small.local, NAME)
        assert len(listed) == before + detections
        assert {one["Status"] for one in listed} == {"SUCCEEDED"}
        if not came:
            break
    assert _statuses(small, stacks) == {"CREATE_COMPLETE"}


@pytest.mark.parametrize(("replay", "status"), [("SAME_ID", 200), ("EXCEPTION", 409)])
@pytest.mark.parametrize(
    ("command", "action", "accepted"),
    [
        (RETAIN, "DeleteStackInstances", LETTING_GO),
        (RETAIN, "DeleteStackSet", LETTING_GO),
        (DRIFT, "DetectStackSetDrift", {"DetectStackSetDrift": 1}),
    ],
)
def test_what_was_carried_out_and_not_answered_is_known_by_its_id_when_it_is_sent_again(
    small: Small,
    stacks: dict[str, str],
    command: Command,
    action: str,
    accepted: dict[str, int],
    replay: str,
    status: int,
) -> None:
    time.sleep(LAG_SECONDS)
    since = len(small.local.journal())
    small.local.set_control_plane(replay=replay, instance_seconds=LAG_SECONDS)

    assert kill(small, command, 1, "ANSWERED", action)
    small.local.set_control_plane(replay=replay, list_lag_seconds=LAG_SECONDS)
    _run(small, *command)

    calls = told(small.local, since)
    assert calls.accepted == accepted
    again = [(one["action"], one["status"]) for one in calls.replays]
    assert again == ([] if action == "DeleteStackSet" else [(action, status)])
    assert _statuses(small, stacks) == {"CREATE_COMPLETE"}


def test_a_destroy_that_lets_go_of_a_protected_stack_and_was_killed_in_each_write_goes_on(
    small: Small, stacks: dict[str, str]
) -> None:
    east = small.local.client("cloudformation", ACCOUNT, EAST)
    east.update_termination_protection(StackName=stacks[EAST], EnableTerminationProtection=True)
    _run(small, *DESTROY, exit_code=5)
    since = len(small.local.journal())

    for action in LETTING_GO:
        assert kill(small, ABANDON, 1, "ANSWERED", action)
        _wait_until_nothing_runs(small)
    _run(small, *ABANDON)

    assert told(small.local, since).accepted == LETTING_GO
    _check_let_go(small, {EAST: stacks[EAST]})
    west = small.local.client("cloudformation", ACCOUNT, WEST)
    assert west.describe_stacks()["Stacks"] == []
