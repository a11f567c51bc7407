"""The stacks that a destroy was to leave where they are, each looked up: are they still there?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stacksets.asking import ask_each
from stacksets.aws.instance_stacks import list_instance_stacks
from stacksets.errors import StackSetsError
from stacksets.model.observed import ResultStatus
from stacksets.model.plan import Retention
from stacksets.operation_ids import find_purpose

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from stacksets.aws.door import Account, Aws
    from stacksets.model.desired import Deployment, InstanceKey
    from stacksets.model.observed import StackInstance, StackSet

_GOING = frozenset({"DELETE_COMPLETE", "DELETE_IN_PROGRESS"})


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptStack:
    """A stack that was to stay, and its status; empty where there is no such stack."""

    key: InstanceKey
    id: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptStacks:
    """What became of the stacks that were to stay.

    `there` go on, `lost` are gone or going, `unread` were to stay and could not be looked up.
    `untold` are where an earlier run has let a stack go that has not the stack set's name.
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
        others: where else stacks of the stack set count as kept: an earlier run let them go.
        let_go: those of them where it is known to have done so.
    """

    def look_up(instance: StackInstance) -> KeptStack | tuple[InstanceKey, str]:
        key, stack_id = instance.key, instance.stack_id or ""
        try:
            account = aws.account(key.account, key.region, deployment.read_role_name)
            stack = account.find_stack(stack_id)
        except StackSetsError as error:
            return key, f"{key}: could not look for the stack {stack_id} ({error.message})"
        return KeptStack(key=key, id=stack_id, status=stack.status if stack else "")

    def look_around(key: InstanceKey) -> tuple[KeptStack, ...]:
        try:
            account = aws.account(key.account, key.region, deployment.read_role_name)
            return tuple(_list_stacks(account, key, deployment.name))
        except StackSetsError:
            # Whoever looks for what is left there says so.
            return ()

    known = {one.key for one in expected}
    found = ask_each(look_up, expected)
    looked_up = [one for one in found if isinstance(one, KeptStack)]
    places = sorted(set(others) - known)
    around = ask_each(look_around, places)
    told = {one.key for some in around for one in some}
    there = [one for one in looked_up if _is_there(one)] + [one for some in around for one in some]
    return KeptStacks(
        there=tuple(sorted(there, key=lambda one: (one.key, one.id))),
        lost=tuple(one for one in looked_up if not _is_there(one)),
        unread=tuple(one for one in found if not isinstance(one, KeptStack)),
        untold=tuple(key for key in places if key in let_go and key not in told),
    )


def list_let_go(aws: Aws, deployment: Deployment, observed: StackSet) -> frozenset[InstanceKey]:
    """Give where earlier runs have let stack instances go, as the operations tell it."""
    stack_sets = aws.stack_sets(deployment.home_region, deployment.call_as)
    retaining = (
        one.id
        for one in observed.operations
        if (purpose := find_purpose(one.id)) and purpose.retention is not Retention.NONE
    )
    return frozenset(
        result.key
        for operation_id in retaining
        for result in stack_sets.list_results(deployment.name, operation_id, ResultStatus.SUCCEEDED)
    )


def _is_there(stack: KeptStack) -> bool:
    return bool(stack.status) and stack.status not in _GOING


def _list_stacks(account: Account, key: InstanceKey, name: str) -> Iterator[KeptStack]:
    for stack in list_instance_stacks(account, name):
        yield KeptStack(key=key, id=stack.id, status=stack.status)
