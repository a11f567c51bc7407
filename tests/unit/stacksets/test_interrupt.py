"""What Ctrl-C does while a change runs: once, twice, three times, and with others' operations."""

from __future__ import annotations

import pytest

from stacksets.errors import DetachedError, OperationStoppedError, ServiceError
from stacksets.interrupt import Interrupted, leave_or_stop
from stacksets.model.desired import OperationId
from stacksets.model.observed import OperationStatus, ResultStatus
from stacksets.model.outcome import Waited
from stacksets.waiting import Patience
from tests.builders import EAST, NAME, WEST, a_key, a_result, an_operation
from tests.fakes import FakeAws, Keyboard

FIRST, SECOND = OperationId("op-1"), OperationId("op-2")


class Case:
    """Operations that run, and what Ctrl-C comes to."""

    def __init__(self, *typed_at, ids=(FIRST,), own=True):
        self.stack_sets = FakeAws().fake_stack_sets
        self.stack_sets.polls_until_done = 99
        self.events = []
        self.clock = Keyboard(*typed_at)
        self.ids, self.own = ids, own
        for one in ids:
            running = an_operation(id=one, status=OperationStatus.RUNNING)
            self.stack_sets.operations[one] = running
            self.stack_sets.results[one] = (
                a_result(a_key(region=EAST), status=ResultStatus.RUNNING),
                a_result(a_key(region=WEST), status=ResultStatus.PENDING),
            )

    def leave_or_stop(self):
        return leave_or_stop(
            Interrupted(
                stack_sets=self.stack_sets,
                stack_set_name=NAME,
                clock=self.clock,
                notify=self.events.append,
                current=self.ids,
                is_own=self.own,
                patience=Patience(
                    go_on="stacksets resume --environment prod",
                    again="`stacksets deploy --environment prod`",
                ),
            )
        )

    def stopped(self):
        return [call[1] for call in self.stack_sets.calls if call[0] == "stop_operation"]


def test_once_leaves_after_three_seconds_and_names_the_command_that_goes_on():
    case = Case()

    left = case.leave_or_stop()

    assert isinstance(left, DetachedError)
    assert "op-1, which goes on in AWS" in left.message
    assert "`stacksets resume --environment prod`" in left.hint
    assert case.events == [Waited(what="detach", seconds=3.0)]
    assert case.clock.seconds == 3.0
    assert case.stopped() == []


def test_twice_stops_everything_of_this_run_and_counts_what_became_of_it():
    case = Case(1, ids=(FIRST, SECOND))

    left = case.leave_or_stop()

    assert isinstance(left, OperationStoppedError)
    assert left.message == "stopped operation op-1, op-2: 0 done, 0 failed, 4 cancelled"
    assert left.exit_code == 5
    assert left.hint == "`stacksets deploy --environment prod` plans the rest"
    assert case.stopped() == [SECOND, FIRST]


def test_three_times_leaves_at_once_while_aws_stops():
    case = Case(1)

    def stop(name, operation_id):
        raise KeyboardInterrupt

    case.stack_sets.stop_operation = stop

    left = case.leave_or_stop()

    assert isinstance(left, DetachedError)
    assert left.exit_code == 130
    assert left.message == "left operation op-1, which AWS was asked to stop"


def test_twice_within_a_moment_is_twice_as_well():
    case = Case()
    find, typed = case.stack_sets.find_operation, []

    def interrupted_once(name, operation_id):
        if not typed:
            typed.append(True)
            raise KeyboardInterrupt
        return find(name, operation_id)

    case.stack_sets.find_operation = interrupted_once

    assert isinstance(case.leave_or_stop(), OperationStoppedError)


@pytest.mark.parametrize("typed_at", [(), (1,)])
def test_what_this_run_has_not_started_is_never_stopped(typed_at):
    case = Case(*typed_at, own=False)

    left = case.leave_or_stop()

    assert isinstance(left, DetachedError)
    assert "which this run has not started" in left.message
    assert "`stacksets stop op-1`" in left.hint
    assert case.stopped() == []
    assert case.clock.slept == []


def test_what_this_run_has_not_started_is_not_stopped_by_a_quick_second_one_either():
    case = Case(own=False)

    def interrupted(name, operation_id):
        raise KeyboardInterrupt

    case.stack_sets.find_operation = interrupted

    assert "which this run has not started" in case.leave_or_stop().message
    assert case.stopped() == []


def test_where_nothing_runs_any_more_there_is_nothing_to_stop():
    case = Case()
    case.stack_sets.operations[FIRST] = an_operation()

    assert "no operation was running" in case.leave_or_stop().message


def test_what_was_never_accepted_does_not_run():
    case = Case()
    case.stack_sets.operations.clear()

    assert "no operation was running" in case.leave_or_stop().message


def test_what_cannot_be_asked_is_taken_to_run():
    case = Case()

    def broken(name, operation_id):
        raise ServiceError("no network")

    case.stack_sets.find_operation = broken

    assert "detached from operation op-1" in case.leave_or_stop().message
