from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from stacksets.aws.door import StackEvent
from stacksets.diagnosing import find_root_causes, list_not_attempted
from stacksets.errors import StalePlanError
from stacksets.hints import find_hint
from stacksets.model.observed import ResultStatus
from stacksets.model.outcome import RootCause, WrittenAt
from tests.builders import (
    ACCOUNT,
    EAST,
    NAME,
    WEST,
    a_deployment,
    a_key,
    a_result,
    a_stack_set,
    a_template,
    an_instance,
)
from tests.fakes import FakeAccount, FakeAws

STACK_ID = f"arn:aws:cloudformation:{EAST}:{ACCOUNT}:stack/StackSet-{NAME}-1/1"
DELETED_ID = (
    f"arn:aws:cloudformation:{EAST}:{ACCOUNT}:stack/"
    f"StackSet-{NAME}-0a1b2c3d-0000-4000-8000-00000000000f/2"
)
NAMED = (
    "ResourceLogicalId:Role, ResourceType:AWS::IAM::Role, ResourceStatusReason:the limit, of 10."
)


def event(logical_id, status, reason="", *, physical_id="x", resource_type="AWS::IAM::Role"):
    return StackEvent(
        at=datetime(2026, 1, 1, tzinfo=UTC),
        logical_id=logical_id,
        physical_id=physical_id,
        resource_type=resource_type,
        status=status,
        reason=reason,
    )


def failed_creation(stack_id):
    """The history of a stack that StackSets deleted because its creation failed."""
    stack = {"physical_id": stack_id, "resource_type": "AWS::CloudFormation::Stack"}
    return (
        event("s", "CREATE_IN_PROGRESS", "User Initiated", **stack),
        event("Role", "CREATE_FAILED", "the limit of 10"),
        event("Topic", "CREATE_FAILED", "Resource creation cancelled"),
        event("s", "DELETE_IN_PROGRESS", **stack),
        event("s", "DELETE_COMPLETE", **stack),
    )


class Account(FakeAccount):
    """An account that also remembers deleted stacks."""

    deleted: tuple[str, ...] = ()

    def list_deleted_stacks(self, name_prefix):
        return tuple(one for one in self.deleted if f"stack/{name_prefix}" in one)


@pytest.fixture
def account():
    return Account()


@pytest.fixture
def aws(account):
    fake = FakeAws()
    fake.accounts[a_key()] = account
    return fake


def failed(reason="", key=None):
    return a_result(key, status=ResultStatus.FAILED, status_reason=reason)


def causes(aws, *results, instances=None):
    known = [an_instance(stack_id=STACK_ID)] if instances is None else instances
    return find_root_causes(aws, a_deployment(), a_stack_set(*known), results)


def a_cause(reason, **changes):
    """A cause with the hint of its reason."""
    values = {"account": ACCOUNT, "region": EAST, "stack_id": STACK_ID, "reason": reason}
    known = values | changes
    found = find_hint(reason, a_key(), stack_id=known["stack_id"], bootstraps=False)
    return RootCause(hint=found, **known)


def test_a_failed_creation_whose_stack_is_deleted_and_whose_row_is_silent_has_its_cause(
    aws, account
):
    account.events[STACK_ID] = failed_creation(STACK_ID)

    assert causes(aws, failed()) == (
        a_cause("the limit of 10", logical_id="Role", resource_type="AWS::IAM::Role"),
    )


def test_a_row_without_a_stack_and_without_a_reason_has_the_cause_of_the_last_deleted_stack(
    aws, account
):
    account.deleted = (DELETED_ID,)
    account.events[DELETED_ID] = failed_creation(DELETED_ID)

    (cause,) = causes(aws, failed(), instances=[an_instance(stack_id=None)])

    assert cause == a_cause(
        "the limit of 10",
        logical_id="Role",
        resource_type="AWS::IAM::Role",
        stack_id=DELETED_ID,
    )


def test_a_row_of_which_nothing_is_known_says_so(aws):
    assert causes(aws, failed(), instances=[]) == (a_cause("AWS gives no reason", stack_id=None),)


def test_the_event_is_believed_before_the_results_own_words(aws, account):
    account.events[STACK_ID] = failed_creation(STACK_ID)

    (cause,) = causes(aws, failed(NAMED.replace("Role", "Topic")))

    assert (cause.logical_id, cause.reason) == ("Role", "the limit of 10")


def test_an_event_without_a_reason_borrows_the_results(aws, account):
    account.events[STACK_ID] = (event("Role", "CREATE_FAILED"),)

    assert causes(aws, failed("something"))[0].reason == "something"
    assert causes(aws, failed())[0].reason == "CREATE_FAILED"


def test_without_events_the_results_words_are_taken_apart(aws):
    assert causes(aws, failed(NAMED)) == (
        a_cause("the limit, of 10", logical_id="Role", resource_type="AWS::IAM::Role"),
    )


def test_without_a_result_reason_the_instances_own_counts(aws):
    there = an_instance(stack_id=None, status_reason="Cannot delete entity")

    assert causes(aws, failed(), instances=[there]) == (
        a_cause("Cannot delete entity", stack_id=None),
    )


