from __future__ import annotations

from dataclasses import dataclass

from stacksets.aws.door import Stack
from stacksets.aws.instance_stacks import (
    find_stack_set_name,
    list_deleted_instance_stacks,
    list_instance_stacks,
)

UUID = "0a1b2c3d-0000-4000-8000-00000000000f"
NAMES = (f"StackSet-svc-{UUID}", f"StackSet-svc-dev-{UUID}", "StackSet-svc-by-hand")


@dataclass
class Account:
    """An account with stacks of three origins."""

    def list_stacks(self, name_prefix):
        return tuple(
            Stack(
                id=f"arn:{name}",
                name=name,
                status="CREATE_COMPLETE",
                status_reason="",
                outputs={},
                parameters={},
                tags={},
            )
            for name in NAMES
            if name.startswith(name_prefix)
        )

    def list_deleted_stacks(self, name_prefix):
        return tuple(
            f"arn:aws:cloudformation:us-east-1:111111111111:stack/{name}/1"
            for name in NAMES
            if name.startswith(name_prefix)
        )


def test_a_stack_set_whose_name_begins_another_does_not_own_its_stacks():
    assert [one.name for one in list_instance_stacks(Account(), "svc")] == [NAMES[0]]
    assert [one.name for one in list_instance_stacks(Account(), "svc-dev")] == [NAMES[1]]


def test_deleted_stacks_are_told_apart_in_the_same_way():
    found = list_deleted_instance_stacks(Account(), "svc")

    assert [one.split("/")[1] for one in found] == [NAMES[0]]


def test_the_name_of_a_stack_says_which_stack_set_made_it():
    assert [find_stack_set_name(one) for one in NAMES] == ["svc", "svc-dev", None]
    assert find_stack_set_name("mine") is None
    assert find_stack_set_name(f"StackSet--{UUID}") is None
