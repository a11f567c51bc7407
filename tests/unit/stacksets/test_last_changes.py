"""A drift detection hides nothing of the change before it, whatever AWS writes into the rows."""

from __future__ import annotations

import pytest

from stacksets.last_changes import HISTORY, pass_over_detections
from stacksets.model.observed import (
    DetailedStatus,
    InstanceStatus,
    OperationAction,
    ResultStatus,
)
from stacksets.operation_ids import Purpose, make_operation_id
from tests.builders import NAME, a_key, a_result, an_instance, an_operation
from tests.fakes import FakeAws

DETECTION = an_operation(id="detection", action=OperationAction.DETECT_DRIFT)
UPDATE = an_operation(id="update", action=OperationAction.UPDATE)


@pytest.fixture
def stack_sets():
    return FakeAws().fake_stack_sets


def look(stack_sets, row, *operations):
    """Pass over the detections in the row of one stack instance; operations newest first."""
    [seen] = pass_over_detections(stack_sets, NAME, (row,), operations)
    return seen


def outdated(**changes):
    return an_instance(**({"status": InstanceStatus.OUTDATED} | changes))


@pytest.mark.parametrize("last", ["detection", "update"])
@pytest.mark.parametrize("detailed", list(DetailedStatus)[:5])
def test_a_failed_update_is_seen_behind_a_detection_whatever_aws_writes_of_that(
    stack_sets, last, detailed
):
    stack_sets.results["update"] = (
        a_result(status=ResultStatus.FAILED, status_reason="Limit exceeded"),
    )
    row = outdated(detailed_status=detailed, status_reason="of any", last_operation_id=last)

    seen = look(stack_sets, row, DETECTION, UPDATE)

    assert (seen.detailed_status, seen.status_reason) == (DetailedStatus.FAILED, "Limit exceeded")
    assert (seen.last_operation_id, seen.status) == ("update", InstanceStatus.OUTDATED)


@pytest.mark.parametrize("last", ["detection", "update"])
@pytest.mark.parametrize(
    "detailed", [DetailedStatus.FAILED, DetailedStatus.CANCELLED, DetailedStatus.RUNNING]
)
@pytest.mark.parametrize("results", [(a_result(),), ()])
def test_a_detection_that_failed_leaves_what_is_current_healthy(
    stack_sets, last, detailed, results
):
    stack_sets.results["update"] = results
    row = an_instance(detailed_status=detailed, status_reason="denied", last_operation_id=last)

    seen = look(stack_sets, row, DETECTION, UPDATE)

    assert seen.is_healthy
    assert seen.status_reason == ""


def test_a_detection_of_ours_is_known_by_its_id_while_aws_does_not_list_it_yet(stack_sets):
    stack_sets.results["update"] = (a_result(status=ResultStatus.CANCELLED),)
    row = outdated(last_operation_id=make_operation_id(Purpose.DRIFT, "0" * 40, 1))

    assert look(stack_sets, row, UPDATE).detailed_status is DetailedStatus.CANCELLED


@pytest.mark.parametrize(
    ("action", "detailed"),
    [
        (OperationAction.CREATE, DetailedStatus.FAILED_IMPORT),
        (OperationAction.DELETE, DetailedStatus.INOPERABLE),
    ],
)
def test_a_failed_import_and_a_failed_deletion_stay_what_they_are(stack_sets, action, detailed):
    stack_sets.results["update"] = (a_result(status=ResultStatus.FAILED),)
    row = an_instance(status=InstanceStatus.INOPERABLE, last_operation_id="detection")
    operation = an_operation(id="update", action=action)

    assert look(stack_sets, row, DETECTION, operation).detailed_status is detailed


def test_the_latest_change_that_names_the_instance_tells(stack_sets):
    other = an_operation(id="other", action=OperationAction.UPDATE)
    stack_sets.results["other"] = (a_result(a_key("222222222222")),)
    stack_sets.results["update"] = (a_result(status=ResultStatus.FAILED),)
    stack_sets.results["op-0"] = (a_result(status=ResultStatus.CANCELLED),)
    row = outdated(last_operation_id="detection")

    seen = look(stack_sets, row, DETECTION, other, UPDATE, an_operation(id="op-0"))

    assert seen.last_operation_id == "update"
    assert len(stack_sets.reads) == 2


@pytest.mark.parametrize(
    ("row", "operations"),
    [
        (an_instance(last_operation_id="detection"), (DETECTION, UPDATE)),
        (outdated(last_operation_id="update"), (UPDATE, DETECTION)),
        (outdated(last_operation_id="update"), (UPDATE,)),
        (
            outdated(
                detailed_status=DetailedStatus.SKIPPED_SUSPENDED_ACCOUNT,
                last_operation_id="detection",
            ),
            (DETECTION, UPDATE),
        ),
    ],
)
def test_nothing_is_asked_where_no_detection_can_have_hidden_anything(stack_sets, row, operations):
    assert look(stack_sets, row, *operations) == row
    assert stack_sets.reads == []


def test_of_a_change_that_no_operation_tells_of_any_more_nothing_is_guessed(stack_sets):
    others = [an_operation(id=f"op-{at}") for at in range(HISTORY + 5)]
    row = outdated(last_operation_id="detection", status_reason="of the detection")

    seen = look(stack_sets, row, DETECTION, *others)

    assert (seen.detailed_status, seen.status_reason) == (None, "")
    assert len(stack_sets.reads) == HISTORY


def test_an_older_change_that_the_row_itself_names_is_asked(stack_sets):
    others = [an_operation(id=f"op-{at}") for at in range(HISTORY + 5)]
    last = others[-1].id
    stack_sets.results[last] = (a_result(status=ResultStatus.FAILED, status_reason="quota"),)

    seen = look(stack_sets, outdated(last_operation_id=last), DETECTION, *others)

    assert seen.status_reason == "quota"
