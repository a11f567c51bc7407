"""What ministack never does: detections that take their time, fail in part or fill two pages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError

from stacksets.local.control_plane.drift import DriftStatus, InstanceDrift
from stacksets.local.control_plane.model import InstanceKey, Outcome
from stacksets.local.control_plane.outside import read_stack
from stacksets.local.control_plane.stack_drift import detect

CHECKED = datetime(2026, 1, 1, tzinfo=UTC)
RUNNING = {"DetectionStatus": "DETECTION_IN_PROGRESS"}
COMPLETE = {
    "DetectionStatus": "DETECTION_COMPLETE",
    "StackDriftStatus": "DRIFTED",
    "Timestamp": CHECKED,
}
FAILED = {"DetectionStatus": "DETECTION_FAILED", "DetectionStatusReason": "no rights"}


class Script:
    """A CloudFormation client that answers with the detections in turn, and with two pages."""

    def __init__(self, *detections):
        self.detections = list(detections)

    def detect_stack_drift(self, **asked):
        assert asked == {"StackName": "stack"}
        return {"StackDriftDetectionId": "id"}

    def describe_stack_drift_detection_status(self, **asked):
        assert asked == {"StackDriftDetectionId": "id"}
        return self.detections.pop(0)

    def describe_stack_resource_drifts(self, **asked):
        if "NextToken" in asked:
            return {"StackResourceDrifts": [{"LogicalResourceId": "Second", "Other": 1}]}
        return {"StackResourceDrifts": [{"LogicalResourceId": "First"}], "NextToken": "more"}


def test_a_detection_is_awaited_and_every_page_of_it_read():
    pauses = []

    def pause(seconds):
        pauses.append(seconds)
        return False

    outcome = detect(Script(RUNNING, RUNNING, COMPLETE), "stack", pause)
    resources = ({"LogicalResourceId": "First"}, {"LogicalResourceId": "Second"})
    drift = InstanceDrift(status=DriftStatus.DRIFTED, checked=CHECKED, resources=resources)
    assert outcome == Outcome(succeeded=True, drift=drift)
    assert pauses == [0.05, 0.05]


def test_a_detection_that_fails_in_part_fails_with_its_reason():
    outcome = detect(Script(FAILED), "stack", pytest.fail)
    assert outcome == Outcome(succeeded=False, reason="no rights")


def test_an_ending_control_plane_awaits_no_detection():
    assert detect(Script(RUNNING), "stack", lambda _: True) == Outcome(succeeded=False)


def test_an_unexpected_answer_is_not_taken_for_a_stack_that_is_not_there():
    class Refusing:
        def describe_stacks(self, **_):
            raise ClientError({"Error": {"Message": "you are not authorized"}}, "DescribeStacks")

    with pytest.raises(ClientError, match="not authorized"):
        read_stack(Refusing(), "stack", InstanceKey("111111111111", "us-east-1"))
