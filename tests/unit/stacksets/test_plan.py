import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from stacksets.errors import InputError
from stacksets.model.desired import (
    KeptValue,
    OperationId,
    OperationPreferences,
    ParameterOverride,
    PermissionModel,
)
from stacksets.model.observed import (
    DetailedStatus,
    InstanceStatus,
    OperationStatus,
    Refusal,
)
from stacksets.model.plan import (
    AttachToOperation,
    ChangeKind,
    CreateStackInstances,
    CreateStackSet,
    DeleteStackInstances,
    DeleteStackSet,
    Difference,
    UpdateStackInstances,
    UpdateStackSet,
)
from stacksets.operation_ids import Purpose, make_operation_id
from stacksets.plan import PlanOptions, make_destroy_plan, make_plan
from stacksets.template import parse_template
from tests.builders import (
    ACCOUNT,
    CONTENT,
    EAST,
    HOME,
    OTHER_ACCOUNT,
    WEST,
    a_deployment,
    a_key,
    a_stack_set,
    a_template,
    an_instance,
    an_operation,
    targets,
)

BOTH = (an_instance(a_key(region=EAST)), an_instance(a_key(region=WEST)))
SECRET = {"Parameters": {"Password": {"Type": "String", "NoEcho": True}}, "Resources": {}}


def kinds(plan):
    return {str(one.key): one.kind for one in plan.instances}


def steps_of(plan, kind):
    return [step for step in plan.steps if isinstance(step, kind)]


def test_nothing_there_creates_the_stack_set_and_then_all_instances_in_one_call():
    create_set, create_instances = make_plan(a_deployment(), None).steps
    assert isinstance(create_set, CreateStackSet)
    assert isinstance(create_instances, CreateStackInstances)
    assert create_instances.where.accounts == (ACCOUNT,)
    assert create_instances.where.regions == (WEST, EAST)


def test_the_desired_state_needs_no_step():
    plan = make_plan(a_deployment(), a_stack_set(*BOTH))
    assert plan.is_empty
    assert set(kinds(plan).values()) == {ChangeKind.LEAVE}


def test_a_new_account_in_a_known_region_gets_a_stack_instance():
    desired = a_deployment(targets=targets((ACCOUNT, EAST), (ACCOUNT, WEST), (OTHER_ACCOUNT, EAST)))
    (step,) = make_plan(desired, a_stack_set(*BOTH)).steps
    assert isinstance(step, CreateStackInstances)
    assert (step.where.accounts, step.where.regions) == ((OTHER_ACCOUNT,), (EAST,))


def test_a_region_that_left_the_file_is_removed_last_and_nothing_else_is_touched():
    desired = a_deployment(targets=targets((ACCOUNT, EAST), (ACCOUNT, HOME)))
    create, delete = make_plan(desired, a_stack_set(*BOTH)).steps
    assert create.where.regions == (HOME,)
    assert isinstance(delete, DeleteStackInstances)
    assert delete.where.regions == (WEST,)
    assert not delete.retain_stacks


@pytest.mark.parametrize(
    ("detailed", "last"),
    [
        (DetailedStatus.FAILED_IMPORT, OperationId("of-another-client")),
        (DetailedStatus.CANCELLED, make_operation_id(Purpose.IMPORT, "0" * 64, 1)),
    ],
)
def test_an_instance_whose_import_was_not_finished_is_made_anew_only_with_consent(detailed, last):
    left = an_instance(
        a_key(region=EAST),
        status=InstanceStatus.OUTDATED,
        detailed_status=detailed,
        last_operation_id=last,
    )
    plan = make_plan(a_deployment(), a_stack_set(left, BOTH[1]))
    out, create = plan.steps
    assert plan.deletes
    assert (out.retain_stacks, out.where.regions) == (True, (EAST,))
    assert isinstance(create, CreateStackInstances)
    assert any(f"`stacksets import {left.stack_id}` would adopt" in note for note in plan.notes)


