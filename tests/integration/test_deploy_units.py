"""A deployer that reaches organizational units, whose accounts come and go."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from stacksets.errors import PermissionDeniedError
from stacksets.expand import expand_targets
from stacksets.model.desired import (
    AccountFilter,
    AccountId,
    AutoDeployment,
    DeploymentTargets,
    OrganizationalUnitId,
    ParameterOverride,
    PermissionModel,
    Region,
)
from stacksets.model.outcome import Verdict
from stacksets.model.plan import Retention
from stacksets.plan import make_destroy_plan, make_plan
from tests.builders import ACCOUNT, EAST, NAME, WEST
from tests.conformance.organizations import World, make_organization
from tests.conformance.stack_sets import make_execution_role
from tests.integration.commands import Folder
from tests.integration.deployer import (
    READ_ROLE,
    Deployer,
    a_regional_deployment,
    regional_template,
)

if TYPE_CHECKING:
    from stacksets.model.desired import Deployment
    from stacksets.model.outcome import Outcome
    from stacksets.model.plan import Plan
    from tests.local_aws import LocalAws

pytestmark = pytest.mark.integration

ONE, TWO, THREE = "222222222222", "333333333333", "444444444444"
DELEGATE = "555555555555"
SUSPENDED = {"action": "ListAccountsForParent", "code": "AccessDeniedException"}


@dataclass
class Units(Deployer):
    """The management account's deployer: Apps holds ONE, its nested unit Shop TWO, Labs THREE."""

    world: World | None = None

    def desired(self, *groups: DeploymentTargets, automatic: bool = False, **changes: Any):
        """Give a deployment to units."""
        values: dict[str, Any] = {
            "permission_model": PermissionModel.SERVICE_MANAGED,
            "administration_role_arn": None,
            "execution_role_name": None,
            "auto_deployment": AutoDeployment(enabled=automatic),
            "targets": groups or (self.group("Apps"),),
            "read_role_name": None,
        }
        return a_regional_deployment(**(values | changes))

    def group(
        self,
        *paths: str,
        regions: tuple[str, ...] = (EAST,),
        accounts: tuple[str, ...] = (),
        kind: AccountFilter = AccountFilter.NONE,
    ) -> DeploymentTargets:
        return DeploymentTargets(
            accounts=tuple(AccountId(one) for one in accounts),
            regions=tuple(Region(one) for one in regions),
            organizational_units=tuple(OrganizationalUnitId(self.unit(one)) for one in paths),
            account_filter=kind,
        )

    def unit(self, path: str) -> str:
        return self.world.units[path] if path else self.world.root

    def plan(self, deployment: Deployment) -> Plan:
        observed = self.observe(deployment)
        return make_plan(expand_targets(self.aws, deployment, observed), observed)

    def destroy(
        self, deployment: Deployment, *, retention: Retention = Retention.NONE, **_: Any
    ) -> Outcome:
        observed = self.observe(deployment)
        expanded = expand_targets(self.aws, deployment, observed)
        first = make_destroy_plan(expanded, observed, retention)
        return super().destroy(deployment, first=first, retention=retention)

    def keys(self) -> set[str]:
        return set(self.instances(self.desired()))

    def settle(self) -> None:
        self.world.settle(NAME)


@pytest.fixture
def units(stranger: Deployer) -> Units:
    world = make_organization(
        stranger.local,
        {"Apps": [ONE], "Apps/Shop": [TWO], "Labs": [THREE], "Spare": []},
        management=ACCOUNT,
    )
    world.trust_stack_sets()
    return Units(local=stranger.local, world=world)


def at(*accounts: str, regions: tuple[str, ...] = (EAST,)) -> set[str]:
    return {f"{account}/{region}" for account in accounts for region in regions}


def done(units: Units, deployment: Deployment) -> None:
    outcome = units.deploy(deployment)
    assert outcome.verdict is Verdict.SUCCEEDED
    assert units.plan(deployment).is_empty


def test_nested_units_are_reached_in_one_call_on_the_unit(units: Units) -> None:
    done(units, units.desired())
    assert units.keys() == at(ONE, TWO)
    assert units.writes() == ["CreateStackSet", "CreateStackInstances"]


