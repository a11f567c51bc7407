"""Account gates: functions in target accounts that may keep an operation out."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from tests.conformance.organizations import World, make_organization
from tests.conformance.stack_sets import (
    ADMIN,
    EAST,
    EXECUTION_ROLE,
    TARGET,
    WEST,
    make_administration_role,
    make_execution_role,
    policy,
    template,
)

pytestmark = [pytest.mark.conformance, pytest.mark.emulator_only]

GATE = "AWSCloudFormationStackSetAccountGate"
ANSWER = "def handler(event, context):\n    return {answer!r}\n"
FAILING = "def handler(event, context):\n    raise ValueError('broken')\n"


def make_gate(local_aws, region: str, code: str) -> None:
    """Put a gate into the target account."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", code)
    local_aws.client("lambda", TARGET, region).create_function(
        FunctionName=GATE,
        Runtime="python3.11",
        Handler="index.handler",
        Role=f"arn:aws:iam::{TARGET}:role/gate",
        Code={"ZipFile": packed.getvalue()},
    )


def allow_gates(local_aws) -> None:
    """Let the execution role of the target account invoke functions."""
    invoke = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"}
    local_aws.client("iam", TARGET).put_role_policy(
        RoleName=EXECUTION_ROLE, PolicyName="invoke", PolicyDocument=policy(invoke)
    )


@pytest.fixture
def self_managed(local_aws) -> World:
    """A self-managed stack set and its role chain; `World` for its looks at operations."""
    make_administration_role(local_aws.client("iam", ADMIN))
    make_execution_role(local_aws.client("iam", TARGET))
    world = World(local=local_aws, management=ADMIN, root="")
    world.stack_sets().create_stack_set(StackSetName="site", TemplateBody=template())
    return world


def create(world: World, *regions: str):
    """Create instances in the target account: the operation, and its results by Region."""
    answer = world.stack_sets().create_stack_instances(
        StackSetName="site", Accounts=[TARGET], Regions=list(regions)
    )
    operation = world.finish(answer["OperationId"])
    results = world.results(answer["OperationId"])
    return operation, {region: item for (_, region), item in results.items()}


def test_an_absent_gate_is_skipped(self_managed):
    operation, results = create(self_managed, EAST)
    assert operation["Status"] == "SUCCEEDED"
    assert results[EAST]["AccountGateResult"] == {
        "Status": "SKIPPED",
        "StatusReason": f"Function not found: arn:aws:lambda:{EAST}:{TARGET}:function:{GATE}",
    }


def test_a_gate_lets_an_operation_through(self_managed):
    allow_gates(self_managed.local)
    make_gate(self_managed.local, EAST, ANSWER.format(answer={"Status": "SUCCEEDED"}))
    operation, results = create(self_managed, EAST)
    assert operation["Status"] == "SUCCEEDED"
    assert results[EAST]["AccountGateResult"] == {"Status": "SUCCEEDED"}


@pytest.mark.parametrize(
    "code",
    [
        ANSWER.format(answer={"Status": "FAILED"}),
        ANSWER.format(answer="SUCCEEDED"),
        FAILING,
    ],
)
def test_a_closed_gate_counts_as_a_failure(self_managed, code):
    allow_gates(self_managed.local)
    make_gate(self_managed.local, EAST, code)
    operation, results = create(self_managed, EAST, WEST)
    assert operation["Status"] == "FAILED"
    assert (results[EAST]["Status"], results[EAST]["StatusReason"]) == (
        "FAILED",
        "AccountGate check failed",
    )
    assert results[EAST]["AccountGateResult"]["Status"] == "FAILED"
    assert results[WEST]["Status"] == "CANCELLED"
    assert "AccountGateResult" not in results[WEST]
    row = self_managed.instances()[TARGET, EAST]
    assert (row["Status"], row["StatusReason"]) == ("OUTDATED", "AccountGate check failed")
    assert self_managed.stacks(TARGET, EAST) == []


def test_a_gate_that_the_execution_role_may_not_invoke_is_skipped(self_managed):
    make_gate(self_managed.local, EAST, ANSWER.format(answer={"Status": "FAILED"}))
    operation, results = create(self_managed, EAST)
    assert operation["Status"] == "SUCCEEDED"
    gate = results[EAST]["AccountGateResult"]
    assert gate["Status"] == "SKIPPED"
    assert "not authorized to perform: lambda:InvokeFunction" in gate["StatusReason"]


def test_a_gate_is_asked_by_updates_and_deletes_too(self_managed):
    create(self_managed, EAST)
    allow_gates(self_managed.local)
    make_gate(self_managed.local, EAST, ANSWER.format(answer={"Status": "FAILED"}))
    client = self_managed.stack_sets()
    update = client.update_stack_set(StackSetName="site", UsePreviousTemplate=True)
    assert self_managed.finish(update["OperationId"])["Status"] == "FAILED"
    delete = client.delete_stack_instances(
        StackSetName="site", Accounts=[TARGET], Regions=[EAST], RetainStacks=False
    )
    assert self_managed.finish(delete["OperationId"])["Status"] == "FAILED"
    assert len(self_managed.stacks(TARGET, EAST)) == 1


def test_service_managed_stack_sets_ask_gates_without_a_role_of_the_users(local_aws):
    world = make_organization(local_aws, {"Apps": [TARGET]})
    world.trust_stack_sets()
    world.create_stack_set()
    make_gate(local_aws, EAST, ANSWER.format(answer={"Status": "FAILED"}))
    operation = world.create_instances([world.units["Apps"]], [EAST])
    assert operation["Status"] == "FAILED"
    result = world.results(operation["OperationId"])[TARGET, EAST]
    assert result["StatusReason"] == "AccountGate check failed"
    assert json.loads(
        result["AccountGateResult"]["StatusReason"].removeprefix("Function answered: ")
    ) == {"Status": "FAILED"}