def test_a_stack_that_was_never_imported_stays_when_its_instance_goes():
    left = an_instance(
        a_key(region=EAST),
        status=InstanceStatus.INOPERABLE,
        detailed_status=DetailedStatus.FAILED_IMPORT,
    )
    observed = a_stack_set(left, BOTH[1])
    surplus = make_plan(a_deployment(targets=targets((ACCOUNT, WEST))), observed)
    destroyed = make_destroy_plan(a_deployment(), observed)

    [out] = surplus.steps
    assert (out.retain_stacks, out.where.regions) == (True, (EAST,))
    retain, delete, _ = destroyed.steps
    assert (retain.retain_stacks, retain.where.regions) == (True, (EAST,))
    assert (delete.retain_stacks, delete.where.regions) == (False, (WEST,))
    assert [one for plan in (surplus, destroyed) for one in plan.notes if "stays" in one] == [
        f"{ACCOUNT}/{EAST}: the stack {left.stack_id} stays in the account"
    ] * 2


def test_remove_first_removes_before_it_creates():
    desired = a_deployment(targets=targets((ACCOUNT, EAST), (ACCOUNT, HOME)))
    plan = make_plan(desired, a_stack_set(*BOTH), PlanOptions(remove_first=True))
    assert [type(step) for step in plan.steps] == [DeleteStackInstances, CreateStackInstances]


def test_a_changed_template_is_one_update_of_all_instances_with_its_differences_named():
    content = {**CONTENT, "Resources": {"Topic": {"Type": "AWS::SQS::Queue"}}}
    plan = make_plan(a_deployment(template=a_template(content)), a_stack_set(*BOTH))
    (step,) = plan.steps
    assert isinstance(step, UpdateStackSet)
    assert step.why == "Template changed"
    assert step.preferences.region_order == (WEST, EAST)
    assert plan.differences == (
        Difference(
            path="Template.Resources.Topic.Type",
            observed="AWS::SNS::Topic",
            desired="AWS::SQS::Queue",
        ),
    )
    assert set(kinds(plan).values()) == {ChangeKind.UPDATE}


def test_the_same_template_in_other_bytes_is_no_difference():
    observed = a_stack_set(*BOTH, template_body=json.dumps(CONTENT, indent=4))
    plan = make_plan(a_deployment(), observed)
    assert plan.is_empty
    assert "in other bytes" in plan.notes[0]


def test_a_plan_says_that_stacks_were_not_looked_up():
    plan = make_plan(a_deployment(), a_stack_set(*BOTH, stacks_looked_up=False))
    assert plan.is_empty
    assert "not looked up" in plan.notes[0]


def test_a_plan_says_of_how_many_stacks_nobody_could_tell_whether_they_are_there():
    unread = [
        replace(one, stack_exists=None, unread=Refusal(why=f"no answer {at}"))
        for at, one in enumerate(BOTH)
    ]
    plan = make_plan(a_deployment(), a_stack_set(*unread))
    assert plan.is_empty
    [note] = plan.notes
    assert note.startswith("of 2 stack instances nobody could tell whether their stacks are there")
    assert note.endswith(f"{BOTH[0].key}: no answer 0")


def test_of_a_single_stack_that_is_said_in_the_singular():
    unread = replace(BOTH[0], stack_exists=None, unread=Refusal(why="no answer"))
    [note] = make_plan(a_deployment(), a_stack_set(unread, BOTH[1])).notes
    assert note.startswith("of 1 stack instance nobody could tell whether its stack is there, ")


def test_other_bytes_are_no_news_where_the_template_changes_anyway():
    changed = a_deployment(template=a_template({**CONTENT, "Description": "new"}))
    assert make_plan(changed, a_stack_set(*BOTH)).notes == ()


def test_the_same_template_in_yaml_is_no_difference():
    parameters = "Parameters: {Suffix: {Type: String, Default: dev}}"
    body = f"{parameters}\nResources: {{Topic: {{Type: 'AWS::SNS::Topic'}}}}"
    assert make_plan(a_deployment(), a_stack_set(*BOTH, template_body=body)).is_empty


