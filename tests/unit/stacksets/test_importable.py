"""Which stacks are refused before anything is written, and in which words."""

from __future__ import annotations

import pytest

from stacksets.importable import IMPORTABLE, find_import_problems, list_pending
from stacksets.model.desired import OperationId
from stacksets.model.observed import DetailedStatus, InstanceStatus
from stacksets.operation_ids import Purpose, make_operation_id
from tests.builders import (
    ACCOUNT,
    CONTENT,
    EAST,
    NAME,
    OTHER_ACCOUNT,
    WEST,
    a_deployment,
    a_key,
    a_stack_id,
    a_stack_set,
    a_stack_to_import,
    a_template,
    an_instance,
)

IMPORT = make_operation_id(Purpose.IMPORT, "0" * 64, 1)
DEPLOY = make_operation_id(Purpose.DEPLOY, "0" * 64, 1)
MINE = a_stack_id()


def told(*stacks, observed=None, **changes):
    return [str(one) for one in find_import_problems(a_deployment(**changes), observed, stacks)]


def adopted(**changes):
    return an_instance(a_key(), **({"stack_id": MINE} | changes))


def test_stacks_that_fit_have_no_problem():
    both = (a_stack_to_import(), a_stack_to_import(a_key(region=WEST)))

    assert told(*both) == told(*both, observed=a_stack_set()) == []


@pytest.mark.parametrize("status", IMPORTABLE)
def test_a_stack_at_rest_is_imported(status):
    assert told(a_stack_to_import(status=status)) == []


@pytest.mark.parametrize(
    "status", ["ROLLBACK_COMPLETE", "UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_FAILED", "REVIEW"]
)
def test_a_stack_in_another_state_is_refused(status):
    [problem] = told(a_stack_to_import(status=status))

    assert problem == (
        f"{ACCOUNT}/{EAST} mine: is {status} (mend it first: it has to be CREATE_COMPLETE, "
        "UPDATE_COMPLETE, UPDATE_ROLLBACK_COMPLETE, IMPORT_COMPLETE)"
    )


def test_a_stack_that_is_not_there_is_named_with_the_way_to_find_it():
    [problem] = told(a_stack_to_import(status=None, template={}))

    assert problem == (
        f"{ACCOUNT}/{EAST} mine: there is no such stack "
        f"(`aws cloudformation describe-stacks --region {EAST}` lists those there are)"
    )


def test_a_stack_that_cannot_be_read_is_named_with_the_reason_and_nothing_else_is_said():
    [problem] = told(a_stack_to_import(status=None, template={}, unread="may not enter"))

    assert "mine: could not be read: may not enter" in problem


def test_a_nested_stack_is_refused():
    [problem] = told(a_stack_to_import(nested_in=a_stack_id(name="around")))

    assert "mine: is nested in around" in problem


def test_a_stack_of_another_stack_set_is_refused():
    [problem] = told(a_stack_to_import(owner="others"))

    assert "mine: belongs to stack set others" in problem


