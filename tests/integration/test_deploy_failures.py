"""Deploys that do not succeed: the other region is spared, the cause is told, a retry mends it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from stacksets.diagnosing import find_root_causes
from stacksets.model.desired import CallAs, OperationPreferences, RegionConcurrency
from stacksets.model.observed import DetailedStatus, InstanceStatus
from stacksets.model.outcome import Verdict, Waited
from tests.builders import ACCOUNT, EAST, HOME, NAME, WEST
from tests.integration.deployer import (
    a_regional_deployment,
    list_operations,
    regional_template,
)

if TYPE_CHECKING:
    from stacksets.model.desired import Deployment
    from stacksets.model.outcome import Event
    from tests.integration.deployer import Deployer

pytestmark = pytest.mark.integration

TAKEN = "taken"
NOBODY = {"Version": "2012-10-17", "Statement": []}


def test_a_failed_region_spares_the_ones_after_it(deployer: Deployer) -> None:
    _take_the_name(deployer)

    outcome = deployer.deploy(_needs_the_name(WEST))

    assert (outcome.verdict, [str(key) for key in outcome.not_attempted]) == (
        Verdict.FAILED,
        [f"{ACCOUNT}/{EAST}"],
    )
    west, east = _by_region(deployer, _needs_the_name(WEST))
    assert (west.status, west.detailed_status) == (InstanceStatus.OUTDATED, DetailedStatus.FAILED)
    assert (east.status, east.detailed_status) == (
        InstanceStatus.OUTDATED,
        DetailedStatus.CANCELLED,
    )
    assert deployer.stacks(region=EAST) == {}


def test_the_cause_is_the_resource_that_failed_told_once(deployer: Deployer) -> None:
    _take_the_name(deployer)

    outcome = deployer.deploy(_needs_the_name(WEST))

    [cause] = outcome.root_causes
    assert (cause.account, cause.region) == (ACCOUNT, WEST)
    assert (cause.logical_id, cause.resource_type) == ("Named", "AWS::IAM::Role")
    assert f"Role with name {TAKEN} already exists" in cause.reason
    assert "ancelled" not in cause.reason


def test_what_was_not_reached_remains_as_a_plan(deployer: Deployer) -> None:
    _take_the_name(deployer)

    outcome = deployer.deploy(_needs_the_name(WEST))

    assert outcome.remaining is not None
    assert [str(one.key) for one in outcome.remaining.instances] == [
        f"{ACCOUNT}/{EAST}",
        f"{ACCOUNT}/{WEST}",
    ]


def test_a_failure_in_the_last_region_leaves_the_first_one_deployed(deployer: Deployer) -> None:
    _take_the_name(deployer)

    outcome = deployer.deploy(_needs_the_name(EAST))

    west, east = _by_region(deployer, _needs_the_name(EAST))
    assert (outcome.verdict, outcome.not_attempted) == (Verdict.FAILED, ())
    assert (west.is_healthy, east.is_healthy) == (True, False)


def test_the_cause_of_a_deleted_stack_is_found_where_aws_gives_no_reason(
    deployer: Deployer,
) -> None:
    _take_the_name(deployer)
    deployment = _needs_the_name(WEST)
    outcome = deployer.deploy(deployment)
    observed = deployer.observe(deployment)
    results = deployer.aws.stack_sets(HOME, CallAs.SELF).list_results(
        NAME, outcome.operation_ids[-1]
    )
    silent = replace(
        observed,
        instances=tuple(replace(one, status_reason="") for one in observed.instances),
    )

    [cause] = find_root_causes(
        deployer.aws,
        deployment,
        silent,
        [replace(one, status_reason="") for one in results],
    )

    client = deployer.local.client("cloudformation", ACCOUNT, WEST)
    [stack] = client.describe_stacks(StackName=cause.stack_id)["Stacks"]
    assert stack["StackStatus"] == "DELETE_COMPLETE"
    assert cause.logical_id == "Named"
    assert f"Role with name {TAKEN} already exists" in cause.reason


def test_the_cause_is_found_although_nobody_tells_which_stack_it_was(deployer: Deployer) -> None:
    _take_the_name(deployer)
    deployment = _needs_the_name(WEST)
    outcome = deployer.deploy(deployment)
    observed = deployer.observe(deployment)
    results = deployer.aws.stack_sets(HOME, CallAs.SELF).list_results(
        NAME, outcome.operation_ids[-1]
    )
    nameless = replace(
        observed,
        instances=tuple(
            replace(one, status_reason="", stack_id=None) for one in observed.instances
        ),
    )

    [cause] = find_root_causes(
        deployer.aws,
        deployment,
        nameless,
        [replace(one, status_reason="") for one in results],
    )

    assert (cause.region, cause.logical_id) == (WEST, "Named")


def test_a_retry_brings_up_what_had_failed_once_its_cause_is_mended(deployer: Deployer) -> None:
    _take_the_name(deployer)
    deployment = _needs_the_name(WEST)
    deployer.deploy(deployment)
    calls = len(deployer.local.journal())
    deployer.local.client("iam", ACCOUNT).delete_role(RoleName=TAKEN)

    outcome = deployer.deploy(deployment)

    assert outcome.verdict is Verdict.SUCCEEDED
    assert all(one.is_healthy for one in _by_region(deployer, deployment))
    assert "CreateStackSet" not in deployer.writes(since=calls)
    assert deployer.plan(deployment).is_empty


def test_every_retry_is_a_new_operation_and_fails_for_the_same_cause(deployer: Deployer) -> None:
    _take_the_name(deployer)
    deployment = _needs_the_name(WEST)

    tries = [deployer.deploy(deployment) for _ in range(3)]

    assert [[one.logical_id for one in outcome.root_causes] for outcome in tries] == [["Named"]] * 3
    assert len({one for outcome in tries for one in outcome.operation_ids}) == 3
    assert len(list_operations(deployer.local)) == 3


def test_a_failed_update_leaves_the_old_stack_and_is_told(deployer: Deployer) -> None:
    before = a_regional_deployment()
    deployer.deploy(before)
    kept = {key: one.stack_id for key, one in deployer.instances(before).items()}
    _take_the_name(deployer)
    deployment = _needs_the_name(WEST)

    outcome = deployer.deploy(deployment)

    assert outcome.verdict is Verdict.FAILED
    assert [one.logical_id for one in outcome.root_causes] == ["Named"]
    assert {key: one.stack_id for key, one in deployer.instances(deployment).items()} == kept
    [stack] = deployer.stacks(region=WEST).values()
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"


def test_a_failure_within_the_tolerance_is_no_success(deployer: Deployer) -> None:
    _take_the_name(deployer)
    tolerant = OperationPreferences(
        region_concurrency=RegionConcurrency.PARALLEL, failure_tolerance_count=1
    )

    outcome = deployer.deploy(replace(_needs_the_name(WEST), operation_preferences=tolerant))

    [operation] = list_operations(deployer.local)
    assert operation["Status"] == "SUCCEEDED"
    assert (outcome.verdict, outcome.verdict.exit_code) == (Verdict.PARTIAL, 5)
    assert [one.region for one in outcome.root_causes] == [WEST]


@pytest.mark.exhaustive
def test_a_destroy_after_a_failed_deploy_leaves_nothing(deployer: Deployer) -> None:
    _take_the_name(deployer)
    deployment = _needs_the_name(EAST)
    deployer.deploy(deployment)

    outcome = deployer.destroy(deployment)

    assert outcome.verdict is Verdict.SUCCEEDED
    assert deployer.observe(deployment) is None
    assert [deployer.stacks(region=region) for region in (EAST, WEST)] == [{}, {}]


@pytest.mark.exhaustive
def test_an_execution_role_that_never_comes_is_waited_for_two_minutes_and_told(
    deployer: Deployer,
) -> None:
    deployer.local.client("iam", ACCOUNT).delete_role(RoleName="execution")
    events: list[Event] = []

    outcome = deployer.deploy(a_regional_deployment(), notify=events.append)

    waited = [one.seconds for one in events if isinstance(one, Waited)]
    assert outcome.verdict is Verdict.FAILED
    assert 3 <= len(waited) <= 6
    assert 60 < waited[-1] < 90
    [cause] = outcome.root_causes
    assert cause.reason == (
        f"Account {ACCOUNT} should have 'execution' role with trust relationship "
        "to Role 'administration'."
    )
    assert [deployer.stacks(region=region) for region in (EAST, WEST)] == [{}, {}]


def test_an_execution_role_that_comes_late_is_waited_for(deployer: Deployer) -> None:
    iam = deployer.local.client("iam", ACCOUNT)
    trust = iam.get_role(RoleName="execution")["Role"]["AssumeRolePolicyDocument"]
    iam.delete_role(RoleName="execution")

    def bring_the_role(event: Event) -> None:
        if isinstance(event, Waited):
            assert event.what == "IAM"
            iam.create_role(RoleName="execution", AssumeRolePolicyDocument=json.dumps(trust))

    outcome = deployer.deploy(a_regional_deployment(), notify=bring_the_role)

    assert outcome.verdict is Verdict.SUCCEEDED
    assert [one["Status"] for one in list_operations(deployer.local)] == ["SUCCEEDED", "FAILED"]


def test_a_role_made_anew_is_waited_for_in_an_update_and_a_deny_is_not(deployer: Deployer) -> None:
    deployer.deploy(a_regional_deployment())
    iam = deployer.local.client("iam", ACCOUNT)
    trust = iam.get_role(RoleName="execution")["Role"]["AssumeRolePolicyDocument"]
    nobody = {**NOBODY, "Statement": [{**trust["Statement"][0], "Effect": "Deny"}]}
    iam.update_assume_role_policy(RoleName="execution", PolicyDocument=json.dumps(nobody))
    waited: list[Event] = []

    def bring_the_trust(event: Event) -> None:
        if isinstance(event, Waited):
            waited.append(event)
            iam.update_assume_role_policy(RoleName="execution", PolicyDocument=json.dumps(trust))

    outcome = deployer.deploy(a_regional_deployment(description="new"), notify=bring_the_trust)
    deployer.local.set_control_plane(
        denied=[{"account": ACCOUNT, "region": EAST, "action": "logs:CreateLogGroup"}]
    )
    denied = deployer.deploy(a_regional_deployment(description="newer"), notify=waited.append)

    assert (outcome.verdict, len(outcome.operation_ids)) == (Verdict.SUCCEEDED, 2)
    assert (denied.verdict, len(denied.operation_ids)) == (Verdict.FAILED, 1)
    assert "explicit deny in a service control policy" in denied.root_causes[0].reason
    assert sum(isinstance(one, Waited) for one in waited) == 1


def _take_the_name(deployer: Deployer) -> None:
    iam = deployer.local.client("iam", ACCOUNT)
    iam.create_role(RoleName=TAKEN, AssumeRolePolicyDocument=json.dumps(NOBODY))


def _needs_the_name(region: str) -> Deployment:
    """A deployment whose stack in one region makes a role of a name that is taken."""
    named = {
        "Type": "AWS::IAM::Role",
        "Condition": "Here",
        "Properties": {"RoleName": TAKEN, "AssumeRolePolicyDocument": NOBODY},
    }
    content = regional_template(
        resources={"Named": named},
        conditions={"Here": {"Fn::Equals": [{"Ref": "AWS::Region"}, region]}},
    )
    return a_regional_deployment(content=content)


def _by_region(deployer: Deployer, deployment: Deployment):
    found = deployer.instances(deployment)
    return found[f"{ACCOUNT}/{WEST}"], found[f"{ACCOUNT}/{EAST}"]