def test_a_change_in_a_yaml_template_is_named_by_its_path():
    body = "Resources: {A: {Type: 'AWS::SNS::Topic', Properties: {TopicName: !Sub 'a-${B}'}}}"
    there = a_stack_set(*BOTH, template_body=body, parameters={})
    content = json.loads(json.dumps(parse_template(body)).replace("a-", "b-"))
    plan = make_plan(a_deployment(template=a_template(content)), there)
    assert plan.differences == (
        Difference(
            path="Template.Resources.A.Properties.TopicName",
            observed="!Sub a-${B}",
            desired="!Sub b-${B}",
        ),
    )


def test_the_default_of_a_noecho_parameter_is_compared_and_shown_nowhere():
    def content(default):
        secret = {"Type": "String", "NoEcho": True, "Default": default}
        return {**CONTENT, "Parameters": {**CONTENT["Parameters"], "Password": secret}}

    there = a_stack_set(*BOTH, template_body=json.dumps(content("old-secret")))
    plan = make_plan(a_deployment(template=a_template(content("new-secret"))), there)
    assert plan.differences == (
        Difference(path="Template.Parameters.Password.Default", observed="****", desired="****"),
    )
    first = make_plan(a_deployment(template=a_template(content("new-secret"))), a_stack_set(*BOTH))
    assert "secret" not in str(first.differences)


def test_the_default_of_a_parameter_that_was_noecho_is_not_shown_when_it_goes():
    secret = {"Type": "String", "NoEcho": True, "Default": "open-sesame"}
    before = {**CONTENT, "Parameters": {**CONTENT["Parameters"], "Password": secret}}
    plan = make_plan(a_deployment(), a_stack_set(*BOTH, template_body=json.dumps(before)))
    assert Difference(path="Parameters.Password", observed="****", desired=None) in plan.differences
    assert "sesame" not in str(plan.differences)


def test_a_default_of_true_is_sent_as_cloudformation_spells_it():
    content = {"Parameters": {"On": {"Type": "String", "Default": True}}, "Resources": {}}
    (create, _) = make_plan(a_deployment(template=a_template(content)), None).steps
    assert create.definition.parameters == {"On": "true"}


def test_a_default_that_aws_does_not_list_is_no_difference():
    assert make_plan(a_deployment(), a_stack_set(*BOTH, parameters={})).is_empty


def test_every_declared_parameter_is_sent_because_aws_resets_what_an_update_leaves_out():
    plan = make_plan(a_deployment(tags={"a": "b"}), a_stack_set(*BOTH))
    (step,) = plan.steps
    assert step.definition.parameters == {"Suffix": "dev"}


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"parameters": {"Suffix": "x"}}, "Parameters.Suffix"),
        ({"tags": {"Team": "x"}}, "Tags.Team"),
        ({"description": "new"}, "Description"),
        ({"capabilities": ("CAPABILITY_IAM",)}, "Capabilities"),
        ({"administration_role_arn": "arn:aws:iam::1:role/x"}, "AdministrationRoleARN"),
        ({"execution_role_name": "x"}, "ExecutionRoleName"),
        ({"managed_execution": True}, "ManagedExecution"),
    ],
)
def test_every_part_of_the_definition_is_compared(change, path):
    plan = make_plan(a_deployment(**change), a_stack_set(*BOTH))
    assert [one.path for one in plan.differences] == [path]


def test_what_the_file_does_not_name_keeps_its_deployed_value():
    observed = a_stack_set(*BOTH, description="kept")
    desired = a_deployment(administration_role_arn=None, execution_role_name=None)
    assert make_plan(desired, observed).is_empty


def test_an_unknown_author_keeps_the_deployed_one_and_a_first_deploy_says_the_fallback():
    desired = a_deployment(tags={"Author": KeptValue(fallback="unknown")})
    first = make_plan(desired, None).steps[0]
    assert first.definition.tags == {"Author": "unknown"}
    assert make_plan(desired, a_stack_set(*BOTH, tags={"Author": "ada"})).is_empty


