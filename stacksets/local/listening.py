"""hypercorn's configuration for two ports: TLS with a certificate per host, and plain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypercorn.config import Config

if TYPE_CHECKING:
    import socket
    import ssl

# Clients keep connections open between calls; one that the server closes meanwhile costs a retry.
# Not longer, because hypercorn holds a closed connection's memory (0.3 MB with TLS) until then.
_KEEP_ALIVE_SECONDS = 20
_REQUESTS_PER_CONNECTION = 1_000_000
_GRACE_SECONDS = 0.5


class TwoPorts(Config):
    """TLS on one listening socket by a context of ours, plain HTTP on the other.

    hypercorn owns both sockets from then on.
    """

    def __init__(
        self, context: ssl.SSLContext, *, plain: socket.socket, secure: socket.socket
    ) -> None:
        super().__init__()
        self._context = context
        self.bind = [f"fd://{secure.detach()}"]
        self.insecure_bind = [f"fd://{plain.detach()}"]
        self.errorlog = None
        self.graceful_timeout = _GRACE_SECONDS
        self.keep_alive_timeout = _KEEP_ALIVE_SECONDS
        self.keep_alive_max_requests = _REQUESTS_PER_CONNECTION

    @property
    def ssl_enabled(self) -> bool:
        """Say yes: hypercorn would ask for certificate files."""
        return True

    def create_ssl_context(self) -> ssl.SSLContext:
        """Give the context that chooses a certificate by the host's name."""
        return self._context
