"""The import of stacks as a plan: what it calls, in which order, under which ids."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacksets.import_plan import MOST_STACKS, make_import_plan
from stacksets.model.desired import (
    AccountFilter,
    AutoDeployment,
    DeploymentTargets,
    OperationPreferences,
    Organization,
    OrganizationAccount,
    ParameterOverride,
    PermissionModel,
    Region,
)
from stacksets.model.observed import DetailedStatus, InstanceStatus, OperationStatus
from stacksets.model.plan import (
    AttachToOperation,
    ChangeKind,
    CreateStackSet,
    ImportStacksToStackSet,
)
from stacksets.operation_ids import Purpose, find_purpose
from stacksets.organization import expand_deployment
from tests.builders import (
    ACCOUNT,
    EAST,
    NAME,
    WEST,
    a_deployment,
    a_key,
    a_stack_set,
    a_stack_to_import,
    an_instance,
    an_operation,
)
from tests.organizations import APPS, LABS, MANAGEMENT, ONE, TWO

REGIONS = tuple(Region(f"xx-place-{number}") for number in range(1, 6))
BOTH = (a_stack_to_import(a_key(region=EAST)), a_stack_to_import(a_key(region=WEST)))


def kinds(plan):
    return {str(one.key): one.kind for one in plan.instances}


def imports(plan):
    return [one for one in plan.steps if isinstance(one, ImportStacksToStackSet)]


def adopted(stack, **changes):
    return an_instance(stack.key, **({"stack_id": stack.id} | changes))


def test_a_missing_stack_set_is_created_first_and_holds_what_the_file_says():
    create, take = make_import_plan(a_deployment(), None, BOTH).steps

    assert isinstance(create, CreateStackSet)
    assert create.definition.template_body == a_deployment().template.body
    assert isinstance(take, ImportStacksToStackSet)
    assert (take.stack_set_name, take.organizational_units) == (NAME, ())


def test_stacks_go_in_the_order_of_the_files_regions_which_the_call_names_too():
    [step] = imports(make_import_plan(a_deployment(), a_stack_set(), BOTH))

    assert step.stack_ids == (BOTH[1].id, BOTH[0].id)
    assert step.preferences.region_order == (WEST, EAST)


def test_preferences_of_the_file_are_kept_and_a_region_without_a_stack_is_not_named():
    preferences = OperationPreferences(region_order=(EAST, WEST), failure_tolerance_count=2)
    deployment = a_deployment(operation_preferences=preferences)

    [step] = imports(make_import_plan(deployment, a_stack_set(), BOTH[:1]))

    assert step.preferences == replace(preferences, region_order=(EAST,))


def test_what_is_a_stack_instance_already_is_left_and_needs_no_step():
    observed = a_stack_set(adopted(BOTH[0]))

    plan = make_import_plan(a_deployment(), observed, BOTH)

    assert [one.stack_ids for one in imports(plan)] == [(BOTH[1].id,)]
    assert kinds(plan) == {
        f"{ACCOUNT}/{EAST}": ChangeKind.LEAVE,
        f"{ACCOUNT}/{WEST}": ChangeKind.IMPORT,
    }


def test_where_all_are_stack_instances_the_plan_is_empty_whatever_else_differs():
    observed = a_stack_set(*map(adopted, BOTH), parameters={"Suffix": "old"})

    plan = make_import_plan(a_deployment(), observed, BOTH)

    assert plan.is_empty
    assert plan.notes == ()
    assert set(kinds(plan).values()) == {ChangeKind.LEAVE}


def test_a_running_operation_is_waited_for_first():
    running = an_operation(status=OperationStatus.RUNNING)
    observed = a_stack_set(operations=(running,))

    plan = make_import_plan(a_deployment(), observed, BOTH)

    [step] = plan.steps
    assert isinstance(step, AttachToOperation)
    assert (plan.instances, plan.notes) == ((), ())


def test_an_operation_that_runs_elsewhere_keeps_nobody_who_has_nothing_to_do():
    running = an_operation(status=OperationStatus.RUNNING)
    observed = a_stack_set(*map(adopted, BOTH), operations=(running,))

    assert make_import_plan(a_deployment(), observed, BOTH).is_empty


def test_a_failed_import_is_planned_again_with_its_reason():
    failed = adopted(
        BOTH[0],
        status=InstanceStatus.INOPERABLE,
        detailed_status=DetailedStatus.FAILED_IMPORT,
        status_reason="no role",
    )

    plan = make_import_plan(a_deployment(), a_stack_set(failed), BOTH[:1])

    assert [one.why for one in plan.instances] == [
        "mine, CREATE_COMPLETE; not imported yet: no role"
    ]
    assert len(imports(plan)) == 1


def test_without_a_reason_the_status_tells_what_became_of_an_import():
    cancelled = adopted(
        BOTH[0], status=InstanceStatus.OUTDATED, detailed_status=DetailedStatus.CANCELLED
    )

    [change] = make_import_plan(a_deployment(), a_stack_set(cancelled), BOTH[:1]).instances

    assert change.why == "mine, CREATE_COMPLETE; not imported yet: CANCELLED"


def test_operation_ids_tell_that_they_are_of_an_import_and_are_numbered():
    stacks = [a_stack_to_import(a_key(f"{number:012}")) for number in range(1, 12)]

    ids = [one.operation_id for one in imports(make_import_plan(a_deployment(), None, stacks))]

    assert {find_purpose(one) for one in ids} == {Purpose.IMPORT}
    assert [one.rsplit("-", 1)[1] for one in ids] == ["1", "2"]


def test_the_same_world_gives_the_same_ids_also_when_the_stack_set_was_just_created():
    [first] = imports(make_import_plan(a_deployment(), None, BOTH))
    [again] = imports(make_import_plan(a_deployment(), a_stack_set(), BOTH))
    turned = imports(make_import_plan(a_deployment(), None, BOTH[::-1]))

    assert first.operation_id == again.operation_id == turned[0].operation_id


@pytest.mark.parametrize(
    "observed",
    [
        a_stack_set(operations=(an_operation(id="failed", status=OperationStatus.FAILED),)),
        a_stack_set(
            adopted(
                BOTH[0],
                status=InstanceStatus.INOPERABLE,
                detailed_status=DetailedStatus.FAILED_IMPORT,
            )
        ),
        a_stack_set(an_instance(a_key(region="eu-west-1"))),
    ],
    ids=["an operation ended", "an import failed", "another instance"],
)
def test_another_world_gives_other_ids(observed):
    [first] = imports(make_import_plan(a_deployment(), None, BOTH))
    [other] = imports(make_import_plan(a_deployment(), observed, BOTH))

    assert first.operation_id != other.operation_id


def test_other_stacks_and_another_definition_give_other_ids():
    [first] = imports(make_import_plan(a_deployment(), None, BOTH))
    [fewer] = imports(make_import_plan(a_deployment(), None, BOTH[:1]))
    [other] = imports(make_import_plan(a_deployment(description="new"), None, BOTH))

    assert len({first.operation_id, fewer.operation_id, other.operation_id}) == 3


def test_values_of_a_stack_that_the_file_does_not_give_are_noted_once_a_value():
    stacks = [
        a_stack_to_import(a_key(region=region), parameters={"Suffix": "prod", "Other": "x"})
        for region in (EAST, WEST)
    ]

    [note] = make_import_plan(a_deployment(), None, stacks).notes

    assert note == (
        f"{ACCOUNT}/{EAST}, {ACCOUNT}/{WEST}: Suffix is prod in the stack, the file gives dev; an "
        "entry of [[overrides]] would say so in the file"
    )


def test_a_value_that_an_override_of_the_file_gives_is_as_it_should_be():
    override = ParameterOverride(accounts=(), regions=(EAST,), parameters={"Suffix": "prod"})
    stack = a_stack_to_import(parameters={"Suffix": "prod"})

    assert make_import_plan(a_deployment(overrides=(override,)), None, [stack]).notes == ()


def test_tags_that_differ_are_noted_but_for_those_of_aws():
    stack = a_stack_to_import(tags={"Team": "red", "Old": "1", "aws:cloudformation:x": "1"})

    [note] = make_import_plan(a_deployment(tags={"Team": "blue", "New": "1"}), None, [stack]).notes

    assert note == (
        f"{ACCOUNT}/{EAST}: the tags New, Old, Team become the stack set's with the next update of "
        "the definition"
    )


def test_of_units_those_are_named_through_which_the_file_reaches_the_accounts():
    organization = Organization(
        management_account=MANAGEMENT,
        units={
            unit: (OrganizationAccount(id=account, state="ACTIVE", parent=unit),)
            for unit, account in ((APPS, ONE), (LABS, TWO))
        },
    )
    deployment = a_deployment(
        permission_model=PermissionModel.SERVICE_MANAGED,
        auto_deployment=AutoDeployment(enabled=False),
        targets=(
            DeploymentTargets(
                accounts=(),
                regions=(EAST,),
                organizational_units=(APPS, LABS),
                account_filter=AccountFilter.NONE,
            ),
        ),
    )
    expanded = expand_deployment(deployment, organization)
    stacks = [a_stack_to_import(a_key(one)) for one in (ONE, TWO)]

    [both] = imports(make_import_plan(expanded, None, stacks))
    [one] = imports(make_import_plan(expanded, None, stacks[1:]))

    assert both.organizational_units == (APPS, LABS)
    assert one.organizational_units == (LABS,)


@st.composite
def worlds(draw):
    """Stacks to import, some of which are stack instances already or were left unfinished."""
    pairs = st.tuples(st.integers(1, 9).map(lambda n: f"{n:012}"), st.sampled_from(REGIONS))
    keys = draw(st.lists(pairs, min_size=1, max_size=40, unique=True))
    stacks = [a_stack_to_import(a_key(*one)) for one in keys]
    how = st.sampled_from(["new", "adopted", "failed"])
    instances = []
    for stack in stacks:
        state = draw(how)
        if state == "adopted":
            instances.append(adopted(stack))
        if state == "failed":
            failed = {
                "status": InstanceStatus.INOPERABLE,
                "detailed_status": DetailedStatus.FAILED_IMPORT,
            }
            instances.append(adopted(stack, **failed))
    observed = None if not instances and draw(st.booleans()) else a_stack_set(*instances)
    return a_deployment(), observed, stacks


@given(worlds())
def test_every_stack_is_imported_exactly_once_and_the_second_plan_is_empty(world):
    deployment, observed, stacks = world
    sound = {one.stack_id for one in observed.instances if one.is_healthy} if observed else set()

    plan = make_import_plan(deployment, observed, stacks)

    named = [one for step in imports(plan) for one in step.stack_ids]
    assert sorted(named) == sorted({one.id for one in stacks} - sound)
    assert all(1 <= len(step.stack_ids) <= MOST_STACKS for step in imports(plan))
    assert len({step.operation_id for step in imports(plan)}) == len(imports(plan))
    after = a_stack_set(*map(adopted, stacks), operations=(an_operation(),))
    assert make_import_plan(deployment, after, stacks).is_empty
