"""What people read of a plan."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from stacksets.effective import find_effective
from stacksets.model.desired import KeptValue, ParameterOverride
from stacksets.model.observed import DetailedStatus, InstanceStatus, OperationStatus
from stacksets.model.plan import Retention
from stacksets.plan import PlanOptions, make_destroy_plan, make_plan
from stacksets.report.plan import plan_message
from tests.builders import (
    ACCOUNT,
    CONTENT,
    EAST,
    OTHER_ACCOUNT,
    WEST,
    a_deployment,
    a_key,
    a_stack_set,
    a_template,
    an_instance,
    an_operation,
    targets,
)

BOTH = (an_instance(a_key(region=EAST)), an_instance(a_key(region=WEST)))
WARNING = (
    "GET /myresource and GET /health are public (no authentication); at the default throttle the "
    "worst month costs about $1,000"
)


def _create():
    return plan_message(make_plan(a_deployment(), None), [WARNING])


def _no_changes():
    read = (replace(one, overrides={}) for one in BOTH)
    return plan_message(make_plan(a_deployment(), a_stack_set(*read)))


def _no_changes_seen():
    return plan_message(make_plan(a_deployment(), a_stack_set(*BOTH)))


def _no_changes_with_notes():
    deployment = a_deployment(
        tags={"Author": "somebody", "Repository": KeptValue(fallback="unknown")},
        informational=frozenset({"Author"}),
    )
    observed = a_stack_set(*BOTH, tags={"Author": "another", "Repository": "here"})
    return plan_message(make_plan(deployment, observed))


def _update():
    content = {
        "Parameters": {
            "Suffix": {"Type": "String", "Default": "dev"},
            "Secret": {"Type": "String", "NoEcho": True},
        },
        "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}},
    }
    deployment = a_deployment(
        template=a_template(content), parameters={"Suffix": "prod", "Secret": "s3cret"}
    )
    return plan_message(make_plan(deployment, a_stack_set(*BOTH)))


def _region_replaced():
    deployment = a_deployment(targets=targets((ACCOUNT, "eu-west-1"), (ACCOUNT, EAST)))
    return plan_message(make_plan(deployment, a_stack_set(*BOTH)))


def _mended():
    deployment = a_deployment(
        targets=targets((ACCOUNT, EAST), (ACCOUNT, WEST), (OTHER_ACCOUNT, EAST)),
        overrides=(
            ParameterOverride(accounts=(OTHER_ACCOUNT,), regions=(), parameters={"Suffix": "two"}),
        ),
    )
    failed = {
        "status": InstanceStatus.OUTDATED,
        "detailed_status": DetailedStatus.FAILED,
        "status_reason": "Resource handler returned message: limit exceeded",
    }
    observed = a_stack_set(
        an_instance(a_key(region=EAST), overrides={}, stack_exists=False),
        an_instance(a_key(region=WEST), overrides={}, **failed),
        an_instance(a_key(OTHER_ACCOUNT, EAST), overrides={}),
    )
    return plan_message(make_plan(deployment, observed, PlanOptions(remove_first=True)))


def _attach():
    running = an_operation(id="op-running", status=OperationStatus.RUNNING)
    return plan_message(make_plan(a_deployment(), a_stack_set(*BOTH, operations=(running,))))


def _destroy():
    return plan_message(make_destroy_plan(a_deployment(), a_stack_set(*BOTH)))


def _destroy_retaining_stacks():
    return plan_message(make_destroy_plan(a_deployment(), a_stack_set(*BOTH), Retention.ALL))


def _destroy_retaining_inoperable():
    stuck = an_instance(a_key(region=EAST), status=InstanceStatus.INOPERABLE)
    gone = an_instance(a_key(OTHER_ACCOUNT, EAST), stack_exists=False)
    observed = a_stack_set(stuck, BOTH[1], gone)
    return plan_message(make_destroy_plan(a_deployment(), observed, Retention.INOPERABLE))


def _inoperable_left_the_file():
    stuck = an_instance(a_key(region=EAST), status=InstanceStatus.INOPERABLE)
    deployment = a_deployment(targets=targets((ACCOUNT, WEST)))
    options = PlanOptions(retain_inoperable=True)
    return plan_message(make_plan(deployment, a_stack_set(stuck, BOTH[1]), options))


def _many():
    accounts = [f"{number:012}" for number in range(1, 25)]
    deployment = a_deployment(
        targets=(replace(a_deployment().targets[0], accounts=tuple(accounts)),)
    )
    left = (an_instance(a_key(accounts[0], EAST)), an_instance(a_key(ACCOUNT, EAST)))
    return plan_message(make_plan(deployment, a_stack_set(*left)))


def _many_left():
    """One of a thousand is created, and the rest is left."""
    accounts = [f"{number:012}" for number in range(1, 501)]
    group = replace(a_deployment().targets[0], accounts=tuple(accounts))
    deployment = a_deployment(targets=(group,))
    there = [an_instance(key) for key in deployment.instance_keys()[1:]]
    return plan_message(make_plan(deployment, a_stack_set(*there)))


def _many_replaced():
    """Whose stack is gone is taken out and made anew, which takes consent: who that is, is said."""
    accounts = [f"{number:012}" for number in range(1, 25)]
    group = replace(a_deployment().targets[0], accounts=tuple(accounts))
    deployment = a_deployment(targets=(group,))
    there = (an_instance(key, stack_exists=False) for key in deployment.instance_keys())
    return plan_message(make_plan(deployment, a_stack_set(*there)))


def _many_failed():
    """Hundreds of failures: most differ by ids alone, some wholly, and one reason is long."""
    accounts = [f"{number:012}" for number in range(1, 101)]
    group = replace(a_deployment().targets[0], accounts=tuple(accounts))
    deployment = a_deployment(targets=(group,))
    there = (an_instance(key, **_failure(key)) for key in deployment.instance_keys())
    return plan_message(make_plan(deployment, a_stack_set(*there)))


def _failure(key):
    number = int(key.account)
    request = f"(RequestToken: {number:08x}-1f2e-3d4c-5b6a-798897a6b5c4, HandlerErrorCode: Gone)"
    reason = f"Role arn:aws:iam::{key.account}:role/worker is not there {request}"
    if number > 95:
        reason = f"the custom resource said {number * 7919}"
    if number == 95 and key.region == EAST:
        reason = f"Resource handler returned message: {'a very long reason ' * 20}at its end"
    return {
        "status": InstanceStatus.OUTDATED,
        "detailed_status": DetailedStatus.FAILED,
        "status_reason": reason,
    }


def _parameters_come_and_go():
    content = {**CONTENT, "Parameters": {}, "Description": "New"}
    deployment = a_deployment(template=a_template(content), tags={"Team": "blue"})
    return plan_message(make_plan(deployment, a_stack_set(*BOTH)))


def _with_parameters():
    content = {
        **CONTENT,
        "Parameters": {
            "Suffix": {"Type": "String"},
            "LogLevel": {"Type": "String", "Default": "INFO"},
            "Timeout": {"Type": "Number", "Default": 20},
            "Password": {"Type": "String", "NoEcho": True},
        },
    }
    deployment = a_deployment(
        template=a_template(content),
        parameters={"Suffix": "dev", "Password": "s3cret"},
        overrides=(
            ParameterOverride(accounts=(), regions=(EAST,), parameters={"Timeout": "30"}),
            ParameterOverride(accounts=(), regions=(WEST,), parameters={"LogLevel": "DEBUG"}),
        ),
    )
    observed = a_stack_set(
        an_instance(a_key(region=EAST), overrides={"Timeout": "25"}),
        an_instance(a_key(region=WEST), overrides={"LogLevel": "DEBUG", "Suffix": "mine"}),
        template_body=json.dumps(content),
        parameters={"Suffix": "dev", "LogLevel": "INFO", "Timeout": "10", "Password": "****"},
    )
    plan = make_plan(deployment, observed)
    return plan_message(plan, (), find_effective(deployment, observed))


@pytest.mark.parametrize(
    "make",
    [
        _with_parameters,
        _create,
        _no_changes,
        _no_changes_seen,
        _no_changes_with_notes,
        _update,
        _region_replaced,
        _mended,
        _attach,
        _destroy,
        _destroy_retaining_stacks,
        _destroy_retaining_inoperable,
        _inoperable_left_the_file,
        _many,
        _many_failed,
        _many_left,
        _many_replaced,
        _parameters_come_and_go,
    ],
    ids=lambda make: make.__name__,
)
def test_a_plan_reads_as_reviewed(make, golden):
    text = "".join(f"{line.text}\n" for line in make().lines)

    golden(f"plan{make.__name__}.txt", text)


def test_however_many_fail_unlike_each_other_no_line_grows_with_them():
    message = _many_failed()
    assert max(len(line.text) for line in message.lines) < 600
    whole = " ".join(" ".join(line.text for line in message.lines).split())
    assert f"{'a very long reason ' * 20}at its end" in whole, "a failure is told whole"
    changes = message.data["instances"]
    assert len({one["why"] for one in changes}) > 100, "and data holds every one"


def test_every_stack_instance_has_its_reason_as_text_and_as_data():
    message = _region_replaced()
    [left] = [one for one in message.data["instances"] if one["change"] == "leave"]
    assert left == {"account": ACCOUNT, "region": EAST, "change": "leave", "why": "as desired"}
    assert all(one["why"] for one in message.data["instances"])
    assert f"     {ACCOUNT}/{EAST}  leave   as desired" in [line.text for line in message.lines]


def test_no_value_of_a_parameter_that_may_be_a_secret_is_shown():
    assert "s3cret" not in str(_update())
    assert "s3cret" not in str(_with_parameters())