def test_an_informational_tag_alone_is_no_change_and_travels_with_the_next_one():
    observed = a_stack_set(*BOTH, tags={"Author": "ada"})
    alone = a_deployment(tags={"Author": "bob"}, informational=frozenset({"Author"}))
    plan = make_plan(alone, observed)
    assert plan.is_empty
    assert plan.notes == ("Tags.Author: ada -> bob will travel with the next change",)
    together = a_deployment(
        tags={"Author": "bob"}, informational=frozenset({"Author"}), description="new"
    )
    changed = make_plan(together, observed)
    assert changed.steps[0].definition.tags == {"Author": "bob"}
    assert changed.notes == ("Tags.Author: ada -> bob travels with this change",)


def test_a_noecho_parameter_is_never_compared_and_the_plan_says_so():
    desired = a_deployment(template=a_template(SECRET), parameters={"Password": "new"})
    observed = a_stack_set(*BOTH, template_body=json.dumps(SECRET), parameters={"Password": "****"})
    plan = make_plan(desired, observed)
    assert plan.is_empty
    assert "Password is NoEcho" in plan.notes[0]
    assert "new" not in repr(plan)


def test_send_sends_a_noecho_parameter_that_cannot_be_compared():
    desired = a_deployment(template=a_template(SECRET), parameters={"Password": "new"})
    observed = a_stack_set(*BOTH, template_body=json.dumps(SECRET), parameters={"Password": "****"})
    plan = make_plan(desired, observed, PlanOptions(send=frozenset({"Password"})))
    (step,) = plan.steps
    assert isinstance(step, UpdateStackSet)
    assert step.why == "parameter Password sent"
    assert plan.notes == ()


def test_an_outdated_instance_is_retried_although_nothing_changed():
    failed = an_instance(
        a_key(),
        status=InstanceStatus.OUTDATED,
        detailed_status=DetailedStatus.FAILED,
        status_reason="no quota",
    )
    plan = make_plan(a_deployment(targets=targets((ACCOUNT, EAST))), a_stack_set(failed))
    (step,) = plan.steps
    assert isinstance(step, UpdateStackInstances)
    assert step.overrides is None
    assert step.why == "OUTDATED, FAILED: no quota"
    assert kinds(plan) == {f"{ACCOUNT}/{EAST}": ChangeKind.RETRY}


def test_an_instance_whose_creation_failed_is_created_again():
    failed = an_instance(
        a_key(), status=InstanceStatus.OUTDATED, detailed_status=None, stack_id=None
    )
    desired = a_deployment(targets=targets((ACCOUNT, EAST)))
    (step,) = make_plan(desired, a_stack_set(failed)).steps
    assert isinstance(step, CreateStackInstances)
    assert step.why == "OUTDATED"


def test_an_update_of_the_definition_retries_failed_creations_by_itself():
    failed = an_instance(a_key(), status=InstanceStatus.OUTDATED, stack_id=None)
    desired = a_deployment(targets=targets((ACCOUNT, EAST)), description="new")
    plan = make_plan(desired, a_stack_set(failed))
    assert [type(step) for step in plan.steps] == [UpdateStackSet]
    assert kinds(plan) == {f"{ACCOUNT}/{EAST}": ChangeKind.RETRY}


@pytest.mark.parametrize(
    "failed",
    [
        {},
        *(
            {"status": InstanceStatus.OUTDATED, "status_reason": reason}
            for reason in (
                "Stack arn:x is in DELETE_COMPLETE state and can not be updated.",
                "Stack [arn:x] does not exist",
                "Stack with id arn:x does not exist",
                "the stack is gone",
            )
        ),
    ],
    ids=str,
)
def test_a_stack_that_was_deleted_by_hand_is_taken_out_and_created_anew(failed):
    vanished = an_instance(a_key(), stack_exists=False, **failed)
    desired = a_deployment(targets=targets((ACCOUNT, EAST)))
    out, anew = make_plan(desired, a_stack_set(vanished)).steps
    assert isinstance(out, DeleteStackInstances)
    assert out.retain_stacks
    assert isinstance(anew, CreateStackInstances)
    assert anew.why == "its stack is gone"


