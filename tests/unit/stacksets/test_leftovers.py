from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from stacksets.aws.door import Stack, StackEvent
from stacksets.aws.resources import CHECKED_TYPES, ResourceState
from stacksets.errors import PermissionDeniedError
from stacksets.leftovers import HISTORY, Leftover, Leftovers, find_leftovers
from tests.builders import ACCOUNT, EAST, NAME, WEST, a_deployment, a_key, a_stack_id, a_template
from tests.fakes import FakeAws

FUNCTION, API = "AWS::Lambda::Function", "AWS::ApiGateway::RestApi"
ROLE, LOGS = "AWS::IAM::Role", "AWS::Logs::LogGroup"
KEY = "AWS::KMS::Key"


def a_name(number=0):
    return f"StackSet-{NAME}-0a1b2c3d-0000-4000-8000-{number:012x}"


def an_id(number=0):
    return f"arn:aws:cloudformation:{EAST}:{ACCOUNT}:stack/{a_name(number)}/1"


def event(resource_type, physical_id, status="CREATE_COMPLETE", logical_id="Thing"):
    return StackEvent(
        at=datetime(2026, 1, 1, tzinfo=UTC),
        logical_id=logical_id,
        physical_id=physical_id,
        resource_type=resource_type,
        status=status,
        reason="",
    )


def _stack(name, status):
    return Stack(
        id=name, name=name, status=status, status_reason="", outputs={}, parameters={}, tags={}
    )


@dataclass
class Account:
    """An account after a destroy: which stacks were there, and what still is."""

    live: tuple[str, ...] = ()
    deleted: tuple[str, ...] = (an_id(),)
    events: dict[str, tuple[StackEvent, ...]] = field(default_factory=dict)
    there: set[tuple[str, str]] = field(default_factory=set)
    pending: set[tuple[str, str]] = field(default_factory=set)
    secret: frozenset[str] = frozenset()
    asked: list[str] = field(default_factory=list)
    statuses: dict[str, str] = field(default_factory=dict)

    def find_stack(self, name_or_id):
        status = self.statuses.get(name_or_id)
        return status and _stack(name_or_id, status)

    def list_stacks(self, name_prefix):
        return tuple(_stack(name, "DELETE_FAILED") for name in self.live)

    def list_deleted_stacks(self, name_prefix):
        return self.deleted

    def list_events(self, stack_id):
        self.asked.append(stack_id)
        return self.events.get(stack_id, ())

    def look_up(self, resource_type, physical_id):
        if resource_type in self.secret:
            raise PermissionDeniedError("no iam:GetRole")
        if (resource_type, physical_id) in self.pending:
            return ResourceState.PENDING_DELETION
        is_there = (resource_type, physical_id) in self.there
        return ResourceState.THERE if is_there else ResourceState.GONE

    def list_log_groups(self, name_prefix):
        names = (name for kind, name in self.there if kind == LOGS)
        return tuple(sorted(name for name in names if name.startswith(name_prefix)))


@pytest.fixture
def account():
    return Account()


@pytest.fixture
def aws(account):
    fake = FakeAws()
    fake.accounts[a_key()] = account
    return fake


def look(aws, *keys, deployment=None):
    return find_leftovers(aws, deployment or a_deployment(), keys or (a_key(),))


def left(resource_type, name, key=None):
    return Leftover(key=key or a_key(), resource_type=resource_type, name=name)


def test_nothing_is_left_where_every_service_says_that_it_is_gone(aws, account):
    account.events[an_id()] = (event(FUNCTION, "f"), event(API, "a"), event(ROLE, "r"))

    assert look(aws) == Leftovers(found=(), kept=(), unchecked=())


def test_a_stack_that_is_still_there_is_found(aws, account):
    account.live = (a_name(1),)

    assert look(aws).found == (left("AWS::CloudFormation::Stack", a_name(1)),)


@pytest.mark.parametrize("resource_type", sorted(CHECKED_TYPES))
def test_a_resource_that_is_there_in_spite_of_the_deletion_is_found(aws, account, resource_type):
    account.events[an_id()] = (
        event(resource_type, "x"),
        event(resource_type, "x", "DELETE_COMPLETE"),
    )
    account.there = {(resource_type, "x")}

    assert look(aws).found == (left(resource_type, "x"),)
    assert look(aws).kept == ()


def test_what_an_update_replaced_is_looked_for_as_well(aws, account):
    account.events[an_id()] = (event(FUNCTION, "old"), event(FUNCTION, "new", "UPDATE_COMPLETE"))
    account.there = {(FUNCTION, "old")}

    assert look(aws).found == (left(FUNCTION, "old"),)


def test_what_a_failed_creation_bumped_into_belongs_to_somebody_else(aws, account):
    account.events[an_id()] = (event(ROLE, "theirs", "CREATE_FAILED"),)
    account.there = {(ROLE, "theirs")}

    assert look(aws).found == ()


def test_a_type_that_nobody_looks_up_is_passed_over(aws, account):
    account.events[an_id()] = (event("AWS::SQS::Queue", "q"), event(FUNCTION, ""))
    account.there = {("AWS::SQS::Queue", "q"), (FUNCTION, "")}

    assert look(aws).found == ()


