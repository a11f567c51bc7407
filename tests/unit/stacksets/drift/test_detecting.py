"""One detection to its end: begun, attached to, kept waiting, refused, left and stopped."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stacksets.drift import detect_drift, follow_latest_detection
from stacksets.errors import (
    DetachedError,
    InputError,
    OperationInProgressError,
    OperationStoppedError,
    StillRunningError,
)
from stacksets.model.desired import OperationId, RegionConcurrency
from stacksets.model.observed import OperationAction, OperationStatus, ResultStatus
from stacksets.model.outcome import StepStarted, Waited
from stacksets.model.plan import AttachToOperation, DetectStackSetDrift
from stacksets.operation_ids import Purpose, find_purpose
from stacksets.waiting import IfBusy, Patience
from tests.builders import (
    EAST,
    NAME,
    WEST,
    a_deployment,
    a_key,
    a_result,
    a_stack_set,
    an_instance,
    an_operation,
)
from tests.fakes import FakeAws, FakeClock, Keyboard

THEIRS = OperationId("theirs")
DETECTS, UPDATES = OperationAction.DETECT_DRIFT, OperationAction.UPDATE
RUNNING = OperationStatus.RUNNING


class Case:
    """A stack set of two stack instances, and what a detection on it sends and tells."""

    def __init__(self, clock=None):
        self.aws = FakeAws()
        self.sets = self.aws.fake_stack_sets
        instances = (an_instance(a_key(region=EAST)), an_instance(a_key(region=WEST)))
        self.sets.sets[NAME] = a_stack_set(*instances)
        self.clock = clock or FakeClock()
        self.events = []

    def running(self, action, operation_id=THEIRS, *, polls=2, status=RUNNING):
        operation = an_operation(id=operation_id, action=action, status=status)
        self.sets.operations[operation_id] = operation
        self.sets.results[operation_id] = (a_result(a_key(), status=ResultStatus.PENDING),)
        self.sets.polls_until_done = polls
        return operation

    def go(self, *, follow_only=False, **patience):
        stage = follow_latest_detection if follow_only else detect_drift
        patience = Patience(go_on="stacksets drift -f a.toml", **patience)
        return stage(self.aws, a_deployment(), self.clock, self.events.append, patience)

    @property
    def sent(self):
        return [call[-1] for call in self.sets.calls if call[0] == "detect_drift"]

    @property
    def steps(self):
        return [one.step for one in self.events if isinstance(one, StepStarted)]

    @property
    def waited(self):
        return [one.what for one in self.events if isinstance(one, Waited)]


def test_a_detection_asks_every_stack_instance_at_once_and_goes_on_past_failures():
    case = Case()

    operation_id = case.go()

    assert find_purpose(operation_id) is Purpose.DRIFT
    [(_, preferences, sent)] = case.sets.calls
    assert sent == operation_id
    assert preferences.region_concurrency is RegionConcurrency.PARALLEL
    assert preferences.max_concurrent_percentage == 100
    assert preferences.failure_tolerance_percentage == 100
    assert case.sets.operations[operation_id].status is OperationStatus.SUCCEEDED
    [step] = case.steps
    assert isinstance(step, DetectStackSetDrift)


def test_what_has_ended_is_never_taken_for_what_is_there_now(monkeypatch):
    case = Case()
    first = case.go()
    second = case.go()
    monkeypatch.setattr(case.sets, "list_operations", lambda _: ())
    third = case.go()

    assert len({first, second, third}) == 3
    assert third == first.removesuffix("-1") + "-2"
    assert case.sent == [first, second, third]


def test_a_run_after_a_crash_attaches_even_where_the_lists_do_not_show_the_detection(monkeypatch):
    case = Case()
    fresh = Case()
    operation_id = fresh.go()
    case.running(DETECTS, operation_id)
    monkeypatch.setattr(case.sets, "list_operations", lambda _: ())

    assert case.go() == operation_id
    assert list(case.sets.operations) == [operation_id]


def test_a_detection_that_runs_is_attached_to_whoever_has_begun_it():
    for if_busy in IfBusy:
        case = Case()
        case.running(DETECTS)

        assert case.go(if_busy=if_busy) == THEIRS

        assert case.sent == []
        [step] = case.steps
        assert isinstance(step, AttachToOperation)
        assert (step.operation_id, step.action) == (THEIRS, DETECTS)


def test_a_queued_detection_is_attached_to_before_what_runs_is_waited_for(monkeypatch):
    case = Case()
    update = case.running(UPDATES, OperationId("update"))
    case.running(DETECTS, status=OperationStatus.QUEUED)

    def sleep(_):
        case.sets.operations["update"] = replace(update, status=OperationStatus.SUCCEEDED)

    monkeypatch.setattr(case.clock, "sleep", sleep)
    assert case.go() == THEIRS
    assert (case.sent, case.waited) == ([], [])


def test_a_detection_that_somebody_stops_is_waited_for_and_a_new_one_begun(monkeypatch):
    case = Case()
    stopping = case.running(DETECTS, status=OperationStatus.STOPPING)

    def sleep(_):
        stopped = replace(stopping, status=OperationStatus.STOPPED)
        case.sets.operations[THEIRS] = stopped
        case.sets.results[THEIRS] = (a_result(a_key(), status=ResultStatus.CANCELLED),)

    monkeypatch.setattr(case.clock, "sleep", sleep)
    operation_id = case.go()

    assert operation_id != THEIRS
    assert case.sent == [operation_id]


def test_another_operation_is_named_and_waited_for():
    case = Case()
    case.running(UPDATES)

    operation_id = case.go()

    assert case.sent == [operation_id]
    [waited] = case.waited
    assert "operation theirs (UPDATE, RUNNING" in waited
    assert case.sets.operations[THEIRS].status.is_final


def test_another_operation_is_refused_where_that_was_asked_for():
    case = Case()
    case.running(UPDATES)

    with pytest.raises(
        OperationInProgressError, match=r"operation theirs .*--if-busy refuse"
    ) as it:
        case.go(if_busy=IfBusy.REFUSE)

    assert (it.value.exit_code, it.value.operation_id) == (6, THEIRS)
    assert case.sets.calls == []


@pytest.mark.parametrize(("action", "attached"), [(DETECTS, True), (UPDATES, False)])
def test_an_operation_that_only_a_refusal_names_is_found(monkeypatch, action, attached):
    case = Case()
    case.running(action)
    monkeypatch.setattr(case.sets, "list_operations", lambda _: ())
    case.sets.refuse = [OperationInProgressError("busy", operation_id=THEIRS)]

    operation_id = case.go()

    assert (operation_id == THEIRS) is attached
    assert case.sets.operations[THEIRS].status.is_final
    assert case.sent == ([] if attached else [operation_id])


def test_what_has_ended_when_it_is_asked_for_is_no_hindrance(monkeypatch):
    case = Case()
    ended = an_operation(id=THEIRS, action=DETECTS)
    case.sets.operations[THEIRS] = ended
    lagging = (replace(ended, status=RUNNING),)
    monkeypatch.setattr(case.sets, "list_operations", lambda _: lagging)

    operation_id = case.go()

    assert case.sent == [operation_id]
    assert case.waited == []


def test_a_refusal_that_names_nothing_is_waited_out():
    case = Case()
    case.sets.refuse = [OperationInProgressError("busy")] * 3

    assert [case.go()] == case.sent
    assert case.waited == ["an operation that AWS does not name"] * 3


def test_a_refusal_that_names_nothing_is_told_where_nobody_is_to_wait():
    case = Case()
    case.sets.refuse = [OperationInProgressError("busy")]

    with pytest.raises(OperationInProgressError, match="which AWS does not name"):
        case.go(if_busy=IfBusy.REFUSE)
    assert case.sent == []


def test_refusals_without_end_are_given_up_when_the_patience_ends():
    case = Case()
    case.sets.operations[THEIRS] = an_operation(id=THEIRS)
    refusal = OperationInProgressError("busy", operation_id=THEIRS)
    case.sets.refuse = [refusal] * 100

    with pytest.raises(StillRunningError) as raised:
        case.go(until=60.0)

    assert raised.value.hint == "`stacksets drift -f a.toml` goes on with it"
    assert case.clock.seconds == pytest.approx(60, abs=0.1)


def test_a_detection_that_takes_longer_than_the_patience_goes_on():
    case = Case()
    case.sets.polls_until_done = 1000

    with pytest.raises(StillRunningError, match=r"DETECT_DRIFT, RUNNING.* goes on in AWS"):
        case.go(until=60.0)


def test_a_list_of_stack_instances_that_lags_behind_a_deploy_is_read_again(monkeypatch):
    case = Case()
    rows = iter([(), (), case.sets.sets[NAME].instances])
    monkeypatch.setattr(case.sets, "list_instances", lambda _: next(rows))

    assert [case.go()] == case.sent


@pytest.mark.parametrize(("there", "said"), [(True, "has no stack instance"), (False, "not there")])
def test_where_nothing_can_drift_no_verdict_is_given(there, said):
    for follow_only in (False, True):
        case = Case()
        case.sets.sets = {NAME: a_stack_set()} if there else {}

        with pytest.raises(InputError, match=said):
            case.go(follow_only=follow_only)
        assert case.sets.calls == []


def test_ctrl_c_leaves_the_detection_and_says_how_to_go_on():
    case = Case(Keyboard(1))
    case.sets.polls_until_done = 1000

    with pytest.raises(DetachedError) as raised:
        case.go()

    [operation_id] = case.sent
    assert f"detached from operation {operation_id}" in raised.value.message
    assert "`stacksets drift -f a.toml`" in raised.value.hint
    assert not case.sets.operations[operation_id].status.is_final


def test_ctrl_c_twice_stops_the_detection_of_this_run():
    case = Case(Keyboard(1, 2))
    case.sets.polls_until_done = 1000

    with pytest.raises(OperationStoppedError):
        case.go()

    assert case.sets.calls[-1] == ("stop_operation", case.sent[0])


@pytest.mark.parametrize("action", [DETECTS, UPDATES])
def test_ctrl_c_never_stops_an_operation_of_somebody_else(action):
    case = Case(Keyboard(1, 2))
    case.running(action, polls=1000)

    with pytest.raises(DetachedError, match="which this run has not started"):
        case.go()

    assert case.sets.calls == []


def test_ctrl_c_between_two_operations_leaves_nothing_behind():
    case = Case(Keyboard(1))
    case.sets.operations[THEIRS] = an_operation(id=THEIRS)
    case.sets.refuse = [OperationInProgressError("busy", operation_id=THEIRS)] * 2

    with pytest.raises(DetachedError, match="while no operation was running"):
        case.go()


def test_the_latest_detection_is_found_among_later_operations_and_none_is_begun():
    case = Case()
    first, second = case.go(), case.go()
    case.sets.operations["later"] = an_operation(id=OperationId("later"))
    before = list(case.sets.calls)

    assert case.go(follow_only=True) == second != first
    assert case.sets.calls == before


def test_a_latest_detection_that_still_runs_is_followed_to_its_end():
    case = Case()
    case.running(DETECTS)

    assert case.go(follow_only=True) == THEIRS
    assert case.sets.operations[THEIRS].status.is_final
    assert case.sent == []


def test_where_drift_was_never_detected_there_is_no_latest_detection():
    case = Case()
    case.sets.operations[THEIRS] = an_operation(id=THEIRS)

    with pytest.raises(InputError, match="no drift detection is among") as raised:
        case.go(follow_only=True)

    assert raised.value.hint == "without --last, one is begun"
