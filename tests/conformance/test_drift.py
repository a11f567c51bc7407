"""Drift of real resources, found by the real detection on each instance's stack."""

from __future__ import annotations

import pytest

from tests.conformance.stack_sets import EAST, WEST, template

pytestmark = pytest.mark.conformance

PARAMETER = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "as made"}}
TEMPLATE = template(Resources={"First": PARAMETER, "Second": PARAMETER})
DRIFTED, IN_SYNC, NOT_CHECKED = "DRIFTED", "IN_SYNC", "NOT_CHECKED"


@pytest.fixture
def site(cloud):
    """A stack set with an instance in each of two Regions."""
    cloud.make_roles()
    cloud.create_stack_set(TEMPLATE)
    cloud.create(EAST, WEST)
    return cloud.stack_sets()


def name_of(cloud, region, logical_id):
    """The name of an instance's SSM parameter."""
    row = cloud.instances()[cloud.admin, region]
    found = cloud.stacks(cloud.admin, region).describe_stack_resource(
        StackName=row["StackId"], LogicalResourceId=logical_id
    )
    return found["StackResourceDetail"]["PhysicalResourceId"]


def change(cloud, region=EAST):
    """Change a parameter of an instance behind CloudFormation's back."""
    cloud.aws("ssm", region=region).put_parameter(
        Name=name_of(cloud, region, "First"), Value="by hand", Type="String", Overwrite=True
    )


def detect(cloud, **sent):
    answer = cloud.stack_sets().detect_stack_set_drift(StackSetName=cloud.site, **sent)
    return cloud.finish(answer)


def resource_drifts(cloud, operation, region=EAST, **sent):
    return cloud.stack_sets().list_stack_instance_resource_drifts(
        StackSetName=cloud.site,
        StackInstanceAccount=cloud.admin,
        StackInstanceRegion=region,
        OperationId=operation["OperationId"],
        **sent,
    )


def details_of_set(cloud):
    return cloud.stack_sets().describe_stack_set(StackSetName=cloud.site)["StackSet"][
        "StackSetDriftDetectionDetails"
    ]


def drift_of(cloud):
    return {region: row["DriftStatus"] for (_, region), row in cloud.instances().items()}


def test_before_any_detection_nothing_is_checked(cloud, site):
    assert drift_of(cloud) == {EAST: NOT_CHECKED, WEST: NOT_CHECKED}
    assert "LastDriftCheckTimestamp" not in cloud.instances()[cloud.admin, EAST]
    details = details_of_set(cloud)
    assert details["DriftStatus"] == NOT_CHECKED
    assert details["TotalStackInstancesCount"] == 2
    assert "LastDriftCheckTimestamp" not in details


def test_what_was_left_alone_is_in_sync(cloud, site):
    operation = detect(cloud)
    assert (operation["Action"], operation["Status"]) == ("DETECT_DRIFT", "SUCCEEDED")
    details = operation["StackSetDriftDetectionDetails"]
    assert details.pop("LastDriftCheckTimestamp") == max(
        row["LastDriftCheckTimestamp"] for row in cloud.instances().values()
    )
    assert details == {
        "DriftStatus": IN_SYNC,
        "DriftDetectionStatus": "COMPLETED",
        "TotalStackInstancesCount": 2,
        "DriftedStackInstancesCount": 0,
        "InSyncStackInstancesCount": 2,
        "InProgressStackInstancesCount": 0,
        "FailedStackInstancesCount": 0,
    }
    assert drift_of(cloud) == {EAST: IN_SYNC, WEST: IN_SYNC}


def test_one_drifted_instance_makes_the_stack_set_drifted(cloud, site):
    change(cloud)
    operation = detect(cloud)
    assert drift_of(cloud) == {EAST: DRIFTED, WEST: IN_SYNC}
    for details in (operation["StackSetDriftDetectionDetails"], details_of_set(cloud)):
        assert details["DriftStatus"] == DRIFTED
        assert details["DriftedStackInstancesCount"] == 1
        assert details["InSyncStackInstancesCount"] == 1
    (summary,) = [
        one
        for one in site.list_stack_sets(Status="ACTIVE")["Summaries"]
        if one["StackSetName"] == cloud.site
    ]
    assert summary["DriftStatus"] == DRIFTED
    assert summary["LastDriftCheckTimestamp"] == details_of_set(cloud)["LastDriftCheckTimestamp"]


