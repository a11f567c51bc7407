"""Commands that leave stack sets alone while 3 of 10 calls break, at every offset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.faults.breaking import OFFSETS, run_while_broken
from tests.integration.faults.small import DEPLOY, told

if TYPE_CHECKING:
    from tests.integration.commands import Folder, Ran
    from tests.integration.faults.burst import Burst, Fault
    from tests.local_aws import LocalAws

pytestmark = [pytest.mark.integration, pytest.mark.emulator_only, pytest.mark.exhaustive]

VOLATILE = {"started", "ended"}
IDLE = (
    ("plan", "--expect-no-changes"),
    ("status",),
    ("outputs",),
    ("diagnose",),
    ("events",),
    ("watch",),
    ("stop", "--yes"),
    ("resume", "--yes"),
)


def _told_by(ran: Ran) -> dict[str, Any]:
    return {key: value for key, value in ran.result.items() if key not in VOLATILE}


def test_what_finds_nothing_to_do_tells_the_same(
    folder: Folder, broken: Burst, local_aws: LocalAws, fault: Fault
) -> None:
    assert folder.run(*DEPLOY).exit_code == 0
    since = len(local_aws.journal())

    for command in IDLE:
        before = len(local_aws.journal())
        undisturbed = folder.run(*command)
        calls = len(told(local_aws, before).calls)
        assert undisturbed.exit_code == 0
        for first in range(min(OFFSETS, calls)):
            broken.break_some(fault, first=first)
            ran = run_while_broken(folder, broken, command)
            assert _told_by(ran) == _told_by(undisturbed), (command, first)

    assert told(local_aws, since).accepted == {}


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
