"""What the conformance tests share: clients, roles, templates, waiting; plain boto3 alone."""

from __future__ import annotations

import functools
import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.local_aws import LocalAws

ADMIN = "111111111111"
TARGET = "222222222222"
"""Accounts of the embedded AWS, where every account is there for the asking."""
HOME = "us-west-2"
EAST = "us-east-1"
WEST = "us-west-1"

ADMINISTRATION_ROLE = "AWSCloudFormationStackSetAdministrationRole"
EXECUTION_ROLE = "AWSCloudFormationStackSetExecutionRole"

HANDLE = {"Type": "AWS::CloudFormation::WaitConditionHandle"}
"""A resource that costs nothing, needs no rights and is there at once."""
FAILING = {
    "Type": "AWS::CloudFormation::WaitCondition",
    "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": "1", "Count": 1},
}
"""A resource that nobody signals, and so fails within a second or so."""
FAILURE = (
    "ResourceLogicalId:Failing, ResourceType:AWS::CloudFormation::WaitCondition, "
    "ResourceStatusReason:WaitCondition timed out. Received 0 conditions when expecting 1."
)
ENDED = {"SUCCEEDED", "FAILED", "STOPPED"}


@dataclass(frozen=True, eq=False, kw_only=True)
class Cloud:
    """StackSets, and the stacks behind it, as clients of AWS see them.

    `site` is the name of the test's own stack set, `roles` what has to be sent whenever it is made
    or updated; none where the default roles are used, which `make_roles` makes. `accounts` may be
    deployed to. `turn_knobs` sets the knobs of the embedded AWS.
    """

    make_client: Callable[[str, str, str], Any]
    turn_knobs: Callable[..., None] | None = None
    admin: str = ADMIN
    accounts: tuple[str, ...] = (ADMIN, TARGET)
    site: str = "site"
    roles: Mapping[str, str] = field(default_factory=dict)
    patience_seconds: float = 20
    pause_seconds: float = 0.03
    _knobs: dict[str, Any] = field(default_factory=dict)

    @functools.cache  # noqa: B019 - lives as long as the tests
    def aws(self, service: str, account: str | None = None, region: str = EAST) -> Any:
        """A client of any service, the administrator's by default."""
        return self.make_client(service, account or self.admin, region)

    def stack_sets(self, account: str | None = None, region: str = HOME) -> Any:
        """StackSets, as an account calls it in its home region."""
        return self.aws("cloudformation", account, region)

    def stacks(self, account: str, region: str) -> Any:
        """The stacks of an account and Region."""
        return self.aws("cloudformation", account, region)

    def iam(self, account: str | None = None) -> Any:
        """The roles of an account."""
        return self.aws("iam", account)

    def turn(self, **knobs: Any) -> None:
        """Turn knobs of the embedded AWS, beside those that were turned before."""
        assert self.turn_knobs, "a test that turns a knob is marked emulator_only"
        self._knobs.update(knobs)
        self.turn_knobs(**self._knobs)

    def take_time(self, seconds: float) -> None:
        """Let stack instances take so long that they are seen at work; on AWS they do anyway."""
        if self.turn_knobs:
            self.turn(instance_seconds=seconds)

    def make_roles(self, *accounts: str) -> None:
        """Bring up the role chain of self-managed permissions, where it is not there already."""
        if self.roles:
            return
        make_administration_role(self.iam(ADMIN))
        for account in accounts or (ADMIN,):
            make_execution_role(self.iam(account))

    def create_stack_set(self, body: str, name: str = "", **sent: Any) -> str:
        """Make a stack set, the test's own by default, and give its id."""
        request = {"StackSetName": name or self.site, "TemplateBody": body, **self.roles, **sent}
        return self.stack_sets().create_stack_set(**request)["StackSetId"]

    def targets(self, *regions: str, accounts: tuple[str, ...] = ()) -> dict[str, Any]:
        """Name the test's stack set and places in it, by default of the administrator's account."""
        places = {"Accounts": list(accounts or (self.admin,)), "Regions": list(regions)}
        return {"StackSetName": self.site, **places}

    def create(self, *regions: str, accounts: tuple[str, ...] = (), **sent: Any) -> dict[str, Any]:
        """Create stack instances, and give the operation when it has ended."""
        asked = {**self.targets(*regions, accounts=accounts), **sent}
        return self.finish(self.stack_sets().create_stack_instances(**asked))

    def start_update(self, **sent: Any) -> dict[str, Any]:
        """Update the test's stack set, and give the answer."""
        request = {"StackSetName": self.site, **self.roles, **sent}
        return self.stack_sets().update_stack_set(**request)

    def update(self, **sent: Any) -> dict[str, Any]:
        """Update the test's stack set, and give the operation when it has ended."""
        return self.finish(self.start_update(**sent))

    def delete(
        self, *regions: str, accounts: tuple[str, ...] = (), retain: bool = False
    ) -> dict[str, Any]:
        """Delete stack instances, and give the operation when it has ended."""
        asked = {**self.targets(*regions, accounts=accounts), "RetainStacks": retain}
        return self.finish(self.stack_sets().delete_stack_instances(**asked))

    def finish(self, answer: dict[str, Any], name: str = "") -> dict[str, Any]:
        """Wait for an operation to end and give it."""
        deadline = time.monotonic() + self.patience_seconds
        for pause in growing(self.pause_seconds):
            time.sleep(pause)
            found = self.operation(answer, name)
            if found["Status"] in ENDED:
                return found
            if time.monotonic() > deadline:
                break
        raise TimeoutError(found)

    def operation(self, answer: dict[str, Any], name: str = "") -> dict[str, Any]:
        """Give an operation as it stands."""
        return self.stack_sets().describe_stack_set_operation(
            StackSetName=name or self.site, OperationId=answer["OperationId"]
        )["StackSetOperation"]

    def results(self, answer: dict[str, Any], name: str = "") -> dict[str, tuple[str, str | None]]:
        """Give status and reason by Region."""
        found = self.stack_sets().list_stack_set_operation_results(
            StackSetName=name or self.site, OperationId=answer["OperationId"]
        )["Summaries"]
        return {item["Region"]: (item["Status"], item.get("StatusReason")) for item in found}

    def instances(self, name: str = "") -> dict[tuple[str, str], dict[str, Any]]:
        """Give the rows by account and Region."""
        found = self.stack_sets().list_stack_instances(StackSetName=name or self.site)["Summaries"]
        return {(item["Account"], item["Region"]): item for item in found}

    def statuses(self) -> dict[tuple[str, str], str]:
        """Give the status of each row."""
        return {key: row["Status"] for key, row in self.instances().items()}

    def stack(self, row: dict[str, Any]) -> dict[str, Any]:
        """Give the real stack behind a row."""
        client = self.stacks(row["Account"], row["Region"])
        return client.describe_stacks(StackName=row["StackId"])["Stacks"][0]


