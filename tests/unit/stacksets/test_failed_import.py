"""The root cause of an import that failed, and the ways out of it."""

from __future__ import annotations

from dataclasses import replace

from stacksets.aws.door import StackEvent
from stacksets.diagnosing import diagnose, find_root_causes
from stacksets.model.desired import CallAs, OrganizationalUnitId
from stacksets.model.observed import DetailedStatus, InstanceStatus, ResultStatus
from stacksets.report.diagnosis import diagnosis_result
from tests.builders import (
    ACCOUNT,
    EAST,
    HOME,
    NAME,
    OTHER_ACCOUNT,
    a_deployment,
    a_key,
    a_result,
    a_stack_id,
    a_stack_set,
    an_instance,
)
from tests.fakes import FakeAws, FakeClock, put_stack

NO_ROLE = f"Account {ACCOUNT} should have 'execution' role with trust relationship to Role 'admin'."
FAILED = an_instance(
    a_key(),
    stack_id=a_stack_id(),
    status=InstanceStatus.INOPERABLE,
    detailed_status=DetailedStatus.FAILED_IMPORT,
    status_reason="it has no template",
)


def cause_of(instance=FAILED, *, reason="it has no template", aws=None, **changes):
    failed = a_result(instance.key, status=ResultStatus.FAILED, status_reason=reason)
    [found] = find_root_causes(
        aws or FakeAws(), a_deployment(**changes), a_stack_set(instance), [failed]
    )
    return found


def test_the_events_of_the_stack_are_of_earlier_days_and_are_not_read():
    aws = FakeAws()
    stack_id = put_stack(aws, a_key(), status="UPDATE_ROLLBACK_COMPLETE")
    long_ago = StackEvent(
        at=FakeClock().now(),
        logical_id="Topic",
        physical_id="",
        resource_type="AWS::SNS::Topic",
        status="UPDATE_FAILED",
        reason="no quota",
    )
    aws.accounts[a_key()].events[stack_id] = aws.accounts[a_key()].failures[stack_id] = (long_ago,)

    found = cause_of(aws=aws)

    assert (found.reason, found.logical_id) == ("it has no template", "")


def test_it_may_be_tried_again_or_given_up_without_losing_the_stack():
    hint = cause_of().hint

    assert hint.code == "failed_import"
    assert hint.action == (
        "mend what the reason names; `stacksets import` with the same stacks tries again; to give "
        f"it up, and keep the stack: `aws cloudformation delete-stack-instances --stack-set-name "
        f"{NAME} --accounts {ACCOUNT} --regions {EAST} --retain-stacks --region {HOME}`"
    )


def test_a_reason_that_is_known_is_explained_and_no_deploy_is_advised():
    hint = cause_of(reason=NO_ROLE).hint

    assert hint.code == "execution_role"
    assert "; then `stacksets import` with the same stacks tries again; " in hint.action
    assert "; to give it up, and keep the stack: `aws cloudformation " in hint.action
    assert "stacksets deploy" not in hint.action


def test_without_a_reason_it_is_said_that_there_is_none():
    silent = replace(FAILED, status_reason="")

    assert cause_of(silent, reason="").reason == "AWS gives no reason"


def test_a_stack_instance_of_a_unit_is_taken_out_through_it():
    unit = OrganizationalUnitId("ou-abcd-11111111")
    instance = replace(FAILED, account=OTHER_ACCOUNT, organizational_unit_id=unit)

    action = cause_of(instance, call_as=CallAs.DELEGATED_ADMIN).hint.action

    assert (
        f"--deployment-targets OrganizationalUnitIds={unit},Accounts={OTHER_ACCOUNT},"
        f"AccountFilterType=INTERSECTION --regions {EAST}"
    ) in action
    assert action.endswith("--call-as DELEGATED_ADMIN`")


def test_diagnose_tells_the_same():
    found = diagnose(FakeAws(), a_deployment(), a_stack_set(FAILED))

    [cause] = found.causes
    assert cause.hint == cause_of().hint
    said = [line.text for line in diagnosis_result(a_deployment(), found, {}).lines]
    again = f"`stacksets import {FAILED.stack_id}`"
    assert said[-1] == f"→ once that is mended, and before any deploy: {again}"


def test_more_stacks_than_anybody_reads_in_a_command_are_left_to_the_list_above():
    many = [replace(FAILED, account=f"{at:012}", stack_id=f"arn-{at}") for at in range(11)]
    found = diagnose(FakeAws(), a_deployment(), a_stack_set(*many))

    said = [line.text for line in diagnosis_result(a_deployment(), found, {}).lines]

    assert len(found.unimported) == 11
    assert said[-1].endswith("`stacksets import STACK_ARN…`")
