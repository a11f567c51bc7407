from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacksets.aws.failures import StackSetNotEmptyError
from stacksets.deploying import deploy
from stacksets.destroying import destroy
from stacksets.errors import (
    DetachedError,
    OperationInProgressError,
    OperationStoppedError,
    ServiceError,
    StalePlanError,
    UnsafePlanError,
)
from stacksets.model.desired import OperationId, ParameterOverride
from stacksets.model.observed import InstanceStatus, OperationAction, OperationStatus, ResultStatus
from stacksets.model.outcome import (
    InstanceProgressed,
    OperationObserved,
    StepFinished,
    StepStarted,
    Verdict,
    Verified,
    Waited,
)
from stacksets.model.plan import Retention, UpdateStackSet
from stacksets.observing import observe_stack_set
from stacksets.plan import PlanOptions, make_destroy_plan, make_plan
from tests.builders import (
    ACCOUNT,
    EAST,
    HOME,
    NAME,
    OTHER_ACCOUNT,
    WEST,
    a_deployment,
    a_key,
    a_template,
    an_operation,
    targets,
)
from tests.fakes import FakeAws, FakeClock, Keyboard

NO_ROLE = "Account 1 should have 'execution' role with trust relationship to Role 'administration'."


class Run:
    """A deploy with everything that it told on the way."""

    def __init__(self, aws=None, clock=None):
        self.aws = aws or FakeAws()
        self.clock = clock or FakeClock()
        self.stack_sets = self.aws.fake_stack_sets
        self.events = []
        self.consented = []

    def plan(self, deployment, options=None):
        observed = observe_stack_set(self.aws, deployment)
        return make_plan(deployment, observed, options)

    def deploy(self, deployment, options=None, first=None):
        return deploy(
            deployment,
            self.aws,
            self.clock,
            options=options or PlanOptions(),
            first=first or self.plan(deployment, options),
            consent=self.consented.append,
            notify=self.events.append,
        )

    def destroy(self, deployment, retention=Retention.NONE):
        observed = observe_stack_set(self.aws, deployment)
        return destroy(
            deployment,
            self.aws,
            self.clock,
            retention=retention,
            first=make_destroy_plan(deployment, observed, retention),
            consent=self.consented.append,
            notify=self.events.append,
        )

    def told(self, kind):
        return [event for event in self.events if isinstance(event, kind)]


def test_a_first_deploy_reaches_the_desired_state_and_says_what_it_did():
    run = Run()
    outcome = run.deploy(a_deployment())
    assert outcome.verdict is Verdict.SUCCEEDED
    assert outcome.verdict.exit_code == 0
    assert outcome.remaining is None
    assert [one.key for one in outcome.instances] == [a_key(region=EAST), a_key(region=WEST)]
    assert len(outcome.operation_ids) == 1
    assert [event.number for event in run.told(StepStarted)] == [1, 2]
    assert len(run.told(StepFinished)) == 2
    assert {event.status for event in run.told(InstanceProgressed)} == {ResultStatus.SUCCEEDED}
    assert run.told(OperationObserved)[-1].counts == {ResultStatus.SUCCEEDED: 2}
    assert run.told(Verified)[-1].plan.is_empty


def test_a_second_deploy_has_an_empty_plan():
    run = Run()
    run.deploy(a_deployment())
    assert run.plan(a_deployment()).is_empty


def test_progress_is_told_once_a_change_and_polls_grow_apart():
    run = Run()
    run.stack_sets.polls_until_done = 20
    run.deploy(a_deployment())
    statuses = [event.status for event in run.told(InstanceProgressed)]
    assert statuses == [ResultStatus.SUCCEEDED] * 2
    assert min(run.clock.slept) >= 0.2
    later = run.clock.slept[10:]
    assert later == sorted(later)
    assert later[-1] > 2 * later[0]


def test_a_failed_instance_fails_the_deploy_and_its_cause_is_told():
    run = Run()
    run.stack_sets.fail[a_key(region=WEST)] = "no quota"
    outcome = run.deploy(a_deployment())
    assert outcome.verdict is Verdict.FAILED
    assert outcome.verdict.exit_code == 5
    assert [(one.region, one.reason) for one in outcome.root_causes] == [(WEST, "no quota")]
    assert not outcome.remaining.is_empty