@pytest.mark.parametrize(
    ("kind", "accounts", "reached"),
    [
        (AccountFilter.NONE, (), at(ONE, TWO)),
        (AccountFilter.INTERSECTION, (TWO, THREE), at(TWO)),
        (AccountFilter.DIFFERENCE, (ONE,), at(TWO)),
        (AccountFilter.UNION, (THREE,), at(ONE, TWO, THREE)),
    ],
)
def test_each_account_filter_reaches_its_accounts(
    units: Units, kind: AccountFilter, accounts: tuple[str, ...], reached: set[str]
) -> None:
    done(units, units.desired(units.group("Apps", kind=kind, accounts=accounts)))
    assert units.keys() == reached


def test_units_may_differ_in_regions_and_the_second_plan_is_empty(units: Units) -> None:
    uneven = units.desired(units.group("Apps"), units.group("Labs", regions=(WEST, EAST)))
    done(units, uneven)
    assert units.keys() == at(ONE, TWO) | at(THREE, regions=(EAST, WEST))
    done(units, units.desired(units.group("Apps"), units.group("Labs", regions=(WEST,))))
    assert units.keys() == at(ONE, TWO) | at(THREE, regions=(WEST,))


def test_an_account_that_joins_is_brought_in_by_auto_deployment_and_nothing_is_left_to_do(
    units: Units,
) -> None:
    deployment = units.desired(automatic=True)
    done(units, deployment)
    units.world.move(THREE, units.unit("Apps/Shop"))
    units.settle()
    assert units.keys() == at(ONE, TWO, THREE)
    assert units.plan(deployment).is_empty


def test_a_newcomer_that_a_filter_leaves_out_is_never_surplus(units: Units) -> None:
    deployment = units.desired(
        units.group("Apps", kind=AccountFilter.INTERSECTION, accounts=(ONE,)), automatic=True
    )
    done(units, deployment)
    units.world.move(THREE, units.unit("Apps"))
    units.settle()
    assert units.keys() == at(ONE, THREE)
    assert units.plan(deployment).is_empty


def test_an_account_that_leaves_loses_its_stacks_and_nothing_is_left_to_do(units: Units) -> None:
    deployment = units.desired(automatic=True)
    done(units, deployment)
    units.world.move(TWO, units.unit("Labs"))
    units.settle()
    assert units.keys() == at(ONE)
    assert units.plan(deployment).is_empty


def test_without_auto_deployment_newcomers_and_leavers_are_planned(units: Units) -> None:
    done(units, units.desired())
    units.world.move(THREE, units.unit("Apps"))
    units.world.move(TWO, units.unit("Labs"))
    plan = units.plan(units.desired())
    assert {(str(one.key), one.kind.value) for one in plan.instances} == {
        (f"{ONE}/{EAST}", "leave"),
        (f"{TWO}/{EAST}", "delete"),
        (f"{THREE}/{EAST}", "create"),
    }
    done(units, units.desired())
    assert units.keys() == at(ONE, THREE)


def test_an_empty_unit_is_said_and_becomes_a_target(units: Units) -> None:
    deployment = units.desired(units.group("Spare"), automatic=True)
    assert any(units.unit("Spare") in note for note in units.plan(deployment).notes)
    done(units, deployment)
    assert units.keys() == set()
    units.world.move(THREE, units.unit("Spare"))
    units.settle()
    assert units.keys() == at(THREE)
    assert units.plan(deployment).is_empty


def test_an_empty_unit_needs_no_call_without_auto_deployment(units: Units) -> None:
    done(units, units.desired(units.group("Spare")))
    assert units.writes() == ["CreateStackSet"]


def test_a_unit_that_left_the_file_is_removed_as_a_unit_and_takes_nobody_in_any_more(
    units: Units,
) -> None:
    done(units, units.desired(units.group("Apps"), units.group("Labs"), automatic=True))
    plan = units.plan(units.desired(units.group("Apps"), automatic=True))
    [step] = plan.steps
    assert plan.deletes
    assert step.where.organizational_units == (units.unit("Labs"),)
    assert step.where.account_filter is AccountFilter.NONE
    done(units, units.desired(units.group("Apps"), automatic=True))
    assert units.keys() == at(ONE, TWO)
    units.world.move(THREE, units.world.root)
    units.world.move(THREE, units.unit("Labs"))
    units.settle()
    assert units.keys() == at(ONE, TWO)


