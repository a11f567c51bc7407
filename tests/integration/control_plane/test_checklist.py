"""What a client of StackSets can observe, item by item, through plain boto3 over HTTP."""

from __future__ import annotations

from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from stacksets.local.control_plane import Failure, Replay
from tests.integration.control_plane.stack_sets import (
    ADMIN,
    EAST,
    QUEUE,
    TARGET,
    WEST,
    Cloud,
    template,
)

pytestmark = pytest.mark.integration

SUFFIX = template(Parameters={"Suffix": {"Type": "String", "Default": "dev"}})
OTHER = template(Resources={"Queue": QUEUE, "Second": QUEUE})
TOLERANT = {"FailureTolerancePercentage": 100}
ACCOUNTS = [f"{number:012}" for number in range(1, 6)]
PROD = [{"ParameterKey": "Suffix", "ParameterValue": "prod"}]


@pytest.fixture
def client(cloud):
    """The stack set `site` without instances, and roles in two accounts."""
    cloud.make_roles(ADMIN, TARGET)
    cloud.stack_sets().create_stack_set(StackSetName="site", TemplateBody=SUFFIX)
    return cloud.stack_sets()


@pytest.fixture
def embedded(local_aws):
    """The control plane over the adapted ministack, where names and exports collide."""
    url = local_aws.started.endpoint_url
    cloud = Cloud(stack_sets_url=url, aws_url=url, plane=None)
    cloud.make_roles(ADMIN)
    return cloud


def turn(cloud, **settings):
    cloud.plane.settings = replace(cloud.plane.settings, **settings)


def targets(*regions, accounts=(ADMIN,)):
    return {"StackSetName": "site", "Accounts": list(accounts), "Regions": list(regions)}


def create(cloud, *regions, accounts=(ADMIN,), **sent):
    asked = {**targets(*regions, accounts=accounts), **sent}
    return cloud.finish("site", cloud.stack_sets().create_stack_instances(**asked))


def delete(cloud, *regions, retain=False):
    asked = {**targets(*regions), "RetainStacks": retain}
    return cloud.finish("site", cloud.stack_sets().delete_stack_instances(**asked))


def update(cloud, **sent):
    answer = cloud.stack_sets().update_stack_set(StackSetName="site", **sent)
    return cloud.finish("site", answer)


def statuses(cloud):
    return {key: row["Status"] for key, row in cloud.instances("site").items()}


def detailed(cloud):
    rows = cloud.instances("site").values()
    return [row["StackInstanceStatus"]["DetailedStatus"] for row in rows]


def protect(cloud, row, protected):
    cloud.stacks(row["Account"], row["Region"]).update_termination_protection(
        StackName=row["StackId"], EnableTerminationProtection=protected
    )


def overrides(client):
    return client.describe_stack_instance(
        StackSetName="site", StackInstanceAccount=ADMIN, StackInstanceRegion=EAST
    )["StackInstance"]["ParameterOverrides"]


def test_absent_and_empty_lists_are_different(cloud, client):
    create(cloud, EAST, ParameterOverrides=PROD)
    tags = [{"Key": "k", "Value": "v"}]
    for sent, kept in (({"Tags": tags}, tags), ({}, tags), ({"Tags": []}, [])):
        update(cloud, UsePreviousTemplate=True, **sent)
        assert client.describe_stack_set(StackSetName="site")["StackSet"]["Tags"] == kept
    for sent, kept in (({}, PROD), ({"ParameterOverrides": []}, [])):
        cloud.finish("site", client.update_stack_instances(**targets(EAST), **sent))
        assert overrides(client) == kept


def test_outdated_before_update_for_all(cloud, client):
    create(cloud, EAST, WEST)
    turn(cloud, instance_seconds=0.2)
    answer = client.update_stack_set(**targets(EAST), TemplateBody=OTHER)
    assert set(statuses(cloud).values()) == {"OUTDATED"}
    cloud.finish("site", answer)
    assert statuses(cloud) == {(ADMIN, EAST): "CURRENT", (ADMIN, WEST): "OUTDATED"}


