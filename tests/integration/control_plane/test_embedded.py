"""The control plane where it belongs: behind the front of the embedded local AWS."""

from __future__ import annotations

import time

import pytest

from tests.conformance.stack_sets import (
    ADMIN,
    EAST,
    HOME,
    TARGET,
    WEST,
    embedded_cloud,
    make_administration_role,
    make_execution_role,
    template,
)

pytestmark = pytest.mark.integration


def deploy(local_aws):
    """Create the stack set and its instances in two accounts and Regions; give the operation."""
    client = local_aws.client("cloudformation", ADMIN, HOME)
    client.create_stack_set(StackSetName="site", TemplateBody=template())
    operation = client.create_stack_instances(
        StackSetName="site",
        Accounts=[ADMIN, TARGET],
        Regions=[EAST, WEST],
        OperationPreferences={"RegionConcurrencyType": "PARALLEL"},
    )
    asked = {"StackSetName": "site", "OperationId": operation["OperationId"]}
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        found = client.describe_stack_set_operation(**asked)["StackSetOperation"]
        if "EndTimestamp" in found:
            return found
        time.sleep(0.02)
    raise TimeoutError(found)


def test_two_accounts_and_two_regions_are_deployed_through_the_front(local_aws):
    make_administration_role(local_aws.client("iam", ADMIN))
    make_execution_role(local_aws.client("iam", ADMIN))
    make_execution_role(local_aws.client("iam", TARGET))
    assert deploy(local_aws)["Status"] == "SUCCEEDED"
    for account in (ADMIN, TARGET):
        for region in (EAST, WEST):
            stacks = local_aws.client("cloudformation", account, region).describe_stacks()
            (name,) = [stack["StackName"] for stack in stacks["Stacks"]]
            assert name.startswith("StackSet-site-")


def test_calls_back_do_not_count_as_a_deployers(local_aws):
    assert deploy(local_aws)["Status"] == "FAILED"
    actions = {call["action"] for call in local_aws.journal()}
    assert actions == {"CreateStackSet", "CreateStackInstances", "DescribeStackSetOperation"}


def test_a_reset_forgets_stack_sets(local_aws):
    deploy(local_aws)
    local_aws.reset()
    client = local_aws.client("cloudformation", ADMIN, HOME)
    assert client.list_stack_sets()["Summaries"] == []


def test_a_reset_leaves_no_worker_behind(local_aws):
    cloud = embedded_cloud(local_aws)
    cloud.make_roles()
    cloud.turn(instance_seconds=30)
    cloud.create_stack_set(template())
    cloud.stack_sets().create_stack_instances(**cloud.targets(EAST))
    started = time.monotonic()
    local_aws.reset()
    assert time.monotonic() - started < 10
    assert cloud.stack_sets().list_stack_sets()["Summaries"] == []
    assert cloud.stacks(ADMIN, EAST).describe_stacks()["Stacks"] == []
