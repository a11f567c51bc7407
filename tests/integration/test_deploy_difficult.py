"""The same deploys while AWS is slow to tell, throttles, or words a repeated request otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stacksets.model.outcome import Verdict
from tests.builders import ACCOUNT, EAST, HOME, NAME, WEST
from tests.integration.deployer import (
    a_regional_deployment,
    list_operations,
    regional_template,
)

if TYPE_CHECKING:
    from tests.integration.deployer import Deployer

pytestmark = [pytest.mark.integration, pytest.mark.emulator_only]

DIFFICULTIES = pytest.mark.parametrize(
    "difficulty",
    [{"list_lag_seconds": 0.1}, {"replay": "EXCEPTION"}],
    ids=["lists lag", "replays are refused"],
)


@DIFFICULTIES
def test_every_kind_of_change_succeeds_and_is_done_once(
    deployer: Deployer, difficulty: dict[str, object]
) -> None:
    deployer.local.set_control_plane(**difficulty)

    outcomes = [
        deployer.deploy(a_regional_deployment()),
        deployer.deploy(a_regional_deployment(content=regional_template(retention=30))),
        deployer.deploy(
            a_regional_deployment(content=regional_template(retention=30), regions=(WEST,))
        ),
    ]

    deployer.local.set_control_plane()
    assert [one.verdict for one in outcomes] == [Verdict.SUCCEEDED] * 3
    assert [one["Action"] for one in list_operations(deployer.local)] == [
        "DELETE",
        "UPDATE",
        "CREATE",
    ]
    assert [len(deployer.stacks(region=region)) for region in (EAST, WEST)] == [0, 1]


def test_a_throttled_deploy_succeeds(deployer: Deployer) -> None:
    deployer.local.set_control_plane(throttle_every=6)

    outcome = deployer.deploy(a_regional_deployment())

    refused = [one["action"] for one in deployer.local.journal() if one["status"] == 400]
    assert outcome.verdict is Verdict.SUCCEEDED
    assert refused
    assert len(list_operations(deployer.local)) == 1


def test_a_repeated_plan_is_one_operation_also_where_its_replay_is_refused(
    deployer: Deployer,
) -> None:
    deployer.local.set_control_plane(replay="EXCEPTION")
    deployment = a_regional_deployment()
    plan = deployer.plan(deployment)
    deployer.deploy(deployment, first=plan)

    again = deployer.deploy(deployment, first=plan)

    assert again.verdict is Verdict.SUCCEEDED
    assert len(list_operations(deployer.local)) == 1


def test_a_reason_that_only_aws_could_give_reaches_the_outcome(deployer: Deployer) -> None:
    reason = "Account is suspended for reasons of its own"
    failures = [{"account": ACCOUNT, "region": EAST, "reason": reason}]
    deployer.local.set_control_plane(failures=failures)

    outcome = deployer.deploy(a_regional_deployment())

    results = deployer.aws.stack_sets(HOME).list_results(NAME, outcome.operation_ids[-1])
    assert {one.region: one.status_reason for one in results}[EAST] == reason
    assert (outcome.verdict, [one.reason for one in outcome.root_causes]) == (
        Verdict.FAILED,
        [reason],
    )
