"""What is wrong with a stack set as it stands, and in one operation; three answers, never two."""

from __future__ import annotations

import pytest

from stacksets.diagnosing import diagnose, diagnose_operation
from stacksets.errors import InputError
from stacksets.model.desired import SELF, OperationId
from stacksets.model.diagnosis import DiagnosisState, Unread
from stacksets.model.observed import (
    DetailedStatus,
    InstanceStatus,
    OperationStatus,
    Refusal,
    ResultStatus,
)
from tests.builders import (
    ACCOUNT,
    EAST,
    HOME,
    NAME,
    OTHER_ACCOUNT,
    WEST,
    a_deployment,
    a_key,
    a_result,
    a_stack_set,
    an_instance,
    an_operation,
)
from tests.fakes import FakeAws

FAILED = {"status": InstanceStatus.OUTDATED, "detailed_status": DetailedStatus.FAILED}
OPERATION = OperationId("op-1")


@pytest.fixture
def aws():
    return FakeAws()


def failed(key=None, reason="quota", **changes):
    values = {**FAILED, "status_reason": reason, "stack_id": None}
    return an_instance(key, **(values | changes))


def look(aws, *instances, **changes):
    return diagnose(aws, a_deployment(), a_stack_set(*instances, **changes))


def reasons(diagnosis):
    return [(str(one.key), one.reason) for one in diagnosis.causes]


def test_a_stack_set_whose_instances_are_as_desired_has_no_fault(aws):
    found = look(aws, an_instance(), an_instance(a_key(region=WEST)))

    assert (found.state, found.state.exit_code) == (DiagnosisState.NO_FAULT, 0)
    assert (found.causes, found.not_attempted, found.missing, found.moving) == ((), (), (), ())


@pytest.mark.parametrize(
    ("status", "detailed"),
    [
        (InstanceStatus.OUTDATED, DetailedStatus.FAILED),
        (InstanceStatus.INOPERABLE, DetailedStatus.INOPERABLE),
        (InstanceStatus.INOPERABLE, None),
        (InstanceStatus.INOPERABLE, DetailedStatus.FAILED_IMPORT),
    ],
)
def test_an_instance_that_failed_is_a_fault_also_where_no_operation_is_listed(
    aws, status, detailed
):
    found = look(aws, failed(status=status, detailed_status=detailed))

    assert (found.state, found.state.exit_code) == (DiagnosisState.FAULT, 5)
    assert reasons(found) == [(f"{ACCOUNT}/{EAST}", "quota")]


@pytest.mark.parametrize(
    ("reason", "code"),
    [("Cannot delete entity", "inoperable"), ("(Error Code: BucketNotEmpty)", "not_empty")],
)
def test_an_inoperable_instance_has_the_way_out_unless_its_reason_says_more(aws, reason, code):
    inoperable = failed(status=InstanceStatus.INOPERABLE, reason=reason)

    (cause,) = look(aws, inoperable).causes

    assert cause.hint is not None
    assert cause.hint.code == code


def test_a_silent_row_has_the_reason_of_its_last_operations_result(aws):
    aws.fake_stack_sets.results[OPERATION] = (
        a_result(status=ResultStatus.FAILED, status_reason="the result's words"),
    )

    found = look(
        aws,
        failed(reason=""),
        failed(a_key(region=WEST), reason=""),
        failed(a_key(OTHER_ACCOUNT), reason="", last_operation_id=None),
    )

    assert reasons(found) == [
        (f"{ACCOUNT}/{EAST}", "the result's words"),
        (f"{ACCOUNT}/{WEST}", "AWS gives no reason"),
        (f"{OTHER_ACCOUNT}/{EAST}", "AWS gives no reason"),
    ]


def test_a_suspended_account_is_told_as_that(aws):
    skipped = failed(reason="", detailed_status=DetailedStatus.SKIPPED_SUSPENDED_ACCOUNT)

    (cause,) = look(aws, skipped).causes

    assert cause.hint is not None
    assert cause.hint.code == "account_suspended"


def test_a_stack_that_is_gone_is_a_fault_although_aws_calls_the_instance_current(aws):
    (cause,) = look(aws, an_instance(stack_exists=False)).causes

    assert cause.reason == "the stack is gone"
    assert cause.hint is not None
    assert cause.hint.code == "stack_gone"


def test_what_was_cancelled_waits_behind_the_failure(aws):
    waiting = an_instance(
        a_key(region=WEST),
        status=InstanceStatus.OUTDATED,
        detailed_status=DetailedStatus.CANCELLED,
    )

    found = look(aws, failed(), waiting)

    assert found.not_attempted == (a_key(region=WEST),)
    assert [one.key for one in found.causes] == [a_key()]


