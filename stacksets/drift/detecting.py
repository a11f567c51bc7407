"""One drift detection to its end: a new one, or the one that is under way already.

AWS runs a single detection on a stack set at one time (API reference, DetectStackSetDrift).
"""

from __future__ import annotations

import hashlib
import json
from itertools import count
from typing import TYPE_CHECKING

from stacksets.errors import InputError, OperationInProgressError
from stacksets.execute import execute_plan
from stacksets.interrupt import Interrupted, leave_or_stop
from stacksets.model.desired import OperationId, OperationPreferences, RegionConcurrency
from stacksets.model.observed import OperationAction, OperationStatus
from stacksets.model.outcome import OperationObserved, StepStarted, Waited
from stacksets.model.plan import AttachToOperation, DetectStackSetDrift, Plan
from stacksets.operation_ids import Purpose, make_operation_id, tell_operation, tell_starter
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
    from collections.abc import Callable

    from stacksets.aws.door import Aws
    from stacksets.clock import Clock
    from stacksets.model.desired import Deployment
    from stacksets.model.observed import Operation
    from stacksets.model.outcome import Event

_LAG_SECONDS = 30.0
_EVERYWHERE = OperationPreferences(
    region_concurrency=RegionConcurrency.PARALLEL,
    max_concurrent_percentage=100,
    failure_tolerance_percentage=100,
)
"""A detection only reads: nothing speaks against doing it everywhere at once, and where it fails
somewhere the others are still worth to be examined."""


def detect_drift(
    aws: Aws,
    deployment: Deployment,
    clock: Clock,
    notify: Callable[[Event], None],
    patience: Patience,
) -> OperationId:
    """Let AWS examine every stack instance, and give the operation once it has ended.

    A detection that is under way is attached to, whoever has begun it. Another operation is waited
    for, as the patience says; while a detection runs, AWS lets other operations wait or refuses
    them, but the stacks are not touched.

    Args:
        aws: The door to AWS.
        deployment: Bound to the caller's account.
        clock: What is waited by.
        notify: Is told every event as it happens.
        patience: For whom is waited, and how long.

    Raises:
        InputError: there is no stack set, or no stack instance in it.
        OperationInProgressError: another operation runs, and is not to be waited for.
        StillRunningError: the patience has come to its end.
        DetachedError: interrupted once; the detection goes on in AWS.
        OperationStoppedError: interrupted twice; the detection was stopped.
    """
    return _Detector(aws, deployment, clock, notify, patience).run(latest=False)


def follow_latest_detection(
    aws: Aws,
    deployment: Deployment,
    clock: Clock,
    notify: Callable[[Event], None],
    patience: Patience,
) -> OperationId:
    """Give the latest detection, followed to its end where it still runs; none is started.

    The arguments and errors are those of `detect_drift`; an InputError also where drift was never
    detected.
    """
    return _Detector(aws, deployment, clock, notify, patience).run(latest=True)


