"""Operations that queue up, are followed, stopped and gone on with, against the embedded AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stacksets.clock import SystemClock
from stacksets.events import read_events
from stacksets.model.desired import (
    CallAs,
    OperationId,
    OperationPreferences,
    ParameterOverride,
    RegionConcurrency,
)
from stacksets.model.observed import OperationStatus, ResultStatus
from stacksets.model.outcome import OperationObserved, StepFinished, StepStarted, Verdict
from stacksets.model.plan import AttachToOperation, CreateStackInstances
from stacksets.watch import follow, stop_operations, watch_operations
from tests.builders import ACCOUNT, EAST, HOME, NAME, WEST
from tests.integration.commands import Folder
from tests.integration.deployer import Deployer, a_regional_deployment, list_operations
from tests.integration.faults import small

if TYPE_CHECKING:
    from pathlib import Path

    from stacksets.model.desired import Deployment

pytestmark = [pytest.mark.integration, pytest.mark.emulator_only]

REGIONS = ("eu-central-1", EAST, WEST)
UNLIKE = tuple(
    ParameterOverride(accounts=(), regions=(region,), parameters={"Suffix": region})
    for region in REGIONS
)


AT_ONCE = OperationPreferences(region_concurrency=RegionConcurrency.PARALLEL)


def _unlike(**changes) -> Deployment:
    """Three stack instances that take an operation each, since their overrides differ."""
    return a_regional_deployment(
        **(
            {
                "regions": REGIONS,
                "overrides": UNLIKE,
                "managed_execution": True,
                "operation_preferences": AT_ONCE,
            }
            | changes
        )
    )


def _begin(deployer: Deployer, deployment: Deployment) -> OperationId:
    """Send what a deploy plans, as a run that was left at once; give the operation's id."""
    [step] = deployer.plan(deployment).steps
    assert isinstance(step, CreateStackInstances)
    deployer.aws.stack_sets(HOME, CallAs.SELF).create_instances(
        NAME, step.where, step.overrides, step.preferences, step.operation_id
    )
    return step.operation_id


def test_operations_of_one_kind_are_submitted_together_and_watched_through_the_queue(
    deployer: Deployer,
) -> None:
    deployer.local.set_control_plane(instance_seconds=0.2)
    events = []

    outcome = deployer.deploy(_unlike(), notify=events.append)

    assert outcome.verdict is Verdict.SUCCEEDED
    assert len(outcome.operation_ids) == 3
    at = [type(one) for one in events if isinstance(one, StepStarted | StepFinished)]
    assert at == [StepStarted, StepFinished, *[StepStarted] * 3, *[StepFinished] * 3]
    queued = [
        one
        for one in events
        if isinstance(one, OperationObserved) and one.status is OperationStatus.QUEUED
    ]
    assert queued[0].queued_behind == outcome.operation_ids[:1]
    suffixes = [
        output["OutputValue"]
        for region in REGIONS
        for stack in deployer.stacks(region=region).values()
        for output in stack["Outputs"]
        if output["OutputKey"] == "Where"
    ]
    assert suffixes == [f"{ACCOUNT}/{region}/{region}" for region in REGIONS]


def test_without_managed_execution_they_follow_one_another(deployer: Deployer) -> None:
    events = []

    outcome = deployer.deploy(_unlike(managed_execution=False), notify=events.append)

    assert outcome.verdict is Verdict.SUCCEEDED
    at = [type(one) for one in events if isinstance(one, StepStarted | StepFinished)]
    assert at == [StepStarted, StepFinished] * 4


def test_what_is_queued_behind_a_failure_is_stopped_and_not_attempted(deployer: Deployer) -> None:
    deployment = _unlike()
    [first, second, third] = [
        step for step in deployer.plan(deployment).steps if isinstance(step, CreateStackInstances)
    ]
    [failing] = first.where.regions
    deployer.local.set_control_plane(
        instance_seconds=0.3,
        failures=[{"account": ACCOUNT, "region": failing, "reason": "no quota"}],
    )

    outcome = deployer.deploy(deployment)

    assert outcome.verdict is Verdict.FAILED
    assert [one.region for one in outcome.root_causes] == [failing]
    statuses = {one["OperationId"]: one["Status"] for one in list_operations(deployer.local)}
    assert statuses[first.operation_id] == "FAILED"
    assert statuses[third.operation_id] == "STOPPED"
    # The second begins on AWS's side the moment that the first has failed.
    assert statuses[second.operation_id] == "STOPPED"
    assert {*third.where.regions} <= {key.region for key in outcome.not_attempted}


