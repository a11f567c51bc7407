"""Who is at the other end of a connection to the TLS port, where it came through others.

The forward proxy and the health checkers connect from loopback. What their connections are for is
written down here under the port that they come from, and the server looks it up there.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """The host that was connected to, and the address that the caller has for the server.

    `host` is what a client has resolved a name to, or the name itself.
    """

    host: str = ""
    address: str = LOOPBACK


class Peers:
    """The connections under way; it may be used from any thread."""

    def __init__(self) -> None:
        self._by_port: dict[int, Peer] = {}

    @contextlib.contextmanager
    def told(self, port: int, peer: Peer) -> Iterator[None]:
        """Let the server know whom a connection from a port is of, for as long as the block."""
        self._by_port[port] = peer
        try:
            yield
        finally:
            del self._by_port[port]

    def find(self, port: int) -> Peer:
        """Give the peer of a port; a connection that nobody has told of comes straight."""
        return self._by_port.get(port, Peer())
