"""Stacks that somebody made by hand are adopted, and are what they were."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.builders import ACCOUNT, EAST, HOME, NAME, OTHER_ACCOUNT, WEST
from tests.integration.commands import Folder
from tests.integration.deployer import (
    READ_ROLE,
    list_operations,
    list_writes,
    make_roles,
    regional_template,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.deployer import Deployer

pytestmark = pytest.mark.integration


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A deployment file whose stacks exist already; the set is that of `a_regional_deployment`."""
    (tmp_path / "t.json").write_text(json.dumps(regional_template()), encoding="utf-8")
    (tmp_path / "stacksets.toml").write_text(
        f"""
[stack_set]
name = "greeting-{{environment}}"
template = "t.json"
home_region = "{HOME}"
administration_role_arn = "arn:aws:iam::{ACCOUNT}:role/administration"
execution_role_name = "execution"
read_role_name = "{READ_ROLE}"

[[targets]]
accounts = ["{ACCOUNT}"]
regions = ["{WEST}", "{EAST}"]

[environments.dev]
""",
        encoding="utf-8",
    )
    return Folder(tmp_path)


def make_stack(
    deployer: Deployer, region: str, *, account: str = ACCOUNT, suffix: str = "dev", name="mine"
) -> str:
    client = deployer.local.client("cloudformation", account, region)
    made = client.create_stack(
        StackName=name,
        # Another spacing than that of the file, which says the same.
        TemplateBody=json.dumps(regional_template(), indent=3),
        Parameters=[{"ParameterKey": "Suffix", "ParameterValue": suffix}],
    )
    client.get_waiter("stack_create_complete").wait(
        StackName=made["StackId"], WaiterConfig={"Delay": 0.05}
    )
    return made["StackId"]


def count_events(deployer: Deployer, stack_id: str, region: str) -> int:
    client = deployer.local.client("cloudformation", ACCOUNT, region)
    return len(client.describe_stack_events(StackName=stack_id)["StackEvents"])


def test_two_plain_stacks_are_imported_and_are_never_updated(
    deployer: Deployer, folder: Folder
) -> None:
    made = {EAST: make_stack(deployer, EAST), WEST: make_stack(deployer, WEST, suffix="prod")}
    before = {one: deployer.stacks(region=one)[made[one]] for one in made}
    events = {one: count_events(deployer, made[one], one) for one in made}
    since = len(deployer.local.journal())

    ran = folder.run("import", "--yes", *made.values())

    assert (ran.exit_code, ran.result["code"]) == (0, "succeeded")
    writes = ["CreateStackSet", "ImportStacksToStackSet"]
    assert list_writes(deployer.local, since) == writes
    instances = {one["region"]: one for one in ran.result["instances"]}
    assert {one: instances[one]["stack_id"] for one in made} == made
    assert {one["status"] for one in instances.values()} == {"CURRENT"}
    assert {one: deployer.stacks(region=one)[made[one]] for one in made} == before
    assert {one: count_events(deployer, made[one], one) for one in made} == events

    # What the second stack had of its own is told, and is what alone a deploy would change.
    values = {
        one["region"]: {item["name"]: item["value"] for item in one["parameters"]}
        for one in ran.result["imported"]["parameters"]["instances"]
    }
    assert values == {EAST: {"Suffix": "dev"}, WEST: {"Suffix": "prod"}}
    planned = folder.run("plan", "--no-lint").result["plan"]
    assert {(one["region"], one["change"]) for one in planned["instances"]} == {
        (EAST, "leave"),
        (WEST, "update"),
    }
    again = folder.run("import", *made.values())
    assert (again.exit_code, again.result["code"]) == (0, "no_changes")
    assert list_writes(deployer.local, since) == writes


def test_an_imported_stack_is_then_updated_by_the_next_deploy(
    deployer: Deployer, folder: Folder
) -> None:
    made = [make_stack(deployer, one) for one in (EAST, WEST)]
    folder.run("import", "--yes", *made)
    changed = json.dumps(regional_template(retention=30))
    (folder.path / "t.json").write_text(changed, encoding="utf-8")

    ran = folder.deploy()

    assert ran.exit_code == 0
    assert {one["stack_id"] for one in ran.result["instances"]} == set(made)
    statuses = {
        deployer.stacks(region=one)[stack]["StackStatus"]
        for one, stack in zip((EAST, WEST), made, strict=True)
    }
    assert statuses == {"UPDATE_COMPLETE"}