def test_what_a_failed_step_leaves_behind_is_not_built_upon():
    run = Run()
    run.deploy(a_deployment())
    run.stack_sets.fail[a_key(region=WEST)] = "no quota"
    wider = a_deployment(
        description="new", targets=targets((ACCOUNT, EAST), (ACCOUNT, WEST), (ACCOUNT, HOME))
    )
    run.deploy(wider)
    assert [call[0] for call in run.stack_sets.calls][-1] == "update_stack_set"


def test_an_update_of_all_that_was_not_sent_was_attempted_in_none():
    run = Run()
    run.deploy(a_deployment())
    run.aws.accounts[a_key(region=EAST)].stacks.clear()
    run.stack_sets.fail[a_key(region=EAST)] = "no quota"

    outcome = run.deploy(a_deployment(description="new"))

    assert any(isinstance(one, UpdateStackSet) for one in outcome.unsent)
    assert outcome.not_attempted == (a_key(region=WEST),)


def test_failures_within_the_tolerance_are_no_success():
    run = Run()
    run.stack_sets.fail[a_key(region=WEST)] = "no quota"
    run.stack_sets.tolerated = 1
    outcome = run.deploy(a_deployment())
    assert outcome.verdict is Verdict.PARTIAL
    assert outcome.verdict.exit_code == 5


def test_a_retry_after_a_failure_succeeds_under_a_new_operation_id():
    run = Run()
    run.stack_sets.fail[a_key(region=WEST)] = "no quota"
    first = run.deploy(a_deployment())
    run.stack_sets.fail.clear()
    second = run.deploy(a_deployment())
    assert second.verdict is Verdict.SUCCEEDED
    assert not set(first.operation_ids) & set(second.operation_ids)


def test_roles_that_are_still_spreading_are_waited_for_and_retried():
    run = Run()
    run.stack_sets.fail[a_key(region=WEST)] = NO_ROLE
    sleep = run.clock.sleep

    def until_roles_are_there(seconds):
        sleep(seconds)
        if run.clock.seconds > 20:
            run.stack_sets.fail.clear()

    run.clock.sleep = until_roles_are_there
    outcome = run.deploy(a_deployment())
    assert outcome.verdict is Verdict.SUCCEEDED
    assert {event.what for event in run.told(Waited)} == {"IAM"}


def test_roles_that_never_come_are_given_up_on():
    run = Run()
    run.stack_sets.fail[a_key(region=WEST)] = NO_ROLE
    outcome = run.deploy(a_deployment())
    assert outcome.verdict is Verdict.FAILED
    assert run.clock.seconds <= 125


def test_an_operation_that_aws_names_is_waited_for_and_then_planned_again():
    run = Run()
    theirs = OperationId("theirs")
    run.deploy(a_deployment())
    run.stack_sets.operations[theirs] = an_operation(
        id=theirs, action=OperationAction.UPDATE, status=OperationStatus.RUNNING
    )
    run.stack_sets.results[theirs] = ()
    deployment = a_deployment(description="new")
    running = run.stack_sets.operations
    run.stack_sets.list_operations = lambda name: ()
    plan = run.plan(deployment)
    assert plan.writes
    run.stack_sets.polls_until_done = 1
    outcome = run.deploy(deployment)
    assert outcome.verdict is Verdict.SUCCEEDED
    assert running[theirs].status is OperationStatus.SUCCEEDED
    assert run.consented
    what = "operation theirs (UPDATE, RUNNING, by another client)"
    assert Waited(what=what, seconds=0.0) in run.events


def test_an_operation_that_nobody_can_name_is_waited_for_as_often_as_it_comes():
    run = Run()
    run.stack_sets.refuse += [OperationInProgressError("busy")] * 30
    outcome = run.deploy(a_deployment())
    assert outcome.verdict is Verdict.SUCCEEDED
    assert {event.what for event in run.told(Waited)} == {"an operation that AWS does not name"}
    assert run.stack_sets.refuse == []
    assert max(run.clock.slept) < 16