class _Detector:
    """Carries one detection out; `_current` is what it waits for, if anything."""

    def __init__(
        self,
        aws: Aws,
        deployment: Deployment,
        clock: Clock,
        notify: Callable[[Event], None],
        patience: Patience,
    ) -> None:
        self._stack_sets = aws.stack_sets(deployment.home_region, deployment.call_as)
        self._deployment = deployment
        self._name = deployment.name
        self._clock = clock
        self._notify = notify
        self._patience = patience
        self._current: OperationId | None = None
        self._own: OperationId | None = None

    def run(self, *, latest: bool) -> OperationId:
        stack_set_id = self._get_stack_set_id()
        try:
            return self._follow_latest() if latest else self._detect(stack_set_id)
        except KeyboardInterrupt:
            met = Interrupted(
                stack_sets=self._stack_sets,
                stack_set_name=self._name,
                clock=self._clock,
                notify=self._notify,
                current=(self._current,) if self._current else (),
                is_own=self._current is not None and self._current == self._own,
                patience=self._patience,
            )
            raise leave_or_stop(met) from None

    def _get_stack_set_id(self) -> str:
        """Refuse where nothing could drift: to call that in sync would be no truth.

        The list of stack instances may lag behind a deploy.
        """
        described = self._stack_sets.describe_stack_set(self._name)
        looks = poll(self._clock, limit_seconds=_LAG_SECONDS)
        if described and any(self._stack_sets.list_instances(self._name) for _ in looks):
            return described.id
        where = f"{self._deployment.admin_account} in {self._deployment.home_region}"
        lacks = "has no stack instance" if described else "is not there"
        raise InputError(
            f"no drift can be detected: stack set {self._name} of account {where} {lacks}",
            hint="`stacksets deploy` makes what the deployment file says",
        )

    def _detect(self, stack_set_id: str) -> OperationId:
        refused_for: OperationId | None = None
        for _ in poll(self._clock, limit_seconds=self._patience.seconds_left(self._clock)):
            running = self._find_running(refused_for)
            if running and not _detects(running):
                self._wait_for(running)
                continue
            step = _attach(running) if running else self._make_step(stack_set_id)
            try:
                return self._carry_out(step)
            except OperationInProgressError as error:
                refused_for = self._note_refusal(error)
        raise still_running(None, self._patience)

    def _note_refusal(self, error: OperationInProgressError) -> OperationId | None:
        """Give the operation that is to be waited for, None where AWS does not name it."""
        if error.operation_id:
            return OperationId(error.operation_id)
        if self._patience.if_busy is IfBusy.REFUSE:
            raise busy_unnamed(self._name)
        self._notify(Waited(what=UNNAMED, seconds=0.0))
        return None

    def _follow_latest(self) -> OperationId:
        detections = [
            one
            for one in self._stack_sets.list_operations(self._name)
            if one.action is OperationAction.DETECT_DRIFT
        ]
        if not detections:
            raise InputError(
                f"no drift detection is among the latest operations of stack set {self._name}",
                hint="without --last, one is begun",
            )
        return (
            detections[0].id
            if detections[0].status.is_final
            else self._carry_out(_attach(detections[0]))
        )

    def _find_running(self, refused_for: OperationId | None) -> Operation | None:
        """Find what is under way: a detection before all else, then the oldest.

        The list lags, so that each is asked for. `refused_for` is the operation that AWS named
        when it refused ours, which the list may not show yet.
        """
        listed = [
            one.id
            for one in reversed(self._stack_sets.list_operations(self._name))
            if not one.status.is_final
        ]
        ids = dict.fromkeys([*([refused_for] if refused_for else []), *listed])
        found = [self._stack_sets.find_operation(self._name, one) for one in ids]
        running = [one for one in found if one and not one.status.is_final]
        return next(filter(_detects, running), next(iter(running), None))

    def _wait_for(self, other: Operation) -> None:
        if self._patience.if_busy is IfBusy.REFUSE:
            raise busy(other, self._name)
        self._current = other.id
        self._notify(Waited(what=tell_operation(other), seconds=0.0))
        events = watch_operation(
            self._stack_sets, self._name, other.id, self._clock, self._patience
        )
        follow(events, self._pass_on)

    def _make_step(self, stack_set_id: str) -> DetectStackSetDrift:
        """Name a detection that AWS has not carried out yet.

        Two runs at one time find the same name, and the second attaches to the first. What has
        ended already is never taken for what is there now.
        """
        latest = next(iter(self._stack_sets.list_operations(self._name)), None)
        text = json.dumps([stack_set_id, latest and latest.id])
        digest = hashlib.sha256(text.encode()).hexdigest()
        ids = (make_operation_id(Purpose.DRIFT, digest, number) for number in count(1))
        return DetectStackSetDrift(
            stack_set_name=self._name,
            preferences=_EVERYWHERE,
            operation_id=next(one for one in ids if not self._has_ended(one)),
            why="changes nothing; until it has ended, AWS lets other operations wait or refuses "
            "them",
        )

    def _has_ended(self, operation_id: OperationId) -> bool:
        known = self._stack_sets.find_operation(self._name, operation_id)
        return known is not None and known.status.is_final

    def _carry_out(self, step: AttachToOperation | DetectStackSetDrift) -> OperationId:
        plan = Plan(
            stack_set_name=self._name,
            home_region=self._deployment.home_region,
            environment=self._deployment.environment,
            steps=(step,),
            instances=(),
            differences=(),
            notes=(),
            digest="",
        )
        follow(execute_plan(self._stack_sets, plan, self._clock, self._patience), self._pass_on)
        return step.operation_id

    def _pass_on(self, event: Event) -> None:
        """Note what is waited for before it is sent, since a reply may be lost."""
        match event:
            case StepStarted(step=DetectStackSetDrift() as step):
                self._current = self._own = step.operation_id
            case StepStarted(step=AttachToOperation() as step):
                self._current = step.operation_id
            case OperationObserved() if event.status.is_final:
                self._current = None
        self._notify(event)


def _detects(operation: Operation) -> bool:
    """Tell whether an operation is a detection that will find something out."""
    return (
        operation.action is OperationAction.DETECT_DRIFT
        and operation.status is not OperationStatus.STOPPING
    )


def _attach(operation: Operation) -> AttachToOperation:
    return AttachToOperation(
        operation_id=operation.id,
        action=operation.action,
        why=f"started by {tell_starter(operation.id)}; AWS runs one detection at a time",
    )