def test_an_inoperable_instance_is_replaced_and_its_stack_named():
    broken = an_instance(a_key(), status=InstanceStatus.INOPERABLE)
    desired = a_deployment(targets=targets((ACCOUNT, EAST)))
    plan = make_plan(desired, a_stack_set(broken))
    assert [type(step) for step in plan.steps] == [DeleteStackInstances, CreateStackInstances]
    assert broken.stack_id in plan.notes[0]


def test_overrides_are_sent_whole_to_the_instances_that_differ_only():
    override = ParameterOverride(accounts=(), regions=(EAST,), parameters={"Suffix": "e"})
    observed = a_stack_set(
        an_instance(a_key(region=EAST), overrides={"Suffix": "old"}),
        an_instance(a_key(region=WEST), overrides={}),
    )
    (step,) = make_plan(a_deployment(overrides=(override,)), observed).steps
    assert isinstance(step, UpdateStackInstances)
    assert step.overrides == {"Suffix": "e"}
    assert step.where.regions == (EAST,)


def test_an_override_that_left_the_file_is_reset():
    observed = a_stack_set(
        an_instance(a_key(region=EAST), overrides={"Suffix": "old"}),
        an_instance(a_key(region=WEST), overrides={}),
    )
    (step,) = make_plan(a_deployment(), observed).steps
    assert step.overrides == {}


GONE = {
    **CONTENT,
    "Parameters": {"Suffix": CONTENT["Parameters"]["Suffix"], "Gone": {"Type": "String"}},
}


def losing(*rows, **changes):
    """Plan a template that has not the parameter Gone any more, which these rows may override."""
    observed = a_stack_set(*rows, template_body=json.dumps(GONE), parameters={"Gone": "y"})
    return make_plan(a_deployment(**changes), observed)


def test_an_override_of_what_the_template_loses_is_taken_back_before_the_definition_changes():
    override = ParameterOverride(accounts=(), regions=(EAST,), parameters={"Suffix": "e"})
    plan = losing(
        an_instance(a_key(region=EAST), overrides={"Suffix": "e", "Gone": "x"}),
        an_instance(a_key(region=WEST), overrides={"Gone": "x"}),
        overrides=(override,),
    )
    assert [type(step) for step in plan.steps] == [
        UpdateStackInstances,
        UpdateStackInstances,
        UpdateStackSet,
    ]
    assert {step.where.regions: step.overrides for step in plan.steps[:2]} == {
        (EAST,): {"Suffix": None},
        (WEST,): {},
    }
    assert plan.instances[0].why == (
        "its override of Gone goes, which the template has not any more; the definition changes"
    )


def test_what_else_is_overridden_anew_follows_the_definition():
    override = ParameterOverride(accounts=(), regions=(EAST,), parameters={"Suffix": "new"})
    first, update, last = losing(
        an_instance(a_key(region=EAST), overrides={"Suffix": "old", "Gone": "x"}),
        an_instance(a_key(region=WEST), overrides={}),
        overrides=(override,),
    ).steps
    assert isinstance(update, UpdateStackSet)
    assert (first.overrides, last.overrides) == ({"Suffix": None}, {"Suffix": "new"})


def test_what_has_failed_is_mended_by_the_definition_and_not_updated_to_the_old_one():
    outdated = an_instance(
        a_key(region=EAST), status=InstanceStatus.OUTDATED, overrides={"Gone": "x"}
    )
    update, last = losing(outdated, an_instance(a_key(region=WEST), overrides={})).steps
    assert isinstance(update, UpdateStackSet)
    assert last.overrides == {}


