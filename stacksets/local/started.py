"""What a running embedded AWS tells of itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """Where it is: the AWS APIs, the proxy to its endpoints, and whom to trust there.

    `python_version` (`3.11`) is what handlers run on.
    """

    endpoint_url: str
    proxy_url: str
    authority_file: str
    tls_port: int
    python_version: str
