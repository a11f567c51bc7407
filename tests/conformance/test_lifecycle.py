"""A stack set from its creation to its end, over real stacks."""

from __future__ import annotations

import time

import pytest

from tests.conformance.stack_sets import ADMIN, EAST, HOME, TARGET, WEST, template

pytestmark = pytest.mark.conformance

PARALLEL = {
    "RegionConcurrencyType": "PARALLEL",
    "MaxConcurrentPercentage": 100,
    "ConcurrencyMode": "SOFT_FAILURE_TOLERANCE",
}


def test_every_account_and_region_gets_a_real_stack_and_loses_it_again(cloud):
    cloud.make_roles(*cloud.accounts)
    client = cloud.stack_sets()
    stack_set_id = cloud.create_stack_set(
        template(Parameters={"Suffix": {"Type": "String", "Default": "dev"}}),
        Tags=[{"Key": "Environment", "Value": "dev"}],
        Description="a site",
    )
    operation = cloud.create(
        EAST,
        WEST,
        accounts=cloud.accounts,
        OperationPreferences=PARALLEL,
        ParameterOverrides=[{"ParameterKey": "Suffix", "ParameterValue": "prod"}],
    )
    assert operation["Status"] == "SUCCEEDED"
    rows = cloud.instances()
    assert rows.keys() == {(a, r) for a in cloud.accounts for r in (EAST, WEST)}
    for row in rows.values():
        assert row["Status"] == "CURRENT"
        assert row["StackInstanceStatus"] == {"DetailedStatus": "SUCCEEDED"}
        stack = cloud.stack(row)
        assert stack["StackName"].startswith(f"StackSet-{cloud.site}-")
        assert stack["StackStatus"] == "CREATE_COMPLETE"
        assert stack["Tags"] == [{"Key": "Environment", "Value": "dev"}]
        assert stack["Parameters"] == [{"ParameterKey": "Suffix", "ParameterValue": "prod"}]

    assert cloud.delete(EAST, WEST, accounts=cloud.accounts)["Status"] == "SUCCEEDED"
    assert cloud.instances() == {}
    for row in rows.values():
        assert cloud.stack(row)["StackStatus"] == "DELETE_COMPLETE"
    client.delete_stack_set(StackSetName=cloud.site)
    gone = client.describe_stack_set(StackSetName=stack_set_id)["StackSet"]
    assert gone["Status"] == "DELETED"


@pytest.mark.emulator_only
def test_two_instances_take_well_under_a_second(cloud):
    cloud.make_roles()
    cloud.create_stack_set(template())
    started = time.monotonic()
    assert cloud.create(EAST, WEST)["Status"] == "SUCCEEDED"
    assert time.monotonic() - started < 5


@pytest.mark.emulator_only
def test_a_stack_set_belongs_to_one_account_and_home_region(cloud):
    cloud.create_stack_set(template())
    names = [
        [item["StackSetName"] for item in client.list_stack_sets()["Summaries"]]
        for client in (
            cloud.stack_sets(ADMIN, HOME),
            cloud.stack_sets(ADMIN, EAST),
            cloud.stack_sets(TARGET, HOME),
        )
    ]
    assert names == [["site"], [], []]
