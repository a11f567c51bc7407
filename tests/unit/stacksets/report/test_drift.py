"""What programs read of a drift detection."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from stacksets.model.desired import OperationId
from stacksets.model.diagnosis import Unread
from stacksets.model.drift import Drift, InstanceDrift
from stacksets.model.observed import DriftStatus, DriftSummary, OperationAction, OperationStatus
from stacksets.model.outcome import RootCause
from stacksets.report.drift import drift_result
from stacksets.report.status import status_result
from tests.builders import (
    ACCOUNT,
    EAST,
    NAME,
    WEST,
    a_deployment,
    a_key,
    a_resource_drift,
    a_stack_set,
    an_instance,
    an_operation,
)

DETECTION = an_operation(action=OperationAction.DETECT_DRIFT)
STARTED = datetime(2026, 1, 1, tzinfo=UTC)
DRIFTED = InstanceDrift(key=a_key(), resources=(a_resource_drift(),))
UNREAD = Unread(key=a_key(region=WEST), why="it has no stack")
CAUSE = RootCause(account=ACCOUNT, region=WEST, reason="no role")


@pytest.mark.parametrize(
    ("found", "code", "exit_code"),
    [
        ({"in_sync": (a_key(),)}, "in_sync", 0),
        ({"in_sync": (a_key(),), "drifted": (DRIFTED,)}, "drifted", 8),
        ({"in_sync": (a_key(),), "causes": (CAUSE,)}, "detection_failed", 5),
        ({"in_sync": (a_key(),), "not_examined": (a_key(),)}, "detection_failed", 5),
        ({"in_sync": (a_key(),), "unread": (UNREAD,)}, "could_not_tell", 4),
        ({}, "could_not_tell", 4),
        ({"drifted": (DRIFTED,), "causes": (CAUSE,), "unread": (UNREAD,)}, "drifted", 8),
        ({"causes": (CAUSE,), "unread": (UNREAD,)}, "detection_failed", 5),
    ],
)
def test_code_and_exit_code_tell_four_endings_apart(found, code, exit_code):
    result = drift_result(Drift(operation=DETECTION, **found), NAME, {})

    assert (result.code, result.exit_code) == (code, exit_code)


@pytest.mark.parametrize(
    "changes", [{"status": OperationStatus.STOPPED}, {"failed_count": 1}], ids=["stopped", "failed"]
)
def test_an_operation_that_did_not_succeed_is_never_in_sync(changes):
    operation = an_operation(action=OperationAction.DETECT_DRIFT, **changes)

    assert drift_result(Drift(operation=operation, in_sync=(a_key(),)), NAME, {}).exit_code == 5


def test_the_data_hold_every_instance_resource_and_property():
    later = an_operation(id=OperationId("later"))
    drift = Drift(
        operation=DETECTION,
        drifted=(DRIFTED,),
        in_sync=(a_key("333333333333"),),
        causes=(CAUSE,),
        not_examined=(a_key("444444444444"),),
        unread=(UNREAD,),
        left_alone=(Unread(key=a_key("555555555555"), why="closed"),),
        since=(later,),
    )

    data = json.loads(json.dumps(drift_result(drift, NAME, {"command": "drift"}).data))

    assert data["command"] == "drift"
    assert data["detection"]["id"] == "op-1"
    assert data["counts"] == {
        "drifted": 1,
        "in_sync": 1,
        "failed": 1,
        "not_examined": 1,
        "unknown": 1,
        "left_alone": 1,
    }
    assert data["left_alone"] == ["555555555555/us-east-1"]
    assert data["drifted"] == [
        {
            "account": ACCOUNT,
            "region": EAST,
            "unread": "",
            "resources": [
                {
                    "logical_id": "Topic",
                    "physical_id": f"arn:aws:sns:{EAST}:{ACCOUNT}:greeting",
                    "resource_type": "AWS::SNS::Topic",
                    "status": "MODIFIED",
                    "properties": [
                        {
                            "path": "/DisplayName",
                            "difference": "NOT_EQUAL",
                            "expected": "hello",
                            "actual": "bye",
                        }
                    ],
                }
            ],
        }
    ]
    assert (data["in_sync"], data["not_examined"]) == (
        ["333333333333/us-east-1"],
        ["444444444444/us-east-1"],
    )
    assert [one["reason"] for one in data["root_causes"]] == ["no role"]
    assert data["unread"] == [{"instance": str(UNREAD.key), "why": "it has no stack"}]
    assert [one["id"] for one in data["since"]] == ["later"]
    assert data["drifted_unlisted"] == 0


def test_drift_that_only_aws_counts_is_in_the_data():
    counted = DriftSummary(status=DriftStatus.DRIFTED, detection_status="COMPLETED", drifted=3)
    operation = an_operation(action=OperationAction.DETECT_DRIFT, drift=counted)

    data = drift_result(Drift(operation=operation, drifted=(DRIFTED,)), NAME, {}).data

    assert data["drifted_unlisted"] == 2
    assert data["counts"]["drifted"] == 3


@pytest.mark.parametrize("checked", [STARTED, None])
def test_status_holds_what_the_latest_detection_found(checked):
    summary = DriftSummary(
        status=DriftStatus.DRIFTED,
        detection_status="PARTIAL_SUCCESS",
        checked=checked,
        total=3,
        drifted=1,
        in_sync=1,
        failed=1,
    )
    observed = a_stack_set(an_instance(), drift=summary)

    assert status_result(a_deployment(), observed, {}).data["drift"] == {
        "status": "DRIFTED",
        "detection_status": "PARTIAL_SUCCESS",
        "checked": checked and checked.isoformat(),
        "total": 3,
        "drifted": 1,
        "in_sync": 1,
        "failed": 1,
    }


def test_status_says_null_where_aws_tells_nothing_of_drift():
    data = status_result(a_deployment(), a_stack_set(an_instance()), {}).data

    assert data["drift"] is None
