"""The loop of every change: carry a plan out, observe again, plan again, until nothing is left.

`deploy` and `destroy` differ in how they plan; what they do with a plan is the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stacksets.diagnose import find_root_causes, list_not_attempted
from stacksets.errors import (
    DetachedError,
    OperationInProgressError,
    OperationStoppedError,
    StalePlanError,
)
from stacksets.execute import Execution, execute_plan
from stacksets.model.desired import OperationId
from stacksets.model.observed import OperationStatus, ResultStatus
from stacksets.model.outcome import Outcome, StepStarted, Verdict, Verified, Waited
from stacksets.model.plan import AttachToOperation, CreateStackSet, DeleteStackSet
from stacksets.observe import observe_stack_set
from stacksets.waiting import poll
from stacksets.watch import watch_operation

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from datetime import datetime

    from stacksets.aws.door import Aws, StackSets
    from stacksets.clock import Clock
    from stacksets.errors import StackSetsError
    from stacksets.model.desired import Deployment
    from stacksets.model.observed import StackSet
    from stacksets.model.outcome import Event
    from stacksets.model.plan import Plan

# More than fit into the two minutes of waiting for IAM; a stack set that is always busy ends it.
_MOST_ROUNDS = 30
_LAG_SECONDS = 30.0
_IAM_SECONDS = 120.0
_IAM_PAUSE_SECONDS = 5.0
_SECOND_THOUGHTS_SECONDS = 3.0

# What CloudFormation answers while a role that was just made has not reached every part of IAM; the
# same texts that Terraform's provider retries on (isRetryableIAMPropagationErr).
_IAM_TEXTS = (
    "AccountGate check failed",
    "is not authorized",
    "role has insufficient",
    "role with trust relationship",
    "The security token included in the request is invalid",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changer:
    """What a change works with.

    `make` plans from a fresh observation; `consent` raises when a plan that the user has not seen
    yet goes beyond what was agreed to; `notify` is told every event as it happens.
    """

    deployment: Deployment
    aws: Aws
    clock: Clock
    make: Callable[[StackSet | None], Plan]
    consent: Callable[[Plan], None]
    notify: Callable[[Event], None]

    @property
    def stack_sets(self) -> StackSets:
        """The StackSets of the home region."""
        return self.aws.stack_sets(self.deployment.home_region, self.deployment.call_as)

    def look(self) -> tuple[StackSet | None, Plan]:
        """Observe and plan afresh."""
        observed = observe_stack_set(self.aws, self.deployment)
        return observed, self.make(observed)


@dataclass(slots=True)
class _Progress:
    """Where a run stands: what it began with, what it has started, and what it waits for now."""

    first: Plan
    started: datetime
    operation_ids: list[OperationId] = field(default_factory=list)
    current: OperationId | None = None


def converge(changer: Changer, first: Plan) -> Outcome:
    """Carry `first` out and go on until a fresh plan is empty or a step has failed.

    Raises:
        DetachedError: interrupted once; the operation goes on in AWS.
        OperationStoppedError: interrupted twice; the operation was stopped.
    """
    progress = _Progress(first=first, started=changer.clock.now())
    try:
        return _converge(changer, progress)
    except KeyboardInterrupt:
        raise _detach_or_stop(changer, progress) from None


def _converge(changer: Changer, progress: _Progress) -> Outcome:
    began = changer.clock.monotonic()
    plan = progress.first
    execution = Execution(operation_ids=())
    observed: StackSet | None = None
    remaining = plan
    for _ in range(_MOST_ROUNDS):
        attached = isinstance(plan.steps[0], AttachToOperation)
        try:
            execution = _execute(changer, plan, progress)
        except OperationInProgressError as error:
            execution = _wait_for_other(changer, plan, error, progress)
            attached = True
        except StalePlanError:
            attached = True
        patient = execution.failed is None and not attached
        observed, remaining = _look_again(changer, patient=patient)
        if remaining.is_empty:
            changer.notify(Verified(plan=remaining))
            break
        if attached:
            changer.consent(remaining)
        elif not _is_iam_settling(execution, changer.clock.monotonic() - began):
            break
        else:
            changer.notify(Waited(what="IAM", seconds=changer.clock.monotonic() - began))
            changer.clock.sleep(_IAM_PAUSE_SECONDS)
        plan = remaining
    else:
        raise StalePlanError(
            f"stack set {plan.stack_set_name} was changed by somebody else every time; gave up",
            hint="stacksets status lists the operations; run again when the other one is done",
        )
    return _conclude(changer, progress, execution, observed, remaining)


def _execute(changer: Changer, plan: Plan, progress: _Progress) -> Execution:
    return _drain(execute_plan(changer.stack_sets, plan, changer.clock), changer, progress)


def _drain(
    events: Generator[Event, None, Execution], changer: Changer, progress: _Progress
) -> Execution:
    """Pass every event on, and remember which operation is under way."""
    while True:
        try:
            event = next(events)
        except StopIteration as end:
            execution: Execution = end.value
            return execution
        if isinstance(event, StepStarted) and not isinstance(
            event.step, CreateStackSet | DeleteStackSet
        ):
            progress.current = event.step.operation_id
            progress.operation_ids.append(event.step.operation_id)
        changer.notify(event)


def _wait_for_other(
    changer: Changer, plan: Plan, error: OperationInProgressError, progress: _Progress
) -> Execution:
    """Wait for the operation that AWS named when it refused ours; its lists had not shown it."""
    if not error.operation_id:
        raise error
    other = OperationId(error.operation_id)
    progress.current = other
    changer.notify(Waited(what=f"operation {other}", seconds=0.0))
    for event in watch_operation(changer.stack_sets, plan.stack_set_name, other, changer.clock):
        changer.notify(event)
    return Execution(operation_ids=())


def _look_again(changer: Changer, *, patient: bool) -> tuple[StackSet | None, Plan]:
    """Observe and plan afresh; after success a difference is not believed at once: lists lag."""
    observed, plan = changer.look()
    pauses = poll(changer.clock, limit_seconds=_LAG_SECONDS)
    next(pauses)
    while patient and not plan.is_empty and next(pauses, None) is not None:
        observed, plan = changer.look()
    return observed, plan


def _is_iam_settling(execution: Execution, seconds: float) -> bool:
    reasons = [one.status_reason for one in execution.results if one.status is ResultStatus.FAILED]
    return seconds < _IAM_SECONDS and any(
        text in reason for reason in reasons for text in _IAM_TEXTS
    )


def _conclude(
    changer: Changer,
    progress: _Progress,
    execution: Execution,
    observed: StackSet | None,
    remaining: Plan,
) -> Outcome:
    succeeded = remaining.is_empty
    causes = (
        find_root_causes(changer.aws, changer.deployment, observed, execution.results)
        if observed and execution.failed and not succeeded
        else ()
    )
    return Outcome(
        verdict=Verdict.SUCCEEDED if succeeded else _verdict_of_failure(execution),
        plan=progress.first,
        operation_ids=tuple(dict.fromkeys(progress.operation_ids)),
        instances=observed.instances if observed else (),
        root_causes=causes,
        not_attempted=list_not_attempted(execution.results),
        remaining=None if succeeded else remaining,
        started=progress.started,
        ended=changer.clock.now(),
    )


def _verdict_of_failure(execution: Execution) -> Verdict:
    match execution.failed.status if execution.failed else None:
        case OperationStatus.SUCCEEDED:
            return Verdict.PARTIAL
        case OperationStatus.STOPPED:
            return Verdict.STOPPED
        case _:
            return Verdict.FAILED


def _detach_or_stop(changer: Changer, progress: _Progress) -> StackSetsError:
    """After Ctrl-C: leave the operation to itself, or stop it when Ctrl-C comes again in time."""
    name, current = progress.first.stack_set_name, progress.current
    operation = changer.stack_sets.find_operation(name, current) if current else None
    if current is None or operation is None or operation.status.is_final:
        return DetachedError(
            "interrupted while no operation was running",
            hint="run the same command again: it plans anew from what is there",
        )
    changer.notify(Waited(what="detach", seconds=_SECOND_THOUGHTS_SECONDS))
    try:
        changer.clock.sleep(_SECOND_THOUGHTS_SECONDS)
    except KeyboardInterrupt:
        changer.stack_sets.stop_operation(name, current)
        for event in watch_operation(changer.stack_sets, name, current, changer.clock):
            changer.notify(event)
        return OperationStoppedError(
            f"operation {current} was stopped; what it had started is finished, the rest cancelled",
            hint="run the same command again: it plans the rest",
        )
    return DetachedError(
        f"detached from operation {current}, which goes on in AWS",
        hint="run the same command again: it attaches to the operation",
    )
