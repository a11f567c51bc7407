"""The import carried out: what it reaches, what keeps it from it, and what is there afterwards."""

from __future__ import annotations

import pytest

from stacksets.errors import ConflictError, ImportRefusedError, NotReadyError
from stacksets.import_plan import make_import_plan
from stacksets.import_stacks import (
    Moving,
    import_stacks,
    look_at_imported,
    refuse_unfit,
)
from stacksets.model.desired import OperationId, ParameterOverride
from stacksets.model.observed import OperationStatus
from stacksets.model.outcome import StepStarted, Verdict, Verified, Waited
from stacksets.observing import observe_stack_set
from stacksets.operation_ids import Purpose, find_purpose
from stacksets.read_stacks import read_stacks
from stacksets.waiting import Patience
from tests.builders import (
    ACCOUNT,
    EAST,
    NAME,
    WEST,
    a_deployment,
    a_key,
    a_stack_set,
    a_stack_to_import,
    an_operation,
    targets,
)
from tests.fakes import FakeAws, FakeClock, put_stack

NO_ROLE = "Account 1 should have 'execution' role with trust relationship to Role 'administration'."


class Run:
    """Two stacks of the template, and an import of them with everything that it told."""

    def __init__(self, deployment=None):
        self.aws = FakeAws()
        self.stack_sets = self.aws.fake_stack_sets
        self.clock = FakeClock()
        self.deployment = deployment or a_deployment()
        self.events = []
        self.consented = []
        self.ids = [put_stack(self.aws, key) for key in self.deployment.instance_keys()]

    def read(self):
        return read_stacks(self.aws, self.deployment, self.ids)

    def observe(self):
        return observe_stack_set(self.aws, self.deployment)

    def plan(self):
        return make_import_plan(self.deployment, self.observe(), self.read())

    def run(self, first=None):
        return import_stacks(
            self.deployment,
            self.aws,
            self.clock,
            stacks=self.read(),
            first=first or self.plan(),
            consent=self.consented.append,
            notify=self.events.append,
        )

    def look(self):
        found = look_at_imported(self.aws, self.deployment, self.read())
        assert found is not None
        return found

    def busy(self, polls=2):
        self.stack_sets.sets.setdefault(NAME, a_stack_set())
        theirs = an_operation(id=OperationId("theirs"), status=OperationStatus.RUNNING)
        self.stack_sets.operations[theirs.id] = theirs
        self.stack_sets.results[theirs.id] = ()
        self.stack_sets.polls_until_done = polls

    def writes(self):
        return [call[0] for call in self.stack_sets.calls]


def test_stacks_become_stack_instances_of_a_stack_set_that_was_not_there():
    run = Run()

    outcome = run.run()

    assert outcome.verdict is Verdict.SUCCEEDED
    assert {one.stack_id for one in outcome.instances} == set(run.ids)
    assert all(one.is_healthy for one in outcome.instances)
    assert run.writes() == ["create_stack_set", "import_stacks"]
    assert [find_purpose(one) for one in outcome.operation_ids] == [Purpose.IMPORT]
    [verified] = [one for one in run.events if isinstance(one, Verified)]
    assert verified.plan.is_empty
    assert run.plan().is_empty


def test_the_stacks_themselves_are_never_written_to():
    run = Run()

    run.run()

    assert [account.calls for account in run.aws.accounts.values()] == [[], []]


def test_a_failed_import_tells_its_own_reason_and_how_to_go_on():
    run = Run()
    run.stack_sets.fail[a_key(region=WEST)] = "it has no template"

    outcome = run.run()

    assert outcome.verdict is Verdict.FAILED
    assert outcome.verdict.exit_code == 5
    [cause] = outcome.root_causes
    assert (cause.region, cause.reason) == (WEST, "it has no template")
    assert cause.hint.code == "failed_import"
    assert "--accounts 111111111111 --regions us-west-1 --retain-stacks" in cause.hint.action
    assert [one.stack_ids for one in outcome.remaining.steps] == [(run.ids[1],)]


def test_a_failed_import_is_repeated_under_an_id_that_aws_has_not_seen():
    run = Run()
    run.stack_sets.fail[a_key(region=WEST)] = "it has no template"
    failed = run.run()
    run.stack_sets.fail.clear()

    outcome = run.run()

    assert outcome.verdict is Verdict.SUCCEEDED
    assert set(outcome.operation_ids).isdisjoint(failed.operation_ids)
    assert run.stack_sets.calls[-1][:2] == ("import_stacks", (run.ids[1],))


def test_fresh_roles_are_waited_for():
    run = Run()
    run.stack_sets.fail[a_key(region=WEST)] = NO_ROLE

    def sleep(seconds):
        run.stack_sets.fail.clear()
        run.clock.seconds += seconds

    run.clock.sleep = sleep

    assert run.run().verdict is Verdict.SUCCEEDED
    assert [one.what for one in run.events if isinstance(one, Waited)] == ["IAM"]


def test_steps_that_were_not_sent_leave_their_stacks_not_attempted():
    pairs = [(f"{number:012}", EAST) for number in range(1, 13)]
    run = Run(a_deployment(targets=targets(*pairs)))
    run.stack_sets.fail[a_key(pairs[0][0])] = "it has no template"

    outcome = run.run()

    assert [one.account for one in outcome.not_attempted] == [pairs[10][0], pairs[11][0]]
    assert len(outcome.unsent) == 1


def test_an_import_that_was_killed_is_attached_to_and_gone_on_with():
    run = Run()
    create, step = run.plan().steps
    run.stack_sets.create_stack_set(create.definition, create.token)
    run.stack_sets.import_stacks(NAME, step.stack_ids, (), step.preferences, step.operation_id)
    run.stack_sets.polls_until_done = 2

    outcome = run.run()

    assert outcome.verdict is Verdict.SUCCEEDED
    assert outcome.operation_ids == (step.operation_id,)
    assert run.writes() == ["create_stack_set", "import_stacks"]