@pytest.mark.parametrize(
    "reason",
    [
        f"Account {ACCOUNT} should have 'execution' role with trust relationship to Role 'admin'.",
        "AccountGate check failed",
        f"STS is not activated in this region for account:{ACCOUNT}.",
        "X is not authorized to perform: cloudformation:UpdateStack on resource: y",
        f"Stack:{STACK_ID} is in ROLLBACK_COMPLETE state and can not be updated.",
    ],
)
def test_a_refusal_before_the_stack_is_not_blamed_on_an_older_failure(aws, account, reason):
    account.events[STACK_ID] = failed_creation(STACK_ID)

    assert causes(aws, failed(reason)) == (a_cause(reason),)


def test_results_that_were_cancelled_or_went_well_have_no_cause(aws):
    cancelled = a_result(status=ResultStatus.CANCELLED, status_reason="Cancelled since …")

    assert causes(aws, cancelled, a_result()) == ()


@pytest.mark.parametrize(
    ("said", "reason"), [(NAMED, "the limit, of 10"), ("", "AWS gives no reason")]
)
def test_an_account_that_cannot_be_entered_leaves_the_results_words_and_why(aws, said, reason):
    aws.closed.add(a_key())

    (cause,) = causes(aws, failed(said))

    assert (cause.reason, cause.unread) == (reason, f"may not enter {ACCOUNT}/{EAST}")


def test_a_stack_that_aws_has_forgotten_leaves_the_results_words_and_why(aws, account):
    def forgotten(_):
        raise StalePlanError("Stack does not exist")

    account.list_events = forgotten

    (cause,) = causes(aws, failed("quota"))

    assert (cause.reason, cause.unread) == ("quota", "Stack does not exist")


def test_a_cause_says_what_it_means_and_where_the_resource_stands(aws, account):
    account.events[STACK_ID] = (
        event("Topic", "CREATE_FAILED", "greeting already exists", resource_type="AWS::SNS::Topic"),
    )

    (cause,) = causes(aws, failed())

    assert cause.hint is not None
    assert cause.hint.code == "name_taken"
    assert cause.source == WrittenAt(path="t.json", line=1)


def test_a_resource_inside_of_a_nested_stack_comes_from_the_nested_stack(aws, account):
    inner_id = f"{STACK_ID}/inner"
    stack = "AWS::CloudFormation::Stack"
    account.events[STACK_ID] = (
        event("Inner", "CREATE_FAILED", "Embedded", resource_type=stack, physical_id=inner_id),
    )
    account.events[inner_id] = (event("Role", "CREATE_FAILED", "the limit of 10"),)
    content = {"Resources": {"Role": {"Type": "AWS::IAM::Role"}, "Inner": {"Type": stack}}}
    body = json.dumps(content, indent=1)
    template = replace(a_template(content), body=body)

    (cause,) = find_root_causes(
        aws,
        a_deployment(template=template),
        a_stack_set(an_instance(stack_id=STACK_ID)),
        [failed()],
    )

    assert (cause.nested_in, cause.logical_id) == (("Inner",), "Role")
    assert cause.source == WrittenAt(path="t.json", line=6)


def test_the_instances_that_were_cancelled_are_those_that_were_not_attempted():
    cancelled = [
        a_result(a_key(region=region), status=ResultStatus.CANCELLED) for region in (WEST, EAST)
    ]

    assert list_not_attempted([failed(), *cancelled, a_result()]) == (a_key(), a_key(region=WEST))


def test_each_instance_keeps_its_cause_and_none_is_told_twice(aws):
    west = a_key(region=WEST)
    instances = [an_instance(stack_id=STACK_ID), an_instance(west, stack_id="arn:west")]

    found = causes(
        aws, failed("quota"), failed("quota", west), failed("quota"), instances=instances
    )

    assert [(one.region, one.reason) for one in found] == [(EAST, "quota"), (WEST, "quota")]


@pytest.mark.parametrize(("number", "reads"), [(100, 100), (101, 0)])
def test_very_many_failures_that_name_their_resource_are_believed(aws, number, reads):
    keys = [a_key(f"{count:012}") for count in range(number)]
    asked = []

    def note(stack_id):
        asked.append(stack_id)
        return ()

    for key in keys:
        aws.accounts[key] = Account()
        aws.accounts[key].list_events = note
    instances = [an_instance(key) for key in keys]

    found = causes(aws, *(failed(NAMED, key) for key in keys), instances=instances)

    assert [one.logical_id for one in found] == ["Role"] * number
    assert len(asked) == reads


def test_a_nested_stack_is_followed_however_many_failures_there_are(aws):
    keys = [a_key(f"{count:012}") for count in range(101)]
    said = (
        "ResourceLogicalId:Inner, ResourceType:AWS::CloudFormation::Stack, ResourceStatusReason:x"
    )
    aws.closed.update(keys)

    found = causes(aws, *(failed(said, key) for key in keys), instances=[])

    assert all(one.unread for one in found)
