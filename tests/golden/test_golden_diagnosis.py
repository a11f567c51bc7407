"""What people read when they ask why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stacksets.errors import NotReadyError, Problem
from stacksets.hints import find_hint
from stacksets.model.desired import InstanceKey, OperationId
from stacksets.model.diagnosis import Unread
from stacksets.model.observed import OperationStatus
from stacksets.model.outcome import GeneratedBy, RootCause, WrittenAt
from stacksets.report.diagnosis import diagnosis_result
from stacksets.report.failure import error_result
from tests.builders import (
    ACCOUNT,
    EAST,
    OTHER_ACCOUNT,
    WEST,
    a_deployment,
    a_diagnosis,
    a_key,
    an_operation,
)

STACK_ID = f"arn:aws:cloudformation:{WEST}:{ACCOUNT}:stack/StackSet-greeting-dev-1/1"
LONG = (
    'Resource handler returned message: "Policy contains a statement with one or more invalid '
    "principals, which are those of accounts that do not exist any more, or never did. (Service: "
    'Kms, Status Code: 400, Request ID: 0a1b2c3d-0000-4000-8000-00000000000f)" (RequestToken: '
    "0a1b2c3d-0000-4000-8000-00000000000e, HandlerErrorCode: InvalidRequest)"
)


def _text(lines):
    return "".join(f"{line.text}\n" for line in lines)


def _cause(reason, account=ACCOUNT, region=WEST, **changes):
    hint = find_hint(reason, a_key(account, region), stack_id=STACK_ID)
    return RootCause(account=account, region=region, reason=reason, hint=hint, **changes)


def _role(account=ACCOUNT):
    return _cause(
        f"Account {account} should have 'execution' role with trust relationship to Role 'admin'.",
        account,
    )


def _diagnosis(**changes):
    return diagnosis_result(a_deployment(), a_diagnosis(**changes), {}).lines


def _fault():
    role = {"logical_id": "Role", "resource_type": "AWS::IAM::Role"}
    taken = _cause(
        "greeting already exists",
        **role,
        stack_id=STACK_ID,
        source=GeneratedBy(module="generator.service.role", function="build_role"),
    )
    return _diagnosis(
        causes=(
            taken,
            replace(taken, region=EAST, hint=find_hint(taken.reason, a_key())),
            _cause(LONG, logical_id="Key", resource_type="AWS::KMS::Key", nested_in=("Inner",)),
            _cause("Internal failure", source=WrittenAt(path="templates/t.yaml", line=12)),
        ),
        not_attempted=(a_key(OTHER_ACCOUNT), a_key(OTHER_ACCOUNT, WEST)),
    )


def _fault_alike_in_many():
    accounts = [f"{number:012}" for number in range(1, 13)]
    return _diagnosis(
        causes=tuple(_role(account) for account in accounts),
        not_attempted=tuple(InstanceKey(account, EAST) for account in accounts),
    )


def _fault_in_an_operation():
    operation = an_operation(id=OperationId("op-7"), status=OperationStatus.FAILED)
    unread = "not allowed to call sts:AssumeRole in us-west-1: no trust"
    return _diagnosis(
        operation=operation,
        causes=(replace(_role(), unread=unread),),
        moving=(a_key(OTHER_ACCOUNT),),
    )


def _could_not_tell():
    return _diagnosis(
        unread=(
            Unread(key=a_key(), why="not allowed to call sts:AssumeRole: no trust"),
            Unread(key=a_key(OTHER_ACCOUNT), why="it failed, and the network is down"),
        )
    )


def _no_fault():
    return _diagnosis()


def _no_fault_but_not_all_there():
    return _diagnosis(
        not_attempted=(a_key(),), missing=(a_key(region=WEST),), stacks_looked_up=False
    )


def _not_deployed():
    return diagnosis_result(a_deployment(), None, {}).lines


def _long_problems():
    problems = [
        Problem(where="[stack_set] capabilities", what="missing", hint="name CAPABILITY_IAM"),
        Problem(where=f"account {ACCOUNT}", what=LONG, hint="`stacksets bootstrap`"),
        Problem(
            where="", what="a sentence that alone fills the line, or " + "nearly " * 6, hint=LONG
        ),
        Problem(where="[stack_set.parameters] A", what="a" * 100),
    ]
    return error_result(NotReadyError("Not ready", problems=problems), {}).lines


@pytest.mark.parametrize(
    "make",
    [
        _fault,
        _fault_alike_in_many,
        _fault_in_an_operation,
        _could_not_tell,
        _no_fault,
        _no_fault_but_not_all_there,
        _not_deployed,
        _long_problems,
    ],
    ids=lambda make: make.__name__,
)
def test_a_diagnosis_reads_as_reviewed(make, golden):
    golden(f"diagnosis{make.__name__}.txt", _text(make()))