def test_a_value_that_was_noecho_is_not_shown_by_the_plan_that_takes_noecho_off():
    secret = {**CONTENT, "Parameters": {"Suffix": {"Type": "String", "NoEcho": True}}}
    observed = a_stack_set(*BOTH, template_body=json.dumps(secret), parameters={"Suffix": "****"})
    plan = make_plan(a_deployment(parameters={"Suffix": "hunter2"}), observed)
    shown = {one.path: (one.observed, one.desired) for one in plan.differences}
    assert shown["Parameters.Suffix"] == ("****", "****")


def test_a_current_stack_without_a_tag_of_the_stack_set_is_said():
    rows = [
        an_instance(a_key(region=region), stack_exists=True, lacking_tags=("Owner",))
        for region in (EAST, WEST)
    ]
    words = (
        "not the stack set's tag Owner, though AWS calls it CURRENT; the next change of the "
        "definition brings it"
    )
    one = make_plan(a_deployment(), a_stack_set(rows[0], an_instance(a_key(region=WEST))))
    both = make_plan(a_deployment(), a_stack_set(*rows))
    assert one.is_empty
    assert one.notes == (f"the stack of {ACCOUNT}/{EAST} has {words}",)
    assert both.notes == (f"2 stacks ({ACCOUNT}/{EAST}, {ACCOUNT}/{WEST}) have {words}",)


def test_overrides_that_were_not_read_are_not_guessed_at():
    override = ParameterOverride(accounts=(), regions=(), parameters={"Suffix": "e"})
    assert make_plan(a_deployment(overrides=(override,)), a_stack_set(*BOTH)).is_empty


def test_a_failed_creation_with_other_overrides_gets_both_the_update_and_the_overrides():
    override = ParameterOverride(accounts=(), regions=(), parameters={"Suffix": "e"})
    failed = an_instance(
        a_key(), status=InstanceStatus.OUTDATED, stack_id=None, overrides={"Suffix": "old"}
    )
    desired = a_deployment(
        targets=targets((ACCOUNT, EAST)), overrides=(override,), description="new"
    )
    plan = make_plan(desired, a_stack_set(failed))
    assert [type(step) for step in plan.steps] == [UpdateStackSet, UpdateStackInstances]
    assert plan.steps[1].overrides == {"Suffix": "e"}


def test_instances_with_other_overrides_take_calls_of_their_own():
    override = ParameterOverride(accounts=(), regions=(EAST,), parameters={"Suffix": "e"})
    steps = make_plan(a_deployment(overrides=(override,)), None).steps
    created = [step for step in steps if isinstance(step, CreateStackInstances)]
    assert {step.where.regions: dict(step.overrides) for step in created} == {
        (EAST,): {"Suffix": "e"},
        (WEST,): {},
    }


def test_later_overrides_win_parameter_by_parameter():
    first = ParameterOverride(accounts=(), regions=(), parameters={"Suffix": "a", "Other": "b"})
    second = ParameterOverride(accounts=(ACCOUNT,), regions=(EAST,), parameters={"Suffix": "c"})
    desired = a_deployment(overrides=(first, second))
    assert desired.overrides_of(a_key(region=EAST)) == {"Suffix": "c", "Other": "b"}
    assert desired.overrides_of(a_key(region=WEST)) == {"Suffix": "a", "Other": "b"}


def test_a_running_operation_is_attached_to_before_anything_else():
    running = an_operation(id=OperationId("theirs"), status=OperationStatus.RUNNING)
    plan = make_plan(a_deployment(description="new"), a_stack_set(*BOTH, operations=(running,)))
    (step,) = plan.steps
    assert isinstance(step, AttachToOperation)
    assert step.operation_id == "theirs"
    assert step.why.startswith("RUNNING, started by another client;")
    assert not plan.writes


def test_a_running_operation_is_told_with_its_time_and_whether_it_is_ours():
    running = an_operation(
        id=OperationId(f"stacksets-deploy-{'0' * 40}-1"),
        status=OperationStatus.RUNNING,
        created=datetime(2026, 1, 1, 12, 30, tzinfo=UTC),
    )
    (step,) = make_plan(a_deployment(), a_stack_set(*BOTH, operations=(running,))).steps
    assert step.why.startswith("RUNNING since 2026-01-01 12:30:00Z, started by stacksets deploy;")


