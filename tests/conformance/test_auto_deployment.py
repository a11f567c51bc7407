"""Automatic deployment: accounts that come to a targeted unit, and accounts that go."""

from __future__ import annotations

import pytest

from tests.conformance.organizations import World, make_organization
from tests.conformance.stack_sets import EAST, TARGET, WEST, template

pytestmark = [pytest.mark.conformance, pytest.mark.emulator_only]

NEWCOMER = "444444444444"
ON = {"Enabled": True, "RetainStacksOnAccountRemoval": False}


@pytest.fixture
def world(local_aws) -> World:
    """A targeted unit with a unit below it, and one beside them; StackSets deploys by itself."""
    units = {"Apps": [TARGET], "Apps/Prod": [], "Other": [NEWCOMER]}
    world = make_organization(local_aws, units)
    world.trust_stack_sets()
    world.create_stack_set(AutoDeployment=ON)
    world.create_instances([world.units["Apps"]], [EAST])
    return world


def set_auto_deployment(world: World, **auto: bool) -> None:
    answer = world.stack_sets().update_stack_set(
        StackSetName="site", UsePreviousTemplate=True, AutoDeployment=auto
    )
    world.finish(answer["OperationId"])


def regions(world: World, account: str) -> set[str]:
    return {region for owner, region in world.instances() if owner == account}


def test_an_account_that_joins_a_targeted_unit_gets_its_instances(world):
    world.move(NEWCOMER, world.units["Apps"])
    newest = world.settle()[0]
    assert (newest["Action"], newest["Status"]) == ("CREATE", "SUCCEEDED")
    assert newest["OperationPreferences"] == {"RegionOrder": []}
    row = world.instances()[NEWCOMER, EAST]
    assert (row["Status"], row["OrganizationalUnitId"]) == ("CURRENT", world.units["Apps"])
    assert len(world.stacks(NEWCOMER, EAST)) == 1


def test_an_account_that_joins_a_child_of_a_targeted_unit_gets_its_instances(world):
    world.move(NEWCOMER, world.units["Apps/Prod"])
    world.settle()
    assert world.instances()[NEWCOMER, EAST]["OrganizationalUnitId"] == world.units["Apps"]


def test_a_new_account_gets_its_instances_once_it_is_moved(world):
    made = world.organizations.create_account(Email="new@example.com", AccountName="New")
    account = made["CreateAccountStatus"]["AccountId"]
    assert regions(world, account) == set()
    world.move(account, world.units["Apps"])
    world.settle()
    assert regions(world, account) == {EAST}


def test_an_account_that_leaves_loses_its_instances_and_stacks(world):
    world.move(TARGET, world.units["Other"])
    newest = world.settle()[0]
    assert (newest["Action"], newest["Status"]) == ("DELETE", "SUCCEEDED")
    assert world.instances() == {}
    assert world.stacks(TARGET, EAST) == []


def test_an_account_that_leaves_keeps_stacks_that_are_retained(world):
    set_auto_deployment(world, Enabled=True, RetainStacksOnAccountRemoval=True)
    world.move(TARGET, world.units["Other"])
    newest = world.settle()[0]
    shown = world.stack_sets().describe_stack_set_operation(
        StackSetName="site", OperationId=newest["OperationId"]
    )["StackSetOperation"]
    assert (shown["Action"], shown["RetainStacks"]) == ("DELETE", True)
    assert world.instances() == {}
    assert len(world.stacks(TARGET, EAST)) == 1


@pytest.mark.parametrize("by_itself", [False, True], ids=["removed", "by itself"])
def test_an_account_that_leaves_the_organization_loses_its_instances(world, by_itself):
    if by_itself:
        world.local.client("organizations", TARGET).leave_organization()
    else:
        world.organizations.remove_account_from_organization(AccountId=TARGET)
    world.settle()
    assert world.instances() == {}
    assert world.stacks(TARGET, EAST) == []


def test_a_move_below_the_targeted_unit_changes_nothing(world):
    before = world.operations()
    world.move(TARGET, world.units["Apps/Prod"])
    assert world.operations() == before


