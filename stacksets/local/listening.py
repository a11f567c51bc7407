"""hypercorn's configuration for two ports: TLS with a certificate per host, and plain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypercorn.config import Config

if TYPE_CHECKING:
    import ssl


class TwoPorts(Config):
    """TLS on `bind` by a context of ours, plain HTTP on `insecure_bind`."""

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__()
        self._context = context

    @property
    def ssl_enabled(self) -> bool:
        """Say yes: hypercorn would ask for certificate files."""
        return True

    def create_ssl_context(self) -> ssl.SSLContext:
        """Give the context that chooses a certificate by the host's name."""
        return self._context
