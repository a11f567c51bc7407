"""Every item of the checklist that an emulation of StackSets is held to, through plain boto3.

The names of the tests quote the items; what the documents say stands in the modules beside this.
"""

from __future__ import annotations

import json
import re

import pytest
from botocore.exceptions import ClientError

from tests.conformance.stack_sets import (
    ADMIN,
    EAST,
    FAILURE,
    HANDLE,
    TARGET,
    WEST,
    failing_in,
    template,
)

pytestmark = pytest.mark.conformance

SUFFIX = template(Parameters={"Suffix": {"Type": "String", "Default": "dev"}})
OTHER = template(Resources={"Handle": HANDLE, "Second": HANDLE})
TOLERANT = {"FailureTolerancePercentage": 100}
ACCOUNTS = tuple(f"{number:012}" for number in range(1, 6))
PROD = [{"ParameterKey": "Suffix", "ParameterValue": "prod"}]


@pytest.fixture
def client(cloud):
    """The test's stack set without instances, and roles in every account."""
    cloud.make_roles(ADMIN, TARGET)
    cloud.create_stack_set(SUFFIX)
    return cloud.stack_sets()


def failure(region, reason="no", **more):
    """A fault of the administrator's account, for the knob `failures`."""
    return [{"account": ADMIN, "region": region, "reason": reason, **more}]


def detailed(cloud):
    rows = cloud.instances().values()
    return [row["StackInstanceStatus"]["DetailedStatus"] for row in rows]


def protect(cloud, row, protected):
    cloud.stacks(row["Account"], row["Region"]).update_termination_protection(
        StackName=row["StackId"], EnableTerminationProtection=protected
    )


def overrides(cloud):
    return cloud.stack_sets().describe_stack_instance(
        StackSetName=cloud.site, StackInstanceAccount=cloud.admin, StackInstanceRegion=EAST
    )["StackInstance"]["ParameterOverrides"]


PLACES = {"Accounts": ["1" * 12], "Regions": [EAST]}
INSTANCE = {"StackInstanceAccount": "1" * 12, "StackInstanceRegion": EAST}
NEED_A_STACK_SET = {
    "create_stack_instances": PLACES,
    "delete_stack_instances": {**PLACES, "RetainStacks": True},
    "describe_stack_instance": INSTANCE,
    "describe_stack_set": {},
    "describe_stack_set_operation": {"OperationId": "first"},
    "detect_stack_set_drift": {},
    "get_template_summary": {},
    "import_stacks_to_stack_set": {"StackIds": ["arn:none"]},
    "list_stack_instance_resource_drifts": {**INSTANCE, "OperationId": "first"},
    "list_stack_instances": {},
    "list_stack_set_auto_deployment_targets": {},
    "list_stack_set_operation_results": {"OperationId": "first"},
    "list_stack_set_operations": {},
    "stop_stack_set_operation": {"OperationId": "first"},
    "update_stack_instances": PLACES,
    "update_stack_set": {"UsePreviousTemplate": True},
}
"""All Actions of stack sets but CreateStackSet, DeleteStackSet and ListStackSets."""


@pytest.mark.parametrize("action", NEED_A_STACK_SET)
def test_every_action_of_a_stack_set_that_is_not_there_says_so(cloud, action):
    client, name = cloud.stack_sets(), f"{cloud.site}-unknown"
    with pytest.raises(client.exceptions.StackSetNotFoundException) as caught:
        getattr(client, action)(StackSetName=name, **NEED_A_STACK_SET[action])
    assert caught.value.response["Error"]["Message"] == f"StackSet {name} not found"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_the_actions_are_all_that_there_are(cloud):
    names = cloud.stack_sets().meta.service_model.operation_names
    others = {"CreateStackSet", "DeleteStackSet", "ListStackSets"}
    tested = {action.title().replace("_", "") for action in NEED_A_STACK_SET} | others
    of_stack_sets = {name for name in names if "StackSet" in name or "StackInstance" in name}
    assert of_stack_sets == tested - {"GetTemplateSummary"}
    assert len(of_stack_sets) == 18