def test_an_import_whose_reply_was_lost_is_accepted_once():
    run = Run()
    first = run.plan()
    create, step = first.steps
    run.stack_sets.create_stack_set(create.definition, create.token)
    run.stack_sets.import_stacks(NAME, step.stack_ids, (), step.preferences, step.operation_id)

    outcome = run.run(first)

    assert outcome.verdict is Verdict.SUCCEEDED
    assert len(run.stack_sets.operations) == 1


def test_what_comes_after_anothers_operation_is_asked_for():
    run = Run()
    run.busy()

    outcome = run.run()

    assert outcome.verdict is Verdict.SUCCEEDED
    [plan] = run.consented
    assert [type(one).__name__ for one in plan.steps] == ["ImportStacksToStackSet"]


def test_what_another_operation_has_left_is_judged_before_anything_is_written():
    run = Run()
    run.busy()
    first = run.plan()
    refuse_unfit(run.deployment, run.observe(), run.read())
    run.stack_sets.sets[NAME] = a_stack_set(parameters={"Suffix": "old"})

    with pytest.raises(ImportRefusedError) as caught:
        run.run(first)

    assert [one.where for one in caught.value.problems] == [f"stack set {NAME}"]
    assert (run.writes(), run.consented) == ([], [])


def test_a_refusal_of_aws_is_told_as_it_is():
    run = Run()
    run.stack_sets.sets[NAME] = a_stack_set()
    run.stack_sets.refuse.append(ConflictError("belongs to another stack set"))

    with pytest.raises(ConflictError, match="belongs to another"):
        run.run()


def test_what_is_wrong_with_the_stacks_is_input_refused():
    stacks = [a_stack_to_import(status="DELETE_FAILED"), a_stack_to_import(a_key(region=WEST))]

    with pytest.raises(ImportRefusedError) as caught:
        refuse_unfit(a_deployment(), None, stacks)

    assert (caught.value.exit_code, caught.value.code) == (3, "IMPORT_REFUSED")
    [problem] = caught.value.to_dict()["problems"]
    assert problem["what"] == "is DELETE_FAILED"


def test_where_stacks_could_only_not_be_read_it_is_a_matter_of_access():
    unread = a_stack_to_import(status=None, unread="may not enter")

    with pytest.raises(NotReadyError) as caught:
        refuse_unfit(a_deployment(), None, [unread])

    assert caught.value.exit_code == 4


def test_stacks_that_fit_are_not_refused():
    refuse_unfit(a_deployment(), None, [a_stack_to_import()])


def test_an_imported_stack_instance_holds_its_values_as_overrides_that_no_file_names():
    run = Run()
    run.run()

    imported = run.look()

    assert imported.parameters.overrides_read
    assert len(imported.parameters.forgotten) == 2
    assert (imported.moving, imported.unread) == ((), ())
    assert imported.deploy.is_empty


def test_other_stack_instances_are_not_read_for_it():
    run = Run()
    run.run()
    run.ids = run.ids[:1]

    assert [one.region for one in run.look().parameters.instances] == [EAST]


def test_a_value_that_no_override_keeps_is_told_to_change_with_the_next_update():
    run = Run()
    run.stack_sets.pins = False
    put_stack(run.aws, a_key(), parameters={"Suffix": "prod"})
    run.run()

    assert run.look().moving == (
        Moving(key=a_key(), name="Suffix", there="prod", other="dev", by_import=False),
    )


def test_a_value_that_the_import_has_changed_is_told():
    run = Run()
    put_stack(run.aws, a_key(), parameters={"Suffix": "prod"})
    before = run.read()
    run.run()
    put_stack(run.aws, a_key())
    run.stack_sets.overrides.clear()

    found = look_at_imported(run.aws, run.deployment, before)

    assert found.moving == (
        Moving(key=a_key(), name="Suffix", there="dev", other="prod", by_import=True),
    )


def test_a_stack_that_cannot_be_read_again_is_named():
    run = Run()
    before = run.read()
    run.run()
    run.aws.closed.add(a_key())

    found = look_at_imported(run.aws, run.deployment, before)

    assert [one.id for one in found.unread] == [run.ids[0]]


def test_what_a_deploy_would_do_is_planned_as_a_deploy_plans_it():
    override = ParameterOverride(accounts=(), regions=(EAST,), parameters={"Suffix": "prod"})
    run = Run(a_deployment(overrides=(override,)))
    run.run()

    changed = {str(one.key): one.kind.value for one in run.look().deploy.instances}

    assert changed == {f"{ACCOUNT}/{EAST}": "update", f"{ACCOUNT}/{WEST}": "leave"}


def test_of_a_stack_set_that_has_gone_meanwhile_nothing_is_told():
    run = Run()

    assert look_at_imported(run.aws, run.deployment, run.read()) is None


def test_the_first_step_is_told_before_it_is_sent():
    run = Run()

    run.run()

    assert [one.number for one in run.events if isinstance(one, StepStarted)] == [1, 2]


def test_no_more_than_the_patience_is_waited():
    run = Run()
    run.busy(polls=99)

    with pytest.raises(Exception, match="goes on in AWS") as caught:
        import_stacks(
            run.deployment,
            run.aws,
            run.clock,
            stacks=run.read(),
            first=run.plan(),
            consent=run.consented.append,
            notify=run.events.append,
            patience=Patience(until=0.5, go_on="stacksets import X"),
        )

    assert "stacksets import X" in caught.value.hint
