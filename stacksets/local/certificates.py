"""TLS for every host name: a certificate made on the fly for the name that a client asks for."""

from __future__ import annotations

import functools
import ssl

import trustme

# A third of a megabyte each; every API has a host name of its own, and few are called at a time.
_HOSTS_KEPT = 64


class Certificates:
    """A certificate authority of its own, made at start and gone at the end."""

    def __init__(self) -> None:
        self._authority = trustme.CA(organization_name="embedded local AWS")
        self._context_for = functools.lru_cache(_HOSTS_KEPT)(self._make_context)

    @property
    def authority_pem(self) -> bytes:
        """The authority's certificate: what a client must trust."""
        return self._authority.cert_pem.bytes()

    def server_context(self) -> ssl.SSLContext:
        """Give the context of a server that shows each host name its own certificate (SNI)."""
        context = self._make_context("localhost")
        context.sni_callback = self._choose
        return context

    def _choose(
        self, connection: ssl.SSLObject | ssl.SSLSocket, host: str | None, _: ssl.SSLContext
    ) -> None:
        if host is not None:
            connection.context = self._context_for(host)

    def _make_context(self, host: str) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["h2", "http/1.1"])
        self._authority.issue_cert(host).configure_cert(context)
        return context