def test_a_file_that_goes_from_a_unit_to_its_child_keeps_stacks_and_overrides(
    units: Units,
) -> None:
    override = ParameterOverride(
        accounts=(AccountId(TWO),), regions=(), parameters={"Suffix": "two"}
    )
    done(units, units.desired(automatic=True, overrides=(override,)))
    kept, before = units.stacks(TWO, EAST), len(units.writes())
    done(units, units.desired(units.group("Apps/Shop"), automatic=True, overrides=(override,)))
    assert units.writes()[before:] == ["CreateStackInstances", "DeleteStackInstances"]
    assert units.keys() == at(TWO)
    assert units.stacks(TWO, EAST) == kept
    units.world.move(THREE, units.unit("Apps/Shop"))
    units.settle()
    assert units.keys() == at(TWO, THREE)
    assert _suffixes(units, TWO, THREE) == {TWO: "two", THREE: "dev"}


def _suffixes(units: Units, *accounts: str) -> dict[str, str]:
    """Give what the stacks of these accounts say that their parameter is."""
    outputs = {
        account: stack["Outputs"]
        for account in accounts
        for stack in units.stacks(account, EAST).values()
    }
    said = {
        account: next(one["OutputValue"] for one in rows if one["OutputKey"] == "Where")
        for account, rows in outputs.items()
    }
    return {account: value.rpartition("/")[2] for account, value in said.items()}


def test_a_file_that_goes_from_the_root_to_one_unit_keeps_that_units_stacks(units: Units) -> None:
    done(units, units.desired(units.group("")))
    kept = units.stacks(TWO, EAST)
    done(units, units.desired(units.group("Apps/Shop")))
    assert units.keys() == at(TWO)
    assert units.stacks(TWO, EAST) == kept


def test_auto_deployment_that_is_turned_on_and_off_is_a_difference(units: Units) -> None:
    done(units, units.desired())
    on = units.desired(automatic=True)
    assert [one.path for one in units.plan(on).differences] == ["AutoDeployment.Enabled"]
    done(units, on)
    done(units, units.desired())
    assert not units.observe(on).auto_deployment.enabled


def test_overrides_reach_the_accounts_of_units_and_newcomers_get_theirs(units: Units) -> None:
    override = ParameterOverride(
        accounts=(),
        regions=(),
        parameters={"Suffix": "shop"},
        organizational_units=(OrganizationalUnitId(units.unit("Apps/Shop")),),
    )
    deployment = units.desired(automatic=True, overrides=(override,))
    done(units, deployment)
    units.world.move(THREE, units.unit("Apps/Shop"))
    units.settle()
    assert not units.plan(deployment).is_empty
    done(units, deployment)
    assert _suffixes(units, ONE, TWO, THREE) == {ONE: "dev", TWO: "shop", THREE: "shop"}


def test_a_closed_account_is_left_alone_and_said(units: Units) -> None:
    done(units, units.desired())
    units.world.organizations.close_account(AccountId=TWO)
    changed = units.desired(description="new")
    done(units, changed)
    assert any(f"{TWO} is SUSPENDED" in note for note in units.plan(changed).notes)
    assert units.keys() == at(ONE, TWO)


def test_where_organizations_cannot_be_read_nothing_is_deleted(units: Units) -> None:
    done(units, units.desired(units.group("Apps"), units.group("Labs")))
    before = len(units.local.journal())
    units.local.set_control_plane(refusals=[SUSPENDED])
    with pytest.raises(PermissionDeniedError):
        units.plan(units.desired())
    assert units.writes(before) == []
    assert units.keys() == at(ONE, TWO, THREE)


def test_a_destroy_turns_auto_deployment_off_takes_the_units_out_and_leaves_nothing(
    units: Units,
) -> None:
    deployment = units.desired(
        units.group("Apps", regions=(EAST, WEST)), units.group("Labs"), automatic=True
    )
    done(units, deployment)
    before = len(units.local.journal())
    outcome = units.destroy(deployment)
    assert outcome.verdict is Verdict.SUCCEEDED
    writes = units.writes(before)
    assert (writes[0], writes[-1]) == ("UpdateStackSet", "DeleteStackSet")
    assert units.observe(deployment) is None
    assert [units.stacks(one, EAST) for one in (ONE, TWO, THREE)] == [{}, {}, {}]


