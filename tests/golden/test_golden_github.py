"""What a step of GitHub Actions is given: its summary, its outputs, its annotations."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from stacksets.errors import DeploymentFileError, Problem
from stacksets.hints import find_hint
from stacksets.model.observed import DetailedStatus, InstanceStatus
from stacksets.model.outcome import Identity, Outcome, RootCause, Verdict
from stacksets.plan import make_plan
from stacksets.report.change import change_result, plan_result
from stacksets.report.failure import error_result
from stacksets.report.github import annotate, outputs_text
from stacksets.report.plan import plan_message
from stacksets.report.record import Record, Revision
from stacksets.report.several import PartResult, several_result
from stacksets.report.status import status_result
from stacksets.report.summary import summary
from tests.builders import ACCOUNT, EAST, WEST, a_deployment, a_key, a_stack_set, an_instance

START = datetime(2026, 1, 1, tzinfo=UTC)
DEPLOYMENT = a_deployment(description="new")
RECORD = Record(
    command="deploy",
    started=START,
    ended=START + timedelta(seconds=9),
    identity=Identity(account=ACCOUNT, arn=f"arn:aws:iam::{ACCOUNT}:user/ada"),
    deployment=DEPLOYMENT,
    revision=Revision(commit="c0ffee", clean=True),
    operation_ids=("op-1",),
)
THERE = a_stack_set(an_instance(a_key(region=EAST)))
PLAN = make_plan(DEPLOYMENT, THERE)
REASON = (
    'Resource handler returned message: "<b>no</b> | [x](https://example.com)" (already exists)'
)


def _failed():
    key = a_key(region=WEST)
    broken = an_instance(
        key,
        status=InstanceStatus.OUTDATED,
        detailed_status=DetailedStatus.FAILED,
        status_reason=REASON,
    )
    cause = RootCause(
        account=ACCOUNT,
        region=WEST,
        reason=REASON,
        logical_id="Topic",
        resource_type="AWS::SNS::Topic",
        hint=find_hint(REASON, key),
    )
    outcome = Outcome(
        verdict=Verdict.PARTIAL,
        plan=PLAN,
        operation_ids=RECORD.operation_ids,
        instances=(an_instance(a_key(region=EAST)), broken),
        root_causes=(cause,),
        not_attempted=(),
        remaining=PLAN,
        started=START,
        ended=START + timedelta(seconds=9),
    )
    return change_result(outcome, RECORD.data())


def _planned():
    record = replace(RECORD, command="plan", operation_ids=()).data()
    return plan_result(PLAN, plan_message(PLAN, ("mind",)), record, expect_no_changes=True)


def _status():
    return status_result(DEPLOYMENT, THERE, replace(RECORD, command="status").data())


def _refused():
    problem = Problem(where="[stack_set], name", what="expected a name, found 1", hint="quote it")
    error = DeploymentFileError("stacksets.toml has 1 problem", problems=(problem,))
    return error_result(error, replace(RECORD, identity=None, deployment=None).data())


def _several():
    return several_result(
        [
            PartResult(file="a.toml", stack_set="greeting-dev", result=_planned()),
            PartResult(file="b.toml", stack_set=None, result=_refused()),
        ],
        replace(RECORD, command="plan", identity=None, deployment=None).data(),
    )


@pytest.mark.parametrize("make", [_failed, _planned, _status, _refused, _several])
def test_a_step_is_given_what_was_reviewed(make, golden):
    result = make()

    golden(f"github{make.__name__}.md", summary(result, 1024 * 1024))
    said = "".join(f"{one}\n" for one in annotate(result))
    golden(f"github{make.__name__}.txt", f"{outputs_text(result)}{said}")
