"""The service itself, deployed to two regions by the commands and asked over HTTPS."""

from __future__ import annotations

import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import urllib3

from tests.integration.commands import AUTHOR, REPOSITORY, Folder, copy_project
from tests.integration.deployer import everything_in, list_writes
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
    from collections.abc import Iterator

    from tests.local_aws import LocalAws

pytestmark = pytest.mark.integration

ACCOUNT = "000000000000"
EAST, WEST = "us-east-1", "us-west-1"
REGIONS = pytest.mark.parametrize("region", [EAST, WEST])
TAGS = {"Environment": "dev", "Repository": REPOSITORY, "Author": AUTHOR}
CALLERS = 200


@pytest.fixture(scope="module")
def service(running_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Folder]:
    """The service as `stacksets bootstrap` and `stacksets deploy` bring it up, once."""
    running_aws.reset()
    folder = copy_project(tmp_path_factory.mktemp("project"))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in running_aws.environ(ACCOUNT).items():
            patch.setenv(name, value)
        assert folder.run("bootstrap", "--yes").exit_code == 0
        assert folder.deploy().exit_code == 0
        yield folder


@pytest.fixture(scope="module")
def endpoints(service: Folder) -> dict[str, str]:
    return service.endpoints()


@REGIONS
def test_the_region_answers_with_its_own_name(
    running_aws: LocalAws, endpoints: dict[str, str], region: str
) -> None:
    answer = running_aws.https_get(endpoints[region] + "myresource")

    check_hello(answer, region)


@REGIONS
def test_the_endpoint_is_api_gateways_own_name_over_https(
    endpoints: dict[str, str], region: str
) -> None:
    check_endpoint(endpoints[region], region)


@REGIONS
def test_an_answer_is_plain_text_with_the_security_headers(
    running_aws: LocalAws, endpoints: dict[str, str], region: str
) -> None:
    answer = running_aws.https_get(endpoints[region] + "myresource")

    check_plain_text(answer)


@REGIONS
def test_the_function_that_answers_is_the_alias_of_the_stack(
    running_aws: LocalAws, service: Folder, region: str
) -> None:
    outputs = service.outputs()[region]
    running_aws.https_get(outputs["ApiEndpoint"] + "myresource")

    check_answered(running_aws.client, outputs)


@REGIONS
def test_health_tells_region_and_version(
    running_aws: LocalAws, service: Folder, region: str
) -> None:
    outputs = service.outputs()[region]

    answer = running_aws.https_get(outputs["ApiEndpoint"] + "health")

    assert outputs["Region"] == region
    check_health(answer, outputs)


@pytest.mark.parametrize("path", UNKNOWN_PATHS)
def test_an_unknown_path_is_a_404_that_tells_nothing(
    running_aws: LocalAws, endpoints: dict[str, str], path: str
) -> None:
    answer = running_aws.https_get(endpoints[EAST] + path)

    check_not_found(answer)


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("method", OTHER_METHODS)
def test_another_method_is_a_405_that_names_the_one_allowed(
    running_aws: LocalAws, endpoints: dict[str, str], method: str, path: str
) -> None:
    answer = running_aws.https_get(endpoints[WEST] + path, method=method)

    check_not_allowed(answer)


@pytest.mark.emulator_only
def test_plain_http_is_not_answered(running_aws: LocalAws, endpoints: dict[str, str]) -> None:
    plain = endpoints[EAST].replace("https:", "http:") + "myresource"

    refused = running_aws.http.request("GET", plain, retries=False)

    assert refused.status == 502
    assert b"Hello" not in refused.data


@pytest.mark.emulator_only
def test_what_speaks_no_tls_gets_no_answer_from_the_endpoints_port(
    running_aws: LocalAws, endpoints: dict[str, str]
) -> None:
    host = urlsplit(endpoints[EAST]).netloc
    request = f"GET /prod/myresource HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", running_aws.started.tls_port)) as connection:
        connection.settimeout(5)
        connection.sendall(request.encode())
        try:
            answer = connection.recv(1000)
        except ConnectionError:
            answer = b""

    assert b"HTTP" not in answer


def test_a_certificate_that_nobody_vouches_for_is_refused(
    running_aws: LocalAws, endpoints: dict[str, str]
) -> None:
    with (
        urllib3.ProxyManager(
            running_aws.started.proxy_url, ssl_context=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        ) as stranger,
        pytest.raises(urllib3.exceptions.SSLError),
    ):
        stranger.request("GET", endpoints[EAST] + "myresource", retries=False)


@REGIONS
def test_of_200_requests_at_once_none_is_lost(
    running_aws: LocalAws, endpoints: dict[str, str], region: str
) -> None:
    together = Barrier(CALLERS)
    url = endpoints[region] + "myresource"

    with urllib3.ProxyManager(
        running_aws.started.proxy_url,
        ca_certs=running_aws.started.authority_file,
        maxsize=CALLERS,
    ) as http:

        def call(_: int) -> tuple[int, bytes]:
            together.wait(timeout=30)
            answer = http.request("GET", url, retries=False, timeout=30)
            return answer.status, answer.data

        with ThreadPoolExecutor(CALLERS) as callers:
            answers = [*callers.map(call, range(CALLERS))]

    assert answers == [(200, hello(region))] * CALLERS