def test_what_cannot_be_imported_is_refused_before_anything_is_written(
    deployer: Deployer, folder: Folder
) -> None:
    fine = make_stack(deployer, EAST)
    elsewhere = make_stack(deployer, "eu-central-1")
    (folder.path / "t.json").write_text(
        json.dumps(regional_template(description="another")), encoding="utf-8"
    )
    since = len(deployer.local.journal())

    ran = folder.run("import", "--yes", fine, elsewhere, fine.replace("/mine/", "/none/"))

    assert (ran.exit_code, ran.result["code"]) == (3, "IMPORT_REFUSED")
    told = [one["what"] for one in ran.result["error"]["problems"]]
    assert told == [
        "2 stacks are named: mine, none",
        "its template is not " + str(folder.path / "t.json") + ": Template.Description",
        "its template is not " + str(folder.path / "t.json") + ": Template.Description",
        "the deployment file asks for no stack instance there",
        "there is no such stack",
    ]
    assert list_writes(deployer.local, since) == []


def test_twelve_stacks_take_two_calls_one_after_the_other(
    stranger: Deployer, folder: Folder
) -> None:
    regions = (EAST, WEST, "us-east-2", "eu-west-1", "eu-central-1", "ap-south-1")
    make_roles(stranger.local, ACCOUNT, OTHER_ACCOUNT)
    folder.change(
        "stacksets.toml",
        lambda text: text.replace(f'["{ACCOUNT}"]', f'["{ACCOUNT}", "{OTHER_ACCOUNT}"]').replace(
            f'["{WEST}", "{EAST}"]', json.dumps(regions)
        ),
    )
    made = [
        make_stack(stranger, region, account=account)
        for account in (ACCOUNT, OTHER_ACCOUNT)
        for region in regions
    ]

    ran = folder.run("import", "--yes", *made)

    assert ran.exit_code == 0
    assert {one["stack_id"] for one in ran.result["instances"]} == set(made)
    operations = list_operations(stranger.local)
    assert [one["Status"] for one in operations] == ["SUCCEEDED"] * 2
    assert operations[0]["CreationTimestamp"] >= operations[1]["EndTimestamp"]


@pytest.mark.emulator_only
def test_a_failed_import_keeps_the_stack_and_is_repeated_once_its_cause_is_mended(
    deployer: Deployer, folder: Folder
) -> None:
    stack_id = make_stack(deployer, WEST)
    deployer.local.set_control_plane(
        failures=[{"account": ACCOUNT, "region": WEST, "reason": "no way", "times": 1}]
    )

    failed = folder.run("import", "--yes", stack_id)
    again = folder.run("import", "--yes", stack_id)

    assert (failed.exit_code, failed.result["code"]) == (5, "failed")
    [cause] = failed.result["root_causes"]
    assert (cause["reason"], cause["hint"]["code"]) == ("no way", "failed_import")
    assert "A deploy" not in str(failed.result)
    assert (again.exit_code, again.result["code"]) == (0, "succeeded")
    assert deployer.stacks(region=WEST)[stack_id]["StackStatus"] == "CREATE_COMPLETE"


@pytest.mark.emulator_only
def test_after_a_failed_import_no_deploy_makes_a_second_stack_unasked(
    deployer: Deployer, folder: Folder
) -> None:
    made = [make_stack(deployer, WEST), make_stack(deployer, EAST)]
    deployer.local.set_control_plane(
        failures=[{"account": ACCOUNT, "region": WEST, "reason": "no way", "times": 1}]
    )
    # The first region fails, so that the second is cancelled before its turn.
    assert folder.run("import", "--yes", *made).exit_code == 5
    since = len(deployer.local.journal())

    deployed = folder.deploy()
    imported = folder.run("import", "--yes", *made)

    assert (deployed.exit_code, deployed.result["code"]) == (3, "UNSAFE_PLAN")
    assert imported.exit_code == 0
    assert {one["stack_id"] for one in imported.result["instances"]} == set(made)
    assert list_writes(deployer.local, since) == ["ImportStacksToStackSet"]
    assert [len(deployer.stacks(region=one)) for one in (EAST, WEST)] == [1, 1]


