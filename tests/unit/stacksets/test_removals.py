import json
from dataclasses import replace

import pytest

from stacksets.model.desired import Organization, PermissionModel
from stacksets.model.observed import InstanceStatus, OperationAction, OperationStatus
from stacksets.model.plan import (
    AttachToOperation,
    ChangeKind,
    DeleteStackInstances,
    DeleteStackSet,
    Retention,
)
from stacksets.operation_ids import Purpose, find_purpose, make_operation_id
from stacksets.plan import PlanOptions, make_destroy_plan, make_plan
from stacksets.removals import find_retained
from tests.builders import (
    ACCOUNT,
    CONTENT,
    EAST,
    HOME,
    WEST,
    a_deployment,
    a_key,
    a_stack_set,
    a_template,
    an_instance,
    an_operation,
    targets,
)

EAST_KEY, WEST_KEY, HOME_KEY = (a_key(region=one) for one in (EAST, WEST, HOME))
STUCK = an_instance(EAST_KEY, status=InstanceStatus.INOPERABLE)
WELL = an_instance(WEST_KEY)
GONE = an_instance(HOME_KEY, stack_exists=False)
DIGEST = "0" * 64


def changes(plan):
    return {one.key.region: (one.kind, one.why) for one in plan.instances}


def deletions(plan):
    return [
        (step.where.regions, step.retain_stacks)
        for step in plan.steps
        if isinstance(step, DeleteStackInstances)
    ]


def test_a_destroy_deletes_every_stack_that_it_can_and_says_where_it_tries_again():
    plan = make_destroy_plan(a_deployment(), a_stack_set(STUCK, WELL, GONE))

    assert changes(plan) == {
        EAST: (ChangeKind.DELETE, "INOPERABLE; its stack is tried to be deleted again"),
        WEST: (ChangeKind.DELETE, "the stack set is destroyed"),
        HOME: (ChangeKind.DELETE, "its stack is gone already"),
    }
    assert deletions(plan) == [((HOME,), True), ((WEST, EAST), False)]
    assert plan.notes == ()


def test_one_that_retains_stacks_deletes_no_stack_at_all():
    bare = an_instance(a_key(region="eu-west-1"), stack_id=None)
    plan = make_destroy_plan(a_deployment(), a_stack_set(STUCK, WELL, bare), Retention.ALL)

    assert changes(plan) == {
        EAST: (ChangeKind.RETAIN, "INOPERABLE; leaves the stack set, its stack stays"),
        WEST: (ChangeKind.RETAIN, "leaves the stack set, its stack stays"),
        "eu-west-1": (ChangeKind.RETAIN, "leaves the stack set, it has no stack"),
    }
    assert deletions(plan) == [((WEST, EAST, "eu-west-1"), True)]
    assert isinstance(plan.steps[-1], DeleteStackSet)
    assert plan.deletes
    assert plan.notes == ()


def test_one_that_retains_inoperable_instances_lets_those_go_first_and_deletes_the_rest():
    plan = make_destroy_plan(a_deployment(), a_stack_set(STUCK, WELL), Retention.INOPERABLE)

    assert [kind for kind, _ in changes(plan).values()] == [ChangeKind.RETAIN, ChangeKind.DELETE]
    assert deletions(plan) == [((EAST,), True), ((WEST,), False)]
    assert plan.notes == (
        f"{EAST_KEY}: the stack {STUCK.stack_id} stays in the account; delete it there",
    )


def test_an_inoperable_instance_without_a_stack_leaves_nothing_to_delete_by_hand():
    bare = an_instance(EAST_KEY, status=InstanceStatus.INOPERABLE, stack_id=None)

    assert make_destroy_plan(a_deployment(), a_stack_set(bare), Retention.INOPERABLE).notes == ()