def test_tags_alone_leave_what_is_not_targeted_current_although_it_lacks_them(cloud, client):
    create(cloud, EAST, WEST)
    tags = [{"Key": "k", "Value": "v"}]
    answer = client.update_stack_set(**targets(EAST), UsePreviousTemplate=True, Tags=tags)
    cloud.finish("site", answer)
    rows = cloud.instances("site")
    assert set(statuses(cloud).values()) == {"CURRENT"}
    assert cloud.stack(rows[ADMIN, EAST])["Tags"] == tags
    assert cloud.stack(rows[ADMIN, WEST])["Tags"] == []


@pytest.mark.emulator_only
def test_definition_kept_on_failure(cloud, client):
    create(cloud, EAST)
    turn(cloud, failures={(ADMIN, EAST): Failure(reason="no")})
    assert update(cloud, TemplateBody=OTHER)["Status"] == "FAILED"
    assert client.describe_stack_set(StackSetName="site")["StackSet"]["TemplateBody"] == OTHER
    create(cloud, WEST)
    row = cloud.instances("site")[ADMIN, WEST]
    listed = cloud.stacks(ADMIN, WEST).list_stack_resources(StackName=row["StackId"])
    assert len(listed["StackResourceSummaries"]) == 2


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
    operation = create(cloud, EAST, accounts=ACCOUNTS, OperationPreferences=preferences)
    assert operation["Status"] == status
    shown = detailed(cloud)
    assert {name: shown.count(name) for name in set(shown)} == counts


@pytest.mark.emulator_only
@pytest.mark.parametrize(("mode", "at_once"), [("STRICT", 2), ("SOFT", 5)])
def test_strict_and_soft_concurrency(cloud, client, mode, at_once):
    turn(cloud, instance_seconds=0.2)
    answer = client.create_stack_instances(
        **targets(EAST, accounts=ACCOUNTS),
        OperationPreferences={
            "MaxConcurrentPercentage": 100,
            "FailureToleranceCount": 1,
            "ConcurrencyMode": f"{mode}_FAILURE_TOLERANCE",
        },
    )
    assert detailed(cloud).count("RUNNING") == at_once
    assert cloud.finish("site", answer)["Status"] == "FAILED"


@pytest.mark.emulator_only
def test_cancelled_propagation_and_exact_reason_text(cloud, client):
    turn(cloud, failures={(ADMIN, EAST): Failure(reason="no")})
    operation = create(cloud, EAST, WEST)
    assert operation["Status"] == "FAILED"
    cancelled = ("CANCELLED", "Cancelled since failure tolerance has exceeded")
    assert cloud.results("site", operation) == {EAST: ("FAILED", "no"), WEST: cancelled}
    row = cloud.instances("site")[ADMIN, WEST]
    assert (row["Status"], row["StatusReason"]) == ("OUTDATED", cancelled[1])


@pytest.mark.emulator_only
def test_succeeded_with_failed_stack_instances(cloud, client):
    turn(cloud, failures={(ADMIN, EAST): Failure(reason="no")})
    operation = create(cloud, EAST, WEST, OperationPreferences=TOLERANT)
    assert operation["Status"] == "SUCCEEDED"
    assert operation["StatusDetails"] == {"FailedStackInstancesCount": 1}
    assert statuses(cloud) == {(ADMIN, EAST): "OUTDATED", (ADMIN, WEST): "CURRENT"}


def test_no_updates_are_to_be_performed_makes_current(cloud, client):
    create(cloud, EAST)
    operation = update(cloud, UsePreviousTemplate=True)
    nothing = "No updates are to be performed."
    assert cloud.results("site", operation) == {EAST: ("SUCCEEDED", nothing)}
    assert statuses(cloud) == {(ADMIN, EAST): "CURRENT"}


