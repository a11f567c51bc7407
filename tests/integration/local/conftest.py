"""ministack as it comes, in a child: what the adaptations are there for."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import urllib3

from stacksets.local.embedded import without_aws
from stacksets.local.server import emulator_variables
from tests.integration.local.templates import deploy
from tests.unmeasured import others_measured_alone, unmeasured

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE_SECONDS = 30
START = "from ministack.app import main; main()"


class Ministack:
    """ministack as it comes."""

    def __init__(self, endpoint_url: str) -> None:
        self.endpoint_url = endpoint_url

    def client(self, service: str, account: str = "000000000000", region: str = "us-east-1") -> Any:
        return boto3.client(
            service,
            endpoint_url=self.endpoint_url,
            region_name=region,
            aws_access_key_id=account,
            aws_secret_access_key="local",
        )

    def ask(self, host: str, method: str = "GET", **more: str) -> urllib3.BaseHTTPResponse:
        url = f"{self.endpoint_url}/prod/myresource"
        return urllib3.request(
            method,
            url,
            headers={"Host": host, **more},
            retries=False,
            timeout=PATIENCE_SECONDS,
        )

    def deploy_and_ask(self, template: str, account: str = "000000000000") -> Any:
        outputs = deploy(self.client("cloudformation", account), template)
        api = outputs["Endpoint"].split("//")[1].split(".")[0]
        return self.ask(f"{api}.execute-api.localhost")


@pytest.fixture(scope="module", autouse=True)
def client_unmeasured(request: pytest.FixtureRequest) -> Iterator[None]:
    """What calls is boto3 and urllib3 alone, but where a file says that it runs parts of ours."""
    if getattr(request.module, "RUNS_PARTS_OF_OURS", False):
        yield
        return
    with others_measured_alone():
        yield


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ministack]:
    directory = tmp_path_factory.mktemp("ministack")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    environ = {**without_aws(unmeasured()), **emulator_variables(directory, url)}
    with subprocess.Popen([sys.executable, "-c", START], env=environ) as process:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                urllib3.request("GET", f"{url}/_ministack/health", retries=False)
                break
            except urllib3.exceptions.HTTPError:
                time.sleep(0.05)
        yield Ministack(url)
        process.terminate()


@pytest.fixture
def ministack(started: Ministack) -> Ministack:
    urllib3.request("POST", f"{started.endpoint_url}/_ministack/reset")
    return started