def test_the_oldest_of_several_unfinished_operations_is_attached_to():
    newest = an_operation(id=OperationId("queued"), status=OperationStatus.QUEUED)
    oldest = an_operation(id=OperationId("running"), status=OperationStatus.STOPPING)
    plan = make_plan(a_deployment(), a_stack_set(*BOTH, operations=(newest, oldest)))
    assert plan.steps[0].operation_id == "running"


def test_another_permission_model_is_refused_while_there_are_instances():
    observed = a_stack_set(*BOTH, permission_model=PermissionModel.SERVICE_MANAGED)
    with pytest.raises(InputError, match="SERVICE_MANAGED"):
        make_plan(a_deployment(), observed)


def test_the_same_world_gives_the_same_operation_ids():
    desired = a_deployment(description="new")
    first, second = (make_plan(desired, a_stack_set(*BOTH)) for _ in range(2))
    assert first == second
    assert first.steps[0].operation_id.startswith("stacksets-")


def test_a_retry_gets_a_new_operation_id_because_only_a_new_one_retries():
    def plan_after(last):
        failed = an_instance(
            a_key(), status=InstanceStatus.OUTDATED, last_operation_id=OperationId(last)
        )
        desired = a_deployment(targets=targets((ACCOUNT, EAST)))
        return make_plan(desired, a_stack_set(failed)).steps[0].operation_id

    assert plan_after("op-1") != plan_after("op-2")


def test_what_was_removed_is_created_again_under_a_new_operation_id():
    def plan_after(*operations):
        observed = a_stack_set(
            an_instance(a_key()), operations=[an_operation(id=OperationId(o)) for o in operations]
        )
        return make_plan(a_deployment(), observed).steps[0].operation_id

    assert plan_after("created") != plan_after("removed", "created")


def test_instances_have_the_same_operation_ids_before_and_after_their_stack_set_is_created():
    (_, before) = make_plan(a_deployment(), None).steps
    (after,) = make_plan(a_deployment(), a_stack_set()).steps

    assert before == after


def test_a_noecho_parameter_stands_nowhere_even_when_it_is_informational():
    desired = a_deployment(
        template=a_template(SECRET),
        parameters={"Password": "new"},
        informational=frozenset({"Password"}),
    )
    observed = a_stack_set(*BOTH, template_body=json.dumps(SECRET), parameters={"Password": "*"})
    assert not any("new" in note for note in make_plan(desired, observed).notes)


def test_every_step_of_a_plan_has_an_operation_id_of_its_own():
    desired = a_deployment(targets=targets((ACCOUNT, EAST), (ACCOUNT, HOME)), description="new")
    ids = [step.operation_id for step in make_plan(desired, a_stack_set(*BOTH)).steps]
    assert len(set(ids)) == len(ids) == 3


def test_the_preferences_of_the_file_go_with_every_operation_and_name_its_regions_only():
    preferences = OperationPreferences(region_order=(EAST, WEST), failure_tolerance_count=1)
    desired = a_deployment(
        operation_preferences=preferences,
        targets=targets((ACCOUNT, WEST)),
    )
    (_, step) = make_plan(desired, None).steps
    assert step.preferences.region_order == (WEST,)
    assert step.preferences.failure_tolerance_count == 1


def test_destroy_removes_the_instances_and_then_the_stack_set():
    plan = make_destroy_plan(a_deployment(), a_stack_set(*BOTH))
    assert [type(step) for step in plan.steps] == [DeleteStackInstances, DeleteStackSet]
    assert plan.deletes
    assert set(kinds(plan).values()) == {ChangeKind.DELETE}