def test_inoperable_exclusion_and_retain_stacks_clean_up(cloud, client):
    create(cloud, EAST, WEST)
    row = cloud.instances("site")[ADMIN, EAST]
    protect(cloud, row, protected=True)
    assert delete(cloud, EAST)["Status"] == "FAILED"
    inoperable = cloud.instances("site")[ADMIN, EAST]
    assert inoperable["Status"] == "INOPERABLE"
    assert inoperable["StackInstanceStatus"] == {"DetailedStatus": "INOPERABLE"}
    assert inoperable["StatusReason"] == (
        f"Stack [{row['StackId']}] cannot be deleted while TerminationProtection is enabled"
    )
    operation = update(cloud, TemplateBody=OTHER)
    assert cloud.results("site", operation).keys() == {WEST}
    with pytest.raises(client.exceptions.StackSetNotEmptyException, match="StackSet is not empty"):
        client.delete_stack_set(StackSetName="site")
    assert delete(cloud, EAST, WEST, retain=True)["Status"] == "SUCCEEDED"
    client.delete_stack_set(StackSetName="site")


def test_a_delete_that_failed_succeeds_once_the_protection_is_gone(cloud, client):
    create(cloud, EAST)
    row = cloud.instances("site")[ADMIN, EAST]
    protect(cloud, row, protected=True)
    delete(cloud, EAST)
    protect(cloud, row, protected=False)
    assert delete(cloud, EAST)["Status"] == "SUCCEEDED"
    assert cloud.instances("site") == {}


@pytest.mark.emulator_only
def test_create_on_existing_pair_skips_current_and_retries_outdated(cloud, client):
    turn(cloud, failures={(ADMIN, WEST): Failure(reason="no", times=1)})
    create(cloud, EAST, WEST)
    assert statuses(cloud) == {(ADMIN, EAST): "CURRENT", (ADMIN, WEST): "OUTDATED"}
    again = create(cloud, EAST, WEST, ParameterOverrides=PROD)
    assert cloud.results("site", again).keys() == {WEST}
    assert set(statuses(cloud).values()) == {"CURRENT"}
    assert overrides(client) == []


@pytest.mark.emulator_only
def test_queued_under_managed_execution_and_begun_in_the_order_of_requests(cloud, client):
    update(cloud, UsePreviousTemplate=True, ManagedExecution={"Active": True})
    turn(cloud, instance_seconds=0.2)
    answers = [client.create_stack_instances(**targets(region)) for region in (EAST, WEST)]
    answers.append(client.update_stack_set(StackSetName="site", TemplateBody=OTHER))
    shown = [cloud.operation("site", answer["OperationId"]) for answer in answers]
    assert [operation["Status"] for operation in shown] == ["RUNNING", "QUEUED", "QUEUED"]
    with pytest.raises(client.exceptions.InvalidOperationException, match="ManagedExecution"):
        client.update_stack_set(
            StackSetName="site", UsePreviousTemplate=True, ManagedExecution={"Active": False}
        )
    ended = [cloud.finish("site", answer)["EndTimestamp"] for answer in answers]
    assert ended == sorted(ended)
    assert set(statuses(cloud).values()) == {"CURRENT"}


@pytest.mark.emulator_only
def test_eventual_consistency_of_operations_and_results_with_lag(cloud, client):
    turn(cloud, list_lag_seconds=60)
    operation = create(cloud, EAST)
    asked = {"StackSetName": "site", "OperationId": operation["OperationId"]}
    assert client.list_stack_set_operations(StackSetName="site")["Summaries"] == []
    assert client.list_stack_set_operation_results(**asked)["Summaries"] == []
    assert client.list_stack_instances(StackSetName="site")["Summaries"] == []
    assert operation["Status"] == "SUCCEEDED"
    turn(cloud, list_lag_seconds=0)
    (listed,) = client.list_stack_set_operations(StackSetName="site")["Summaries"]
    assert listed["Status"] == "SUCCEEDED"