def test_an_operation_that_only_the_list_names_is_waited_for():
    run = Run()
    run.deploy(a_deployment())
    deployment = a_deployment(description="new")
    plan = run.plan(deployment)
    theirs = OperationId("theirs")
    run.stack_sets.operations[theirs] = an_operation(id=theirs, status=OperationStatus.RUNNING)
    run.stack_sets.results[theirs] = ()
    run.stack_sets.refuse.append(OperationInProgressError("busy"))
    run.stack_sets.polls_until_done = 1

    outcome = run.deploy(deployment, first=plan)

    assert outcome.verdict is Verdict.SUCCEEDED
    assert [event.what for event in run.told(Waited)] == [
        "operation theirs (CREATE, RUNNING, by another client)"
    ]


def test_a_stack_set_that_aws_calls_not_empty_is_looked_at_anew_and_deleted_then():
    run = Run()
    run.deploy(a_deployment())
    delete, refused = run.stack_sets.delete_stack_set, []

    def twice_not_empty(name):
        if len(refused) < 2:
            refused.append(name)
            raise StackSetNotEmptyError("not empty")
        delete(name)

    run.stack_sets.delete_stack_set = twice_not_empty

    assert run.destroy(a_deployment()).verdict is Verdict.SUCCEEDED
    assert len(refused) == 2
    assert run.stack_sets.sets == {}


def test_a_stack_instance_that_the_list_hid_is_deleted_before_the_stack_set():
    run = Run()
    run.deploy(a_deployment())
    run.stack_sets.calls.clear()
    delete, look = run.stack_sets.delete_stack_set, run.stack_sets.list_instances

    def hiding(name):
        return tuple(one for one in look(name) if one.key.region == EAST)

    def not_empty(name):
        run.stack_sets.list_instances = look
        if run.stack_sets.sets[name].instances:
            raise StackSetNotEmptyError("not empty")
        delete(name)

    run.stack_sets.list_instances, run.stack_sets.delete_stack_set = hiding, not_empty

    assert run.destroy(a_deployment()).verdict is Verdict.SUCCEEDED
    names = [call[0] for call in run.stack_sets.calls]
    assert names == ["delete_instances", "delete_instances", "delete_stack_set"]


def test_a_stack_set_that_stays_not_empty_is_given_up_on_with_the_words_of_that():
    run = Run()
    run.deploy(a_deployment())

    def never_empty(name):
        raise StackSetNotEmptyError("not empty", hint="lists lag")

    run.stack_sets.delete_stack_set = never_empty

    with pytest.raises(StackSetNotEmptyError, match="not empty"):
        run.destroy(a_deployment())
    assert 30 < run.clock.seconds < 120


def test_a_listed_operation_is_attached_to_and_then_planned_again():
    run = Run()
    run.deploy(a_deployment())
    theirs = OperationId("theirs")
    run.stack_sets.operations[theirs] = an_operation(id=theirs, status=OperationStatus.RUNNING)
    run.stack_sets.results[theirs] = ()
    run.stack_sets.polls_until_done = 1
    outcome = run.deploy(a_deployment(description="new"))
    assert outcome.verdict is Verdict.SUCCEEDED
    assert run.stack_sets.sets[NAME].description == "new"
    assert len(run.consented) == 1


def test_a_plan_that_nobody_agreed_to_is_not_carried_out_after_waiting():
    run = Run()
    run.deploy(a_deployment())
    theirs = OperationId("theirs")
    run.stack_sets.operations[theirs] = an_operation(id=theirs, status=OperationStatus.RUNNING)
    run.stack_sets.results[theirs] = ()

    def refuse(plan):
        raise UnsafePlanError("not agreed to")

    deployment = a_deployment(description="new")
    with pytest.raises(UnsafePlanError):
        deploy(
            deployment,
            run.aws,
            run.clock,
            options=PlanOptions(),
            first=run.plan(deployment),
            consent=refuse,
            notify=run.events.append,
        )
    assert run.stack_sets.sets[NAME].description is None


