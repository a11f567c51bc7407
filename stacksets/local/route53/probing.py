"""One look of a health checker at an endpoint: a real HTTPS request to the embedded TLS port.

As Route 53 does it: the certificate is not validated, four seconds to connect, two to answer, and
any status from 200 to 399 is healthy (Route 53 developer guide, "How Amazon Route 53 determines
whether a health check is healthy").
"""

from __future__ import annotations

import http.client
import socket
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from stacksets.local.peers import Peer

if TYPE_CHECKING:
    from collections.abc import Callable

    from stacksets.local.peers import Peers
    from stacksets.local.route53.checks import HealthCheck

_CONNECT_SECONDS: Final = 4.0
_ANSWER_SECONDS: Final = 2.0
_OK: Final = range(200, 400)
_PORT: Final = 443
_NO_CONNECTION: Final = (
    "Failure: The health checker could not establish a connection within the timeout limit."
)
_NO_ANSWER: Final = (
    "Failure: The health checker established a connection but did not receive a response within "
    "the timeout limit."
)
ADDRESSES: Final = {
    "ap-northeast-1": "54.248.220.5",
    "ap-southeast-1": "54.255.254.197",
    "ap-southeast-2": "54.252.254.197",
    "eu-west-1": "54.228.16.5",
    "sa-east-1": "54.232.40.69",
    "us-east-1": "54.243.31.197",
    "us-west-1": "54.183.255.133",
    "us-west-2": "54.244.52.197",
}
"""The regions of health checkers (API reference, HealthCheckRegion), each with an address of its
published range: a resource policy sees them come from there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a checker found, in Route 53's words: `Success: HTTP Status Code 200, OK`."""

    is_healthy: bool
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prober:
    """Asks endpoints; it may be used from any thread.

    `resolve` gives the name that an endpoint's own leads to, None where there is none; `peers`
    hands that and the checker's address on to the server behind the TLS port.
    """

    port_of_tls: int
    peers: Peers
    resolve: Callable[[str], str | None]

    def probe(self, check: HealthCheck, region: str) -> Found:
        """Ask an endpoint as the checker of a region does."""
        target = self.resolve(check.host)
        if target is None:
            return _failure("Failure: DNS resolution failed: Rcode NXDomain(3)")
        if check.port != _PORT:
            return _failure(_NO_CONNECTION)
        if not check.sends_name:
            # API Gateway needs it: API reference, EnableSNI.
            return _failure("Failure: SSL alert handshake_failure")
        try:
            return self._ask(check, Peer(host=target, address=ADDRESSES[region]))
        except (OSError, http.client.HTTPException):
            return _failure(_NO_CONNECTION)

    def _ask(self, check: HealthCheck, peer: Peer) -> Found:
        address = ("127.0.0.1", self.port_of_tls)
        with (
            socket.create_connection(address, _CONNECT_SECONDS) as plain,
            self.peers.told(plain.getsockname()[1], peer),
            _trusting().wrap_socket(plain, server_hostname=check.host) as secured,
        ):
            secured.settimeout(_ANSWER_SECONDS)
            secured.sendall(_request(check))
            response = http.client.HTTPResponse(secured)
            try:
                response.begin()
            except TimeoutError:
                return _failure(_NO_ANSWER)
            status = f"HTTP Status Code {response.status}, {response.reason}"
        if response.status in _OK:
            return Found(is_healthy=True, status=f"Success: {status}")
        return _failure(f"Failure: {status}")


def _trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _request(check: HealthCheck) -> bytes:
    # The user agent is Route 53's own, so that access logs and sampling rules can tell it.
    agent = f"Amazon-Route53-Health-Check-Service (ref {check.id}; report http://amzn.to/1vsZADi)"
    lines = (
        f"GET {check.path} HTTP/1.1",
        f"Host: {check.host}",
        f"User-Agent: {agent}",
        "Connection: close",
    )
    return "\r\n".join((*lines, "", "")).encode()


def _failure(status: str) -> Found:
    return Found(is_healthy=False, status=status)
