"""Endpoints of stacks, called as any HTTPS client calls them."""

from __future__ import annotations

import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
import urllib3

from tests.integration.local.templates import api_template, deploy, mock_template

if TYPE_CHECKING:
    from tests.local_aws import LocalAws

pytestmark = pytest.mark.integration

SOME_API = "https://abcd1234.execute-api.us-east-1.amazonaws.com/prod/"


@pytest.mark.parametrize("account", ["000000000000", "111122223333"])
@pytest.mark.parametrize("region", ["us-east-1", "us-west-1"])
def test_a_stacks_endpoint_answers_over_verified_https(
    local_aws: LocalAws, account: str, region: str
) -> None:
    outputs = deploy(local_aws.client("cloudformation", account, region), api_template())

    response = local_aws.https_get(outputs["Endpoint"] + "myresource")

    assert (response.status, response.data) == (
        200,
        f"Hello from Lambda in region: {region}".encode(),
    )


def test_of_200_concurrent_requests_in_each_region_none_is_lost(local_aws: LocalAws) -> None:
    urls = [
        deploy(local_aws.client("cloudformation", region=region), api_template())["Endpoint"]
        for region in ("us-east-1", "us-west-1")
    ]

    with ThreadPoolExecutor(50) as callers:
        answers = [*callers.map(lambda url: local_aws.https_get(url + "myresource"), urls * 200)]

    assert [answer.status for answer in answers] == [200] * 400


def test_an_endpoint_that_no_api_stands_behind_is_forbidden(local_aws: LocalAws) -> None:
    response = local_aws.https_get(SOME_API)

    assert (response.status, response.data) == (403, b'{"message":"Forbidden"}')


def test_an_api_is_not_found_under_another_regions_host_name(local_aws: LocalAws) -> None:
    outputs = deploy(local_aws.client("cloudformation"), api_template())

    elsewhere = outputs["Endpoint"].replace("us-east-1", "us-west-1")

    assert local_aws.https_get(elsewhere + "myresource").status == 403


def test_a_client_that_does_not_trust_the_authority_refuses_the_endpoint(
    local_aws: LocalAws,
) -> None:
    with (
        urllib3.ProxyManager(local_aws.started.proxy_url) as stranger,
        pytest.raises(urllib3.exceptions.SSLError),
    ):
        stranger.request("GET", SOME_API, retries=False)


def test_a_certificate_names_the_host_that_was_asked_for_and_no_other(local_aws: LocalAws) -> None:
    trusting = ssl.create_default_context(cafile=local_aws.started.authority_file)
    address = ("127.0.0.1", local_aws.started.tls_port)

    with (
        socket.create_connection(address) as connection,
        trusting.wrap_socket(connection, server_hostname="one.example.com") as secured,
    ):
        names = secured.getpeercert()["subjectAltName"]

    assert names == (("DNS", "one.example.com"),)


def test_a_client_that_names_no_host_is_not_shown_a_certificate_for_one(
    local_aws: LocalAws,
) -> None:
    trusting = ssl.create_default_context(cafile=local_aws.started.authority_file)
    trusting.check_hostname = False

    with (
        socket.create_connection(("127.0.0.1", local_aws.started.tls_port)) as connection,
        trusting.wrap_socket(connection) as secured,
    ):
        names = secured.getpeercert()["subjectAltName"]

    assert names == (("DNS", "localhost"),)


@pytest.mark.parametrize("target", ["http://example.com/", "https://example.com:8443/"])
def test_nothing_but_https_on_443_leads_anywhere(local_aws: LocalAws, target: str) -> None:
    proxy = urllib3.ProxyManager(local_aws.started.proxy_url)

    with proxy:
        try:
            status = proxy.request("GET", target, retries=False).status
        except urllib3.exceptions.ProxyError as error:
            status = 502 if "502" in str(error) else 0

    assert status == 502


def test_an_aws_api_is_reached_by_its_own_host_name_too(local_aws: LocalAws) -> None:
    url = "https://sts.us-east-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15"

    assert b"<Account>000000000000</Account>" in local_aws.https_get(url).data


def test_a_mock_renders_its_template_and_keeps_the_quotes_of_its_headers(
    local_aws: LocalAws,
) -> None:
    outputs = deploy(local_aws.client("cloudformation"), mock_template())

    response = local_aws.https_get(outputs["Endpoint"] + "myresource")

    assert response.json() == {"id": response.headers["x-amzn-requestid"]}
    assert response.headers["X-Policy"] == "only 'none'"
