"""An organization in the embedded local AWS, in a few lines, through Organizations' own API.

world = make_organization(local_aws, {"Apps": [TARGET], "Apps/Prod": [OTHER]})
world.trust_stack_sets()
world.create_stack_set()
world.create_instances([world.units["Apps"]], [EAST])
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.conformance.stack_sets import ADMIN, HOME, growing, template

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.local_aws import LocalAws

STACK_SETS = "member.org.stacksets.cloudformation.amazonaws.com"
ENDED = {"SUCCEEDED", "FAILED", "STOPPED"}
PATIENCE_SECONDS = 20


@dataclass
class World:
    """An organization: its management account, root, units by path (`Apps/Prod`), and accounts."""

    local: LocalAws
    management: str
    root: str
    units: dict[str, str] = field(default_factory=dict)

    @property
    def organizations(self) -> Any:
        """Organizations, as the management account calls it."""
        return self.local.client("organizations", self.management)

    def stack_sets(self, account: str | None = None) -> Any:
        """StackSets, as an account calls it, the management account by default."""
        return self.local.client("cloudformation", account or self.management, HOME)

    def add_unit(self, path: str) -> str:
        """Make a unit, below the one that its path names."""
        above, _, name = path.rpartition("/")
        made = self.organizations.create_organizational_unit(
            ParentId=self.units.get(above, self.root), Name=name
        )
        self.units[path] = made["OrganizationalUnit"]["Id"]
        return self.units[path]

    def add_account(self, account: str, unit: str | None = None) -> None:
        """Let an account join, and move it into a unit."""
        invited = self.organizations.invite_account_to_organization(
            Target={"Id": account, "Type": "ACCOUNT"}
        )
        handshake = invited["Handshake"]["Id"]
        self.local.client("organizations", account).accept_handshake(HandshakeId=handshake)
        if unit is not None:
            self.move(account, unit)

    def move(self, account: str, unit: str) -> None:
        """Move an account from wherever it is into a unit."""
        (parent,) = self.organizations.list_parents(ChildId=account)["Parents"]
        self.organizations.move_account(
            AccountId=account, SourceParentId=parent["Id"], DestinationParentId=unit
        )

    def trust_stack_sets(self, *administrators: str) -> None:
        """Activate trusted access, and register delegated administrators."""
        self.stack_sets().activate_organizations_access()
        for account in administrators:
            self.organizations.register_delegated_administrator(
                AccountId=account, ServicePrincipal=STACK_SETS
            )

    def create_stack_set(self, name: str = "site", **sent: Any) -> str:
        """Make a service-managed stack set, without automatic deployment by default."""
        request = {
            "StackSetName": name,
            "TemplateBody": template(),
            "PermissionModel": "SERVICE_MANAGED",
            "AutoDeployment": {"Enabled": False},
            **sent,
        }
        return self.stack_sets().create_stack_set(**request)["StackSetId"]

    def create_instances(
        self, units: Sequence[str], regions: Sequence[str], *, name: str = "site", **targets: Any
    ) -> dict[str, Any]:
        """Create stack instances in units, and give the operation when it has ended."""
        answer = self.stack_sets().create_stack_instances(
            StackSetName=name,
            DeploymentTargets={"OrganizationalUnitIds": list(units), **targets},
            Regions=list(regions),
        )
        return self.finish(answer["OperationId"], name)

    def operations(self, name: str = "site") -> list[dict[str, Any]]:
        """The operations of a stack set, the newest first."""
        return self.stack_sets().list_stack_set_operations(StackSetName=name)["Summaries"]

    def finish(self, operation_id: str, name: str = "site") -> dict[str, Any]:
        """Wait for an operation to end and give it."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        for pause in growing(0.03):
            time.sleep(pause)
            found = self.stack_sets().describe_stack_set_operation(
                StackSetName=name, OperationId=operation_id
            )["StackSetOperation"]
            if found["Status"] in ENDED:
                return found
            if time.monotonic() > deadline:
                break
        raise TimeoutError(found)

    def settle(self, name: str = "site") -> list[dict[str, Any]]:
        """Wait for all operations of a stack set to end and give them, the newest first."""
        for operation in self.operations(name):
            if operation["Status"] not in ENDED:
                self.finish(operation["OperationId"], name)
        return self.operations(name)

    def instances(self, name: str = "site") -> dict[tuple[str, str], dict[str, Any]]:
        """The rows by account and Region."""
        found = self.stack_sets().list_stack_instances(StackSetName=name)["Summaries"]
        return {(row["Account"], row["Region"]): row for row in found}

    def results(
        self, operation_id: str, name: str = "site"
    ) -> dict[tuple[str, str], dict[str, Any]]:
        """An operation's results by account and Region."""
        found = self.stack_sets().list_stack_set_operation_results(
            StackSetName=name, OperationId=operation_id
        )["Summaries"]
        return {(item["Account"], item["Region"]): item for item in found}

    def stacks(self, account: str, region: str) -> list[str]:
        """The names of the stacks that stand in an account and Region."""
        client = self.local.client("cloudformation", account, region)
        return [stack["StackName"] for stack in client.describe_stacks()["Stacks"]]


def make_organization(
    local: LocalAws, units: Mapping[str, Sequence[str]], *, management: str = ADMIN
) -> World:
    """Make an organization of units, each with its accounts; a unit's path names those above it."""
    client = local.client("organizations", management)
    client.create_organization(FeatureSet="ALL")
    (root,) = client.list_roots()["Roots"]
    world = World(local=local, management=management, root=root["Id"])
    for path, accounts in units.items():
        unit = world.add_unit(path)
        for account in accounts:
            world.add_account(account, unit)
    return world