def test_a_stale_request_is_planned_again():
    run = Run()
    run.stack_sets.refuse.append(StalePlanError("another operation was performed since"))
    assert run.deploy(a_deployment()).verdict is Verdict.SUCCEEDED


def test_a_list_that_lags_is_read_again_before_it_is_believed():
    run = Run()
    listed = run.stack_sets.list_instances

    def lagging(name):
        late = run.clock.seconds < 5
        return () if late else listed(name)

    run.stack_sets.list_instances = lagging
    outcome = run.deploy(a_deployment())
    assert outcome.verdict is Verdict.SUCCEEDED
    assert len(run.stack_sets.calls) == 2


def test_a_difference_that_stays_after_success_is_a_failure():
    run = Run()
    run.stack_sets.list_instances = lambda name: ()
    outcome = run.deploy(a_deployment())
    assert outcome.verdict is Verdict.FAILED
    assert outcome.root_causes == ()
    assert 30 <= run.clock.seconds < 60


def test_an_operation_that_aws_does_not_know_is_an_error():
    run = Run()
    run.stack_sets.find_operation = lambda name, operation_id: None
    with pytest.raises(ServiceError, match="does not know operation"):
        run.deploy(a_deployment())


def test_a_stopped_operation_is_no_success():
    run = Run()
    finish = run.stack_sets._finish

    def stop(name, operation):
        finish(name, operation)
        there = run.stack_sets.operations
        there[operation.id] = replace(there[operation.id], status=OperationStatus.STOPPED)
        instances = tuple(
            replace(one, status=InstanceStatus.OUTDATED)
            for one in run.stack_sets.sets[name].instances
        )
        run.stack_sets.sets[name] = replace(run.stack_sets.sets[name], instances=instances)

    run.stack_sets._finish = stop
    assert run.deploy(a_deployment()).verdict is Verdict.STOPPED


def _with_secret():
    content = {"Parameters": {"P": {"Type": "String", "NoEcho": True}}, "Resources": {}}
    return a_deployment(template=a_template(content), parameters={"P": "x"})


def test_noecho_parameters_are_sent_once_and_not_for_ever():
    deployment = _with_secret()
    run = Run()
    run.deploy(deployment)
    outcome = run.deploy(deployment, PlanOptions(send=frozenset({"P"})))
    assert outcome.verdict is Verdict.SUCCEEDED
    assert [call[0] for call in run.stack_sets.calls].count("update_stack_set") == 1


def test_what_is_to_be_sent_is_still_sent_after_another_operation_was_waited_for():
    run = Run()
    run.deploy(_with_secret())
    theirs = OperationId("theirs")
    run.stack_sets.operations[theirs] = an_operation(id=theirs, status=OperationStatus.RUNNING)
    run.stack_sets.results[theirs] = ()
    outcome = run.deploy(_with_secret(), PlanOptions(send=frozenset({"P"})))
    assert outcome.verdict is Verdict.SUCCEEDED
    assert [call[0] for call in run.stack_sets.calls].count("update_stack_set") == 1


def test_what_is_to_be_sent_goes_with_the_creation_and_not_once_more():
    run = Run()
    outcome = run.deploy(_with_secret(), PlanOptions(send=frozenset({"P"})))
    assert outcome.verdict is Verdict.SUCCEEDED
    assert [call[0] for call in run.stack_sets.calls] == ["create_stack_set", "create_instances"]


def test_ctrl_c_detaches_and_the_operation_goes_on():
    run = Run(clock=Keyboard(1))
    run.stack_sets.polls_until_done = 9
    with pytest.raises(DetachedError, match="detached from operation stacksets-") as caught:
        run.deploy(a_deployment())
    assert caught.value.exit_code == 130
    assert Waited(what="detach", seconds=3.0) in run.events
    (operation,) = run.stack_sets.operations.values()
    assert operation.status is OperationStatus.RUNNING


def test_ctrl_c_twice_stops_the_operation():
    run = Run(clock=Keyboard(1, 2))
    run.stack_sets.polls_until_done = 9
    with pytest.raises(OperationStoppedError) as caught:
        run.deploy(a_deployment())
    assert caught.value.exit_code == 5
    (operation,) = run.stack_sets.operations.values()
    assert operation.status is OperationStatus.STOPPED


