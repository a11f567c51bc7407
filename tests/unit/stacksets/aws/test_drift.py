"""Drift as AWS tells it, through a stubbed client."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from stacksets.aws.stack_sets import BotoStackSets
from stacksets.model.desired import AccountId, InstanceKey, OperationId, Region
from stacksets.model.observed import (
    DriftStatus,
    DriftSummary,
    PropertyDrift,
    ResourceDrift,
)

ACCOUNT, EAST = AccountId("111111111111"), Region("us-east-1")
DETECTION = OperationId("stacksets-drift-1")
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
THERE = NOON.astimezone(timezone(timedelta(hours=2)))
DETAILS = {
    "DriftStatus": "DRIFTED",
    "DriftDetectionStatus": "PARTIAL_SUCCESS",
    "LastDriftCheckTimestamp": THERE,
    "TotalStackInstancesCount": 10,
    "DriftedStackInstancesCount": 4,
    "InSyncStackInstancesCount": 3,
    "InProgressStackInstancesCount": 2,
    "FailedStackInstancesCount": 1,
}
SUMMARY = DriftSummary(
    status=DriftStatus.DRIFTED,
    detection_status="PARTIAL_SUCCESS",
    checked=NOON,
    total=10,
    drifted=4,
    in_sync=3,
    in_progress=2,
    failed=1,
)


@pytest.fixture
def stack_sets(clients):
    return BotoStackSets(clients)


@pytest.mark.parametrize(
    ("details", "read"),
    [
        (DETAILS, SUMMARY),
        ({}, None),
        (
            {"TotalStackInstancesCount": 2},
            DriftSummary(status=DriftStatus.NOT_CHECKED, detection_status="", total=2),
        ),
    ],
    ids=["checked", "nothing", "never checked"],
)
def test_the_latest_detection_of_a_stack_set_is_read(stack_sets, cloudformation, details, read):
    answer = {
        "StackSetName": "svc",
        "StackSetId": "svc:1",
        "StackSetDriftDetectionDetails": details,
    }
    cloudformation.add_response("describe_stack_set", {"StackSet": answer})

    assert stack_sets.describe_stack_set("svc").drift == read


def test_what_an_operation_found_is_read_where_it_is_described(stack_sets, cloudformation):
    operation = {
        "OperationId": DETECTION,
        "Action": "DETECT_DRIFT",
        "Status": "SUCCEEDED",
        "StackSetDriftDetectionDetails": DETAILS,
    }
    cloudformation.add_response("describe_stack_set_operation", {"StackSetOperation": operation})

    assert stack_sets.find_operation("svc", DETECTION).drift == SUMMARY


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("IN_SYNC", DriftStatus.IN_SYNC),
        ("NOT_CHECKED", DriftStatus.NOT_CHECKED),
        ("SOMETHING_NEW", DriftStatus.UNKNOWN),
    ],
)
def test_the_drift_of_an_instance_is_read_and_a_new_word_is_unknown(
    stack_sets, cloudformation, word, status
):
    row = {
        "Account": ACCOUNT,
        "Region": EAST,
        "Status": "CURRENT",
        "DriftStatus": word,
        "LastDriftCheckTimestamp": THERE,
    }
    cloudformation.add_response("list_stack_instances", {"Summaries": [row]})

    [instance] = stack_sets.list_instances("svc")

    assert (instance.drift_status, instance.drift_checked) == (status, NOON)


def test_the_resources_that_differ_are_listed_to_the_last_page(stack_sets, cloudformation):
    row = {
        "StackId": "arn:stack",
        "ResourceType": "AWS::Logs::LogGroup",
        "StackResourceDriftStatus": "MODIFIED",
        "Timestamp": NOON,
    }
    difference = {
        "PropertyPath": "/RetentionInDays",
        "ExpectedValue": "7",
        "ActualValue": "3",
        "DifferenceType": "NOT_EQUAL",
    }
    asked = {
        "StackSetName": "svc",
        "StackInstanceAccount": ACCOUNT,
        "StackInstanceRegion": EAST,
        "OperationId": DETECTION,
        "StackInstanceResourceDriftStatuses": ["MODIFIED", "DELETED"],
        "MaxResults": 100,
    }
    modified = {"LogicalResourceId": "Logs", "PhysicalResourceId": "logs-1"}
    gone = {"LogicalResourceId": "Gone", "StackResourceDriftStatus": "DELETED"}
    cloudformation.add_response(
        "list_stack_instance_resource_drifts",
        {"Summaries": [row | modified | {"PropertyDifferences": [difference]}], "NextToken": "2"},
        asked,
    )
    cloudformation.add_response(
        "list_stack_instance_resource_drifts",
        {"Summaries": [row | gone]},
        asked | {"NextToken": "2"},
    )

    listed = stack_sets.list_resource_drifts("svc", InstanceKey(ACCOUNT, EAST), DETECTION)

    changed = PropertyDrift(path="/RetentionInDays", kind="NOT_EQUAL", expected="7", actual="3")
    assert listed == (
        ResourceDrift(
            logical_id="Logs",
            physical_id="logs-1",
            resource_type="AWS::Logs::LogGroup",
            kind="MODIFIED",
            properties=(changed,),
        ),
        ResourceDrift(
            logical_id="Gone",
            physical_id="",
            resource_type="AWS::Logs::LogGroup",
            kind="DELETED",
        ),
    )
