"""A deployment file planned by the command, in a world where every account has its roles."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from stacksets.cli import main
from tests.builders import ACCOUNT
from tests.fakes import FakeAccount, FakeAws
from tests.roles import SERVICE, trust
from tests.worlds import a_world

if TYPE_CHECKING:
    from pathlib import Path

ADMINISTRATION = "AWSCloudFormationStackSetAdministrationRole"
EXECUTION = "AWSCloudFormationStackSetExecutionRole"
# What a refusal may be about: the file or its template, the accounts that it names, their roles.
REFUSALS = {
    3: {"DEPLOYMENT_FILE", "INPUT_REFUSED", "TEMPLATE", "UNFIT_INPUT"},
    4: {"NOT_READY", "CREDENTIALS"},
}


class ReadyAws(FakeAws):
    """Accounts with the roles that StackSets looks for where the file names none."""

    def account(self, account: str, region: str, role_name: str | None) -> FakeAccount:
        there = super().account(account, region, role_name)
        there.roles = {ADMINISTRATION: trust(SERVICE)}
        there.roles[EXECUTION] = trust({"AWS": f"arn:aws:iam::{ACCOUNT}:role/{ADMINISTRATION}"})
        return there


def plan_file(folder: Path, text: str) -> dict[str, Any]:
    """Plan in a world of fakes; the last word of its JSON."""
    file = folder / "stacksets.toml"
    file.write_text(text, encoding="utf-8")
    world = a_world(aws=ReadyAws())
    exit_code = main(["plan", "--no-lint", "--file", str(file), "--output", "json"], world)
    *events, result = (json.loads(line) for line in world.stdout.getvalue().splitlines())
    assert (result["type"], result["exit_code"]) == ("result", exit_code)
    assert all(one["type"] == "event" for one in events)
    return result
