"""What a destroy leaves behind, asked of every service of the embedded AWS itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stacksets.aws.door import Leftover
from stacksets.leftovers import Leftovers, find_leftovers
from stacksets.model.desired import InstanceKey
from tests.builders import ACCOUNT, EAST, NAME, WEST
from tests.integration.deployer import a_regional_deployment, regional_template

if TYPE_CHECKING:
    from tests.integration.deployer import Deployer

pytestmark = pytest.mark.integration

KEYS = (InstanceKey(ACCOUNT, EAST), InstanceKey(ACCOUNT, WEST))
ROLE = {
    "Type": "AWS::IAM::Role",
    "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}},
}
FUNCTION = {
    "Type": "AWS::Lambda::Function",
    "Properties": {
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Runtime": "python3.14",
        "Handler": "index.handler",
        "Code": {"ZipFile": "def handler(event, context): return {}"},
    },
}
RETAINED = {"Type": "AWS::Logs::LogGroup", "DeletionPolicy": "Retain"}


def test_nothing_is_left_of_a_stack_set_that_was_destroyed(deployer: Deployer) -> None:
    resources = {"Role": ROLE, "Function": FUNCTION, "Api": {"Type": "AWS::ApiGateway::RestApi"}}
    deployment = a_regional_deployment(content=regional_template(resources=resources))
    deployer.deploy(deployment)
    before = find_leftovers(deployer.aws, deployment, KEYS)
    deployer.destroy(deployment)

    assert [(one.key, one.resource_type) for one in before.found] == [
        (key, "AWS::CloudFormation::Stack") for key in KEYS
    ]
    assert find_leftovers(deployer.aws, deployment, KEYS) == Leftovers(
        found=(), kept=(), unchecked=()
    )


def test_what_somebody_made_again_under_the_same_name_is_found(deployer: Deployer) -> None:
    deployment = a_regional_deployment(regions=(EAST,))
    deployer.deploy(deployment)
    logs = deployer.local.client("logs", ACCOUNT, EAST)
    (group,) = logs.describe_log_groups()["logGroups"]
    deployer.destroy(deployment)
    logs.create_log_group(logGroupName=group["logGroupName"])

    assert find_leftovers(deployer.aws, deployment, KEYS).found == (
        Leftover(key=KEYS[0], resource_type="AWS::Logs::LogGroup", name=group["logGroupName"]),
    )


def test_what_the_template_retains_is_named_as_kept(deployer: Deployer) -> None:
    content = regional_template(resources={"Kept": RETAINED})
    deployment = a_regional_deployment(content=content, regions=(EAST,))
    deployer.deploy(deployment)
    deployer.destroy(deployment)

    left = find_leftovers(deployer.aws, deployment, KEYS)

    assert left.found == ()
    assert [(one.key, one.resource_type) for one in left.kept] == [(KEYS[0], "AWS::Logs::LogGroup")]


def test_a_stack_set_whose_name_is_longer_is_no_leftover_of_this_one(deployer: Deployer) -> None:
    deployer.deploy(a_regional_deployment(name=f"{NAME}-two"))

    assert find_leftovers(deployer.aws, a_regional_deployment(), KEYS).found == ()
