"""What the roles of GitHub's jobs need: what the commands call, by the local AWS's journal."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.builders import ACCOUNT
from tests.integration.commands import PROJECT, copy_project

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.commands import Folder
    from tests.local_aws import LocalAws

pytestmark = pytest.mark.integration

# What REST calls are called in a policy (Service Authorization Reference).
REST = {
    r"apigateway GET /.*": "apigateway:GET",
    r"lambda GET /[0-9-]+/account-settings": "lambda:GetAccountSettings",
    r"lambda GET /[0-9-]+/functions/[^/]+/configuration": "lambda:GetFunctionConfiguration",
}
# IAM lets everybody ask who he is.
FREE = {"sts:GetCallerIdentity"}

READING = ("JobsReadPolicy", "JobsTargetsPolicy")


@pytest.fixture
def project(local_aws: LocalAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """The project in an account that is prepared for it."""
    for name, value in local_aws.environ(ACCOUNT).items():
        monkeypatch.setenv(name, value)
    folder = copy_project(tmp_path)
    assert folder.run("bootstrap", "--yes").exit_code == 0
    return folder


def _needed(local_aws: LocalAws, since: int) -> set[str]:
    return {_action(one["service"], one["action"]) for one in local_aws.journal()[since:]} - FREE


def _action(service: str, call: str) -> str:
    found = [name for form, name in REST.items() if re.fullmatch(form, f"{service} {call}")]
    return found[0] if found else f"{service}:{call}"


def _allowed(*titles: str) -> set[str]:
    """Give the actions that policies and roles of the bootstrap's template allow."""
    template = json.loads((PROJECT / "templates" / "bootstrap.json").read_text(encoding="utf-8"))
    documents = []
    for title in titles:
        properties = template["Resources"][title]["Properties"]
        documents += [one["PolicyDocument"] for one in properties.get("Policies", [properties])]
    return {
        action
        for document in documents
        for statement in document["Statement"]
        for action in statement["Action"]
    }


def test_jobs_may_call_what_the_commands_call(local_aws: LocalAws, project: Folder) -> None:
    before = len(local_aws.journal())
    assert project.run("plan", "--no-lint").exit_code == 0
    assert _needed(local_aws, before) <= _allowed(*READING)

    assert project.deploy().exit_code == 0
    looks = len(local_aws.journal())
    for command in ("plan", "status", "outputs", "diagnose", "events", "smoke"):
        assert project.run(command).exit_code == 0
    assert _needed(local_aws, looks) <= _allowed(*READING)

    assert project.run("drift").exit_code == 0
    assert project.run("destroy", "--yes", "--allow-delete").exit_code == 0
    needed = _needed(local_aws, before)
    assert needed - _allowed(*READING) <= _allowed("DeployRole")
    assert {"cloudformation:CreateStackSet", "cloudformation:DetectStackSetDrift"} < needed
