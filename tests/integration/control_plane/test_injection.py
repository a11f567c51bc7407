"""The faults and durations that a test may ask of the control plane."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from stacksets.local.control_plane import Failure, Refusal
from tests.integration.control_plane.stack_sets import ADMIN, EAST, WEST, template

pytestmark = [pytest.mark.integration, pytest.mark.emulator_only]

PLACE = {"StackSetName": "site", "Accounts": [ADMIN], "Regions": [EAST]}


@pytest.fixture
def turn(cloud):
    """Give a stack set without instances, and what turns a knob."""
    cloud.make_roles()
    cloud.stack_sets().create_stack_set(StackSetName="site", TemplateBody=template())

    def turn(**settings):
        cloud.plane.settings = replace(cloud.plane.settings, **settings)

    return turn


def create(cloud, *regions):
    client = cloud.stack_sets()
    answer = client.create_stack_instances(**{**PLACE, "Regions": list(regions or (EAST,))})
    return cloud.finish("site", answer)


def reason(cloud):
    return cloud.instances("site")[ADMIN, EAST]["StatusReason"]


def test_a_failure_of_an_account_and_region_fails_the_first_times_and_then_no_more(cloud, turn):
    turn(failures={(ADMIN, EAST): Failure(reason="no room", times=2)})
    statuses = [create(cloud)["Status"] for _ in range(3)]
    assert statuses == ["FAILED", "FAILED", "SUCCEEDED"]


def test_a_failure_names_its_reason_and_leaves_other_regions_alone(cloud, turn):
    turn(failures={(ADMIN, EAST): Failure(reason="no room")})
    create(cloud, WEST, EAST)
    assert reason(cloud) == "no room"
    assert cloud.instances("site")[ADMIN, WEST]["Status"] == "CURRENT"


def test_turning_a_knob_counts_failures_anew(cloud, turn):
    turn(failures={(ADMIN, EAST): Failure(reason="no room", times=1)})
    create(cloud)
    turn(instance_seconds=0.0)
    assert create(cloud)["Status"] == "FAILED"


def test_sts_is_not_activated_in_a_region(cloud, turn):
    turn(sts_inactive=frozenset({(ADMIN, EAST)}))
    create(cloud)
    assert reason(cloud) == (
        f"STS is not activated in this region for account:{ADMIN}. Your account administrator can "
        "activate STS in this region using the IAM Console."
    )


def test_a_service_control_policy_denies_in_aws_words(cloud, turn):
    turn(denied={(ADMIN, EAST): "cloudformation:CreateStack"})
    create(cloud)
    assert reason(cloud).startswith(
        f"User: arn:aws:sts::{ADMIN}:assumed-role/AWSCloudFormationStackSetExecutionRole/site is "
        "not authorized to perform: cloudformation:CreateStack on resource: "
    )
    assert reason(cloud).endswith("with an explicit deny in a service control policy")


def test_what_reaches_no_account_meets_no_policy(cloud, turn):
    create(cloud)
    turn(denied={(ADMIN, EAST): "cloudformation:DeleteStack"})
    client = cloud.stack_sets()
    answer = client.delete_stack_instances(**PLACE, RetainStacks=True)
    assert cloud.finish("site", answer)["Status"] == "SUCCEEDED"


def test_one_region_takes_longer_than_the_other(cloud, turn):
    turn(durations={(ADMIN, WEST): 0.5})
    started = time.monotonic()
    answer = cloud.stack_sets().create_stack_instances(
        **{**PLACE, "Regions": [EAST, WEST]},
        OperationPreferences={"RegionConcurrencyType": "PARALLEL"},
    )
    while cloud.results("site", answer)[EAST][0] != "SUCCEEDED":
        assert time.monotonic() - started < 10
    assert cloud.results("site", answer)[WEST][0] == "RUNNING"
    cloud.finish("site", answer)
    assert time.monotonic() - started > 0.5


def test_an_action_is_refused_so_many_times_before_anything_is_done(cloud, turn):
    stale = Refusal(code="StaleRequestException", message="Another was quicker", times=1)
    turn(refusals={"CreateStackInstances": stale})
    client = cloud.stack_sets()
    with pytest.raises(client.exceptions.StaleRequestException, match="Another was quicker"):
        create(cloud)
    assert client.list_stack_set_operations(StackSetName="site")["Summaries"] == []
    assert create(cloud)["Status"] == "SUCCEEDED"


def test_the_knobs_can_be_turned_over_http(local_aws):
    refusal = {"action": "ListStackSets", "code": "AccessDenied", "message": "No", "times": 1}
    local_aws.set_control_plane(refusals=[refusal])
    client = local_aws.client("cloudformation", ADMIN)
    with pytest.raises(ClientError, match="No") as caught:
        client.list_stack_sets()
    assert caught.value.response["Error"]["Code"] == "AccessDenied"
    assert client.list_stack_sets()["Summaries"] == []
