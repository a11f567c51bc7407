"""The service and its commands in a real account (ACCOUNT_PROFILE=P pytest -m account).

They run in this order: the first deploys, the last two lose a region and destroy everything.
"""

from __future__ import annotations

import ssl
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
import urllib3

from tests.account.deployed import EAST, HOME, REGIONS, WEST
from tests.account.open_account import AT_ONCE, find_proxy, open_http
from tests.service_checks import (
    OTHER_METHODS,
    ROUTES,
    UNKNOWN_PATHS,
    check_answered,
    check_endpoint,
    check_health,
    check_hello,
    check_not_allowed,
    check_not_found,
    check_plain_text,
    check_smoke,
    check_tags,
    hello,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.account.deployed import Service
    from tests.account.open_account import OpenAccount

    Outputs = dict[str, dict[str, str]]

pytestmark = pytest.mark.account

EACH_REGION = pytest.mark.parametrize("region", REGIONS)
LOGS_SECONDS, GONE_SECONDS = 120, 60
STACK_WAITER = {"Delay": 2, "MaxAttempts": 300}


def test_a_second_bootstrap_changes_nothing(service: Service) -> None:
    ran = service.run("bootstrap", "--yes")

    assert ran.exit_code == 0, str(ran)
    changes = {one["region"]: one["change"] for one in ran.result["stacks"]}
    assert changes == dict.fromkeys((HOME, EAST, WEST), "unchanged")


def test_after_the_deploy_a_plan_expects_no_changes(service: Service) -> None:
    ran = service.run("plan", "--expect-no-changes")

    assert ran.exit_code == 0, str(ran)


def test_a_second_deploy_makes_no_operation(service: Service) -> None:
    ran = service.run("deploy", "--yes")

    assert (ran.exit_code, ran.result["code"]) == (0, "no_changes"), str(ran)
    assert ran.result["operation_ids"] == []


def test_status_finds_two_current_instances_and_our_template(service: Service) -> None:
    ran = service.run("status")

    assert ran.exit_code == 0, str(ran)
    assert ran.result["is_deployed_template"] is True
    found = {(one["account"], one["region"]): one["status"] for one in ran.result["instances"]}
    assert found == dict.fromkeys([(service.account.id, one) for one in REGIONS], "CURRENT")


def test_the_environment_stands_in_the_stack_sets_name_and_parameter(service: Service) -> None:
    client = service.account.client("cloudformation", region=HOME)

    stack_set = client.describe_stack_set(StackSetName=service.stack_set)["StackSet"]

    parameters = {one["ParameterKey"]: one["ParameterValue"] for one in stack_set["Parameters"]}
    tags = {one["Key"]: one["Value"] for one in stack_set["Tags"]}
    assert service.stack_set.endswith(f"-{service.environment}")
    assert parameters["EnvironmentSuffix"] == service.environment
    assert tags == service.tags


@EACH_REGION
def test_the_region_answers_with_its_own_name(
    account: OpenAccount, outputs: Outputs, region: str
) -> None:
    answer = account.ask(outputs[region]["ApiEndpoint"] + "myresource")

    check_hello(answer, region)
    check_plain_text(answer)


@EACH_REGION
def test_the_endpoint_is_api_gateways_own_name_over_https(outputs: Outputs, region: str) -> None:
    check_endpoint(outputs[region]["ApiEndpoint"], region)


@EACH_REGION
def test_health_tells_region_and_version(
    account: OpenAccount, outputs: Outputs, region: str
) -> None:
    answer = account.ask(outputs[region]["ApiEndpoint"] + "health")

    assert outputs[region]["Region"] == region
    check_health(answer, outputs[region])


@EACH_REGION
@pytest.mark.parametrize("path", UNKNOWN_PATHS)
def test_an_unknown_path_is_a_404_that_tells_nothing(
    account: OpenAccount, outputs: Outputs, region: str, path: str
) -> None:
    check_not_found(account.ask(outputs[region]["ApiEndpoint"] + path))


@EACH_REGION
@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("method", OTHER_METHODS)
def test_another_method_is_a_405_that_names_the_one_allowed(
    account: OpenAccount, outputs: Outputs, region: str, path: str, method: str
) -> None:
    check_not_allowed(account.ask(outputs[region]["ApiEndpoint"] + path, method))


@EACH_REGION
def test_plain_http_is_refused(outputs: Outputs, region: str) -> None:
    url = outputs[region]["ApiEndpoint"].replace("https:", "http:") + "myresource"
    proxy = find_proxy(url)

    with urllib3.ProxyManager(proxy) if proxy else urllib3.PoolManager() as http:
        try:
            answer = http.request("GET", url, retries=False, redirect=False, timeout=5)
        except (urllib3.exceptions.HTTPError, OSError):
            answer = None

    # A proxy may answer for itself: then nobody can tell what API Gateway would have said.
    assert proxy or answer is None or answer.status >= 300
    assert answer is None or b"Hello" not in answer.data


@EACH_REGION
def test_a_certificate_that_nobody_vouches_for_is_refused(outputs: Outputs, region: str) -> None:
    trusts_nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    with open_http(ssl_context=trusts_nobody) as http, pytest.raises(urllib3.exceptions.SSLError):
        http.request("GET", outputs[region]["ApiEndpoint"] + "myresource", retries=False)


@EACH_REGION
def test_the_function_that_answers_is_the_alias_of_the_stack(
    account: OpenAccount, outputs: Outputs, region: str
) -> None:
    check_hello(account.ask(outputs[region]["ApiEndpoint"] + "myresource"), region)

    # What is logged is found some seconds later.
    _wait_for(lambda: check_answered(account.client, outputs[region]), LOGS_SECONDS)


@EACH_REGION
def test_everything_that_can_carry_tags_carries_all_three(
    service: Service, outputs: Outputs, region: str
) -> None:
    client, stack_id = service.account.client, service.stack_ids()[region]
    stacks, logs = client("cloudformation", region=region), client("logs", region=region)
    [stack] = stacks.describe_stacks(StackName=stack_id)["Stacks"]
    resources = stacks.describe_stack_resources(StackName=stack_id)["StackResources"]
    groups = [
        group
        for one in resources
        if one["ResourceType"] == "AWS::Logs::LogGroup"
        for group in logs.describe_log_groups(logGroupNamePrefix=one["PhysicalResourceId"])[
            "logGroups"
        ]
        if group["logGroupName"] == one["PhysicalResourceId"]
    ]

    check_tags(client, outputs[region], stack, groups, expected=service.tags)


def test_smoke_finds_nothing_wrong(service: Service, outputs: Outputs) -> None:
    ran = service.run("smoke")

    assert ran.exit_code == 0, str(ran)
    assert {one["region"] for one in ran.result["instances"]} == set(outputs)
    for one in ran.result["instances"]:
        # Behind a proxy alone it may be unknown whether API Gateway refuses plain HTTP.
        plain = one["url"].replace("https:", "http:")
        check_smoke(one["checks"], not_told={"plain HTTP"} if find_proxy(plain) else set())


@EACH_REGION
def test_of_200_requests_none_is_lost(account: OpenAccount, outputs: Outputs, region: str) -> None:
    limits = account.client("lambda", region=region).get_account_settings()["AccountLimit"]
    # A throttled Lambda answers 500: a new account lets 10 run at once, others need some too.
    callers = max(1, min(AT_ONCE, limits["UnreservedConcurrentExecutions"] // 2))
    together = Barrier(callers)
    url = outputs[region]["ApiEndpoint"] + "myresource"

    def call(number: int) -> tuple[int, bytes]:
        if number < callers:
            together.wait(timeout=30)
        answer = account.ask(url)
        return answer.status, answer.data

    with ThreadPoolExecutor(callers) as executor:
        answers = [*executor.map(call, range(200))]

    assert answers == [(200, hello(region))] * 200


def test_a_region_that_is_lost_takes_nothing_with_it_and_a_deploy_brings_it_back(
    service: Service, outputs: Outputs
) -> None:
    account, stacks = service.account, service.account.client("cloudformation", region=EAST)
    east, west = (outputs[one]["ApiEndpoint"] + "myresource" for one in (EAST, WEST))
    stack_id = service.stack_ids()[EAST]
    stacks.delete_stack(StackName=stack_id)
    stacks.get_waiter("stack_delete_complete").wait(StackName=stack_id, WaiterConfig=STACK_WAITER)
    _wait_for(lambda: _check_gone(account, east), GONE_SECONDS)

    alive = account.ask(west)
    status, smoke = service.run("status"), service.run("smoke")
    refused = service.run("deploy", "--yes")
    repaired = service.run("deploy", "--yes", "--allow-delete")
    again = service.run("smoke")

    check_hello(alive, WEST)
    assert (status.exit_code, smoke.exit_code) == (5, 5)
    there = {one["region"]: one["stack_exists"] for one in status.result["instances"]}
    assert there == {EAST: False, WEST: True}
    passed = {one["region"]: one["passed"] for one in smoke.result["instances"]}
    assert passed == {EAST: False, WEST: True}
    assert (refused.exit_code, "--allow-delete" in refused.result["error"]["hint"]) == (3, True)
    assert (repaired.exit_code, again.exit_code) == (0, 0), f"{repaired}\n{again}"
    assert service.outputs()[WEST] == outputs[WEST]


def test_destroy_leaves_nothing_of_the_stack_set(service: Service) -> None:
    ran = service.run("destroy", "--yes", "--allow-delete")

    assert ran.exit_code == 0, str(ran)
    assert (ran.result["found"], ran.result["unchecked"]) == ([], [])
    assert sorted(ran.result["removed"]) == [f"{service.account.id}/{one}" for one in REGIONS]


def _check_gone(account: OpenAccount, url: str) -> None:
    """Hold that an API is gone; API Gateway then forbids, or its name is not known any more."""
    try:
        answer = account.ask(url)
    except urllib3.exceptions.HTTPError:
        return
    assert answer.status == 403


def _wait_for(check: Callable[[], None], seconds: float) -> None:
    """Repeat a check until it holds, or its time is over and its failure counts."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            return check()
        except AssertionError:
            time.sleep(2)
    return check()
