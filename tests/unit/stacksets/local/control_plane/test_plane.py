"""The control plane as its caller sees it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from stacksets.local.control_plane import ControlPlane, Settings
from stacksets.local.control_plane.clients import Clients

ADMIN, HOME = "111111111111", "us-west-2"
TEMPLATE = '{"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}'


@pytest.fixture
def plane():
    """A control plane that has no AWS to call back."""
    plane = ControlPlane(
        endpoint_url="http://127.0.0.1:9",
        trust_allows=lambda *_, **__: True,
        policies_allow=lambda *_, **__: True,
    )
    yield plane
    plane.close()


def ask(plane: ControlPlane, action: str, **form: str) -> tuple[int, str]:
    sent = {"Action": action, "Version": "2010-05-15", **form}
    status, body = plane.handle(account=ADMIN, region=HOME, form=sent)
    return status, body.decode()


def test_a_request_is_answered_in_xml(plane):
    status, body = ask(plane, "CreateStackSet", StackSetName="site", TemplateBody=TEMPLATE)
    assert status == 200
    assert re.search(r"<CreateStackSetResult><StackSetId>site:[-0-9a-f]{36}</StackSetId>", body)


def test_a_refusal_is_answered_in_xml(plane):
    status, body = ask(plane, "DescribeStackSet", StackSetName="site")
    assert status == 404
    assert "<Code>StackSetNotFoundException</Code>" in body
    assert "<Message>StackSet site not found</Message>" in body


def test_it_says_which_actions_it_answers():
    assert "CreateStackSet" in ControlPlane.actions
    assert "CreateStack" not in ControlPlane.actions
    assert "DescribeStacks" not in ControlPlane.actions


def test_a_reset_forgets_stack_sets_and_settings(plane):
    ask(plane, "CreateStackSet", StackSetName="site", TemplateBody=TEMPLATE)
    plane.settings = replace(plane.settings, list_lag_seconds=1)
    plane.reset()
    assert ask(plane, "DescribeStackSet", StackSetName="site")[0] == 404
    assert plane.settings == Settings()


def test_throttling_injection(plane):
    plane.settings = replace(plane.settings, throttle_every=3)
    answers = [ask(plane, "ListStackSets") for _ in range(6)]
    assert [status for status, _ in answers] == [200, 200, 400, 200, 200, 400]
    assert "<Code>Throttling</Code><Message>Rate exceeded</Message>" in answers[2][1]


def test_clients_know_nothing_of_the_profile_of_whoever_runs_the_emulator(monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "company")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    clients = Clients("http://127.0.0.1:9")
    client = clients.cloudformation(ADMIN, "us-east-1")
    assert clients.cloudformation(ADMIN, "us-east-1") is client
    assert clients.cloudformation(ADMIN, "us-west-1") is not client
    assert client.meta.config.proxies == {}
    assert client.meta.config.user_agent.endswith("stacksets-control-plane")
    assert clients.iam(ADMIN) is clients.iam(ADMIN)