def test_another_template_is_refused_with_the_places_that_differ():
    other = {**CONTENT, "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}

    [problem] = told(a_stack_to_import(template=other))

    assert (
        "its template is not t.json: Template.Resources.Topic, Template.Resources.Queue" in problem
    )


def test_of_many_places_the_first_are_named():
    other = {"Resources": {f"R{number}": {"Type": "AWS::SNS::Topic"} for number in range(9)}}

    [problem] = told(a_stack_to_import(template=other))

    assert problem.count("Template.") == 5
    assert " and 6 more " in problem


def test_a_template_that_says_the_same_in_another_order_is_the_same():
    turned = dict(reversed(list(CONTENT.items())))

    assert told(a_stack_to_import(template=turned)) == []


def test_a_pair_that_the_file_does_not_ask_for_is_refused():
    stacks = (
        a_stack_to_import(a_key(region="eu-west-1")),
        a_stack_to_import(a_key(OTHER_ACCOUNT)),
    )

    problems = told(*stacks)

    assert len(problems) == 2
    assert all("the next deploy would delete the stack" in one for one in problems)


def test_two_stacks_of_one_account_and_region_are_refused():
    [problem] = told(a_stack_to_import(), a_stack_to_import(name="yours"))

    assert problem.startswith(f"{ACCOUNT}/{EAST}: 2 stacks are named: mine, yours")


def test_a_stack_beside_an_adopted_one_of_the_same_pair_is_refused():
    problems = told(
        a_stack_to_import(), a_stack_to_import(name="yours"), observed=a_stack_set(adopted())
    )

    assert [one.split(" (")[0] for one in problems] == [
        f"{ACCOUNT}/{EAST}: 2 stacks are named: mine, yours",
        f"{ACCOUNT}/{EAST} yours: stack set {NAME} has a stack instance there: {MINE}",
    ]


def test_a_pair_whose_stack_instance_has_no_stack_is_taken_too():
    failed = adopted(stack_id=None, status=InstanceStatus.OUTDATED)

    [problem] = told(a_stack_to_import(), observed=a_stack_set(failed))

    assert "has a stack instance there: OUTDATED, without a stack" in problem


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"status": InstanceStatus.OUTDATED}, "OUTDATED"),
        ({"status": InstanceStatus.OUTDATED, "last_operation_id": IMPORT}, "OUTDATED"),
        ({"stack_exists": False}, "CURRENT, its stack gone"),
        (
            {
                "status": InstanceStatus.INOPERABLE,
                "detailed_status": DetailedStatus.INOPERABLE,
                "last_operation_id": DEPLOY,
            },
            "INOPERABLE",
        ),
    ],
)
def test_what_happened_to_a_stack_instance_since_is_for_a_deploy_to_mend(changes, words):
    [problem] = told(a_stack_to_import(), observed=a_stack_set(adopted(**changes)))

    assert problem.endswith(
        f"mine: is a stack instance already, {words} (`stacksets deploy` mends it)"
    )


@pytest.mark.parametrize(
    "changes",
    [
        {
            "status": InstanceStatus.INOPERABLE,
            "detailed_status": DetailedStatus.FAILED_IMPORT,
            "last_operation_id": OperationId("of-another-client"),
        },
        {
            "status": InstanceStatus.OUTDATED,
            "detailed_status": DetailedStatus.CANCELLED,
            "last_operation_id": IMPORT,
        },
    ],
)
def test_what_an_import_has_left_unfinished_is_imported_again(changes):
    left = adopted(**changes)

    assert told(a_stack_to_import(), observed=a_stack_set(left)) == []
    assert list_pending(a_stack_set(left), [a_stack_to_import()]) == (a_stack_to_import(),)


def test_an_adopted_stack_is_asked_nothing_any_more():
    strange = a_stack_to_import(status="UPDATE_IN_PROGRESS", template={})
    observed = a_stack_set(adopted(), parameters={"Suffix": "old"})

    assert list_pending(observed, [strange]) == ()
    assert told(strange, observed=observed) == []


def test_a_stack_set_that_is_not_as_the_file_says_is_refused():
    [problem] = told(a_stack_to_import(), observed=a_stack_set(parameters={"Suffix": "old"}))

    assert problem.startswith(
        f"stack set {NAME}: is not as the deployment file says: Parameters.Suffix"
    )
    assert "a deploy now would make a second stack" in problem


def test_an_informational_tag_alone_keeps_nobody_out():
    observed = a_stack_set(tags={"Author": "another"})
    changes = {"tags": {"Author": "me"}, "informational": frozenset({"Author"})}

    assert told(a_stack_to_import(), observed=observed, **changes) == []


def test_a_template_with_noecho_parameters_is_refused():
    content = {**CONTENT, "Parameters": {"Key": {"Type": "String", "NoEcho": True}}}

    [problem] = told(a_stack_to_import(template=content), template=a_template(content))

    assert "t.json: NoEcho parameters: Key; AWS imports no stack that has some" in problem


def test_all_problems_of_all_stacks_are_told_at_once():
    problems = told(
        a_stack_to_import(status="DELETE_FAILED", nested_in=a_stack_id(name="around")),
        a_stack_to_import(a_key(region=WEST), status=None),
        observed=a_stack_set(description="another"),
        description="mine",
    )

    assert len(problems) == 4
