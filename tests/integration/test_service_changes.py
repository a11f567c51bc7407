"""How the service changes, and what it takes to begin: each test from an empty account."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from generator.render import HANDLER, to_bytes
from generator.service.template import build_service
from generator.settings import SETTINGS
from stacksets.model.outcome import Verdict
from tests.integration.commands import Folder, copy_project
from tests.integration.deployer import Deployer, everything_in, list_writes

if TYPE_CHECKING:
    from pathlib import Path

    from tests.local_aws import LocalAws

pytestmark = pytest.mark.integration

ACCOUNT = "000000000000"
HOME, EAST, WEST = "us-west-2", "us-east-1", "us-west-1"
PARAMETERS = "\n[stack_set.parameters]\n"


@pytest.fixture
def project(local_aws: LocalAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """The project in an account that has never seen it."""
    for name, value in local_aws.environ(ACCOUNT).items():
        monkeypatch.setenv(name, value)
    return copy_project(tmp_path)


@pytest.fixture
def service(project: Folder) -> Folder:
    """The project deployed."""
    assert project.run("bootstrap", "--yes").exit_code == 0
    assert project.deploy().exit_code == 0
    return project


def test_another_line_in_the_handler_is_one_update_and_the_next_call_answers_by_it(
    local_aws: LocalAws, service: Folder
) -> None:
    before = service.outputs()
    _answers(local_aws, service)
    calls = len(local_aws.journal())
    source = HANDLER.read_text(encoding="utf-8")
    changed = source.replace('"Hello from Lambda in region: "', '"Good morning from "')
    rendered = to_bytes(build_service(SETTINGS, changed)).decode()
    service.change("templates/service.json", lambda _: rendered)

    ran = service.deploy()

    assert (ran.exit_code, ran.result["code"]) == (0, "succeeded")
    assert list_writes(local_aws, calls) == ["UpdateStackSet"]
    assert _answers(local_aws, service) == {
        EAST: (200, f"Good morning from {EAST}"),
        WEST: (200, f"Good morning from {WEST}"),
    }
    after = service.outputs()
    for region in (EAST, WEST):
        assert after[region]["ApiEndpoint"] == before[region]["ApiEndpoint"]
        assert after[region]["FunctionName"] == before[region]["FunctionName"]
        assert after[region]["FunctionVersion"] != before[region]["FunctionVersion"]


def test_callers_and_networks_close_myresource_at_once_and_open_it_again_and_never_health(
    local_aws: LocalAws, service: Folder
) -> None:
    before = service.outputs()[EAST]
    file = service.path / "stacksets.toml"
    text = file.read_text()
    seen = {}
    for name, line in (
        ("signed", 'Callers = "iam"'),
        ("elsewhere", 'AllowedNetworks = "192.0.2.0/24"'),
        ("here", 'AllowedNetworks = "127.0.0.0/8,192.0.2.0/24"'),
        ("anyone", ""),
    ):
        file.write_text(text.replace(PARAMETERS, f"{PARAMETERS}{line}\n"))
        assert service.deploy().result["code"] == "succeeded"
        endpoint = service.endpoints()[EAST]
        assert endpoint == before["ApiEndpoint"]
        paths = ("myresource", "health")
        seen[name] = [local_aws.https_get(endpoint + path).status for path in paths]

    assert seen == {
        "signed": [403, 200],
        "elsewhere": [403, 200],
        "here": [200, 200],
        "anyone": [200, 200],
    }


@pytest.mark.exhaustive
def test_another_author_alone_changes_nothing(local_aws: LocalAws, service: Folder) -> None:
    calls = len(local_aws.journal())

    ran = service.deploy(author="Grace")

    assert (ran.exit_code, ran.result["code"]) == (0, "no_changes")
    assert list_writes(local_aws, calls) == []


def test_the_dashboard_moves_to_the_other_region(local_aws: LocalAws, project: Folder) -> None:
    assert project.run("bootstrap", "--yes").exit_code == 0
    client = local_aws.client("cloudwatch", ACCOUNT, EAST)
    made = []
    for region in (WEST, EAST):
        chosen = f'{PARAMETERS}MonitoringRegion = "{region}"\n'
        project.change("stacksets.toml", lambda text, to=chosen: text.replace(PARAMETERS, to, 1))
        ran = project.deploy()
        assert ran.exit_code == 0, ran.result
        project.change("stacksets.toml", lambda text, to=chosen: text.replace(to, PARAMETERS, 1))
        # Dashboards are global to an account.
        [dashboard] = client.list_dashboards()["DashboardEntries"]
        made.append(dashboard["DashboardName"])
    assert made[0] != made[1]


def test_a_region_that_leaves_the_file_is_removed_only_where_that_is_allowed(
    local_aws: LocalAws, service: Folder
) -> None:
    service.change(
        "stacksets.toml",
        lambda text: text.replace(
            'regions = ["us-east-1", "us-west-1"]', 'regions = ["us-east-1"]'
        ).replace('region_order = ["us-west-1", "us-east-1"]', 'region_order = ["us-east-1"]'),
    )
    endpoint = service.outputs()[EAST]["ApiEndpoint"]

    refused = service.deploy()
    still_there = everything_in(local_aws, ACCOUNT, WEST)["functions"]
    removed = service.deploy("--allow-delete")

    assert (refused.exit_code, len(still_there)) == (3, 1)
    assert removed.exit_code == 0
    left = everything_in(local_aws, ACCOUNT, WEST)
    assert (left["functions"], left["REST APIs"]) == ([], [])
    assert list(service.endpoints().items()) == [(EAST, endpoint)]


def test_a_destroy_leaves_what_was_there_before_the_deploy(
    local_aws: LocalAws, project: Folder
) -> None:
    project.run("bootstrap", "--yes")
    regions = (HOME, EAST, WEST)
    before = {region: everything_in(local_aws, ACCOUNT, region) for region in regions}
    project.deploy()
    _answers(local_aws, project)
    made = {region: everything_in(local_aws, ACCOUNT, region) for region in regions}

    ran = project.run("destroy", "--yes", "--allow-delete")

    assert ran.exit_code == 0
    assert all(made[region] != before[region] for region in regions)
    assert {region: everything_in(local_aws, ACCOUNT, region) for region in regions} == before


@pytest.mark.exhaustive
def test_a_destroyed_prod_leaves_its_logs_and_says_so(local_aws: LocalAws, project: Folder) -> None:
    project.change("stacksets.toml", _prod_of_this_account)
    prod = "prod"
    assert project.run("bootstrap", "--yes", environment=prod).exit_code == 0
    assert project.deploy(environment=prod).exit_code == 0
    for region in (EAST, WEST):
        assert _who_is_called(local_aws, region) == (["ops@example.com"], True)

    ran = project.run("destroy", "--yes", "--allow-delete", environment=prod)

    assert ran.exit_code == 0
    for region in (EAST, WEST):
        left = everything_in(local_aws, ACCOUNT, region)
        assert (left["functions"], left["REST APIs"]) == ([], [])
        assert len(left["log groups"]) == 3
        kept = [one for one in ran.result["kept"] if one["region"] == region]
        # And the key that the logs were encrypted with.
        assert sorted(one["resource_type"] for one in kept) == [
            "AWS::KMS::Key",
            *["AWS::Logs::LogGroup"] * 3,
        ]


def _who_is_called(local_aws: LocalAws, region: str) -> tuple[list[str], bool]:
    """Give the addresses that the region's composite alarm calls, and if by a key of ours."""
    client = local_aws.client
    alarms = client("cloudwatch", region=region).describe_alarms(AlarmTypes=["CompositeAlarm"])
    ((topic,),) = (one["AlarmActions"] for one in alarms["CompositeAlarms"])
    sns = client("sns", region=region)
    listed = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    key = sns.get_topic_attributes(TopicArn=topic)["Attributes"]["KmsMasterKeyId"]
    ours = [one["KeyId"] for one in client("kms", region=region).list_keys()["Keys"]]
    return [one["Endpoint"] for one in listed], key in ours


