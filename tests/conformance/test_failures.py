"""Creates that fail, roles that are missing, and requests that are refused."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from tests.conformance.stack_sets import (
    ADMIN,
    ADMINISTRATION_ROLE,
    EAST,
    EXECUTION_ROLE,
    FAILING,
    FAILURE,
    HANDLE,
    TARGET,
    WEST,
    make_administration_role,
    make_execution_role,
    policy,
    template,
)

pytestmark = pytest.mark.conformance

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


def create_in(cloud, account, region=EAST):
    """Create one stack instance and give its row and the operation."""
    operation = cloud.create(region, accounts=(account,))
    return cloud.instances()[account, region], operation


def test_a_failed_create_leaves_an_outdated_row_and_a_deleted_stack_whose_events_are_kept(cloud):
    cloud.make_roles()
    cloud.create_stack_set(template(Resources={"Handle": HANDLE, "Failing": FAILING}))
    row, operation = create_in(cloud, cloud.admin)
    assert operation["Status"] == "FAILED"
    assert (row["Status"], row["StackInstanceStatus"]["DetailedStatus"]) == ("OUTDATED", "FAILED")
    assert row["StatusReason"] == FAILURE
    assert cloud.stack(row)["StackStatus"] == "DELETE_COMPLETE"
    events = cloud.stacks(cloud.admin, EAST).describe_stack_events(StackName=row["StackId"])
    statuses = {event["ResourceStatus"] for event in events["StackEvents"]}
    assert "CREATE_FAILED" in statuses

    assert cloud.update(TemplateBody=template())["Status"] == "SUCCEEDED"
    mended = cloud.instances()[cloud.admin, EAST]
    assert mended["StackId"] != row["StackId"]
    assert cloud.stack(mended)["StackStatus"] == "CREATE_COMPLETE"


def test_a_create_that_cloudformation_refuses_has_no_stack(cloud):
    cloud.make_roles()
    cloud.create_stack_set(template(Resources={"Thing": {"Type": "AWS::No::Such"}}))
    row, _ = create_in(cloud, cloud.admin)
    assert "StackId" not in row
    assert "AWS::No::Such" in row["StatusReason"]


@pytest.mark.emulator_only
@pytest.mark.parametrize("condition", [{}, deputy()])
def test_a_complete_role_chain_lets_stacks_be_made(cloud, condition):
    make_administration_role(cloud.iam(ADMIN), condition=condition)
    make_execution_role(cloud.iam(TARGET))
    cloud.create_stack_set(template())
    row, _ = create_in(cloud, TARGET)
    assert row["Status"] == "CURRENT"


@pytest.mark.emulator_only
def test_an_execution_role_may_trust_the_whole_administrator_account(cloud):
    make_administration_role(cloud.iam(ADMIN))
    make_execution_role(cloud.iam(TARGET), trusted=f"arn:aws:iam::{ADMIN}:root")
    cloud.create_stack_set(template())
    row, _ = create_in(cloud, TARGET)
    assert row["Status"] == "CURRENT"


@pytest.mark.emulator_only
@pytest.mark.parametrize(
    "administration",
    [
        None,
        {"service": "lambda.amazonaws.com"},
        {"condition": deputy(account=TARGET)},
        {"condition": deputy(stack_set="stackset/another:*")},
    ],
)
def test_role_chain_missing_or_foreign_admin_role_fails_per_instance_not_the_api_call(
    cloud, administration
):
    if administration is not None:
        make_administration_role(cloud.iam(ADMIN), **administration)
    make_execution_role(cloud.iam(TARGET))
    cloud.create_stack_set(template())
    row, operation = create_in(cloud, TARGET)
    assert operation["Status"] == "FAILED"
    assert row["StatusReason"] == NEEDS_ADMINISTRATION
    assert "StackId" not in row


@pytest.mark.emulator_only
@pytest.mark.parametrize(
    ("administration", "execution"),
    [
        ({}, None),
        ({}, {"trusted": f"arn:aws:iam::{TARGET}:root"}),
        ({"may_assume": "arn:aws:iam::999999999999:role/another"}, {}),
        ({"in_accounts": (ADMIN,)}, {}),
    ],
)
def test_role_chain_missing_or_foreign_execution_role_fails_per_instance_not_the_api_call(
    cloud, administration, execution
):
    make_administration_role(cloud.iam(ADMIN), **administration)
    if execution is not None:
        make_execution_role(cloud.iam(TARGET), **execution)
    cloud.create_stack_set(template())
    row, _ = create_in(cloud, TARGET)
    assert row["StatusReason"] == NEEDS_EXECUTION


@pytest.mark.emulator_only
def test_an_attached_policy_counts_as_an_inline_one_does(cloud):
    iam = cloud.iam(ADMIN)
    make_administration_role(iam, may_assume="arn:aws:iam::999999999999:role/another")
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
    made = iam.create_policy(PolicyName="assume", PolicyDocument=policy(statement))
    iam.attach_role_policy(RoleName=ADMINISTRATION_ROLE, PolicyArn=made["Policy"]["Arn"])
    make_execution_role(cloud.iam(TARGET))
    cloud.create_stack_set(template())
    row, _ = create_in(cloud, TARGET)
    assert row["Status"] == "CURRENT"


@pytest.mark.emulator_only
def test_opt_in_region_without_regional_principal_fails_per_instance(cloud):
    cloud.make_roles()
    cloud.make_client("account", ADMIN, "us-east-1").enable_region(RegionName="eu-south-1")
    cloud.create_stack_set(template())
    row, _ = create_in(cloud, ADMIN, "eu-south-1")
    assert row["StatusReason"] == NEEDS_ADMINISTRATION


@pytest.mark.emulator_only
def test_custom_roles_are_used_where_they_are_named(cloud):
    make_administration_role(cloud.iam(ADMIN), name="Mine", may_assume="arn:aws:iam::*:role/Yours")
    yours = {"name": "Yours", "trusted": f"arn:aws:iam::{ADMIN}:role/Mine"}
    make_execution_role(cloud.iam(TARGET), **yours)
    cloud.create_stack_set(
        template(),
        AdministrationRoleARN=f"arn:aws:iam::{ADMIN}:role/Mine",
        ExecutionRoleName="Yours",
    )
    row, operation = create_in(cloud, TARGET)
    assert row["Status"] == "CURRENT"
    assert operation["ExecutionRoleName"] == "Yours"

    cloud.update(UsePreviousTemplate=True)
    assert cloud.instances()[TARGET, EAST]["StatusReason"] == NEEDS_ADMINISTRATION


@pytest.mark.emulator_only
def test_a_stack_that_cannot_be_reached_any_more_is_inoperable_until_it_is_retained(cloud):
    cloud.make_roles()
    cloud.create_stack_set(template())
    create_in(cloud, ADMIN)
    cloud.iam(ADMIN).delete_role(RoleName=EXECUTION_ROLE)
    cloud.delete(EAST)
    assert cloud.instances()[ADMIN, EAST]["Status"] == "INOPERABLE"
    cloud.delete(EAST, retain=True)
    assert cloud.instances() == {}


def test_two_regions_take_their_time_side_by_side_when_they_are_parallel(cloud):
    cloud.make_roles()
    cloud.take_time(0.5)
    cloud.create_stack_set(template())
    answer = cloud.stack_sets().create_stack_instances(
        **cloud.targets(EAST, WEST), OperationPreferences={"RegionConcurrencyType": "PARALLEL"}
    )
    assert set(cloud.results(answer).values()) == {("RUNNING", None)}
    assert cloud.finish(answer)["Status"] == "SUCCEEDED"


def test_insufficient_capabilities_reach_the_client_and_leave_no_stack_set(cloud):
    client = cloud.stack_sets()
    role = template(Resources={"Role": {"Type": "AWS::IAM::Role"}})
    with pytest.raises(client.exceptions.InsufficientCapabilitiesException) as caught:
        client.create_stack_set(StackSetName=cloud.site, TemplateBody=role)
    assert "Requires capabilities : [CAPABILITY_IAM]" in str(caught.value)
    with pytest.raises(client.exceptions.StackSetNotFoundException):
        client.describe_stack_set(StackSetName=cloud.site)


def test_a_validation_error_reaches_the_client(cloud):
    client = cloud.stack_sets()
    with pytest.raises(ClientError, match="51200") as caught:
        client.create_stack_set(StackSetName=cloud.site, TemplateBody=json.dumps("x" * 60_000))
    assert caught.value.response["Error"]["Code"] == "ValidationError"


@pytest.mark.emulator_only
def test_boto3_paginators_read_every_instance(cloud):
    cloud.create_stack_set(template())
    accounts = tuple(f"{number:012}" for number in range(1, 8))
    found = cloud.create(
        EAST, accounts=accounts, OperationPreferences={"FailureTolerancePercentage": 100}
    )
    assert found["Status"] == "SUCCEEDED"
    assert found["StatusDetails"] == {"FailedStackInstancesCount": 7}
    pages = (
        cloud.stack_sets()
        .get_paginator("list_stack_instances")
        .paginate(StackSetName=cloud.site, PaginationConfig={"PageSize": 3})
    )
    shown = [tuple(row["Account"] for row in page["Summaries"]) for page in pages]
    assert shown == [accounts[:3], accounts[3:6], accounts[6:]]
