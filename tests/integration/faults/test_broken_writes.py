"""Every write whose call breaks, once or until nobody tries any more: accepted once all the same.

What was accepted although its reply was lost, or came late, is answered both ways when it is sent
again: silently, and by OperationIdAlreadyExists.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stacksets.aws import clients
from tests.builders import ACCOUNT, EAST, HOME, WEST
from tests.integration.deployer import list_operations
from tests.integration.faults.breaking import offsets_of, run_while_broken
from tests.integration.faults.small import ACCEPTED, DEPLOY, DESTROY, NAME, state, told

if TYPE_CHECKING:
    from tests.integration.commands import Folder
    from tests.integration.faults.burst import Burst, Fault
    from tests.local_aws import LocalAws

pytestmark = [pytest.mark.integration, pytest.mark.emulator_only, pytest.mark.exhaustive]


@pytest.mark.parametrize("times", [1, clients.ATTEMPTS])
def test_a_write_that_breaks_is_accepted_once(
    folder: Folder, broken: Burst, local_aws: LocalAws, fault: Fault, times: int
) -> None:
    _change_while_writes_break(folder, broken, local_aws, fault, times)


@pytest.mark.parametrize("times", [1, clients.ATTEMPTS])
@pytest.mark.parametrize("fault", ["lost reply", "slow"], indirect=True)
def test_a_write_that_was_accepted_unheard_is_refused_when_it_is_sent_again(
    folder: Folder, broken: Burst, local_aws: LocalAws, fault: Fault, times: int
) -> None:
    local_aws.set_control_plane(replay="EXCEPTION")

    _change_while_writes_break(folder, broken, local_aws, fault, times)


def _change_while_writes_break(
    folder: Folder, broken: Burst, local_aws: LocalAws, fault: Fault, times: int
) -> None:
    empty = state(local_aws)

    for command, action in (
        (DEPLOY, "CreateStackSet"),
        (DESTROY, "DeleteStackInstances"),
        (DEPLOY, "CreateStackInstances"),
        (DESTROY, "DeleteStackSet"),
    ):
        since = len(local_aws.journal())
        broken.break_calls(fault, action, times=times)
        run_while_broken(folder, broken, command)
        assert told(local_aws, since).accepted == ACCEPTED[command], action

    assert state(local_aws) == empty


@pytest.mark.parametrize("times", [1, clients.ATTEMPTS])
def test_an_operation_that_runs_is_stopped_although_the_call_breaks(
    folder: Folder, broken: Burst, local_aws: LocalAws, fault: Fault, times: int
) -> None:
    assert folder.run(*DEPLOY).exit_code == 0
    local_aws.set_control_plane(instance_seconds=3.0)
    client = local_aws.client("cloudformation", ACCOUNT, HOME)
    started = client.update_stack_instances(
        StackSetName=NAME,
        Accounts=[ACCOUNT],
        Regions=[EAST, WEST],
        OperationPreferences={"RegionConcurrencyType": "SEQUENTIAL"},
    )

    broken.break_calls(fault, "StopStackSetOperation", times=times)
    run_while_broken(folder, broken, ("stop", "--yes"))

    latest = list_operations(local_aws, NAME)[0]
    assert (latest["OperationId"], latest["Status"]) == (started["OperationId"], "STOPPED")


def test_an_operation_that_runs_is_stopped_while_3_of_10_calls_break(
    folder: Folder, broken: Burst, local_aws: LocalAws, fault: Fault
) -> None:
    assert folder.run(*DEPLOY).exit_code == 0
    local_aws.set_control_plane(instance_seconds=1.0)
    client = local_aws.client("cloudformation", ACCOUNT, HOME)

    for first in offsets_of(fault):
        started = client.update_stack_instances(
            StackSetName=NAME,
            Accounts=[ACCOUNT],
            Regions=[EAST, WEST],
            OperationPreferences={"RegionConcurrencyType": "SEQUENTIAL"},
        )
        broken.break_some(fault, first=first)
        ran = run_while_broken(folder, broken, ("stop", "--yes"))
        [told_of] = ran.result["operations"]
        assert (ran.result["code"], told_of["id"]) == ("stopped", started["OperationId"]), first
        assert list_operations(local_aws, NAME)[0]["Status"] == "STOPPED", first
