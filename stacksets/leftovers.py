"""What a destroyed stack set has left behind, asked of each service itself.

CloudFormation's word that a stack is deleted is not taken for it: the history of each deleted stack
names everything that it ever made, and what a read tells of (`CHECKED_TYPES`) is looked up. That
also finds the log groups which Lambda and API Gateway open by themselves, outside the stack. Tags
would not do: the tagging API knows no roles and lags, and reading tags takes a call a resource.
Stacks are known by the name of their stack set; one that was imported has another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from stacksets.asking import ask_each
from stacksets.aws.instance_stacks import list_deleted_instance_stacks, list_instance_stacks
from stacksets.aws.resources import CHECKED_TYPES, ResourceState
from stacksets.errors import StackSetsError
from stacksets.stack_ids import get_stack_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from stacksets.aws.door import Account, Aws, Stack, StackEvent
    from stacksets.model.desired import Deployment, InstanceKey

HISTORY = 10
"""The latest deleted stacks, in each account and region, whose resources are looked up."""

_STACK = "AWS::CloudFormation::Stack"
_LOG_GROUP = "AWS::Logs::LogGroup"
_OWN_LOGS = {
    "AWS::ApiGateway::RestApi": "API-Gateway-Execution-Logs_{}/",
    "AWS::Lambda::Function": "/aws/lambda/{}",
}
"""Log groups that a service opens by itself, by the id of the resource (API Gateway developer
guide, "Set up CloudWatch logging"; Lambda developer guide, "CloudWatch Logs")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftover:
    """Something of the stack set that is still there: its type and name."""

    key: InstanceKey
    resource_type: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftovers:
    """What is still there.

    `found` should not be there, `kept` was retained by the template or are logs which a service
    wrote outside the stack, `pending` is out of use and AWS deletes it later by itself, `unchecked`
    says what nobody could tell. `beyond` says what lies beyond `HISTORY`: the removals of those
    days have looked into it, or could.
    """

    found: tuple[Leftover, ...]
    kept: tuple[Leftover, ...]
    unchecked: tuple[str, ...]
    pending: tuple[Leftover, ...] = ()
    beyond: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Made:
    """A resource that a deleted stack once made; `is_retained` where it was left on purpose."""

    resource_type: str
    physical_id: str
    is_retained: bool


def find_leftovers(
    aws: Aws, deployment: Deployment, keys: Sequence[InstanceKey], imported: Iterable[str] = ()
) -> Leftovers:
    """Look for what is left in each account and region, many at once, where the caller may read.

    `imported` are the ids of stacks that should be deleted and have names of their own.
    """
    by_place: dict[InstanceKey, list[str]] = {}
    for stack_id in imported:
        by_place.setdefault(get_stack_key(stack_id), []).append(stack_id)

    def look(key: InstanceKey) -> tuple[Leftovers, ...]:
        return tuple(_find_in(aws, deployment, key, by_place.get(key, ())))

    return _together(part for parts in ask_each(look, keys) for part in parts)


def _find_in(
    aws: Aws, deployment: Deployment, key: InstanceKey, imported: Sequence[str]
) -> Iterator[Leftovers]:
    name = deployment.name
    try:
        account = aws.account(key.account, key.region, deployment.read_role_name)
        yield _left(
            found=[
                _named(key, _STACK, one.name)
                for one in (*list_instance_stacks(account, name), *_find_there(account, imported))
            ]
        )
        deleted = list_deleted_instance_stacks(account, name)
        made = [
            resource
            for stack_id in (*imported, *deleted[:HISTORY])
            for resource in _made_by(account.list_events(stack_id), deployment.template.content)
        ]
    except StackSetsError as error:
        yield _left(unchecked=[f"{key}: could not look for what is left ({error.message})"])
        return
    if len(deleted) > HISTORY:
        older = f"of {len(deleted)} deleted stacks the latest {HISTORY} were looked into"
        yield _left(beyond=[f"{key}: {older}"])
    for resource in dict.fromkeys(made):
        yield _look_up(account, key, resource)


def _find_there(account: Account, stack_ids: Iterable[str]) -> Iterator[Stack]:
    for stack_id in stack_ids:
        stack = account.find_stack(stack_id)
        if stack and not stack.is_deleted:
            yield stack


def _look_up(account: Account, key: InstanceKey, made: _Made) -> Leftovers:
    try:
        state = account.look_up(made.resource_type, made.physical_id)
        own_logs = [_named(key, _LOG_GROUP, name) for name in _list_own_logs(account, made)]
    except StackSetsError as error:
        what = f"{made.resource_type} {made.physical_id}"
        return _left(unchecked=[f"{key}: could not look for {what} ({error.message})"])
    itself = [_named(key, made.resource_type, made.physical_id)]
    match state:
        case ResourceState.GONE:
            return _left(kept=own_logs)
        case ResourceState.PENDING_DELETION:
            return _left(pending=itself, kept=own_logs)
        case ResourceState.THERE if made.is_retained:
            return _left(kept=itself + own_logs)
        case ResourceState.THERE:
            return _left(found=itself, kept=own_logs)
        case _:
            assert_never(state)


def _made_by(events: Sequence[StackEvent], content: Mapping[str, object]) -> Iterator[_Made]:
    """Name what a stack finished making; a creation that failed may name what others own."""
    skipped = {one.physical_id for one in events if one.status == "DELETE_SKIPPED"}
    retained = _retained_by(content)
    for one in events:
        finished = one.status.endswith("_COMPLETE") and one.physical_id
        if finished and one.resource_type in CHECKED_TYPES:
            is_retained = one.physical_id in skipped or one.logical_id in retained
            yield _Made(one.resource_type, one.physical_id, is_retained)


def _retained_by(content: Mapping[str, object]) -> frozenset[str]:
    resources = content.get("Resources")
    return frozenset(
        logical_id
        for logical_id, resource in (resources.items() if isinstance(resources, Mapping) else ())
        if isinstance(resource, Mapping)
        and str(resource.get("DeletionPolicy")).startswith("Retain")
    )


def _list_own_logs(account: Account, made: _Made) -> Iterator[str]:
    pattern = _OWN_LOGS.get(made.resource_type)
    if pattern is None:
        return
    prefix = pattern.format(made.physical_id)
    for name in account.list_log_groups(prefix):
        if name == prefix or prefix.endswith("/"):
            yield name


def _named(key: InstanceKey, resource_type: str, name: str) -> Leftover:
    return Leftover(key=key, resource_type=resource_type, name=name)


def _left(
    *,
    found: Sequence[Leftover] = (),
    kept: Sequence[Leftover] = (),
    pending: Sequence[Leftover] = (),
    unchecked: Sequence[str] = (),
    beyond: Sequence[str] = (),
) -> Leftovers:
    return Leftovers(
        found=tuple(found),
        kept=tuple(kept),
        pending=tuple(pending),
        unchecked=tuple(unchecked),
        beyond=tuple(beyond),
    )


def _together(parts: Iterable[Leftovers]) -> Leftovers:
    """Join the parts; a log group may be found twice, as a stack's own and as its function's."""
    every = list(parts)
    found = dict.fromkeys(one for part in every for one in part.found)
    kept = dict.fromkeys(one for part in every for one in part.kept if one not in found)
    return _left(
        found=list(found),
        kept=list(kept),
        pending=list(dict.fromkeys(one for part in every for one in part.pending)),
        unchecked=[one for part in every for one in part.unchecked],
        beyond=[one for part in every for one in part.beyond],
    )
