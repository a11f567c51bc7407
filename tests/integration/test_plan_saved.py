"""Saved plans, effective parameters and several files over real HTTP, as the commands are typed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from stacksets.waiting import poll
from tests.builders import ACCOUNT, EAST, HOME, WEST
from tests.integration.commands import Folder
from tests.integration.deployer import HastyClock, list_writes, make_roles, regional_template

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.deployer import Deployer

pytestmark = pytest.mark.integration

FILE = f"""
[stack_set]
name = "NAME-{{environment}}"
template = "template.json"
home_region = "{HOME}"
administration_role_arn = "arn:aws:iam::{ACCOUNT}:role/administration"
execution_role_name = "execution"

[stack_set.parameters]
Suffix = "{{environment}}"

[stack_set.tags]
Author = "{{author}}"

[[targets]]
accounts = ["self"]
regions = ["{WEST}", "{EAST}"]

[environments.dev]
"""


@pytest.fixture
def folder(stranger: Deployer, tmp_path: Path) -> Folder:
    make_roles(stranger.local)
    (tmp_path / "template.json").write_text(json.dumps(regional_template()))
    for name, file in (("blue", "stacksets.toml"), ("green", "green.toml")):
        (tmp_path / file).write_text(FILE.replace("NAME", name))
    return Folder(tmp_path)


@pytest.fixture
def plan(folder: Folder) -> str:
    return str(folder.path / "plan.json")


def test_a_saved_plan_is_carried_out_and_good_once(
    folder: Folder, plan: str, stranger: Deployer
) -> None:
    folder.run("plan", "--no-lint", "--out", plan)

    first = folder.deploy(plan)
    writes = list_writes(stranger.local)
    second = folder.deploy(plan)

    assert (first.exit_code, first.result["code"]) == (0, "succeeded")
    assert (second.exit_code, second.result["code"]) == (6, "STALE_PLAN")
    assert second.result["error"]["moved"] == ["the stack set was created"]
    assert list_writes(stranger.local) == writes == ["CreateStackSet", "CreateStackInstances"]


def test_what_is_shown_is_what_was_planned(folder: Folder, plan: str) -> None:
    folder.deploy()
    folder.change("template.json", lambda text: text.replace('"a log group"', '"another"'))

    planned = folder.run("plan", "--no-lint", "--out", plan).result
    shown = folder.run("show", plan).result

    assert shown["plan"] == planned["plan"]
    assert shown["parameters"] == planned["parameters"]
    assert planned["plan"]["differences"] == [
        {"path": "Template.Description", "observed": "a log group", "desired": "another"}
    ]


def test_an_override_set_by_hand_is_forgotten_until_a_deploy_takes_it_back(
    folder: Folder, plan: str, stranger: Deployer
) -> None:
    folder.deploy()
    folder.run("plan", "--no-lint", "--out", plan)
    _override_by_hand(stranger, "blue-dev")

    stale = folder.deploy(plan)
    status = folder.run("status").result
    planned = folder.run("plan", "--no-lint").result
    mended = folder.deploy()

    assert stale.exit_code == 6
    assert (
        f"override Suffix in {ACCOUNT}/{EAST} on AWS: none → mine" in stale.result["error"]["moved"]
    )
    assert "Suffix on AWS that no file names" in status["warnings"][0]
    values = {one["region"]: one["parameters"][0] for one in planned["parameters"]["instances"]}
    assert (values[EAST]["value"], values[EAST]["source"]) == ("mine", "forgotten")
    assert (values[WEST]["value"], values[WEST]["source"]) == ("dev", "file")
    assert mended.exit_code == 0
    assert folder.run("plan", "--no-lint", "--expect-no-changes").exit_code == 0


def test_several_files_are_one_run(folder: Folder, stranger: Deployer) -> None:
    both = ("--file", str(folder.path / "green.toml"))

    deployed = folder.deploy(*both)
    planned = folder.run("plan", "--no-lint", *both, "--expect-no-changes")
    status = folder.run("status", *both)
    removed = folder.run("destroy", *both, "--yes", "--allow-delete")

    assert [deployed.exit_code, planned.exit_code, status.exit_code, removed.exit_code] == [0] * 4
    assert [one["stack_set"] for one in deployed.result["results"]] == ["blue-dev", "green-dev"]
    assert [one["code"] for one in planned.result["results"]] == ["no_changes"] * 2
    assert [one["code"] for one in status.result["results"]] == ["healthy"] * 2
    assert stranger.stacks() == {}


def _override_by_hand(deployer: Deployer, name: str) -> None:
    client = deployer.local.client("cloudformation", ACCOUNT, HOME)
    started = client.update_stack_instances(
        StackSetName=name,
        Accounts=[ACCOUNT],
        Regions=[EAST],
        ParameterOverrides=[{"ParameterKey": "Suffix", "ParameterValue": "mine"}],
    )
    name_and_id = {"StackSetName": name, "OperationId": started["OperationId"]}
    for _ in poll(HastyClock()):
        described = client.describe_stack_set_operation(**name_and_id)
        if described["StackSetOperation"]["Status"] == "SUCCEEDED":
            return