def test_a_destroy_that_retains_stacks_turns_auto_deployment_off_and_leaves_every_stack(
    units: Units,
) -> None:
    deployment = units.desired(units.group("Apps"), units.group("Labs"), automatic=True)
    done(units, deployment)
    kept = [units.stacks(one, EAST) for one in (ONE, TWO, THREE)]
    before = len(units.local.journal())
    outcome = units.destroy(deployment, retention=Retention.ALL)
    assert outcome.verdict is Verdict.SUCCEEDED
    writes = units.writes(before)
    assert (writes[0], writes[-1]) == ("UpdateStackSet", "DeleteStackSet")
    assert set(writes[1:-1]) == {"DeleteStackInstances"}
    assert units.observe(deployment) is None
    assert [units.stacks(one, EAST) for one in (ONE, TWO, THREE)] == kept
    assert all(kept)


@pytest.mark.parametrize("retention", [Retention.NONE, Retention.INOPERABLE])
def test_a_destroy_lets_the_stack_of_a_closed_account_stay_and_removes_all_else(
    units: Units, retention: Retention
) -> None:
    done(units, units.desired())
    kept = units.stacks(TWO, EAST)
    units.world.organizations.close_account(AccountId=TWO)
    outcome = units.destroy(units.desired(), retention=retention)
    assert outcome.verdict is Verdict.SUCCEEDED
    assert units.observe(units.desired()) is None
    assert (units.stacks(ONE, EAST), units.stacks(TWO, EAST)) == ({}, kept)


def test_a_closed_account_whose_unit_left_the_file_is_let_go_and_its_stack_stays(
    units: Units,
) -> None:
    done(units, units.desired(units.group("Apps"), units.group("Labs")))
    kept = units.stacks(THREE, EAST)
    units.world.organizations.close_account(AccountId=THREE)
    done(units, units.desired())
    assert units.keys() == at(ONE, TWO)
    assert units.stacks(THREE, EAST) == kept


# The commands, as typed


def test_a_closed_account_below_a_unit_of_the_file_is_told_by_every_command(
    units: Units, tmp_path
) -> None:
    folder = _write(tmp_path, units, "")
    assert folder.deploy().exit_code == 0
    units.world.organizations.close_account(AccountId=TWO)
    folder.change("t.json", lambda _: json.dumps(regional_template(retention=30)))
    changed, again = folder.deploy(), folder.deploy()
    status, diagnosed = folder.run("status"), folder.run("diagnose")
    destroyed = folder.run("destroy", "--yes", "--allow-delete")
    assert (changed.result["code"], again.result["code"]) == ("succeeded", "no_changes")
    told = f"{TWO}/{EAST} is left alone: its account is SUSPENDED"
    assert told in changed.result["plan"]["notes"]
    assert told in again.result["plan"]["notes"]
    # Of the other account nobody may read the stack; the closed one is no reason to fail.
    assert (status.exit_code, status.result["code"]) == (4, "unknown")
    assert (diagnosed.exit_code, diagnosed.result["code"]) == (4, "could_not_tell")
    assert [one["instance"] for one in diagnosed.result["unread"]] == [f"{ONE}/{EAST}"]
    for ran in (changed, status, diagnosed):
        assert ran.result["left_alone"] == [f"{TWO}/{EAST}"]
    assert (destroyed.exit_code, destroyed.result["code"]) == (4, "could_not_look")
    assert {one["change"] for one in destroyed.result["plan"]["instances"]} == {"delete", "retain"}
    assert any(f"{TWO}/{EAST}: could not look" in one for one in destroyed.result["unchecked"])


