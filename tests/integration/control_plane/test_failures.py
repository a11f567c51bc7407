"""Creates that fail, roles that are missing, operations that are stopped, requests refused."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from tests.integration.control_plane.stack_sets import (
    ADMIN,
    ADMINISTRATION_ROLE,
    BROKEN,
    EAST,
    EXECUTION_ROLE,
    HOME,
    QUEUE,
    TARGET,
    WEST,
    make_administration_role,
    make_execution_role,
    policy,
    template,
)

pytestmark = pytest.mark.integration

NEEDS_ADMINISTRATION = (
    f"Account {ADMIN} should have '{ADMINISTRATION_ROLE}' role with trust relationship to "
    "CloudFormation service."
)
NEEDS_EXECUTION = (
    f"Account {TARGET} should have '{EXECUTION_ROLE}' role with trust relationship to Role "
    f"'{ADMINISTRATION_ROLE}'."
)


def deputy(account: str = ADMIN, stack_set: str = "stackset/*") -> dict[str, object]:
    """Give the conditions against the confused deputy."""
    return {
        "StringEquals": {"aws:SourceAccount": account},
        "ArnLike": {"aws:SourceArn": f"arn:aws:cloudformation:*:{account}:{stack_set}"},
    }


def create_in(cloud, account=ADMIN, region=EAST, **sent):
    """Create one stack instance of `site` and give its row and the operation."""
    answer = cloud.stack_sets().create_stack_instances(
        StackSetName="site", Accounts=[account], Regions=[region], **sent
    )
    operation = cloud.finish("site", answer)
    return cloud.instances("site")[account, region], operation


def test_a_failed_create_leaves_an_outdated_row_and_a_deleted_stack_whose_events_are_kept(cloud):
    cloud.make_roles()
    broken = template(Resources={"Queue": QUEUE, "Custom": BROKEN})
    client = cloud.stack_sets()
    client.create_stack_set(StackSetName="site", TemplateBody=broken)
    row, operation = create_in(cloud)
    assert operation["Status"] == "FAILED"
    assert (row["Status"], row["StackInstanceStatus"]["DetailedStatus"]) == ("OUTDATED", "FAILED")
    assert row["StatusReason"].startswith("ResourceLogicalId:Custom, ResourceType:AWS::Cloud")
    assert cloud.stack(row)["StackStatus"] == "DELETE_COMPLETE"
    events = cloud.stacks(ADMIN, EAST).describe_stack_events(StackName=row["StackId"])
    statuses = {event["ResourceStatus"] for event in events["StackEvents"]}
    assert "CREATE_FAILED" in statuses

    update = client.update_stack_set(StackSetName="site", TemplateBody=template())
    assert cloud.finish("site", update)["Status"] == "SUCCEEDED"
    mended = cloud.instances("site")[ADMIN, EAST]
    assert mended["StackId"] != row["StackId"]
    assert cloud.stack(mended)["StackStatus"] == "CREATE_COMPLETE"


def test_a_create_that_cloudformation_refuses_has_no_stack(cloud):
    cloud.make_roles()
    unknown = template(Resources={"Thing": {"Type": "AWS::No::Such"}})
    cloud.stack_sets().create_stack_set(StackSetName="site", TemplateBody=unknown)
    row, _ = create_in(cloud)
    assert "StackId" not in row
    assert "AWS::No::Such" in row["StatusReason"]


@pytest.mark.parametrize("condition", [{}, deputy()])
def test_a_complete_role_chain_lets_stacks_be_made(cloud, condition):
    make_administration_role(cloud.iam(ADMIN), condition=condition)
    make_execution_role(cloud.iam(TARGET))
    cloud.stack_sets().create_stack_set(StackSetName="site", TemplateBody=template())
    row, _ = create_in(cloud, TARGET)
    assert row["Status"] == "CURRENT"


def test_an_execution_role_may_trust_the_whole_administrator_account(cloud):
    make_administration_role(cloud.iam(ADMIN))
    make_execution_role(cloud.iam(TARGET), trusted=f"arn:aws:iam::{ADMIN}:root")
    cloud.stack_sets().create_stack_set(StackSetName="site", TemplateBody=template())
    row, _ = create_in(cloud, TARGET)
    assert row["Status"] == "CURRENT"


@pytest.mark.parametrize(
    "administration",
    [
        None,
        {"service": "lambda.amazonaws.com"},
        {"condition": deputy(account=TARGET)},
        {"condition": deputy(stack_set="stackset/another:*")},
    ],
)
def test_a_missing_or_foreign_administration_role_fails_per_instance_not_the_api_call(
    cloud, administration
):
    if administration is not None:
        make_administration_role(cloud.iam(ADMIN), **administration)
    make_execution_role(cloud.iam(TARGET))
    cloud.stack_sets().create_stack_set(StackSetName="site", TemplateBody=template())
    row, operation = create_in(cloud, TARGET)
    assert operation["Status"] == "FAILED"
    assert row["StatusReason"] == NEEDS_ADMINISTRATION
    assert "StackId" not in row


@pytest.mark.parametrize(
    ("administration", "execution"),
    [
        ({}, None),
        ({}, {"trusted": f"arn:aws:iam::{TARGET}:root"}),
        ({"may_assume": "arn:aws:iam::999999999999:role/another"}, {}),
        ({"in_accounts": (ADMIN,)}, {}),
    ],
)
def test_a_missing_or_foreign_execution_role_fails_per_instance_not_the_api_call(
    cloud, administration, execution
):
    make_administration_role(cloud.iam(ADMIN), **administration)
    if execution is not None:
        make_execution_role(cloud.iam(TARGET), **execution)
    cloud.stack_sets().create_stack_set(StackSetName="site", TemplateBody=template())
    row, _ = create_in(cloud, TARGET)
    assert row["StatusReason"] == NEEDS_EXECUTION


def test_an_attached_policy_counts_as_an_inline_one_does(cloud):
    iam = cloud.iam(ADMIN)
    make_administration_role(iam, may_assume="arn:aws:iam::999999999999:role/another")
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
    made = iam.create_policy(PolicyName="assume", PolicyDocument=policy(statement))
    iam.attach_role_policy(RoleName=ADMINISTRATION_ROLE, PolicyArn=made["Policy"]["Arn"])
    make_execution_role(cloud.iam(TARGET))
    cloud.stack_sets().create_stack_set(StackSetName="site", TemplateBody=template())
    row, _ = create_in(cloud, TARGET)
    assert row["Status"] == "CURRENT"


def test_an_opt_in_region_without_its_regional_principal_fails(cloud):
    cloud.make_roles()
    cloud.stack_sets().create_stack_set(StackSetName="site", TemplateBody=template())
    row, _ = create_in(cloud, ADMIN, "eu-south-1")
    assert row["StatusReason"] == NEEDS_ADMINISTRATION


def test_custom_roles_are_used_where_they_are_named(cloud):
    make_administration_role(cloud.iam(ADMIN), name="Mine", may_assume="arn:aws:iam::*:role/Yours")
    yours = {"name": "Yours", "trusted": f"arn:aws:iam::{ADMIN}:role/Mine"}
    make_execution_role(cloud.iam(TARGET), **yours)
    client = cloud.stack_sets()
    client.create_stack_set(
        StackSetName="site",
        TemplateBody=template(),
        AdministrationRoleARN=f"arn:aws:iam::{ADMIN}:role/Mine",
        ExecutionRoleName="Yours",
    )
    row, operation = create_in(cloud, TARGET)
    assert row["Status"] == "CURRENT"
    assert operation["ExecutionRoleName"] == "Yours"

    forgotten = client.update_stack_set(StackSetName="site", UsePreviousTemplate=True)
    cloud.finish("site", forgotten)
    assert cloud.instances("site")[TARGET, EAST]["StatusReason"] == NEEDS_ADMINISTRATION


def test_a_stack_that_cannot_be_reached_any_more_is_inoperable_until_it_is_retained(cloud):
    cloud.make_roles()
    client = cloud.stack_sets()
    client.create_stack_set(StackSetName="site", TemplateBody=template())
    create_in(cloud)
    cloud.iam(ADMIN).delete_role(RoleName=EXECUTION_ROLE)
    asked = {"StackSetName": "site", "Accounts": [ADMIN], "Regions": [EAST]}
    cloud.finish("site", client.delete_stack_instances(**asked, RetainStacks=False))
    assert cloud.instances("site")[ADMIN, EAST]["Status"] == "INOPERABLE"
    cloud.finish("site", client.delete_stack_instances(**asked, RetainStacks=True))
    assert cloud.instances("site") == {}


def test_stopping_then_stopped_with_in_flight_completion_of_a_real_stack(cloud):
    cloud.make_roles()
    cloud.plane.settings = replace(cloud.plane.settings, instance_seconds=0.3)
    client = cloud.stack_sets()
    client.create_stack_set(StackSetName="site", TemplateBody=template())
    answer = client.create_stack_instances(
        StackSetName="site", Accounts=[ADMIN], Regions=[EAST, WEST]
    )
    client.stop_stack_set_operation(StackSetName="site", **only_id(answer))
    assert cloud.operation("site", answer["OperationId"])["Status"] == "STOPPING"
    assert cloud.finish("site", answer)["Status"] == "STOPPED"
    rows = cloud.instances("site")
    assert rows[ADMIN, EAST]["Status"] == "CURRENT"
    assert rows[ADMIN, WEST]["StackInstanceStatus"] == {"DetailedStatus": "CANCELLED"}


def only_id(answer):
    return {"OperationId": answer["OperationId"]}


def test_two_regions_take_their_time_side_by_side_when_they_are_parallel(cloud):
    cloud.make_roles()
    cloud.plane.settings = replace(cloud.plane.settings, instance_seconds=0.5)
    cloud.stack_sets().create_stack_set(StackSetName="site", TemplateBody=template())
    answer = cloud.stack_sets().create_stack_instances(
        StackSetName="site",
        Accounts=[ADMIN],
        Regions=[EAST, WEST],
        OperationPreferences={"RegionConcurrencyType": "PARALLEL"},
    )
    assert set(cloud.results("site", answer).values()) == {("RUNNING", None)}
    assert cloud.finish("site", answer)["Status"] == "SUCCEEDED"


def test_a_reset_leaves_no_worker_behind(cloud):
    cloud.make_roles()
    cloud.plane.settings = replace(cloud.plane.settings, instance_seconds=30)
    client = cloud.stack_sets()
    client.create_stack_set(StackSetName="site", TemplateBody=template())
    client.create_stack_instances(StackSetName="site", Accounts=[ADMIN], Regions=[EAST])
    started = time.monotonic()
    cloud.plane.reset()
    assert time.monotonic() - started < 10
    assert client.list_stack_sets()["Summaries"] == []
    assert cloud.stacks(ADMIN, EAST).describe_stacks()["Stacks"] == []


def test_operation_in_progress_message_with_operation_id_reaches_the_client(cloud):
    cloud.make_roles()
    cloud.plane.settings = replace(cloud.plane.settings, instance_seconds=1)
    client = cloud.stack_sets()
    made = client.create_stack_set(StackSetName="site", TemplateBody=template())
    answer = client.create_stack_instances(
        StackSetName="site", Accounts=[ADMIN], Regions=[EAST], OperationId="first"
    )
    arn = f"arn:aws:cloudformation:{HOME}:{ADMIN}:stackset/{made['StackSetId']}"
    with pytest.raises(client.exceptions.OperationInProgressException) as caught:
        client.update_stack_set(StackSetName="site", UsePreviousTemplate=True)
    message = caught.value.response["Error"]["Message"]
    assert message == f"Another Operation on StackSet {arn} is in progress: first"
    cloud.finish("site", answer)


def test_insufficient_capabilities_reach_the_client_and_leave_no_stack_set(cloud):
    client = cloud.stack_sets()
    role = template(Resources={"Role": {"Type": "AWS::IAM::Role"}})
    with pytest.raises(client.exceptions.InsufficientCapabilitiesException) as caught:
        client.create_stack_set(StackSetName="site", TemplateBody=role)
    assert "Requires capabilities : [CAPABILITY_IAM]" in str(caught.value)
    assert client.list_stack_sets()["Summaries"] == []


def test_a_validation_error_reaches_the_client(cloud):
    client = cloud.stack_sets()
    with pytest.raises(ClientError, match="51200") as caught:
        client.create_stack_set(StackSetName="site", TemplateBody=json.dumps("x" * 60_000))
    assert caught.value.response["Error"]["Code"] == "ValidationError"


def test_boto3_paginators_read_every_instance(cloud):
    client = cloud.stack_sets()
    client.create_stack_set(StackSetName="site", TemplateBody=template())
    accounts = [f"{number:012}" for number in range(1, 8)]
    answer = client.create_stack_instances(
        StackSetName="site",
        Accounts=accounts,
        Regions=[EAST],
        OperationPreferences={"FailureTolerancePercentage": 100},
    )
    found = cloud.finish("site", answer)
    assert found["Status"] == "SUCCEEDED"
    assert found["StatusDetails"] == {"FailedStackInstancesCount": 7}
    pages = client.get_paginator("list_stack_instances").paginate(
        StackSetName="site", PaginationConfig={"PageSize": 3}
    )
    shown = [[row["Account"] for row in page["Summaries"]] for page in pages]
    assert shown == [accounts[:3], accounts[3:6], accounts[6:]]
