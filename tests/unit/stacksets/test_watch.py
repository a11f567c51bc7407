"""Operations to their end: in few calls, whatever the lists say meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from stacksets.errors import ServiceError, StillRunningError
from stacksets.model.desired import AccountId, InstanceKey, OperationId, Region
from stacksets.model.observed import OperationStatus, ResultStatus
from stacksets.model.outcome import InstanceProgressed, OperationObserved
from stacksets.waiting import Patience
from stacksets.watch import follow, stop_operations, watch_operation, watch_operations
from tests.builders import EAST, NAME, WEST, a_key, a_result, an_operation
from tests.fakes import FakeClock

PENDING, RUNNING, DONE = ResultStatus.PENDING, ResultStatus.RUNNING, ResultStatus.SUCCEEDED
FAILED = ResultStatus.FAILED
FIRST, SECOND, THIRD = (OperationId(f"op-{number}") for number in (1, 2, 3))


class Scripted:
    """StackSets whose operations stand as the clock says: `status` and `rows` are asked by time.

    `calls` counts API calls; a list takes one for every hundred rows.
    """

    def __init__(self, clock, *, status, rows=lambda seconds: (), failed=None):
        self.clock = clock
        self.status = status
        self.rows = rows
        self.failed = failed
        self.calls = {"describe": 0, "list": 0, "list_failed": 0, "operations": 0}
        self.stopped = []
        self.operations = ()

    def find_operation(self, name, operation_id):
        self.calls["describe"] += 1
        status = self.status(operation_id, self.clock.seconds)
        if status is None:
            return None
        count = self.failed(self.clock.seconds) if self.failed else 0
        return an_operation(id=operation_id, status=status, failed_count=count)

    def list_results(self, name, operation_id, status=None):
        rows = [one for one in self.rows(self.clock.seconds) if status in {None, one.status}]
        self.calls["list_failed" if status else "list"] += max(1, -(-len(rows) // 100))
        return tuple(rows)

    def list_operations(self, name):
        self.calls["operations"] += 1
        return self.operations

    def stop_operation(self, name, operation_id):
        self.stopped.append(operation_id)


def _until(end, last=OperationStatus.SUCCEEDED):
    return lambda operation_id, seconds: OperationStatus.RUNNING if seconds < end else last


def _watch(stack_sets, clock, patience=None, ids=(FIRST,)):
    events = []
    watched = follow(
        watch_operations(stack_sets, NAME, ids, clock, patience or Patience()), events.append
    )
    return watched, events


def _told(events, kind):
    return [one for one in events if isinstance(one, kind)]


def _keys(number):
    regions = [Region(f"xx-place-{at}") for at in range(10)]
    return [
        InstanceKey(AccountId(f"{at:012}"), region)
        for region in regions
        for at in range(number // len(regions))
    ]


def test_a_large_operation_is_not_listed_at_each_look():
    keys = _keys(10_000)
    clock = FakeClock()

    waiting = [a_result(key, status=PENDING) for key in keys]
    done = [a_result(key, status=DONE) for key in keys]

    def rows(seconds):
        number = int(len(keys) * min(seconds / 3600, 1))
        return done[:number] + waiting[number:]

    stack_sets = Scripted(clock, status=_until(3600), rows=rows)

    [watched], events = _watch(stack_sets, clock)

    assert watched.succeeded
    assert len(watched.results) == 10_000
    looks = stack_sets.calls["describe"]
    assert 240 <= looks <= 280
    assert stack_sets.calls["list"] <= 100 * 20
    assert stack_sets.calls["list_failed"] == 0
    assert len(_told(events, OperationObserved)) == looks
    assert len(_told(events, InstanceProgressed)) == 10_000


@pytest.mark.parametrize("ends_at", [0.5, 1.5, 4, 13, 14, 28, 60, 95])
def test_the_end_of_a_short_operation_is_seen_soon_after_it_in_few_calls(ends_at):
    clock = FakeClock()
    stack_sets = Scripted(clock, status=_until(ends_at), rows=lambda _: [a_result()])

    _watch(stack_sets, clock)

    late = clock.seconds - ends_at
    assert 0 <= late <= max(0.25, 0.15 * ends_at + 0.05)
    assert stack_sets.calls["describe"] <= 40


def _running(number):
    clock = FakeClock()
    running = [a_result(key, status=RUNNING) for key in _keys(number)]
    done = [a_result(key, status=DONE) for key in _keys(number)]
    stack_sets = Scripted(
        clock, status=_until(1200), rows=lambda seconds: running if seconds < 1200 else done
    )
    return stack_sets, _told(_watch(stack_sets, clock)[1], OperationObserved)


@pytest.mark.parametrize(("number", "oldest"), [(200, 0), (480, 15), (1_000, 30), (9_000, 225)])
def test_the_counts_are_the_younger_the_fewer_calls_a_list_takes(number, oldest):
    stack_sets, looks = _running(number)

    seen = [one for one in looks if one.seconds > 30]
    assert oldest <= max(one.seconds - one.listed_seconds for one in seen) < oldest + 16
    calls = number / 100
    assert stack_sets.calls["list"] <= max(1200 / 4, 1200 / 240 * calls) + 2 * calls


def test_what_was_never_listed_has_no_age():
    clock = FakeClock()
    queued = [OperationStatus.QUEUED, OperationStatus.SUCCEEDED]
    stack_sets = Scripted(clock, status=lambda _, seconds: queued[seconds > 3])

    seen = _told(_watch(stack_sets, clock)[1], OperationObserved)

    assert seen[0].listed_seconds is None
    assert seen[-1].listed_seconds == seen[-1].seconds


@pytest.mark.parametrize(
    ("created", "just_sent", "first"),
    [(-60, False, 60.0), (60, False, 0.0), (-60, True, 0.0)],
    ids=["a minute ago", "by a clock that is ahead", "by this run, whose clock is behind"],
)
def test_time_counts_from_when_an_operation_was_created(created, just_sent, first):
    clock = FakeClock()
    stack_sets = Scripted(clock, status=_until(10), rows=lambda seconds: [_move_at(seconds)])
    find = stack_sets.find_operation
    at = clock.now() + timedelta(seconds=created)
    stack_sets.find_operation = lambda *asked: replace(find(*asked), created=at)

    events = []
    watching = watch_operations(stack_sets, NAME, (FIRST,), clock, just_sent=just_sent)
    follow(watching, events.append)

    seconds = [one.seconds for one in events]
    assert seconds[0] == first
    assert seconds == sorted(seconds)
    assert seconds[-1] == pytest.approx(first + clock.seconds)
    [moved] = _told(events, InstanceProgressed)
    assert moved.seconds > first + 5
    assert moved.operation_id == FIRST


def _move_at(seconds):
    return a_result(status=DONE if seconds > 5 else PENDING)


def test_the_time_of_an_operation_that_is_looked_at_late_counts_from_its_creation_too():
    clock = FakeClock()

    def status(operation_id, seconds):
        if operation_id == SECOND:
            return _until(40)(operation_id, seconds)
        return OperationStatus.QUEUED if seconds < 20 else _until(40)(operation_id, seconds)

    stack_sets = Scripted(clock, status=status)
    find, begun = stack_sets.find_operation, clock.now()
    stack_sets.find_operation = lambda *asked: replace(find(*asked), created=begun)

    _, events = _watch(stack_sets, clock, ids=(FIRST, SECOND))

    first_look = next(one for one in events if one.operation_id == SECOND)
    assert first_look.seconds == pytest.approx(clock.seconds - 15, abs=15)
    assert events[-1].seconds == pytest.approx(clock.seconds)


def test_an_operation_that_had_ended_before_took_as_long_as_aws_says():
    clock = FakeClock()
    stack_sets = Scripted(clock, status=_until(0), rows=lambda _: [a_result(status=DONE)])
    find, begun = stack_sets.find_operation, clock.now() - timedelta(hours=1)
    ended = begun + timedelta(seconds=12)
    stack_sets.find_operation = lambda *asked: replace(find(*asked), created=begun, ended=ended)

    _, events = _watch(stack_sets, clock)

    assert {one.seconds for one in events} == {12.0}


def test_a_small_operation_is_listed_at_each_look_once():
    clock = FakeClock()
    stack_sets = Scripted(clock, status=_until(60), rows=lambda _: [a_result(status=DONE)])

    _watch(stack_sets, clock)

    assert stack_sets.calls["list"] == stack_sets.calls["describe"]


def test_failures_of_a_large_operation_are_told_as_soon_as_aws_counts_them():
    keys = _keys(1_000)
    clock = FakeClock()

    def rows(seconds):
        first = a_result(keys[0], status=FAILED if seconds > 4 else RUNNING, status_reason="quota")
        return [first, *(a_result(key, status=PENDING) for key in keys[1:])]

    stack_sets = Scripted(
        clock, status=_until(14), rows=rows, failed=lambda seconds: int(seconds > 4)
    )
    events = []
    for event in watch_operation(stack_sets, NAME, FIRST, clock, Patience(until=10.0)):
        events.append(event)
        if isinstance(event, InstanceProgressed) and event.status is FAILED:
            break

    assert stack_sets.calls["describe"] <= 16
    assert stack_sets.calls | {"describe": 0} == {
        "describe": 0,
        "list": 10,
        "list_failed": 1,
        "operations": 0,
    }
    assert events[-1].status_reason == "quota"


def test_failures_that_keep_coming_by_the_hundreds_are_listed_seldom_too():
    keys = _keys(1_000)
    clock = FakeClock()
    stack_sets = Scripted(
        clock,
        status=_until(600, OperationStatus.FAILED),
        rows=lambda seconds: [a_result(key, status=FAILED) for key in keys[: int(200 + seconds)]],
        failed=lambda seconds: int(200 + seconds),
    )

    _watch(stack_sets, clock)

    assert stack_sets.calls["list_failed"] <= 40


def test_results_that_lag_behind_the_end_are_read_again():
    clock = FakeClock()
    stack_sets = Scripted(
        clock,
        status=_until(0, OperationStatus.FAILED),
        rows=lambda seconds: [a_result(status=FAILED if seconds > 3 else RUNNING)],
        failed=lambda _: 1,
    )

    [watched], _ = _watch(stack_sets, clock)

    assert [one.status for one in watched.results] == [FAILED]


def test_results_that_never_agree_are_believed_after_half_a_minute():
    clock = FakeClock()
    stack_sets = Scripted(clock, status=_until(0, OperationStatus.FAILED), failed=lambda _: 1)

    [watched], _ = _watch(stack_sets, clock)

    assert watched.results == ()
    assert not watched.succeeded
    assert 30 <= clock.seconds < 31


def test_nothing_moves_back_when_a_list_lags():
    clock = FakeClock()
    shown = {0: RUNNING, 1: DONE, 2: RUNNING, 3: DONE}
    stack_sets = Scripted(
        clock,
        status=_until(3),
        rows=lambda seconds: [a_result(status=shown[min(int(seconds), 3)])],
    )

    _, events = _watch(stack_sets, clock)

    assert [one.status for one in _told(events, InstanceProgressed)] == [RUNNING, DONE]


def test_waiting_for_a_turn_is_no_move():
    clock = FakeClock()
    stack_sets = Scripted(
        clock,
        status=_until(1),
        rows=lambda seconds: [a_result(status=PENDING if seconds < 1 else DONE)],
    )

    _, events = _watch(stack_sets, clock)

    assert [one.status for one in _told(events, InstanceProgressed)] == [DONE]
    assert _told(events, OperationObserved)[0].counts == {PENDING: 1}


def test_a_queued_operation_names_those_that_it_waits_for_and_is_watched_through_its_turn():
    clock = FakeClock()

    def status(operation_id, seconds):
        order = [OperationStatus.QUEUED, OperationStatus.RUNNING, OperationStatus.SUCCEEDED]
        return order[min(int(seconds / 20), 2)]

    stack_sets = Scripted(clock, status=status, rows=lambda _: [a_result()])
    stack_sets.operations = (
        an_operation(id=THIRD, status=OperationStatus.QUEUED),
        an_operation(id=FIRST, status=OperationStatus.QUEUED),
        an_operation(id=SECOND, status=OperationStatus.QUEUED),
        an_operation(id=OperationId("running"), status=OperationStatus.RUNNING),
        an_operation(id=OperationId("ended")),
    )

    [watched], events = _watch(stack_sets, clock)

    seen = _told(events, OperationObserved)
    assert watched.succeeded
    assert seen[0].queued_behind == ("running", SECOND)
    assert [one.status for one in seen if one.status is not OperationStatus.QUEUED][-1].is_final
    assert not seen[-1].queued_behind
    assert stack_sets.calls["operations"] <= 2, "in the twenty seconds that it was queued"


def test_a_queued_operation_that_the_list_does_not_hold_yet_waits_for_all_that_runs():
    clock = FakeClock()
    stack_sets = Scripted(
        clock,
        status=lambda _, seconds: (
            OperationStatus.QUEUED if seconds < 1 else OperationStatus.SUCCEEDED
        ),
    )
    stack_sets.operations = (an_operation(id=SECOND, status=OperationStatus.RUNNING),)

    _, events = _watch(stack_sets, clock)

    assert events[0].queued_behind == (SECOND,)


def test_of_operations_in_a_queue_only_those_that_may_have_moved_are_looked_at():
    clock = FakeClock()
    ends = {FIRST: 10, SECOND: 20, THIRD: 30}

    def status(operation_id, seconds):
        if seconds < ends[operation_id] - 10:
            return OperationStatus.QUEUED
        return _until(ends[operation_id])(operation_id, seconds)

    stack_sets = Scripted(clock, status=status)

    watched, events = _watch(stack_sets, clock, ids=(FIRST, SECOND, THIRD))

    assert [one.operation.id for one in watched] == [FIRST, SECOND, THIRD]
    at_once = [one for one in _told(events, OperationObserved) if one.seconds == 0.0]
    assert [(one.operation_id, one.status) for one in at_once] == [
        (FIRST, OperationStatus.RUNNING),
        (SECOND, OperationStatus.QUEUED),
    ]


def test_operations_that_run_at_once_are_all_looked_at():
    clock = FakeClock()
    stack_sets = Scripted(clock, status=_until(1))

    watched, events = _watch(stack_sets, clock, ids=(FIRST, SECOND))

    assert len(watched) == 2
    assert {one.operation_id for one in events if one.seconds == 0.0} == {FIRST, SECOND}


def test_patience_ends_in_an_error_that_says_how_to_go_on():
    clock = FakeClock()
    stack_sets = Scripted(clock, status=_until(9999))

    with pytest.raises(StillRunningError, match=r"operation op-1 .* goes on in AWS") as caught:
        _watch(stack_sets, clock, Patience(until=60.0, go_on="stacksets watch"))

    assert caught.value.exit_code == 7
    assert caught.value.hint == "`stacksets watch` goes on with it"
    assert clock.seconds == pytest.approx(60, abs=0.01)


def test_an_operation_that_aws_does_not_know_is_an_error():
    clock = FakeClock()

    with pytest.raises(ServiceError, match="does not know operation op-1"):
        _watch(Scripted(clock, status=lambda *_: None), clock)


def test_stopping_asks_the_latest_first_and_waits_for_what_is_under_way():
    clock = FakeClock()

    def status(operation_id, seconds):
        return OperationStatus.STOPPING if seconds < 3 else OperationStatus.STOPPED

    stack_sets = Scripted(clock, status=status)

    watched = follow(stop_operations(stack_sets, NAME, (FIRST, SECOND), clock), lambda _: None)

    assert stack_sets.stopped == [SECOND, FIRST]
    assert {one.operation.status for one in watched} == {OperationStatus.STOPPED}


def test_the_counts_are_of_what_was_listed_last():
    clock = FakeClock()
    stack_sets = Scripted(
        clock,
        status=_until(0),
        rows=lambda _: [a_result(a_key(region=EAST)), a_result(a_key(region=WEST))],
    )

    _, events = _watch(stack_sets, clock)

    assert _told(events, OperationObserved)[-1].counts == {DONE: 2}