def test_absent_and_empty_lists_are_different(cloud, client):
    cloud.create(EAST, ParameterOverrides=PROD)
    tags = [{"Key": "k", "Value": "v"}]
    for sent, kept in (({"Tags": tags}, tags), ({}, tags), ({"Tags": []}, [])):
        cloud.update(UsePreviousTemplate=True, **sent)
        assert client.describe_stack_set(StackSetName=cloud.site)["StackSet"]["Tags"] == kept
    for sent, kept in (({}, PROD), ({"ParameterOverrides": []}, [])):
        cloud.finish(client.update_stack_instances(**cloud.targets(EAST), **sent))
        assert overrides(cloud) == kept


def test_outdated_before_update_for_all(cloud, client):
    cloud.create(EAST, WEST)
    cloud.take_time(0.2)
    answer = cloud.start_update(**cloud.targets(EAST), TemplateBody=OTHER)
    assert set(cloud.statuses().values()) == {"OUTDATED"}
    cloud.finish(answer)
    assert cloud.statuses() == {(cloud.admin, EAST): "CURRENT", (cloud.admin, WEST): "OUTDATED"}


def test_tags_alone_leave_what_is_not_targeted_current_although_it_lacks_them(cloud, client):
    cloud.create(EAST, WEST)
    tags = [{"Key": "k", "Value": "v"}]
    answer = cloud.start_update(**cloud.targets(EAST), UsePreviousTemplate=True, Tags=tags)
    cloud.finish(answer)
    rows = cloud.instances()
    assert set(cloud.statuses().values()) == {"CURRENT"}
    assert cloud.stack(rows[cloud.admin, EAST])["Tags"] == tags
    assert cloud.stack(rows[cloud.admin, WEST])["Tags"] == []


def test_definition_kept_on_failure(cloud, client):
    cloud.create(EAST)
    body = failing_in(EAST)
    assert cloud.update(TemplateBody=body)["Status"] == "FAILED"
    assert client.describe_stack_set(StackSetName=cloud.site)["StackSet"]["TemplateBody"] == body
    cloud.create(WEST)
    row = cloud.instances()[cloud.admin, WEST]
    found = cloud.stacks(cloud.admin, WEST).get_template(StackName=row["StackId"])
    assert found["TemplateBody"] == json.loads(body)


@pytest.mark.emulator_only
@pytest.mark.parametrize(
    ("percentage", "status", "counts"),
    [
        (39, "FAILED", {"FAILED": 2, "CANCELLED": 3}),
        (40, "FAILED", {"FAILED": 3, "CANCELLED": 2}),
        (100, "SUCCEEDED", {"FAILED": 5}),
    ],
)
def test_per_region_tolerance_with_floor_rounding(cloud, client, percentage, status, counts):
    preferences = {"FailureTolerancePercentage": percentage}
    operation = cloud.create(EAST, accounts=ACCOUNTS, OperationPreferences=preferences)
    assert operation["Status"] == status
    shown = detailed(cloud)
    assert {name: shown.count(name) for name in set(shown)} == counts


@pytest.mark.emulator_only
@pytest.mark.parametrize(("mode", "at_once"), [("STRICT", 2), ("SOFT", 5)])
def test_strict_and_soft_concurrency(cloud, client, mode, at_once):
    cloud.turn(instance_seconds=0.2)
    answer = client.create_stack_instances(
        **cloud.targets(EAST, accounts=ACCOUNTS),
        OperationPreferences={
            "MaxConcurrentPercentage": 100,
            "FailureToleranceCount": 1,
            "ConcurrencyMode": f"{mode}_FAILURE_TOLERANCE",
        },
    )
    assert detailed(cloud).count("RUNNING") == at_once
    assert cloud.finish(answer)["Status"] == "FAILED"


def test_cancelled_propagation_and_exact_reason_text(cloud, client):
    cloud.update(TemplateBody=failing_in(EAST))
    operation = cloud.create(EAST, WEST)
    assert operation["Status"] == "FAILED"
    cancelled = ("CANCELLED", "Cancelled since failure tolerance has exceeded")
    assert cloud.results(operation) == {EAST: ("FAILED", FAILURE), WEST: cancelled}
    row = cloud.instances()[cloud.admin, WEST]
    assert (row["Status"], row["StatusReason"]) == ("OUTDATED", cancelled[1])


