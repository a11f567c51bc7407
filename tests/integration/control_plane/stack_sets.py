"""What the tests of the control plane share: clients, roles, templates, waiting."""

from __future__ import annotations

import functools
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from stacksets.local.control_plane import ControlPlane

ADMIN = "111111111111"
TARGET = "222222222222"
HOME = "us-west-2"
EAST = "us-east-1"
WEST = "us-west-1"

ADMINISTRATION_ROLE = "AWSCloudFormationStackSetAdministrationRole"
EXECUTION_ROLE = "AWSCloudFormationStackSetExecutionRole"

QUEUE = {"Type": "AWS::SQS::Queue"}
BROKEN = {
    "Type": "AWS::CloudFormation::CustomResource",
    "Properties": {"ServiceToken": "arn:aws:lambda:us-east-1:111111111111:function:missing"},
}


@dataclass(frozen=True)
class Cloud:
    """The control plane and the ministack behind it."""

    stack_sets_url: str
    aws_url: str
    plane: ControlPlane

    @functools.cache  # noqa: B019 - lives as long as the tests
    def stack_sets(self, account: str = ADMIN, region: str = HOME) -> Any:
        return _client("cloudformation", self.stack_sets_url, account, region)

    @functools.cache  # noqa: B019 - lives as long as the tests
    def stacks(self, account: str, region: str) -> Any:
        return _client("cloudformation", self.aws_url, account, region)

    @functools.cache  # noqa: B019 - lives as long as the tests
    def iam(self, account: str) -> Any:
        return _client("iam", self.aws_url, account, EAST)

    @functools.cache  # noqa: B019 - lives as long as the tests
    def aws(self, service: str, account: str = ADMIN, region: str = EAST) -> Any:
        return _client(service, self.aws_url, account, region)

    def make_roles(self, *accounts: str) -> None:
        """Bring up the role chain of self-managed permissions."""
        make_administration_role(self.iam(ADMIN))
        for account in accounts or (ADMIN,):
            make_execution_role(self.iam(account))

    def finish(self, name: str, answer: dict[str, Any]) -> dict[str, Any]:
        """Wait for an operation to end and give it."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            found = self.operation(name, answer["OperationId"])
            if found["Status"] in {"SUCCEEDED", "FAILED", "STOPPED"}:
                return found
            time.sleep(0.01)
        raise TimeoutError(found)

    def operation(self, name: str, operation_id: str) -> dict[str, Any]:
        """Give an operation as it stands."""
        client = self.stack_sets()
        found = client.describe_stack_set_operation(StackSetName=name, OperationId=operation_id)
        return found["StackSetOperation"]

    def results(self, name: str, answer: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
        """Give status and reason by Region."""
        found = self.stack_sets().list_stack_set_operation_results(
            StackSetName=name, OperationId=answer["OperationId"]
        )["Summaries"]
        return {item["Region"]: (item["Status"], item.get("StatusReason")) for item in found}

    def instances(self, name: str) -> dict[tuple[str, str], dict[str, Any]]:
        """Give the rows by account and Region."""
        found = self.stack_sets().list_stack_instances(StackSetName=name)["Summaries"]
        return {(item["Account"], item["Region"]): item for item in found}

    def stack(self, row: dict[str, Any]) -> dict[str, Any]:
        """Give the real stack behind a row."""
        client = self.stacks(row["Account"], row["Region"])
        return client.describe_stacks(StackName=row["StackId"])["Stacks"][0]


def make_administration_role(
    iam: Any,
    *,
    name: str = ADMINISTRATION_ROLE,
    service: str = "cloudformation.amazonaws.com",
    condition: dict[str, Any] | None = None,
    may_assume: str = f"arn:aws:iam::*:role/{EXECUTION_ROLE}",
    in_accounts: tuple[str, ...] = (ADMIN, TARGET),
) -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    iam.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=policy({**trust, "Condition": condition or {}}),
    )
    iam.put_role_policy(
        RoleName=name,
        PolicyName="assume",
        PolicyDocument=policy(
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Resource": may_assume,
                "Condition": {"StringEquals": {"aws:ResourceAccount": list(in_accounts)}},
            }
        ),
    )


def make_execution_role(
    iam: Any,
    *,
    name: str = EXECUTION_ROLE,
    trusted: str = f"arn:aws:iam::{ADMIN}:role/{ADMINISTRATION_ROLE}",
) -> None:
    trust = {"Effect": "Allow", "Principal": {"AWS": trusted}, "Action": "sts:AssumeRole"}
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(trust))


def policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def template(**sections: Any) -> str:
    """Give a template of one queue, with other sections beside it or instead."""
    return json.dumps({"Resources": {"Queue": QUEUE}, **sections})


def _client(service: str, url: str, account: str, region: str) -> Any:
    session = boto3.Session(
        aws_access_key_id=account, aws_secret_access_key="secret", region_name=region
    )
    config = Config(retries={"total_max_attempts": 1}, proxies={})
    return session.client(service, endpoint_url=url, config=config)
