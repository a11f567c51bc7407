"""The process of the embedded AWS: what it listens on, keeps, tells and leaves behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import urllib3

from stacksets.local.embedded import embedded_aws, without_aws
from stacksets.local.functions.fleet import ENVIRONMENTS_PER_FUNCTION
from tests.integration.local.templates import api_template, deploy
from tests.local_aws import running_local_aws

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local_aws import LocalAws

pytestmark = pytest.mark.integration
RUNS_PARTS_OF_OURS = True

LISTENING = "0A"
LOOPBACK = "0100007F"


def read_steady(read: Callable[[], list[str]]) -> list[str]:
    """Read what a process is at; once more where it ends a thread or closes a file meanwhile."""
    for _ in range(100):
        try:
            return read()
        except (FileNotFoundError, ProcessLookupError):
            time.sleep(0.001)
    return read()


def sockets_of(process_id: int) -> set[str]:
    files = Path(f"/proc/{process_id}/fd")
    links = read_steady(lambda: [str(entry.readlink()) for entry in files.iterdir()])
    return {link.removeprefix("socket:[").removesuffix("]") for link in links if "socket" in link}


def addresses_listened_on(process_id: int) -> set[str]:
    mine = sockets_of(process_id)
    rows = [
        line.split()
        for table in ("tcp", "tcp6", "udp", "udp6")
        for line in Path(f"/proc/{process_id}/net/{table}").read_text().splitlines()[1:]
    ]
    return {
        row[1].split(":")[0]
        for row in rows
        if row[9] in mine and (row[3] == LISTENING or row[2].endswith(":0000"))
    }


def descendants(process_id: int) -> list[int]:
    threads = Path(f"/proc/{process_id}/task")
    listed = read_steady(lambda: [(one / "children").read_text() for one in threads.iterdir()])
    return [int(child) for children in listed for child in children.split()]


def server_process(aws: LocalAws) -> int:
    [process_id] = [
        child
        for child in descendants(os.getpid())
        if Path(aws.started.authority_file).parent.name
        in Path(f"/proc/{child}/cmdline").read_text()
    ]
    return process_id


def test_it_listens_on_loopback_only(local_aws: LocalAws) -> None:
    deploy(local_aws.client("cloudformation"), api_template())

    assert addresses_listened_on(server_process(local_aws)) == {LOOPBACK}


def test_nothing_is_left_when_it_has_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with running_local_aws() as aws:
        outputs = deploy(aws.client("cloudformation"), api_template())
        assert aws.https_get(outputs["Endpoint"] + "myresource").status == 200
        process_id = server_process(aws)
        handlers = descendants(process_id)
        assert handlers
        assert [*tmp_path.iterdir()]

    assert [*tmp_path.iterdir()] == []
    assert not [one for one in [process_id, *handlers] if Path(f"/proc/{one}").exists()]


def test_it_ends_with_whoever_started_it(tmp_path: Path) -> None:
    directory = tmp_path / "aws"
    directory.mkdir()
    with subprocess.Popen(
        [sys.executable, "-m", "stacksets.local.server", str(directory)],
        env=without_aws(os.environ),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["endpoint_url"]
        process.stdin.write(b"what is said to it does not matter")
        process.stdin.flush()
        time.sleep(0.1)
        assert process.poll() is None

        process.stdin.close()

        assert process.wait(10) == 0
    assert not directory.exists()


def test_requests_that_are_served_or_wait_are_answered_when_it_ends() -> None:
    code = "import time\ndef handler(event, context):\n    time.sleep(30)\n"
    one_more_than_there_are = ENVIRONMENTS_PER_FUNCTION + 1
    with ThreadPoolExecutor(one_more_than_there_are) as callers:
        with running_local_aws() as aws:
            outputs = deploy(aws.client("cloudformation"), api_template(code, timeout_seconds=60))
            url = outputs["Endpoint"] + "myresource"
            answers = [callers.submit(aws.https_get, url) for _ in range(one_more_than_there_are)]
            server = server_process(aws)
            while len(descendants(server)) < ENVIRONMENTS_PER_FUNCTION:
                time.sleep(0.05)
            time.sleep(0.5)
            before = time.monotonic()

        assert time.monotonic() - before < 5
        statuses = sorted(answer.result().status for answer in answers)

    assert statuses == [500, *[502] * ENVIRONMENTS_PER_FUNCTION]


def test_a_client_that_keeps_its_connection_open_does_not_keep_the_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ended = []
    monkeypatch.setattr("subprocess.Popen.kill", lambda process: ended.append(process.pid))
    with running_local_aws() as aws:
        context = ssl.create_default_context(cafile=aws.started.authority_file)
        plain = socket.create_connection(("127.0.0.1", aws.started.tls_port))
        secured = context.wrap_socket(plain, server_hostname="a.example.com")
        secured.sendall(b"GET / HTTP/1.1\r\nHost: a.example.com\r\n\r\n")
        assert secured.recv(8) == b"HTTP/1.1"

    secured.close()
    assert ended == []


def test_what_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stacksets.local.embedded._STOP_SECONDS", 0.2)
    with embedded_aws() as started:
        directory = Path(started.authority_file).parent
        [process_id] = [
            child
            for child in descendants(os.getpid())
            if directory.name in Path(f"/proc/{child}/cmdline").read_text()
        ]
        os.kill(process_id, signal.SIGSTOP)

    assert not Path(f"/proc/{process_id}").exists()
    assert not directory.exists()


def test_a_reset_leaves_nothing_of_any_account(local_aws: LocalAws) -> None:
    for account in ("000000000000", "111122223333"):
        outputs = deploy(local_aws.client("cloudformation", account), api_template())
        local_aws.https_get(outputs["Endpoint"] + "myresource")
    handlers = descendants(server_process(local_aws))
    assert len(handlers) == 2

    local_aws.reset()

    for account in ("000000000000", "111122223333"):
        assert not local_aws.client("cloudformation", account).describe_stacks()["Stacks"]
        assert not local_aws.client("iam", account).list_roles()["Roles"]
        assert not local_aws.client("lambda", account).list_functions()["Functions"]
        assert not local_aws.client("apigateway", account).get_rest_apis()["items"]
        assert not local_aws.client("logs", account).describe_log_groups()["logGroups"]
    assert local_aws.https_get(outputs["Endpoint"] + "myresource").status == 403
    assert descendants(server_process(local_aws)) == []


def test_the_journal_holds_every_api_call_in_order(local_aws: LocalAws) -> None:
    local_aws.client("sts", "111122223333", "us-west-1").get_caller_identity()
    local_aws.client("logs").describe_log_groups()
    local_aws.client("apigateway").get_account()
    with pytest.raises(Exception, match="does not exist"):
        local_aws.client("cloudformation").describe_stacks(StackName="none")

    calls = [
        (call["service"], call["action"], call["account"], call["region"], call["status"])
        for call in local_aws.journal()
    ]

    assert calls == [
        ("sts", "GetCallerIdentity", "111122223333", "us-west-1", 200),
        ("logs", "DescribeLogGroups", "000000000000", "us-east-1", 200),
        ("apigateway", "GET /account", "000000000000", "us-east-1", 200),
        ("cloudformation", "DescribeStacks", "000000000000", "us-east-1", 400),
    ]


def test_an_administrative_request_that_is_none_is_not_found(local_aws: LocalAws) -> None:
    url = f"{local_aws.started.endpoint_url}/_local/nothing"

    assert urllib3.request("GET", url, retries=False).status == 404


def test_the_event_loop_serves_on_while_handlers_run(local_aws: LocalAws, tmp_path: Path) -> None:
    released = tmp_path / "released"
    code = (
        "import os, time\n"
        "def handler(event, context):\n"
        f"    while not os.path.exists({str(released)!r}):\n"
        "        time.sleep(0.01)\n"
        "    return {'statusCode': 200, 'body': 'released'}\n"
    )
    outputs = deploy(local_aws.client("cloudformation"), api_template(code))
    with ThreadPoolExecutor(1) as threads:
        asked = threads.submit(local_aws.https_get, outputs["Endpoint"] + "myresource")

        local_aws.client("sts").get_caller_identity()
        assert not asked.done()

        released.touch()
        assert asked.result().data == b"released"


def test_a_stack_set_is_asked_of_the_control_plane(local_aws: LocalAws) -> None:
    answer = local_aws.client("cloudformation", "111122223333").list_stack_sets()

    assert answer["Summaries"] == []
    assert [(call["action"], call["status"]) for call in local_aws.journal()] == [
        ("ListStackSets", 200)
    ]


def test_the_knobs_of_the_control_plane_are_turned_until_the_next_reset(
    local_aws: LocalAws,
) -> None:
    client = local_aws.client("cloudformation")
    local_aws.set_control_plane(throttle_every=1)

    with pytest.raises(client.exceptions.ClientError, match="Throttling"):
        client.list_stack_sets()

    local_aws.reset()
    assert client.list_stack_sets()["Summaries"] == []


def test_a_request_that_never_came_whole_was_never_made(local_aws: LocalAws) -> None:
    address = urllib3.util.parse_url(local_aws.started.endpoint_url)
    head = "POST / HTTP/1.1\r\nHost: cloudformation.amazonaws.com\r\nContent-Length: 99\r\n\r\n"
    before = local_aws.journal()

    with socket.create_connection((address.host, address.port)) as connection:
        connection.sendall(f"{head}Action=ListStackSets".encode())

    assert local_aws.client("sts").get_caller_identity()["Account"]
    assert [call["action"] for call in local_aws.journal()[len(before) :]] == ["GetCallerIdentity"]
