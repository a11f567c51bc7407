from __future__ import annotations

from datetime import UTC, datetime

import pytest

from stacksets.aws.door import StackEvent
from stacksets.aws.first_failure import FirstFailure, find_first_failure
from stacksets.errors import CredentialsError, PermissionDeniedError
from tests.fakes import FakeAccount

STACK_ID = "arn:aws:cloudformation:us-east-1:111111111111:stack/StackSet-a-1/1"
NESTED_ID = "arn:aws:cloudformation:us-east-1:111111111111:stack/StackSet-a-1-Inner/2"


def event(logical_id, status, reason="", *, resource_type="AWS::SNS::Topic", physical_id="x"):
    return StackEvent(
        at=datetime(2026, 1, 1, tzinfo=UTC),
        logical_id=logical_id,
        physical_id=physical_id,
        resource_type=resource_type,
        status=status,
        reason=reason,
    )


def of_stack(status, reason="", *, stack_id=STACK_ID):
    return event(
        "StackSet-a-1",
        status,
        reason,
        resource_type="AWS::CloudFormation::Stack",
        physical_id=stack_id,
    )


def refuse(_):
    raise PermissionDeniedError("no cloudformation:DescribeEvents")


def first_of(*events, **others):
    account = FakeAccount(events={STACK_ID: events, **others})
    found = find_first_failure(account, STACK_ID)
    return found and found.event


def test_the_earliest_failure_is_the_cause():
    cause = event("Role", "CREATE_FAILED", "quota")
    found = first_of(
        of_stack("CREATE_IN_PROGRESS"),
        event("Topic", "CREATE_IN_PROGRESS"),
        cause,
        event("Other", "CREATE_FAILED", "later"),
        of_stack("ROLLBACK_IN_PROGRESS"),
    )

    assert found == cause


def test_what_was_cancelled_is_a_cascade_even_where_it_comes_first():
    cause = event("Role", "UPDATE_FAILED", "quota")
    found = first_of(
        of_stack("UPDATE_IN_PROGRESS"),
        event("Topic", "UPDATE_FAILED", "Resource update cancelled"),
        event("Queue", "CREATE_FAILED", "Resource creation cancelled"),
        event("Key", "CREATE_FAILED", "Cancelled since failure tolerance has exceeded"),
        cause,
    )

    assert found == cause


def test_the_cause_is_found_in_a_stack_that_was_deleted_for_it():
    cause = event("Role", "CREATE_FAILED", "quota")
    found = first_of(
        of_stack("CREATE_IN_PROGRESS"),
        cause,
        of_stack("ROLLBACK_COMPLETE"),
        of_stack("DELETE_IN_PROGRESS"),
        of_stack("DELETE_COMPLETE"),
    )

    assert found == cause


def test_a_deletion_that_fails_is_its_own_operation():
    cause = event("Bucket", "DELETE_FAILED", "not empty")
    found = first_of(
        of_stack("CREATE_IN_PROGRESS"),
        event("Role", "CREATE_FAILED", "quota"),
        of_stack("DELETE_IN_PROGRESS"),
        cause,
        of_stack("DELETE_FAILED", "The following resource(s) failed to delete: [Bucket]."),
    )

    assert found == cause


def test_a_failure_of_an_older_operation_is_no_cause():
    found = first_of(
        of_stack("UPDATE_IN_PROGRESS"),
        event("Role", "UPDATE_FAILED", "old"),
        of_stack("UPDATE_ROLLBACK_COMPLETE"),
        of_stack("UPDATE_IN_PROGRESS"),
        of_stack("UPDATE_COMPLETE"),
    )

    assert found is None


def test_a_stack_that_fails_without_a_resource_is_its_own_cause():
    cause = of_stack("CREATE_FAILED", "the macro is not there")

    assert first_of(of_stack("CREATE_IN_PROGRESS"), cause) == cause