def test_a_resource_that_drifted_shows_each_property_that_differs(cloud, site):
    change(cloud)
    operation = detect(cloud)
    (drift,) = resource_drifts(cloud, operation, StackInstanceResourceDriftStatuses=["MODIFIED"])[
        "Summaries"
    ]
    assert drift["StackId"] == cloud.instances()[cloud.admin, EAST]["StackId"]
    assert (drift["LogicalResourceId"], drift["ResourceType"]) == ("First", "AWS::SSM::Parameter")
    assert drift["PropertyDifferences"] == [
        {
            "PropertyPath": "/Value",
            "ExpectedValue": "as made",
            "ActualValue": "by hand",
            "DifferenceType": "NOT_EQUAL",
        }
    ]


def test_a_deleted_resource_is_shown_as_deleted(cloud, site):
    cloud.aws("ssm").delete_parameter(Name=name_of(cloud, EAST, "Second"))
    operation = detect(cloud)
    statuses = {
        item["LogicalResourceId"]: item["StackResourceDriftStatus"]
        for item in resource_drifts(cloud, operation)["Summaries"]
    }
    assert statuses == {"First": "IN_SYNC", "Second": "DELETED"}
    assert drift_of(cloud)[EAST] == DRIFTED


def test_resource_drifts_come_in_pages_and_of_the_operation_that_is_named(cloud, site):
    first = detect(cloud)
    change(cloud)
    detect(cloud)
    page = resource_drifts(cloud, first, MaxResults=1)
    rest = resource_drifts(cloud, first, MaxResults=1, NextToken=page["NextToken"])
    assert "NextToken" not in rest
    shown = [item["StackResourceDriftStatus"] for item in page["Summaries"] + rest["Summaries"]]
    assert shown == ["IN_SYNC", "IN_SYNC"]


def test_a_stack_updated_directly_through_cloudformation_is_not_drift(cloud, site):
    row = cloud.instances()[cloud.admin, EAST]
    stacks = cloud.stacks(cloud.admin, EAST)
    stacks.update_stack(
        StackName=row["StackId"], TemplateBody=template(Resources={"First": PARAMETER})
    )
    stacks.get_waiter("stack_update_complete").wait(
        StackName=row["StackId"], WaiterConfig={"Delay": cloud.pause_seconds}
    )
    assert detect(cloud)["StackSetDriftDetectionDetails"]["DriftStatus"] == IN_SYNC


def test_a_detection_leaves_the_instance_as_current_as_it_was(cloud, site):
    cloud.update(**cloud.targets(EAST), TemplateBody=template(Resources={"First": PARAMETER}))
    operation = detect(cloud)
    rows = cloud.instances()
    assert {key: row["Status"] for key, row in rows.items()} == {
        (cloud.admin, EAST): "CURRENT",
        (cloud.admin, WEST): "OUTDATED",
    }
    assert {row["LastOperationId"] for row in rows.values()} == {operation["OperationId"]}


def test_instances_are_filtered_by_their_drift(cloud, site):
    change(cloud, WEST)
    detect(cloud)
    found = site.list_stack_instances(
        StackSetName=cloud.site, Filters=[{"Name": "DRIFT_STATUS", "Values": DRIFTED}]
    )["Summaries"]
    assert [row["Region"] for row in found] == [WEST]
    described = site.describe_stack_instance(
        StackSetName=cloud.site, StackInstanceAccount=cloud.admin, StackInstanceRegion=WEST
    )["StackInstance"]
    assert described["DriftStatus"] == DRIFTED
    assert described["LastDriftCheckTimestamp"] == found[0]["LastDriftCheckTimestamp"]


def test_a_running_detection_shows_its_progress_and_admits_no_other(cloud, site):
    change(cloud)
    cloud.take_time(0.4)
    answer = site.detect_stack_set_drift(StackSetName=cloud.site, OperationId="first")
    with pytest.raises(site.exceptions.OperationInProgressException):
        site.detect_stack_set_drift(StackSetName=cloud.site)
    again = site.detect_stack_set_drift(StackSetName=cloud.site, OperationId="first")
    assert again["OperationId"] == "first"
    running = cloud.operation(answer)["StackSetDriftDetectionDetails"]
    assert running["DriftDetectionStatus"] == "IN_PROGRESS"
    assert running["InProgressStackInstancesCount"] == 2
    assert details_of_set(cloud)["DriftStatus"] == NOT_CHECKED
    cloud.finish(answer)
    assert details_of_set(cloud)["DriftStatus"] == DRIFTED