def test_stopping_then_stopped_with_in_flight_completion(cloud, client):
    cloud.take_time(0.3)
    answer = client.create_stack_instances(**cloud.targets(EAST, WEST))
    client.stop_stack_set_operation(StackSetName=cloud.site, OperationId=answer["OperationId"])
    assert cloud.operation(answer)["Status"] == "STOPPING"
    assert cloud.finish(answer)["Status"] == "STOPPED"
    rows = cloud.instances()
    assert rows[cloud.admin, EAST]["Status"] == "CURRENT"
    assert rows[cloud.admin, WEST]["StackInstanceStatus"] == {"DetailedStatus": "CANCELLED"}


def test_succeeded_with_failed_stack_instances_count_above_zero(cloud, client):
    cloud.update(TemplateBody=failing_in(EAST))
    operation = cloud.create(EAST, WEST, OperationPreferences=TOLERANT)
    assert operation["Status"] == "SUCCEEDED"
    assert operation["StatusDetails"] == {"FailedStackInstancesCount": 1}
    assert cloud.statuses() == {(cloud.admin, EAST): "OUTDATED", (cloud.admin, WEST): "CURRENT"}


def test_no_updates_are_to_be_performed_makes_current(cloud, client):
    cloud.create(EAST)
    operation = cloud.update(UsePreviousTemplate=True)
    nothing = "No updates are to be performed."
    assert cloud.results(operation) == {EAST: ("SUCCEEDED", nothing)}
    assert cloud.statuses() == {(cloud.admin, EAST): "CURRENT"}


def test_inoperable_exclusion_and_retain_stacks_clean_up(cloud, client):
    cloud.create(EAST, WEST)
    row = cloud.instances()[cloud.admin, EAST]
    protect(cloud, row, protected=True)
    assert cloud.delete(EAST)["Status"] == "FAILED"
    inoperable = cloud.instances()[cloud.admin, EAST]
    assert inoperable["Status"] == "INOPERABLE"
    assert inoperable["StackInstanceStatus"] == {"DetailedStatus": "INOPERABLE"}
    assert inoperable["StatusReason"] == (
        f"Stack [{row['StackId']}] cannot be deleted while TerminationProtection is enabled"
    )
    operation = cloud.update(TemplateBody=OTHER)
    assert cloud.results(operation).keys() == {WEST}
    with pytest.raises(client.exceptions.StackSetNotEmptyException, match="StackSet is not empty"):
        client.delete_stack_set(StackSetName=cloud.site)
    assert cloud.delete(EAST, WEST, retain=True)["Status"] == "SUCCEEDED"
    client.delete_stack_set(StackSetName=cloud.site)


def test_a_delete_that_failed_succeeds_once_the_protection_is_gone(cloud, client):
    cloud.create(EAST)
    row = cloud.instances()[cloud.admin, EAST]
    protect(cloud, row, protected=True)
    cloud.delete(EAST)
    protect(cloud, row, protected=False)
    assert cloud.delete(EAST)["Status"] == "SUCCEEDED"
    assert cloud.instances() == {}


def test_create_on_existing_pair_skips_current_and_retries_outdated(cloud, client):
    cloud.update(TemplateBody=failing_in(WEST))
    cloud.create(EAST, WEST)
    assert cloud.statuses() == {(cloud.admin, EAST): "CURRENT", (cloud.admin, WEST): "OUTDATED"}
    before = cloud.instances()
    again = cloud.create(EAST, WEST)
    assert cloud.results(again) == {WEST: ("FAILED", FAILURE)}
    assert cloud.instances()[cloud.admin, EAST] == before[cloud.admin, EAST]