@pytest.mark.emulator_only
def test_a_destroy_leaves_stacks_that_were_never_imported(
    deployer: Deployer, folder: Folder
) -> None:
    made = {WEST: make_stack(deployer, WEST), EAST: make_stack(deployer, EAST)}
    deployer.local.set_control_plane(
        failures=[{"account": ACCOUNT, "region": EAST, "reason": "no way"}]
    )
    assert folder.run("import", "--yes", *made.values()).exit_code == 5
    deployer.local.set_control_plane()

    ran = folder.run("destroy", "--yes", "--allow-delete")

    # The first region was imported, and goes with the stack set.
    assert ran.exit_code == 0
    assert [list(deployer.stacks(region=one)) for one in (WEST, EAST)] == [[], [made[EAST]]]


@pytest.mark.emulator_only
def test_where_aws_keeps_only_values_that_differ_the_result_tells_those(
    deployer: Deployer, folder: Folder
) -> None:
    deployer.local.set_control_plane(import_pins=False)
    made = [make_stack(deployer, EAST), make_stack(deployer, WEST, suffix="prod")]

    ran = folder.run("import", "--yes", *made)

    sources = {
        (one["region"], item["source"])
        for one in ran.result["imported"]["parameters"]["instances"]
        for item in one["parameters"]
    }
    assert sources == {(EAST, "default"), (WEST, "forgotten")}
    assert ran.result["imported"]["moving"] == []


def test_a_stack_of_another_stack_set_stays_where_it_is(deployer: Deployer, folder: Folder) -> None:
    folder.run("import", "--yes", make_stack(deployer, EAST))
    folder.change("stacksets.toml", lambda text: text.replace("greeting-", "second-"))
    [stack_id] = deployer.stacks(region=EAST)

    ran = folder.run("import", "--yes", stack_id)

    # Its name does not tell; AWS does.
    assert (ran.exit_code, ran.result["code"]) == (6, "CONFLICT")
    assert (
        f"already belongs to stack set arn:aws:cloudformation:{HOME}"
        in (ran.result["error"]["message"])
    )


def test_a_stack_that_another_stack_set_has_made_is_known_before_anything_is_written(
    deployer: Deployer, folder: Folder
) -> None:
    folder.deploy()
    folder.change("stacksets.toml", lambda text: text.replace("greeting-", "second-"))
    [stack_id] = deployer.stacks(region=EAST)
    since = len(deployer.local.journal())

    ran = folder.run("import", "--yes", stack_id)

    assert [one["what"] for one in ran.result["error"]["problems"]] == [
        f"belongs to stack set {NAME}"
    ]
    assert list_writes(deployer.local, since) == []


def test_an_account_that_cannot_be_read_is_a_matter_of_access(
    deployer: Deployer, folder: Folder
) -> None:
    folder.change(
        "stacksets.toml", lambda text: text.replace(f'"{ACCOUNT}"]', f'"{OTHER_ACCOUNT}"]')
    )
    stack_id = make_stack(deployer, EAST, account=OTHER_ACCOUNT)

    ran = folder.run("import", "--yes", stack_id)

    assert (ran.exit_code, ran.result["code"]) == (4, "NOT_READY")
    [problem] = ran.result["error"]["problems"]
    assert problem["what"].startswith("could not be read: ")


def test_an_imported_stack_that_was_let_go_is_told_by_a_later_destroy_and_no_other_is(
    deployer: Deployer, folder: Folder
) -> None:
    both, all_of_them = f'"{WEST}", "{EAST}"', f'"{WEST}", "{EAST}", "{HOME}"'
    folder.change("stacksets.toml", lambda text: text.replace(both, all_of_them))
    made = {one: make_stack(deployer, one) for one in (EAST, WEST, HOME)}
    assert folder.run("import", "--yes", *made.values()).exit_code == 0
    deployer.local.client("cloudformation", ACCOUNT, EAST).update_termination_protection(
        StackName=made[EAST], EnableTerminationProtection=True
    )
    folder.change("stacksets.toml", lambda text: text.replace(all_of_them, f'"{WEST}"'))
    assert folder.deploy("--allow-delete").exit_code == 5
    assert folder.deploy("--allow-delete", "--retain-inoperable").exit_code == 0
    destroy = ("destroy", "--yes", "--allow-delete")

    ran = folder.run(*destroy)

    assert ran.exit_code == 0
    assert [one.partition(":")[0] for one in ran.result["beyond"]] == [f"{ACCOUNT}/{EAST}"]
    assert [one for one in made if made[one] in deployer.stacks(region=one)] == [EAST]
    [unknown] = folder.run(*destroy).result["beyond"]
    assert "a stack that was imported and let go has a name of its own" in unknown
