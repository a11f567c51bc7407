"""smoke over real TLS: against a server of this process, and against the embedded local AWS."""

from __future__ import annotations

import contextlib
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import trustme

from stacksets.clock import SystemClock
from stacksets.model.smoke import Smoke
from stacksets.outputs import InstanceOutputs
from stacksets.smoke import NoAnswerError, SmokeResult, UrllibHttp, smoke
from tests.builders import a_deployment, a_key
from tests.fakes import FakeAws, FakeClock
from tests.integration.local.templates import settle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.local_aws import LocalAws

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]
BODY = "Hello from us-east-1, grüß dich"


class Greeter(BaseHTTPRequestHandler):
    """Answers as the service does; `/moved` answers with a redirect to the good path."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = BODY.encode()
        self.send_response(302 if self.path == "/moved" else 200)
        self.send_header("Location", "/hello")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


class Server(ThreadingHTTPServer):
    """A refused handshake is what some tests are about: it is no news."""

    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path) -> dict[str, str]:
    """The environment of somebody who trusts our authority."""
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return {"SSL_CERT_FILE": str(path)}


@contextlib.contextmanager
def serving(certificate: trustme.LeafCert | None = None) -> Iterator[int]:
    """Serve on loopback, over TLS where there is a certificate; give the port."""
    with Server(("127.0.0.1", 0), Greeter) as server:
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            certificate.configure_cert(context)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def port(authority: trustme.CA) -> Iterator[int]:
    with serving(authority.issue_cert("localhost")) as served:
        yield served


def smoke_at(base: str, environ: dict[str, str], **wanted: object) -> SmokeResult:
    outputs = InstanceOutputs(key=a_key(), outputs={"Endpoint": base})
    said = {"path": "hello", "body": BODY, "burst": 9} | wanted
    deployment = a_deployment(smoke=Smoke(output="Endpoint", **said))
    with UrllibHttp(environ, SystemClock()) as http:
        [result] = smoke(deployment, [outputs], FakeAws(), http, FakeClock())
    return result


def test_an_endpoint_with_a_certificate_that_is_trusted_passes(port, trusted):
    result = smoke_at(f"https://localhost:{port}/", trusted)
    assert {one.name: one.passed for one in result.checks} == {
        "https": True,
        "status": True,
        "body": True,
        "latency": True,
        "plain HTTP": True,
        "burst": True,
    }
    assert result.latency_ms is not None
    assert 0 < result.latency_ms < 10_000


def test_the_certificates_of_requests_are_taken_as_well(port, trusted):
    environ = {"REQUESTS_CA_BUNDLE": trusted["SSL_CERT_FILE"]}
    assert smoke_at(f"https://localhost:{port}/", environ).passed


def test_a_certificate_that_nobody_trusts_is_refused(port):
    [check] = smoke_at(f"https://localhost:{port}/", {}).checks
    assert check.passed is False
    assert check.detail.startswith("TLS refused: ")
    assert "CERTIFICATE_VERIFY_FAILED" in check.detail


def test_a_certificate_of_another_host_is_refused(authority, trusted):
    with serving(authority.issue_cert("other.example")) as port:
        [check] = smoke_at(f"https://localhost:{port}/", trusted).checks
    assert check.passed is False
    assert "match" in check.detail


def test_a_redirect_is_an_answer_and_is_not_followed(port, trusted):
    result = smoke_at(f"https://localhost:{port}/", trusted, path="moved")
    assert result.status == 302
    assert not result.passed


def test_a_server_that_speaks_plain_http_on_the_port_is_no_https(trusted):
    with serving() as port:
        [check] = smoke_at(f"https://localhost:{port}/", trusted).checks
    assert check.name == "answer"
    assert check.passed is False


def test_plain_http_is_answered_where_it_is_served():
    with serving() as port, UrllibHttp({}, SystemClock()) as http:
        answer = http.get(f"http://127.0.0.1:{port}/x", timeout_seconds=5)
    assert (answer.status, answer.body) == (200, BODY)


def test_a_server_that_does_not_listen_is_told_in_a_sentence():
    with serving() as port:
        pass
    with UrllibHttp({}, SystemClock()) as http, pytest.raises(NoAnswerError) as caught:
        http.get(f"http://127.0.0.1:{port}/", timeout_seconds=1)
    assert str(caught.value) == (
        "Failed to establish a new connection: [Errno 111] Connection refused"
    )
    assert caught.value.final is False


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
@pytest.mark.parametrize("scheme", ["http://", ""])
def test_a_proxy_that_the_environment_names_is_used(name, scheme):
    with serving() as port:
        pass
    with UrllibHttp({name: f"{scheme}127.0.0.1:{port}"}, SystemClock()) as http:
        assert http.has_proxy("https://service.example/")
        with pytest.raises(NoAnswerError) as caught:
            http.get("https://service.example/", timeout_seconds=1)
    assert str(caught.value).startswith("Unable to connect to proxy: Failed to establish")


@pytest.mark.parametrize(
    ("environ", "url", "expected"),
    [
        ({}, "https://a.example/", False),
        ({"HTTP_PROXY": "http://p:1"}, "https://a.example/", False),
        ({"HTTP_PROXY": "http://p:1"}, "http://a.example/", True),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "b.example"}, "https://a.example/", True),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "a.example"}, "https://a.example/", False),
        ({"HTTPS_PROXY": "http://p:1", "no_proxy": "*"}, "https://a.example/", False),
        ({"HTTPS_PROXY": "", "https_proxy": ""}, "https://a.example/", False),
    ],
)
def test_proxies_are_read_as_other_tools_read_them(environ, url, expected):
    with UrllibHttp(environ, SystemClock()) as http:
        assert http.has_proxy(url) is expected


@pytest.mark.emulator_only
def test_a_stack_of_the_embedded_aws_answers_at_the_very_url_of_its_output(
    local_aws: LocalAws,
):
    client = local_aws.client("cloudformation")
    client.create_stack(
        StackName="service",
        TemplateBody=(ROOT / "templates/service.json").read_text(),
        Capabilities=["CAPABILITY_IAM"],
        Parameters=[{"ParameterKey": "ApiLogging", "ParameterValue": "off"}],
    )
    assert settle(client, "service") == "CREATE_COMPLETE"
    [stack] = client.describe_stacks(StackName="service")["Stacks"]
    base = {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}["ApiEndpoint"]
    body = "Hello from Lambda in region: {region}"
    result = smoke_at(base, local_aws.environ(), path="myresource", body=body)
    assert result.body == "Hello from Lambda in region: us-east-1"
    assert {one.name: one.passed for one in result.checks} == {
        "https": True,
        "status": True,
        "body": True,
        "latency": True,
        "region": True,
        "plain HTTP": None,
        "burst": True,
    }
