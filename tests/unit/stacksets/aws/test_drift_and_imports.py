"""The calls that look for drift and adopt stacks: what is sent, and what is read back."""

from __future__ import annotations

import pytest

from stacksets.aws.stack_sets import BotoStackSets
from stacksets.model.desired import (
    AccountId,
    InstanceKey,
    OperationId,
    OperationPreferences,
    OrganizationalUnitId,
    Region,
)
from stacksets.model.observed import PropertyDrift, ResourceDrift

ONE, EAST = AccountId("111111111111"), Region("us-east-1")
OPERATION = OperationId("stacksets-drift-1")
STACK = "arn:aws:cloudformation:us-east-1:111111111111:stack/old/1"
ASKED = {
    "StackSetName": "svc-dev",
    "StackInstanceAccount": ONE,
    "StackInstanceRegion": EAST,
    "OperationId": OPERATION,
    "StackInstanceResourceDriftStatuses": ["MODIFIED", "DELETED"],
    "MaxResults": 100,
}


@pytest.fixture
def stack_sets(clients) -> BotoStackSets:
    return BotoStackSets(clients)


def _row(logical_id, status, **more):
    return {
        "StackId": STACK,
        "LogicalResourceId": logical_id,
        "ResourceType": "AWS::Logs::LogGroup",
        "StackResourceDriftStatus": status,
        "Timestamp": 0,
        **more,
    }


def test_resource_drifts_are_listed_to_the_last_page_with_both_values(stack_sets, cloudformation):
    differs = {
        "PropertyPath": "/RetentionInDays",
        "ExpectedValue": "30",
        "ActualValue": "7",
        "DifferenceType": "NOT_EQUAL",
    }
    modified = _row("Logs", "MODIFIED", PhysicalResourceId="group", PropertyDifferences=[differs])
    cloudformation.add_response(
        "list_stack_instance_resource_drifts", {"Summaries": [modified], "NextToken": "2"}, ASKED
    )
    cloudformation.add_response(
        "list_stack_instance_resource_drifts",
        {"Summaries": [_row("Gone", "DELETED")]},
        {**ASKED, "NextToken": "2"},
    )

    drifts = stack_sets.list_resource_drifts("svc-dev", InstanceKey(ONE, EAST), OPERATION)

    assert drifts == (
        ResourceDrift(
            logical_id="Logs",
            physical_id="group",
            resource_type="AWS::Logs::LogGroup",
            kind="MODIFIED",
            properties=(
                PropertyDrift(path="/RetentionInDays", kind="NOT_EQUAL", expected="30", actual="7"),
            ),
        ),
        ResourceDrift(
            logical_id="Gone",
            physical_id="",
            resource_type="AWS::Logs::LogGroup",
            kind="DELETED",
        ),
    )


@pytest.mark.parametrize(
    ("units", "sent"),
    [((), {}), (("ou-1234-abcdefgh",), {"OrganizationalUnitIds": ["ou-1234-abcdefgh"]})],
    ids=["of accounts", "of units"],
)
def test_stacks_are_imported_into_the_units_that_are_named(stack_sets, cloudformation, units, sent):
    cloudformation.add_response(
        "import_stacks_to_stack_set",
        {"OperationId": OPERATION},
        {
            "StackSetName": "svc-dev",
            "StackIds": [STACK],
            "OperationPreferences": {"RegionConcurrencyType": "SEQUENTIAL"},
            "OperationId": OPERATION,
            **sent,
        },
    )

    stack_sets.import_stacks(
        "svc-dev",
        (STACK,),
        tuple(OrganizationalUnitId(one) for one in units),
        OperationPreferences(),
        OPERATION,
    )
