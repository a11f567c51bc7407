"""Game days: the service under one name, a region drained by one command, a region that breaks."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from generator.render import HANDLER, to_bytes
from generator.service.template import build_service
from generator.settings import SETTINGS
from tests.integration.commands import Folder, copy_project
from tests.route53_resolver import Resolver

if TYPE_CHECKING:
    from pathlib import Path

    from tests.local_aws import LocalAws

pytestmark = pytest.mark.integration

ACCOUNT = "000000000000"
EAST, WEST = "us-east-1", "us-west-1"
NAME = "api.example.com"
URL = f"https://{NAME}/myresource"


def hello(region: str) -> str:
    return f"Hello from Lambda in region: {region}"


@pytest.fixture
def resolver(local_aws: LocalAws) -> Resolver:
    """A resolver of a zone that an operator has made."""
    return Resolver.of_new_zone(local_aws.client("route53", ACCOUNT), "example.com")


@pytest.fixture
def service(
    local_aws: LocalAws, resolver: Resolver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Folder:
    """The project deployed under one name in both regions, and watched."""
    for name, value in local_aws.environ(ACCOUNT).items():
        monkeypatch.setenv(name, value)
    project = copy_project(tmp_path)
    given = (
        f'\n[stack_set.parameters]\nDomainName = "{NAME}"\nHostedZoneId = "{resolver.zone_id}"\n'
        f'MonitoringRegion = "{WEST}"\nAlarmEmail = "ops@example.com"\n'
    )
    project.change("stacksets.toml", lambda text: text.replace("\n[stack_set.parameters]\n", given))
    assert project.run("bootstrap", "--yes").exit_code == 0
    ran = project.deploy()
    assert ran.exit_code == 0, ran.result
    return project


def traffic(service: Folder) -> dict[str, str]:
    """Give what `status` says of each region's traffic."""
    return {one["region"]: one["state"] for one in service.run("status").result["traffic"]}


def calling(local_aws: LocalAws) -> dict[str, bool]:
    """Give whether each region's alarm would call anybody, by the rule that CloudWatch has."""
    found = {}
    for region in (EAST, WEST):
        cloudwatch = local_aws.client("cloudwatch", ACCOUNT, region)
        (one,) = cloudwatch.describe_alarms(AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
        verdict, _, alarms = one["AlarmRule"].partition(" AND ")
        there = {alarm["AlarmName"] for alarm in cloudwatch.describe_alarms()["MetricAlarms"]}
        assert set(re.findall(r"ALARM\(([^)]+)\)", alarms)) == there
        assert len(there) == 6
        found[region] = verdict == "TRUE"
    return found


def test_a_region_is_drained_by_one_command_and_stays_so_until_one_takes_it_back(
    local_aws: LocalAws, resolver: Resolver, service: Folder
) -> None:
    def answers() -> dict[str, str]:
        """Give what clients near each region are answered."""
        found = {}
        for near in (EAST, WEST):
            target = resolver.resolve(NAME, near=near)
            found[near] = local_aws.https_get_at(target, NAME, "/myresource").data.decode()
        return found

    def threshold() -> int:
        check = service.outputs()[EAST]["RegionHealthCheckId"]
        found = resolver.route53.get_health_check(HealthCheckId=check)
        return int(found["HealthCheck"]["HealthCheckConfig"]["HealthThreshold"])

    local_aws.advance(60)
    assert service.run("smoke").exit_code == 0
    assert answers() == {EAST: hello(EAST), WEST: hello(WEST)}
    assert (traffic(service), threshold()) == ({EAST: "active", WEST: "active"}, 1)
    assert calling(local_aws) == {EAST: True, WEST: True}

    assert service.run("drain", EAST, "--yes").exit_code == 0

    drained = {EAST: hello(WEST), WEST: hello(WEST)}
    assert (answers(), threshold()) == (drained, 2)
    assert traffic(service) == {EAST: "drained", WEST: "active"}
    assert calling(local_aws) == {EAST: False, WEST: True}
    assert service.run("drain", WEST, "--yes").result["code"] == "NO_ACTIVE_REGION"

    source = HANDLER.read_text(encoding="utf-8").replace('"Hello from', '"Hello again from')
    rendered = to_bytes(build_service(SETTINGS, source)).decode()
    service.change("templates/service.json", lambda _: rendered)
    assert service.deploy().exit_code == 0
    assert set(answers().values()) == {hello(WEST).replace("Hello", "Hello again")}
    override = '[[overrides]]\nregions = ["us-east-1"]\nparameters = {LogRetentionDays = "400"}\n'
    service.change("stacksets.toml", lambda text: text.replace("[smoke]", f"{override}\n[smoke]"))
    assert service.deploy().exit_code == 0
    assert (traffic(service)[EAST], threshold()) == ("drained", 2)

    assert service.run("undrain", EAST, "--yes").exit_code == 0

    assert threshold() == 1
    assert calling(local_aws) == {EAST: True, WEST: True}
    assert answers()[EAST] == hello(EAST).replace("Hello", "Hello again")
    assert service.run("destroy", "--yes", "--allow-delete").exit_code == 0


def test_a_region_whose_function_breaks_is_seen_and_the_other_answers(
    local_aws: LocalAws, resolver: Resolver, service: Folder
) -> None:
    local_aws.advance(60)
    assert local_aws.https_get(URL).data.decode() == hello(EAST)
    checks = service.outputs()[EAST]

    functions = local_aws.client("lambda", ACCOUNT, EAST)
    alias = {"FunctionName": checks["FunctionName"], "Qualifier": "live"}
    for statement in json.loads(functions.get_policy(**alias)["Policy"])["Statement"]:
        functions.remove_permission(**alias, StatementId=statement["Sid"])
    functions.delete_function(FunctionName=checks["FunctionName"])
    local_aws.advance(90)

    seen = resolver.route53.get_health_check_status(HealthCheckId=checks["EndpointHealthCheckId"])
    statuses = {one["StatusReport"]["Status"] for one in seen["HealthCheckObservations"]}
    assert {status.split(",")[0] for status in statuses} == {"Failure: HTTP Status Code 500"}
    assert not resolver.is_healthy(checks["RegionHealthCheckId"])
    assert local_aws.https_get(URL).data.decode() == hello(WEST)
    assert traffic(service) == {EAST: "active", WEST: "active"}, "nobody has drained it"
