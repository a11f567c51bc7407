"""A template's Rules: refused before anything changes, and what AWS does where nobody asked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from stacksets.model.outcome import Verdict
from tests.builders import ACCOUNT, EAST, HOME, WEST
from tests.integration.commands import Folder, copy_project
from tests.integration.deployer import (
    Deployer,
    a_regional_deployment,
    everything_in,
    list_writes,
    make_roles,
    regional_template,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.local_aws import LocalAws

pytestmark = pytest.mark.integration

WORDS = "DomainName and HostedZoneId go together: give both or none"


@pytest.fixture
def project(stranger: Deployer, tmp_path: Path) -> Folder:
    """The project with a domain but without a zone, in an account that is prepared."""
    make_roles(stranger.local, ACCOUNT, prefix="multi-region-service-dev-")
    anything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    stranger.local.client("iam", ACCOUNT).create_policy(
        PolicyName="multi-region-service-dev-boundary",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [anything]}),
    )
    for region in (EAST, WEST):
        gateway = stranger.local.client("apigateway", ACCOUNT, region)
        role = {
            "op": "replace",
            "path": "/cloudwatchRoleArn",
            "value": f"arn:aws:iam::{ACCOUNT}:role/read",
        }
        gateway.update_account(patchOperations=[role])
    folder = copy_project(tmp_path)
    folder.change(
        "stacksets.toml",
        lambda text: text.replace(
            "\n[stack_set.parameters]\n",
            '\n[stack_set.parameters]\nDomainName = "api.example.com"\n',
            1,
        ),
    )
    return folder


def test_a_domain_without_a_zone_is_refused_by_plan_and_deploy_before_anything_changes(
    local_aws: LocalAws, project: Folder
) -> None:
    for ran in (project.run("plan", "--no-lint"), project.deploy()):
        [problem] = ran.result["error"]["problems"]
        assert (ran.exit_code, ran.result["code"]) == (3, "UNFIT_INPUT")
        assert problem["where"] == "Rules DomainAndZone"
        assert problem["what"] == (
            f'"{WORDS}" does not hold in {ACCOUNT} (us-east-1, us-west-1), where '
            'DomainName = "api.example.com", HostedZoneId = ""'
        )
    assert list_writes(local_aws) == []
    assert everything_in(local_aws, ACCOUNT, HOME)["stack sets"] == []


def test_where_nobody_looked_before_the_stack_instance_fails_by_the_rule(
    deployer: Deployer,
) -> None:
    rule = {
        "Assertions": [
            {
                "Assert": {"Fn::Equals": [{"Ref": "AWS::Region"}, WEST]},
                "AssertDescription": "west only",
            }
        ]
    }
    content = {**regional_template(), "Rules": {"West": rule}}

    outcome = deployer.deploy(a_regional_deployment(content=content))

    assert outcome.verdict is Verdict.FAILED
    assert [(one.region, one.is_healthy) for one in outcome.instances] == [
        (EAST, False),
        (WEST, True),
    ]
    [cause] = outcome.root_causes
    assert (cause.region, "west only" in cause.reason) == (EAST, True)
