"""The loop of a deploy over real HTTP: what it changes, what it leaves alone, what remains."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stacksets.model.outcome import Verdict
from tests.builders import ACCOUNT, EAST, HOME, NAME, WEST, targets
from tests.integration.deployer import (
    a_regional_deployment,
    everything_in,
    list_operations,
    regional_template,
)

if TYPE_CHECKING:
    from tests.integration.deployer import Deployer

pytestmark = pytest.mark.integration

EUROPE = "eu-central-1"


def test_a_first_deploy_makes_a_stack_in_each_region(deployer: Deployer) -> None:
    deployment = a_regional_deployment(parameters={"Suffix": "x"}, tags={"Team": "blue"})

    outcome = deployer.deploy(deployment)

    assert outcome.verdict is Verdict.SUCCEEDED
    assert [str(one.key) for one in outcome.instances] == [f"{ACCOUNT}/{EAST}", f"{ACCOUNT}/{WEST}"]
    for one in outcome.instances:
        stack = deployer.stacks(region=one.region)[one.stack_id]
        outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
        assert stack["StackStatus"] == "CREATE_COMPLETE"
        assert outputs["Where"] == f"{ACCOUNT}/{one.region}/x"
        assert {"Key": "Team", "Value": "blue"} in stack["Tags"]


def test_a_first_deploy_takes_two_writing_calls(deployer: Deployer) -> None:
    deployer.deploy(a_regional_deployment())

    assert deployer.writes() == ["CreateStackSet", "CreateStackInstances"]


def test_the_stack_set_holds_the_very_bytes_of_the_template(deployer: Deployer) -> None:
    deployment = a_regional_deployment()

    deployer.deploy(deployment)

    client = deployer.local.client("cloudformation", ACCOUNT, HOME)
    described = client.describe_stack_set(StackSetName=NAME)["StackSet"]
    assert described["TemplateBody"] == deployment.template.body


def test_the_regions_of_a_careful_deploy_never_change_together(deployer: Deployer) -> None:
    outcome = deployer.deploy(a_regional_deployment())

    west, east = (
        deployer.stacks(region=one.region)[one.stack_id]
        for one in sorted(outcome.instances, key=lambda one: one.region, reverse=True)
    )
    client = deployer.local.client("cloudformation", ACCOUNT, WEST)
    events = client.describe_stack_events(StackName=west["StackId"])["StackEvents"]
    assert max(event["Timestamp"] for event in events) <= east["CreationTime"]


def test_where_nothing_differs_no_call_changes_anything(deployer: Deployer) -> None:
    deployer.deploy(a_regional_deployment())
    before = len(deployer.local.journal())

    plan = deployer.plan(a_regional_deployment())

    assert (plan.is_empty, deployer.writes(since=before)) == (True, [])
    assert len(deployer.local.journal()) > before


def test_a_changed_template_is_one_update_of_the_same_stacks(deployer: Deployer) -> None:
    deployer.deploy(a_regional_deployment())
    before = deployer.instances(a_regional_deployment())
    calls = len(deployer.local.journal())
    changed = a_regional_deployment(content=regional_template(retention=30))

    outcome = deployer.deploy(changed)

    assert outcome.verdict is Verdict.SUCCEEDED
    assert deployer.writes(since=calls) == ["UpdateStackSet"]
    after = deployer.instances(changed)
    assert {key: one.stack_id for key, one in after.items()} == {
        key: one.stack_id for key, one in before.items()
    }
    for region in (EAST, WEST):
        groups = deployer.local.client("logs", ACCOUNT, region).describe_log_groups()["logGroups"]
        assert [group["retentionInDays"] for group in groups] == [30]


def test_a_changed_parameter_reaches_every_stack(deployer: Deployer) -> None:
    deployer.deploy(a_regional_deployment(parameters={"Suffix": "one"}))

    deployer.deploy(a_regional_deployment(parameters={"Suffix": "two"}))

    for region in (EAST, WEST):
        [stack] = deployer.stacks(region=region).values()
        assert stack["Parameters"] == [{"ParameterKey": "Suffix", "ParameterValue": "two"}]


def test_an_added_region_is_created_and_the_others_are_left_alone(deployer: Deployer) -> None:
    deployer.deploy(a_regional_deployment())
    before = _stacks_and_events(deployer)
    calls = len(deployer.local.journal())

    outcome = deployer.deploy(a_regional_deployment(regions=(WEST, EAST, EUROPE)))

    assert outcome.verdict is Verdict.SUCCEEDED
    assert deployer.writes(since=calls) == ["CreateStackInstances"]
    assert _stacks_and_events(deployer) == before
    [stack] = deployer.stacks(region=EUROPE).values()
    assert stack["StackStatus"] == "CREATE_COMPLETE"


def test_a_removed_region_loses_its_stack_and_the_other_is_left_alone(deployer: Deployer) -> None:
    deployer.deploy(a_regional_deployment(regions=(WEST, EAST, EUROPE)))
    before = _stacks_and_events(deployer)
    calls = len(deployer.local.journal())
    smaller = a_regional_deployment()

    outcome = deployer.deploy(smaller)

    assert outcome.verdict is Verdict.SUCCEEDED
    assert deployer.writes(since=calls) == ["DeleteStackInstances"]
    assert list(deployer.instances(smaller)) == [f"{ACCOUNT}/{EAST}", f"{ACCOUNT}/{WEST}"]
    assert _stacks_and_events(deployer) == before
    left = everything_in(deployer.local, ACCOUNT, EUROPE)
    assert (left["stacks"], left["log groups"]) == ([], [])


def test_a_region_may_come_and_go_and_come_again(deployer: Deployer) -> None:
    one, both = a_regional_deployment(targets=targets((ACCOUNT, EAST))), a_regional_deployment()

    verdicts = [deployer.deploy(each).verdict for each in (one, both, one, both)]

    assert verdicts == [Verdict.SUCCEEDED] * 4
    assert deployer.stacks(region=WEST)


def test_a_replaced_region_is_created_before_the_old_one_goes(deployer: Deployer) -> None:
    deployer.deploy(a_regional_deployment())
    calls = len(deployer.local.journal())

    deployer.deploy(a_regional_deployment(regions=(WEST, EUROPE)))

    assert deployer.writes(since=calls) == ["CreateStackInstances", "DeleteStackInstances"]


def test_a_stack_deleted_by_hand_is_brought_back_in_two_steps(deployer: Deployer) -> None:
    deployment = a_regional_deployment()
    deployer.deploy(deployment)
    before = deployer.instances(deployment)
    lost, kept = f"{ACCOUNT}/{EAST}", f"{ACCOUNT}/{WEST}"
    client = deployer.local.client("cloudformation", ACCOUNT, EAST)
    client.delete_stack(StackName=before[lost].stack_id)
    client.get_waiter("stack_delete_complete").wait(
        StackName=before[lost].stack_id, WaiterConfig={"Delay": 0.02, "MaxAttempts": 500}
    )
    calls = len(deployer.local.journal())

    outcome = deployer.deploy(deployment)

    after = deployer.instances(deployment)
    assert outcome.verdict is Verdict.SUCCEEDED
    assert deployer.writes(since=calls) == ["DeleteStackInstances", "CreateStackInstances"]
    assert after[kept].stack_id == before[kept].stack_id
    assert after[lost].stack_id != before[lost].stack_id
    assert (after[lost].stack_exists, len(deployer.stacks(region=EAST))) == (True, 1)


def test_destroy_leaves_nothing_in_any_region(deployer: Deployer) -> None:
    places = [(ACCOUNT, region) for region in (HOME, EAST, WEST)]
    before = {place: everything_in(deployer.local, *place) for place in places}
    role = {
        "Type": "AWS::IAM::Role",
        "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}},
    }
    deployment = a_regional_deployment(content=regional_template(resources={"Role": role}))
    deployer.deploy(deployment)
    assert {place: everything_in(deployer.local, *place) for place in places} != before

    outcome = deployer.destroy(deployment)

    assert outcome.verdict is Verdict.SUCCEEDED
    assert {place: everything_in(deployer.local, *place) for place in places} == before
    assert deployer.observe(deployment) is None


def test_operation_ids_tell_what_was_asked_and_are_those_of_the_outcome(deployer: Deployer) -> None:
    outcome = deployer.deploy(a_regional_deployment())

    told = [one["OperationId"] for one in list_operations(deployer.local)]
    assert told == list(outcome.operation_ids)


def _stacks_and_events(deployer: Deployer) -> dict[str, int]:
    """Count the events of every stack in the two first regions: an update would add some."""
    counts = {}
    for region in (EAST, WEST):
        client = deployer.local.client("cloudformation", ACCOUNT, region)
        for stack_id in deployer.stacks(region=region):
            events = client.describe_stack_events(StackName=stack_id)["StackEvents"]
            counts[stack_id] = len(events)
    return counts
