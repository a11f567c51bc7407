"""Updates of stack sets and stack instances, seen in the real stacks."""

from __future__ import annotations

import pytest

from tests.integration.control_plane.stack_sets import ADMIN, BROKEN, EAST, QUEUE, WEST, template

pytestmark = pytest.mark.integration

SUFFIX = {"Suffix": {"Type": "String", "Default": "dev"}}
PARAMETERS = template(Parameters=SUFFIX)
TWO_QUEUES = template(Resources={"Queue": QUEUE, "Second": QUEUE})
FAILS_IN_WEST = template(
    Mappings={
        "Works": {
            EAST: {"Arn": "arn:aws:sns:us-east-1:111111111111:topic"},
            WEST: {"Arn": BROKEN["Properties"]["ServiceToken"]},
        }
    },
    Resources={"Queue": QUEUE, "Custom": BROKEN},
)


@pytest.fixture
def site(cloud):
    """A stack set with an instance in each Region."""
    cloud.make_roles()
    client = cloud.stack_sets()
    client.create_stack_set(StackSetName="site", TemplateBody=PARAMETERS)
    cloud.finish("site", create(client, EAST, WEST))
    return client


def create(client, *regions):
    return client.create_stack_instances(
        StackSetName="site", Accounts=[ADMIN], Regions=list(regions)
    )


def parameters_of(cloud, region=EAST):
    stack = cloud.stack(cloud.instances("site")[ADMIN, region])
    return {item["ParameterKey"]: item["ParameterValue"] for item in stack["Parameters"]}


def test_an_update_reaches_the_stacks_and_keeps_them(cloud, site):
    before = cloud.instances("site")
    operation = site.update_stack_set(StackSetName="site", TemplateBody=TWO_QUEUES)
    assert cloud.finish("site", operation)["Status"] == "SUCCEEDED"
    after = cloud.instances("site")
    assert {key: row["StackId"] for key, row in after.items()} == {
        key: row["StackId"] for key, row in before.items()
    }
    assert cloud.stack(after[ADMIN, EAST])["StackStatus"] == "UPDATE_COMPLETE"


def test_an_unchanged_update_runs_and_finds_nothing_to_do(cloud, site):
    operation = site.update_stack_set(StackSetName="site", UsePreviousTemplate=True)
    assert cloud.finish("site", operation)["Status"] == "SUCCEEDED"
    nothing = ("SUCCEEDED", "No updates are to be performed.")
    assert cloud.results("site", operation) == {EAST: nothing, WEST: nothing}
    assert {row["Status"] for row in cloud.instances("site").values()} == {"CURRENT"}


