"""What a command gets so that it speaks to the embedded AWS as it does to AWS."""

from __future__ import annotations

import pytest

from stacksets.local.started import Started
from stacksets.local.surroundings import command_environment, local_variables

STARTED = Started(
    endpoint_url="http://127.0.0.1:1",
    proxy_url="http://127.0.0.1:2",
    authority_file="/somewhere/authority.pem",
    tls_port=3,
    python_version="3.11",
)


def test_all_of_awss_own_variables_and_every_proxy_of_the_machine_are_taken_away() -> None:
    machine = {
        "AWS_PROFILE": "work",
        "AWS_REGION": "eu-west-1",
        "AWS_SESSION_TOKEN": "token",
        "AWS_ENDPOINT_URL_S3": "https://elsewhere",
        "ALL_PROXY": "http://proxy",
        "all_proxy": "http://proxy",
        "https_proxy": "http://proxy",
        "HOME": "/home/me",
    }

    environment = command_environment(STARTED, environ=machine)

    assert environment.items() - local_variables(STARTED).items() == {("HOME", "/home/me")}


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"])
def test_endpoints_are_reached_through_the_proxy(name: str) -> None:
    assert local_variables(STARTED)[name] == "http://127.0.0.1:2"


@pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
def test_the_aws_apis_are_reached_without_it(name: str) -> None:
    assert local_variables(STARTED)[name] == "127.0.0.1,localhost"


@pytest.mark.parametrize(
    "name", ["AWS_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"]
)
def test_every_kind_of_client_is_told_whom_to_trust(name: str) -> None:
    assert local_variables(STARTED)[name] == "/somewhere/authority.pem"


@pytest.mark.parametrize("name", ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"])
def test_a_users_own_aws_files_are_not_read(name: str) -> None:
    assert local_variables(STARTED)[name] == "/somewhere/empty-aws-config"


def test_the_credentials_are_the_account() -> None:
    variables = local_variables(STARTED, account="111122223333")

    assert variables["AWS_ACCESS_KEY_ID"] == "111122223333"
