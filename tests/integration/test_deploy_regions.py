"""Regions that an account has to enable first, and a home region that was changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from tests.builders import ACCOUNT, EAST, HOME, OTHER_ACCOUNT, WEST
from tests.integration.commands import Folder
from tests.integration.deployer import list_writes, make_roles
from tests.integration.faults.small import DEPLOY, NAME, write_small

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.commands import Ran
    from tests.local_aws import LocalAws

pytestmark = pytest.mark.integration

MILAN = "eu-south-1"
IN_MILAN = f"cloudformation.{MILAN}.amazonaws.com"


@pytest.fixture
def folder(local_aws: LocalAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """The small deployment to Virginia and Milan, in an account that has the roles for it."""
    for name, value in local_aws.environ(ACCOUNT).items():
        monkeypatch.setenv(name, value)
    make_roles(local_aws, ACCOUNT, OTHER_ACCOUNT)
    folder = Folder(write_small(tmp_path))
    folder.change("stacksets.toml", lambda text: text.replace(f'"{WEST}"', f'"{MILAN}"'))
    return folder


def _enable(local_aws: LocalAws, account: str = ACCOUNT) -> None:
    local_aws.client("account", account).enable_region(RegionName=MILAN)


def _trust_milan(local_aws: LocalAws) -> None:
    iam = local_aws.client("iam", ACCOUNT)
    policy = iam.get_role(RoleName="administration")["Role"]["AssumeRolePolicyDocument"]
    policy["Statement"][0]["Principal"]["Service"] = ["cloudformation.amazonaws.com", IN_MILAN]
    iam.update_assume_role_policy(RoleName="administration", PolicyDocument=json.dumps(policy))


def _problems(ran: Ran) -> list[tuple[str, str]]:
    return [(one["where"], one["what"]) for one in ran.result["error"]["problems"]]


def test_a_region_is_asked_for_and_used_once_it_is_enabled(
    folder: Folder, local_aws: LocalAws
) -> None:
    refused = folder.run(*DEPLOY)

    assert refused.exit_code == 4
    assert _problems(refused) == [
        (f"account {ACCOUNT}", f"region {MILAN} is not enabled"),
        (f"account {ACCOUNT}", f"role administration does not trust {IN_MILAN}"),
    ]
    assert list_writes(local_aws) == []

    _enable(local_aws)
    _trust_milan(local_aws)
    done = folder.run(*DEPLOY)

    assert done.exit_code == 0, done.lines
    assert set(folder.outputs()) == {EAST, MILAN}


def test_another_account_is_asked_through_its_read_role(
    folder: Folder, local_aws: LocalAws
) -> None:
    folder.change("stacksets.toml", lambda text: text.replace('"self"', f'"{OTHER_ACCOUNT}"'))
    _enable(local_aws)
    _trust_milan(local_aws)

    assert _problems(folder.run("plan", "--no-lint")) == [
        (f"account {OTHER_ACCOUNT}", f"region {MILAN} is not enabled")
    ]

    _enable(local_aws, OTHER_ACCOUNT)
    assert folder.run("plan", "--no-lint").exit_code == 0

    local_aws.client("iam", OTHER_ACCOUNT).delete_role(RoleName="read")
    ran = folder.run("plan", "--no-lint")
    [unchecked] = [one["unchecked"] for one in ran.lines if one.get("code") == "unchecked"]
    assert unchecked[0].startswith(
        f"could not check that regions are enabled in {OTHER_ACCOUNT} ({MILAN}): "
    )


def test_what_failed_in_a_region_that_was_disabled_is_diagnosed_as_that(
    folder: Folder, local_aws: LocalAws
) -> None:
    _enable(local_aws)
    _trust_milan(local_aws)
    assert folder.run(*DEPLOY).exit_code == 0
    local_aws.client("account", ACCOUNT).disable_region(RegionName=MILAN)

    client = local_aws.client("cloudformation", ACCOUNT, HOME)
    started = client.update_stack_instances(StackSetName=NAME, Accounts=[ACCOUNT], Regions=[MILAN])
    assert folder.run("watch", started["OperationId"]).exit_code == 5
    said = folder.run("diagnose")

    assert said.exit_code == 5, said.lines
    [cause] = said.result["root_causes"]
    assert (cause["region"], cause["hint"]["code"]) == (MILAN, "region_not_enabled")


def test_no_client_is_answered_in_a_region_that_is_not_enabled(local_aws: LocalAws) -> None:
    calls = {
        "cloudformation": lambda client: client.list_stacks(),
        "lambda": lambda client: client.list_functions(),
        "logs": lambda client: client.describe_log_groups(),
    }
    for service, call in calls.items():
        client = local_aws.client(service, OTHER_ACCOUNT, MILAN)
        with pytest.raises(ClientError, match="security token included in the request is invalid"):
            call(client)
        _enable(local_aws, OTHER_ACCOUNT)
        call(client)
        local_aws.client("account", OTHER_ACCOUNT).disable_region(RegionName=MILAN)


def test_a_home_region_that_was_changed_makes_no_second_stack_set(
    folder: Folder, local_aws: LocalAws
) -> None:
    folder.change("stacksets.toml", lambda text: text.replace(f'"{MILAN}"', f'"{WEST}"'))
    assert folder.run(*DEPLOY).exit_code == 0
    since = len(local_aws.journal())
    folder.change("stacksets.toml", lambda text: text.replace(f'"{HOME}"', '"eu-central-1"'))

    refused = folder.run(*DEPLOY)

    assert refused.exit_code == 4
    assert _problems(refused) == [
        (
            "home_region",
            (
                f"{HOME} has a stack set {NAME} already; one in eu-central-1 would deploy "
                "everything a second time"
            ),
        )
    ]
    assert list_writes(local_aws, since) == []