def test_a_failed_update_is_rolled_back_and_the_next_region_cancelled(cloud, site):
    operation = site.update_stack_set(StackSetName="site", TemplateBody=FAILS_IN_WEST)
    found = cloud.finish("site", operation)
    assert found["Status"] == "FAILED"
    assert found["StatusDetails"] == {"FailedStackInstancesCount": 1}
    results = cloud.results("site", operation)
    assert results[WEST] == ("CANCELLED", "Cancelled since failure tolerance has exceeded")
    status, reason = results[EAST]
    assert status == "FAILED"
    assert reason.startswith(
        "ResourceLogicalId:Custom, ResourceType:AWS::CloudFormation::CustomResource, "
        "ResourceStatusReason:Custom resource ServiceToken"
    )
    rows = cloud.instances("site")
    assert cloud.stack(rows[ADMIN, EAST])["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert {row["Status"] for row in rows.values()} == {"OUTDATED"}


def test_tags_reach_the_stacks_and_empty_ones_clear_them(cloud, site):
    def tags():
        return cloud.stack(cloud.instances("site")[ADMIN, EAST])["Tags"]

    wanted = [{"Key": "Environment", "Value": "prod"}]
    for sent, expected in (({"Tags": wanted}, wanted), ({}, wanted), ({"Tags": []}, [])):
        operation = site.update_stack_set(StackSetName="site", UsePreviousTemplate=True, **sent)
        cloud.finish("site", operation)
        assert tags() == expected


def test_an_override_reaches_its_stack_only_and_survives_an_update_of_the_set(cloud, site):
    prod = [{"ParameterKey": "Suffix", "ParameterValue": "prod"}]
    everywhere = [{"ParameterKey": "Suffix", "ParameterValue": "all"}]
    overridden = site.update_stack_instances(
        StackSetName="site", Accounts=[ADMIN], Regions=[EAST], ParameterOverrides=prod
    )
    cloud.finish("site", overridden)
    updated = site.update_stack_set(
        StackSetName="site", UsePreviousTemplate=True, Parameters=everywhere
    )
    cloud.finish("site", updated)
    assert parameters_of(cloud, EAST) == {"Suffix": "prod"}
    assert parameters_of(cloud, WEST) == {"Suffix": "all"}
    reset = site.update_stack_instances(
        StackSetName="site", Accounts=[ADMIN], Regions=[EAST], ParameterOverrides=[]
    )
    cloud.finish("site", reset)
    assert parameters_of(cloud, EAST) == {"Suffix": "all"}


def test_an_update_of_a_stack_that_was_deleted_by_hand_fails(cloud, site):
    row = cloud.instances("site")[ADMIN, EAST]
    cloud.stacks(ADMIN, EAST).delete_stack(StackName=row["StackId"])
    operation = site.update_stack_instances(StackSetName="site", Accounts=[ADMIN], Regions=[EAST])
    assert cloud.finish("site", operation)["Status"] == "FAILED"
    (status, reason) = cloud.results("site", operation)[EAST]
    assert status == "FAILED"
    assert reason.startswith(f"Stack:{row['StackId']} is in DELETE_")


@pytest.mark.parametrize("retain", [True, False])
def test_an_instance_whose_stack_was_deleted_by_hand_is_mended_by_delete_and_create(
    cloud, site, retain
):
    row = cloud.instances("site")[ADMIN, EAST]
    cloud.stacks(ADMIN, EAST).delete_stack(StackName=row["StackId"])
    deletion = site.delete_stack_instances(
        StackSetName="site", Accounts=[ADMIN], Regions=[EAST], RetainStacks=retain
    )
    assert cloud.finish("site", deletion)["Status"] == "SUCCEEDED"
    assert cloud.finish("site", create(site, EAST))["Status"] == "SUCCEEDED"
    mended = cloud.instances("site")[ADMIN, EAST]
    assert mended["StackId"] != row["StackId"]
    assert cloud.stack(mended)["StackStatus"] == "CREATE_COMPLETE"


def test_retained_stacks_live_on(cloud, site):
    row = cloud.instances("site")[ADMIN, EAST]
    deletion = site.delete_stack_instances(
        StackSetName="site", Accounts=[ADMIN], Regions=[EAST], RetainStacks=True
    )
    assert cloud.finish("site", deletion)["RetainStacks"] is True
    assert cloud.instances("site").keys() == {(ADMIN, WEST)}
    assert cloud.stack(row)["StackStatus"] == "CREATE_COMPLETE"


def test_a_protected_stack_makes_its_instance_inoperable_until_it_is_retained(cloud, site):
    row = cloud.instances("site")[ADMIN, EAST]
    cloud.stacks(ADMIN, EAST).update_termination_protection(
        StackName=row["StackId"], EnableTerminationProtection=True
    )
    asked = {"StackSetName": "site", "Accounts": [ADMIN], "Regions": [EAST]}
    deletion = site.delete_stack_instances(**asked, RetainStacks=False)
    assert cloud.finish("site", deletion)["Status"] == "FAILED"
    inoperable = cloud.instances("site")[ADMIN, EAST]
    assert inoperable["Status"] == "INOPERABLE"
    assert "TerminationProtection" in inoperable["StatusReason"]
    cloud.finish("site", site.delete_stack_instances(**asked, RetainStacks=True))
    assert cloud.instances("site").keys() == {(ADMIN, WEST)}
