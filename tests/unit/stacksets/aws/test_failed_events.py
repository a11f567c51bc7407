from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from stacksets.aws.door import StackEvent
from stacksets.aws.failed_events import find_last_failures

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def row(logical_id, *, second=0, operation="op-1", kind="UPDATE_STACK", **changes):
    values = {
        "OperationId": operation,
        "OperationType": kind,
        "EventType": "PROVISIONING_ERROR",
        "LogicalResourceId": logical_id,
        "PhysicalResourceId": "physical",
        "ResourceType": "AWS::IAM::Role",
        "ResourceStatus": "UPDATE_FAILED",
        "ResourceStatusReason": "quota",
        "Timestamp": NOW + timedelta(seconds=second),
    }
    return values | changes


def names(status, *rows):
    return [one.logical_id for one in find_last_failures(status, rows)]


def test_a_failure_keeps_all_that_its_event_says():
    assert find_last_failures("UPDATE_ROLLBACK_COMPLETE", [row("Role")]) == (
        StackEvent(
            at=NOW,
            logical_id="Role",
            physical_id="physical",
            resource_type="AWS::IAM::Role",
            status="UPDATE_FAILED",
            reason="quota",
        ),
    )


def test_failures_come_oldest_first_whatever_order_aws_gives_them_in():
    first, second = row("First", second=1), row("Second", second=2)

    assert names("UPDATE_FAILED", first, second) == ["First", "Second"]
    assert names("UPDATE_FAILED", second, first) == ["First", "Second"]


def test_failures_of_earlier_operations_are_none_of_this_one():
    earlier = row("Old", operation="op-0")

    assert names("UPDATE_ROLLBACK_COMPLETE", earlier, row("New", second=9)) == ["New"]


@pytest.mark.parametrize("status", ["CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"])
def test_a_stack_whose_last_operation_went_well_has_no_failures(status):
    assert names(status, row("Old")) == []


def test_what_fails_in_a_rollback_is_no_cause():
    rollback = row("Later", second=5, operation="op-2", kind="ROLLBACK")

    assert names("UPDATE_ROLLBACK_FAILED", row("Cause"), rollback) == ["Cause"]


def test_of_a_deleted_stack_only_its_creation_counts():
    created = row("Role", kind="CREATE_STACK")

    assert names("DELETE_COMPLETE", created, row("Later", second=5, operation="op-2")) == ["Role"]
    assert names("DELETE_FAILED", row("Bucket", kind="DELETE_STACK")) == ["Bucket"]


@pytest.mark.parametrize("mode", ["ValidationFailureMode", "HookFailureMode"])
def test_a_warning_is_no_failure(mode):
    assert names("CREATE_FAILED", row("Role", **{mode: "WARN"})) == []
    assert names("CREATE_FAILED", row("Role", **{mode: "FAIL"})) == ["Role"]


@pytest.mark.parametrize(("path", "told"), [("/Name", " (at /Name)"), ("", "")])
def test_a_validation_says_what_it_refused_and_where(path, told):
    validation = row(
        "Bucket",
        EventType="VALIDATION_ERROR",
        ValidationStatusReason="The name is taken",
        ValidationPath=path,
    )

    (failure,) = find_last_failures("CREATE_FAILED", [validation])

    assert (failure.status, failure.reason) == ("VALIDATION_FAILED", f"The name is taken{told}")


def test_a_hook_is_named_with_its_reason():
    hook = row(
        "Bucket",
        EventType="HOOK_INVOCATION_ERROR",
        HookType="Acme::Guard::Hook",
        HookStatusReason="no encryption",
    )

    (failure,) = find_last_failures("CREATE_FAILED", [hook])

    assert failure.status == "VALIDATION_FAILED"
    assert failure.reason == "hook Acme::Guard::Hook refused: no encryption"
