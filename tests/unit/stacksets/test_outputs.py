from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stacksets.aws.door import Stack
from stacksets.errors import CredentialsError
from stacksets.model.observed import InstanceStatus
from stacksets.outputs import InstanceOutputs, read_outputs
from tests.builders import (
    ACCOUNT,
    EAST,
    OTHER_ACCOUNT,
    WEST,
    a_deployment,
    a_key,
    a_stack_set,
    an_instance,
    targets,
)
from tests.fakes import FakeAccount, FakeAws

if TYPE_CHECKING:
    from stacksets.model.desired import InstanceKey

STACK_ID = "arn:aws:cloudformation:us-east-1:111111111111:stack/StackSet-greeting-dev-1/1"
EAST_ONLY = a_deployment(targets=targets((ACCOUNT, EAST)))


def a_stack(
    *,
    status: str = "CREATE_COMPLETE",
    outputs: dict[str, str] | None = None,
    parameters: dict[str, str] | None = None,
) -> Stack:
    return Stack(
        id=STACK_ID,
        name="StackSet-greeting-dev-1",
        status=status,
        status_reason="",
        outputs={"Url": "https://x/"} if outputs is None else outputs,
        parameters=parameters or {},
        tags={},
    )


def an_aws(key: InstanceKey, stack: Stack | None) -> FakeAws:
    aws = FakeAws()
    aws.accounts[key] = FakeAccount(stacks={STACK_ID: stack} if stack else {})
    return aws


def read_one(stack: Stack | None) -> InstanceOutputs:
    instance = an_instance(a_key(), stack_id=STACK_ID)
    [one] = read_outputs(an_aws(a_key(), stack), EAST_ONLY, a_stack_set(instance))
    return one


@pytest.mark.parametrize("status", ["CREATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"])
def test_the_outputs_of_a_stack_are_shown_by_account_and_region(status):
    expected = InstanceOutputs(key=a_key(), outputs={"Url": "https://x/"})
    assert read_one(a_stack(status=status)) == expected
    assert expected.problem is None


@pytest.mark.parametrize("status", ["CREATE_COMPLETE", "UPDATE_COMPLETE"])
def test_a_stack_without_outputs_is_no_problem(status):
    assert read_one(a_stack(status=status, outputs={})) == InstanceOutputs(key=a_key(), outputs={})


def test_the_parameters_of_a_stack_come_with_its_outputs():
    assert read_one(a_stack(parameters={"Callers": "iam"})).parameters == {"Callers": "iam"}


@pytest.mark.parametrize("stack", [None, a_stack(status="DELETE_COMPLETE")])
def test_a_stack_that_is_gone_says_so(stack):
    one = read_one(stack)
    assert one.problem == "its stack is gone"
    assert one.unreadable is False


def test_a_stack_that_failed_to_be_made_is_not_shown_as_one_without_outputs():
    one = read_one(a_stack(status="ROLLBACK_COMPLETE", outputs={}))
    assert one.problem == "its stack is ROLLBACK_COMPLETE and has no outputs"


@pytest.mark.parametrize(("reason", "told"), [("quota", ": quota"), ("", "")])
def test_an_instance_that_never_got_a_stack_says_why(reason, told):
    instance = an_instance(
        a_key(), stack_id=None, status=InstanceStatus.OUTDATED, status_reason=reason
    )
    [one] = read_outputs(FakeAws(), EAST_ONLY, a_stack_set(instance))
    assert one.problem == f"the stack instance is OUTDATED and has no stack{told}"


def test_an_instance_that_cannot_be_read_is_told_from_one_that_has_nothing():
    aws = FakeAws()
    aws.closed.add(a_key())
    [one] = read_outputs(aws, EAST_ONLY, a_stack_set(an_instance(a_key())))
    assert one.problem == "may not enter 111111111111/us-east-1"
    assert one.unreadable is True
    assert one.outputs == {}


def test_a_desired_pair_without_a_stack_instance_is_shown_with_the_others_in_order():
    there = a_key(OTHER_ACCOUNT, WEST)
    read = read_outputs(
        an_aws(there, a_stack()),
        a_deployment(targets=targets((OTHER_ACCOUNT, EAST))),
        a_stack_set(an_instance(there, stack_id=STACK_ID)),
    )
    assert read == (
        InstanceOutputs(key=a_key(OTHER_ACCOUNT, EAST), problem="there is no stack instance yet"),
        InstanceOutputs(key=there, outputs={"Url": "https://x/"}),
    )


def test_credentials_that_stop_working_end_the_reading():
    class Expired(FakeAws):
        def account(self, account, region, role_name):
            raise CredentialsError("expired")

    with pytest.raises(CredentialsError):
        read_outputs(Expired(), EAST_ONLY, a_stack_set(an_instance(a_key())))


def test_another_account_is_read_through_the_read_role():
    asked = []

    class Asking(FakeAws):
        def account(self, account, region, role_name):
            asked.append((account, region, role_name))
            return super().account(account, region, role_name)

    deployment = a_deployment(targets=targets((OTHER_ACCOUNT, EAST)), read_role_name="reader")
    read_outputs(Asking(), deployment, a_stack_set(an_instance(a_key(OTHER_ACCOUNT))))
    assert asked == [(OTHER_ACCOUNT, EAST, "reader")]
