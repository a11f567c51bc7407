"""The loop of every change: carry a plan out, observe again, plan again, until nothing is left.

`deploy` and `destroy` differ in how they plan; what they do with a plan is the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stacksets.attempts import Attempts
from stacksets.concluding import Run, conclude
from stacksets.errors import OperationInProgressError, StalePlanError
from stacksets.execute import Execution, execute_plan
from stacksets.expand import expand_targets
from stacksets.interrupt import Interrupted, leave_or_stop
from stacksets.model.desired import OperationId
from stacksets.model.observed import ResultStatus
from stacksets.model.outcome import OperationObserved, StepStarted, Verified, Waited
from stacksets.model.plan import AttachToOperation, CreateStackSet, DeleteStackSet
from stacksets.observing import observe_stack_set
from stacksets.operation_ids import find_purpose, tell_operation
from stacksets.settling import may_settle
from stacksets.waiting import IfBusy, Patience, poll
from stacksets.watch import (
    UNNAMED,
    busy,
    busy_unnamed,
    follow,
    still_running,
    watch_operation,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from stacksets.aws.door import Aws, StackSets
    from stacksets.clock import Clock
    from stacksets.model.desired import Deployment
    from stacksets.model.observed import Operation, StackSet
    from stacksets.model.outcome import Event, Outcome
    from stacksets.model.plan import Plan

# Refusals one after the other because the world moved since it was observed; then it is given up.
_MOST_REFUSALS = 10
_LAG_SECONDS = 30.0
_IAM_SECONDS = 120.0
_FIRST_IAM_PAUSE_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Changer:
    """What a change works with.

    `make` plans from what is desired, its units expanded, and from a fresh observation; `consent`
    raises when a plan that the user has not seen yet goes beyond what was agreed to; `notify` is
    told every event as it happens. `overrides` is False where plans do not depend on parameter
    overrides.
    """

    deployment: Deployment
    aws: Aws
    clock: Clock
    make: Callable[[Deployment, StackSet | None], Plan]
    consent: Callable[[Plan], None]
    notify: Callable[[Event], None]
    patience: Patience = field(default_factory=Patience)
    audit: bool = False
    overrides: bool = True

    @property
    def stack_sets(self) -> StackSets:
        """The StackSets of the home region."""
        return self.aws.stack_sets(self.deployment.home_region, self.deployment.call_as)

    def look(self, before: StackSet | None = None) -> tuple[StackSet | None, Plan]:
        """Observe and plan afresh; `before` is what was observed a moment ago."""
        observed = observe_stack_set(
            self.aws,
            self.deployment,
            audit=self.audit,
            overrides=self.overrides,
            before=before,
        )
        expanded = expand_targets(self.aws, self.deployment, observed)
        return observed, self.make(expanded, observed)


@dataclass(slots=True)
class _Progress:
    """Where a run stands: what it began with, what it has sent, and what it waits for now.

    `operation_ids` and `current` are sets in the order of sending.
    `refusals` counts those one after the other; `pauses` lets the world come to rest before it is
    looked at again, and ends with the patience. `is_busy` is True while AWS refuses because of an
    operation that it does not name. `iam_pause` is how long roles are waited for next.
    """

    first: Plan
    started: datetime
    began: float
    pauses: Iterator[float]
    operation_ids: dict[OperationId, None] = field(default_factory=dict)
    own: set[OperationId] = field(default_factory=set)
    current: dict[OperationId, None] = field(default_factory=dict)
    refusals: int = 0
    is_busy: bool = False
    attempts: Attempts = field(default_factory=Attempts)
    iam_pause: float = _FIRST_IAM_PAUSE_SECONDS


def converge(changer: Changer, first: Plan) -> Outcome:
    """Carry `first` out and go on until a fresh plan is empty or a step has failed.

    Raises:
        DetachedError: interrupted once; the operation goes on in AWS.
        OperationStoppedError: interrupted twice; the operation was stopped.
        OperationInProgressError: another operation runs, and is not to be waited for.
        StillRunningError: the patience has come to its end.
        StalePlanError: the world moved again and again.
    """
    progress = _Progress(
        first=first,
        started=changer.clock.now(),
        began=changer.clock.monotonic(),
        pauses=poll(changer.clock, limit_seconds=changer.patience.seconds_left(changer.clock)),
    )
    try:
        return _converge(changer, progress)
    except KeyboardInterrupt:
        met = Interrupted(
            stack_sets=changer.stack_sets,
            stack_set_name=first.stack_set_name,
            clock=changer.clock,
            notify=changer.notify,
            current=tuple(progress.current),
            is_own=any(_is_own(changer, progress, one) for one in progress.current),
            patience=changer.patience,
        )
        raise leave_or_stop(met) from None


def _converge(changer: Changer, progress: _Progress) -> Outcome:
    plan = progress.first
    while True:
        execution = _carry_out(changer, plan, progress)
        succeeded = execution is not None and execution.failed is None
        observed, remaining = _look_again(changer, patient=succeeded)
        if remaining.is_empty:
            changer.notify(Verified(plan=remaining))
            break
        if execution is None or (succeeded and _attaches(remaining)):
            _pause(changer, progress)
            changer.consent(remaining)
        elif _is_iam_settling(changer, progress, execution, observed):
            _wait_for_iam(changer, progress)
        else:
            break
        plan = remaining
    return conclude(
        changer.aws,
        changer.deployment,
        progress.attempts.add_earlier(execution or Execution(), observed, remaining),
        observed,
        remaining=remaining,
        run=Run(
            first=progress.first,
            operation_ids=tuple(progress.operation_ids),
            started=progress.started,
            ended=changer.clock.now(),
        ),
    )


def _pause(changer: Changer, progress: _Progress) -> None:
    if next(progress.pauses, None) is None:
        said = "AWS still refuses because of another operation"
        otherwise = (said,) if progress.is_busy else ()
        raise still_running(None, changer.patience, *otherwise)


def _carry_out(changer: Changer, plan: Plan, progress: _Progress) -> Execution | None:
    """Carry a plan out; None where it was not, since another's operation was waited for instead."""
    step = plan.steps[0]
    if isinstance(step, AttachToOperation) and changer.patience.if_busy is IfBusy.REFUSE:
        operation = changer.stack_sets.find_operation(plan.stack_set_name, step.operation_id)
        _refuse_busy(changer, progress, operation)
    try:
        execution = _execute(changer, plan, progress)
    except OperationInProgressError as error:
        _wait_for_other(changer, plan, error, progress)
        return None
    except StalePlanError as error:
        _count_refusal(progress, plan, error)
        return None
    progress.refusals, progress.is_busy = 0, False
    progress.attempts.remember(plan, execution)
    return None if _attaches(plan) else execution