def test_an_operation_is_stopped_by_another_run_and_the_rest_is_gone_on_with(
    deployer: Deployer,
) -> None:
    deployer.deploy(a_regional_deployment(regions=()))
    deployer.local.set_control_plane(instance_seconds=0.4)
    deployment = a_regional_deployment(regions=REGIONS)
    stack_sets = deployer.aws.stack_sets(HOME, CallAs.SELF)
    operation_id = _begin(deployer, deployment)

    [stopped] = follow(
        stop_operations(stack_sets, NAME, [operation_id], SystemClock()), lambda _: None
    )
    outcome = deployer.deploy(deployment)

    assert stopped.operation.status is OperationStatus.STOPPED
    counts = [one.status for one in stopped.results]
    assert counts.count(ResultStatus.SUCCEEDED) == 1
    assert counts.count(ResultStatus.CANCELLED) == 2
    assert outcome.verdict is Verdict.SUCCEEDED


def test_a_run_that_was_left_is_attached_to_and_gone_on_with(deployer: Deployer) -> None:
    deployer.deploy(a_regional_deployment(regions=()))
    deployer.local.set_control_plane(instance_seconds=0.3)
    deployment = a_regional_deployment(regions=REGIONS)
    operation_id = _begin(deployer, deployment)

    [attach] = deployer.plan(deployment).steps
    outcome = deployer.deploy(deployment)

    assert isinstance(attach, AttachToOperation)
    assert attach.operation_id == operation_id
    assert outcome.verdict is Verdict.SUCCEEDED
    assert [one["OperationId"] for one in list_operations(deployer.local)] == [operation_id]


def test_the_results_of_an_operation_are_whole_although_their_list_lags(
    deployer: Deployer,
) -> None:
    deployer.deploy(a_regional_deployment(regions=()))
    deployer.local.set_control_plane(list_lag_seconds=1.0)
    stack_sets = deployer.aws.stack_sets(HOME, CallAs.SELF)
    operation_id = _begin(deployer, a_regional_deployment(regions=REGIONS))

    [watched] = follow(
        watch_operations(stack_sets, NAME, [operation_id], SystemClock()), lambda _: None
    )

    assert {one.status for one in watched.results} <= {ResultStatus.SUCCEEDED}


def test_the_events_of_a_failed_stack_are_read_for_its_operation(deployer: Deployer) -> None:
    content = {
        "Resources": {
            "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "taken"}}
        }
    }
    deployer.local.client("logs", ACCOUNT, EAST).create_log_group(logGroupName="taken")
    deployment = a_regional_deployment(content=content, regions=(EAST,))
    outcome = deployer.deploy(deployment)
    stack_sets = deployer.aws.stack_sets(HOME, CallAs.SELF)
    operation = stack_sets.find_operation(NAME, OperationId(outcome.operation_ids[-1]))
    assert operation is not None

    [told] = read_events(deployer.aws, deployment, operation)

    assert told.result.status is ResultStatus.FAILED
    failed = [one for one in told.events if one.status == "CREATE_FAILED"]
    assert [one.logical_id for one in failed] == ["Logs"]


def test_a_deploy_that_was_left_is_resumed_although_somebody_looked_for_drift_since(
    deployer: Deployer, tmp_path: Path
) -> None:
    folder = Folder(small.write_small(tmp_path))
    folder.change("stacksets.toml", lambda text: text.replace("PARALLEL", "SEQUENTIAL"))
    deployer.local.set_control_plane(instance_seconds=0.4)
    client = deployer.local.client("cloudformation", ACCOUNT, HOME)
    left = folder.run(*small.DEPLOY, "--timeout", "0.001")
    stopped = folder.run("stop", "--yes")
    deployer.local.set_control_plane(instance_seconds=0.0)
    folder.run(*small.DRIFT)
    theirs = client.detect_stack_set_drift(StackSetName=small.NAME)["OperationId"]

    ran = folder.run("resume", "--yes")

    assert (left.exit_code, stopped.exit_code) == (7, 0)
    [told] = [one for one in ran.lines if one["code"] == "passed_over"]
    assert told["operation"]["id"] == stopped.result["operations"][0]["id"]
    assert [one["purpose"] for one in told["passed_over"]] == [None, "drift"]
    assert told["passed_over"][0]["id"] == theirs
    assert (ran.exit_code, ran.result["code"]) == (0, "succeeded")
    listed = list_operations(deployer.local, small.NAME)
    assert [one["Action"] for one in listed] == [
        "CREATE",
        "DETECT_DRIFT",
        "DETECT_DRIFT",
        "CREATE",
    ]
    rows = client.list_stack_instances(StackSetName=small.NAME)["Summaries"]
    assert {one["Region"]: one["Status"] for one in rows} == {EAST: "CURRENT", WEST: "CURRENT"}
