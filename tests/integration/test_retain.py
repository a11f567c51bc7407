"""Stacks that outlive their stack set, and the ways out of INOPERABLE and closed accounts."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.builders import ACCOUNT, EAST, HOME, OTHER_ACCOUNT, WEST
from tests.conformance.organizations import make_organization
from tests.integration.commands import Folder
from tests.integration.deployer import Deployer, make_roles, regional_template
from tests.integration.faults.small import NAME, write_small

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.commands import Ran

pytestmark = pytest.mark.integration

DESTROY = ("destroy", "--yes", "--allow-delete")
RETAIN = (*DESTROY, "--retain-stacks")
ABANDON = (*DESTROY, "--retain-inoperable")
BOTH = f'["{ACCOUNT}", "{OTHER_ACCOUNT}"]'
TIMEOUT_SECONDS = 30
KEYS = [f"{ACCOUNT}/{EAST}", f"{ACCOUNT}/{WEST}"]


@dataclass
class Small:
    """A stack set in two regions, driven by the commands, and what AWS then really holds."""

    folder: Folder
    deployer: Deployer

    def run(self, *arguments: str) -> Ran:
        return self.folder.run(*arguments)

    def deploy(self, *flags: str) -> Ran:
        return self.folder.deploy(*flags)

    def stacks(self, account: str = ACCOUNT) -> list[str]:
        """Name the stacks of the stack set in both regions by their ids."""
        return [
            stack_id
            for region in (EAST, WEST)
            for stack_id in self.deployer.stacks(account, region)
            if f"StackSet-{NAME}-" in stack_id
        ]

    def instances(self) -> dict[str, Any]:
        return self.deployer.instances(self.folder.load().bound_to(ACCOUNT))

    def is_there(self) -> bool:
        client = self.deployer.local.client("cloudformation", ACCOUNT, HOME)
        return bool(client.list_stack_sets(Status="ACTIVE")["Summaries"])

    def protect(self, stack_id: str, *, protected: bool = True) -> None:
        """Forbid that a stack is deleted, as its owner may."""
        _, _, _, region, account, _ = stack_id.split(":")
        self.deployer.local.client("cloudformation", account, region).update_termination_protection(
            StackName=stack_id, EnableTerminationProtection=protected
        )

    def leave(self, region: str) -> None:
        """Take a region out of the file."""
        self.folder.change(
            "stacksets.toml",
            lambda text: text.replace(
                f'regions = ["{EAST}", "{WEST}"]',
                f'regions = ["{WEST if region == EAST else EAST}"]',
            ),
        )


@pytest.fixture
def small(deployer: Deployer, tmp_path: Path) -> Small:
    return Small(folder=Folder(write_small(tmp_path)), deployer=deployer)


@pytest.fixture
def deployed(small: Small) -> Small:
    assert small.deploy().exit_code == 0
    return small


def _kinds(plan: dict[str, Any]) -> dict[str, str]:
    return {f"{one['account']}/{one['region']}": one["change"] for one in plan["instances"]}


def _ids(found: list[dict[str, Any]]) -> list[str]:
    return [one["stack_id"] for one in found]


# Every stack stays


def test_a_destroy_that_retains_stacks_leaves_them_all_and_names_how_to_adopt_them(
    deployed: Small,
) -> None:
    before = deployed.stacks()

    ran = deployed.run(*RETAIN)

    assert (ran.exit_code, ran.result["code"]) == (0, "succeeded")
    assert deployed.stacks() == before
    assert not deployed.is_there()
    assert set(_kinds(ran.result["plan"]).values()) == {"retain"}
    assert _ids(ran.result["kept_stacks"]) == before
    assert {one["status"] for one in ran.result["kept_stacks"]} == {"CREATE_COMPLETE"}
    assert ran.result["adopt"].startswith("stacksets import -f ")
    assert ran.result["adopt"].endswith(f" {' '.join(before)}")
    assert ran.result["found"] == ran.result["lost_stacks"] == []


def test_it_is_consented_to_like_any_destroy(deployed: Small) -> None:
    ran = deployed.run("destroy", "--yes", "--retain-stacks")

    assert ran.exit_code == 3
    assert "--allow-delete" in ran.result["error"]["hint"]
    assert deployed.is_there()


def test_after_it_the_same_command_tells_what_stays_and_a_deleting_one_what_it_cannot_reach(
    deployed: Small,
) -> None:
    before = deployed.stacks()
    deployed.run(*RETAIN)

    again = deployed.run(*RETAIN)
    deleting = deployed.run(*DESTROY)

    assert (again.exit_code, again.result["code"]) == (0, "no_changes")
    assert _ids(again.result["kept_stacks"]) == before
    assert (deleting.exit_code, deleting.result["code"]) == (5, "leftovers")
    assert len(deleting.result["found"]) == 2
    assert deployed.stacks() == before


def test_a_stack_that_goes_although_it_was_to_stay_is_a_failure(deployed: Small) -> None:
    gone, kept = deployed.stacks()
    local = deployed.deployer.local
    local.hold(1, "RECEIVED", "DeleteStackSet")

    def delete_meanwhile() -> None:
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while not local.held() and time.monotonic() < deadline:
            time.sleep(0.02)
        local.client("cloudformation", ACCOUNT, EAST).delete_stack(StackName=gone)
        local.release()

    with ThreadPoolExecutor() as somebody:
        somebody.submit(delete_meanwhile)
        ran = deployed.run(*RETAIN)

    assert (ran.exit_code, ran.result["code"]) == (5, "stacks_lost")
    assert _ids(ran.result["lost_stacks"]) == [gone]
    assert _ids(ran.result["kept_stacks"]) == [kept]


@pytest.mark.emulator_only
@pytest.mark.parametrize("go_on", [("resume", "--yes", "--allow-delete"), RETAIN])
def test_one_that_was_left_half_way_goes_on_as_one_that_retains(
    deployed: Small, go_on: tuple[str, ...]
) -> None:
    before = deployed.stacks()
    deployed.deployer.local.set_control_plane(instance_seconds=0.5)
    left = deployed.run(*RETAIN, "--timeout", "0.001")
    deployed.deployer.local.set_control_plane()

    ran = deployed.run(*go_on)

    assert left.exit_code == 7
    assert "`stacksets destroy --retain-stacks --allow-delete -f " in left.result["error"]["hint"]
    assert ran.exit_code == 0
    assert deployed.stacks() == before
    assert not deployed.is_there()
    assert _ids(ran.result["kept_stacks"]) == before


@pytest.mark.emulator_only
def test_what_half_of_one_has_left_is_let_go_by_resume_as_well(deployed: Small) -> None:
    before = deployed.stacks()
    _retain_half(deployed)

    ran = deployed.run("resume", "--yes", "--allow-delete")

    assert ran.exit_code == 0
    assert _kinds(ran.result["plan"]) == {KEYS[1]: "retain"}
    assert deployed.stacks() == before
    assert _ids(ran.result["kept_stacks"]) == before


@pytest.mark.emulator_only
def test_a_deleting_destroy_after_half_of_one_says_what_was_let_go_and_deletes_the_rest(
    deployed: Small,
) -> None:
    first, second = deployed.stacks()
    _retain_half(deployed)

    ran = deployed.run(*DESTROY)

    assert (ran.exit_code, ran.result["code"]) == (5, "leftovers")
    assert any("has let stacks go" in note for note in ran.result["plan"]["notes"])
    assert [one["name"] for one in ran.result["found"]] == [first.split("/")[1]]
    assert deployed.stacks() == [first]
    assert second not in deployed.stacks()


# The ways out of INOPERABLE


def test_a_protected_stack_fails_the_destroy_with_its_cause_until_the_protection_is_off(
    deployed: Small,
) -> None:
    first, _ = deployed.stacks()
    deployed.protect(first)

    failed = deployed.run(*DESTROY)
    again = deployed.run(*DESTROY)
    deployed.protect(first, protected=False)
    done = deployed.run(*DESTROY)

    for ran in (failed, again):
        assert ran.exit_code == 5
        assert {one["hint"]["code"] for one in ran.result["root_causes"]} == {
            "termination_protection"
        }
        assert ran.result["way_out"].startswith(
            "stacksets destroy --retain-inoperable --allow-delete -f "
        )
    assert done.exit_code == 0
    assert deployed.stacks() == []
    assert done.result["found"] == []


def test_a_stack_whose_export_is_in_use_is_let_go_named_and_all_others_are_deleted(
    small: Small,
) -> None:
    small.folder.change("template.json", lambda _: json.dumps(_exporting()))
    assert small.deploy().exit_code == 0
    kept, _ = small.stacks()
    _import_from(small, EAST)
    assert small.run(*DESTROY).exit_code == 5

    ran = small.run(*ABANDON)

    assert ran.exit_code == 0
    assert _kinds(ran.result["plan"])[KEYS[0]] == "retain"
    assert any(kept in note and "delete it there" in note for note in ran.result["plan"]["notes"])
    assert _ids(ran.result["kept_stacks"]) == [kept]
    assert small.stacks() == [kept]
    assert not small.is_there()
    assert ran.result["found"] == []


def test_a_region_that_left_the_file_is_let_go_by_a_deploy_where_its_stack_is_protected(
    deployed: Small,
) -> None:
    first, second = deployed.stacks()
    deployed.protect(first)
    deployed.leave(EAST)

    failed = deployed.deploy("--allow-delete")
    again = deployed.deploy("--allow-delete")
    done = deployed.deploy("--allow-delete", "--retain-inoperable")

    assert (failed.exit_code, again.exit_code) == (5, 5)
    assert failed.result["way_out"].startswith(
        "stacksets deploy --retain-inoperable --allow-delete -f "
    )
    assert done.exit_code == 0
    assert _kinds(done.result["plan"]) == {KEYS[0]: "retain", KEYS[1]: "leave"}
    assert deployed.stacks() == [first, second]
    assert list(deployed.instances()) == [KEYS[1]]
    assert deployed.run("plan", "--no-lint", "--expect-no-changes").exit_code == 0


def test_an_inoperable_instance_that_the_file_wants_is_made_anew_beside_its_old_stack(
    deployed: Small,
) -> None:
    first, _ = deployed.stacks()
    deployed.protect(first)
    assert deployed.run(*DESTROY).exit_code == 5

    ran = deployed.deploy("--allow-delete")

    assert ran.exit_code == 0
    assert any(first in note for note in ran.result["plan"]["notes"])
    assert first in deployed.stacks()
    assert len(deployed.stacks()) == 3
    assert list(deployed.instances()) == KEYS
    assert deployed.run("plan", "--no-lint", "--expect-no-changes").exit_code == 0


# Closed accounts


@pytest.fixture
def closed(stranger: Deployer, tmp_path: Path) -> Small:
    """A self-managed stack set over two accounts, one of which was closed since."""
    small = Small(folder=Folder(write_small(tmp_path)), deployer=stranger)
    world = make_organization(stranger.local, {"Apps": [OTHER_ACCOUNT]}, management=ACCOUNT)
    make_roles(stranger.local, ACCOUNT, OTHER_ACCOUNT)
    small.folder.change("stacksets.toml", lambda text: text.replace('["self"]', BOTH))
    # What fails is attempted in both regions, however soon it fails in one of them.
    parallel = 'region_concurrency = "PARALLEL"'
    tolerant = f"{parallel}\nfailure_tolerance_percentage = 100"
    small.folder.change("stacksets.toml", lambda text: text.replace(parallel, tolerant))
    assert small.deploy().exit_code == 0
    world.organizations.close_account(AccountId=OTHER_ACCOUNT)
    return small


@pytest.mark.emulator_only
def test_a_closed_account_is_no_change_and_leaves_by_a_deploy_once_it_is_out_of_the_file(
    closed: Small,
) -> None:
    kept = closed.stacks(OTHER_ACCOUNT)

    unchanged = closed.deploy()
    closed.folder.change("stacksets.toml", lambda text: text.replace(BOTH, '["self"]'))
    surplus = closed.deploy("--allow-delete")
    out = closed.deploy("--allow-delete", "--retain-inoperable")

    assert (unchanged.exit_code, unchanged.result["code"]) == (0, "no_changes")
    assert surplus.exit_code == 5
    assert "closed, take it out of the targets" in _actions(surplus)
    assert "--retain-inoperable" in surplus.result["way_out"]
    assert out.exit_code == 0
    assert list(closed.instances()) == KEYS
    assert closed.run("plan", "--no-lint", "--expect-no-changes").exit_code == 0
    assert closed.run("status").exit_code == 0
    assert closed.stacks(OTHER_ACCOUNT) == kept


@pytest.mark.emulator_only
def test_a_closed_account_fails_an_update_with_its_cause_and_is_let_go_by_a_destroy(
    closed: Small,
) -> None:
    kept = closed.stacks(OTHER_ACCOUNT)
    closed.folder.change("template.json", lambda _: json.dumps(regional_template(retention=30)))

    changed = closed.deploy()
    status = closed.run("status")
    failed = closed.run(*DESTROY)
    done = closed.run(*ABANDON)

    assert (changed.exit_code, status.exit_code, failed.exit_code) == (5, 5, 5)
    assert "closed, take it out of the targets" in _actions(changed)
    assert "--retain-inoperable" in failed.result["way_out"]
    assert (done.exit_code, done.result["code"]) == (4, "could_not_look")
    assert not closed.is_there()
    assert all(stack_id in " ".join(done.result["unchecked"]) for stack_id in kept)
    assert (closed.stacks(), closed.stacks(OTHER_ACCOUNT)) == ([], kept)


@pytest.mark.emulator_only
@pytest.mark.exhaustive
def test_an_inoperable_instance_in_a_closed_account_that_the_file_wants_fails_until_it_leaves(
    closed: Small,
) -> None:
    assert closed.run(*DESTROY).exit_code == 5

    wanted = closed.deploy("--allow-delete")
    again = closed.deploy("--allow-delete")
    closed.folder.change("stacksets.toml", lambda text: text.replace(BOTH, '["self"]'))
    done = closed.deploy("--allow-delete")

    for ran in (wanted, again):
        assert ran.exit_code == 5
        assert "closed, take it out of the targets" in _actions(ran)
    assert done.exit_code == 0
    assert list(closed.instances()) == KEYS
    assert closed.run("plan", "--no-lint", "--expect-no-changes").exit_code == 0


def _retain_half(small: Small) -> None:
    """Let one of the two stack instances go; the other one fails."""
    refused = {"account": ACCOUNT, "region": WEST, "reason": "no", "action": "DELETE"}
    small.deployer.local.set_control_plane(failures=[refused])
    assert small.run(*RETAIN).exit_code == 5
    small.deployer.local.set_control_plane()
    assert list(small.instances()) == [KEYS[1]]


def _actions(ran: Ran) -> str:
    return " ".join(one["hint"]["action"] for one in ran.result["root_causes"] if one["hint"])


def _exporting() -> dict[str, object]:
    content = dict(regional_template())
    content["Outputs"] = {"Out": {"Value": "any", "Export": {"Name": "shared"}}}
    return content


def _import_from(small: Small, region: str) -> None:
    body = {
        "Resources": {
            "Logs": {
                "Type": "AWS::Logs::LogGroup",
                "Properties": {"LogGroupName": {"Fn::ImportValue": "shared"}},
            }
        }
    }
    client = small.deployer.local.client("cloudformation", ACCOUNT, region)
    client.create_stack(StackName="importer", TemplateBody=json.dumps(body))
    client.get_waiter("stack_create_complete").wait(
        StackName="importer", WaiterConfig={"Delay": 0.05}
    )
