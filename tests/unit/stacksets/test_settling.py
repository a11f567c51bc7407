"""Which failures may be those of roles that IAM has not spread yet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from stacksets.model.observed import AccountGateStatus, OperationResult, ResultStatus
from stacksets.settling import may_settle
from tests.builders import ACCOUNT, EAST, OTHER_ACCOUNT, WEST, a_deployment, a_key
from tests.fakes import FakeAccount, FakeAws

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HERE = a_key(OTHER_ACCOUNT)
NO_ROLE = (
    f"Account {OTHER_ACCOUNT} should have 'execution' role with trust relationship to Role 'admin'."
)
NO_ADMINISTRATION = (
    f"Account {ACCOUNT} should have 'admin' role with trust relationship to CloudFormation service."
)
NOT_AUTHORIZED = "User: arn:aws:sts::1:assumed-role/execution/svc is not authorized to perform: a:B"
GATE = "AccountGate check failed"


def a_failure(reason, *, key=HERE, gate=None):
    return OperationResult(
        account=key.account,
        region=key.region,
        status=ResultStatus.FAILED,
        status_reason=reason,
        gate=gate,
    )


def an_aws(*, role="execution", key=HERE, seconds_ago=None):
    """An AWS with one role, of an account that holds one only where its age is given."""
    aws = FakeAws()
    if seconds_ago is not None:
        made = NOW - timedelta(seconds=seconds_ago)
        aws.accounts[key] = FakeAccount(roles_made={role: made})
    return aws


def settles(*failures, aws=None, firsts=(HERE,), deployment=None):
    return may_settle(
        aws or FakeAws(), deployment or a_deployment(), failures, firsts=firsts, now=NOW
    )


@pytest.mark.parametrize(
    "reason",
    [
        NO_ROLE,
        NO_ADMINISTRATION,
        NOT_AUTHORIZED,
        f"{NOT_AUTHORIZED} because no identity-based policy allows the a:B action",
        GATE,
        "The role has insufficient permissions",
        "The security token included in the request is invalid",
    ],
)
def test_a_stack_instance_that_is_made_for_the_first_time_may_meet_a_fresh_role(reason):
    assert settles(a_failure(reason))
    assert not settles(a_failure(reason), firsts=())


@pytest.mark.parametrize(
    "reason",
    [
        "no quota",
        f"{NOT_AUTHORIZED} with an explicit deny in a service control policy",
        f"{NOT_AUTHORIZED} with an explicit deny in an identity-based policy",
        f"{NOT_AUTHORIZED} because no service control policy allows the a:B action",
        f"{NOT_AUTHORIZED} because no resource control policy allows the a:B action",
    ],
)
def test_what_is_forbidden_or_fails_for_another_reason_is_no_fresh_role(reason):
    assert not settles(a_failure(reason))


def test_a_gate_that_answered_no_means_it_and_one_that_was_not_asked_may_yet_answer():
    assert not settles(a_failure(GATE, gate=AccountGateStatus.FAILED))
    assert settles(a_failure(GATE, gate=AccountGateStatus.SKIPPED))


@pytest.mark.parametrize(("seconds_ago", "may"), [(10, True), (3600, False), (None, False)])
def test_where_there_was_a_stack_the_role_counts_by_its_age(seconds_ago, may):
    aws = an_aws(seconds_ago=seconds_ago)

    assert settles(a_failure(NO_ROLE), aws=aws, firsts=()) is may


def test_the_role_that_a_reason_names_is_read_and_else_the_execution_role():
    named = an_aws(role="admin", key=a_key(region=EAST), seconds_ago=10)
    default = an_aws(role="AWSCloudFormationStackSetExecutionRole", seconds_ago=10)
    unnamed = a_deployment(execution_role_name=None)
    failure = a_failure(NOT_AUTHORIZED)

    assert settles(a_failure(NO_ADMINISTRATION), aws=named, firsts=())
    assert settles(failure, aws=default, firsts=(), deployment=unnamed)
    assert not settles(failure, aws=default, firsts=())
    assert settles(failure, aws=an_aws(seconds_ago=10), firsts=())


def test_a_role_that_may_not_be_read_is_taken_for_an_old_one():
    aws = an_aws(seconds_ago=10)
    aws.closed.add(HERE)

    assert not settles(a_failure(NO_ROLE), aws=aws, firsts=())


def test_a_stack_in_use_that_failed_otherwise_is_not_changed_again_for_a_fresh_role():
    used = a_failure("no quota", key=a_key(region=WEST))

    assert not settles(a_failure(NO_ROLE), used)
    assert settles(a_failure(NO_ROLE), used, firsts=(HERE, used.key))


def test_every_role_has_to_be_young_where_stacks_are_in_use():
    aws = an_aws(seconds_ago=10)
    other = a_failure(NOT_AUTHORIZED, key=a_key(region=EAST))

    assert not settles(a_failure(NO_ROLE), other, aws=aws, firsts=())


def test_nothing_that_failed_is_nothing_to_wait_for():
    assert not settles()
