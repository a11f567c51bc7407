"""HTTP as smoke needs it: one request, verified, through whatever proxy the environment names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, Self
from urllib.parse import urlsplit
from urllib.request import (  # type: ignore[attr-defined] # typeshed does not know it
    proxy_bypass_environment,
)

import urllib3

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from stacksets.clock import Clock

MAX_CONCURRENT = 1000
"""As many requests at once as a deployment file may ask for."""

_OUR_HEADERS: Final = {"User-Agent": "stacksets-smoke", "Cache-Control": "no-cache"}


class NoAnswerError(Exception):
    """No HTTP answer came: no connection, no valid certificate, or too late.

    `final` is set where trying again is useless, because the certificate is wrong.
    """

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__(reason)
        self.final = final


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP answer; the latency counts from the first byte sent to the last one read."""

    status: int
    body: str
    latency_ms: float


class Http(Protocol):
    """What smoke needs of HTTP."""

    def get(
        self, url: str, *, timeout_seconds: float, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send one GET, follow no redirect, repeat nothing; raise NoAnswerError without answer."""

    def has_proxy(self, url: str) -> bool:
        """Tell whether requests for that URL go through a proxy."""


class UrllibHttp:
    """Http by urllib3. Use it as a context manager: it keeps connections open.

    Reads HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY (lower case wins), and takes the
    certificates of SSL_CERT_FILE or REQUESTS_CA_BUNDLE instead of the machine's.
    """

    def __init__(self, environ: Mapping[str, str], clock: Clock) -> None:
        self._clock = clock
        self._proxies = _read_proxies(environ)
        self._certificates = environ.get("SSL_CERT_FILE") or environ.get("REQUESTS_CA_BUNDLE")
        self._pools: dict[str | None, urllib3.PoolManager] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that were kept."""
        for pool in self._pools.values():
            pool.clear()

    def has_proxy(self, url: str) -> bool:
        """Tell whether requests for that URL go through a proxy."""
        return self._proxy_of(url) is not None

    def get(
        self, url: str, *, timeout_seconds: float, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send one GET, with the certificate verified, and read the whole answer."""
        started = self._clock.monotonic()
        try:
            response = self._pool_for(url).request(
                "GET",
                url,
                timeout=timeout_seconds,
                retries=False,
                redirect=False,
                headers={**_OUR_HEADERS, **(headers or {})},
            )
        except urllib3.exceptions.SSLError as error:
            raise NoAnswerError(f"TLS refused: {_reason(error)}", final=True) from error
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise NoAnswerError(_reason(error)) from error
        return Answer(
            status=response.status,
            body=response.data.decode("utf-8", errors="replace"),
            latency_ms=(self._clock.monotonic() - started) * 1000,
        )

    def _proxy_of(self, url: str) -> str | None:
        parts = urlsplit(url)
        proxy = self._proxies.get(parts.scheme) or self._proxies.get("all")
        if not proxy or proxy_bypass_environment(parts.netloc, self._proxies):
            return None
        return proxy if "://" in proxy else f"http://{proxy}"

    def _pool_for(self, url: str) -> urllib3.PoolManager:
        proxy = self._proxy_of(url)
        if proxy not in self._pools:
            self._pools[proxy] = self._open_pool(proxy)
        return self._pools[proxy]

    def _open_pool(self, proxy: str | None) -> urllib3.PoolManager:
        if proxy is None:
            return urllib3.PoolManager(
                maxsize=MAX_CONCURRENT, cert_reqs="CERT_REQUIRED", ca_certs=self._certificates
            )
        return urllib3.ProxyManager(
            proxy,
            maxsize=MAX_CONCURRENT,
            cert_reqs="CERT_REQUIRED",
            ca_certs=self._certificates,
        )


def _read_proxies(environ: Mapping[str, str]) -> dict[str, str]:
    names = ("http", "https", "all", "no")
    found = {
        name: environ.get(f"{name}_proxy") or environ.get(f"{name.upper()}_PROXY") for name in names
    }
    return {name: value for name, value in found.items() if value}


def _reason(error: Exception) -> str:
    """Leave out the object that urllib3 names before its sentence."""
    cause = getattr(error, "original_error", None)
    if cause is not None:
        return f"{error.args[0]}: {_reason(cause)}"
    text = str(error)
    return text.partition("): ")[2] or text
