"""What people read of an import: the plan, the refusal, and what it has come to."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from stacksets.diagnosing import find_root_causes
from stacksets.effective import find_deployed
from stacksets.errors import ImportRefusedError
from stacksets.import_plan import make_import_plan
from stacksets.import_stacks import Imported, Moving
from stacksets.importable import find_import_problems
from stacksets.model.desired import DeploymentTargets, OperationId, ParameterOverride
from stacksets.model.observed import DetailedStatus, InstanceStatus, ResultStatus
from stacksets.model.outcome import Outcome, Verdict
from stacksets.plan import make_plan
from stacksets.report.failure import error_result
from stacksets.report.imported import import_result, no_import_result
from stacksets.report.plan import plan_message
from tests.builders import (
    ACCOUNT,
    CONTENT,
    EAST,
    HOME,
    OTHER_ACCOUNT,
    WEST,
    a_deployment,
    a_key,
    a_result,
    a_stack_set,
    a_stack_to_import,
    an_instance,
)
from tests.fakes import FakeAws

START = datetime(2026, 1, 1, tzinfo=UTC)
STACKS = (
    a_stack_to_import(a_key(region=EAST)),
    a_stack_to_import(a_key(region=WEST), parameters={"Suffix": "prod"}, tags={"Team": "red"}),
)
GO_ON = "stacksets plan -f s.toml"


def _adopted(*, pins=True):
    instances = [
        an_instance(one.key, stack_id=one.id, overrides=dict(one.parameters) if pins else {})
        for one in STACKS
    ]
    return a_stack_set(*instances)


def _unread(observed):
    """A stack set as it is observed where the file has no overrides."""
    return replace(
        observed, instances=tuple(replace(one, overrides=None) for one in observed.instances)
    )


def _imported(deployment, observed, **changes):
    values = {
        "stacks": STACKS,
        "parameters": find_deployed(deployment, observed),
        "moving": (),
        "unread": (),
        "deploy": make_plan(
            deployment, _unread(observed) if not deployment.overrides else observed
        ),
    }
    return Imported(**(values | changes))


def _outcome(observed, **changes):
    values = {
        "verdict": Verdict.SUCCEEDED,
        "plan": make_import_plan(a_deployment(), None, STACKS),
        "operation_ids": (OperationId("op-1"),),
        "instances": observed.instances,
        "root_causes": (),
        "not_attempted": (),
        "remaining": None,
        "started": START,
        "ended": START + timedelta(seconds=4.25),
    }
    return Outcome(**(values | changes))


def _planned():
    return plan_message(make_import_plan(a_deployment(tags={"Team": "blue"}), None, STACKS))


def _refused():
    stacks = (
        a_stack_to_import(status="UPDATE_ROLLBACK_FAILED"),
        a_stack_to_import(
            a_key(region=WEST), template={**CONTENT, "Description": "Another"}, owner="others"
        ),
        a_stack_to_import(a_key(region=WEST), "twin"),
        a_stack_to_import(a_key(OTHER_ACCOUNT), status=None),
        a_stack_to_import(a_key(region=HOME), unread="may not enter"),
    )
    observed = a_stack_set(an_instance(a_key(region=EAST)), parameters={"Suffix": "old"})
    problems = find_import_problems(a_deployment(), observed, stacks)
    message = "Not importable as it is, nothing was changed"
    return error_result(ImportRefusedError(message, problems=problems), {})


def _succeeded():
    observed = _adopted()
    imported = _imported(a_deployment(), observed)
    return import_result(_outcome(observed), imported, {}, go_on=GO_ON)


def _succeeded_and_left():
    targets = (DeploymentTargets(accounts=(ACCOUNT,), regions=(WEST, EAST, HOME)),)
    override = ParameterOverride(accounts=(), regions=(WEST,), parameters={"Suffix": "prod"})
    deployment = a_deployment(targets=targets, overrides=(override,))
    observed = _adopted(pins=False)
    moving = (
        Moving(key=STACKS[0].key, name="Suffix", there="dev", other="old", by_import=True),
        Moving(key=STACKS[1].key, name="Suffix", there="prod", other="dev", by_import=False),
    )
    unread = (a_stack_to_import(a_key(region=EAST), unread="may not enter"),)
    imported = _imported(deployment, observed, moving=moving, unread=unread)
    return import_result(_outcome(observed), imported, {}, go_on=GO_ON)


def _failed():
    failed = an_instance(
        STACKS[1].key,
        stack_id=STACKS[1].id,
        status=InstanceStatus.INOPERABLE,
        detailed_status=DetailedStatus.FAILED_IMPORT,
        status_reason="The template of the stack does not match.",
    )
    observed = a_stack_set(an_instance(STACKS[0].key, stack_id=STACKS[0].id), failed)
    result = a_result(
        failed.key, status=ResultStatus.FAILED, status_reason="The template does not match."
    )
    outcome = _outcome(
        observed,
        verdict=Verdict.FAILED,
        root_causes=find_root_causes(FakeAws(), a_deployment(), observed, [result]),
        remaining=make_import_plan(a_deployment(), observed, STACKS),
    )
    return import_result(outcome, None, {}, go_on=GO_ON)


def _again():
    observed = _adopted()
    plan = make_import_plan(a_deployment(), observed, STACKS)
    imported = _imported(a_deployment(), observed)
    return no_import_result(plan, observed, imported, {}, go_on=GO_ON)


def _text(said):
    return "".join(f"{line.text}\n" for line in said.lines)


@pytest.mark.parametrize(
    "make",
    [_planned, _refused, _succeeded, _succeeded_and_left, _failed, _again],
    ids=lambda make: make.__name__,
)
def test_an_import_reads_as_reviewed(make, golden):
    golden(f"import{make.__name__}.txt", _text(make()))


@pytest.mark.parametrize("make", [_succeeded_and_left, _failed, _again])
def test_the_result_is_data_that_json_can_hold(make):
    result = make()

    data = json.loads(json.dumps(result.data))

    assert data["verdict"] == result.code
    if result.exit_code:
        assert data["imported"] is None
    else:
        assert data["imported"]["stack_ids"] == [one.id for one in STACKS]


def test_what_moves_and_what_was_not_read_again_is_data_too():
    imported = _succeeded_and_left().data["imported"]

    assert [one["by_import"] for one in imported["moving"]] == [True, False]
    assert imported["moving"][1] == {
        "account": ACCOUNT,
        "region": WEST,
        "name": "Suffix",
        "there": "prod",
        "other": "dev",
        "by_import": False,
    }
    assert imported["unread"] == [{"stack_id": STACKS[0].id, "why": "may not enter"}]