def test_without_auto_deployment_a_move_changes_nothing(world):
    set_auto_deployment(world, Enabled=False)
    before = world.operations()
    world.move(NEWCOMER, world.units["Apps"])
    world.move(TARGET, world.units["Other"])
    assert world.operations() == before
    assert regions(world, TARGET) == {EAST}


def test_without_trusted_access_a_move_changes_nothing(world):
    world.stack_sets().deactivate_organizations_access()
    before = world.operations()
    world.move(NEWCOMER, world.units["Apps"])
    assert world.operations() == before


def test_a_deleted_stack_set_and_a_self_managed_one_follow_nobody(world):
    client = world.stack_sets()
    client.create_stack_set(StackSetName="mine", TemplateBody=template())
    world.create_stack_set("gone", AutoDeployment=ON)
    client.delete_stack_set(StackSetName="gone")
    world.move(NEWCOMER, world.units["Apps"])
    world.settle()
    assert world.operations("mine") == []
    assert regions(world, NEWCOMER) == {EAST}


def test_account_filters_do_not_hold_for_newcomers(world):
    world.create_instances(
        [world.units["Other"]], [WEST], Accounts=[TARGET], AccountFilterType="INTERSECTION"
    )
    assert regions(world, NEWCOMER) == set()
    world.move(TARGET, world.units["Other"])
    world.settle()
    assert regions(world, TARGET) == {WEST}


def test_overrides_do_not_hold_for_newcomers(world):
    client = world.stack_sets()
    declared = {"Size": {"Type": "String", "Default": "small"}}
    answer = client.update_stack_set(
        StackSetName="site", TemplateBody=template(Parameters=declared)
    )
    world.finish(answer["OperationId"])
    answer = client.update_stack_instances(
        StackSetName="site",
        DeploymentTargets={"OrganizationalUnitIds": [world.units["Apps"]]},
        Regions=[EAST],
        ParameterOverrides=[{"ParameterKey": "Size", "ParameterValue": "large"}],
    )
    world.finish(answer["OperationId"])
    world.move(NEWCOMER, world.units["Apps"])
    world.settle()
    shown = client.describe_stack_instance(
        StackSetName="site", StackInstanceAccount=NEWCOMER, StackInstanceRegion=EAST
    )["StackInstance"]
    assert shown["ParameterOverrides"] == []


def test_an_account_between_two_targeted_units_keeps_what_both_bring(world):
    world.create_instances([world.units["Other"]], [EAST, WEST])
    (stack,) = world.stacks(TARGET, EAST)
    world.move(TARGET, world.units["Other"])
    world.settle()
    assert world.stacks(TARGET, EAST) == [stack]
    units = {key[1]: row["OrganizationalUnitId"] for key, row in world.instances().items()}
    assert regions(world, TARGET) == {EAST, WEST}
    assert set(units.values()) == {world.units["Other"]}


def test_automatic_deployments_wait_for_the_operations_before_them(world):
    world.local.set_control_plane(instance_seconds=0.3)
    answer = world.stack_sets().update_stack_set(StackSetName="site", UsePreviousTemplate=True)
    world.move(NEWCOMER, world.units["Apps"])
    newest = world.operations()[0]
    assert (newest["Action"], newest["Status"]) == ("CREATE", "QUEUED")
    world.finish(answer["OperationId"])
    assert world.settle()[0]["Status"] == "SUCCEEDED"
    assert regions(world, NEWCOMER) == {EAST}


def test_a_unit_that_is_no_target_any_more_brings_nothing(world):
    answer = world.stack_sets().delete_stack_instances(
        StackSetName="site",
        DeploymentTargets={"OrganizationalUnitIds": [world.units["Apps"]]},
        Regions=[EAST],
        RetainStacks=False,
    )
    world.finish(answer["OperationId"])
    world.move(NEWCOMER, world.units["Apps"])
    assert world.instances() == {}


def test_a_closed_account_is_not_deployed_to(world):
    world.organizations.close_account(AccountId=NEWCOMER)
    before = world.operations()
    world.move(NEWCOMER, world.units["Apps"])
    assert world.operations() == before