def test_a_nested_stack_is_followed_to_the_resource_inside():
    cause = event("Role", "CREATE_FAILED", "quota")
    nested = event(
        "Inner",
        "CREATE_FAILED",
        "Embedded stack was not successfully created",
        resource_type="AWS::CloudFormation::Stack",
        physical_id=NESTED_ID,
    )
    inner = (of_stack("CREATE_IN_PROGRESS", stack_id=NESTED_ID), cause)
    events = {STACK_ID: (of_stack("CREATE_IN_PROGRESS"), nested), NESTED_ID: inner}

    found = find_first_failure(FakeAccount(events=events), STACK_ID)

    assert found == FirstFailure(event=cause, nested_in=("Inner",))
    assert first_of(of_stack("CREATE_IN_PROGRESS"), nested, **{NESTED_ID: inner}) == cause
    assert first_of(of_stack("CREATE_IN_PROGRESS"), nested, **{NESTED_ID: ()}) == nested


def test_a_nested_stack_that_only_the_reason_names_is_followed_as_well():
    cause = event("Role", "CREATE_FAILED", "quota")
    nested = event(
        "Inner",
        "CREATE_FAILED",
        f"Embedded stack {NESTED_ID} was not successfully created: The following resource(s) "
        "failed to create: [Role].",
        resource_type="AWS::CloudFormation::Stack",
        physical_id="",
    )
    inner = (of_stack("CREATE_IN_PROGRESS", stack_id=NESTED_ID), cause)

    assert first_of(of_stack("CREATE_IN_PROGRESS"), nested, **{NESTED_ID: inner}) == cause


def test_a_nested_stack_that_was_never_made_is_the_cause_itself():
    nested = event(
        "Inner",
        "CREATE_FAILED",
        "TemplateURL must be an S3 URL",
        resource_type="AWS::CloudFormation::Stack",
        physical_id="",
    )

    assert first_of(of_stack("CREATE_IN_PROGRESS"), nested) == nested


def test_a_deletion_alone_has_no_creation_to_blame():
    assert first_of(of_stack("DELETE_IN_PROGRESS"), of_stack("DELETE_COMPLETE")) is None


def test_a_stack_without_events_has_no_failure():
    assert first_of() is None


def test_a_history_that_begins_in_the_middle_is_read_as_one_operation():
    cause = event("Role", "CREATE_FAILED", "quota")

    assert first_of(event("Topic", "CREATE_COMPLETE"), cause) == cause


def test_the_failures_that_aws_names_are_believed_without_the_history():
    validation = event("Bucket", "VALIDATION_FAILED", "the name is taken", physical_id="")
    account = FakeAccount(failures={STACK_ID: (validation,)})
    account.list_events = refuse

    assert find_first_failure(account, STACK_ID) == FirstFailure(event=validation)


def test_failures_that_name_no_resource_leave_the_word_to_the_history():
    cause = event("Role", "CREATE_FAILED", "quota")
    summed_up = of_stack("CREATE_FAILED", "see the events")
    account = FakeAccount(
        failures={STACK_ID: (summed_up,)},
        events={STACK_ID: (of_stack("CREATE_IN_PROGRESS"), cause)},
    )

    assert find_first_failure(account, STACK_ID) == FirstFailure(event=cause)
    account.events = {}
    assert find_first_failure(account, STACK_ID) == FirstFailure(event=summed_up)


def test_an_aws_that_does_not_name_failures_is_asked_for_the_history():
    cause = event("Role", "CREATE_FAILED", "quota")
    account = FakeAccount(events={STACK_ID: (of_stack("CREATE_IN_PROGRESS"), cause)})
    account.list_failures = refuse

    assert find_first_failure(account, STACK_ID) == FirstFailure(event=cause)


def test_expired_credentials_are_not_asked_for_anything_more():
    account = FakeAccount()

    def expired(_):
        raise CredentialsError("expired")

    account.list_failures = expired

    with pytest.raises(CredentialsError):
        find_first_failure(account, STACK_ID)
