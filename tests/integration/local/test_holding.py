"""A call that is held: seen in the journal, and gone on with, or dropped with its caller."""

from __future__ import annotations

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future

    from tests.local_aws import LocalAws

pytestmark = [pytest.mark.integration, pytest.mark.emulator_only]

SECONDS = 10.0


@pytest.fixture
def thread() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as executor:
        yield executor


def _wait_for(local_aws: LocalAws, held: str) -> dict[str, Any]:
    deadline = time.monotonic() + SECONDS
    while True:
        found = [call for call in local_aws.journal() if call["held"] == held]
        if found:
            return found[0]
        assert time.monotonic() < deadline, f"no call is {held}"
        time.sleep(0.01)


def _make(local_aws: LocalAws, name: str) -> None:
    local_aws.client("iam").create_group(GroupName=name)


def _groups(local_aws: LocalAws) -> list[str]:
    return [one["GroupName"] for one in local_aws.client("iam").list_groups()["Groups"]]


def _start(thread: ThreadPoolExecutor, local_aws: LocalAws, moment: str) -> Future[None]:
    local_aws.hold(2, moment)
    _make(local_aws, "first")
    return thread.submit(_make, local_aws, "second")


@pytest.mark.parametrize(
    ("moment", "status", "made"),
    [("RECEIVED", 0, ["first"]), ("ANSWERED", 200, ["first", "second"])],
)
def test_a_held_call_is_carried_out_before_it_is_answered_or_not_at_all(
    local_aws: LocalAws, thread: ThreadPoolExecutor, moment: str, status: int, made: list[str]
) -> None:
    running = _start(thread, local_aws, moment)
    held = _wait_for(local_aws, moment)
    groups, is_done, told = _groups(local_aws), running.done(), local_aws.held()
    local_aws.release()
    running.result(SECONDS)

    assert (held["action"], held["status"], is_done, groups) == ("CreateGroup", status, False, made)
    assert (told, local_aws.held()) == ({"service": "iam", "action": "CreateGroup"}, {})
    assert _groups(local_aws) == ["first", "second"]
    assert [call["held"] for call in local_aws.journal()[:2]] == ["", "RELEASED"]


def test_a_held_call_whose_caller_is_gone_is_never_carried_out(local_aws: LocalAws) -> None:
    local_aws.hold(1, "RECEIVED")
    address = urlsplit(local_aws.started.endpoint_url)
    form = b"Action=CreateGroup&GroupName=late&Version=2010-05-08"
    with socket.create_connection((address.hostname, address.port)) as caller:
        caller.sendall(
            b"POST / HTTP/1.1\r\nHost: iam\r\nContent-Length: %d\r\n"
            b"Authorization: AWS4-HMAC-SHA256 Credential=1/20260101/us-east-1/iam/aws4_request\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n\r\n%s" % (len(form), form)
        )
        _wait_for(local_aws, "RECEIVED")

    assert _wait_for(local_aws, "DROPPED")["action"] == "CreateGroup"
    assert _groups(local_aws) == []


def test_a_reset_drops_what_is_held(local_aws: LocalAws, thread: ThreadPoolExecutor) -> None:
    running = _start(thread, local_aws, "RECEIVED")
    _wait_for(local_aws, "RECEIVED")

    local_aws.reset()

    running.result(SECONDS)
    again = [call["action"] for call in local_aws.journal()]
    assert again == ["CreateGroup"], "boto sends a call again that was answered with 500"
    assert _groups(local_aws) == ["second"]


def test_a_new_order_releases_what_was_held(
    local_aws: LocalAws, thread: ThreadPoolExecutor
) -> None:
    running = _start(thread, local_aws, "RECEIVED")
    _wait_for(local_aws, "RECEIVED")

    local_aws.hold(100, "RECEIVED")
    running.result(SECONDS)

    assert _groups(local_aws) == ["first", "second"]
