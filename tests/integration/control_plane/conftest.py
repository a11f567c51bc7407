"""The control plane behind a plain HTTP front, over the stacks and roles of an unpatched ministack.

It runs in the test's own process, so that a test may turn its settings and step between its calls.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import pytest

from stacksets.local.adaptations.policies import policies_allow, trust_allows
from stacksets.local.control_plane import ControlPlane
from tests.integration.control_plane.stack_sets import Cloud

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def ministack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a ministack child."""
    port = _free_port()
    folder = tmp_path_factory.mktemp("ministack")
    environment = {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "TMPDIR": str(folder),
        "STATE_DIR": str(folder),
        "S3_DATA_DIR": str(folder),
    }
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(
            [sys.executable, "-m", "ministack"],
            env={**os.environ, **environment},
            stdout=log,
            stderr=log,
        ) as child,
    ):
        try:
            _wait_until_up(port)
            yield port
        finally:
            child.send_signal(signal.SIGTERM)


@pytest.fixture(scope="session")
def running_cloud(ministack: int) -> Iterator[Cloud]:
    """StackSets by the control plane, all else by ministack."""
    ministack_url = f"http://127.0.0.1:{ministack}"
    plane = ControlPlane(
        endpoint_url=ministack_url, trust_allows=trust_allows, policies_allow=policies_allow
    )
    with _front(plane) as stack_sets_url:
        yield Cloud(stack_sets_url=stack_sets_url, aws_url=ministack_url, plane=plane)
        plane.close()


@pytest.fixture
def cloud(running_cloud: Cloud, ministack: int) -> Iterator[Cloud]:
    """The cloud, empty."""
    yield running_cloud
    running_cloud.plane.reset()
    _post(ministack, "/_ministack/reset")


@contextlib.contextmanager
def _front(plane: ControlPlane) -> Iterator[str]:
    class Front(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            credential = self.headers["Authorization"].split("Credential=")[1].split("/")
            status, answer = plane.handle(
                account=credential[0],
                region=credential[2],
                form=dict(parse_qsl(body, keep_blank_values=True)),
            )
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Front)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_up(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            _post(port, "/_ministack/reset")
            return
        time.sleep(0.02)
    raise TimeoutError("ministack does not answer")


def _post(port: int, path: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("POST", path)
        connection.getresponse().read()
    finally:
        connection.close()
