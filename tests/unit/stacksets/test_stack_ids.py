"""What the ARN of a stack says, and what is no such ARN."""

from __future__ import annotations

import pytest

from stacksets.stack_ids import find_stack_key, get_stack_key, get_stack_name
from tests.builders import ACCOUNT, EAST, a_key

UNIQUE = "5f0e7a70-0000-11ee-be56-0242ac120002"


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_an_arn_says_account_region_and_name(partition):
    stack_id = f"arn:{partition}:cloudformation:{EAST}:{ACCOUNT}:stack/my-Stack1/{UNIQUE}"

    assert find_stack_key(stack_id) == get_stack_key(stack_id) == a_key()
    assert get_stack_name(stack_id) == "my-Stack1"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mine",
        f"arn:aws:cloudformation:{EAST}:{ACCOUNT}:stack/mine",
        f"arn:aws:cloudformation:{EAST}:{ACCOUNT}:stack/mine/",
        f"arn:aws:cloudformation:{EAST}:{ACCOUNT}:stack/mine/1 ",
        f"arn:aws:cloudformation:{EAST}:{ACCOUNT}:stack/9/1",
        f"arn:aws:cloudformation:{EAST}:1234:stack/mine/1",
        f"arn:aws:cloudformation::{ACCOUNT}:stack/mine/1",
        f"arn:aws:cloudformation:{EAST}:{ACCOUNT}:stackset/mine:1",
        f"arn:aws:sqs:{EAST}:{ACCOUNT}:stack/mine/1",
    ],
)
def test_what_is_no_arn_of_a_stack_has_no_account_and_region(text):
    assert find_stack_key(text) is None
    with pytest.raises(ValueError, match="no ARN of a stack"):
        get_stack_key(text)
