"""Stacks that are let go and adopted again, and drift, while 3 of 10 calls break at every offset.

What a destroy leaves, the import beside it takes back: no stack is made or deleted meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.builders import ACCOUNT, EAST, HOME, WEST
from tests.integration.faults.breaking import offsets_of, run_while_broken
from tests.integration.faults.small import DEPLOY, DRIFT, NAME, RESUME, RETAIN, told

if TYPE_CHECKING:
    from tests.integration.commands import Folder, Ran
    from tests.integration.faults.burst import Burst, Fault
    from tests.local_aws import LocalAws

pytestmark = [pytest.mark.integration, pytest.mark.emulator_only, pytest.mark.exhaustive]

LETTING_GO = {"DeleteStackInstances": 1, "DeleteStackSet": 1}
ADOPTING = {"CreateStackSet": 1, "ImportStacksToStackSet": 1}


@pytest.fixture
def stacks(folder: Folder, local_aws: LocalAws) -> list[str]:
    """The stacks of a stack set that was deployed, by their ids."""
    assert folder.run(*DEPLOY).exit_code == 0
    return _adopted(local_aws)


def _adopted(local_aws: LocalAws) -> list[str]:
    """Give the stacks of the stack instances, each of which is well."""
    client = local_aws.client("cloudformation", ACCOUNT, HOME)
    rows = client.list_stack_instances(StackSetName=NAME)["Summaries"]
    assert {one["Status"] for one in rows} == {"CURRENT"}
    return sorted(one["StackId"] for one in rows)


def _untouched(local_aws: LocalAws) -> list[str]:
    """Give the stacks of both regions that nobody has changed since they were made."""
    return sorted(
        one["StackId"]
        for region in (EAST, WEST)
        for one in local_aws.client("cloudformation", ACCOUNT, region).describe_stacks()["Stacks"]
        if one["StackStatus"] in {"CREATE_COMPLETE", "IMPORT_COMPLETE"}
    )


def _check_let_go(local_aws: LocalAws, ran: Ran, stacks: list[str]) -> None:
    client = local_aws.client("cloudformation", ACCOUNT, HOME)
    assert client.list_stack_sets(Status="ACTIVE")["Summaries"] == []
    assert sorted(one["stack_id"] for one in ran.result["kept_stacks"]) == stacks
    assert ran.result["lost_stacks"] == []
    assert _untouched(local_aws) == stacks


def test_stacks_are_let_go_and_adopted_again_each_once(
    folder: Folder, broken: Burst, local_aws: LocalAws, fault: Fault, stacks: list[str]
) -> None:
    for first in offsets_of(fault):
        since = len(local_aws.journal())
        broken.break_some(fault, first=first)
        ran = run_while_broken(folder, broken, RETAIN)
        assert told(local_aws, since).accepted == LETTING_GO, first
        _check_let_go(local_aws, ran, stacks)

        since = len(local_aws.journal())
        broken.break_some(fault, first=first)
        run_while_broken(folder, broken, ("import", "--yes", *stacks))
        assert told(local_aws, since).accepted == ADOPTING, first
        assert _adopted(local_aws) == _untouched(local_aws) == stacks


def test_a_destroy_that_was_left_is_resumed_as_what_it_was(
    folder: Folder, broken: Burst, local_aws: LocalAws, fault: Fault, stacks: list[str]
) -> None:
    for first in offsets_of(fault):
        since = len(local_aws.journal())
        local_aws.set_control_plane(instance_seconds=0.1)
        assert folder.run(*RETAIN, "--timeout", "0.0001").exit_code == 7
        broken.break_some(fault, first=first)
        ran = run_while_broken(folder, broken, RESUME)
        assert told(local_aws, since).accepted == LETTING_GO, first
        _check_let_go(local_aws, ran, stacks)

        local_aws.set_control_plane()
        assert folder.run("import", "--yes", *stacks).exit_code == 0


def test_drift_is_detected_once_and_told_as_it_is(
    folder: Folder, broken: Burst, local_aws: LocalAws, fault: Fault, stacks: list[str]
) -> None:
    logs = local_aws.client("logs", ACCOUNT, EAST)
    [group] = logs.describe_log_groups()["logGroups"]
    logs.put_retention_policy(logGroupName=group["logGroupName"], retentionInDays=3)
    undisturbed = folder.run(*DRIFT)
    assert undisturbed.exit_code == 8

    for first in offsets_of(fault):
        since = len(local_aws.journal())
        broken.break_some(fault, first=first)
        ran = run_while_broken(folder, broken, DRIFT, exit_code=8)
        assert told(local_aws, since).accepted == {"DetectStackSetDrift": 1}, first
        assert _told_by(ran) == _told_by(undisturbed), first
    assert _untouched(local_aws) == stacks


def _told_by(ran: Ran) -> list[object]:
    return [ran.result[key] for key in ("code", "drifted", "in_sync", "unread")]