def test_describe_stack_set_by_id_after_delete_and_the_name_is_free_again(cloud, client):
    found = client.describe_stack_set(StackSetName="site")["StackSet"]
    client.delete_stack_set(StackSetName="site")
    with pytest.raises(client.exceptions.StackSetNotFoundException, match="StackSet site not fou"):
        client.describe_stack_set(StackSetName="site")
    deleted = client.describe_stack_set(StackSetName=found["StackSetId"])["StackSet"]
    assert deleted["Status"] == "DELETED"
    again = client.create_stack_set(StackSetName="site", TemplateBody=SUFFIX)
    assert again["StackSetId"] != found["StackSetId"]


def test_delete_stack_set_on_unknown_name_is_ok(cloud):
    cloud.stack_sets().delete_stack_set(StackSetName="unknown")


def test_stack_sets_are_listed_by_status(cloud, client):
    client.create_stack_set(StackSetName="gone", TemplateBody=template())
    client.delete_stack_set(StackSetName="gone")
    for asked, names in (
        ({"Status": "ACTIVE"}, ["site"]),
        ({"Status": "DELETED"}, ["gone"]),
        ({}, ["site", "gone"]),
    ):
        found = client.list_stack_sets(**asked)["Summaries"]
        assert [item["StackSetName"] for item in found] == names


@pytest.mark.emulator_only
def test_throttling_injection_of_every_nth_request(cloud, client):
    turn(cloud, throttle_every=2)

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
@pytest.mark.parametrize("replay", list(Replay))
def test_a_repeated_operation_id_is_silent_or_already_exists(cloud, client, replay):
    turn(cloud, replay=replay)
    create(cloud, EAST, OperationId="once")
    if replay is Replay.SAME_ID:
        again = client.create_stack_instances(**targets(EAST), OperationId="once")
        assert again["OperationId"] == "once"
    else:
        with pytest.raises(client.exceptions.OperationIdAlreadyExistsException):
            client.create_stack_instances(**targets(EAST), OperationId="once")
    with pytest.raises(client.exceptions.OperationIdAlreadyExistsException):
        client.create_stack_instances(**targets(WEST), OperationId="once")
    assert len(client.list_stack_set_operations(StackSetName="site")["Summaries"]) == 1


@pytest.mark.exhaustive
def test_a_hundred_to_a_page(cloud, client):
    accounts = [f"{number:012}" for number in range(1, 103)]
    at_once = {**TOLERANT, "MaxConcurrentPercentage": 100}
    create(cloud, EAST, accounts=accounts, OperationPreferences=at_once)
    page = client.list_stack_instances(StackSetName="site")
    assert len(page["Summaries"]) == 100
    rest = client.list_stack_instances(StackSetName="site", NextToken=page["NextToken"])
    assert len(rest["Summaries"]) == 2
    assert "NextToken" not in rest
    with pytest.raises(ClientError, match="less than or equal to 100"):
        client.list_stack_instances(StackSetName="site", MaxResults=101)


@pytest.mark.parametrize("name", ["1site", "si_te", "s" * 129])
def test_name_patterns(cloud, name):
    with pytest.raises(ClientError) as caught:
        cloud.stack_sets().create_stack_set(StackSetName=name, TemplateBody=template())
    assert caught.value.response["Error"]["Code"] == "ValidationError"


@pytest.mark.parametrize("operation_id", ["-x", "a_b", "a" * 129])
def test_operation_id_patterns(cloud, client, operation_id):
    with pytest.raises(ClientError) as caught:
        client.create_stack_instances(**targets(EAST), OperationId=operation_id)
    assert caught.value.response["Error"]["Code"] == "ValidationError"


def test_capabilities_are_not_inherited_by_an_update(cloud, client):
    role = template(Resources={"Role": {"Type": "AWS::IAM::Role"}})
    update(cloud, TemplateBody=role, Capabilities=["CAPABILITY_IAM"])
    with pytest.raises(client.exceptions.InsufficientCapabilitiesException):
        client.update_stack_set(StackSetName="site", UsePreviousTemplate=True)