def _attaches(plan: Plan) -> bool:
    return isinstance(plan.steps[0], AttachToOperation)


def _execute(changer: Changer, plan: Plan, progress: _Progress) -> Execution:
    events = execute_plan(changer.stack_sets, plan, changer.clock, changer.patience)
    return follow(events, lambda event: _pass_on(changer, progress, event))


def _pass_on(changer: Changer, progress: _Progress, event: Event) -> None:
    """Note which operations are under way, before they are sent: a reply may be lost."""
    if isinstance(event, OperationObserved) and event.status.is_final:
        progress.current.pop(event.operation_id, None)
    if isinstance(event, StepStarted) and not isinstance(
        event.step, CreateStackSet | DeleteStackSet
    ):
        operation_id = event.step.operation_id
        progress.operation_ids[operation_id] = None
        progress.current[operation_id] = None
        if not isinstance(event.step, AttachToOperation):
            progress.own.add(operation_id)
    changer.notify(event)


def _is_own(changer: Changer, progress: _Progress, operation_id: OperationId) -> bool:
    """Tell whether this run has sent an operation, or has taken it up from an earlier run."""
    resumes = changer.patience.resumes
    return operation_id in progress.own or (
        resumes is not None and find_purpose(operation_id) is resumes
    )


def _refuse_busy(changer: Changer, progress: _Progress, operation: Operation | None) -> None:
    """Refuse to wait for another's operation, where that was asked for."""
    if (
        changer.patience.if_busy is IfBusy.REFUSE
        and operation
        and not operation.status.is_final
        and not _is_own(changer, progress, operation.id)
    ):
        raise busy(operation, progress.first.stack_set_name)