def test_a_delegated_administrator_says_so_on_every_call_of_a_whole_life(
    units: Units, local_aws: LocalAws, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    units.world.add_account(DELEGATE)
    units.world.trust_stack_sets(DELEGATE)
    for account in (ONE, TWO):
        trusted = f"arn:aws:iam::{DELEGATE}:root"
        make_execution_role(local_aws.client("iam", account), name=READ_ROLE, trusted=trusted)
    for name, value in local_aws.environ(DELEGATE).items():
        monkeypatch.setenv(name, value)
    folder = _write(tmp_path, units, 'call_as = "DELEGATED_ADMIN"\nread_role_name = "read"')
    before = len(local_aws.journal())
    assert folder.run("deploy", "--yes", "--no-lint").exit_code == 0
    assert folder.run("plan", "--no-lint", "--expect-no-changes").exit_code == 0
    assert folder.run("status").exit_code == 0
    assert folder.run("destroy", "--yes", "--allow-delete").exit_code == 0
    calls = [
        call
        for call in local_aws.journal()[before:]
        if "stacksets" in call["user_agent"].split()
        and ("StackSet" in call["action"] or "StackInstance" in call["action"])
    ]
    assert {"CreateStackSet", "ListStackInstances", "DeleteStackSet"} <= {
        call["action"] for call in calls
    }
    assert {call["call_as"] for call in calls} == {"DELEGATED_ADMIN"}


def test_an_organization_that_cannot_be_read_ends_in_exit_4_before_any_write(
    units: Units, local_aws: LocalAws, tmp_path
) -> None:
    folder = _write(tmp_path, units, "")
    assert folder.run("deploy", "--yes", "--no-lint").exit_code == 0
    folder.change(
        "stacksets.toml", lambda text: text.replace(units.unit("Apps"), units.unit("Labs"))
    )
    local_aws.set_control_plane(refusals=[SUSPENDED])
    before = len(local_aws.journal())
    for command in (
        ("plan", "--no-lint"),
        ("deploy", "--yes", "--allow-delete", "--no-lint"),
        ("destroy", "--yes", "--allow-delete"),
    ):
        ran = folder.run(*command)
        assert ran.exit_code == 4
        assert "ListAccountsForParent" in json.dumps(ran.result)
    assert units.writes(before) == []
    assert units.keys() == at(ONE, TWO)


def test_who_is_no_delegated_administrator_is_told_what_is_missing(
    units: Units, local_aws: LocalAws, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in local_aws.environ(ONE).items():
        monkeypatch.setenv(name, value)
    ran = _write(tmp_path, units, 'call_as = "DELEGATED_ADMIN"').run("plan", "--no-lint")
    assert ran.exit_code == 4
    assert "organizations:ListDelegatedAdministrators" in json.dumps(ran.result)


def test_everything_that_is_missing_is_told_at_once(
    units: Units, local_aws: LocalAws, tmp_path
) -> None:
    units.world.stack_sets().deactivate_organizations_access()
    folder = _write(tmp_path, units, "")
    gone = "ou-zzzz-99999999"
    folder.change("stacksets.toml", lambda text: text.replace(units.unit("Apps"), gone))
    folder.change("t.json", lambda text: json.dumps(json.loads(text) | {"Transform": "Macro"}))
    ran = folder.run("plan", "--no-lint")
    assert ran.exit_code == 4
    told = json.dumps(ran.result)
    assert "no trusted access" in told
    assert f"no unit {gone}" in told
    assert "holds a transform" in told


def test_stacks_of_nested_units_are_imported_through_the_unit_of_the_file(
    units: Units, local_aws: LocalAws, tmp_path
) -> None:
    made = []
    for account in (ONE, TWO, THREE):
        trusted = f"arn:aws:iam::{ACCOUNT}:root"
        make_execution_role(local_aws.client("iam", account), name=READ_ROLE, trusted=trusted)
        client = local_aws.client("cloudformation", account, EAST)
        body = json.dumps(regional_template())
        made.append(client.create_stack(StackName="mine", TemplateBody=body)["StackId"])
        client.get_waiter("stack_create_complete").wait(
            StackName="mine", WaiterConfig={"Delay": 0.05}
        )
    folder = _write(tmp_path, units, 'read_role_name = "read"')

    refused = folder.run("import", "--yes", *made)
    ran = folder.run("import", "--yes", *made[:2])

    assert refused.exit_code == 3
    [problem] = refused.result["error"]["problems"]
    assert problem["where"] == f"{THREE}/{EAST} mine"
    assert ran.exit_code == 0
    assert {one["stack_id"] for one in ran.result["instances"]} == set(made[:2])
    assert ran.result["imported"]["deploy"]["is_empty"]
    assert units.writes() == ["CreateStackSet", "ImportStacksToStackSet"]


def _write(path, units: Units, extra: str) -> Folder:
    (path / "t.json").write_text(json.dumps(regional_template()), encoding="utf-8")
    (path / "stacksets.toml").write_text(
        f"""
[stack_set]
name = "{NAME}"
template = "t.json"
home_region = "us-west-2"
permission_model = "SERVICE_MANAGED"
auto_deployment = true
{extra}
[[targets]]
organizational_units = ["{units.unit("Apps")}"]
regions = ["{EAST}"]
[environments.dev]
""",
        encoding="utf-8",
    )
    return Folder(path)
