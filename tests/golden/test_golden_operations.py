"""What people read of operations: the latest ones, what came of one, what happened in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from stacksets.aws.door import StackEvent
from stacksets.events import ResultEvents
from stacksets.model.desired import InstanceKey, OperationId
from stacksets.model.observed import OperationAction, OperationStatus, ResultStatus
from stacksets.operation_ids import Purpose, make_operation_id
from stacksets.report.operations import (
    events_result,
    not_deployed_result,
    nothing_running_result,
    operations_result,
    watched_result,
)
from stacksets.watch import Watched
from tests.builders import EAST, NAME, OTHER_ACCOUNT, WEST, a_key, a_result, an_operation

START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
DIGEST = "0123456789abcdef" * 4
DEPLOY = make_operation_id(Purpose.DEPLOY, DIGEST, 2)
TIMES = {"created": START, "ended": START + timedelta(seconds=75)}
FAILED = {"status": ResultStatus.FAILED, "status_reason": "no quota"}
CANCELLED = a_result(
    a_key(OTHER_ACCOUNT, WEST),
    status=ResultStatus.CANCELLED,
    status_reason="Cancelled since failure tolerance has exceeded",
)


def _latest():
    operations = (
        an_operation(
            id=make_operation_id(Purpose.DESTROY, DIGEST, 1),
            action=OperationAction.DELETE,
            status=OperationStatus.RUNNING,
            created=START,
        ),
        an_operation(id=DEPLOY, status=OperationStatus.FAILED, failed_count=3, **TIMES),
        an_operation(action=OperationAction.UPDATE, **TIMES),
        an_operation(status=OperationStatus.STOPPED, status_reason="stopped by a person"),
        an_operation(id=OperationId("beyond-the-limit")),
    )
    return operations_result(operations, 4, {})


def _none_yet():
    return operations_result((), 20, {})


def _nothing_runs():
    return nothing_running_result(an_operation(id=DEPLOY, **TIMES), {})


def _nothing_ever_ran():
    return nothing_running_result(None, {})


def _not_deployed():
    return not_deployed_result(NAME, {})


def _watched(*, stopped=False, results=(), **operation):
    watched = Watched(
        operation=an_operation(**({"id": DEPLOY, **TIMES} | operation)), results=tuple(results)
    )
    return watched_result([watched], {}, go_on="stacksets diagnose", stopped=stopped)


def _succeeded():
    return _watched(results=[a_result(), a_result(a_key(region=WEST))])


def _failed():
    keys = [InstanceKey(f"{number:012}", EAST) for number in range(1, 8)]
    alike = [a_result(key, **FAILED) for key in keys]
    alone = a_result(a_key(region=WEST), status=ResultStatus.FAILED)
    return _watched(
        status=OperationStatus.FAILED, failed_count=8, results=[*alike, alone, CANCELLED]
    )


def _failed_as_a_whole():
    reason = "the template is gone"
    return _watched(status=OperationStatus.FAILED, status_reason=reason, created=None)


def _succeeded_in_part():
    return _watched(failed_count=1, results=[a_result(), a_result(a_key(region=WEST), **FAILED)])


def _stopped_elsewhere():
    return _watched(status=OperationStatus.STOPPED, results=[a_result(), CANCELLED])


def _stopped():
    return _watched(status=OperationStatus.STOPPED, results=[a_result(), CANCELLED], stopped=True)


def _stopped_too_late():
    return _watched(results=[a_result()], stopped=True)


def _stopped_with_failures():
    failed = a_result(a_key(region=WEST), **FAILED)
    return _watched(
        status=OperationStatus.STOPPED, failed_count=1, results=[failed, CANCELLED], stopped=True
    )


def _several():
    watched = [
        Watched(operation=an_operation(status=OperationStatus.FAILED), results=()),
        Watched(operation=an_operation(id=OperationId("op-2")), results=(a_result(),)),
    ]
    return watched_result(watched, {}, go_on="stacksets diagnose")


def _event(seconds, status, reason=""):
    return StackEvent(
        at=START + timedelta(seconds=seconds),
        logical_id="Function",
        physical_id="f",
        resource_type="AWS::Lambda::Function",
        status=status,
        reason=reason,
    )


def _events():
    history = (
        _event(1, "CREATE_IN_PROGRESS"),
        _event(2, "CREATE_FAILED", "no quota"),
        _event(3, "DELETE_COMPLETE"),
    )
    results = (
        ResultEvents(result=a_result()),
        ResultEvents(result=a_result(a_key(region=WEST), **FAILED), stack_id="arn", events=history),
        ResultEvents(result=a_result(a_key(OTHER_ACCOUNT), **FAILED), unread="no read role"),
        ResultEvents(result=CANCELLED),
    )
    operation = an_operation(id=DEPLOY, status=OperationStatus.FAILED, failed_count=2, **TIMES)
    return events_result(operation, results, 2, {})


def _events_of_nothing():
    return events_result(an_operation(), (), 20, {})


@pytest.mark.parametrize(
    ("make", "code", "exit_code"),
    [
        (_latest, "operations", 0),
        (_none_yet, "operations", 0),
        (_nothing_runs, "nothing_running", 0),
        (_nothing_ever_ran, "nothing_running", 0),
        (_not_deployed, "not_deployed", 0),
        (_succeeded, "succeeded", 0),
        (_failed, "failed", 5),
        (_failed_as_a_whole, "failed", 5),
        (_succeeded_in_part, "partial", 5),
        (_stopped_elsewhere, "stopped", 5),
        (_stopped, "stopped", 0),
        (_stopped_too_late, "succeeded", 0),
        (_stopped_with_failures, "stopped", 5),
        (_several, "failed", 5),
        (_events, "operation_events", 4),
        (_events_of_nothing, "operation_events", 0),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_operations_read_as_reviewed(make, code, exit_code, golden):
    result = make()

    assert (result.code, result.exit_code) == (code, exit_code)
    golden(f"operations{make.__name__}.txt", "".join(f"{line.text}\n" for line in result.lines))


def test_an_operation_of_another_client_has_no_purpose_in_json():
    data = operations_result((an_operation(id=DEPLOY), an_operation()), 20, {}).data["operations"]

    assert [(one["is_ours"], one["purpose"]) for one in data] == [(True, "deploy"), (False, None)]


def test_the_results_of_a_watched_operation_are_whole_in_json():
    [operation] = _failed().data["operations"]

    assert len(operation["results"]) == 9
    assert operation["counts"] == {"FAILED": 8, "CANCELLED": 1}
    assert operation["verdict"] == "failed"


def test_the_events_of_a_failed_stack_are_data_too():
    results = _events().data["results"]

    assert [one["unread"] for one in results] == ["", "", "no read role", ""]
    assert [one["status"] for one in results[1]["events"]] == ["CREATE_FAILED", "DELETE_COMPLETE"]
