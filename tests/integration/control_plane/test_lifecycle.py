"""A stack set from its creation to its end, over real stacks."""

from __future__ import annotations

import time

import pytest

from tests.integration.control_plane.stack_sets import ADMIN, EAST, HOME, TARGET, WEST, template

pytestmark = pytest.mark.integration

PARALLEL = {
    "RegionConcurrencyType": "PARALLEL",
    "MaxConcurrentPercentage": 100,
    "ConcurrencyMode": "SOFT_FAILURE_TOLERANCE",
}


def test_two_accounts_and_two_regions_get_real_stacks_and_lose_them_again(cloud):
    cloud.make_roles(ADMIN, TARGET)
    client = cloud.stack_sets()
    created = client.create_stack_set(
        StackSetName="site",
        TemplateBody=template(Parameters={"Suffix": {"Type": "String", "Default": "dev"}}),
        Tags=[{"Key": "Environment", "Value": "dev"}],
        Description="a site",
    )
    operation = client.create_stack_instances(
        StackSetName="site",
        Accounts=[ADMIN, TARGET],
        Regions=[EAST, WEST],
        OperationPreferences=PARALLEL,
        ParameterOverrides=[{"ParameterKey": "Suffix", "ParameterValue": "prod"}],
    )
    assert cloud.finish("site", operation)["Status"] == "SUCCEEDED"
    rows = cloud.instances("site")
    assert rows.keys() == {(a, r) for a in (ADMIN, TARGET) for r in (EAST, WEST)}
    for row in rows.values():
        assert row["Status"] == "CURRENT"
        assert row["StackInstanceStatus"] == {"DetailedStatus": "SUCCEEDED"}
        stack = cloud.stack(row)
        assert stack["StackName"].startswith("StackSet-site-")
        assert stack["StackStatus"] == "CREATE_COMPLETE"
        assert stack["Tags"] == [{"Key": "Environment", "Value": "dev"}]
        assert stack["Parameters"] == [{"ParameterKey": "Suffix", "ParameterValue": "prod"}]

    deletion = client.delete_stack_instances(
        StackSetName="site", Accounts=[ADMIN, TARGET], Regions=[EAST, WEST], RetainStacks=False
    )
    assert cloud.finish("site", deletion)["Status"] == "SUCCEEDED"
    assert cloud.instances("site") == {}
    for row in rows.values():
        assert cloud.stack(row)["StackStatus"] == "DELETE_COMPLETE"
    client.delete_stack_set(StackSetName="site")
    gone = client.describe_stack_set(StackSetName=created["StackSetId"])["StackSet"]
    assert gone["Status"] == "DELETED"


def test_two_instances_take_well_under_a_second(cloud):
    cloud.make_roles()
    client = cloud.stack_sets()
    client.create_stack_set(StackSetName="site", TemplateBody=template())
    started = time.monotonic()
    operation = client.create_stack_instances(
        StackSetName="site", Accounts=[ADMIN], Regions=[EAST, WEST]
    )
    assert cloud.finish("site", operation)["Status"] == "SUCCEEDED"
    assert time.monotonic() - started < 5


def test_a_stack_set_belongs_to_one_account_and_home_region(cloud):
    cloud.stack_sets().create_stack_set(StackSetName="site", TemplateBody=template())
    names = [
        [item["StackSetName"] for item in client.list_stack_sets()["Summaries"]]
        for client in (
            cloud.stack_sets(ADMIN, HOME),
            cloud.stack_sets(ADMIN, EAST),
            cloud.stack_sets(TARGET, HOME),
        )
    ]
    assert names == [["site"], [], []]
