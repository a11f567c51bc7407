"""Drift that is real: changed by hand, detected by the embedded AWS, told by the command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stacksets.diagnosing import diagnose
from stacksets.drift import detect_drift, read_drift
from stacksets.errors import DetachedError
from stacksets.model.drift import DriftState
from stacksets.plan import make_plan
from stacksets.waiting import Patience
from tests.builders import ACCOUNT, EAST, HOME, NAME, WEST
from tests.integration.commands import copy_project
from tests.integration.deployer import (
    Deployer,
    HastyClock,
    a_regional_deployment,
    list_operations,
    list_writes,
    regional_template,
)

if TYPE_CHECKING:
    from pathlib import Path

    from stacksets.model.desired import Deployment, OperationId
    from stacksets.model.drift import Drift
    from tests.local_aws import LocalAws

pytestmark = [pytest.mark.integration, pytest.mark.emulator_only]

SERVICE_ACCOUNT = "000000000000"


class Interrupting(HastyClock):
    """Somebody types Ctrl-C as soon as there is anything to wait for."""

    def __init__(self) -> None:
        super().__init__()
        self.interrupts = 1

    def sleep(self, seconds: float) -> None:
        if self.interrupts:
            self.interrupts -= 1
            raise KeyboardInterrupt
        super().sleep(seconds)


def _detect(deployer: Deployer, clock: HastyClock | None = None) -> OperationId:
    deployment = a_regional_deployment()
    return detect_drift(deployer.aws, deployment, clock or HastyClock(), lambda _: None, Patience())


def _drift(deployer: Deployer, deployment: Deployment | None = None) -> Drift:
    found = _detect(deployer)
    return read_drift(deployer.aws, deployment or a_regional_deployment(), found, HastyClock())


def _detections(local: LocalAws) -> list[str]:
    listed = list_operations(local)
    return [one["OperationId"] for one in listed if one["Action"] == "DETECT_DRIFT"]


def test_a_retention_changed_by_hand_is_named_until_it_is_put_back(
    local_aws: LocalAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in local_aws.environ(SERVICE_ACCOUNT).items():
        monkeypatch.setenv(name, value)
    service = copy_project(tmp_path)
    assert service.run("bootstrap", "--yes").exit_code == 0
    assert service.deploy().exit_code == 0
    logs = local_aws.client("logs", SERVICE_ACCOUNT, EAST)
    [group] = [
        one["logGroupName"]
        for one in logs.describe_log_groups()["logGroups"]
        if one["logGroupName"].endswith("/FunctionLogs")
    ]
    calls = len(local_aws.journal())

    before = service.run("drift")
    logs.put_retention_policy(logGroupName=group, retentionInDays=3)
    drifted = service.run("drift")
    status = service.run("status")
    unseen = service.run("plan", "--no-lint", "--expect-no-changes")
    logs.put_retention_policy(logGroupName=group, retentionInDays=365)
    last = service.run("drift", "--last")
    after = service.run("drift")

    assert (before.exit_code, before.result["code"]) == (0, "in_sync")
    assert (drifted.exit_code, drifted.result["code"]) == (8, "drifted")
    [instance] = drifted.result["drifted"]
    assert (instance["account"], instance["region"]) == (SERVICE_ACCOUNT, EAST)
    [resource] = instance["resources"]
    assert resource["logical_id"] == "FunctionLogs"
    assert resource["resource_type"] == "AWS::Logs::LogGroup"
    assert resource["physical_id"] == group
    assert resource["properties"] == [
        {
            "path": "/RetentionInDays",
            "difference": "NOT_EQUAL",
            "expected": "365",
            "actual": "3",
        }
    ]
    assert drifted.result["in_sync"] == [f"{SERVICE_ACCOUNT}/{WEST}"]
    assert (status.exit_code, status.result["drift"]["status"]) == (0, "DRIFTED")
    assert (unseen.exit_code, unseen.result["code"]) == (0, "no_changes")
    assert (last.exit_code, last.result["drifted"]) == (8, drifted.result["drifted"])
    assert (after.exit_code, after.result["code"]) == (0, "in_sync")
    assert list_writes(local_aws, calls) == ["DetectStackSetDrift"] * 3


def test_a_stack_deleted_by_hand_fails_the_detection_there_and_nowhere_else(
    deployer: Deployer,
) -> None:
    deployment = a_regional_deployment()
    deployer.deploy(deployment)
    [stack_id] = deployer.stacks(region=WEST)
    deployer.local.client("cloudformation", ACCOUNT, WEST).delete_stack(StackName=stack_id)

    drift = _drift(deployer)

    assert (drift.state, drift.state.exit_code) == (DriftState.FAILED, 5)
    [cause] = drift.causes
    assert (cause.region, cause.hint and cause.hint.code) == (WEST, "stack_gone")
    assert [key.region for key in drift.in_sync] == [EAST]


def test_a_resource_deleted_by_hand_and_lists_that_lag_are_drift_all_the_same(
    deployer: Deployer,
) -> None:
    deployer.deploy(a_regional_deployment())
    logs = deployer.local.client("logs", ACCOUNT, WEST)
    [group] = logs.describe_log_groups()["logGroups"]
    logs.delete_log_group(logGroupName=group["logGroupName"])
    deployer.local.set_control_plane(list_lag_seconds=0.1)

    drift = _drift(deployer)

    assert drift.state is DriftState.DRIFTED
    [instance] = drift.drifted
    assert [(one.logical_id, one.kind) for one in instance.resources] == [("Logs", "DELETED")]
    assert [key.region for key in drift.in_sync] == [EAST]


def test_a_detection_hides_no_failed_update_and_makes_no_retry_of_what_is_well(
    deployer: Deployer,
) -> None:
    denied = [{"account": ACCOUNT, "region": WEST, "reason": "Limit exceeded"}]
    before = a_regional_deployment()
    deployer.deploy(before)
    deployer.local.set_control_plane(failures=denied)
    _detect(deployer)
    well = deployer.observe(before)
    assert well is not None
    assert make_plan(before, well).is_empty
    changed = a_regional_deployment(tags={"Owner": "z"})
    deployer.deploy(changed)
    deployer.local.set_control_plane(failures=[])
    _detect(deployer)

    observed = deployer.observe(changed)

    assert observed is not None
    found = diagnose(deployer.aws, changed, observed)
    assert [(one.region, one.reason) for one in found.causes] == [(WEST, "Limit exceeded")]
    assert [key.region for key in found.not_attempted] == [EAST]


def test_a_detection_that_somebody_else_has_begun_is_attached_to(deployer: Deployer) -> None:
    deployer.deploy(a_regional_deployment())
    deployer.local.set_control_plane(instance_seconds=0.3)
    client = deployer.local.client("cloudformation", ACCOUNT, HOME)
    begun = client.detect_stack_set_drift(StackSetName=NAME)["OperationId"]

    assert _detect(deployer) == begun
    assert _detections(deployer.local) == [begun]


def test_a_detection_that_was_left_by_ctrl_c_is_attached_to_by_the_same_command(
    deployer: Deployer,
) -> None:
    deployer.deploy(a_regional_deployment())
    deployer.local.set_control_plane(instance_seconds=0.5)

    with pytest.raises(DetachedError):
        _detect(deployer, Interrupting())
    operation_id = _detect(deployer)

    assert _detections(deployer.local) == [operation_id]


def test_an_update_that_runs_is_waited_for_before_the_detection(deployer: Deployer) -> None:
    deployer.deploy(a_regional_deployment())
    deployer.local.set_control_plane(instance_seconds=0.2)
    client = deployer.local.client("cloudformation", ACCOUNT, HOME)
    update = client.update_stack_set(
        StackSetName=NAME,
        UsePreviousTemplate=True,
        AdministrationRoleARN=a_regional_deployment().administration_role_arn,
        ExecutionRoleName="execution",
    )["OperationId"]

    operation_id = _detect(deployer)

    newest, before, *_ = list_operations(deployer.local)
    assert (newest["OperationId"], before["OperationId"]) == (operation_id, update)
    assert newest["Status"] == "SUCCEEDED"


def test_the_value_of_a_noecho_parameter_is_masked(deployer: Deployer) -> None:
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": {"Ref": "Delay"}}}
    content = {
        **regional_template(resources={"Queue": queue}),
        "Parameters": {
            "Suffix": {"Type": "String", "Default": "dev"},
            "Delay": {"Type": "Number", "NoEcho": True},
        },
    }
    deployment = a_regional_deployment(content=content, parameters={"Delay": "613"})
    deployer.deploy(deployment)
    sqs = deployer.local.client("sqs", ACCOUNT, EAST)
    [url] = sqs.list_queues()["QueueUrls"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"DelaySeconds": "714"})

    drift = _drift(deployer, deployment)

    [instance] = drift.drifted
    [resource] = instance.resources
    [shown] = resource.properties
    assert (shown.path, shown.expected, shown.actual) == ("/DelaySeconds", "****", "****")