def test_destroy_lets_go_of_stacks_that_are_gone_already():
    observed = a_stack_set(
        an_instance(a_key(region=EAST), stack_exists=False), an_instance(a_key(region=WEST))
    )
    retained, deleted = steps_of(make_destroy_plan(a_deployment(), observed), DeleteStackInstances)
    assert (retained.retain_stacks, retained.where.regions) == (True, (EAST,))
    assert (deleted.retain_stacks, deleted.where.regions) == (False, (WEST,))


def test_destroying_nothing_is_an_empty_plan():
    assert make_destroy_plan(a_deployment(), None).is_empty


def test_destroy_waits_for_a_running_operation_first():
    running = an_operation(status=OperationStatus.RUNNING)
    (step,) = make_destroy_plan(a_deployment(), a_stack_set(*BOTH, operations=(running,))).steps
    assert isinstance(step, AttachToOperation)


def test_a_template_without_parameters_declares_none():
    content = {"Parameters": "odd", "Resources": {}}
    desired = a_deployment(template=a_template(content))
    observed = a_stack_set(*BOTH, template_body=json.dumps(content), parameters={})
    assert make_plan(desired, observed).is_empty


def test_calls_follow_the_order_of_the_regions_whatever_they_override():
    overrides = tuple(
        ParameterOverride(accounts=(), regions=(region,), parameters={"Suffix": value})
        for region, value in ((EAST, "a"), (HOME, "b"), (WEST, "c"))
    )
    deployment = a_deployment(
        targets=targets((ACCOUNT, EAST), (ACCOUNT, HOME), (ACCOUNT, WEST)),
        overrides=overrides,
        operation_preferences=OperationPreferences(region_order=(WEST, EAST, HOME)),
    )
    _, *created = make_plan(deployment, None).steps
    assert [step.where.regions for step in created] == [(WEST,), (EAST,), (HOME,)]
    there = [an_instance(a_key(region=region), overrides={}) for region in (EAST, HOME, WEST)]
    updated = make_plan(deployment, a_stack_set(*there)).steps
    assert [step.where.regions for step in updated] == [(WEST,), (EAST,), (HOME,)]


SECRETIVE = {
    "Parameters": {"Secret": {"Type": "String", "NoEcho": True, "Default": "none"}},
    "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
}


def _with_secret_overridden(*there, options=None):
    override = ParameterOverride(accounts=(), regions=(EAST,), parameters={"Secret": "hunter2"})
    deployment = a_deployment(template=a_template(SECRETIVE), parameters={}, overrides=(override,))
    observed = a_stack_set(*there, template_body=json.dumps(SECRETIVE), parameters={})
    return make_plan(deployment, observed, options)


@pytest.mark.parametrize(
    ("on_aws", "is_as_desired"),
    [("****", True), ("hunter2", True), ("hunter1", False), (None, False)],
    ids=["masked", "shown", "another", "none"],
)
def test_a_noecho_override_is_compared_as_far_as_aws_shows_it(on_aws, is_as_desired):
    overrides = {} if on_aws is None else {"Secret": on_aws}
    east, west = (
        an_instance(a_key(region=EAST), overrides=overrides),
        an_instance(a_key(region=WEST), overrides={}),
    )
    assert _with_secret_overridden(east, west).is_empty is is_as_desired


def test_a_noecho_override_that_left_the_file_is_taken_back_although_it_is_masked():
    there = [an_instance(a_key(region=one), overrides={"Secret": "****"}) for one in (EAST, WEST)]
    [step] = _with_secret_overridden(*there).steps
    assert (step.where.regions, step.overrides) == ((WEST,), {})


def test_a_noecho_parameter_that_is_to_be_sent_is_sent_where_it_is_overridden_too():
    there = [
        an_instance(a_key(region=EAST), overrides={"Secret": "****"}),
        an_instance(a_key(region=WEST), overrides={}),
    ]
    sent = PlanOptions(send=frozenset({"Secret"}))
    definition, instances = _with_secret_overridden(*there, options=sent).steps
    assert isinstance(definition, UpdateStackSet)
    assert (instances.where.regions, instances.overrides) == ((EAST,), {"Secret": "hunter2"})
