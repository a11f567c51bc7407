"""What a plan does with organizational units, case by case."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stacksets.deploying import deploy
from stacksets.destroying import destroy
from stacksets.diagnosing import diagnose
from stacksets.errors import InputError, PermissionDeniedError
from stacksets.expand import expand_targets
from stacksets.model.desired import (
    AccountFilter,
    AutoDeployment,
    CallAs,
    DeploymentTargets,
    OrganizationalUnitId,
    ParameterOverride,
    PermissionModel,
)
from stacksets.model.observed import AutoDeploymentTarget, DetailedStatus, InstanceStatus
from stacksets.model.outcome import StepFinished, Verdict
from stacksets.model.plan import (
    ChangeKind,
    CreateStackInstances,
    CreateStackSet,
    DeleteStackInstances,
    DeleteStackSet,
    Retention,
    StopAutoDeployment,
    UpdateStackInstances,
    UpdateStackSet,
)
from stacksets.observing import observe_stack_set
from stacksets.plan import PlanOptions, make_destroy_plan, make_plan
from stacksets.report.diagnosis import diagnosis_result
from stacksets.report.outcome import outcome_lines
from stacksets.report.plan import no_changes_words
from stacksets.report.status import status_result
from stacksets.unit_rectangles import MOST_UNITS
from tests.builders import (
    EAST,
    NAME,
    WEST,
    a_deployment,
    a_key,
    a_stack_set,
    an_instance,
)
from tests.fakes import FakeAws, FakeClock
from tests.organizations import (
    APPS,
    FOUR,
    LABS,
    MANAGEMENT,
    ONE,
    ROOT,
    SHOP,
    THREE,
    TWO,
    an_organization,
)

NOBODY = "9" * 12
MANAGES = "is the management account, which gets no stack instance"
OUTDATED = {"status": InstanceStatus.OUTDATED, "detailed_status": DetailedStatus.FAILED}


@pytest.fixture
def organization():
    return an_organization()


@pytest.fixture
def aws(organization):
    aws = FakeAws()
    aws.fake_organizations = organization
    return aws


def group(*units, accounts=(), kind=AccountFilter.NONE, regions=(EAST,)):
    return DeploymentTargets(
        accounts=accounts, regions=regions, organizational_units=units, account_filter=kind
    )


def of_units(*groups, automatic=False, **changes):
    values = {
        "permission_model": PermissionModel.SERVICE_MANAGED,
        "administration_role_arn": None,
        "execution_role_name": None,
        "auto_deployment": AutoDeployment(enabled=automatic),
        "targets": groups or (group(APPS),),
    }
    return a_deployment(**(values | changes))


def row(account, unit=APPS, region=EAST, **changes):
    return an_instance(a_key(account, region), organizational_unit_id=unit, **changes)


def there(*rows, automatic=False, **changes):
    """A service-managed stack set; AWS tells roles of its own."""
    return a_stack_set(
        *rows,
        permission_model=PermissionModel.SERVICE_MANAGED,
        administration_role_arn=f"arn:aws:iam::{MANAGEMENT}:role/aws-service-role/x",
        execution_role_name="stacksets-exec-1",
        **({"auto_deployment": AutoDeployment(enabled=automatic)} | changes),
    )


APPS_THERE = (row(ONE), row(TWO), row(THREE))


def planned(aws, deployment, observed=None, **options):
    expanded = expand_targets(aws, deployment, observed)
    return make_plan(expanded, observed, PlanOptions(**options))


def kinds(plan):
    return {one.key.account: one.kind for one in plan.instances}


def test_a_unit_is_created_as_a_whole_with_all_that_is_nested_in_it(aws):
    create_set, create = planned(aws, of_units()).steps
    assert isinstance(create_set, CreateStackSet)
    assert create_set.definition.administration_role_arn is None
    assert (create.where.organizational_units, create.where.accounts) == ((APPS,), ())
    assert create.where.members == (ONE, TWO, THREE)


def test_units_with_the_same_regions_share_a_call(aws):
    (_, create) = planned(aws, of_units(group(APPS), group(LABS))).steps
    assert create.where.organizational_units == (APPS, LABS)


def test_unlike_regions_take_a_call_each_and_leave_nothing_to_do(aws):
    deployment = of_units(group(APPS), group(LABS, regions=(EAST, WEST)))
    (_, *creates) = planned(aws, deployment).steps
    assert {one.where.organizational_units: one.where.regions for one in creates} == {
        (APPS,): (EAST,),
        (LABS,): (EAST, WEST),
    }
    observed = there(*APPS_THERE, row(FOUR, LABS), row(FOUR, LABS, WEST))
    assert planned(aws, deployment, observed).is_empty


def test_missing_accounts_of_a_unit_are_named_exactly(aws):
    (step,) = planned(aws, of_units(), there(row(ONE))).steps
    assert step.where.account_filter is AccountFilter.INTERSECTION
    assert step.where.accounts == step.where.members == (TWO, THREE)


def test_a_difference_goes_as_the_file_has_it(aws):
    deployment = of_units(group(APPS, accounts=(ONE,), kind=AccountFilter.DIFFERENCE))
    (_, create) = planned(aws, deployment).steps
    assert create.where.account_filter is AccountFilter.DIFFERENCE
    assert (create.where.accounts, create.where.members) == ((ONE,), (TWO, THREE))


def test_union_reaches_an_account_through_the_unit_that_holds_it(aws):
    deployment = of_units(group(SHOP, accounts=(FOUR,), kind=AccountFilter.UNION))
    (_, *creates) = planned(aws, deployment).steps
    assert [(one.where.organizational_units, one.where.members) for one in creates] == [
        ((SHOP,), (TWO, THREE)),
        ((LABS,), (FOUR,)),
    ]
    observed = there(row(TWO, SHOP), row(THREE, SHOP), row(FOUR, LABS))
    assert planned(aws, deployment, observed).is_empty


@pytest.mark.parametrize(
    ("account", "kind", "words"),
    [
        (NOBODY, AccountFilter.UNION, "is not in the organization"),
        (NOBODY, AccountFilter.INTERSECTION, "is not in the organization"),
        (NOBODY, AccountFilter.DIFFERENCE, "is not in the organization"),
        (FOUR, AccountFilter.UNION, ""),
        (FOUR, AccountFilter.INTERSECTION, f"is not below {SHOP}"),
        (FOUR, AccountFilter.DIFFERENCE, f"is not below {SHOP}"),
        (MANAGEMENT, AccountFilter.UNION, MANAGES),
        (MANAGEMENT, AccountFilter.INTERSECTION, MANAGES),
        (MANAGEMENT, AccountFilter.DIFFERENCE, f"is not below {SHOP}"),
        (TWO, AccountFilter.DIFFERENCE, ""),
    ],
)
def test_an_account_beside_units_that_comes_to_nothing_is_told_with_its_reason(
    aws, account, kind, words
):
    deployment = of_units(group(SHOP, accounts=(account, THREE), kind=kind))
    expected = (f"account {account} of the file {words}",) if words else ()
    assert planned(aws, deployment).notes == expected


def test_an_account_is_below_the_units_beside_it_and_not_below_anothers(aws):
    only = group(SHOP, accounts=(TWO, FOUR), kind=AccountFilter.INTERSECTION)
    assert planned(aws, of_units(only, group(LABS))).notes == (
        f"account {FOUR} of the file is not below {SHOP}",
    )


def test_an_unhealthy_unit_is_updated_as_a_whole(aws):
    rows = [replace(one, **OUTDATED) for one in APPS_THERE]
    (step,) = planned(aws, of_units(), there(*rows)).steps
    assert isinstance(step, UpdateStackInstances)
    assert step.where.organizational_units == (APPS,)
    assert step.where.account_filter is AccountFilter.NONE


def test_an_instance_made_through_another_unit_is_named_by_both(aws, organization):
    organization.homes[ONE] = LABS
    observed = there(row(ONE, APPS, **OUTDATED), row(FOUR, LABS))
    (step,) = planned(aws, of_units(group(LABS)), observed).steps
    assert step.where.organizational_units == (APPS, LABS)
    assert step.where.members == (ONE,)


def test_a_unit_that_is_gone_is_not_named_any_more(aws, organization):
    organization.homes[ONE] = LABS
    gone = OrganizationalUnitId("ou-abcd-99999999")
    observed = there(row(ONE, gone, **OUTDATED), row(FOUR, LABS))
    (step,) = planned(aws, of_units(group(LABS)), observed).steps
    assert step.where.organizational_units == (LABS,)


def test_what_a_filter_leaves_out_is_never_surplus(aws):
    deployment = of_units(group(APPS, accounts=(ONE,), kind=AccountFilter.INTERSECTION))
    plan = planned(aws, deployment, there(*APPS_THERE))
    assert plan.is_empty
    assert {one.why for one in plan.instances if one.key.account != ONE} == {
        f"below {APPS}, where nothing is surplus"
    }
    [note] = plan.notes
    assert note.startswith(
        f"not asked for by the file, and left alone: {TWO}/{EAST}, {THREE}/{EAST}; "
    )
    assert no_changes_words(replace(plan, overrides_read=True)).endswith(
        "is as the deployment file says: 1 stack instance in place, 2 that it does not ask for "
        "left alone"
    )


def test_what_a_filter_leaves_out_is_mended_where_it_can_be(aws):
    deployment = of_units(group(APPS, accounts=(ONE,), kind=AccountFilter.INTERSECTION))
    plan = planned(aws, deployment, there(row(ONE), row(TWO, **OUTDATED)))
    assert kinds(plan)[TWO] is ChangeKind.RETRY


def test_an_inoperable_instance_that_nobody_asked_for_is_left_alone_and_said(aws):
    deployment = of_units(group(APPS, accounts=(ONE,), kind=AccountFilter.INTERSECTION))
    plan = planned(aws, deployment, there(row(ONE), row(TWO, status=InstanceStatus.INOPERABLE)))
    assert plan.is_empty
    assert (
        f"{TWO}/{EAST} is left alone: below {APPS}, where nothing is surplus; INOPERABLE, "
        "--retain-inoperable lets it go"
    ) in plan.notes


@pytest.mark.parametrize("state", ["ACTIVE", "SUSPENDED", "PENDING_CLOSURE"])
def test_an_inoperable_instance_that_nobody_asked_for_is_let_go_on_request(
    aws, organization, state
):
    organization.states[TWO] = state
    deployment = of_units(group(APPS, accounts=(ONE,), kind=AccountFilter.INTERSECTION))
    stuck = row(TWO, status=InstanceStatus.INOPERABLE)
    plan = planned(aws, deployment, there(row(ONE), stuck), retain_inoperable=True)
    [step] = plan.steps
    assert (step.retain_stacks, step.where.members) == (True, (TWO,))
    assert kinds(plan) == {ONE: ChangeKind.LEAVE, TWO: ChangeKind.RETAIN}
    assert [one.why for one in plan.instances if one.key.account == TWO] == [
        "INOPERABLE, let go as asked"
    ]
    assert planned(aws, deployment, there(row(ONE))).is_empty


def test_what_is_left_alone_and_not_inoperable_is_not_let_go_by_it(aws, organization):
    organization.states[TWO] = "SUSPENDED"
    plan = planned(aws, of_units(), there(row(ONE), row(TWO), row(THREE)), retain_inoperable=True)
    assert plan.is_empty
    assert kinds(plan)[TWO] is ChangeKind.LEAVE


def test_an_instance_in_another_region_of_a_unit_is_surplus(aws):
    (step,) = planned(aws, of_units(), there(*APPS_THERE, row(ONE, region=WEST))).steps
    assert isinstance(step, DeleteStackInstances)
    assert (step.where.members, step.where.regions) == ((ONE,), (WEST,))


def test_a_leaver_is_removed_through_the_unit_that_holds_it_now(aws, organization):
    organization.homes[TWO] = LABS
    plan = planned(aws, of_units(), there(*APPS_THERE))
    (step,) = plan.steps
    assert step.where.organizational_units == (APPS, LABS)
    assert step.where.members == (TWO,)
    assert not step.retain_stacks
    assert [one.why for one in plan.instances if one.key.account == TWO] == [
        f"its account left {APPS}"
    ]
    assert step.why == f"its account left {APPS}"


def test_a_deletion_says_why_each_of_its_instances_goes(aws):
    broken = row(ONE, region=WEST, status=InstanceStatus.INOPERABLE)
    (step,) = planned(aws, of_units(), there(*APPS_THERE, broken, row(TWO, region=WEST))).steps
    assert step.where.members == (ONE, TWO)
    assert step.why == "INOPERABLE, not in the deployment file; not in the deployment file"


def test_a_leavers_stack_stays_where_the_file_says_so(aws, organization):
    organization.homes[TWO] = LABS
    keeping = AutoDeployment(enabled=True, retain_stacks_on_account_removal=True)
    observed = there(*APPS_THERE, auto_deployment=keeping)
    (step,) = planned(aws, of_units(auto_deployment=keeping), observed).steps
    assert step.retain_stacks


def test_an_account_that_left_the_organization_keeps_its_stack(aws, organization):
    del organization.homes[TWO]
    plan = planned(aws, of_units(), there(*APPS_THERE))
    (step,) = plan.steps
    assert step.retain_stacks
    assert step.where.organizational_units == (APPS,)
    assert any("stays in the account" in note for note in plan.notes)


def test_an_instance_that_nothing_leads_to_is_said_and_not_guessed_at(aws, organization):
    del organization.homes[TWO]
    with pytest.raises(InputError, match="belongs to no organizational unit"):
        planned(aws, of_units(), there(row(TWO, None)))


def test_a_closed_account_below_a_unit_is_left_alone_and_said(aws, organization):
    organization.states[TWO] = "SUSPENDED"
    skipped = {
        "status": InstanceStatus.OUTDATED,
        "detailed_status": DetailedStatus.SKIPPED_SUSPENDED_ACCOUNT,
    }
    plan = planned(aws, of_units(), there(row(ONE), row(TWO, **skipped), row(THREE)))
    assert plan.is_empty
    assert f"account {TWO} is SUSPENDED and gets no stack instance" in plan.notes
    assert f"{TWO}/{EAST} is left alone: its account is SUSPENDED" in plan.notes


def test_a_closed_account_is_wrong_for_no_command_and_told_by_each(aws, organization):
    run(aws, deploy, of_units(), make_plan, options=PlanOptions())
    organization.states[TWO] = "SUSPENDED"
    sets = aws.fake_stack_sets
    skipped = row(
        TWO,
        status=InstanceStatus.OUTDATED,
        detailed_status=DetailedStatus.SKIPPED_SUSPENDED_ACCOUNT,
        stack_id=None,
    )
    others = tuple(one for one in sets.sets[NAME].instances if one.key.account != TWO)
    changed = of_units(description="changed")
    sets.sets[NAME] = replace(sets.sets[NAME], instances=(*others, skipped))
    observed = observe_stack_set(aws, changed)
    expanded = expand_targets(aws, changed, observed)

    status = status_result(expanded, observed, {})
    diagnosis = diagnosis_result(expanded, diagnose(aws, expanded, observed), {})

    told = f"{TWO}/{EAST} is left alone: its account is SUSPENDED"
    assert (status.code, status.exit_code) == ("healthy", 0)
    assert status.data["left_alone"] == [f"{TWO}/{EAST}"]
    assert status.data["surplus"] == []
    [line] = [one.text for one in status.lines if one.text.startswith(f"  {TWO}/")]
    assert "its account is SUSPENDED" in line
    assert (diagnosis.code, diagnosis.exit_code) == ("no_fault", 0)
    assert any(told in one.text for one in diagnosis.lines)


def test_what_is_left_alone_is_not_counted_among_what_is_as_desired(aws, organization):
    run(aws, deploy, of_units(), make_plan, options=PlanOptions())
    organization.states[TWO] = "SUSPENDED"
    outcome = run(aws, deploy, of_units(description="changed"), make_plan, options=PlanOptions())
    first, *rows = (one.text for one in outcome_lines(outcome))
    assert outcome.kept == (a_key(TWO, EAST),)
    assert first.endswith("2 of 2 stack instances as desired, 1 left alone")
    assert [one for one in rows if TWO in one and "left alone" in one]


def test_a_unit_with_a_closed_account_is_not_named_as_a_whole(aws, organization):
    organization.states[TWO] = "SUSPENDED"
    (_, create) = planned(aws, of_units()).steps
    assert create.where.account_filter is AccountFilter.INTERSECTION
    assert create.where.members == (ONE, THREE)


def test_the_management_account_is_never_a_target(aws):
    (_, create) = planned(aws, of_units(group(ROOT))).steps
    assert create.where.organizational_units == (ROOT,)
    assert MANAGEMENT not in create.where.members


def test_an_empty_unit_is_said(aws):
    plan = planned(aws, of_units(group(LABS, accounts=(), regions=(EAST,)), group(APPS)))
    assert plan.notes == ()
    aws.fake_organizations.homes[FOUR] = APPS
    plan = planned(aws, of_units(group(LABS), group(APPS)))
    assert plan.notes == (f"{LABS} holds no account that takes stacks",)


def test_an_empty_unit_becomes_a_target_of_auto_deployment_once(aws, organization):
    organization.homes[FOUR] = APPS
    deployment = of_units(group(LABS), automatic=True)
    plan = planned(aws, deployment)
    (_, step) = plan.steps
    assert isinstance(step, CreateStackInstances)
    assert (step.where.organizational_units, step.where.members) == ((LABS,), ())
    assert "get stack instances by themselves" in plan.notes[0]
    served = AutoDeploymentTarget(organizational_unit_id=LABS, regions=(EAST,))
    listed = there(automatic=True, auto_deployment_targets=(served,))
    assert planned(aws, deployment, listed).is_empty
    described = there(automatic=True, organizational_unit_ids=(LABS,))
    assert planned(aws, deployment, described).is_empty


def test_a_unit_replaced_by_its_child_becomes_a_target_in_one_call_that_names_it_whole(aws):
    override = ParameterOverride(accounts=(TWO,), regions=(), parameters={"Suffix": "x"})
    deployment = of_units(group(SHOP), automatic=True, overrides=(override,))
    served = AutoDeploymentTarget(organizational_unit_id=APPS, regions=(EAST,))
    changed = row(TWO, overrides={"Suffix": "y"})
    observed = there(
        row(ONE), changed, row(THREE), automatic=True, auto_deployment_targets=(served,)
    )
    update, target, delete = planned(aws, deployment, observed).steps
    assert isinstance(update, UpdateStackInstances)
    assert isinstance(target, CreateStackInstances)
    assert target.only_targets
    assert (target.where.organizational_units, target.where.accounts) == ((SHOP,), ())
    assert isinstance(delete, DeleteStackInstances)
    assert delete.where.members == (ONE,)


def test_a_filter_beside_auto_deployment_is_warned_of(aws):
    deployment = of_units(
        group(APPS, accounts=(ONE,), kind=AccountFilter.INTERSECTION), automatic=True
    )
    assert any(
        "auto-deployment knows no INTERSECTION" in one for one in planned(aws, deployment).notes
    )


@pytest.mark.parametrize(
    ("automatic", "where", "is_told"),
    [
        (True, {}, True),
        (True, {"organizational_units": (SHOP,)}, True),
        (True, {"accounts": (ONE,)}, False),
        (False, {}, False),
    ],
)
def test_newcomers_are_told_to_run_without_the_overrides_until_a_deploy(
    aws, automatic, where, is_told
):
    values = {"accounts": (), "regions": (), "parameters": {"Suffix": "x"}} | where
    deployment = of_units(
        group(APPS), group(LABS), automatic=automatic, overrides=(ParameterOverride(**values),)
    )
    note = (
        f"auto-deployment knows no [[overrides]]: an account that joins {APPS}, {LABS} has the "
        "stack set's values until the next deploy"
    )
    assert planned(aws, deployment).notes == ((note,) if is_told else ())


def test_a_unit_that_left_the_file_goes_as_a_whole_and_last(aws):
    deployment = of_units(group(LABS))
    create, delete = planned(aws, deployment, there(*APPS_THERE)).steps
    assert isinstance(create, CreateStackInstances)
    assert isinstance(delete, DeleteStackInstances)
    assert delete.where.organizational_units == (APPS,)
    assert delete.where.account_filter is AccountFilter.NONE


def test_an_empty_target_that_left_the_file_is_taken_from_auto_deployment(aws, organization):
    organization.homes[FOUR] = APPS
    observed = there(
        *APPS_THERE,
        row(FOUR),
        automatic=True,
        auto_deployment_targets=(
            AutoDeploymentTarget(organizational_unit_id=LABS, regions=(WEST,)),
        ),
    )
    (step,) = planned(aws, of_units(automatic=True), observed).steps
    assert (step.where.organizational_units, step.where.regions) == ((LABS,), (WEST,))
    assert step.why == "not in the deployment file"


def test_a_surplus_target_above_a_wanted_unit_stays_and_is_said(aws):
    observed = there(
        *APPS_THERE,
        automatic=True,
        auto_deployment_targets=(
            AutoDeploymentTarget(organizational_unit_id=ROOT, regions=(EAST,)),
        ),
    )
    plan = planned(aws, of_units(automatic=True), observed)
    assert plan.is_empty
    assert any(f"{ROOT} stays a target of auto-deployment" in note for note in plan.notes)


def test_a_closed_account_keeps_no_surplus_unit_from_going_as_a_whole(aws, organization):
    organization.states[TWO] = "SUSPENDED"
    kept, gone = planned(aws, of_units(group(LABS)), there(*APPS_THERE, row(FOUR, LABS))).steps
    assert (kept.retain_stacks, kept.where.members) == (True, (TWO,))
    assert (gone.retain_stacks, gone.where.members) == (False, (ONE, THREE))
    assert gone.where.account_filter is AccountFilter.NONE


@pytest.mark.parametrize(
    ("wanted", "observed", "paths"),
    [
        (AutoDeployment(enabled=True), AutoDeployment(enabled=False), ["AutoDeployment.Enabled"]),
        (AutoDeployment(enabled=True), None, ["AutoDeployment.Enabled"]),
        (
            AutoDeployment(enabled=True, retain_stacks_on_account_removal=True),
            AutoDeployment(enabled=True),
            ["AutoDeployment.RetainStacksOnAccountRemoval"],
        ),
        (
            AutoDeployment(enabled=False),
            AutoDeployment(enabled=False, retain_stacks_on_account_removal=True),
            [],
        ),
    ],
)
def test_auto_deployment_that_changed_is_a_difference_and_roles_are_none(
    aws, wanted, observed, paths
):
    plan = planned(aws, of_units(auto_deployment=wanted), there(auto_deployment=observed))
    assert [one.path for one in plan.differences] == paths


def test_dependencies_of_auto_deployment_are_no_difference_and_survive_an_update(aws):
    observed = there(
        *APPS_THERE, auto_deployment=AutoDeployment(enabled=True, depends_on=("arn:first",))
    )

    unchanged = planned(aws, of_units(automatic=True), observed)
    [update] = planned(aws, of_units(automatic=True, description="new"), observed).steps

    assert unchanged.is_empty
    assert update.definition.auto_deployment.depends_on == ("arn:first",)


def test_another_permission_model_is_a_difference_while_there_are_no_instances(aws):
    observed = a_stack_set()
    plan = planned(aws, of_units(), observed)
    assert "PermissionModel" in [one.path for one in plan.differences]
    assert isinstance(plan.steps[0], UpdateStackSet)
    back = planned(aws, a_deployment(administration_role_arn=None), there())
    update = back.steps[0]
    assert update.definition.administration_role_arn is None
    assert update.definition.execution_role_name == "execution"


def test_overrides_of_a_unit_apply_to_all_accounts_below_it(aws):
    override = ParameterOverride(
        accounts=(ONE,), regions=(), parameters={"Suffix": "x"}, organizational_units=(SHOP,)
    )
    deployment = of_units(group(APPS), group(LABS), overrides=(override,))
    expanded = expand_targets(aws, deployment, None)
    overridden = {one.account for one in expanded.instance_keys() if expanded.overrides_of(one)}
    assert overridden == {ONE, TWO, THREE}


@pytest.mark.parametrize(
    ("accounts", "regions", "notes"),
    [
        ((TWO,), (), ()),
        ((TWO, FOUR), (), (f"[[overrides]] 1 reaches no stack instance in {FOUR}",)),
        ((FOUR, "9" * 12), (), ("[[overrides]] 1 reaches no stack instance",)),
        ((TWO,), (WEST,), ("[[overrides]] 1 reaches no stack instance",)),
        ((MANAGEMENT,), (), ("[[overrides]] 1 reaches no stack instance",)),
    ],
)
def test_an_override_that_reaches_nobody_is_said(aws, accounts, regions, notes):
    override = ParameterOverride(accounts=accounts, regions=regions, parameters={"Suffix": "x"})
    plan = planned(aws, of_units(group(APPS), overrides=(override,)))
    assert plan.notes == notes


def test_an_override_of_a_unit_that_is_no_target_is_said(aws):
    override = ParameterOverride(
        accounts=(), regions=(), parameters={"Suffix": "x"}, organizational_units=(LABS,)
    )
    plan = planned(aws, of_units(group(APPS), overrides=(override,)))
    assert plan.notes == ("[[overrides]] 1 reaches no stack instance",)


def test_an_override_reaches_who_joined_beside_the_filter_and_not_who_leaves(aws):
    apps = group(APPS, accounts=(ONE,), kind=AccountFilter.INTERSECTION)
    overrides = tuple(
        ParameterOverride(accounts=(one,), regions=(), parameters={"Suffix": "x"})
        for one in (TWO, FOUR)
    )
    plan = planned(aws, of_units(apps, overrides=overrides), there(*APPS_THERE, row(FOUR, LABS)))
    assert [one for one in plan.notes if "overrides" in one] == [
        "[[overrides]] 2 reaches no stack instance"
    ]


def test_no_call_names_more_units_than_aws_takes(aws, organization):
    units = tuple(OrganizationalUnitId(f"ou-abcd-{number:08}") for number in range(60))
    accounts = tuple(f"{number:012}" for number in range(1000, 1060))
    organization.above |= dict.fromkeys(units, ROOT)
    organization.homes |= dict(zip(accounts, units, strict=True))
    whole = planned(aws, of_units(group(*units))).steps[1:]
    assert [len(one.where.organizational_units) for one in whole] == [MOST_UNITS, 10]
    organization.homes |= {
        f"{number:012}": unit for number, unit in zip(range(2000, 2060), units, strict=True)
    }
    rows = [
        row(f"{number:012}", unit) for number, unit in zip(range(2000, 2060), units, strict=True)
    ]
    parts = planned(aws, of_units(group(*units)), there(*rows)).steps
    assert [len(one.where.organizational_units) for one in parts] == [MOST_UNITS, 10]
    assert sorted(account for one in parts for account in one.where.members) == sorted(accounts)


def test_a_unit_that_the_organization_does_not_have_is_never_planned_for(aws):
    gone = OrganizationalUnitId("ou-abcd-99999999")
    with pytest.raises(InputError, match=gone):
        planned(aws, of_units(group(gone)), there(*APPS_THERE))


@pytest.mark.parametrize("make", [make_plan, make_destroy_plan])
def test_units_that_were_not_expanded_are_a_bug_and_no_surplus(make):
    with pytest.raises(ValueError, match="not expanded"):
        make(of_units(), there(*APPS_THERE))


def test_what_organizations_does_not_tell_ends_the_run_before_any_plan(aws, organization):
    organization.refuse = PermissionDeniedError("no organizations:DescribeOrganization")
    with pytest.raises(PermissionDeniedError):
        planned(aws, of_units(), there(*APPS_THERE))


def test_each_unit_is_asked_for_once(aws, organization):
    planned(aws, of_units(group(APPS), group(APPS, regions=(WEST,))), there(*APPS_THERE))
    assert organization.calls == [("find_management_account",), ("list_accounts_below", APPS)]


def test_a_self_managed_deployment_asks_organizations_nothing(aws, organization):
    assert expand_targets(aws, a_deployment(), a_stack_set()) == a_deployment()
    assert organization.calls == []


def test_a_service_managed_stack_set_is_destroyed_by_whatever_file(aws):
    observed = there(*APPS_THERE)
    expanded = expand_targets(aws, a_deployment(), observed)
    delete, last = make_destroy_plan(expanded, observed).steps
    assert delete.where.organizational_units == (APPS,)
    assert isinstance(last, DeleteStackSet)


def test_a_destroy_turns_auto_deployment_off_and_keeps_what_it_cannot_reach(aws, organization):
    organization.states[TWO] = "SUSPENDED"
    observed = there(*APPS_THERE, automatic=True)
    expanded = expand_targets(aws, of_units(automatic=True), observed)
    plan = make_destroy_plan(expanded, observed)
    off, kept, gone, last = plan.steps
    assert isinstance(off, StopAutoDeployment)
    assert off.parameters == ("Suffix",)
    assert (kept.retain_stacks, kept.where.members) == (True, (TWO,))
    assert (gone.where.organizational_units, gone.where.members) == ((APPS,), (ONE, THREE))
    assert isinstance(last, DeleteStackSet)
    assert kinds(plan) == {
        ONE: ChangeKind.DELETE,
        TWO: ChangeKind.RETAIN,
        THREE: ChangeKind.DELETE,
    }
    [note] = plan.notes
    assert note.startswith(f"{TWO}/{EAST}: the stack arn:aws:")
    assert note.endswith(" stays in the account")


def test_the_same_world_gives_the_same_ids_and_another_organization_gives_others(aws, organization):
    first, again = (planned(aws, of_units(), there(row(ONE))) for _ in range(2))
    assert first == again
    organization.homes[FOUR] = APPS
    assert planned(aws, of_units(), there(row(ONE))).digest != first.digest


def run(aws, work, deployment, make, **arguments):
    observed = observe_stack_set(aws, deployment)
    expanded = expand_targets(aws, deployment, observed)
    return work(
        deployment,
        aws,
        FakeClock(),
        first=make(expanded, observed),
        consent=lambda _: None,
        notify=lambda _: None,
        **arguments,
    )


def test_a_whole_life_with_an_account_that_joins_on_the_way(aws, organization):
    deployment = of_units(automatic=True, call_as=CallAs.DELEGATED_ADMIN)
    outcome = run(aws, deploy, deployment, make_plan, options=PlanOptions())
    assert outcome.verdict is Verdict.SUCCEEDED
    organization.homes[FOUR] = SHOP
    stack_sets = aws.fake_stack_sets
    newcomer = row(FOUR, stack_id=stack_sets._stack(a_key(FOUR, EAST)))
    stack_sets.sets[NAME] = replace(
        stack_sets.sets[NAME],
        instances=tuple(
            sorted((*stack_sets.sets[NAME].instances, newcomer), key=lambda one: one.key)
        ),
    )
    observed = observe_stack_set(aws, deployment)
    assert make_plan(expand_targets(aws, deployment, observed), observed).is_empty
    outcome = run(aws, destroy, deployment, make_destroy_plan, retention=Retention.NONE)
    assert outcome.verdict is Verdict.SUCCEEDED
    assert stack_sets.sets == {}
    assert set(aws.called_as) == {CallAs.DELEGATED_ADMIN}


def test_a_target_that_was_not_made_is_no_stack_instance_that_was_not_attempted(aws):
    run(aws, deploy, of_units(automatic=True), make_plan, options=PlanOptions())
    override = ParameterOverride(accounts=(TWO,), regions=(), parameters={"Suffix": "x"})
    child = of_units(group(SHOP), automatic=True, overrides=(override,))
    aws.fake_stack_sets.fail[a_key(TWO, EAST)] = "stuck"
    outcome = run(aws, deploy, child, make_plan, options=PlanOptions())
    assert [type(one) for one in outcome.plan.steps] == [
        UpdateStackInstances,
        CreateStackInstances,
        DeleteStackInstances,
    ]
    assert len(outcome.unsent) == 2
    assert outcome.not_attempted == (a_key(ONE, EAST),)


def test_a_destroy_goes_on_where_turning_auto_deployment_off_fails_in_an_instance(aws):
    deployment = of_units(automatic=True)
    run(aws, deploy, deployment, make_plan, options=PlanOptions())
    aws.fake_stack_sets.fail[a_key(ONE, EAST)] = "stuck"
    steps = []

    def mend(event):
        if isinstance(event, StepFinished):
            steps.append(type(event.step))
            aws.fake_stack_sets.fail.clear()

    observed = observe_stack_set(aws, deployment)
    outcome = destroy(
        deployment,
        aws,
        FakeClock(),
        retention=Retention.NONE,
        first=make_destroy_plan(expand_targets(aws, deployment, observed), observed),
        consent=lambda _: None,
        notify=mend,
    )
    assert steps == [StopAutoDeployment, DeleteStackInstances, DeleteStackSet]
    assert outcome.verdict is Verdict.SUCCEEDED