@pytest.mark.parametrize("policy", ["Retain", "RetainExceptOnCreate"])
def test_what_the_template_retains_is_kept_and_not_found(aws, account, policy):
    resources = {"Kept": {"Type": LOGS, "DeletionPolicy": policy}, "Gone": {"Type": LOGS}, "?": 1}
    account.events[an_id()] = (
        event(LOGS, "kept", logical_id="Kept"),
        event(LOGS, "gone", logical_id="Gone"),
    )
    account.there = {(LOGS, "kept"), (LOGS, "gone")}

    found = look(aws, deployment=a_deployment(template=a_template({"Resources": resources})))

    assert found.kept == (left(LOGS, "kept"),)
    assert found.found == (left(LOGS, "gone"),)


@pytest.mark.parametrize("policy", ["Delete", "Retain"])
def test_a_key_that_waits_for_its_deletion_is_no_leftover_in_use_but_is_said(aws, account, policy):
    resources = {"Thing": {"Type": KEY, "DeletionPolicy": policy}}
    account.events[an_id()] = (event(KEY, "k"), event(KEY, "k", "DELETE_COMPLETE"))
    account.pending = {(KEY, "k")}

    left_over = look(aws, deployment=a_deployment(template=a_template({"Resources": resources})))

    assert left_over == Leftovers(found=(), kept=(), unchecked=(), pending=(left(KEY, "k"),))


def test_what_cloudformation_skipped_is_kept_even_if_the_template_has_changed(aws, account):
    account.events[an_id()] = (event(ROLE, "r"), event(ROLE, "r", "DELETE_SKIPPED"))
    account.there = {(ROLE, "r")}
    empty = a_deployment(template=a_template({}))

    assert look(aws, deployment=empty).kept == (left(ROLE, "r"),)
    assert look(aws, deployment=empty).found == ()


def test_logs_that_a_service_wrote_outside_the_stack_are_kept(aws, account):
    account.events[an_id()] = (event(FUNCTION, "f"), event(API, "a1"))
    account.there = {
        (LOGS, "/aws/lambda/f"),
        (LOGS, "/aws/lambda/f-of-another"),
        (LOGS, "API-Gateway-Execution-Logs_a1/prod"),
        (LOGS, "API-Gateway-Execution-Logs_a12/prod"),
    }

    assert look(aws) == Leftovers(
        found=(),
        kept=(left(LOGS, "/aws/lambda/f"), left(LOGS, "API-Gateway-Execution-Logs_a1/prod")),
        unchecked=(),
    )


def test_a_log_group_of_the_stack_itself_is_found_not_kept(aws, account):
    account.events[an_id()] = (event(FUNCTION, "f"), event(LOGS, "/aws/lambda/f"))
    account.there = {(LOGS, "/aws/lambda/f")}

    assert look(aws).found == (left(LOGS, "/aws/lambda/f"),)
    assert look(aws).kept == ()


def test_a_name_that_two_stacks_used_is_told_once(aws, account):
    account.deleted = (an_id(1), an_id(2))
    account.events = {one: (event(ROLE, "r"),) for one in account.deleted}
    account.there = {(ROLE, "r")}

    assert look(aws).found == (left(ROLE, "r"),)


def test_what_may_not_be_read_is_unchecked_and_the_rest_is_told(aws, account):
    account.secret = frozenset({ROLE})
    account.events[an_id()] = (event(ROLE, "r"), event(FUNCTION, "f"))
    account.there = {(ROLE, "r"), (FUNCTION, "f")}

    assert look(aws) == Leftovers(
        found=(left(FUNCTION, "f"),),
        kept=(),
        unchecked=(f"{ACCOUNT}/{EAST}: could not look for {ROLE} r (no iam:GetRole)",),
    )


def test_an_account_that_cannot_be_entered_is_unchecked_and_the_others_are_told(aws, account):
    west = a_key(region=WEST)
    aws.closed.add(west)
    account.live = (a_name(),)

    assert look(aws, a_key(), west) == Leftovers(
        found=(left("AWS::CloudFormation::Stack", a_name()),),
        kept=(),
        unchecked=(f"{west}: could not look for what is left (may not enter {west})",),
    )


def test_a_long_history_is_looked_into_as_far_as_it_says(aws, account):
    account.deleted = tuple(an_id(number) for number in range(HISTORY + 2))

    assert look(aws).unchecked == ()
    assert look(aws).beyond == (
        f"{ACCOUNT}/{EAST}: of {HISTORY + 2} deleted stacks the latest {HISTORY} were looked into",
    )
    assert account.asked == 2 * list(account.deleted[:HISTORY])


def test_a_history_that_is_looked_into_whole_needs_no_word(aws, account):
    account.deleted = tuple(an_id(number) for number in range(HISTORY))

    assert look(aws).beyond == ()


@pytest.mark.parametrize(
    ("status", "is_there"), [("DELETE_FAILED", True), ("DELETE_COMPLETE", False), (None, False)]
)
def test_a_stack_that_was_imported_is_looked_for_by_its_id(aws, account, status, is_there):
    imported = a_stack_id()
    account.statuses = {imported: status}
    account.events = {imported: (event(LOGS, "mine"),)}
    account.there = {(LOGS, "mine")}

    found = find_leftovers(aws, a_deployment(), (a_key(), a_key(region=WEST)), [imported]).found

    stack = left("AWS::CloudFormation::Stack", imported)
    assert found == ((stack,) if is_there else ()) + (left(LOGS, "mine"),)
    assert account.asked == [imported, an_id()]
