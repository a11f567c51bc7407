"""The ids of stacks: ARNs, which say in which account and region a stack is, and its name."""

from __future__ import annotations

import re

from stacksets.model.desired import AccountId, InstanceKey, Region

# CloudFormation user guide, "Identifiers": the name is the person's, what follows it is AWS's.
_STACK_ID = re.compile(
    r"arn:aws[a-z-]*:cloudformation:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):"
    r"stack/(?P<name>[A-Za-z][-A-Za-z0-9]*)/[-A-Za-z0-9]+"
)


def find_stack_key(stack_id: str) -> InstanceKey | None:
    """Give the account and region of a stack, None where the text is no ARN of a stack."""
    found = _STACK_ID.fullmatch(stack_id)
    return InstanceKey(AccountId(found["account"]), Region(found["region"])) if found else None


def get_stack_key(stack_id: str) -> InstanceKey:
    """Give the account and region of a stack.

    Raises:
        ValueError: the text is no ARN of a stack.
    """
    key = find_stack_key(stack_id)
    if key is None:
        raise ValueError(f"no ARN of a stack: {stack_id}")
    return key


def get_stack_name(stack_id: str) -> str:
    """Give the name of a stack by its ARN."""
    return stack_id.split("/")[1]