@pytest.mark.parametrize(
    ("retention", "purpose"),
    [
        (Retention.NONE, Purpose.DESTROY),
        (Retention.INOPERABLE, Purpose.DESTROY_RETAIN_INOPERABLE),
        (Retention.ALL, Purpose.DESTROY_RETAIN_STACKS),
    ],
)
def test_the_ids_of_a_destroy_tell_what_it_retains(retention, purpose):
    plan = make_destroy_plan(a_deployment(), a_stack_set(STUCK, WELL), retention)
    ids = [one.operation_id for one in plan.steps if isinstance(one, DeleteStackInstances)]

    assert {find_purpose(one) for one in ids} == {purpose}
    assert purpose.retention is retention


def test_what_is_retained_is_part_of_what_a_plan_is_named_after():
    observed = a_stack_set(WELL)
    digests = {make_destroy_plan(a_deployment(), observed, one).digest for one in Retention}

    assert len(digests) == len(Retention)


def test_a_running_deletion_is_warned_of_where_stacks_are_to_stay():
    def plan(retention, **changes):
        running = an_operation(
            status=OperationStatus.RUNNING, **({"action": OperationAction.DELETE} | changes)
        )
        return make_destroy_plan(
            a_deployment(), a_stack_set(WELL, operations=(running,)), retention
        )

    warned = plan(Retention.ALL)
    sparing = make_operation_id(Purpose.DESTROY_RETAIN_STACKS, DIGEST, 1)
    deleting = make_operation_id(Purpose.DESTROY, DIGEST, 1)

    assert isinstance(warned.steps[0], AttachToOperation)
    assert warned.notes == (
        "it may delete stacks that are to stay: `stacksets stop` stops it first",
    )
    assert plan(Retention.ALL, id=deleting).notes == warned.notes
    assert plan(Retention.ALL, id=sparing).notes == ()
    assert plan(Retention.ALL, action=OperationAction.UPDATE).notes == ()
    assert plan(Retention.NONE).notes == ()


def test_what_an_earlier_destroy_has_let_go_is_told_by_one_that_deletes():
    earlier, perhaps, update = (
        an_operation(id=make_operation_id(purpose, DIGEST, 1), action=action)
        for purpose, action in (
            (Purpose.DESTROY_RETAIN_STACKS, OperationAction.DELETE),
            (Purpose.DEPLOY_RETAIN_INOPERABLE, OperationAction.DELETE),
            (Purpose.DEPLOY_RETAIN_INOPERABLE, OperationAction.UPDATE),
        )
    )
    observed = a_stack_set(WELL, operations=(earlier, an_operation()))
    doubtful = replace(observed, operations=(perhaps, update))

    (note,) = make_destroy_plan(a_deployment(), observed).notes
    (doubt,) = make_destroy_plan(a_deployment(), doubtful).notes

    assert "by stacksets destroy --retain-stacks) has let stacks go" in note
    assert "by stacksets deploy --retain-inoperable) may have let stacks go" in doubt
    assert make_destroy_plan(a_deployment(), observed, Retention.ALL).notes == ()


def test_stacks_that_have_to_be_there_afterwards_are_those_that_are_retained_and_exist():
    bare = an_instance(a_key(region="eu-west-1"), stack_id=None)
    observed = a_stack_set(STUCK, WELL, GONE, bare)

    def regions(retention):
        return [one.region for one in find_retained(a_deployment(), observed, retention)]

    assert regions(Retention.NONE) == []
    assert regions(Retention.INOPERABLE) == [EAST]
    assert regions(Retention.ALL) == [EAST, WEST]
    assert find_retained(a_deployment(), None, Retention.ALL) == ()


