"""What a drift detection that has ended has found.

DescribeStackSetOperation is strongly consistent and counts what was found; the lists of results and
stack instances lag, and are read until they agree with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import takewhile
from typing import TYPE_CHECKING

from stacksets.asking import ask_each
from stacksets.drift.masking import find_secrets, mask_secrets
from stacksets.errors import ServiceError, StackSetsError
from stacksets.hints import find_hint
from stacksets.model.diagnosis import Unread
from stacksets.model.drift import Drift, InstanceDrift
from stacksets.model.observed import DetailedStatus, DriftStatus, InstanceStatus, ResultStatus
from stacksets.model.outcome import Retry, RootCause
from stacksets.waiting import poll

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from stacksets.aws.door import Aws, StackSets
    from stacksets.clock import Clock
    from stacksets.drift.masking import Secrets
    from stacksets.model.desired import Deployment, InstanceKey, OperationId
    from stacksets.model.observed import Operation, OperationResult, StackInstance

_LAG_SECONDS = 30.0
_NO_REASON = "AWS gives no reason"
_CLOSED = "its account is suspended or closed, and StackSets leaves it out"
_RETRY = Retry(who="`stacksets drift`")


@dataclass(slots=True)
class _Sorted:
    """The stack instances by what the detection has found; `lagging` counts those to read again."""

    drifted: list[InstanceKey] = field(default_factory=list)
    in_sync: list[InstanceKey] = field(default_factory=list)
    causes: list[RootCause] = field(default_factory=list)
    not_examined: list[InstanceKey] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    left_alone: list[Unread] = field(default_factory=list)
    lagging: int = 0


def read_drift(aws: Aws, deployment: Deployment, operation_id: OperationId, clock: Clock) -> Drift:
    """Read what a detection has found, with the differing resources of what has drifted.

    Lists that do not agree with the operation are read again for up to 30 s; a stack instance that
    they still do not show as examined is told as that. Once another operation has begun, nothing
    is waited for: the lists may never agree again. Values that may be secrets are masked.

    Args:
        aws: The door to AWS.
        deployment: Bound to the caller's account.
        operation_id: The latest detection; AWS lists the resources of no other.
        clock: What is waited by.

    Raises:
        ServiceError: AWS does not know the operation or the stack set any more.
    """
    stack_sets = aws.stack_sets(deployment.home_region, deployment.call_as)
    name = deployment.name
    operation = stack_sets.find_operation(name, operation_id)
    described = stack_sets.describe_stack_set(name)
    if operation is None or described is None:
        raise ServiceError(
            f"AWS does not know operation {operation_id} of stack set {name} any more",
            hint="`stacksets status` shows what is there",
        )
    since: tuple[Operation, ...] = ()
    found = _Sorted()
    for _ in poll(clock, limit_seconds=_LAG_SECONDS):
        since = _list_since(stack_sets, name, operation)
        results = {one.key: one for one in stack_sets.list_results(name, operation_id)}
        instances = stack_sets.list_instances(name)
        found = _sort(operation, results, instances, bootstraps=deployment.bootstrap is not None)
        if since or _agrees(operation, found):
            break
    secrets = find_secrets(deployment, described)
    return Drift(
        operation=operation,
        drifted=_read_resources(stack_sets, name, operation_id, found.drifted, secrets),
        in_sync=tuple(found.in_sync),
        causes=tuple(found.causes),
        not_examined=tuple(found.not_examined),
        unread=tuple(found.unread),
        left_alone=tuple(found.left_alone),
        since=since,
    )


def _list_since(stack_sets: StackSets, name: str, operation: Operation) -> tuple[Operation, ...]:
    listed = stack_sets.list_operations(name)
    if operation.id not in {one.id for one in listed}:
        return ()
    return tuple(takewhile(lambda one: one.id != operation.id, listed))


def _agrees(operation: Operation, found: _Sorted) -> bool:
    """Tell whether the lists show what the operation, which decides, has counted."""
    if found.lagging or len(found.causes) < operation.failed_count:
        return False
    counted = operation.drift
    return counted is None or (
        (counted.drifted, counted.in_sync) == (len(found.drifted), len(found.in_sync))
    )


def _sort(
    operation: Operation,
    results: Mapping[InstanceKey, OperationResult],
    instances: Sequence[StackInstance],
    *,
    bootstraps: bool,
) -> _Sorted:
    found = _Sorted()
    for one in instances:
        result = results.get(one.key)
        if result is None and one.detailed_status is DetailedStatus.SKIPPED_SUSPENDED_ACCOUNT:
            found.left_alone.append(Unread(key=one.key, why=_CLOSED))
        elif result is None:
            found.unread.append(Unread(key=one.key, why=_why_left_out(one)))
        elif result.status is ResultStatus.FAILED:
            found.causes.append(_cause(one, result, bootstraps=bootstraps))
        elif result.status is ResultStatus.CANCELLED:
            found.not_examined.append(one.key)
        elif result.status is ResultStatus.SUCCEEDED and _is_fresh(operation, one):
            _sort_examined(one, found)
        else:
            found.lagging += 1
            why = "AWS's lists do not show yet what was found"
            found.unread.append(Unread(key=one.key, why=why))
    return found


def _is_fresh(operation: Operation, instance: StackInstance) -> bool:
    """Tell whether the drift status is of this detection; times may lack the part of a second."""
    if operation.created is None:
        return True
    began = operation.created.replace(microsecond=0)
    return instance.drift_checked is not None and instance.drift_checked >= began


def _sort_examined(instance: StackInstance, found: _Sorted) -> None:
    match instance.drift_status:
        case DriftStatus.DRIFTED:
            found.drifted.append(instance.key)
        case DriftStatus.IN_SYNC:
            found.in_sync.append(instance.key)
        case other:
            why = f"it was examined, and AWS says {other or 'nothing'} of its drift"
            found.unread.append(Unread(key=instance.key, why=why))


def _why_left_out(instance: StackInstance) -> str:
    if instance.stack_id is None:
        return "it has no stack"
    if instance.status is InstanceStatus.INOPERABLE:
        return "it is INOPERABLE, and StackSets leaves it out"
    return "the detection left it out"


def _cause(instance: StackInstance, result: OperationResult, *, bootstraps: bool) -> RootCause:
    reason = result.status_reason or instance.status_reason or _NO_REASON
    return RootCause(
        account=instance.account,
        region=instance.region,
        reason=reason,
        stack_id=instance.stack_id,
        hint=find_hint(
            reason,
            instance.key,
            stack_id=instance.stack_id,
            retry=_RETRY,
            bootstraps=bootstraps,
        ),
    )


def _read_resources(
    stack_sets: StackSets,
    name: str,
    operation_id: OperationId,
    keys: Sequence[InstanceKey],
    secrets: Secrets,
) -> tuple[InstanceDrift, ...]:
    """Ask for the resources of what has drifted, a call each; what cannot be read is said."""

    def read(key: InstanceKey) -> InstanceDrift:
        try:
            listed = stack_sets.list_resource_drifts(name, key, operation_id)
        except StackSetsError as error:
            return InstanceDrift(key=key, resources=(), unread=error.message)
        masked = tuple(mask_secrets(secrets, one) for one in listed)
        return InstanceDrift(key=key, resources=masked)

    return ask_each(read, keys)
