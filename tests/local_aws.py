"""The embedded local AWS for tests: one a test process, reset between tests."""

from __future__ import annotations

import contextlib
import json
import urllib.request
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3
import urllib3
from botocore.config import Config

from stacksets.local.control_plane.clients import USER_AGENT
from stacksets.local.embedded import embedded_aws
from stacksets.local.surroundings import DEFAULT_ACCOUNT, command_environment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacksets.local.started import Started

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass
class LocalAws:
    """A running embedded AWS, as tests use it."""

    started: Started
    http: urllib3.ProxyManager
    _clients: dict[tuple[str, str, str], Any] = field(default_factory=dict)

    def reset(self) -> None:
        """Forget every stack, stack set, role, log and journal entry, in every account."""
        self._administer("POST", "reset")

    def journal(self) -> list[dict[str, Any]]:
        """Every API call since the last reset, in order: service, action, account, region, …

        Without those that the control plane makes itself, for stacks and roles.
        """
        calls = self._administer("GET", "journal")
        return [call for call in calls if USER_AGENT not in call["user_agent"]]

    def set_control_plane(self, **settings: Any) -> None:
        """Turn the control plane's knobs, as `control_plane.read_settings` names them."""
        self._administer("POST", "settings", settings)

    def hold(self, call: int, moment: str, action: str = "") -> None:
        """Hold the n-th call from now on: "RECEIVED" before, "ANSWERED" after it is carried out.

        With `action` the n-th call of that. It is held until it is released, its caller is gone, or
        a reset.
        """
        self._administer("POST", "hold", {"call": call, "moment": moment, "action": action})

    def held(self) -> dict[str, str]:
        """Service and action of the call that is held now, nothing where none is."""
        return self._administer("GET", "hold")

    def release(self) -> None:
        """Let the held call go on, and hold none."""
        self._administer("POST", "release")

    def advance(self, seconds: float) -> None:
        """Set the clock of health checks forward; all looks that fall due by then are done."""
        self._administer("POST", "advance", {"seconds": seconds})

    def information(self) -> dict[str, Any]:
        """What the embedded AWS tells of itself, and the runtimes of the functions it ran."""
        return self._administer("GET", "info")

    def environ(self, account: str = DEFAULT_ACCOUNT) -> dict[str, str]:
        """What a command that runs against it gets as its environment."""
        return command_environment(self.started, account=account)

    def client(
        self, service: str, account: str = DEFAULT_ACCOUNT, region: str = "us-east-1"
    ) -> Any:
        """A boto3 client of an account (its access key) in a region."""
        key = (service, account, region)
        if key not in self._clients:
            self._clients[key] = boto3.Session(
                aws_access_key_id=account, aws_secret_access_key="local", region_name=region
            ).client(
                service,
                endpoint_url=self.started.endpoint_url,
                config=Config(retries={"max_attempts": 1}, proxies={}),
            )
        return self._clients[key]

    def https_get(self, url: str, method: str = "GET") -> urllib3.BaseHTTPResponse:
        """Call a stack's endpoint over verified HTTPS, as a client behind a proxy does."""
        return self.http.request(method, url, retries=False, timeout=30)

    def https_get_from(self, address: str, url: str, **headers: str) -> urllib3.BaseHTTPResponse:
        """Call an endpoint as from another address than loopback."""
        with self._connecting(proxy_headers={"Forwarded": f'for="{address}"'}) as http:
            return http.request("GET", url, headers=headers, retries=False, timeout=30)

    def https_get_at(self, target: str, name: str, path: str) -> urllib3.BaseHTTPResponse:
        """Call a name after resolving it: connect to the target, with SNI and Host of the name."""
        with self._connecting(server_hostname=name, assert_hostname=name) as http:
            url = f"https://{target}{path}"
            return http.request("GET", url, headers={"Host": name}, retries=False, timeout=30)

    def _connecting(self, **how: Any) -> urllib3.ProxyManager:
        authority = self.started.authority_file
        return urllib3.ProxyManager(self.started.proxy_url, ca_certs=authority, **how)

    def _administer(self, method: str, what: str, document: object = None) -> Any:
        url = f"{self.started.endpoint_url}/_local/{what}"
        data = json.dumps(document).encode()
        request = urllib.request.Request(  # noqa: S310 - http, on loopback
            url, method=method, data=data, headers={"Content-Type": "application/json"}
        )
        with _DIRECT.open(request) as response:
            return json.load(response)


@contextlib.contextmanager
def running_local_aws() -> Iterator[LocalAws]:
    """Start the embedded AWS as a child process and end it by SIGTERM."""
    with (
        embedded_aws() as started,
        urllib3.ProxyManager(
            started.proxy_url, ca_certs=started.authority_file, maxsize=50
        ) as http,
    ):
        yield LocalAws(started=started, http=http)
