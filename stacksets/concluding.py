"""The outcome of a run: the verdict of a fresh plan, why it failed, what was left undone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stacksets.diagnosing import find_root_causes, list_not_attempted
from stacksets.model.desired import InstanceKey
from stacksets.model.observed import OperationStatus, ResultStatus
from stacksets.model.outcome import Outcome, Verdict
from stacksets.model.plan import (
    CreateStackInstances,
    DeleteStackInstances,
    ImportStacksToStackSet,
    UpdateStackInstances,
    UpdateStackSet,
)
from stacksets.retries import find_retry
from stacksets.stack_ids import get_stack_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from stacksets.aws.door import Aws
    from stacksets.execute import Execution
    from stacksets.model.desired import Deployment, OperationId
    from stacksets.model.observed import StackSet
    from stacksets.model.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a run began with, when, which operations it waited for, and when it had looked again."""

    first: Plan
    operation_ids: tuple[OperationId, ...]
    started: datetime
    ended: datetime


def conclude(
    aws: Aws,
    deployment: Deployment,
    execution: Execution,
    observed: StackSet | None,
    *,
    remaining: Plan,
    run: Run,
) -> Outcome:
    """Give the outcome of a run.

    Args:
        aws: the way to the accounts, where root causes are read.
        deployment: what was desired.
        execution: how far the last plan was carried out.
        observed: what is there now.
        remaining: the plan that was made from it; empty is success.
        run: what is to be kept of the run itself.
    """
    succeeded = remaining.is_empty
    causes = (
        find_root_causes(aws, deployment, observed, execution.results, find_retry(execution.failed))
        if observed and execution.failed and not succeeded
        else ()
    )
    return Outcome(
        verdict=Verdict.SUCCEEDED if succeeded else _verdict_of_failure(execution),
        plan=run.first,
        operation_ids=run.operation_ids,
        instances=observed.instances if observed else (),
        root_causes=causes,
        not_attempted=() if succeeded else _find_not_attempted(execution, observed),
        unsent=() if succeeded else execution.unsent,
        remaining=None if succeeded else remaining,
        kept=tuple(one.key for one in remaining.instances if one.is_kept),
        started=run.started,
        ended=run.ended,
    )


def _verdict_of_failure(execution: Execution) -> Verdict:
    match execution.failed.status if execution.failed else None:
        case OperationStatus.SUCCEEDED:
            return Verdict.PARTIAL
        case OperationStatus.STOPPED:
            return Verdict.STOPPED
        case _:
            return Verdict.FAILED


def _find_not_attempted(execution: Execution, observed: StackSet | None) -> tuple[InstanceKey, ...]:
    """Give what was cancelled and what no call has named; not what has failed already."""
    there = [one.key for one in observed.instances] if observed else []
    failed = {one.key for one in execution.results if one.status is ResultStatus.FAILED}
    cancelled = list_not_attempted(execution.results)
    return tuple(sorted({*cancelled, *_unsent_keys(execution, there)} - failed))


def _unsent_keys(execution: Execution, there: Sequence[InstanceKey]) -> Iterator[InstanceKey]:
    """Give the stack instances of the steps that were not sent: `there` for an update of all."""
    for step in execution.unsent:
        if isinstance(step, UpdateStackSet):
            yield from there
        if isinstance(step, CreateStackInstances) and step.only_targets:
            continue
        if isinstance(step, CreateStackInstances | UpdateStackInstances | DeleteStackInstances):
            for account in step.where.targeted_accounts:
                yield from (InstanceKey(account, region) for region in step.where.regions)
        if isinstance(step, ImportStacksToStackSet):
            yield from map(get_stack_key, step.stack_ids)
