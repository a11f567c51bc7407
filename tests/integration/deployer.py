"""The deployer as its commands use it, against the embedded AWS, and what AWS then really holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from stacksets.aws.session import BotoAws
from stacksets.clock import SystemClock
from stacksets.deploying import deploy
from stacksets.destroying import destroy
from stacksets.model.desired import AccountId, DeploymentTargets, Region
from stacksets.model.plan import Retention
from stacksets.observing import observe_stack_set
from stacksets.plan import PlanOptions, make_destroy_plan, make_plan
from tests.builders import ACCOUNT, EAST, HOME, NAME, WEST, a_deployment, a_template
from tests.conformance.stack_sets import (
    make_administration_role,
    make_execution_role,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from stacksets.aws.door import Aws
    from stacksets.model.desired import Deployment
    from stacksets.model.observed import StackInstance, StackSet
    from stacksets.model.outcome import Event, Outcome
    from stacksets.model.plan import Plan
    from tests.local_aws import LocalAws

READ_ROLE = "read"
READS = ("Describe", "List", "Get", "GET ", "POST /listRegions", "AssumeRole")


class HastyClock(SystemClock):
    """Time as the deployer sees it; it does not sit out the pauses between two looks."""

    longest_rest_seconds = 0.02

    def __init__(self) -> None:
        self._skipped = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self._skipped

    def sleep(self, seconds: float) -> None:
        rest = min(seconds, self.longest_rest_seconds)
        self._skipped += seconds - rest
        super().sleep(rest)


@dataclass
class Deployer:
    """One person with the credentials of the administrator account."""

    local: LocalAws
    aws: Aws = field(default_factory=BotoAws)

    def observe(self, deployment: Deployment) -> StackSet | None:
        return observe_stack_set(self.aws, deployment)

    def plan(self, deployment: Deployment) -> Plan:
        return make_plan(deployment, self.observe(deployment))

    def deploy(
        self,
        deployment: Deployment,
        *,
        first: Plan | None = None,
        consent: Callable[[Plan], None] = lambda _: None,
        notify: Callable[[Event], None] = lambda _: None,
    ) -> Outcome:
        """Plan and carry out; with `first`, carry that plan out."""
        return deploy(
            deployment,
            self.aws,
            HastyClock(),
            options=PlanOptions(),
            first=first or self.plan(deployment),
            consent=consent,
            notify=notify,
        )

    def destroy(
        self,
        deployment: Deployment,
        *,
        first: Plan | None = None,
        retention: Retention = Retention.NONE,
    ) -> Outcome:
        """Plan the removal and carry it out; with `first`, carry that plan out."""
        return destroy(
            deployment,
            self.aws,
            HastyClock(),
            retention=retention,
            first=first or make_destroy_plan(deployment, self.observe(deployment), retention),
            consent=lambda _: None,
            notify=lambda _: None,
        )

    def instances(self, deployment: Deployment) -> dict[str, StackInstance]:
        """Give what AWS says of the instances, by `account/region`."""
        observed = self.observe(deployment)
        return {str(one.key): one for one in observed.instances} if observed else {}

    def writes(self, since: int = 0) -> list[str]:
        """Give the deployer's calls that change something, in order."""
        return list_writes(self.local, since)

    def stacks(self, account: str = ACCOUNT, region: str = EAST) -> dict[str, dict[str, Any]]:
        """Give the stacks that exist in an account and region, by id."""
        client = self.local.client("cloudformation", account, region)
        return {stack["StackId"]: stack for stack in client.describe_stacks()["Stacks"]}


def list_writes(local: LocalAws, since: int = 0) -> list[str]:
    """Give the deployer's calls that change something, in order.

    Those of other clients are left out, and so are the control plane's own: it is AWS.
    """
    return [
        call["action"]
        for call in local.journal()[since:]
        if "stacksets" in call["user_agent"].split() and not call["action"].startswith(READS)
    ]


def regional_template(
    *,
    description: str = "a log group",
    retention: int = 7,
    resources: Mapping[str, object] | None = None,
    conditions: Mapping[str, object] | None = None,
) -> Mapping[str, object]:
    """A template that is quickly made everywhere, and tells where it is."""
    return {
        "Description": description,
        "Parameters": {"Suffix": {"Type": "String", "Default": "dev"}},
        "Conditions": conditions or {},
        "Resources": {
            "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": retention}},
            **(resources or {}),
        },
        "Outputs": {
            "Where": {"Value": {"Fn::Sub": "${AWS::AccountId}/${AWS::Region}/${Suffix}"}},
            "Logs": {"Value": {"Ref": "Logs"}},
        },
    }


def a_regional_deployment(
    *,
    content: Mapping[str, object] | None = None,
    regions: tuple[str, ...] = (WEST, EAST),
    accounts: tuple[str, ...] = (ACCOUNT,),
    **changes: Any,
) -> Deployment:
    values: dict[str, Any] = {
        "template": a_template(content or regional_template()),
        "targets": (
            DeploymentTargets(
                accounts=tuple(AccountId(one) for one in accounts),
                regions=tuple(Region(one) for one in regions),
            ),
        ),
        "read_role_name": READ_ROLE,
        "capabilities": ("CAPABILITY_NAMED_IAM",),
    }
    return a_deployment(**(values | changes))


def make_roles(local: LocalAws, *accounts: str, prefix: str = "") -> None:
    """Bring up what StackSets goes through, and what other accounts are read through."""
    administration, execution = f"{prefix}administration", f"{prefix}execution"
    make_administration_role(
        local.client("iam", ACCOUNT),
        name=administration,
        may_assume=f"arn:aws:iam::*:role/{execution}",
    )
    for account in accounts or (ACCOUNT,):
        iam = local.client("iam", account)
        trusted = f"arn:aws:iam::{ACCOUNT}:role/{administration}"
        make_execution_role(iam, name=execution, trusted=trusted)
        root = f"arn:aws:iam::{ACCOUNT}:root"
        make_execution_role(iam, name=f"{prefix}{READ_ROLE}", trusted=root)


def list_operations(local: LocalAws, name: str = NAME) -> list[dict[str, Any]]:
    """Give the operations of a stack set that was not deleted, newest first."""
    client = local.client("cloudformation", ACCOUNT, HOME)
    return client.list_stack_set_operations(StackSetName=name)["Summaries"]


def everything_in(local: LocalAws, account: str, region: str) -> dict[str, list[str]]:
    """Name what a stack set of ours may leave behind, asked of every service itself."""
    client = local.client
    cloudformation = client("cloudformation", account, region)
    return {
        "stack sets": [
            one["StackSetName"]
            for one in cloudformation.list_stack_sets(Status="ACTIVE")["Summaries"]
        ],
        "stacks": [one["StackName"] for one in cloudformation.describe_stacks()["Stacks"]],
        "functions": [
            one["FunctionName"]
            for one in client("lambda", account, region).list_functions()["Functions"]
        ],
        "REST APIs": [
            one["id"] for one in client("apigateway", account, region).get_rest_apis()["items"]
        ],
        "roles": sorted(
            one["RoleName"] for one in client("iam", account, region).list_roles()["Roles"]
        ),
        "log groups": [
            one["logGroupName"]
            for one in client("logs", account, region).describe_log_groups()["logGroups"]
        ],
    }
