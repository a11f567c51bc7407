"""The account that the tests may use: its clients, its endpoints, and the variables to reach it."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import getproxies_environment, proxy_bypass_environment

import boto3
import pytest
import urllib3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tests.account.choice import LOCAL, TYPED_LOCALLY, VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

AT_ONCE = 200
_TIMEOUT_SECONDS = 30


@dataclass(frozen=True, kw_only=True)
class OpenAccount:
    """An account with valid credentials; `profile` is None for the embedded AWS."""

    profile: str | None
    session: boto3.Session
    id: str
    arn: str
    http: urllib3.PoolManager
    _clients: dict[tuple[str, str], Any] = field(default_factory=dict)

    def client(self, service: str, *, region: str) -> Any:
        """Give a boto3 client, made once."""
        key = (service, region)
        if key not in self._clients:
            config = Config(retries={"mode": "standard", "total_max_attempts": 8})
            self._clients[key] = self.session.client(service, region, config=config)
        return self._clients[key]

    def ask(self, url: str, method: str = "GET") -> urllib3.BaseHTTPResponse:
        """Send one request, with the certificate verified; follow and repeat nothing."""
        return self.http.request(
            method, url, retries=False, redirect=False, timeout=_TIMEOUT_SECONDS
        )

    @property
    def name(self) -> str:
        return f"profile {self.profile}" if self.profile else "the embedded AWS"


@contextlib.contextmanager
def machine_variables(machine: Mapping[str, str]) -> Iterator[None]:
    """Give the AWS settings and proxies of this machine back for a while."""
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ.keys() - machine.keys():
            if name.startswith("AWS_"):
                patch.delenv(name)
        for name, value in machine.items():
            patch.setenv(name, value)
        yield


@contextlib.contextmanager
def open_account(profile: str) -> Iterator[OpenAccount]:
    """Open the account of a profile; where that cannot be, the run ends in one sentence."""
    named = None if profile == LOCAL else profile
    if named is None:
        _refuse_other_than_embedded()
    try:
        session = boto3.Session(profile_name=named)
        caller = session.client("sts", "us-west-2").get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        pytest.exit(f"{VARIABLE}={profile}: {error}; try `aws sso login --profile {profile}`", 4)
    with open_http() as http:
        yield OpenAccount(
            profile=named, session=session, id=caller["Account"], arn=caller["Arn"], http=http
        )


def open_http(**tls: Any) -> urllib3.PoolManager:
    """Open connections as commands do: through the proxy and by the authority that are named."""
    settings: dict[str, Any] = {"maxsize": AT_ONCE, "cert_reqs": "CERT_REQUIRED"}
    authority = os.environ.get("SSL_CERT_FILE") or os.environ.get("REQUESTS_CA_BUNDLE")
    settings |= tls or {"ca_certs": authority}
    proxy = find_proxy("https://execute-api.us-east-1.amazonaws.com/")
    return urllib3.ProxyManager(proxy, **settings) if proxy else urllib3.PoolManager(**settings)


def find_proxy(url: str) -> str | None:
    """Give the proxy that a URL is asked through by the variables of this machine, if any."""
    parts, proxies = urlsplit(url), getproxies_environment()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if not proxy or proxy_bypass_environment(parts.netloc):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _refuse_other_than_embedded() -> None:
    """See that no real account is meant: its endpoint would not be on this machine."""
    host = urlsplit(os.environ.get("AWS_ENDPOINT_URL", "")).hostname
    if host != "127.0.0.1":
        pytest.exit(f"{VARIABLE}={LOCAL} means the embedded AWS: {TYPED_LOCALLY}", 4)
