"""What was sent before is not sent twice: lost replies, repeated plans, operations under way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stacksets.errors import OperationInProgressError, ServiceError
from stacksets.model.desired import CallAs
from stacksets.model.outcome import Verdict
from stacksets.model.plan import AttachToOperation, CreateStackInstances
from tests.builders import ACCOUNT, EAST, HOME, NAME, WEST
from tests.integration.deployer import (
    Deployer,
    a_regional_deployment,
    list_operations,
    regional_template,
)

if TYPE_CHECKING:
    from stacksets.aws.door import StackSets
    from stacksets.model.desired import Deployment

pytestmark = pytest.mark.integration

MANY = ("eu-central-1", EAST, WEST)


class Lossy:
    """A door to AWS that loses the first reply to each call that starts an operation."""

    def __init__(self, aws) -> None:
        self._aws = aws
        self._lost = set()

    def stack_sets(self, home_region, call_as):
        return _LossyStackSets(self._aws.stack_sets(home_region, call_as), self._lost)

    def __getattr__(self, name):
        return getattr(self._aws, name)


class _LossyStackSets:
    def __init__(self, stack_sets: StackSets, lost: set[str]) -> None:
        self._stack_sets = stack_sets
        self._lost = lost

    def __getattr__(self, name):
        call = getattr(self._stack_sets, name)
        if not name.startswith(("create", "update", "delete")) or name in self._lost:
            return call

        def lose(*arguments, **options):
            call(*arguments, **options)
            self._lost.add(name)
            raise ServiceError(f"the reply to {name} was lost")

        return lose


class Slow:
    """A door to AWS on which every operation ends right after the instances were listed."""

    def __init__(self, aws) -> None:
        self._aws = aws

    def stack_sets(self, home_region, call_as):
        return _SlowStackSets(self._aws.stack_sets(home_region, call_as))

    def __getattr__(self, name):
        return getattr(self._aws, name)


class _SlowStackSets:
    def __init__(self, stack_sets: StackSets) -> None:
        self._stack_sets = stack_sets

    def __getattr__(self, name):
        return getattr(self._stack_sets, name)

    def list_instances(self, name):
        rows = self._stack_sets.list_instances(name)
        while any(not one.status.is_final for one in self._stack_sets.list_operations(name)):
            pass
        return rows


def test_a_step_that_is_sent_twice_is_one_operation(deployer: Deployer) -> None:
    deployment = a_regional_deployment()
    plan = deployer.plan(deployment)
    deployer.deploy(deployment, first=plan)
    created = deployer.instances(deployment)
    [step] = [one for one in plan.steps if isinstance(one, CreateStackInstances)]

    deployer.aws.stack_sets(HOME, CallAs.SELF).create_instances(
        NAME, step.where, step.overrides, step.preferences, step.operation_id
    )

    assert [one["OperationId"] for one in list_operations(deployer.local)] == [step.operation_id]
    assert deployer.instances(deployment) == created


def test_a_plan_that_is_carried_out_twice_changes_nothing_the_second_time(
    deployer: Deployer,
) -> None:
    deployment = a_regional_deployment()
    plan = deployer.plan(deployment)
    first = deployer.deploy(deployment, first=plan)

    second = deployer.deploy(deployment, first=plan)

    assert (first.verdict, second.verdict) == (Verdict.SUCCEEDED, Verdict.SUCCEEDED)
    assert second.operation_ids == first.operation_ids
    assert len(list_operations(deployer.local)) == 1
    assert second.instances == first.instances


def test_after_every_reply_was_lost_once_each_step_was_carried_out_once(
    deployer: Deployer,
) -> None:
    lossy = Deployer(local=deployer.local, aws=Lossy(deployer.aws))
    deployment = a_regional_deployment()
    plan = lossy.plan(deployment)
    for _ in plan.steps:
        with pytest.raises(ServiceError, match="was lost"):
            lossy.deploy(deployment, first=plan)

    outcome = lossy.deploy(deployment, first=plan)

    assert outcome.verdict is Verdict.SUCCEEDED
    assert len(list_operations(deployer.local)) == 1
    assert [len(deployer.stacks(region=region)) for region in (EAST, WEST)] == [1, 1]


def test_a_run_after_a_lost_reply_that_plans_anew_changes_nothing_more(deployer: Deployer) -> None:
    lossy = Deployer(local=deployer.local, aws=Lossy(deployer.aws))
    before = a_regional_deployment()
    deployer.deploy(before)
    changed = a_regional_deployment(content=regional_template(retention=30))
    with pytest.raises(ServiceError, match="was lost"):
        lossy.deploy(changed)

    rest = lossy.plan(changed)
    if not rest.is_empty:
        lossy.deploy(changed, first=rest)

    assert [one["Action"] for one in list_operations(deployer.local)] == ["UPDATE", "CREATE"]
    assert deployer.plan(changed).is_empty


@pytest.mark.emulator_only
def test_an_operation_that_somebody_else_runs_is_attached_to(deployer: Deployer) -> None:
    theirs = _start_elsewhere(deployer)
    deployment = a_regional_deployment(regions=MANY)

    plan = deployer.plan(deployment)
    outcome = deployer.deploy(deployment, first=plan)

    [step] = plan.steps
    assert isinstance(step, AttachToOperation)
    assert step.operation_id == theirs
    assert (outcome.verdict, outcome.operation_ids) == (Verdict.SUCCEEDED, (theirs,))
    assert len(outcome.instances) == len(MANY)
    assert [one["OperationId"] for one in list_operations(deployer.local)] == [theirs]


@pytest.mark.emulator_only
def test_what_remains_after_somebody_elses_operation_is_carried_out(deployer: Deployer) -> None:
    theirs = _start_elsewhere(deployer)
    deployment = a_regional_deployment(regions=MANY[:2], content=regional_template(retention=30))
    consented = []

    outcome = deployer.deploy(deployment, consent=consented.append)

    assert outcome.verdict is Verdict.SUCCEEDED
    assert outcome.operation_ids[0] == theirs
    assert [one.region for one in outcome.instances] == sorted(MANY[:2])
    assert [plan.deletes for plan in consented] == [True]


@pytest.mark.emulator_only
def test_an_operation_that_began_after_the_plan_is_waited_for(deployer: Deployer) -> None:
    deployment = a_regional_deployment(regions=MANY)
    deployer.deploy(a_regional_deployment(regions=()))
    plan = deployer.plan(deployment)
    theirs = _start_elsewhere(deployer, make=False)

    outcome = deployer.deploy(deployment, first=plan)

    assert outcome.verdict is Verdict.SUCCEEDED
    assert [one["OperationId"] for one in list_operations(deployer.local)] == [theirs]


@pytest.mark.emulator_only
def test_an_operation_that_ends_while_it_is_looked_at_is_not_taken_for_a_failure(
    deployer: Deployer,
) -> None:
    theirs = _start_elsewhere(deployer)
    slow = Deployer(local=deployer.local, aws=Slow(deployer.aws))

    outcome = slow.deploy(a_regional_deployment(regions=MANY))

    assert outcome.verdict is Verdict.SUCCEEDED
    assert [one["OperationId"] for one in list_operations(deployer.local)] == [theirs]


@pytest.mark.emulator_only
def test_another_operation_is_named_where_a_call_is_refused(deployer: Deployer) -> None:
    theirs = _start_elsewhere(deployer)

    with pytest.raises(OperationInProgressError) as refused:
        deployer.aws.stack_sets(HOME, CallAs.SELF).delete_stack_set(NAME)

    assert refused.value.operation_id == theirs


def _start_elsewhere(deployer: Deployer, *, make: bool = True) -> str:
    """Start what takes a while, as another person would."""
    deployment: Deployment = a_regional_deployment(regions=())
    if make:
        deployer.deploy(deployment)
    deployer.local.set_control_plane(instance_seconds=0.3)
    client = deployer.local.client("cloudformation", ACCOUNT, HOME)
    started = client.create_stack_instances(
        StackSetName=NAME, Accounts=[ACCOUNT], Regions=list(MANY)
    )
    return started["OperationId"]
