"""A failed result -> its root cause: the first resource that failed, read by its stack's ARN.

The ARN matters because StackSets deletes the stack of a failed creation, and CloudFormation answers
for a deleted stack by its ARN only, for 90 days (StackSets user guide, stacksets-troubleshooting).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from stacksets.asking import ask_each
from stacksets.aws.first_failure import find_first_failure
from stacksets.aws.instance_stacks import list_deleted_instance_stacks
from stacksets.diagnosing.failed_import import explain_failed_import
from stacksets.errors import StackSetsError
from stacksets.hints import find_hint
from stacksets.model.observed import ResultStatus
from stacksets.model.outcome import RootCause
from stacksets.operation_ids import is_import_unfinished
from stacksets.retries import find_latest_retry
from stacksets.sources import find_source

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from stacksets.aws.door import Account, Aws
    from stacksets.model.desired import Deployment, InstanceKey
    from stacksets.model.observed import OperationResult, StackInstance, StackSet
    from stacksets.model.outcome import Retry

NO_REASON = "AWS gives no reason"
MANY = 100
"""From more failures than this on, a result that names its resource is believed without reading
the stack's events: that would be several calls for each."""

_STACK = "AWS::CloudFormation::Stack"
_NAMED = re.compile(
    r"ResourceLogicalId:(?P<logical_id>[^,]*), ResourceType:(?P<type>[^,]*), "
    r"ResourceStatusReason:(?P<reason>.*?)\.?",
    re.DOTALL,
)
_NO_STACK_TOUCHED = re.compile(
    r"role with trust relationship|AccountGate check failed|STS is not activated|ACCOUNT_SUSPENDED|"
    r"security token included in the request is invalid|not authorized to perform: cloudformation:|"
    r"Requires capabilities|SERVICE_MANAGED permission model|state and can not be updated|"
    r"Template (?:format )?error"
)
"""Reasons with which a call is refused before it reaches the stack: its events are of earlier days.

Source: StackSets user guide, stacksets-troubleshooting.
"""


def find_root_causes(
    aws: Aws,
    deployment: Deployment,
    observed: StackSet,
    results: Sequence[OperationResult],
    retry: Retry | None = None,
) -> tuple[RootCause, ...]:
    """Give the root cause of every failed result, in their order, each once.

    Results that were cancelled are consequences and left out. Where the events of a stack cannot be
    read, the cause is what the result says, and says why not.

    Args:
        aws: The way to the accounts; several are asked at once.
        deployment: Names the role through which other accounts are read, and the template.
        observed: The stack set with its instances, which know their stacks.
        results: Those of one operation.
        retry: What tries that operation once more; else what was last wanted of the stack set.
    """
    retry = retry or find_latest_retry(observed.operations)
    instances = {one.key: one for one in observed.instances}
    failed = [one for one in results if one.status is ResultStatus.FAILED]

    def find(result: OperationResult) -> RootCause:
        instance = instances.get(result.key)
        said = _as_said(result, instance)
        if instance and is_import_unfinished(instance):
            said = replace(said, reason=said.reason or NO_REASON)
            return explain_failed_import(deployment, said, instance)
        is_told = len(failed) > MANY and said.logical_id and said.resource_type != _STACK
        cause = said if is_told else _find_root_cause(aws, deployment, said)
        return explain(deployment, cause, retry)

    return tuple(dict.fromkeys(ask_each(find, failed)))


def list_not_attempted(results: Iterable[OperationResult]) -> tuple[InstanceKey, ...]:
    """Give the stack instances that an operation cancelled before their turn, sorted."""
    return tuple(sorted(one.key for one in results if one.status is ResultStatus.CANCELLED))


def explain(deployment: Deployment, cause: RootCause, retry: Retry) -> RootCause:
    """Add where the resource comes from, and what the reason means."""
    return replace(
        cause,
        source=find_source(
            deployment.template, cause.logical_id, cause.resource_type, cause.nested_in
        ),
        hint=find_hint(
            cause.reason,
            cause.key,
            stack_id=cause.stack_id,
            retry=retry,
            bootstraps=deployment.bootstrap is not None,
        ),
    )


def _find_root_cause(aws: Aws, deployment: Deployment, said: RootCause) -> RootCause:
    if not said.logical_id and _NO_STACK_TOUCHED.search(said.reason):
        return said
    try:
        account = aws.account(said.account, said.region, deployment.read_role_name)
        return _from_events(account, said, deployment.name)
    except StackSetsError as error:
        return replace(said, reason=said.reason or NO_REASON, unread=error.message)


def _from_events(account: Account, said: RootCause, stack_set_name: str) -> RootCause:
    stack_id = said.stack_id or _find_deleted_stack(account, said, stack_set_name)
    failure = find_first_failure(account, stack_id) if stack_id else None
    if failure is None:
        return replace(said, reason=said.reason or NO_REASON, stack_id=stack_id)
    return replace(
        said,
        reason=failure.event.reason or said.reason or failure.event.status,
        logical_id=failure.event.logical_id,
        resource_type=failure.event.resource_type,
        stack_id=stack_id,
        nested_in=failure.nested_in,
    )


def _find_deleted_stack(account: Account, said: RootCause, stack_set_name: str) -> str | None:
    """Find the stack of a creation that failed, where AWS gives neither its id nor a reason."""
    if said.reason:
        return None
    return next(iter(list_deleted_instance_stacks(account, stack_set_name)), None)


def _as_said(result: OperationResult, instance: StackInstance | None) -> RootCause:
    """Read the result's own reason, else the instance's."""
    reason = result.status_reason or (instance.status_reason if instance else "")
    cause = RootCause(
        account=result.account,
        region=result.region,
        reason=reason,
        stack_id=instance.stack_id if instance else None,
    )
    named = _NAMED.fullmatch(reason)
    if named is None:
        return cause
    return replace(
        cause, reason=named["reason"], logical_id=named["logical_id"], resource_type=named["type"]
    )
