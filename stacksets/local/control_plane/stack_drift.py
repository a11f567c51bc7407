"""Drift detection of one stack: CloudFormation's own, asked for and read to its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from stacksets.local.control_plane.drift import DriftStatus, InstanceDrift
from stacksets.local.control_plane.model import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_cloudformation.type_defs import (
        DescribeStackDriftDetectionStatusOutputTypeDef as Detection,
    )

POLL_SECONDS = 0.05
SHOWN = (
    "StackId",
    "LogicalResourceId",
    "PhysicalResourceId",
    "PhysicalResourceIdContext",
    "ResourceType",
    "PropertyDifferences",
    "StackResourceDriftStatus",
    "Timestamp",
)
"""What ListStackInstanceResourceDrifts shows of a resource's drift."""


def detect(client: CloudFormationClient, stack_id: str, pause: Callable[[float], bool]) -> Outcome:
    """Detect the drift of a stack; `pause` waits, and tells whether to wait no longer.

    A stack that cannot be examined, or not wholly, fails with the service's reason.
    """
    try:
        detection = _detect(client, stack_id, pause)
        if detection["DetectionStatus"] != "DETECTION_COMPLETE":
            return Outcome(succeeded=False, reason=detection.get("DetectionStatusReason"))
        resources = tuple(_read_resources(client, stack_id))
    except ClientError as error:
        return Outcome(succeeded=False, reason=error.response["Error"]["Message"])
    drift = InstanceDrift(
        status=DriftStatus(detection["StackDriftStatus"]),
        checked=detection["Timestamp"],
        resources=resources,
    )
    return Outcome(succeeded=True, drift=drift)


def _detect(
    client: CloudFormationClient, stack_id: str, pause: Callable[[float], bool]
) -> Detection:
    asked = client.detect_stack_drift(StackName=stack_id)["StackDriftDetectionId"]
    found = client.describe_stack_drift_detection_status(StackDriftDetectionId=asked)
    while found["DetectionStatus"] == "DETECTION_IN_PROGRESS" and not pause(POLL_SECONDS):
        found = client.describe_stack_drift_detection_status(StackDriftDetectionId=asked)
    return found


def _read_resources(client: CloudFormationClient, stack_id: str) -> Iterator[Mapping[str, Any]]:
    token: dict[str, Any] = {}
    while True:
        page = client.describe_stack_resource_drifts(StackName=stack_id, **token)
        for drift in page["StackResourceDrifts"]:
            yield {name: value for name, value in drift.items() if name in SHOWN}
        if "NextToken" not in page:
            return
        token = {"NextToken": page["NextToken"]}
