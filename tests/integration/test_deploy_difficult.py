"""The same deploys while AWS is slow to tell, throttles, or words a repeated request otherwise."""

from __future__ import annotations

import pytest

from stacksets.errors import StalePlanError
from stacksets.model.desired import CallAs
from stacksets.model.outcome import Verdict
from tests.builders import ACCOUNT, EAST, HOME, NAME, WEST
from tests.integration.deployer import (
    Deployer,
    a_regional_deployment,
    list_operations,
    regional_template,
)

pytestmark = [pytest.mark.integration, pytest.mark.emulator_only]

DIFFICULTIES = pytest.mark.parametrize(
    "difficulty",
    [{"list_lag_seconds": 0.1}, {"replay": "EXCEPTION"}],
    ids=["lists lag", "replays are refused"],
)


class AlwaysLate:
    """A door to AWS where somebody else has always changed the stack set just before."""

    def __init__(self, aws) -> None:
        self._aws = aws

    def stack_sets(self, home_region, call_as):
        stack_sets = self._aws.stack_sets(home_region, call_as)
        stack_sets.create_instances = self._refuse
        return stack_sets

    def __getattr__(self, name):
        return getattr(self._aws, name)

    def _refuse(self, *_):
        raise StalePlanError("another operation has been performed since")


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


@pytest.mark.exhaustive
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


def test_a_deploy_that_always_comes_too_late_gives_up(deployer: Deployer) -> None:
    late = Deployer(local=deployer.local, aws=AlwaysLate(deployer.aws))

    with pytest.raises(StalePlanError, match="somebody else every time") as caught:
        late.deploy(a_regional_deployment())

    assert caught.value.exit_code == 6


def test_a_reason_that_only_aws_could_give_reaches_the_outcome(deployer: Deployer) -> None:
    reason = "Account is suspended for reasons of its own"
    failures = [{"account": ACCOUNT, "region": EAST, "reason": reason}]
    deployer.local.set_control_plane(failures=failures)

    outcome = deployer.deploy(a_regional_deployment())

    results = deployer.aws.stack_sets(HOME, CallAs.SELF).list_results(
        NAME, outcome.operation_ids[-1]
    )
    assert {one.region: one.status_reason for one in results}[EAST] == reason
    assert (outcome.verdict, [one.reason for one in outcome.root_causes]) == (
        Verdict.FAILED,
        [reason],
    )
