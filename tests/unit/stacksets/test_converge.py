"""The loop of a change among others' operations, with an end to its patience."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stacksets.deploying import deploy
from stacksets.errors import (
    DetachedError,
    OperationInProgressError,
    StalePlanError,
    StillRunningError,
)
from stacksets.model.desired import OperationId, ParameterOverride
from stacksets.model.observed import OperationStatus
from stacksets.model.outcome import Verdict
from stacksets.observing import observe_stack_set
from stacksets.operation_ids import Purpose, make_operation_id
from stacksets.plan import PlanOptions, make_plan
from stacksets.waiting import IfBusy, Patience
from tests.builders import ACCOUNT, EAST, HOME, WEST, a_deployment, a_key, an_operation, targets
from tests.fakes import FakeAws, FakeClock

THEIRS = OperationId("theirs")
OURS = make_operation_id(Purpose.DEPLOY, "0" * 64, 1)
REFUSE = Patience(if_busy=IfBusy.REFUSE)
NO_ROLE = "Account 1 should have 'execution' role with trust relationship to Role 'administration'."


class Run:
    """A stack set that is deployed, and a change of its description."""

    def __init__(self, *, clock=None):
        self.aws = FakeAws()
        self.stack_sets = self.aws.fake_stack_sets
        self.clock = clock or FakeClock()
        self.deploy(a_deployment())
        self.stack_sets.calls.clear()
        self.changed = a_deployment(description="new")

    def plan(self, deployment):
        return make_plan(deployment, observe_stack_set(self.aws, deployment))

    def deploy(self, deployment, patience=None, first=None):
        return deploy(
            deployment,
            self.aws,
            self.clock,
            options=PlanOptions(),
            first=first or self.plan(deployment),
            consent=lambda plan: None,
            notify=lambda event: None,
            patience=patience or Patience(),
        )

    def busy(self, operation_id=THEIRS, *, polls=2):
        self.stack_sets.operations[operation_id] = an_operation(
            id=operation_id, status=OperationStatus.RUNNING
        )
        self.stack_sets.results[operation_id] = ()
        self.stack_sets.polls_until_done = polls

    def wider(self):
        """The same with one stack instance more, the first of its account and region."""
        return a_deployment(targets=targets((ACCOUNT, EAST), (ACCOUNT, WEST), (ACCOUNT, HOME)))

    def writes(self):
        return [call[0] for call in self.stack_sets.calls]


def test_another_operation_is_refused_by_name_where_that_was_asked_for():
    run = Run()
    run.busy()

    with pytest.raises(OperationInProgressError) as caught:
        run.deploy(run.changed, REFUSE)

    assert caught.value.exit_code == 6
    assert "operation theirs (CREATE, RUNNING, by another client)" in caught.value.message
    assert run.writes() == []


def test_an_operation_that_the_list_did_not_show_is_refused_too():
    run = Run()
    plan = run.plan(run.changed)
    run.busy()

    with pytest.raises(OperationInProgressError, match="by another client"):
        run.deploy(run.changed, REFUSE, first=plan)


def test_an_operation_that_aws_does_not_name_is_refused_in_words():
    run = Run()
    run.stack_sets.refuse = [OperationInProgressError("OperationInProgressException")]

    with pytest.raises(OperationInProgressError) as caught:
        run.deploy(run.changed, REFUSE)

    assert "another operation is under way on stack set" in caught.value.message
    assert "--if-busy wait" in caught.value.hint
    assert run.writes() == []


def test_an_operation_that_aws_does_not_name_is_waited_for_as_long_as_the_patience_says():
    run = Run()
    run.stack_sets.refuse = [OperationInProgressError("busy")] * 1000
    until = run.clock.monotonic() + 100

    with pytest.raises(StillRunningError, match="still refuses because of another operation"):
        run.deploy(run.changed, Patience(until=until))

    assert run.clock.monotonic() == pytest.approx(until, abs=0.1)
    assert run.writes() == []


def test_refusals_of_another_kind_end_with_the_patience_too():
    run = Run()
    run.stack_sets.refuse = [StalePlanError("moved")] * 10

    with pytest.raises(StillRunningError, match="no operation runs"):
        run.deploy(run.changed, Patience(until=run.clock.monotonic() + 5))


def test_an_operation_that_has_ended_meanwhile_refuses_nothing():
    run = Run()
    run.busy(polls=0)

    assert run.deploy(run.changed, REFUSE).verdict is Verdict.SUCCEEDED


def test_an_operation_of_this_tool_is_anothers_as_well_unless_it_is_resumed():
    run = Run()
    run.busy(OURS)
    with pytest.raises(OperationInProgressError, match="by stacksets deploy"):
        run.deploy(run.changed, REFUSE)

    resumed = replace(REFUSE, resumes=Purpose.DEPLOY)

    assert run.deploy(run.changed, resumed).verdict is Verdict.SUCCEEDED


def test_any_number_of_others_operations_is_waited_for():
    run = Run()
    wait = run.stack_sets._finish
    left = [OperationId(f"theirs-{number}") for number in range(40)]

    def then_the_next(name, operation):
        wait(name, operation)
        if left:
            run.busy(left.pop(), polls=1)

    run.stack_sets._finish = then_the_next
    run.busy()

    assert run.deploy(run.changed).verdict is Verdict.SUCCEEDED
    assert left == []


def test_an_operation_that_another_starts_after_ours_is_no_failure_of_ours():
    run = Run()
    finish = run.stack_sets._finish

    def then_theirs(name, operation):
        finish(name, operation)
        if operation.id != THEIRS:
            run.busy(polls=1)

    run.stack_sets._finish = then_theirs

    assert run.deploy(run.changed).verdict is Verdict.SUCCEEDED
    assert run.stack_sets.operations[THEIRS].status is OperationStatus.SUCCEEDED


def test_a_world_that_moves_every_time_is_given_up_on():
    run = Run()
    run.stack_sets.refuse = [StalePlanError("moved") for _ in range(99)]

    with pytest.raises(StalePlanError, match="changed by somebody else every time"):
        run.deploy(run.changed)

    assert run.clock.seconds > 30


def test_patience_ends_while_ours_runs_and_the_operation_goes_on():
    run = Run()
    run.stack_sets.polls_until_done = 999

    with pytest.raises(StillRunningError) as caught:
        run.deploy(run.changed, Patience(until=run.clock.seconds + 60, go_on="stacksets resume"))

    assert caught.value.exit_code == 7
    assert "by stacksets deploy) goes on in AWS" in caught.value.message
    assert "stop_operation" not in run.writes()


def test_patience_ends_while_anothers_runs():
    run = Run()
    run.busy(polls=999)

    with pytest.raises(StillRunningError, match="operation theirs"):
        run.deploy(run.changed, Patience(until=run.clock.seconds + 60))


def test_patience_ends_while_roles_spread():
    run = Run()
    run.stack_sets.fail[a_key(region=HOME)] = NO_ROLE

    with pytest.raises(StillRunningError, match="no operation runs"):
        run.deploy(run.wider(), Patience(until=run.clock.seconds + 20))


class Interrupted(FakeClock):
    """A clock at whose first sleep after `armed` somebody types Ctrl-C, and then at each."""

    armed = False

    def sleep(self, seconds):
        super().sleep(seconds)
        if self.armed:
            raise KeyboardInterrupt


def test_ctrl_c_while_waiting_for_another_leaves_and_stops_nothing():
    run = Run(clock=Interrupted())
    run.busy(polls=99)
    run.clock.armed = True

    with pytest.raises(DetachedError, match="which this run has not started"):
        run.deploy(run.changed)

    assert run.stack_sets.operations[THEIRS].status is OperationStatus.RUNNING


def test_ctrl_c_while_waiting_for_the_operation_that_refused_ours_stops_nothing_either():
    run = Run(clock=Interrupted())
    plan = run.plan(run.changed)
    run.busy(polls=99)
    run.clock.armed = True

    with pytest.raises(DetachedError, match="operation theirs, which this run has not started"):
        run.deploy(run.changed, first=plan)


def test_ctrl_c_between_operations_has_nothing_to_stop():
    run = Run(clock=Interrupted())
    run.stack_sets.list_instances = lambda name: ()
    run.clock.armed = True

    with pytest.raises(DetachedError, match="no operation was running"):
        run.deploy(run.changed)


def test_what_was_not_attempted_is_part_of_the_outcome():
    run = Run()
    overrides = tuple(
        ParameterOverride(accounts=(), regions=(region,), parameters={"Suffix": region})
        for region in (EAST, WEST, HOME)
    )
    wider = a_deployment(
        overrides=overrides, targets=targets((ACCOUNT, EAST), (ACCOUNT, WEST), (ACCOUNT, HOME))
    )
    run.stack_sets.fail[a_key(region=HOME)] = "no quota"

    outcome = run.deploy(wider)

    assert outcome.verdict is Verdict.FAILED
    assert outcome.not_attempted == (a_key(region=EAST), a_key(region=WEST))
    assert [step.overrides for step in outcome.unsent] == [{"Suffix": EAST}, {"Suffix": WEST}]


def test_a_run_that_succeeds_after_all_leaves_nothing_undone():
    run = Run()
    run.stack_sets.fail[a_key()] = "no quota"
    look = run.stack_sets.list_instances

    def mended(name):
        """Somebody mends it while we look."""
        run.stack_sets.sets[name] = replace(run.stack_sets.sets[name], instances=healthy)
        return look(name)

    healthy = look(run.changed.name)
    run.stack_sets.list_instances = mended

    outcome = run.deploy(run.changed)

    assert outcome.verdict is Verdict.SUCCEEDED
    assert (outcome.not_attempted, outcome.unsent) == ((), ())


def test_fresh_roles_are_waited_for_with_a_handful_of_operations():
    run = Run()
    run.stack_sets.fail[a_key(region=HOME)] = NO_ROLE
    began = run.clock.seconds

    outcome = run.deploy(run.wider())

    assert outcome.verdict is Verdict.FAILED
    assert 3 <= len(outcome.operation_ids) <= 6
    assert 110 <= run.clock.seconds - began <= 125


def test_what_failed_first_is_still_told_after_tries_that_did_not_come_to_it_again():
    run = Run()
    run.stack_sets.sets.clear()
    run.stack_sets.fail[a_key(region=HOME)] = NO_ROLE
    run.stack_sets.fail[a_key("222222222222", EAST)] = "no quota"
    run.stack_sets.tolerated = 2
    both = targets(*((one, region) for one in (ACCOUNT, "222222222222") for region in (EAST, HOME)))

    outcome = run.deploy(a_deployment(targets=both))

    assert {cause.key: cause.reason for cause in outcome.root_causes} == {
        a_key(region=HOME): NO_ROLE,
        a_key("222222222222", EAST): "no quota",
    }
    assert outcome.not_attempted == ()
    assert len(run.stack_sets.results[outcome.operation_ids[-1]]) == 1