def test_target_stack_names_and_a_fresh_stack_after_a_failed_create(cloud, client):
    cloud.update(TemplateBody=failing_in(EAST))
    cloud.create(EAST)
    failed = cloud.instances()[cloud.admin, EAST]
    assert cloud.stack(failed)["StackStatus"] == "DELETE_COMPLETE"
    assert cloud.update(TemplateBody=OTHER)["Status"] == "SUCCEEDED"
    made = cloud.instances()[cloud.admin, EAST]
    names = {cloud.stack(row)["StackName"] for row in (failed, made)}
    assert len(names) == 2
    pattern = rf"StackSet-{cloud.site}-[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}"
    assert all(re.fullmatch(pattern, name) for name in names)


def test_operation_in_progress_message_with_operation_id(cloud, client):
    cloud.take_time(0.5)
    shown = client.describe_stack_set(StackSetName=cloud.site)["StackSet"]
    answer = client.create_stack_instances(**cloud.targets(EAST), OperationId="first")
    for call in (
        lambda: cloud.start_update(UsePreviousTemplate=True),
        lambda: client.create_stack_instances(**cloud.targets(WEST)),
        lambda: client.delete_stack_instances(**cloud.targets(EAST), RetainStacks=True),
        lambda: client.detect_stack_set_drift(StackSetName=cloud.site),
        lambda: client.delete_stack_set(StackSetName=cloud.site),
    ):
        with pytest.raises(client.exceptions.OperationInProgressException) as caught:
            call()
        assert caught.value.response["Error"]["Message"] == (
            f"Another Operation on StackSet {shown['StackSetARN']} is in progress: first"
        )
    assert cloud.finish(answer)["Status"] == "SUCCEEDED"


def test_queued_under_managed_execution_and_begun_in_the_order_of_requests(cloud, client):
    cloud.update(UsePreviousTemplate=True, ManagedExecution={"Active": True})
    cloud.take_time(0.2)
    answers = [client.create_stack_instances(**cloud.targets(region)) for region in (EAST, WEST)]
    answers.append(cloud.start_update(TemplateBody=OTHER))
    shown = [cloud.operation(answer)["Status"] for answer in answers]
    assert shown == ["RUNNING", "QUEUED", "QUEUED"]
    with pytest.raises(client.exceptions.InvalidOperationException, match="ManagedExecution"):
        cloud.start_update(UsePreviousTemplate=True, ManagedExecution={"Active": False})
    ended = [cloud.finish(answer)["EndTimestamp"] for answer in answers]
    assert ended == sorted(ended)
    assert set(cloud.statuses().values()) == {"CURRENT"}


@pytest.mark.emulator_only
def test_eventual_consistency_of_operations_and_results_with_lag(cloud, client):
    cloud.turn(list_lag_seconds=60)
    operation = cloud.create(EAST)
    asked = {"StackSetName": cloud.site, "OperationId": operation["OperationId"]}
    assert client.list_stack_set_operations(StackSetName=cloud.site)["Summaries"] == []
    assert client.list_stack_set_operation_results(**asked)["Summaries"] == []
    assert client.list_stack_instances(StackSetName=cloud.site)["Summaries"] == []
    assert operation["Status"] == "SUCCEEDED"
    cloud.turn(list_lag_seconds=0)
    (listed,) = client.list_stack_set_operations(StackSetName=cloud.site)["Summaries"]
    assert listed["Status"] == "SUCCEEDED"


def test_describe_stack_set_by_id_after_delete_and_the_name_is_free_again(cloud, client):
    found = client.describe_stack_set(StackSetName=cloud.site)["StackSet"]
    client.delete_stack_set(StackSetName=cloud.site)
    with pytest.raises(client.exceptions.StackSetNotFoundException, match="not found"):
        client.describe_stack_set(StackSetName=cloud.site)
    deleted = client.describe_stack_set(StackSetName=found["StackSetId"])["StackSet"]
    assert deleted["Status"] == "DELETED"
    again = client.create_stack_set(StackSetName=cloud.site, TemplateBody=SUFFIX)
    assert again["StackSetId"] != found["StackSetId"]


def test_delete_stack_set_on_unknown_name_is_ok(cloud):
    cloud.stack_sets().delete_stack_set(StackSetName=f"{cloud.site}-unknown")


