"""A small deployment in a folder, in one account and two regions, and what AWS holds of it."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.builders import ACCOUNT, EAST, HOME, WEST
from tests.integration.deployer import everything_in, regional_template

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.local_aws import LocalAws

NAME = "small"
FILE = f"""\
[stack_set]
name = "{NAME}"
template = "template.json"
home_region = "{HOME}"
administration_role_arn = "arn:aws:iam::{{admin_account}}:role/administration"
execution_role_name = "execution"
read_role_name = "read"
capabilities = ["CAPABILITY_NAMED_IAM"]

[[targets]]
accounts = ["self"]
regions = ["{EAST}", "{WEST}"]

[operation_preferences]
region_concurrency = "PARALLEL"

[environments.dev]
"""
Command = tuple[str, ...]
DEPLOY = ("deploy", "--yes", "--no-lint")
DESTROY = ("destroy", "--yes", "--allow-delete")
RETAIN = (*DESTROY, "--retain-stacks")
RESUME = ("resume", "--yes", "--allow-delete")
DRIFT = ("drift",)
ACCEPTED: Mapping[Command, Mapping[str, int]] = {
    DEPLOY: {"CreateStackSet": 1, "CreateStackInstances": 1},
    DESTROY: {"DeleteStackInstances": 1, "DeleteStackSet": 1},
}
"""Commands that are killed and broken one after the other, and what AWS accepts of each: once. The
last leaves nothing of what the first has found not there."""

WRITES = (
    "CreateStackSet",
    "CreateStackInstances",
    "UpdateStackSet",
    "UpdateStackInstances",
    "DeleteStackInstances",
    "DeleteStackSet",
    "DetectStackSetDrift",
    "ImportStacksToStackSet",
)
WATCHING = ("DescribeStackSetOperation", "ListStackSetOperationResults")


def write_small(folder: Path, **template: Any) -> Path:
    """Write the deployment file and its template; give the folder."""
    (folder / "stacksets.toml").write_text(FILE, encoding="utf-8")
    content = json.dumps(regional_template(**template))
    (folder / "template.json").write_text(content, encoding="utf-8")
    return folder


@dataclass(frozen=True)
class Told:
    """What the journal tells of the calls since some moment."""

    calls: tuple[dict[str, Any], ...]

    @property
    def accepted(self) -> dict[str, int]:
        """How many different requests of each writing action were accepted.

        A request that is repeated with its operation id or token is the same one. The deletion of
        a stack set has neither; AWS takes it as often as it comes.
        """
        unique = {
            (call["action"], call["operation_id"])
            for call in self.calls
            if call["action"] in WRITES and call["status"] == 200
        }
        return dict(Counter(action for action, _ in unique))

    @property
    def replays(self) -> tuple[dict[str, Any], ...]:
        """What was sent again although it had been carried out: the same action and id."""
        carried_out: set[tuple[str, str]] = set()
        again = []
        for call in self.calls:
            key = call["action"], call["operation_id"]
            if call["action"] in WRITES and call["operation_id"] and call["status"]:
                again += [call] if key in carried_out else []
                carried_out.add(key)
        return tuple(again)

    def action(self, number: int) -> str:
        """Name the call of this number, from 1; empty where there were not so many."""
        return self.calls[number - 1]["action"] if number <= len(self.calls) else ""

    @property
    def certain(self) -> int:
        """How many calls any run makes: how often it looks at an operation depends on time."""
        return sum(call["action"] not in WATCHING for call in self.calls)


def told(local: LocalAws, since: int) -> Told:
    """Give the deployer's calls since the journal had that many."""
    calls = local.journal()[since:]
    return Told(tuple(call for call in calls if "stacksets" in call["user_agent"].split()))


def state(local: LocalAws) -> dict[str, Any]:
    """Give all that AWS holds of the deployment, without what differs from run to run."""
    client = local.client("cloudformation", ACCOUNT, HOME)
    sets = client.list_stack_sets(Status="ACTIVE")["Summaries"]
    there = {region: everything_in(local, ACCOUNT, region) for region in (EAST, HOME, WEST)}
    counts = {
        (region, kind): len(found)
        for region, kinds in there.items()
        for kind, found in kinds.items()
    }
    return {**counts, "stack sets": [_stack_set(client, one["StackSetName"]) for one in sets]}


def _stack_set(client: Any, name: str) -> dict[str, Any]:
    found = client.describe_stack_set(StackSetName=name)["StackSet"]
    rows = client.list_stack_instances(StackSetName=name)["Summaries"]
    operations = client.list_stack_set_operations(StackSetName=name)["Summaries"]
    return {
        "name": name,
        "template": found["TemplateBody"],
        "parameters": found["Parameters"],
        "instances": sorted(
            (one["Region"], one["Status"], one["StackInstanceStatus"]["DetailedStatus"])
            for one in rows
        ),
        "operations": [(one["Action"], one["Status"]) for one in operations],
    }