def growing(pause: float) -> Iterator[float]:
    """Pauses between looks: most of what is waited for ends soon, and looks take time from it."""
    longest = 10 * pause
    while True:
        yield pause
        pause = min(1.5 * pause, longest)


def embedded_cloud(local: LocalAws) -> Cloud:
    """Give the embedded AWS, whose accounts are their own access keys."""
    make_client = functools.partial(_embedded_client, local.started.endpoint_url)
    return Cloud(make_client=make_client, turn_knobs=local.set_control_plane)


@functools.cache
def _embedded_client(url: str, service: str, account: str, region: str) -> Any:
    session = boto3.Session(
        aws_access_key_id=account, aws_secret_access_key="local", region_name=region
    )
    config = Config(retries={"total_max_attempts": 1}, proxies={})
    return session.client(service, endpoint_url=url, config=config)


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
    """Give a template of one handle, with other sections beside it or instead."""
    return json.dumps({"Resources": {"Handle": HANDLE}, **sections})


def failing_in(region: str) -> str:
    """Give a template of one handle, whose stacks fail in one Region."""
    return template(
        Conditions={"There": {"Fn::Equals": [{"Ref": "AWS::Region"}, region]}},
        Resources={"Handle": HANDLE, "Failing": {**FAILING, "Condition": "There"}},
    )
