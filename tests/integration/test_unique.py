"""A name that one account alone can have, over two accounts, typed as a person does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.builders import ACCOUNT, EAST, OTHER_ACCOUNT
from tests.integration.commands import Folder
from tests.integration.deployer import list_writes, make_roles

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.deployer import Deployer
    from tests.local_aws import LocalAws

pytestmark = pytest.mark.integration

FILE = f"""
[stack_set]
name = "named"
template = "t.json"
admin_account = "{ACCOUNT}"
home_region = "us-west-2"
administration_role_arn = "arn:aws:iam::{ACCOUNT}:role/administration"
execution_role_name = "execution"
read_role_name = "read"
unique_across_accounts = ["Domain"]

[stack_set.parameters]
Domain = "api.example.com"

[[targets]]
accounts = ["{ACCOUNT}", "{OTHER_ACCOUNT}"]
regions = ["{EAST}"]

[environments.dev]
"""
OWN = f"""
[[overrides]]
accounts = ["{OTHER_ACCOUNT}"]
parameters = {{ Domain = "api2.example.com" }}
"""
TEMPLATE = {
    "Parameters": {"Domain": {"Type": "String"}},
    "Resources": {"Logs": {"Type": "AWS::Logs::LogGroup"}},
    "Outputs": {"Name": {"Value": {"Ref": "Domain"}}},
}


@pytest.fixture
def folder(stranger: Deployer, tmp_path: Path) -> Folder:
    """A deployment of one name over two accounts that are prepared."""
    make_roles(stranger.local, ACCOUNT, OTHER_ACCOUNT)
    (tmp_path / "stacksets.toml").write_text(FILE)
    (tmp_path / "t.json").write_text(json.dumps(TEMPLATE))
    return Folder(tmp_path)


def test_one_name_in_two_accounts_is_refused_by_plan_and_deploy_until_each_has_its_own(
    local_aws: LocalAws, folder: Folder
) -> None:
    planned, refused = folder.run("plan", "--no-lint"), folder.deploy()
    untouched = list_writes(local_aws)
    folder.change("stacksets.toml", lambda text: text + OWN)
    deployed = folder.deploy()

    for ran in (planned, refused):
        [problem] = ran.result["error"]["problems"]
        assert (ran.exit_code, ran.result["code"]) == (3, "UNFIT_INPUT")
        assert f"in effect in 2 accounts ({ACCOUNT}, {OTHER_ACCOUNT})" in problem["what"]
        assert f'[[overrides]] accounts = ["{OTHER_ACCOUNT}"]' in problem["hint"]
    assert untouched == []
    assert (deployed.exit_code, deployed.result["code"]) == (0, "succeeded")
    assert [one["outputs"] for one in folder.run("outputs").result["instances"]] == [
        {"Name": "api.example.com"},
        {"Name": "api2.example.com"},
    ]
