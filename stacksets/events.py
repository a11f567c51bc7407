"""What happened in one operation: each stack instance's result, and the events of failed stacks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stacksets.asking import ask_each
from stacksets.aws.instance_stacks import list_deleted_instance_stacks
from stacksets.errors import AwsError
from stacksets.model.observed import ResultStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacksets.aws.door import Account, Aws, StackEvent
    from stacksets.model.desired import Deployment, InstanceKey
    from stacksets.model.observed import Operation, OperationResult


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultEvents:
    """An operation's result in one stack instance, with the stack's events where it failed.

    `events` are those since the operation began, oldest first; `unread` says why they could not be
    read.
    """

    result: OperationResult
    stack_id: str | None = None
    events: tuple[StackEvent, ...] = ()
    unread: str = ""


def read_events(aws: Aws, deployment: Deployment, operation: Operation) -> tuple[ResultEvents, ...]:
    """List the results of an operation, by account and region, and read the failed stacks.

    The stack of a creation that failed is deleted; its events are still told by its id (StackSets
    user guide, stacksets-troubleshooting).
    """
    stack_sets = aws.stack_sets(deployment.home_region, deployment.call_as)
    results = sorted(
        stack_sets.list_results(deployment.name, operation.id), key=lambda one: one.key
    )
    any_failed = any(one.status is ResultStatus.FAILED for one in results)
    instances = stack_sets.list_instances(deployment.name) if any_failed else ()
    stack_ids = {one.key: one.stack_id for one in instances if one.stack_id}

    def look(result: OperationResult) -> ResultEvents:
        if result.status is not ResultStatus.FAILED:
            return ResultEvents(result=result)
        return _look_into(aws, deployment, operation, result, stack_ids)

    return ask_each(look, results)


def _look_into(
    aws: Aws,
    deployment: Deployment,
    operation: Operation,
    result: OperationResult,
    stack_ids: Mapping[InstanceKey, str],
) -> ResultEvents:
    try:
        account = aws.account(result.account, result.region, deployment.read_role_name)
        stack_id = stack_ids.get(result.key) or _find_deleted(account, deployment.name)
        events = account.list_events(stack_id) if stack_id else ()
    except AwsError as error:
        return ResultEvents(result=result, unread=error.message)
    began = operation.created
    return ResultEvents(
        result=result,
        stack_id=stack_id,
        events=tuple(one for one in events if began is None or one.at >= began),
    )


def _find_deleted(account: Account, stack_set_name: str) -> str | None:
    return next(iter(list_deleted_instance_stacks(account, stack_set_name)), None)