def test_stack_sets_are_listed_by_status(cloud, client):
    gone = f"{cloud.site}-gone"
    cloud.create_stack_set(template(), gone)
    client.delete_stack_set(StackSetName=gone)
    for asked, names in (
        ({"Status": "ACTIVE"}, [cloud.site]),
        ({"Status": "DELETED"}, [gone]),
        ({}, [cloud.site, gone]),
    ):
        pages = client.get_paginator("list_stack_sets").paginate(**asked)
        found = [item["StackSetName"] for page in pages for item in page["Summaries"]]
        assert sorted(name for name in found if name.startswith(cloud.site)) == names


@pytest.mark.emulator_only
def test_throttling_injection_of_every_nth_request(cloud, client):
    cloud.turn(throttle_every=2)

    def is_throttled():
        try:
            client.list_stack_sets()
        except ClientError as error:
            return error.response["Error"] == {
                "Type": "Sender",
                "Code": "Throttling",
                "Message": "Rate exceeded",
            }
        return False

    assert sorted(is_throttled() for _ in range(4)) == [False, False, True, True]


@pytest.mark.emulator_only
@pytest.mark.parametrize("replay", ["SAME_ID", "EXCEPTION"])
def test_a_repeated_operation_id_is_silent_or_already_exists(cloud, client, replay):
    cloud.turn(replay=replay)
    cloud.create(EAST, OperationId="once")
    if replay == "SAME_ID":
        again = client.create_stack_instances(**cloud.targets(EAST), OperationId="once")
        assert again["OperationId"] == "once"
    else:
        with pytest.raises(client.exceptions.OperationIdAlreadyExistsException):
            client.create_stack_instances(**cloud.targets(EAST), OperationId="once")
    with pytest.raises(client.exceptions.OperationIdAlreadyExistsException):
        client.create_stack_instances(**cloud.targets(WEST), OperationId="once")
    assert len(client.list_stack_set_operations(StackSetName=cloud.site)["Summaries"]) == 1


@pytest.mark.emulator_only
@pytest.mark.exhaustive
def test_a_hundred_to_a_page(cloud, client):
    accounts = tuple(f"{number:012}" for number in range(1, 103))
    at_once = {**TOLERANT, "MaxConcurrentPercentage": 100}
    cloud.create(EAST, accounts=accounts, OperationPreferences=at_once)
    page = client.list_stack_instances(StackSetName=cloud.site)
    assert len(page["Summaries"]) == 100
    rest = client.list_stack_instances(StackSetName=cloud.site, NextToken=page["NextToken"])
    assert len(rest["Summaries"]) == 2
    assert "NextToken" not in rest
    with pytest.raises(ClientError, match="less than or equal to 100"):
        client.list_stack_instances(StackSetName=cloud.site, MaxResults=101)


@pytest.mark.parametrize("name", ["1site", "si_te", "s" * 129])
def test_name_patterns(cloud, name):
    with pytest.raises(ClientError) as caught:
        cloud.stack_sets().create_stack_set(StackSetName=name, TemplateBody=template())
    assert caught.value.response["Error"]["Code"] == "ValidationError"


@pytest.mark.parametrize("operation_id", ["-x", "a_b", "a" * 129])
def test_operation_id_patterns(cloud, client, operation_id):
    with pytest.raises(ClientError) as caught:
        client.create_stack_instances(**cloud.targets(EAST), OperationId=operation_id)
    assert caught.value.response["Error"]["Code"] == "ValidationError"


def test_capabilities_are_not_inherited_by_an_update(cloud, client):
    role = template(Resources={"Role": {"Type": "AWS::IAM::Role"}})
    cloud.update(TemplateBody=role, Capabilities=["CAPABILITY_IAM"])
    with pytest.raises(client.exceptions.InsufficientCapabilitiesException):
        cloud.start_update(UsePreviousTemplate=True)


def test_parameters_that_are_not_sent_take_the_default_and_kept_ones_stay(cloud, client):
    def value():
        (found,) = client.describe_stack_set(StackSetName=cloud.site)["StackSet"]["Parameters"]
        return found["ParameterValue"]

    kept = [{"ParameterKey": "Suffix", "UsePreviousValue": True}]
    for sent, expected in (
        ({"Parameters": PROD}, "prod"),
        ({"Parameters": kept}, "prod"),
        ({}, "dev"),
    ):
        cloud.update(UsePreviousTemplate=True, **sent)
        assert value() == expected


