"""A plan carried out step by step; it stops at the first step that does not succeed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from stacksets.model.observed import OperationStatus, ResultStatus
from stacksets.model.outcome import StepFinished, StepStarted
from stacksets.model.plan import (
    AttachToOperation,
    CreateStackInstances,
    CreateStackSet,
    DeleteStackInstances,
    DeleteStackSet,
    DetectStackSetDrift,
    ImportStacksToStackSet,
    UpdateStackInstances,
    UpdateStackSet,
)
from stacksets.watch import watch_operation

if TYPE_CHECKING:
    from collections.abc import Generator

    from stacksets.aws.door import StackSets
    from stacksets.clock import Clock
    from stacksets.model.desired import OperationId
    from stacksets.model.observed import Operation, OperationResult
    from stacksets.model.outcome import Event
    from stacksets.model.plan import Plan, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """How far a plan was carried out.

    `failed` is the operation that did not succeed in every stack instance, with its `results`;
    None where every step went well.
    """

    operation_ids: tuple[OperationId, ...]
    failed: Operation | None = None
    results: tuple[OperationResult, ...] = ()


def execute_plan(
    stack_sets: StackSets, plan: Plan, clock: Clock
) -> Generator[Event, None, Execution]:
    """Send the steps in order, each operation watched to its end before the next step.

    An operation that AWS calls SUCCEEDED with failed instances (within the tolerance) is no success
    here: what follows would build on instances that are not there.
    """
    operation_ids: list[OperationId] = []
    for number, step in enumerate(plan.steps, 1):
        started = clock.monotonic()
        yield StepStarted(number=number, total=len(plan.steps), step=step)
        operation_id = _send(stack_sets, plan.stack_set_name, step)
        if operation_id is not None:
            operation_ids.append(operation_id)
            operation = yield from watch_operation(
                stack_sets, plan.stack_set_name, operation_id, clock
            )
            results = stack_sets.list_results(plan.stack_set_name, operation_id)
            if not _succeeded(operation, results) and not isinstance(step, AttachToOperation):
                return Execution(
                    operation_ids=tuple(operation_ids), failed=operation, results=results
                )
        yield StepFinished(number=number, step=step, seconds=clock.monotonic() - started)
    return Execution(operation_ids=tuple(operation_ids))


def _succeeded(operation: Operation, results: tuple[OperationResult, ...]) -> bool:
    return (
        operation.status is OperationStatus.SUCCEEDED
        and operation.failed_count == 0
        and not any(one.status is ResultStatus.FAILED for one in results)
    )


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
        case ImportStacksToStackSet():
            stack_sets.import_stacks(
                name,
                step.stack_ids,
                step.organizational_units,
                step.preferences,
                step.operation_id,
            )
        case DetectStackSetDrift():
            stack_sets.detect_drift(name, step.preferences, step.operation_id)
        case _:
            assert_never(step)
    return step.operation_id
