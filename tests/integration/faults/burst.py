"""microburst, a proxy that breaks AWS calls by rule, between the commands and the embedded AWS."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.error import URLError

from tests.unmeasured import unmeasured

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_START_SECONDS = 30

Fault = dict[str, Any]
THROTTLED: Fault = {"error": {"code": "Throttling", "status": 400, "message": "Rate exceeded"}}
INTERNAL: Fault = {"error": {"code": "InternalFailure", "status": 500, "message": "We are sorry"}}
UNAVAILABLE: Fault = {"error": {"code": "ServiceUnavailable", "status": 503, "message": "Later"}}
RESET: Fault = {"reset": True}
LOST_REPLY: Fault = {"response": {"abort_bytes": 1}}
"""Accepted, and after the first byte of the reply the connection breaks."""

SLOW: Fault = {"latency": 550}
"""Sent on when nobody waits for the reply any more: it comes late, after its repetition."""

LATE_SECONDS = 0.65


@dataclass(frozen=True)
class Burst:
    """A running microburst."""

    url: str

    def break_some(self, fault: Mapping[str, Any], *, first: int) -> None:
        """Break 3 of every 10 calls, after `first` that go through.

        Counted, never by chance: microburst's `probability` knows no seed.
        """
        pass_first = [{"service": "*", "times": first}] if first else []
        self._break([*pass_first, {"service": "*", "sequence": [3, 7], **fault}])

    def break_calls(self, fault: Mapping[str, Any], operation: str, *, times: int) -> None:
        """Break the first calls of an operation."""
        self._break([{"operation": operation, "times": times, **fault}])

    def _break(self, rules: Sequence[object]) -> None:
        self._control("DELETE", "fired")
        self._control("POST", "rules", rules)

    def mend(self) -> None:
        """Let every call through."""
        self._control("POST", "rules", [])

    def settle(self) -> None:
        """Wait until the calls that the rules keep back have come."""
        if any(rule.get("latency") for rule in self._control("GET", "rules")):
            settle()

    def fired(self) -> tuple[str, ...]:
        """Give the operations of the calls that were broken since the rules were set, in order."""
        events = self._control("GET", "fired?limit=1000")
        return tuple(one["operation"] or "" for one in events if one["action"] != "match")

    def _control(self, method: str, what: str, document: Sequence[object] = ()) -> Any:
        request = urllib.request.Request(  # noqa: S310 - http, on loopback
            f"{self.url}/_microburst/{what}",
            method=method,
            data=json.dumps(document).encode() if method == "POST" else None,
            headers={"Content-Type": "application/json"},
        )
        with _DIRECT.open(request) as response:
            return json.load(response)

    def wait(self) -> None:
        """Wait until it answers."""
        deadline = time.monotonic() + _START_SECONDS
        while True:
            with contextlib.suppress(URLError):
                self._control("GET", "health")
                return
            assert time.monotonic() < deadline
            time.sleep(0.05)


def settle() -> None:
    """Wait until the calls that were kept back have come."""
    time.sleep(LATE_SECONDS)


@contextlib.contextmanager
def running_burst(endpoint_url: str) -> Iterator[Burst]:
    """Start microburst in front of an endpoint, on a free port of loopback."""
    port = _free_port()
    command = (sys.executable, "-m", "microburst", "--upstream", endpoint_url, "--port", str(port))
    with subprocess.Popen(command, env=unmeasured(), stderr=subprocess.DEVNULL) as process:
        try:
            burst = Burst(f"http://127.0.0.1:{port}")
            burst.wait()
            yield burst
        finally:
            process.terminate()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
