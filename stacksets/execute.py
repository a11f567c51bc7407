"""A plan carried out step by step; it stops at the first step that does not succeed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, assert_never

from stacksets.errors import OperationInProgressError
from stacksets.model.desired import RegionConcurrency
from stacksets.model.observed import OperationStatus
from stacksets.model.outcome import OperationObserved, StepFinished, StepStarted
from stacksets.model.plan import (
    AttachToOperation,
    CreateStackInstances,
    CreateStackSet,
    DeleteStackInstances,
    DeleteStackSet,
    DetectStackSetDrift,
    ImportStacksToStackSet,
    StopAutoDeployment,
    UpdateStackInstances,
    UpdateStackSet,
)
from stacksets.waiting import Patience
from stacksets.watch import still_running, watch_operations

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from stacksets.aws.door import StackSets
    from stacksets.clock import Clock
    from stacksets.model.desired import OperationId
    from stacksets.model.observed import Operation, OperationResult
    from stacksets.model.outcome import Event
    from stacksets.model.plan import InstancesStep, Plan, Step
    from stacksets.watch import Watched

_FOR_EVER = Patience()


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """How far a plan was carried out.

    `failed` is the operation that did not succeed in every stack instance, None where every step
    went well; `results` are its own and those of all that failed with it. `unsent` are the steps
    that were not sent because of it, or stopped while they were still queued.
    """

    operation_ids: tuple[OperationId, ...] = ()
    failed: Operation | None = None
    results: tuple[OperationResult, ...] = ()
    unsent: tuple[Step, ...] = ()


def execute_plan(
    stack_sets: StackSets, plan: Plan, clock: Clock, patience: Patience = _FOR_EVER
) -> Generator[Event, None, Execution]:
    """Send the steps in order, each operation watched to its end before the next step.

    Where managed execution is active, neighbours of one kind are sent together, since AWS queues
    what cannot run at once; where regions go one after the other, only those of the same single
    region. When one of them fails, the others are stopped. An operation that AWS
    calls SUCCEEDED with failed instances (within the tolerance) is no success here: what follows
    would build on instances that are not there.

    Raises:
        StillRunningError: `patience` has come to its end.
        OperationInProgressError: AWS has refused a step because of another operation.
    """
    return (yield from _Carrier(stack_sets, plan, clock, patience).carry_out())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    """A step that AWS has accepted, the operation that it started, if any, and when it was sent."""

    number: int
    step: Step
    operation_id: OperationId | None
    at: float


class _Carrier:
    """Carries one plan out."""

    def __init__(self, stack_sets: StackSets, plan: Plan, clock: Clock, patience: Patience) -> None:
        self._stack_sets = stack_sets
        self._plan = plan
        self._clock = clock
        self._patience = patience
        self._is_managed: bool | None = None
        self._ends: dict[OperationId, float] = {}

    def carry_out(self) -> Generator[Event, None, Execution]:
        rest: Sequence[tuple[int, Step]] = tuple(enumerate(self._plan.steps, 1))
        operation_ids: list[OperationId] = []
        while rest:
            sent = yield from self._send_together(rest)
            rest = rest[len(sent) :]
            ids = [one.operation_id for one in sent if one.operation_id]
            operation_ids += ids
            attaches = isinstance(sent[0].step, AttachToOperation)
            watched = yield from self._watch(ids, just_sent=not attaches)
            failed = _find_failed(sent, watched)
            if failed:
                return Execution(
                    operation_ids=tuple(operation_ids),
                    failed=min(failed, key=_was_stopped).operation,
                    results=tuple(row for one in failed for row in one.results),
                    unsent=(*_find_unbegun(sent, failed), *(step for _, step in rest)),
                )
            for one in sent:
                seconds = self._find_end(one) - one.at
                yield StepFinished(number=one.number, step=one.step, seconds=seconds)
            self._check_time(rest)
        return Execution(operation_ids=tuple(operation_ids))

    def _send_together(
        self, rest: Sequence[tuple[int, Step]]
    ) -> Generator[Event, None, Sequence[_Sent]]:
        """Send the next step and those neighbours that need not wait for its end."""
        sent: list[_Sent] = []
        for number, step in rest[: self._count_neighbours(rest)]:
            yield StepStarted(number=number, total=len(self._plan.steps), step=step)
            at = self._clock.monotonic()
            try:
                operation_id = _send(self._stack_sets, self._plan.stack_set_name, step)
            except OperationInProgressError:
                if not sent:
                    raise
                # AWS does not queue it after all; it is sent again when the ones before have ended.
                break
            sent.append(_Sent(number=number, step=step, operation_id=operation_id, at=at))
        return sent

    def _count_neighbours(self, rest: Sequence[tuple[int, Step]]) -> int:
        """Count the steps from the first on that may be sent together; AWS is asked only if so."""
        first = rest[0][1]
        number = sum(1 for _ in takewhile(lambda one: _may_run_beside(one[1], first), rest))
        if number > 1 and self._is_managed is None:
            described = self._stack_sets.describe_stack_set(self._plan.stack_set_name)
            self._is_managed = described is not None and described.managed_execution
        return number if self._is_managed else 1

    def _watch(
        self, ids: Sequence[OperationId], *, just_sent: bool
    ) -> Generator[Event, None, Sequence[Watched]]:
        """Watch what was sent to its end; where one fails, ask AWS to stop those behind it."""
        if not ids:
            return ()
        name = self._plan.stack_set_name
        events = watch_operations(
            self._stack_sets, name, ids, self._clock, self._patience, just_sent=just_sent
        )
        behind = list(ids)
        while True:
            try:
                event = next(events)
            except StopIteration as end:
                watched: Sequence[Watched] = end.value
                return watched
            yield event
            if isinstance(event, OperationObserved) and event.status.is_final:
                self._ends[event.operation_id] = self._clock.monotonic()
                behind = [one for one in behind if one != event.operation_id]
                if event.status is not OperationStatus.SUCCEEDED or event.failed_count:
                    for one in reversed(behind):
                        self._stack_sets.stop_operation(name, one)
                    behind = []

    def _find_end(self, sent: _Sent) -> float:
        """Give when a step was done: with its own operation, not with the last of its group."""
        now = self._clock.monotonic()
        return self._ends.get(sent.operation_id, now) if sent.operation_id else now

    def _check_time(self, rest: Sequence[tuple[int, Step]]) -> None:
        """Send nothing more once nobody would wait for it."""
        left = self._patience.seconds_left(self._clock)
        if rest and left is not None and left <= 0:
            raise still_running(None, self._patience)


def _may_run_beside(step: Step, first: Step) -> bool:
    """Tell whether a step may run while `first` does: two regions never change together unasked."""
    if not isinstance(
        first, CreateStackInstances | UpdateStackInstances | DeleteStackInstances
    ) or not isinstance(step, type(first)):
        return step is first
    if first.preferences.region_concurrency is RegionConcurrency.PARALLEL:
        return True
    return step is first or (
        len(first.where.regions) == 1 and step.where.regions == first.where.regions
    )


def _find_failed(sent: Sequence[_Sent], watched: Sequence[Watched]) -> list[Watched]:
    """Give what did not succeed, where it matters.

    How an operation of another run ends is for the next plan. Auto-deployment is off whether or not
    the update goes well in the instances, which are removed in any case (API reference,
    UpdateStackSet: the definition is replaced even if the operation fails).
    """
    if isinstance(sent[0].step, AttachToOperation | StopAutoDeployment):
        return []
    return [one for one in watched if not one.succeeded]


def _find_unbegun(sent: Sequence[_Sent], failed: Sequence[Watched]) -> Iterator[Step]:
    """Give the steps whose operations were stopped before they had anything to do with."""
    ids = {one.operation.id for one in failed if _was_stopped(one) and not one.results}
    return (one.step for one in sent if one.operation_id in ids)


def _was_stopped(watched: Watched) -> bool:
    """Tell the operations that were stopped because of a failure from the one that failed."""
    return watched.operation.status is OperationStatus.STOPPED


def _send(stack_sets: StackSets, name: str, step: Step) -> OperationId | None:
    """Send one step; give the id of the operation that it started, None where it starts none."""
    match step:
        case AttachToOperation():
            return step.operation_id
        case CreateStackSet():
            stack_sets.create_stack_set(step.definition, step.token)
            return None
        case DeleteStackSet():
            stack_sets.delete_stack_set(name)
            return None
        case UpdateStackSet():
            stack_sets.update_stack_set(step.definition, step.preferences, step.operation_id)
        case CreateStackInstances() | UpdateStackInstances() | DeleteStackInstances():
            _send_instances(stack_sets, name, step)
        case ImportStacksToStackSet():
            stack_sets.import_stacks(
                name,
                step.stack_ids,
                step.organizational_units,
                step.preferences,
                step.operation_id,
            )
        case StopAutoDeployment():
            stack_sets.stop_auto_deployment(
                name, step.parameters, step.capabilities, step.preferences, step.operation_id
            )
        case DetectStackSetDrift():
            stack_sets.detect_drift(name, step.preferences, step.operation_id)
        case _:
            assert_never(step)
    return step.operation_id


def _send_instances(stack_sets: StackSets, name: str, step: InstancesStep) -> None:
    match step:
        case CreateStackInstances():
            stack_sets.create_instances(
                name, step.where, step.overrides, step.preferences, step.operation_id
            )
        case UpdateStackInstances():
            stack_sets.update_instances(
                name, step.where, step.overrides, step.preferences, step.operation_id
            )
        case DeleteStackInstances():
            stack_sets.delete_instances(
                name,
                step.where,
                step.preferences,
                step.operation_id,
                retain_stacks=step.retain_stacks,
            )
        case _:
            assert_never(step)
