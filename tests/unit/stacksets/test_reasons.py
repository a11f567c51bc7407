"""What a reason says of the update that it is about."""

from __future__ import annotations

import pytest

from stacksets.reasons import says_no_update_began
from tests.builders import ACCOUNT, EAST

STACK = f"arn:aws:cloudformation:{EAST}:{ACCOUNT}:stack/StackSet-svc-1/1"


@pytest.mark.parametrize(
    "reason",
    [
        f"Stack:{STACK} is in UPDATE_ROLLBACK_FAILED state and can not be updated.",
        f"Stack:{STACK} is in DELETE_COMPLETE state and can not be updated.",
        f"Stack:{STACK} is in CREATE_FAILED state and can not be updated.",
        f"Stack:{STACK} is in UPDATE_IN_PROGRESS state and can not be updated.",
        f"Stack:{STACK} is in IMPORT_ROLLBACK_FAILED state and can not be updated.",
        "the stack is gone",
        f"Stack with id {STACK} does not exist",
        "Stack [StackSet-svc-1] does not exist",
    ],
)
def test_a_stack_that_aws_cannot_update_is_one_whose_update_never_began(reason):
    assert says_no_update_began(reason)


@pytest.mark.parametrize(
    "reason",
    [
        "",
        "ResourceLogicalId:Logs, ResourceStatusReason:Role r does not exist.",
        "The following resource(s) failed to create: [Logs]. Rollback requested by user.",
    ],
)
def test_whatever_else_has_failed_says_nothing_of_the_stack(reason):
    assert not says_no_update_began(reason)