def _wait_for_other(
    changer: Changer, plan: Plan, error: OperationInProgressError, progress: _Progress
) -> None:
    """Wait for the operation because of which AWS refused ours; its lists had not shown it.

    One that AWS does not name and does not list yet is waited for by looking again.
    """
    operation = _find_other(changer.stack_sets, plan.stack_set_name, error)
    _refuse_busy(changer, progress, operation)
    progress.is_busy = operation is None
    if operation is None:
        if changer.patience.if_busy is IfBusy.REFUSE:
            raise busy_unnamed(plan.stack_set_name)
        progress.current.clear()
        gone = changer.clock.monotonic() - progress.began
        changer.notify(Waited(what=UNNAMED, seconds=gone))
        return
    progress.current = {operation.id: None}
    changer.notify(Waited(what=tell_operation(operation), seconds=0.0))
    events = watch_operation(
        changer.stack_sets, plan.stack_set_name, operation.id, changer.clock, changer.patience
    )
    follow(events, lambda event: _pass_on(changer, progress, event))


def _find_other(
    stack_sets: StackSets, name: str, error: OperationInProgressError
) -> Operation | None:
    """Find the operation that a refusal names, or else the oldest that the list shows to run."""
    if error.operation_id:
        return stack_sets.find_operation(name, OperationId(error.operation_id))
    listed = reversed(stack_sets.list_operations(name))
    return next((one for one in listed if not one.status.is_final), None)


def _count_refusal(progress: _Progress, plan: Plan, error: StalePlanError) -> None:
    """Plan anew after a refusal, but not for ever."""
    progress.current.clear()
    progress.refusals += 1
    if progress.refusals <= _MOST_REFUSALS:
        return
    if isinstance(plan.steps[0], DeleteStackSet):
        # Not somebody else: AWS holds on to something that it does not list.
        raise error
    raise StalePlanError(
        f"stack set {plan.stack_set_name} was changed by somebody else every time; gave up",
        hint="`stacksets events` lists the operations; run again when the other one is done",
    )


def _look_again(changer: Changer, *, patient: bool) -> tuple[StackSet | None, Plan]:
    """Observe and plan afresh; after success a difference is not believed at once: lists lag.

    The first look believes nothing that was read before the change: it is what proves success, and
    so overrides are read twice in a deploy, to plan it and to verify it.
    """
    observed, plan = changer.look()
    pauses = poll(changer.clock, limit_seconds=_LAG_SECONDS)
    next(pauses)
    while patient and not plan.is_empty and next(pauses, None) is not None:
        observed, plan = changer.look(observed)
    return observed, plan


def _is_iam_settling(
    changer: Changer, progress: _Progress, execution: Execution, observed: StackSet | None
) -> bool:
    return changer.clock.monotonic() - progress.began < _IAM_SECONDS and may_settle(
        changer.aws,
        changer.deployment,
        [one for one in execution.results if one.status is ResultStatus.FAILED],
        firsts=progress.attempts.find_firsts(observed),
        now=changer.clock.now(),
    )


def _wait_for_iam(changer: Changer, progress: _Progress) -> None:
    """Wait ever longer: another try is an operation, and a handful of them has to do."""
    left = changer.patience.seconds_left(changer.clock)
    gone = changer.clock.monotonic() - progress.began
    pause = min(progress.iam_pause, max(_FIRST_IAM_PAUSE_SECONDS, _IAM_SECONDS - gone))
    if left is not None and left <= pause:
        raise still_running(None, changer.patience)
    changer.notify(Waited(what="IAM", seconds=gone))
    changer.clock.sleep(pause)
    progress.iam_pause *= 2
