"""Another client than ours: the AWS CLI brings a stack set up, changes it and takes it away."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.stack_sets import (
    embedded_cloud,
    make_administration_role,
    make_execution_role,
)
from tests.e2e.conftest import ACCOUNT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.shell import Shell
    from tests.local_aws import LocalAws

pytestmark = pytest.mark.e2e

HOME, EAST, WEST = "us-west-2", "us-east-1", "us-west-1"
HOW = ("--region", HOME, "--output", "json")
NAME = ("--stack-set-name", "site")
PLACES = ("--accounts", ACCOUNT, "--regions", EAST, WEST)
TEMPLATE = """\
Parameters:
  Delay: {Type: Number, Default: 1}
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties: {DelaySeconds: !Ref Delay}
"""


@dataclass(frozen=True)
class Cli:
    """`aws cloudformation …` as a person types it, and what it prints as JSON."""

    shell: Shell
    local: LocalAws

    def __call__(self, command: str, *arguments: str) -> Any:
        done = self._type(command, *arguments)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout or "{}")

    def refused(self, command: str, *arguments: str) -> str:
        done = self._type(command, *arguments)
        assert done.returncode != 0, done.stdout
        return done.stderr.strip()

    def _type(self, command: str, *arguments: str) -> Any:
        return self.shell.run("aws", "cloudformation", command, *NAME, *arguments, *HOW)

    def finish(self, started: dict[str, Any]) -> dict[str, Any]:
        """Wait for an operation to end, by boto3, and look at it then."""
        asked = ("--operation-id", started["OperationId"])
        embedded_cloud(self.local).finish(started, name="site")
        return self("describe-stack-set-operation", *asked)["StackSetOperation"]


@pytest.fixture
def template(fresh: Shell) -> Path:
    """A template in a file."""
    file = fresh.folder / "site.yaml"
    file.write_text(TEMPLATE)
    return file


@pytest.fixture
def cli(fresh: Shell, local_aws: LocalAws) -> Cli:
    """The AWS CLI in an account with the roles of self-managed permissions."""
    iam = local_aws.client("iam", ACCOUNT)
    make_administration_role(iam)
    make_execution_role(iam)
    return Cli(fresh, local_aws)


def delays(local_aws: LocalAws) -> dict[str, list[str]]:
    """The delay of every queue that the stacks of the stack set really have, by Region."""
    found = {}
    for region in (EAST, WEST):
        stacks = local_aws.client("cloudformation", ACCOUNT, region)
        queues = local_aws.client("sqs", ACCOUNT, region)
        found[region] = [
            queues.get_queue_attributes(
                QueueUrl=resource["PhysicalResourceId"], AttributeNames=["DelaySeconds"]
            )["Attributes"]["DelaySeconds"]
            for stack in stacks.describe_stacks()["Stacks"]
            if stack["StackName"].startswith("StackSet-site-")
            for resource in stacks.describe_stack_resources(StackName=stack["StackId"])[
                "StackResources"
            ]
        ]
    return found


def test_the_aws_cli_creates_updates_lists_and_deletes_a_stack_set(
    cli: Cli, template: Path, local_aws: LocalAws
) -> None:
    body = ("--template-body", f"file://{template}")
    made = cli("create-stack-set", *body, "--tags", "Key=Environment,Value=dev")
    assert made["StackSetId"].startswith("site:")

    created = cli.finish(
        cli(
            "create-stack-instances",
            *PLACES,
            "--operation-preferences",
            "RegionConcurrencyType=PARALLEL,MaxConcurrentPercentage=100",
        )
    )
    assert (created["Action"], created["Status"]) == ("CREATE", "SUCCEEDED")
    assert delays(local_aws) == {EAST: ["1"], WEST: ["1"]}

    override = "ParameterKey=Delay,ParameterValue=3"
    one_place = ("--accounts", ACCOUNT, "--regions", WEST)
    overridden = cli("update-stack-instances", *one_place, "--parameter-overrides", override)
    assert cli.finish(overridden)["Status"] == "SUCCEEDED"
    updated = cli(
        "update-stack-set",
        "--use-previous-template",
        "--parameters",
        "ParameterKey=Delay,ParameterValue=2",
    )
    assert cli.finish(updated)["Status"] == "SUCCEEDED"
    assert delays(local_aws) == {EAST: ["2"], WEST: ["3"]}

    listed = cli("list-stack-instances", "--filters", "Name=DETAILED_STATUS,Values=SUCCEEDED")
    rows = {row["Region"]: (row["Account"], row["Status"]) for row in listed["Summaries"]}
    assert rows == dict.fromkeys((EAST, WEST), (ACCOUNT, "CURRENT"))
    operations = cli("list-stack-set-operations", "--max-items", "2")
    assert [one["OperationId"] for one in operations["Summaries"]] == [
        updated["OperationId"],
        overridden["OperationId"],
    ]
    assert operations["NextToken"]

    assert cli.refused("delete-stack-set").endswith(
        "An error occurred (StackSetNotEmptyException) when calling the DeleteStackSet operation: "
        "StackSet is not empty"
    )
    deleted = cli("delete-stack-instances", *PLACES, "--no-retain-stacks")
    assert cli.finish(deleted)["Status"] == "SUCCEEDED"
    assert delays(local_aws) == {EAST: [], WEST: []}
    assert cli("delete-stack-set") == {}
    assert cli.refused("describe-stack-set").endswith("StackSet site not found")