@pytest.mark.emulator_only
def test_one_drifted_instance_is_enough_to_tell_while_others_are_still_looked_at(cloud, site):
    change(cloud)
    cloud.turn(durations=[{"account": cloud.admin, "region": WEST, "seconds": 1}])
    answer = site.detect_stack_set_drift(
        StackSetName=cloud.site, OperationPreferences={"RegionConcurrencyType": "PARALLEL"}
    )
    while cloud.results(answer)[EAST][0] != "SUCCEEDED":
        assert cloud.operation(answer)["Status"] == "RUNNING"
    details = cloud.operation(answer)["StackSetDriftDetectionDetails"]
    assert (details["DriftStatus"], details["DriftDetectionStatus"]) == ("DRIFTED", "IN_PROGRESS")
    assert (details["DriftedStackInstancesCount"], details["InProgressStackInstancesCount"]) == (
        1,
        1,
    )
    cloud.finish(answer)


def test_managed_execution_lets_no_detection_wait_behind_another(cloud, site):
    cloud.update(UsePreviousTemplate=True, ManagedExecution={"Active": True})
    cloud.take_time(0.2)
    answer = site.detect_stack_set_drift(StackSetName=cloud.site)
    with pytest.raises(site.exceptions.OperationInProgressException, match=answer["OperationId"]):
        site.detect_stack_set_drift(StackSetName=cloud.site)
    queued = cloud.start_update(UsePreviousTemplate=True)
    assert cloud.operation(queued)["Status"] == "QUEUED"
    assert cloud.finish(answer)["Status"] == "SUCCEEDED"
    assert cloud.finish(queued)["Status"] == "SUCCEEDED"


def test_a_stopped_detection_says_so(cloud, site):
    cloud.take_time(0.2)
    answer = site.detect_stack_set_drift(StackSetName=cloud.site)
    site.stop_stack_set_operation(StackSetName=cloud.site, OperationId=answer["OperationId"])
    details = cloud.finish(answer)["StackSetDriftDetectionDetails"]
    assert details["DriftDetectionStatus"] == "STOPPED"
    assert details["DriftStatus"] == NOT_CHECKED
    assert drift_of(cloud) == {EAST: IN_SYNC, WEST: NOT_CHECKED}


@pytest.mark.parametrize(
    ("tolerance", "status"), [(0, "FAILED"), (1, "PARTIAL_SUCCESS")], ids=["exceeded", "kept"]
)
def test_an_instance_whose_stack_is_gone_fails_the_detection(cloud, site, tolerance, status):
    row = cloud.instances()[cloud.admin, WEST]
    cloud.stacks(cloud.admin, WEST).delete_stack(StackName=row["StackId"])
    operation = detect(cloud, OperationPreferences={"FailureToleranceCount": tolerance})
    details = operation["StackSetDriftDetectionDetails"]
    assert details["DriftDetectionStatus"] == status
    assert (details["InSyncStackInstancesCount"], details["FailedStackInstancesCount"]) == (1, 1)
    assert details["DriftStatus"] == NOT_CHECKED
    failed = cloud.instances()[cloud.admin, WEST]
    assert (failed["Status"], failed["DriftStatus"]) == ("CURRENT", NOT_CHECKED)
    assert failed["StackInstanceStatus"] == {"DetailedStatus": "FAILED"}
    assert "does not exist" in failed["StatusReason"]


@pytest.mark.emulator_only
def test_a_detection_needs_the_role_chain(cloud, site):
    cloud.iam().delete_role(RoleName="AWSCloudFormationStackSetExecutionRole")
    assert detect(cloud)["Status"] == "FAILED"
    assert (
        "should have 'AWSCloudFormationStackSetExecutionRole' role"
        in (cloud.instances()[cloud.admin, EAST]["StatusReason"])
    )


def test_resource_drifts_of_another_operation_or_instance_are_not_found(cloud, site):
    update = cloud.start_update(UsePreviousTemplate=True)
    with pytest.raises(site.exceptions.OperationNotFoundException):
        resource_drifts(cloud, cloud.finish(update))
    with pytest.raises(site.exceptions.OperationNotFoundException):
        resource_drifts(cloud, {"OperationId": "unknown"})
    operation = detect(cloud)
    with pytest.raises(site.exceptions.StackInstanceNotFoundException):
        resource_drifts(cloud, operation, "eu-west-1")
