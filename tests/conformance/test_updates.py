"""Updates of stack sets and stack instances, seen in the real stacks."""

from __future__ import annotations

import pytest

from tests.conformance.stack_sets import EAST, FAILURE, HANDLE, WEST, failing_in, template

pytestmark = pytest.mark.conformance

SUFFIX = {"Suffix": {"Type": "String", "Default": "dev"}}
PARAMETERS = template(Parameters=SUFFIX)
TWO_HANDLES = template(Resources={"Handle": HANDLE, "Second": HANDLE})


@pytest.fixture
def site(cloud):
    """A stack set with an instance in each Region."""
    cloud.make_roles()
    cloud.create_stack_set(PARAMETERS)
    cloud.create(EAST, WEST)
    return cloud.stack_sets()


def rows_of(cloud):
    """Give the rows by Region."""
    return {region: row for (_, region), row in cloud.instances().items()}


def parameters_of(cloud, region=EAST):
    stack = cloud.stack(rows_of(cloud)[region])
    return {item["ParameterKey"]: item["ParameterValue"] for item in stack["Parameters"]}


def update_instances(cloud, *regions, **sent):
    answer = cloud.stack_sets().update_stack_instances(**cloud.targets(*regions), **sent)
    return cloud.finish(answer)


def delete_by_hand(cloud, row):
    stacks = cloud.stacks(row["Account"], row["Region"])
    stacks.delete_stack(StackName=row["StackId"])
    stacks.get_waiter("stack_delete_complete").wait(
        StackName=row["StackId"], WaiterConfig={"Delay": cloud.pause_seconds}
    )


def test_an_update_reaches_the_stacks_and_keeps_them(cloud, site):
    before = rows_of(cloud)
    assert cloud.update(TemplateBody=TWO_HANDLES)["Status"] == "SUCCEEDED"
    after = rows_of(cloud)
    assert {region: row["StackId"] for region, row in after.items()} == {
        region: row["StackId"] for region, row in before.items()
    }
    assert cloud.stack(after[EAST])["StackStatus"] == "UPDATE_COMPLETE"


def test_an_unchanged_update_runs_and_finds_nothing_to_do(cloud, site):
    operation = cloud.update(UsePreviousTemplate=True)
    assert operation["Status"] == "SUCCEEDED"
    nothing = ("SUCCEEDED", "No updates are to be performed.")
    assert cloud.results(operation) == {EAST: nothing, WEST: nothing}
    assert set(cloud.statuses().values()) == {"CURRENT"}


def test_a_failed_update_is_rolled_back_and_the_next_region_cancelled(cloud, site):
    operation = cloud.update(TemplateBody=failing_in(EAST))
    assert operation["Status"] == "FAILED"
    assert operation["StatusDetails"] == {"FailedStackInstancesCount": 1}
    assert cloud.results(operation) == {
        EAST: ("FAILED", FAILURE),
        WEST: ("CANCELLED", "Cancelled since failure tolerance has exceeded"),
    }
    assert cloud.stack(rows_of(cloud)[EAST])["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert set(cloud.statuses().values()) == {"OUTDATED"}


def test_tags_reach_the_stacks_and_empty_ones_clear_them(cloud, site):
    wanted = [{"Key": "Environment", "Value": "prod"}]
    for sent, expected in (({"Tags": wanted}, wanted), ({}, wanted), ({"Tags": []}, [])):
        cloud.update(UsePreviousTemplate=True, **sent)
        assert cloud.stack(rows_of(cloud)[EAST])["Tags"] == expected


def test_an_override_reaches_its_stack_only_and_survives_an_update_of_the_set(cloud, site):
    prod = [{"ParameterKey": "Suffix", "ParameterValue": "prod"}]
    everywhere = [{"ParameterKey": "Suffix", "ParameterValue": "all"}]
    update_instances(cloud, EAST, ParameterOverrides=prod)
    cloud.update(UsePreviousTemplate=True, Parameters=everywhere)
    assert parameters_of(cloud, EAST) == {"Suffix": "prod"}
    assert parameters_of(cloud, WEST) == {"Suffix": "all"}
    update_instances(cloud, EAST, ParameterOverrides=[])
    assert parameters_of(cloud, EAST) == {"Suffix": "all"}


def test_an_update_of_a_stack_that_was_deleted_by_hand_fails(cloud, site):
    row = rows_of(cloud)[EAST]
    delete_by_hand(cloud, row)
    operation = update_instances(cloud, EAST)
    assert operation["Status"] == "FAILED"
    assert cloud.results(operation)[EAST] == (
        "FAILED",
        f"Stack:{row['StackId']} is in DELETE_COMPLETE state and can not be updated.",
    )


@pytest.mark.parametrize("retain", [True, False])
def test_an_instance_whose_stack_was_deleted_by_hand_is_mended_by_delete_and_create(
    cloud, site, retain
):
    row = rows_of(cloud)[EAST]
    delete_by_hand(cloud, row)
    assert cloud.delete(EAST, retain=retain)["Status"] == "SUCCEEDED"
    assert cloud.create(EAST)["Status"] == "SUCCEEDED"
    mended = rows_of(cloud)[EAST]
    assert mended["StackId"] != row["StackId"]
    assert cloud.stack(mended)["StackStatus"] == "CREATE_COMPLETE"


def test_retained_stacks_live_on(cloud, site):
    row = rows_of(cloud)[EAST]
    assert cloud.delete(EAST, retain=True)["RetainStacks"] is True
    assert rows_of(cloud).keys() == {WEST}
    assert cloud.stack(row)["StackStatus"] == "CREATE_COMPLETE"


def test_a_protected_stack_makes_its_instance_inoperable_until_it_is_retained(cloud, site):
    row = rows_of(cloud)[EAST]
    cloud.stacks(row["Account"], EAST).update_termination_protection(
        StackName=row["StackId"], EnableTerminationProtection=True
    )
    assert cloud.delete(EAST)["Status"] == "FAILED"
    inoperable = rows_of(cloud)[EAST]
    assert inoperable["Status"] == "INOPERABLE"
    assert "TerminationProtection" in inoperable["StatusReason"]
    cloud.delete(EAST, retain=True)
    assert rows_of(cloud).keys() == {WEST}
