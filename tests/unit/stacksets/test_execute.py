"""Steps that are sent together under managed execution, and what a failure leaves unsent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stacksets.errors import OperationInProgressError, StillRunningError
from stacksets.execute import execute_plan
from stacksets.model.desired import (
    OperationId,
    OperationPreferences,
    ParameterOverride,
    RegionConcurrency,
)
from stacksets.model.observed import OperationStatus
from stacksets.model.outcome import OperationObserved, StepFinished, StepStarted
from stacksets.model.plan import (
    CreateStackInstances,
    CreateStackSet,
    DeleteStackSet,
    DetectStackSetDrift,
    ImportStacksToStackSet,
)
from stacksets.plan import make_plan
from stacksets.waiting import Patience
from stacksets.watch import follow
from tests.builders import (
    ACCOUNT,
    EAST,
    HOME,
    NAME,
    OTHER_ACCOUNT,
    WEST,
    a_deployment,
    a_key,
    an_operation,
    targets,
)
from tests.fakes import FakeAws, FakeClock

OVERRIDES = tuple(
    ParameterOverride(accounts=(), regions=(region,), parameters={"Suffix": region})
    for region in (EAST, WEST)
)
UNLIKE = {
    "overrides": OVERRIDES,
    "targets": targets((ACCOUNT, EAST), (ACCOUNT, WEST), (ACCOUNT, HOME)),
}


class Run:
    """A first deploy of three stack instances with unlike overrides: three steps of one kind."""

    def __init__(self, *, managed=True, regions=RegionConcurrency.PARALLEL, where=UNLIKE):
        self.deployment = a_deployment(
            managed_execution=managed,
            operation_preferences=OperationPreferences(region_concurrency=regions),
            **where,
        )
        self.plan = make_plan(self.deployment, None)
        self.stack_sets = FakeAws().fake_stack_sets
        self.clock = FakeClock()
        self.events = []

    def execute(self, patience=None):
        events = execute_plan(self.stack_sets, self.plan, self.clock, patience or Patience())
        return follow(events, self.events.append)

    def told(self):
        """The events by kind, those of looking at operations left out."""
        return [
            f"{type(event).__name__} {event.number}"
            for event in self.events
            if isinstance(event, StepStarted | StepFinished)
        ]


def _only_key(step):
    [account], [region] = step.where.accounts, step.where.regions
    return a_key(account, region)


def test_where_regions_go_one_after_the_other_no_two_of_them_are_sent_together():
    run = Run(regions=RegionConcurrency.SEQUENTIAL)

    execution = run.execute()

    assert execution.failed is None
    assert run.told() == [
        f"{what} {number}" for number in (1, 2, 3, 4) for what in ("StepStarted", "StepFinished")
    ]


def test_accounts_of_one_region_are_sent_together_although_regions_go_one_after_the_other():
    accounts = tuple(
        ParameterOverride(accounts=(account,), regions=(), parameters={"Suffix": account})
        for account in (ACCOUNT, OTHER_ACCOUNT)
    )
    here = {"overrides": accounts, "targets": targets((ACCOUNT, EAST), (OTHER_ACCOUNT, EAST))}
    run = Run(regions=RegionConcurrency.SEQUENTIAL, where=here)

    run.execute()

    assert run.told()[2:4] == ["StepStarted 2", "StepStarted 3"]


def test_neighbours_of_one_kind_are_sent_together_under_managed_execution():
    run = Run()
    run.stack_sets.polls_until_done = 2

    execution = run.execute()

    assert execution.failed is None
    assert len(execution.operation_ids) == 3
    assert run.told() == [
        "StepStarted 1",
        "StepFinished 1",
        "StepStarted 2",
        "StepStarted 3",
        "StepStarted 4",
        "StepFinished 2",
        "StepFinished 3",
        "StepFinished 4",
    ]
    first_looks = [event for event in run.events if isinstance(event, OperationObserved)][:2]
    assert [one.status for one in first_looks] == [OperationStatus.RUNNING, OperationStatus.QUEUED]


def test_each_step_took_as_long_as_its_own_operation():
    run = Run()
    run.stack_sets.polls_until_done = 3
    find = run.stack_sets.find_operation
    last = run.plan.steps[-1].operation_id

    def slowly(name, operation_id):
        """The last of them runs on for a while."""
        if operation_id == last and run.clock.seconds < 100:
            return replace(run.stack_sets.operations[last], status=OperationStatus.RUNNING)
        return find(name, operation_id)

    run.stack_sets.find_operation = slowly

    run.execute()

    _, second, third, fourth = (e.seconds for e in run.events if isinstance(e, StepFinished))
    assert 0 < second <= third < 50
    assert fourth >= 100


def test_without_managed_execution_each_step_waits_for_the_one_before():
    run = Run(managed=False)

    assert run.execute().failed is None
    assert run.told()[2:6] == [
        "StepStarted 2",
        "StepFinished 2",
        "StepStarted 3",
        "StepFinished 3",
    ]


def test_what_counts_is_what_aws_holds_not_what_the_file_says():
    run = Run()
    create = run.stack_sets.create_stack_set
    run.stack_sets.create_stack_set = lambda definition, token: create(
        replace(definition, managed_execution=False), token
    )

    assert run.execute().failed is None
    assert run.told()[2:4] == ["StepStarted 2", "StepFinished 2"]


def test_a_neighbour_that_aws_refuses_after_all_is_sent_when_the_ones_before_have_ended():
    run = Run()
    run.stack_sets.polls_until_done = 1
    create, refused = run.stack_sets.create_instances, []

    def refuse_once(*arguments):
        if len(run.stack_sets.operations) == 1 and not refused:
            refused.append(True)
            raise OperationInProgressError("busy", operation_id="op")
        create(*arguments)

    run.stack_sets.create_instances = refuse_once

    execution = run.execute()

    assert execution.failed is None
    assert len(set(execution.operation_ids)) == 3
    assert run.told()[-1] == "StepFinished 4"


def test_a_step_that_is_refused_before_any_other_is_an_error():
    run = Run()
    run.stack_sets.refuse = [OperationInProgressError("busy", operation_id="op")]

    with pytest.raises(OperationInProgressError):
        run.execute()


def test_when_one_of_them_fails_those_behind_it_are_stopped():
    run = Run()
    run.stack_sets.polls_until_done = 1
    steps = [one for one in run.plan.steps if isinstance(one, CreateStackInstances)]
    run.stack_sets.fail[_only_key(steps[0])] = "no quota"

    execution = run.execute()

    assert execution.failed.id == steps[0].operation_id
    assert execution.failed.status is OperationStatus.FAILED
    stopped = [call[1] for call in run.stack_sets.calls if call[0] == "stop_operation"]
    assert stopped == [steps[2].operation_id, steps[1].operation_id]
    assert sorted(str(one.status) for one in execution.results) == [
        "CANCELLED",
        "CANCELLED",
        "FAILED",
    ]
    assert execution.unsent == ()


def test_what_is_stopped_before_it_began_counts_as_never_sent():
    run = Run()
    run.stack_sets.polls_until_done = 1
    steps = [one for one in run.plan.steps if isinstance(one, CreateStackInstances)]
    run.stack_sets.fail[_only_key(steps[0])] = "no quota"
    stop = run.stack_sets.stop_operation

    def without_results(name, operation_id):
        stop(name, operation_id)
        run.stack_sets.results[operation_id] = ()

    run.stack_sets.stop_operation = without_results

    assert run.execute().unsent == tuple(steps[1:])


def test_the_failure_is_the_operation_that_failed_not_one_that_was_stopped_before_it():
    run = Run()
    run.stack_sets.polls_until_done = 3
    steps = [one for one in run.plan.steps if isinstance(one, CreateStackInstances)]
    run.stack_sets.fail[_only_key(steps[1])] = "no quota"
    find = run.stack_sets.find_operation

    def second_first(name, operation_id):
        """AWS runs them at once, and the second ends first."""
        for one in list(run.stack_sets.operations.values()):
            if one.status is OperationStatus.QUEUED:
                begun = replace(one, status=OperationStatus.RUNNING)
                run.stack_sets.operations[one.id] = begun
        if operation_id == steps[0].operation_id:
            return run.stack_sets.operations[operation_id]
        run.stack_sets.polls_until_done = 0
        return find(name, operation_id)

    run.stack_sets.find_operation = second_first

    execution = run.execute()

    assert execution.failed.id == steps[1].operation_id


def test_the_steps_behind_a_failure_are_not_sent_and_named():
    run = Run(managed=False)
    steps = run.plan.steps
    run.stack_sets.fail[_only_key(steps[1])] = "no quota"

    execution = run.execute()

    assert execution.unsent == steps[2:]


def test_a_plan_without_operations_needs_no_looks():
    run = Run()
    run.plan = replace(run.plan, steps=run.plan.steps[:1])

    assert isinstance(run.plan.steps[0], CreateStackSet)
    assert run.execute().operation_ids == ()
    assert run.stack_sets.reads == []


def test_nothing_more_is_sent_once_patience_has_come_to_its_end():
    run = Run(managed=False)

    with pytest.raises(StillRunningError, match="no operation runs"):
        run.execute(Patience(until=0.0))

    assert [call[0] for call in run.stack_sets.calls] == ["create_stack_set"]


DRIFT = DetectStackSetDrift(
    stack_set_name=NAME,
    preferences=OperationPreferences(),
    operation_id=OperationId("drift-1"),
    why="asked for",
)
IMPORT = ImportStacksToStackSet(
    stack_set_name=NAME,
    stack_ids=("arn:1",),
    organizational_units=(),
    preferences=OperationPreferences(),
    operation_id=OperationId("import-1"),
    why="asked for",
)


class Recording:
    """StackSets that note what is sent; every operation succeeds at once."""

    def __init__(self):
        self.sent = []

    def detect_drift(self, *arguments):
        self.sent.append(arguments)

    def import_stacks(self, *arguments):
        self.sent.append(arguments)

    def find_operation(self, name, operation_id):
        return an_operation(id=operation_id)

    def list_results(self, name, operation_id, status=None):
        return ()


@pytest.mark.parametrize(
    ("step", "sent"),
    [
        (DRIFT, (NAME, DRIFT.preferences, DRIFT.operation_id)),
        (IMPORT, (NAME, ("arn:1",), (), IMPORT.preferences, IMPORT.operation_id)),
    ],
)
def test_drift_detection_and_imports_are_operations_like_the_others(step, sent):
    stack_sets = Recording()
    plan = replace(Run().plan, steps=(step,))

    execution = follow(execute_plan(stack_sets, plan, FakeClock()), lambda _: None)

    assert execution.operation_ids == (step.operation_id,)
    assert stack_sets.sent == [sent]


def test_the_stack_set_is_deleted_without_an_operation():
    run = Run()
    run.execute()
    run.plan = replace(run.plan, steps=(DeleteStackSet(stack_set_name=NAME, why="asked for"),))

    assert run.execute().operation_ids == ()
    assert run.stack_sets.sets == {}
