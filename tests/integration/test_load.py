"""What `make bench` says of the load that it generates, against servers whose answers are known."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.bench.load.measure import measure, to_text

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]


@contextlib.contextmanager
def answering(status: int, body: str) -> Iterator[str]:
    """A server with one answer for everything; its URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/prod/"
        finally:
            server.shutdown()
            thread.join()


def generate(**endpoints: str):
    words = ["--users", "2", "--seconds", "0.5", "--warm-up", "0.2"]
    words += [f"{region}={url}" for region, url in endpoints.items()]
    command = [sys.executable, "-m", "tests.bench.load.generate", *words]
    run = subprocess.run(command, cwd=ROOT, check=True, text=True, stdout=subprocess.PIPE)
    return json.loads(run.stdout)


def test_only_the_answer_of_the_region_that_was_asked_is_no_error():
    with (
        answering(200, "Hello from Lambda in region: right") as right,
        answering(200, "Hello from Lambda in region: other") as wrong,
        answering(429, "{}") as throttled,
    ):
        seen = generate(right=right, wrong=wrong, throttled=throttled, gone="http://127.0.0.1:1/")
    regions = seen["regions"]
    assert regions["right"]["errors"] == 0
    assert regions["right"]["requests"] > 0
    assert regions["right"]["p50_ms"] <= regions["right"]["p99_ms"]
    for region, kind in (
        ("wrong", "another body"),
        ("throttled", "status 429"),
        ("gone", "ConnectionError"),
    ):
        assert regions[region]["errors"] == regions[region]["requests"] > 0
        assert seen["errors_by_kind"][f"{region}: {kind}"] == regions[region]["errors"]
    assert seen["all"]["requests"] == sum(one["requests"] for one in regions.values())


def test_importing_what_measures_load_replaces_nothing_of_python():
    probe = (
        "import socket, sys; before = socket.socket; import tests.bench.__main__; "
        "assert socket.socket is before; assert not {'gevent', 'locust'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", probe], cwd=ROOT, check=True)
    assert not {"gevent", "locust"} & set(sys.modules)


@pytest.mark.exhaustive
def test_both_regions_of_the_service_answer_under_load_alone_and_together():
    figures = measure(users=2, seconds=1, warm_up=1)
    scenarios = figures["scenarios"]
    assert [sorted(one["regions"]) for one in scenarios.values()] == [
        ["us-east-1"],
        ["us-west-1"],
        ["us-east-1", "us-west-1"],
    ]
    for scenario in scenarios.values():
        assert scenario["errors_by_kind"] == {}
        assert all(one["requests_per_second"] > 0 for one in scenario["regions"].values())
    text = to_text(figures)
    assert text.startswith("Load on the embedded local AWS on this machine, not AWS\n")
    assert [line.split(":")[0].strip() for line in text.splitlines()[3:]] == [
        "only us-east-1",
        "only us-west-1",
        *["both"] * 3,
    ]