@REGIONS
def test_everything_that_can_carry_tags_carries_all_three(
    running_aws: LocalAws, service: Folder, region: str
) -> None:
    groups = running_aws.client("logs", region=region).describe_log_groups()["logGroups"]

    check_tags(
        running_aws.client,
        service.outputs()[region],
        _stack(running_aws, region),
        groups,
        expected=TAGS,
    )


def test_the_stack_set_says_whose_template_it_holds(service: Folder) -> None:
    status = service.run("status")

    assert status.exit_code == 0
    assert status.result["is_deployed_template"] is True


def test_smoke_finds_nothing_wrong_and_says_what_it_could_not_tell(service: Folder) -> None:
    ran = service.run("smoke")

    assert ran.exit_code == 0
    assert {one["region"] for one in ran.result["instances"]} == {EAST, WEST}
    for one in ran.result["instances"]:
        check_smoke(one["checks"], not_told={"plain HTTP"})


def test_a_second_deploy_changes_nothing(running_aws: LocalAws, service: Folder) -> None:
    calls = len(running_aws.journal())

    ran = service.deploy()

    assert (ran.exit_code, ran.result["code"]) == (0, "no_changes")
    assert list_writes(running_aws, calls) == []
    assert len(running_aws.journal()) > calls


def test_two_environments_stand_side_by_side_in_one_account_and_region(
    running_aws: LocalAws, service: Folder, endpoints: dict[str, str]
) -> None:
    before = {region: everything_in(running_aws, ACCOUNT, region) for region in (EAST, WEST)}
    assert service.run("bootstrap", "--yes", environment="review").exit_code == 0
    assert service.deploy(environment="review").exit_code == 0

    both = {region: everything_in(running_aws, ACCOUNT, region) for region in (EAST, WEST)}
    theirs = service.endpoints("review")
    answers = [running_aws.https_get(url + "myresource").status for url in theirs.values()]
    removed = service.run("destroy", "--yes", "--allow-delete", environment="review")

    after = {region: everything_in(running_aws, ACCOUNT, region) for region in (EAST, WEST)}
    assert answers == [200, 200]
    assert set(theirs.values()).isdisjoint(endpoints.values())
    assert removed.exit_code == 0
    for region in (EAST, WEST):
        assert len(both[region]["functions"]) == len(both[region]["REST APIs"]) == 2
        for kind in ("functions", "REST APIs", "log groups"):
            assert after[region][kind] == before[region][kind], kind
        answer = running_aws.https_get(endpoints[region] + "myresource")
        assert (answer.status, region in answer.data.decode()) == (200, True)


def test_a_region_that_is_lost_takes_nothing_with_it_and_a_deploy_brings_it_back(
    running_aws: LocalAws, service: Folder, endpoints: dict[str, str]
) -> None:
    _delete_stack_by_hand(running_aws, EAST)

    alive = running_aws.https_get(endpoints[WEST] + "myresource")
    dead = running_aws.https_get(endpoints[EAST] + "myresource")
    status, smoke = service.run("status"), service.run("smoke")
    refused = service.deploy()
    repaired = service.deploy("--allow-delete")

    assert (alive.status, dead.status) == (200, 403)
    assert (status.exit_code, smoke.exit_code) == (5, 5)
    gone = {one["region"]: one["stack_exists"] for one in status.result["instances"]}
    assert gone == {EAST: False, WEST: True}
    passed = {one["region"]: one["passed"] for one in smoke.result["instances"]}
    assert passed == {EAST: False, WEST: True}
    assert (refused.exit_code, "--allow-delete" in refused.result["error"]["hint"]) == (3, True)
    assert repaired.exit_code == 0
    assert service.endpoints()[WEST] == endpoints[WEST]
    again = running_aws.https_get(service.endpoints()[EAST] + "myresource")
    assert again.data == hello(EAST)
    assert (service.run("status").exit_code, service.run("smoke").exit_code) == (0, 0)


def _stack(running_aws: LocalAws, region: str) -> dict:
    [stack] = [
        one
        for one in running_aws.client("cloudformation", region=region).describe_stacks()["Stacks"]
        if one["StackName"].startswith("StackSet-multi-region-service-dev-")
    ]
    return stack


def _delete_stack_by_hand(running_aws: LocalAws, region: str) -> None:
    client = running_aws.client("cloudformation", region=region)
    stack_id = _stack(running_aws, region)["StackId"]
    client.delete_stack(StackName=stack_id)
    client.get_waiter("stack_delete_complete").wait(
        StackName=stack_id, WaiterConfig={"Delay": 0.02, "MaxAttempts": 500}
    )