def test_ctrl_c_before_the_first_operation_changes_nothing():
    run = Run()
    run.stack_sets.refuse.append(KeyboardInterrupt())
    with pytest.raises(DetachedError, match="no operation was running"):
        run.deploy(a_deployment())
    assert run.stack_sets.operations == {}


def test_destroy_leaves_no_stack_set():
    run = Run()
    run.deploy(a_deployment())
    outcome = run.destroy(a_deployment())
    assert outcome.verdict is Verdict.SUCCEEDED
    assert run.stack_sets.sets == {}
    assert outcome.instances == ()


def test_a_stack_that_cannot_be_deleted_keeps_the_stack_set_and_is_told():
    run = Run()
    run.deploy(a_deployment())
    run.stack_sets.fail[a_key(region=EAST)] = "bucket is not empty"
    outcome = run.destroy(a_deployment())
    assert outcome.verdict is Verdict.FAILED
    assert NAME in run.stack_sets.sets
    assert [one.reason for one in outcome.root_causes] == ["bucket is not empty"]


def test_an_account_that_cannot_be_read_is_not_taken_for_empty():
    run = Run()
    run.deploy(a_deployment())
    run.aws.closed.add(a_key(region=EAST))
    observed = observe_stack_set(run.aws, a_deployment())
    exists = {one.region: one.stack_exists for one in observed.instances}
    assert exists == {EAST: None, WEST: True}


def test_a_stack_that_was_deleted_by_hand_is_seen_and_brought_back():
    run = Run()
    run.deploy(a_deployment())
    run.aws.accounts[a_key(region=EAST)].stacks.clear()
    assert not run.plan(a_deployment()).is_empty
    assert run.deploy(a_deployment()).verdict is Verdict.SUCCEEDED
    calls = [call[0] for call in run.stack_sets.calls]
    assert calls[-2:] == ["delete_instances", "create_instances"]


def test_overrides_are_read_where_the_file_has_some():
    override = ParameterOverride(accounts=(), regions=(EAST,), parameters={"Suffix": "e"})
    run = Run()
    run.deploy(a_deployment())
    assert run.deploy(a_deployment(overrides=(override,))).verdict is Verdict.SUCCEEDED
    assert run.stack_sets.overrides[a_key(region=EAST)] == {"Suffix": "e"}


pairs = st.sets(
    st.tuples(st.sampled_from([ACCOUNT, OTHER_ACCOUNT]), st.sampled_from([EAST, WEST, HOME])),
    min_size=1,
)
worlds = st.builds(
    lambda where, description, suffix: a_deployment(
        targets=targets(*sorted(where)),
        description=description,
        overrides=tuple(
            ParameterOverride(accounts=(), regions=(region,), parameters={"Suffix": value})
            for region, value in sorted(suffix.items())
        ),
    ),
    pairs,
    st.sampled_from(["one", "two"]),
    st.dictionaries(st.sampled_from([EAST, WEST]), st.sampled_from(["a", "b"])),
)


@given(worlds, worlds, st.booleans())
def test_applying_a_plan_to_any_world_gives_the_desired_one_with_an_empty_second_plan(
    before, after, remove_first
):
    run = Run()
    options = PlanOptions(remove_first=remove_first)
    run.deploy(before)
    plan = run.plan(after, options)
    if not plan.is_empty:
        assert run.deploy(after, options).verdict is Verdict.SUCCEEDED
    assert run.plan(after).is_empty
    there = run.stack_sets.sets[NAME]
    assert {one.key for one in there.instances} == set(after.instance_keys())
    if after.overrides:
        for key in after.instance_keys():
            assert run.stack_sets.overrides.get(key, {}) == after.overrides_of(key)


@given(worlds, worlds)
def test_no_plan_names_a_pair_twice_in_one_kind_of_call(before, after):
    run = Run()
    run.deploy(before)
    seen = set()
    for step in run.plan(after).steps:
        where = getattr(step, "where", None)
        for account in where.accounts if where else ():
            for region in where.regions:
                assert (type(step), account, region) not in seen
                seen.add((type(step), account, region))
