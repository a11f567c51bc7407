"""The Lambda Runtime API of one execution environment, on loopback.

Lambda developer guide, "Using the Lambda runtime API for custom runtimes": the runtime asks for the
next invocation (a long poll), and posts its response, its error, or that it could not start.
"""

from __future__ import annotations

import contextlib
import queue
import re
import socket
import threading
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from stacksets.local.functions.function import Answer

if TYPE_CHECKING:
    from stacksets.local.functions.function import Invocation

_BASE = "/2018-06-01/runtime"
_RESULT = re.compile(rf"{_BASE}/invocation/(?P<request_id>[^/]+)/(?P<kind>response|error)$")


class RuntimeApi:
    """Hands invocations to one runtime process and takes its answers, one at a time."""

    def __init__(self, *, timeout_seconds: float) -> None:
        self.timeout_seconds = timeout_seconds
        self.has_failed_to_start = False
        self.bell, self._striker = socket.socketpair()
        self._invocations: queue.SimpleQueue[Invocation | None] = queue.SimpleQueue()
        self._news: queue.SimpleQueue[Answer | None] = queue.SimpleQueue()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.accept, daemon=True, name="runtime-api")
        self._thread.start()

    @property
    def address(self) -> str:
        """Host and port, as AWS_LAMBDA_RUNTIME_API wants it."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    def offer(self, invocation: Invocation) -> None:
        """Give the runtime its next invocation."""
        self._invocations.put(invocation)

    def next_invocation(self) -> Invocation | None:
        """Wait for the next invocation; None when there will be no more."""
        return self._invocations.get()

    def report(self, news: Answer | None) -> None:
        """Ring `bell`: the runtime has taken the invocation (None), or answered."""
        self._news.put(news)
        self._striker.send(b"!")

    @property
    def has_news(self) -> bool:
        """Whether `bell` has rung."""
        return not self._news.empty()

    def take_news(self) -> Answer | None:
        """Give what `bell` has rung for."""
        self.bell.recv(1)
        return self._news.get()

    def close(self) -> None:
        """Stop listening and let go of a runtime that still polls."""
        self._invocations.put(None)
        self._server.stop_accepting()
        self._thread.join()
        self._server.server_close()
        self._striker.close()
        self.bell.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, api: RuntimeApi) -> None:
        self.api = api
        super().__init__(("127.0.0.1", 0), _Handler)

    def accept(self) -> None:
        """Serve each connection on a thread of its own until `stop_accepting`.

        serve_forever would look only every so often whether it is to end.
        """
        with contextlib.suppress(OSError):
            while True:
                self.process_request(*self.socket.accept())

    def stop_accepting(self) -> None:
        """Let `accept` return at once."""
        self.socket.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a runtime that is stopped breaks its connections off."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    # Headers and body go out in one write, at once: in two they meet Nagle's algorithm and the
    # delayed acknowledgement, which cost 88 ms a call.
    wbufsize = 65536
    disable_nagle_algorithm = True

    # http.server calls methods by these names. pylint: disable=invalid-name
    def do_GET(self) -> None:
        if self.path != f"{_BASE}/invocation/next":
            self._respond(HTTPStatus.NOT_FOUND)
            return
        invocation = self.server.api.next_invocation()
        if invocation is None:
            self.close_connection = True
            return
        self.server.api.report(None)
        deadline = time.time() + self.server.api.timeout_seconds
        headers = {
            "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
            "Lambda-Runtime-Deadline-Ms": str(int(deadline * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": invocation.invoked_function_arn,
            "Content-Type": "application/json",
        }
        if invocation.trace_id:
            headers["Lambda-Runtime-Trace-Id"] = invocation.trace_id
        self._respond(HTTPStatus.OK, headers, invocation.event)

    def do_POST(self) -> None:
        payload = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        result = _RESULT.match(self.path)
        if result is None and self.path != f"{_BASE}/init/error":
            self._respond(HTTPStatus.NOT_FOUND)
            return
        self.server.api.has_failed_to_start |= result is None
        is_error = result is None or result["kind"] == "error"
        # Before the runtime is let go: one that failed to start exits as soon as it is.
        self.server.api.report(Answer(payload=payload, is_error=is_error))
        self._respond(HTTPStatus.ACCEPTED)

    def _respond(
        self, status: HTTPStatus, headers: dict[str, str] | None = None, body: bytes = b""
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *args: object) -> None:
        """Say nothing: the log is the function's own."""