def _prod_of_this_account(text: str) -> str:
    """The file as it is, with prod in the account of the test and without a domain."""
    example = ('DomainName = "api.example.com"\n', 'HostedZoneId = "Z0EXAMPLE0ZONE0ID"\n')
    for line in example:
        text = text.replace(line, "")
    return text.replace('admin_account = "111122223333"', f'admin_account = "{ACCOUNT}"')


def test_an_account_that_was_never_prepared_is_told_all_that_it_lacks_and_nothing_is_made(
    local_aws: LocalAws, project: Folder
) -> None:
    regions = (HOME, EAST, WEST)
    before = {region: everything_in(local_aws, ACCOUNT, region) for region in regions}

    ran = project.deploy()

    assert ran.exit_code == 4
    problems = ran.result["error"]["problems"]
    told = " ".join(one["what"] for one in problems)
    assert "multi-region-service-dev-administration" in told
    assert "multi-region-service-dev-execution" in told
    assert "multi-region-service-dev-boundary" in told
    assert "API Gateway has no CloudWatch role in us-east-1, us-west-1" in told
    file = project.path / "stacksets.toml"
    bootstrap = f"`stacksets bootstrap -f {file} --environment dev`"
    assert {one["hint"] for one in problems} == {bootstrap}
    assert list_writes(local_aws, 0) == []
    assert {region: everything_in(local_aws, ACCOUNT, region) for region in regions} == before


