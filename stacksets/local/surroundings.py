"""The environment that a command gets so that it speaks to the embedded AWS as it does to AWS."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from stacksets.local.embedded import without_aws

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacksets.local.started import Started

DEFAULT_ACCOUNT = "000000000000"
_DIRECT = "127.0.0.1,localhost"


def local_variables(started: Started, *, account: str = DEFAULT_ACCOUNT) -> dict[str, str]:
    """Give the variables alone: endpoint, credentials (the account itself), proxy and authority.

    The endpoints of stacks are reached through the proxy; the authority is trusted by boto3
    (AWS_CA_BUNDLE), by Python's and OpenSSL's default (SSL_CERT_FILE), requests and curl.
    """
    authority = started.authority_file
    # A user's own configuration would name another region, profile or endpoint.
    empty = str(Path(authority).with_name("empty-aws-config"))
    return {
        "AWS_ENDPOINT_URL": started.endpoint_url,
        "AWS_ACCESS_KEY_ID": account,
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": empty,
        "AWS_SHARED_CREDENTIALS_FILE": empty,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CA_BUNDLE": authority,
        "SSL_CERT_FILE": authority,
        "REQUESTS_CA_BUNDLE": authority,
        "CURL_CA_BUNDLE": authority,
        **_both_cases("HTTPS_PROXY", started.proxy_url),
        **_both_cases("HTTP_PROXY", started.proxy_url),
        **_both_cases("NO_PROXY", _DIRECT),
    }


def command_environment(
    started: Started,
    *,
    account: str = DEFAULT_ACCOUNT,
    environ: Mapping[str, str] = os.environ,
) -> dict[str, str]:
    """Give what a command gets: all of `environ` but AWS's own and proxies, and the above."""
    return {**without_aws(environ), **local_variables(started, account=account)}


def _both_cases(name: str, value: str) -> dict[str, str]:
    return {name: value, name.lower(): value}
