"""`stacksets diagnose` in a world of fakes: which question is asked, and the exit code."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from stacksets.model.desired import OperationId
from stacksets.model.observed import DetailedStatus, InstanceStatus, OperationStatus, ResultStatus
from tests.builders import (
    ACCOUNT,
    EAST,
    NAME,
    WEST,
    a_key,
    a_result,
    a_stack_set,
    an_instance,
    an_operation,
)
from tests.deployment_files import a_document, as_toml
from tests.fakes import FakeAws
from tests.worlds import a_world, type_command

FAILED = {
    "status": InstanceStatus.OUTDATED,
    "detailed_status": DetailedStatus.FAILED,
    "status_reason": "Topic greeting already exists.",
    "stack_id": None,
}


@pytest.fixture
def aws():
    fake = FakeAws()
    put(fake, an_instance(stack_id=None), an_instance(a_key(region=WEST), stack_id=None))
    return fake


@pytest.fixture
def run(tmp_path, aws):
    (tmp_path / "t.json").write_text('{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}')
    document = a_document(stack_set={"parameters": {}})
    text = "".join(f"{key} = {as_toml(value)}\n" for key, value in document.items())
    (tmp_path / "stacksets.toml").write_text(text)

    def run(*arguments):
        file = tmp_path / "stacksets.toml"
        return type_command("diagnose", *arguments, files=[file], world=a_world(aws=aws))

    return run


def put(aws, *instances):
    aws.fake_stack_sets.sets[NAME] = a_stack_set(*instances)


def test_a_stack_set_that_is_well_is_exit_0(run):
    code, out, _ = run()

    assert (code, out) == (0, f"No fault found in stack set {NAME}\n")


def test_a_stack_set_that_was_never_made_is_exit_0_and_told(run, aws):
    aws.fake_stack_sets.sets.clear()

    code, out, _ = run()

    assert (code, out) == (0, f"There is no stack set {NAME} in {ACCOUNT} in us-west-2\n")


def test_a_failed_instance_is_exit_5_with_its_reason_and_what_to_do(run, aws):
    put(aws, an_instance(**FAILED), an_instance(a_key(region=WEST), stack_id=None))

    code, out, _ = run()

    assert code == 5
    assert f"  1  {ACCOUNT}/{EAST}\n     Topic greeting already exists.\n" in out
    assert "→ leave the name to CloudFormation" in out


def test_an_instance_that_cannot_be_read_is_exit_4(run, aws):
    put(aws, an_instance(stack_exists=None), an_instance(a_key(region=WEST), stack_id=None))
    aws.closed.add(a_key())

    code, out, _ = run()

    assert code == 4
    assert f"could not tell about {ACCOUNT}/{EAST}: may not enter" in out


def test_an_operation_is_diagnosed_by_its_id(run, aws):
    operation = an_operation(id=OperationId("op-7"), status=OperationStatus.FAILED)
    aws.fake_stack_sets.operations["op-7"] = operation
    aws.fake_stack_sets.results["op-7"] = (
        replace(a_result(), status=ResultStatus.FAILED, status_reason="quota"),
    )

    code, out, _ = run("--operation", "op-7", "--output", "json")

    result = json.loads(out.splitlines()[-1])
    assert (code, result["code"], result["operation"]["id"]) == (5, "fault", "op-7")
    assert [one["reason"] for one in result["root_causes"]] == ["quota"]


def test_an_operation_that_is_not_there_is_input_refused(run):
    code, _, err = run("--operation", "op-9")

    assert code == 3
    assert f"stack set {NAME} has no operation op-9" in err