def test_parameters_that_are_not_sent_take_the_default_and_kept_ones_stay(cloud, client):
    def value():
        (found,) = client.describe_stack_set(StackSetName="site")["StackSet"]["Parameters"]
        return found["ParameterValue"]

    kept = [{"ParameterKey": "Suffix", "UsePreviousValue": True}]
    for sent, expected in (
        ({"Parameters": PROD}, "prod"),
        ({"Parameters": kept}, "prod"),
        ({}, "dev"),
    ):
        update(cloud, UsePreviousTemplate=True, **sent)
        assert value() == expected


def test_an_update_of_a_pair_that_is_not_there_is_refused_and_a_delete_does_nothing(cloud, client):
    for call in (
        lambda: client.update_stack_set(**targets(EAST), UsePreviousTemplate=True),
        lambda: client.update_stack_instances(**targets(EAST)),
    ):
        with pytest.raises(client.exceptions.StackInstanceNotFoundException):
            call()
    assert delete(cloud, EAST)["Status"] == "SUCCEEDED"


def test_an_update_of_an_empty_stack_set_ends_at_once_without_results(cloud, client):
    operation = update(cloud, UsePreviousTemplate=True)
    assert operation["Status"] == "SUCCEEDED"
    assert cloud.results("site", operation) == {}


def test_only_parameters_of_the_deployed_template_can_be_overridden(cloud, client):
    unknown = [{"ParameterKey": "Unknown", "ParameterValue": "x"}]
    with pytest.raises(ClientError, match=r"Parameters: \[Unknown\] do not exist"):
        client.create_stack_instances(**targets(EAST), ParameterOverrides=unknown)


def test_a_stop_of_an_ended_operation_is_invalid(cloud, client):
    operation = create(cloud, EAST)
    with pytest.raises(client.exceptions.InvalidOperationException):
        client.stop_stack_set_operation(StackSetName="site", OperationId=operation["OperationId"])


def export(value="any"):
    return template(Outputs={"Out": {"Value": value, "Export": {"Name": "shared"}}})


def test_export_collisions_fail_the_stack(embedded):
    client = embedded.stack_sets()
    for name in ("site", "other"):
        client.create_stack_set(StackSetName=name, TemplateBody=export())
    assert create(embedded, EAST, WEST)["Status"] == "SUCCEEDED"
    answer = client.create_stack_instances(**{**targets(EAST), "StackSetName": "other"})
    assert embedded.finish("other", answer)["Status"] == "FAILED"
    first = embedded.instances("site")[ADMIN, EAST]["StackId"].split("/")[1]
    assert embedded.instances("other")[ADMIN, EAST]["StatusReason"] == (
        f"Export with name shared is already exported by stack {first}. Rollback requested by user."
    )


def test_deleting_an_instance_whose_export_is_imported_makes_it_inoperable(embedded):
    embedded.stack_sets().create_stack_set(StackSetName="site", TemplateBody=export())
    create(embedded, EAST)
    importer = template(Outputs={"In": {"Value": {"Fn::ImportValue": "shared"}}})
    stacks = embedded.stacks(ADMIN, EAST)
    stacks.create_stack(StackName="importer", TemplateBody=importer)
    stacks.get_waiter("stack_create_complete").wait(
        StackName="importer", WaiterConfig={"Delay": 0.05}
    )
    assert delete(embedded, EAST)["Status"] == "FAILED"
    row = embedded.instances("site")[ADMIN, EAST]
    assert row["Status"] == "INOPERABLE"
    assert row["StatusReason"] == ("Export shared cannot be deleted as it is in use by importer")


def test_iam_name_collisions_across_regions(embedded):
    role = {
        "Type": "AWS::IAM::Role",
        "Properties": {"RoleName": "mine", "AssumeRolePolicyDocument": {"Statement": []}},
    }
    embedded.stack_sets().create_stack_set(
        StackSetName="site",
        TemplateBody=template(Resources={"Role": role}),
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    operation = create(embedded, EAST, WEST)
    status, reason = embedded.results("site", operation)[WEST]
    assert status == "FAILED"
    assert reason.startswith("ResourceLogicalId:Role, ResourceType:AWS::IAM::Role, ")
    assert "Role with name mine already exists" in reason
    assert statuses(embedded)[ADMIN, EAST] == "CURRENT"