def test_an_account_that_nobody_can_reach_keeps_its_stack_without_being_asked():
    deployment = a_deployment(
        permission_model=PermissionModel.SERVICE_MANAGED,
        organization=Organization(management_account="000000000001", units={}),
        targets=(),
    )
    lost = an_instance(EAST_KEY, organizational_unit_id="ou-abcd-11111111")
    bare = an_instance(WEST_KEY, organizational_unit_id="ou-abcd-11111111", stack_id=None)
    observed = a_stack_set(lost, bare, permission_model=PermissionModel.SERVICE_MANAGED)

    plan = make_destroy_plan(deployment, observed)

    why = "its account is not in the organization any more; the stack stays"
    assert changes(plan)[EAST] == (ChangeKind.RETAIN, why)
    assert plan.notes == (f"{EAST_KEY}: the stack {lost.stack_id} stays in the account",)
    assert find_retained(deployment, observed, Retention.NONE) == (lost,)


def test_a_deploy_lets_a_surplus_inoperable_instance_go_only_where_that_is_asked():
    desired = a_deployment(targets=targets((ACCOUNT, WEST)))
    observed = a_stack_set(STUCK, WELL)

    tried = make_plan(desired, observed)
    let_go = make_plan(desired, observed, PlanOptions(retain_inoperable=True))

    why = "INOPERABLE, not in the deployment file"
    assert changes(tried)[EAST] == (ChangeKind.DELETE, why)
    assert deletions(tried) == [((EAST,), False)]
    assert changes(let_go)[EAST] == (ChangeKind.RETAIN, why)
    assert deletions(let_go) == [((EAST,), True)]
    assert let_go.notes == (
        f"{EAST_KEY}: the stack {STUCK.stack_id} stays in the account; delete it there",
    )
    [step] = let_go.steps
    assert find_purpose(step.operation_id) is Purpose.DEPLOY_RETAIN_INOPERABLE


def test_a_deploy_deletes_surplus_instances_that_are_well_whatever_is_asked():
    desired = a_deployment(targets=targets((ACCOUNT, EAST)))
    observed = a_stack_set(an_instance(EAST_KEY), WELL)

    plan = make_plan(desired, observed, PlanOptions(retain_inoperable=True))

    assert changes(plan)[WEST] == (ChangeKind.DELETE, "not in the deployment file")
    assert deletions(plan) == [((WEST,), False)]


@pytest.mark.parametrize("changed", [{"stack_id": None}, {"stack_exists": False}])
def test_where_no_stack_is_left_there_is_none_to_be_deleted_by_hand(changed):
    desired = a_deployment(targets=targets((ACCOUNT, WEST)))
    bare = an_instance(EAST_KEY, status=InstanceStatus.INOPERABLE, **changed)

    plan = make_plan(desired, a_stack_set(bare, WELL), PlanOptions(retain_inoperable=True))

    assert plan.notes == ()


def test_the_command_of_a_purpose_is_what_is_typed():
    assert [one.command for one in Purpose] == [
        "deploy",
        "deploy --retain-inoperable",
        "destroy",
        "destroy --retain-stacks",
        "destroy --retain-inoperable",
        "drain",
        "undrain",
        "drift",
        "import",
    ]


@pytest.mark.parametrize("where", ["file", "deployed"])
def test_that_no_stack_with_noecho_parameters_comes_back_is_said_before_it_is_agreed_to(where):
    secret = {**CONTENT, "Parameters": {"Word": {"Type": "String", "NoEcho": True}}}
    template = a_template(secret if where == "file" else None)
    body = json.dumps(secret if where == "deployed" else CONTENT)
    deployment = a_deployment(template=template)
    observed = a_stack_set(WELL, template_body=body)

    def warnings(retention):
        notes = make_destroy_plan(deployment, observed, retention).notes
        return [one for one in notes if one.startswith("AWS imports no stack")]

    assert warnings(Retention.NONE) == []
    [warning] = warnings(Retention.ALL)
    assert warning == (
        "AWS imports no stack with NoEcho parameters (Word): no stack that is let go can be taken "
        "into a stack set again"
    )
    leaving = a_stack_set(replace(STUCK, region="eu-west-3"), template_body=body)
    options = PlanOptions(retain_inoperable=True)
    assert warning in make_plan(deployment, leaving, options).notes
