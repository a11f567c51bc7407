"""The stacks that a stack set made in one account and region, known by their names.

StackSets calls them `StackSet-<stack set>-<uuid>`; the uuid tells those of `svc` from those of
`svc-dev`. The name is all there is once the stack instance has gone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stacksets.aws.door import Account, Stack

_UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def list_instance_stacks(account: Account, stack_set_name: str) -> tuple[Stack, ...]:
    """List the stacks of the stack set that exist."""
    return tuple(
        stack
        for stack in account.list_stacks(_prefix(stack_set_name))
        if _belongs(stack.name, stack_set_name)
    )


def list_deleted_instance_stacks(account: Account, stack_set_name: str) -> tuple[str, ...]:
    """List the ids of the stack set's stacks that were deleted, the latest deletion first."""
    return tuple(
        stack_id
        for stack_id in account.list_deleted_stacks(_prefix(stack_set_name))
        if _belongs(stack_id.split("/")[1], stack_set_name)
    )


def find_stack_set_name(stack_name: str) -> str | None:
    """Give the name of the stack set that made a stack, None where the name is no such one."""
    found = re.fullmatch(f"StackSet-(?P<name>.+)-{_UUID}", stack_name)
    return found["name"] if found else None


def _prefix(stack_set_name: str) -> str:
    return f"StackSet-{stack_set_name}-"


def _belongs(stack_name: str, stack_set_name: str) -> bool:
    return bool(re.fullmatch(re.escape(_prefix(stack_set_name)) + _UUID, stack_name))
