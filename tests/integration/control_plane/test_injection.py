"""The faults and durations that a test may ask of the control plane."""

from __future__ import annotations

import json
import time

import pytest
from botocore.exceptions import ClientError

from tests.conformance.stack_sets import ADMIN, EAST, WEST, embedded_cloud, template

pytestmark = [pytest.mark.integration, pytest.mark.emulator_only]


@pytest.fixture
def cloud(local_aws):
    """A stack set without instances."""
    cloud = embedded_cloud(local_aws)
    cloud.make_roles()
    cloud.create_stack_set(template())
    return cloud


def failure(**more):
    return [{"account": ADMIN, "region": EAST, "reason": "no room", **more}]


def reason(cloud):
    return cloud.instances()[ADMIN, EAST]["StatusReason"]


def test_a_failure_of_an_account_and_region_fails_the_first_times_and_then_no_more(cloud):
    cloud.turn(failures=failure(times=2))
    statuses = [cloud.create(EAST)["Status"] for _ in range(3)]
    assert statuses == ["FAILED", "FAILED", "SUCCEEDED"]


def test_a_failure_names_its_reason_and_leaves_other_regions_alone(cloud):
    cloud.turn(failures=failure())
    cloud.create(WEST, EAST)
    assert reason(cloud) == "no room"
    assert cloud.instances()[ADMIN, WEST]["Status"] == "CURRENT"


def test_turning_a_knob_counts_failures_anew(cloud):
    cloud.turn(failures=failure(times=1))
    cloud.create(EAST)
    cloud.turn(instance_seconds=0.0)
    assert cloud.create(EAST)["Status"] == "FAILED"


def test_sts_is_not_activated_in_a_region(cloud):
    cloud.turn(sts_inactive=[{"account": ADMIN, "region": EAST}])
    cloud.create(EAST)
    assert reason(cloud) == (
        f"STS is not activated in this region for account:{ADMIN}. Your account administrator can "
        "activate STS in this region using the IAM Console."
    )


def test_a_service_control_policy_denies_in_aws_words(cloud):
    cloud.turn(denied=[{"account": ADMIN, "region": EAST, "action": "cloudformation:CreateStack"}])
    cloud.create(EAST)
    assert reason(cloud).startswith(
        f"User: arn:aws:sts::{ADMIN}:assumed-role/AWSCloudFormationStackSetExecutionRole/site is "
        "not authorized to perform: cloudformation:CreateStack on resource: "
    )
    assert reason(cloud).endswith("with an explicit deny in a service control policy")


def test_what_reaches_no_account_meets_no_policy(cloud):
    cloud.create(EAST)
    cloud.turn(denied=[{"account": ADMIN, "region": EAST, "action": "cloudformation:DeleteStack"}])
    assert cloud.delete(EAST, retain=True)["Status"] == "SUCCEEDED"


def test_one_region_takes_longer_than_the_other(cloud):
    cloud.turn(durations=[{"account": ADMIN, "region": WEST, "seconds": 0.5}])
    started = time.monotonic()
    answer = cloud.stack_sets().create_stack_instances(
        **cloud.targets(EAST, WEST), OperationPreferences={"RegionConcurrencyType": "PARALLEL"}
    )
    while cloud.results(answer)[EAST][0] != "SUCCEEDED":
        assert time.monotonic() - started < 10
    assert cloud.results(answer)[WEST][0] == "RUNNING"
    cloud.finish(answer)
    assert time.monotonic() - started > 0.5


def test_an_action_is_refused_so_many_times_before_anything_is_done(cloud):
    stale = {"code": "StaleRequestException", "message": "Another was quicker", "times": 1}
    cloud.turn(refusals=[{"action": "CreateStackInstances", **stale}])
    client = cloud.stack_sets()
    with pytest.raises(client.exceptions.StaleRequestException, match="Another was quicker"):
        cloud.create(EAST)
    assert client.list_stack_set_operations(StackSetName="site")["Summaries"] == []
    assert cloud.create(EAST)["Status"] == "SUCCEEDED"


def test_the_knobs_can_be_turned_over_http(local_aws):
    refusal = {"action": "ListStackSets", "code": "AccessDenied", "message": "No", "times": 1}
    local_aws.set_control_plane(refusals=[refusal])
    client = local_aws.client("cloudformation", ADMIN)
    with pytest.raises(ClientError, match="No") as caught:
        client.list_stack_sets()
    assert caught.value.response["Error"]["Code"] == "AccessDenied"
    assert client.list_stack_sets()["Summaries"] == []


def test_overrides_of_noecho_parameters_are_shown_or_masked(cloud):
    declared = {"Type": "String", "Default": "none"}
    content = {
        **json.loads(template()),
        "Parameters": {"Key": {**declared, "NoEcho": True}, "Size": declared},
    }
    cloud.update(TemplateBody=json.dumps(content))
    given = {"Key": "secret", "Size": "small"}
    rows = [{"ParameterKey": name, "ParameterValue": one} for name, one in given.items()]
    cloud.create(EAST, ParameterOverrides=rows)
    place = {"StackInstanceAccount": ADMIN, "StackInstanceRegion": EAST}

    def shown():
        answer = cloud.stack_sets().describe_stack_instance(StackSetName=cloud.site, **place)
        overrides = answer["StackInstance"]["ParameterOverrides"]
        return {one["ParameterKey"]: one["ParameterValue"] for one in overrides}

    assert shown() == given
    cloud.turn(masks_overrides=True)
    assert shown() == {"Key": "****", "Size": "small"}
