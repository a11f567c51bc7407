"""One name over two regions: who answers, what health checkers see, and the traffic switch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.local.global_templates import NAME, global_template
from tests.integration.local.templates import HELLO, deploy, remove
from tests.route53_resolver import Resolver

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local_aws import LocalAws

pytestmark = pytest.mark.integration

# Not the account that ministack falls back to.
ACCOUNT = "111122223333"
EAST, WEST = "us-east-1", "us-west-1"
BROKEN = "def handler(event, context):\n    raise ValueError\n"
URL = f"https://{NAME}/myresource"


def hello(region: str) -> bytes:
    return f"Hello from Lambda in region: {region}".encode()


@pytest.fixture
def resolver(local_aws: LocalAws) -> Resolver:
    return Resolver.of_new_zone(local_aws.client("route53", ACCOUNT), "example.com")


@pytest.fixture
def deploy_in(local_aws: LocalAws, resolver: Resolver) -> Callable[..., dict[str, str]]:
    def act(region: str, code: str = HELLO, threshold: int = 1) -> dict[str, str]:
        template = global_template(resolver.zone_id, code, threshold=threshold)
        return deploy(local_aws.client("cloudformation", ACCOUNT, region), template)

    return act


def test_both_regions_answer_under_one_name_until_one_is_drained(
    local_aws: LocalAws, resolver: Resolver, deploy_in: Callable[..., dict[str, str]]
) -> None:
    east, west = deploy_in(EAST), deploy_in(WEST)
    targets = {EAST: east["Target"], WEST: west["Target"]}

    def ask(near: str) -> bytes:
        target = resolver.resolve(NAME, near=near)
        return local_aws.https_get_at(target, NAME, "/myresource").data

    assert local_aws.https_get(URL).data == hello(EAST)
    for region, outputs in ((EAST, east), (WEST, west)):
        assert outputs["Target"].startswith("d-")
        assert outputs["Target"].endswith(f".execute-api.{region}.amazonaws.com")
        regional = f"https://{region}.{NAME}/myresource"
        assert local_aws.https_get(regional).data == hello(region)
        assert resolver.resolve(NAME, near=region) == targets[region]
        assert resolver.resolve(NAME, near=region, record_type="AAAA") == targets[region]
        assert ask(region) == hello(region)
        closed = local_aws.https_get(outputs["Endpoint"] + "myresource")
        assert (closed.status, closed.data) == (403, b'{"message":"Forbidden"}')

    drained = deploy_in(EAST, threshold=2)

    assert drained["RegionCheck"] == east["RegionCheck"]
    check = resolver.route53.get_health_check(HealthCheckId=east["RegionCheck"])["HealthCheck"]
    assert check["HealthCheckConfig"]["HealthThreshold"] == 2
    assert check["HealthCheckVersion"] == 2
    assert local_aws.https_get(URL).data == hello(WEST)
    assert {ask(EAST), ask(WEST)} == {hello(WEST)}

    deploy_in(WEST, threshold=2)
    assert local_aws.https_get(URL).data == hello(EAST), "where none is healthy, all are"

    deploy_in(EAST, threshold=0)
    deploy_in(WEST)
    assert ask(EAST) == hello(EAST)
    for region in (EAST, WEST):
        remove(local_aws.client("cloudformation", ACCOUNT, region))
    assert resolver.route53.list_health_checks()["HealthChecks"] == []
    records = resolver.route53.list_resource_record_sets(HostedZoneId=resolver.zone_id)
    assert {one["Type"] for one in records["ResourceRecordSets"]} == {"NS", "SOA"}
    assert local_aws.https_get(URL).status == 403


def test_health_checkers_see_a_function_break_and_the_other_region_answers(
    local_aws: LocalAws, resolver: Resolver, deploy_in: Callable[..., dict[str, str]]
) -> None:
    outputs = {region: deploy_in(region) for region in (EAST, WEST)}

    def seen(region: str, action: str = "get_health_check_status") -> set[str]:
        answer = getattr(resolver.route53, action)(HealthCheckId=outputs[region]["EndpointCheck"])
        regions = [one["Region"] for one in answer["HealthCheckObservations"]]
        assert sorted(regions) == regions or set(regions) == {"eu-west-1", "sa-east-1", "us-west-2"}
        return {one["StatusReport"]["Status"] for one in answer["HealthCheckObservations"]}

    local_aws.advance(60)
    success = "Success: HTTP Status Code 200, OK"
    assert seen(EAST) == seen(WEST) == {success}
    assert seen(EAST, "get_health_check_last_failure_reason") == set()

    deploy_in(EAST, BROKEN)
    local_aws.advance(60)
    assert local_aws.https_get(URL).status == 502, "two failures are not three"
    local_aws.advance(30)

    failure = "Failure: HTTP Status Code 502, "
    assert all(status.startswith(failure) for status in seen(EAST))
    assert seen(EAST, "get_health_check_last_failure_reason") == seen(EAST)
    assert seen(WEST) == {success}
    assert not resolver.is_healthy(outputs[EAST]["RegionCheck"])
    assert local_aws.https_get(URL).data == hello(WEST)
    assert resolver.resolve(NAME, near=EAST) == outputs[WEST]["Target"]

    deploy_in(EAST)
    local_aws.advance(90)
    assert local_aws.https_get(URL).data == hello(EAST)


def test_what_there_is_no_status_of_is_refused(
    local_aws: LocalAws, resolver: Resolver, deploy_in: Callable[..., dict[str, str]]
) -> None:
    outputs = deploy_in(EAST)
    errors = resolver.route53.exceptions

    with pytest.raises(errors.InvalidInput, match="CALCULATED"):
        resolver.route53.get_health_check_status(HealthCheckId=outputs["RegionCheck"])
    with pytest.raises(errors.NoSuchHealthCheck):
        resolver.route53.get_health_check_status(HealthCheckId="none")
    stranger = local_aws.client("route53")
    with pytest.raises(stranger.exceptions.NoSuchHealthCheck):
        stranger.get_health_check_status(HealthCheckId=outputs["RegionCheck"])
