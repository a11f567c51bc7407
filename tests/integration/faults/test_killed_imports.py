"""SIGKILL at every API call of an import, before and after it is carried out; then the same again.

No stack is imported twice, and none is updated: there is no state but what AWS holds.
"""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING

import pytest

from tests.builders import ACCOUNT, EAST, HOME, WEST
from tests.integration.deployer import make_roles, regional_template
from tests.integration.faults.killing import LAG_SECONDS, Round, kill
from tests.integration.faults.small import NAME, told

if TYPE_CHECKING:
    from tests.integration.faults.conftest import Small

pytestmark = [pytest.mark.integration, pytest.mark.emulator_only]

CHUNKS = 4


def make_stacks(small: Small) -> dict[str, str]:
    """Make a plain stack of the template in each region; give their ids."""
    made = {}
    for region in (EAST, WEST):
        client = small.local.client("cloudformation", ACCOUNT, region)
        body = json.dumps(regional_template())
        made[region] = client.create_stack(StackName="mine", TemplateBody=body)["StackId"]
        client.get_waiter("stack_create_complete").wait(
            StackName="mine", WaiterConfig={"Delay": 0.05}
        )
    return made


def kill_and_repeat(small: Small, number: int, moment: str, action: str = "") -> Round:
    """Kill an import at its n-th call (of an action) and repeat it."""
    made = make_stacks(small)
    command = ("import", "--yes", *made.values())
    since = len(small.local.journal())
    held = kill(small, command, number, moment, action)
    if held:
        ended = small.run(*command)
        assert ended.exit_code == 0, (number, moment, ended.said)
    calls = told(small.local, since)
    assert calls.accepted == {"CreateStackSet": 1, "ImportStacksToStackSet": 1}, (number, moment)
    _check(small, made)
    return Round(came=held is not None, replays=calls.replays)


def _check(small: Small, made: dict[str, str]) -> None:
    client = small.local.client("cloudformation", ACCOUNT, HOME)
    rows = client.list_stack_instances(StackSetName=NAME)["Summaries"]
    assert {one["Region"]: one["StackId"] for one in rows} == made
    assert {one["Status"] for one in rows} == {"CURRENT"}
    for region, stack_id in made.items():
        there = small.local.client("cloudformation", ACCOUNT, region)
        [stack] = there.describe_stacks(StackName=stack_id)["Stacks"]
        assert stack["StackStatus"] == "CREATE_COMPLETE"


def test_an_import_that_was_killed_while_aws_imports_is_gone_on_with(small: Small) -> None:
    small.local.set_control_plane(instance_seconds=0.2)

    assert kill_and_repeat(small, 1, "ANSWERED", "ImportStacksToStackSet").came


@pytest.mark.exhaustive
@pytest.mark.parametrize(("replay", "status"), [("SAME_ID", 200), ("EXCEPTION", 409)])
@pytest.mark.parametrize("action", ["CreateStackSet", "ImportStacksToStackSet"])
def test_a_write_that_was_carried_out_and_not_answered_is_not_done_again(
    small: Small, action: str, replay: str, status: int
) -> None:
    """The lists show nothing of it when it is sent again; the stack set itself is there at once."""
    lag = LAG_SECONDS
    small.local.set_control_plane(replay=replay, instance_seconds=lag, list_lag_seconds=lag)

    found = kill_and_repeat(small, 1, "ANSWERED", action)

    again = [(one["action"], one["status"]) for one in found.replays]
    assert found.came
    assert again == ([] if action == "CreateStackSet" else [(action, status)])


@pytest.mark.exhaustive
@pytest.mark.parametrize("chunk", range(1, CHUNKS + 1))
def test_an_import_that_was_killed_at_any_call_ends_well_when_repeated(
    small: Small, chunk: int
) -> None:
    certain = _count_calls(small)
    for number in itertools.count(chunk, CHUNKS):
        small.local.reset()
        make_roles(small.local)
        if not kill_and_repeat(small, number, "RECEIVED").came:
            break
    assert number > certain


def _count_calls(small: Small) -> int:
    """How many calls any import makes."""
    made = make_stacks(small)
    since = len(small.local.journal())
    assert small.run("import", "--yes", *made.values()).exit_code == 0
    return told(small.local, since).certain
