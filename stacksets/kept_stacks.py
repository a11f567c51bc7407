"""The stacks that a destroy was to leave where they are, each looked up: are they still there?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stacksets.asking import ask_each
from stacksets.aws.instance_stacks import list_instance_stacks
from stacksets.errors import StackSetsError
from stacksets.model.observed import OperationAction, ResultStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from stacksets.aws.door import Account, Aws, Stack
    from stacksets.model.desired import Deployment, InstanceKey
    from stacksets.model.observed import Operation, OperationResult, StackInstance, StackSet

OPERATIONS = 100
"""As many of a stack set's latest operations are listed; what older ones let go is not known."""

_GOING = frozenset({"DELETE_COMPLETE", "DELETE_IN_PROGRESS"})


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptStack:
    """A stack that was to stay, and its status; empty where there is no such stack.

    `is_protected` says that CloudFormation refuses to delete it (termination protection).
    """

    key: InstanceKey
    id: str
    status: str
    is_protected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptStacks:
    """What became of the stacks that were to stay.

    `there` go on, `lost` are gone or going, `unread` were to stay and could not be looked up.
    `untold` are where an earlier operation has let a stack go that is not found by its name.
    """

    there: tuple[KeptStack, ...] = ()
    lost: tuple[KeptStack, ...] = ()
    unread: tuple[tuple[InstanceKey, str], ...] = ()
    untold: tuple[InstanceKey, ...] = ()

    @property
    def keys(self) -> frozenset[InstanceKey]:
        """Give the accounts and regions in which stacks stay, as far as is known."""
        return frozenset([one.key for one in self.there] + [key for key, _ in self.unread])


def find_kept_stacks(
    aws: Aws,
    deployment: Deployment,
    expected: Sequence[StackInstance],
    others: Iterable[InstanceKey] = (),
    let_go: AbstractSet[InstanceKey] = frozenset(),
) -> KeptStacks:
    """Look each stack up that was to stay, by its ARN, where the caller may read.

    Args:
        aws: the way to the accounts; several are asked at once.
        deployment: names the stack set, and the role through which other accounts are read.
        expected: the stack instances whose stacks were to stay.
        others: where stacks named as the stack set's count as kept: an earlier run let them go.
        let_go: where operations have left stacks, whatever their names.
    """

    def look_up(instance: StackInstance) -> KeptStack | tuple[InstanceKey, str]:
        key, stack_id = instance.key, instance.stack_id or ""
        try:
            account = aws.account(key.account, key.region, deployment.read_role_name)
            stack = account.find_stack(stack_id)
        except StackSetsError as error:
            return key, f"{key}: could not look for the stack {stack_id} ({error.message})"
        if stack is None:
            return KeptStack(key=key, id=stack_id, status="")
        return _as_kept(key, stack)

    def look_around(key: InstanceKey) -> tuple[KeptStack, ...]:
        try:
            account = aws.account(key.account, key.region, deployment.read_role_name)
            stacks = tuple(_list_stacks(account, key, deployment.name))
        except StackSetsError:
            # Whoever looks for what is left there says so.
            return ()
        return tuple(one for one in stacks if one.id not in known)

    known = {one.stack_id for one in expected}
    found = ask_each(look_up, expected)
    looked_up = [one for one in found if isinstance(one, KeptStack)]
    counting = set(others)
    around = [one for some in ask_each(look_around, sorted(counting | let_go)) for one in some]
    there = [one for one in looked_up if _is_there(one)]
    there += [one for one in around if one.key in counting]
    return KeptStacks(
        there=tuple(sorted(there, key=lambda one: (one.key, one.id))),
        lost=tuple(one for one in looked_up if not _is_there(one)),
        unread=tuple(one for one in found if not isinstance(one, KeptStack)),
        untold=tuple(sorted(let_go - {one.key for one in around})),
    )


def list_let_go(aws: Aws, deployment: Deployment, observed: StackSet) -> frozenset[InstanceKey]:
    """Give where earlier operations have left stacks, as the operations themselves tell it.

    Whoever began them: a stack instance may be let go by any client. What they left may have been
    imported again or deleted since.
    """
    stack_sets = aws.stack_sets(deployment.home_region, deployment.call_as)

    def list_left(operation: Operation) -> tuple[OperationResult, ...]:
        described = stack_sets.find_operation(deployment.name, operation.id)
        if described is None or not described.retains_stacks:
            return ()
        return stack_sets.list_results(deployment.name, operation.id, ResultStatus.SUCCEEDED)

    deletions = [one for one in observed.operations if one.action is OperationAction.DELETE]
    return frozenset(one.key for some in ask_each(list_left, deletions) for one in some)


def _is_there(stack: KeptStack) -> bool:
    return bool(stack.status) and stack.status not in _GOING


def _list_stacks(account: Account, key: InstanceKey, name: str) -> Iterator[KeptStack]:
    for stack in list_instance_stacks(account, name):
        yield _as_kept(key, stack)


def _as_kept(key: InstanceKey, stack: Stack) -> KeptStack:
    return KeptStack(key=key, id=stack.id, status=stack.status, is_protected=stack.is_protected)
