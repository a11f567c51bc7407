"""A call of an endpoint, as it comes in on the TLS port."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stacksets.local.peers import Peer


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointCall:
    """What is asked of which host, and what the caller has connected to.

    `host` is the Host header in lower case, without a port; `raw_path` and `headers` are as they
    were sent, which a signature covers.
    """

    host: str
    path: str
    raw_path: str
    headers: tuple[tuple[bytes, bytes], ...]
    connected_to: str


def read_endpoint_call(scope: dict[str, Any], peer: Peer) -> EndpointCall:
    """Read an ASGI scope."""
    headers = tuple((bytes(name), bytes(value)) for name, value in scope["headers"])
    host = dict(headers).get(b"host", b"").decode("latin-1").lower().split(":")[0]
    return EndpointCall(
        host=host,
        path=scope["path"],
        raw_path=scope["raw_path"].decode("latin-1"),
        headers=headers,
        connected_to=peer.host.lower() or host,
    )
