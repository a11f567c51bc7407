"""Commands that leave stack sets alone while 3 of 10 calls break, at every offset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.builders import ACCOUNT, EAST, HOME, WEST
from tests.integration.deployer import list_operations
from tests.integration.faults.breaking import OFFSETS, offsets_of, run_while_broken
from tests.integration.faults.burst import settle
from tests.integration.faults.small import DEPLOY, DESTROY, DRIFT, NAME, RETAIN, told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.integration.commands import Folder, Ran
    from tests.integration.faults.burst import Burst, Fault
    from tests.integration.faults.small import Command
    from tests.local_aws import LocalAws

pytestmark = [pytest.mark.integration, pytest.mark.emulator_only, pytest.mark.exhaustive]

VOLATILE = {"started", "ended"}
IDLE = (
    ("plan", "--no-lint", "--expect-no-changes"),
    ("status",),
    ("outputs",),
    ("diagnose",),
    ("events",),
    ("watch",),
    ("stop", "--yes"),
    ("resume", "--yes"),
)
TELLING = (("status",), ("diagnose",))
REFUSED = [{"account": ACCOUNT, "region": WEST, "reason": "The bucket is not empty"}]


def _told_by(ran: Ran) -> dict[str, Any]:
    return {key: value for key, value in ran.result.items() if key not in VOLATILE}


def _tell_the_same(
    folder: Folder,
    broken: Burst,
    local_aws: LocalAws,
    fault: Fault,
    commands: Sequence[Command],
    *,
    exit_code: int,
    offsets: range = range(OFFSETS),
) -> None:
    """Run each command undisturbed, then broken at each of the offsets that it comes to."""
    since = len(local_aws.journal())
    for command in commands:
        # What was kept back of the command before is none of this one's calls.
        settle()
        before = len(local_aws.journal())
        undisturbed = folder.run(*command)
        calls = len(told(local_aws, before).calls)
        assert undisturbed.exit_code == exit_code
        for first in [one for one in offsets if one < calls]:
            broken.break_some(fault, first=first)
            ran = run_while_broken(folder, broken, command, exit_code=exit_code)
            assert _told_by(ran) == _told_by(undisturbed), (command, first)
    assert told(local_aws, since).accepted == {}


def test_what_finds_nothing_to_do_tells_the_same(
    folder: Folder, broken: Burst, local_aws: LocalAws, fault: Fault
) -> None:
    assert folder.run(*DEPLOY).exit_code == 0

    _tell_the_same(folder, broken, local_aws, fault, IDLE, exit_code=0)
    assert folder.run(*DRIFT).exit_code == 0
    _tell_the_same(folder, broken, local_aws, fault, [(*DRIFT, "--last")], exit_code=0)


def test_what_finds_something_wrong_tells_the_same(
    folder: Folder, broken: Burst, local_aws: LocalAws, fault: Fault
) -> None:
    local_aws.set_control_plane(failures=REFUSED)
    assert folder.run(*DEPLOY).exit_code == 5

    failed = list_operations(local_aws, NAME)[0]["OperationId"]
    _tell_the_same(folder, broken, local_aws, fault, TELLING, exit_code=5)
    _tell_the_same(folder, broken, local_aws, fault, [("events", failed)], exit_code=0)


def test_what_looks_for_what_is_left_tells_the_same(
    folder: Folder, broken: Burst, local_aws: LocalAws, fault: Fault
) -> None:
    assert folder.run(*DEPLOY).exit_code == 0
    assert folder.run(*RETAIN).exit_code == 0

    for command, exit_code in ((RETAIN, 0), (DESTROY, 5)):
        _tell_the_same(
            folder,
            broken,
            local_aws,
            fault,
            [command],
            exit_code=exit_code,
            offsets=offsets_of(fault),
        )


def test_an_operation_that_runs_is_watched_to_its_end(
    folder: Folder, broken: Burst, local_aws: LocalAws, fault: Fault
) -> None:
    assert folder.run(*DEPLOY).exit_code == 0
    local_aws.set_control_plane(instance_seconds=1)
    client = local_aws.client("cloudformation", ACCOUNT, HOME)

    for first in offsets_of(fault):
        started = client.update_stack_instances(
            StackSetName=NAME, Accounts=[ACCOUNT], Regions=[EAST, WEST]
        )
        broken.break_some(fault, first=first)
        ran = run_while_broken(folder, broken, ("watch", started["OperationId"]))
        latest = list_operations(local_aws, NAME)[0]
        assert (latest["OperationId"], latest["Status"]) == (started["OperationId"], "SUCCEEDED")
        assert "SUCCEEDED" in str(ran.result)


@pytest.mark.parametrize("first", range(OFFSETS))
def test_a_bootstrap_makes_its_stacks_once(
    service: Folder, broken: Burst, local_aws: LocalAws, fault: Fault, first: int
) -> None:
    broken.break_some(fault, first=first)

    run_while_broken(service, broken, ("bootstrap", "--yes"))

    again = service.run("bootstrap", "--yes")
    created = [call for call in local_aws.journal() if call["action"] == "CreateStack"]
    assert {one["change"] for one in again.result["stacks"]} == {"unchanged"}
    assert [call["status"] for call in created].count(200) == len(again.result["stacks"])


def test_smoke_tells_the_same(
    service: Folder, broken: Burst, local_aws: LocalAws, fault: Fault
) -> None:
    assert service.run("bootstrap", "--yes").exit_code == 0
    assert service.deploy().exit_code == 0

    for first in range(OFFSETS):
        broken.break_some(fault, first=first)
        ran = run_while_broken(service, broken, ("smoke",))
        assert [one["passed"] for one in ran.result["instances"]] == [True, True], first