@pytest.mark.exhaustive
def test_a_region_that_lost_api_gateways_role_is_refused_before_the_first_write(
    local_aws: LocalAws, project: Folder
) -> None:
    project.run("bootstrap", "--yes")
    _forget_the_gateway_role(local_aws, EAST)
    calls = len(local_aws.journal())

    ran = project.deploy()

    [problem] = ran.result["error"]["problems"]
    assert ran.exit_code == 4
    assert "API Gateway has no CloudWatch role in us-east-1;" in problem["what"]
    assert list_writes(local_aws, calls) == []


def test_where_it_is_lost_after_the_checks_its_absence_is_the_root_cause(
    local_aws: LocalAws, project: Folder
) -> None:
    project.run("bootstrap", "--yes")
    _forget_the_gateway_role(local_aws, WEST)
    deployer = Deployer(local=local_aws)

    outcome = deployer.deploy(project.load().bound_to(ACCOUNT))

    [cause] = outcome.root_causes
    assert (outcome.verdict, len(outcome.not_attempted)) == (Verdict.FAILED, 1)
    assert (cause.region, cause.logical_id) == (WEST, "Stage")
    assert "CloudWatch Logs role ARN must be set" in cause.reason
    assert everything_in(local_aws, ACCOUNT, EAST)["functions"] == []
    assert everything_in(local_aws, ACCOUNT, WEST)["functions"] == []


def test_a_region_that_answers_wrongly_fails_its_own_smoke_alone(
    local_aws: LocalAws, service: Folder
) -> None:
    functions = local_aws.client("lambda", region=EAST)
    alias = {"FunctionName": service.outputs()[EAST]["FunctionName"], "Qualifier": "live"}
    for statement in json.loads(functions.get_policy(**alias)["Policy"])["Statement"]:
        functions.remove_permission(**alias, StatementId=statement["Sid"])

    ran = service.run("smoke")

    found = {one["region"]: one for one in ran.result["instances"]}
    assert ran.exit_code == 5
    assert (found[EAST]["passed"], found[EAST]["status"]) == (False, 500)
    assert (found[WEST]["passed"], found[WEST]["status"]) == (True, 200)
    failed = {one["name"] for one in found[EAST]["checks"] if one["passed"] is False}
    assert {"status", "body"} <= failed


def test_a_service_whose_stack_set_let_its_stacks_go_answers_in_both_regions(
    local_aws: LocalAws, service: Folder
) -> None:
    urls = service.endpoints()

    ran = service.run("destroy", "--yes", "--allow-delete", "--retain-stacks")

    assert (ran.exit_code, len(ran.result["kept_stacks"])) == (0, 2)
    assert everything_in(local_aws, ACCOUNT, HOME)["stack sets"] == []
    answers = {region: local_aws.https_get(url + "myresource") for region, url in urls.items()}
    assert {region: (one.status, one.data.decode()) for region, one in answers.items()} == {
        region: (200, f"Hello from Lambda in region: {region}") for region in (EAST, WEST)
    }


def _answers(local_aws: LocalAws, service: Folder) -> dict[str, tuple[int, str]]:
    answers = {
        region: local_aws.https_get(url + "myresource")
        for region, url in service.endpoints().items()
    }
    return {region: (one.status, one.data.decode()) for region, one in answers.items()}


def _forget_the_gateway_role(local_aws: LocalAws, region: str) -> None:
    gateway = local_aws.client("apigateway", region=region)
    assert gateway.get_account()["cloudwatchRoleArn"]
    gateway.update_account(
        patchOperations=[{"op": "replace", "path": "/cloudwatchRoleArn", "value": ""}]
    )