@pytest.mark.parametrize("detailed", [DetailedStatus.PENDING, DetailedStatus.RUNNING])
def test_an_instance_of_a_running_operation_is_under_way(aws, detailed):
    moving = an_instance(status=InstanceStatus.OUTDATED, detailed_status=detailed)
    running = an_operation(status=OperationStatus.RUNNING)

    assert look(aws, moving, operations=(running,)).moving == (a_key(),)
    assert look(aws, moving, operations=()).not_attempted == (a_key(),)


def test_an_instance_of_the_file_that_is_not_there_is_named(aws):
    found = look(aws, an_instance())

    assert (found.missing, found.state) == ((a_key(region=WEST),), DiagnosisState.NO_FAULT)


def test_an_account_that_cannot_be_read_is_no_account_without_fault(aws):
    unread = an_instance(stack_exists=None, unread=Refusal(why="may not enter"))

    found = look(aws, unread, an_instance(a_key(region=WEST)))

    assert (found.state, found.state.exit_code) == (DiagnosisState.UNKNOWN, 4)
    assert found.unread == (Unread(key=a_key(), why="may not enter"),)


def test_stacks_that_nobody_looked_up_are_no_riddle_and_told(aws):
    aws.closed.add(a_key())

    found = look(aws, an_instance(stack_exists=None), stacks_looked_up=False)

    assert (found.state, found.stacks_looked_up) == (DiagnosisState.NO_FAULT, False)


def test_a_failure_without_a_reason_in_an_account_that_cannot_be_read_could_not_be_told(aws):
    aws.closed.add(a_key())

    found = look(aws, failed(reason=""))

    assert found.state is DiagnosisState.UNKNOWN
    why = f"it failed, and may not enter {ACCOUNT}/{EAST}"
    assert found.unread == (Unread(key=a_key(), why=why),)


def test_a_fault_that_is_known_outweighs_what_could_not_be_told(aws):
    aws.closed.add(a_key())

    found = look(aws, failed(reason=""), failed(a_key(region=WEST)))

    assert found.state is DiagnosisState.FAULT
    assert len(found.unread) == 1


def of_operation(aws, operation, *results, **changes):
    aws.fake_stack_sets.operations[operation.id] = operation
    aws.fake_stack_sets.results[operation.id] = results
    deployment = a_deployment(**changes)
    return diagnose_operation(aws, deployment, a_stack_set(an_instance()), operation.id)


def test_an_operation_is_diagnosed_by_its_results_whatever_came_after_it(aws):
    operation = an_operation(status=OperationStatus.FAILED)
    found = of_operation(
        aws,
        operation,
        a_result(status=ResultStatus.FAILED, status_reason="quota"),
        a_result(a_key(region=WEST), status=ResultStatus.CANCELLED),
        a_result(a_key(OTHER_ACCOUNT), status=ResultStatus.RUNNING),
    )

    assert found.operation == operation
    assert reasons(found) == [(f"{ACCOUNT}/{EAST}", "quota")]
    assert found.not_attempted == (a_key(region=WEST),)
    assert found.moving == (a_key(OTHER_ACCOUNT),)
    assert found.missing == ()


def test_an_operation_that_went_well_has_no_fault(aws):
    assert of_operation(aws, an_operation(), a_result()).state is DiagnosisState.NO_FAULT


@pytest.mark.parametrize(("said", "told"), [("busy", "busy"), ("", "AWS gives no reason")])
def test_an_operation_that_failed_before_any_instance_is_its_own_cause(aws, said, told):
    operation = an_operation(status=OperationStatus.FAILED, status_reason=said)

    assert reasons(of_operation(aws, operation)) == [(f"{ACCOUNT}/{HOME}", told)]
    unbound = of_operation(aws, operation, admin_account=None)
    assert [one.account for one in unbound.causes] == [SELF]


def test_an_operation_that_nobody_knows_is_refused_with_those_that_there_are(aws):
    observed = a_stack_set(an_instance(), operations=(an_operation(),))

    with pytest.raises(InputError, match=f"{NAME} has no operation op-9") as caught:
        diagnose_operation(aws, a_deployment(), observed, OperationId("op-9"))
    assert "its latest are op-1;" in caught.value.hint

    with pytest.raises(InputError) as caught:
        diagnose_operation(aws, a_deployment(), a_stack_set(), OperationId("op-9"))
    assert "its latest are none;" in caught.value.hint


def test_an_outdated_instance_of_which_no_operation_tells_is_no_instance_without_a_fault(aws):
    found = look(aws, an_instance(status=InstanceStatus.OUTDATED, detailed_status=None))

    assert (found.state, found.state.exit_code) == (DiagnosisState.UNKNOWN, 4)
    assert [str(one.key) for one in found.unread] == [f"{ACCOUNT}/{EAST}"]
