"""smoke of a service that lets in IAM's callers only, in the own account and in another."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.builders import EAST, OTHER_ACCOUNT
from tests.integration.commands import Folder, copy_project

if TYPE_CHECKING:
    from pathlib import Path

    from tests.local_aws import LocalAws

pytestmark = pytest.mark.integration

ACCOUNT = "000000000000"
BOTH = (ACCOUNT, OTHER_ACCOUNT)
BOUNDARY = f"""
[[overrides]]
accounts = ["{OTHER_ACCOUNT}"]
[overrides.parameters]
PermissionsBoundaryArn = "arn:aws:iam::{OTHER_ACCOUNT}:policy/multi-region-service-dev-boundary"
"""
ANYTHING = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}
SIGNS = 'sign = "execute-api"\nsign_where = { Callers = "iam" }\n'


@pytest.fixture
def closed(local_aws: LocalAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """The service in two accounts that are bootstrapped, closed to all but IAM's callers.

    It is deployed by a user with keys of its own: the signature of an account's root is not
    verified.
    """
    folder = copy_project(tmp_path)
    folder.change("stacksets.toml", _over_both)
    for account in BOTH:
        for name, value in local_aws.environ(account).items():
            monkeypatch.setenv(name, value)
        assert folder.run("bootstrap", "--yes").exit_code == 0
    for name, value in {**local_aws.environ(ACCOUNT), **_make_user(local_aws)}.items():
        monkeypatch.setenv(name, value)
    ran = folder.deploy()
    assert ran.result["code"] == "succeeded", str(ran.result.get("error"))
    return folder


def test_smoke_signs_where_only_iams_callers_are_let_in_and_fails_clearly_where_it_cannot(
    local_aws: LocalAws, closed: Folder
) -> None:
    signed = closed.run("smoke")
    closed.change("stacksets.toml", lambda text: text.replace(SIGNS, ""))
    unsigned = closed.run("smoke")
    closed.change("stacksets.toml", lambda text: text.replace("burst = 8\n", f"burst = 8\n{SIGNS}"))
    local_aws.client("iam", ACCOUNT).delete_user_policy(UserName="deployer", PolicyName="All")
    forbidden = closed.run("smoke")

    assert (signed.exit_code, signed.result["code"]) == (0, "passed")
    assert [one["account"] for one in signed.result["instances"]] == list(BOTH)
    for one in signed.result["instances"]:
        checks = _checks(one)
        assert (one["status"], checks["burst"][0]) == (200, True)
        assert checks["unsigned refused"] == (
            True,
            "a call without a signature was answered 403, expected 403",
        )
    for ran in (unsigned, forbidden):
        assert (ran.exit_code, ran.result["code"]) == (5, "failed")
    hint = 'wants callers that sign: sign = "execute-api" in [smoke]'
    assert [hint in _checks(one)["status"][1] for one in unsigned.result["instances"]] == [True] * 2
    # The other account lets in its read role, by the policy that the bootstrap gives it.
    assert [one["status"] for one in forbidden.result["instances"]] == [403, 200]
    assert (
        "is not authorized to perform: execute-api:Invoke"
        in forbidden.result["instances"][0]["body"]
    )


def _over_both(text: str) -> str:
    """Deploy to one region of both accounts, for IAM's callers only."""
    return (
        text.replace("\n[stack_set]\n", f'\n[stack_set]\nadmin_account = "{ACCOUNT}"\n', 1)
        .replace("\n[stack_set.parameters]\n", '\n[stack_set.parameters]\nCallers = "iam"\n', 1)
        .replace('accounts = ["self"]', f"accounts = {json.dumps(BOTH)}")
        .replace('regions = ["us-east-1", "us-west-1"]', f'regions = ["{EAST}"]')
        .replace('region_order = ["us-west-1", "us-east-1"]', f'region_order = ["{EAST}"]')
        .replace("\n[operation_preferences]\n", f"{BOUNDARY}\n[operation_preferences]\n")
    )


def _make_user(local_aws: LocalAws) -> dict[str, str]:
    """Make a user whose signature is verified; that of an account's root is not."""
    iam = local_aws.client("iam", ACCOUNT)
    iam.create_user(UserName="deployer")
    iam.put_user_policy(UserName="deployer", PolicyName="All", PolicyDocument=json.dumps(ANYTHING))
    key = iam.create_access_key(UserName="deployer")["AccessKey"]
    return {
        "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
    }


def _checks(instance: dict[str, object]) -> dict[str, tuple[bool | None, str]]:
    return {one["name"]: (one["passed"], one["detail"]) for one in instance["checks"]}