def test_an_update_of_a_pair_that_is_not_there_is_refused_and_a_delete_does_nothing(cloud, client):
    for call in (
        lambda: cloud.start_update(**cloud.targets(EAST), UsePreviousTemplate=True),
        lambda: client.update_stack_instances(**cloud.targets(EAST)),
    ):
        with pytest.raises(client.exceptions.StackInstanceNotFoundException):
            call()
    assert cloud.delete(EAST)["Status"] == "SUCCEEDED"


def test_an_update_of_an_empty_stack_set_ends_at_once_without_results(cloud, client):
    operation = cloud.update(UsePreviousTemplate=True)
    assert operation["Status"] == "SUCCEEDED"
    assert cloud.results(operation) == {}


def test_only_parameters_of_the_deployed_template_can_be_overridden(cloud, client):
    unknown = [{"ParameterKey": "Unknown", "ParameterValue": "x"}]
    with pytest.raises(ClientError, match=r"Parameters: \[Unknown\] do not exist"):
        client.create_stack_instances(**cloud.targets(EAST), ParameterOverrides=unknown)


def test_a_stop_of_an_ended_operation_is_invalid(cloud, client):
    operation = cloud.create(EAST)
    with pytest.raises(client.exceptions.InvalidOperationException):
        client.stop_stack_set_operation(
            StackSetName=cloud.site, OperationId=operation["OperationId"]
        )


def export(cloud):
    return template(Outputs={"Out": {"Value": "any", "Export": {"Name": cloud.site}}})


def test_export_collisions_fail_the_stack(cloud, client):
    other = f"{cloud.site}-other"
    cloud.update(TemplateBody=export(cloud))
    cloud.create_stack_set(export(cloud), other)
    assert cloud.create(EAST, WEST)["Status"] == "SUCCEEDED"
    answer = client.create_stack_instances(**{**cloud.targets(EAST), "StackSetName": other})
    assert cloud.finish(answer, other)["Status"] == "FAILED"
    first = cloud.instances()[cloud.admin, EAST]["StackId"].split("/")[1]
    assert cloud.instances(other)[cloud.admin, EAST]["StatusReason"].startswith(
        f"Export with name {cloud.site} is already exported by stack {first}."
    )


def test_deleting_an_instance_whose_export_is_imported_makes_it_inoperable(cloud, client):
    cloud.update(TemplateBody=export(cloud))
    cloud.create(EAST)
    importer = template(Outputs={"In": {"Value": {"Fn::ImportValue": cloud.site}}})
    stacks, name = cloud.stacks(cloud.admin, EAST), f"{cloud.site}-importer"
    stacks.create_stack(StackName=name, TemplateBody=importer)
    stacks.get_waiter("stack_create_complete").wait(
        StackName=name, WaiterConfig={"Delay": cloud.pause_seconds}
    )
    assert cloud.delete(EAST)["Status"] == "FAILED"
    row = cloud.instances()[cloud.admin, EAST]
    assert row["Status"] == "INOPERABLE"
    assert row["StatusReason"] == (
        f"Export {cloud.site} cannot be deleted as it is in use by {name}"
    )


@pytest.mark.emulator_only
def test_iam_name_collisions_across_regions(cloud, client):
    role = {
        "Type": "AWS::IAM::Role",
        "Properties": {"RoleName": "mine", "AssumeRolePolicyDocument": {"Statement": []}},
    }
    cloud.update(
        TemplateBody=template(Resources={"Role": role}), Capabilities=["CAPABILITY_NAMED_IAM"]
    )
    operation = cloud.create(EAST, WEST)
    status, reason = cloud.results(operation)[WEST]
    assert status == "FAILED"
    assert reason.startswith("ResourceLogicalId:Role, ResourceType:AWS::IAM::Role, ")
    assert "Role with name mine already exists" in reason
    assert cloud.statuses()[ADMIN, EAST] == "CURRENT"
