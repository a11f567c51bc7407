"""What diagnose says of failures that really happened, in the embedded AWS's own words."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from stacksets.diagnosing import diagnose, diagnose_operation
from stacksets.model.desired import OperationPreferences, RegionConcurrency, Template
from stacksets.model.diagnosis import DiagnosisState
from stacksets.model.outcome import Verdict, WrittenAt
from stacksets.preflight import check_ready
from stacksets.template import parse_template
from tests.builders import ACCOUNT, EAST, HOME, NAME, OTHER_ACCOUNT, WEST
from tests.conformance.stack_sets import make_execution_role
from tests.integration.commands import copy_project
from tests.integration.deployer import a_regional_deployment, make_roles, regional_template

if TYPE_CHECKING:
    from pathlib import Path

    from stacksets.model.desired import Deployment
    from stacksets.model.diagnosis import Diagnosis
    from tests.integration.deployer import Deployer
    from tests.local_aws import LocalAws

pytestmark = pytest.mark.integration

NOBODY = {"Version": "2012-10-17", "Statement": []}
ROLE = {
    "Type": "AWS::IAM::Role",
    "Properties": {"RoleName": "greeting", "AssumeRolePolicyDocument": NOBODY},
}
YAML = """Resources:
  Logs:
    Type: AWS::Logs::LogGroup
  # Takes a second to fail.
  Handle:
    Type: AWS::CloudFormation::WaitConditionHandle
  Wait:
    Type: AWS::CloudFormation::WaitCondition
    Properties: {Handle: !Ref Handle, Timeout: "1", Count: 1}
"""
AT_ONCE = OperationPreferences(
    region_concurrency=RegionConcurrency.PARALLEL, failure_tolerance_count=1
)


def look(deployer: Deployer, deployment: Deployment) -> Diagnosis:
    observed = deployer.observe(deployment)
    assert observed is not None
    return diagnose(deployer.aws, deployment, observed)


def a_template_file(path: Path, body: str) -> Template:
    path.write_text(body)
    return Template(
        path=str(path),
        body=body,
        sha256=hashlib.sha256(body.encode()).hexdigest(),
        content=parse_template(body),
    )


@pytest.mark.exhaustive
def test_a_deploy_that_went_well_has_no_fault(deployer: Deployer) -> None:
    deployment = a_regional_deployment()
    deployer.deploy(deployment)

    assert look(deployer, deployment).state is DiagnosisState.NO_FAULT


def test_a_name_that_two_regions_make_is_found_beforehand_and_told_afterwards(
    deployer: Deployer,
) -> None:
    content = regional_template(resources={"Role": ROLE})
    deployment = a_regional_deployment(content=content, operation_preferences=AT_ONCE)

    ready = check_ready(deployment, deployer.aws, deployer.aws.identity(), None)
    outcome = deployer.deploy(deployment)
    found = look(deployer, deployment)

    [problem] = ready.problems
    assert "would be made more than once" in problem.what
    assert outcome.verdict is Verdict.PARTIAL
    [cause] = found.causes
    assert (cause.logical_id, cause.resource_type) == ("Role", "AWS::IAM::Role")
    assert cause.hint is not None
    assert cause.hint.code == "name_taken"
    assert cause.source == WrittenAt(path="t.json", line=1)
    assert outcome.root_causes == (cause,)


@pytest.mark.exhaustive
def test_a_name_that_somebody_else_has_is_found_beforehand(deployer: Deployer) -> None:
    iam = deployer.local.client("iam", ACCOUNT)
    iam.create_role(RoleName="greeting", AssumeRolePolicyDocument=json.dumps(NOBODY))
    content = regional_template(resources={"Role": ROLE})
    deployment = a_regional_deployment(content=content, regions=(EAST,))

    ready = check_ready(deployment, deployer.aws, deployer.aws.identity(), None)

    assert [one.what for one in ready.problems] == [
        (
            'AWS::IAM::Role "greeting" is there already, and not from this stack set: '
            f"in {ACCOUNT} ({EAST})"
        )
    ]


@pytest.mark.exhaustive
def test_a_resource_of_a_yaml_template_is_told_by_its_line(
    deployer: Deployer, tmp_path: Path
) -> None:
    template = a_template_file(tmp_path / "t.yaml", YAML)
    deployment = a_regional_deployment(template=template, regions=(EAST,))
    deployer.deploy(deployment)

    [cause] = look(deployer, deployment).causes

    assert cause.logical_id == "Wait"
    assert cause.source == WrittenAt(path=str(tmp_path / "t.yaml"), line=7)


@pytest.mark.emulator_only
def test_the_cascade_is_a_list_of_what_was_not_attempted(deployer: Deployer) -> None:
    deployer.local.set_control_plane(
        failures=[{"account": ACCOUNT, "region": WEST, "reason": "Cannot exceed quota for X: 1"}]
    )
    deployment = a_regional_deployment()
    outcome = deployer.deploy(deployment)

    found = look(deployer, deployment)

    assert [(one.region, one.hint and one.hint.code) for one in found.causes] == [(WEST, "quota")]
    assert [key.region for key in found.not_attempted] == [EAST]
    observed = deployer.observe(deployment)
    assert observed is not None
    again = diagnose_operation(deployer.aws, deployment, observed, outcome.operation_ids[-1])
    assert (again.causes, again.not_attempted) == (found.causes, found.not_attempted)


REASONS = {
    "execution_role": (
        f"Account {ACCOUNT} should have 'execution' role with trust relationship to Role "
        "'administration'."
    ),
    "sts_inactive": (
        f"STS is not activated in this region for account:{ACCOUNT}. Your account administrator "
        "can activate STS in this region using the IAM Console."
    ),
    "account_gate": "AccountGate check failed",
    "service_control_policy": (
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/stacksets-exec-1/x is not authorized to "
        "perform: cloudformation:UpdateStack with an explicit deny in a service control policy"
    ),
}


@pytest.mark.emulator_only
@pytest.mark.exhaustive
def test_a_refusal_in_the_words_of_aws_has_its_hint_and_no_older_cause(deployer: Deployer) -> None:
    deployment = a_regional_deployment(regions=(EAST,))
    deployer.deploy(deployment)
    client = deployer.local.client("cloudformation", ACCOUNT, HOME)
    told = {}
    for code, reason in REASONS.items():
        failure = {"account": ACCOUNT, "region": EAST, "reason": reason}
        deployer.local.set_control_plane(failures=[failure])
        started = client.update_stack_instances(
            StackSetName=NAME, Accounts=[ACCOUNT], Regions=[EAST]
        )
        _wait(deployer.local, started["OperationId"])
        [cause] = look(deployer, deployment).causes
        assert cause.reason == reason
        told[code] = cause.hint and cause.hint.code

    assert told == {code: code for code in REASONS}


def test_an_account_that_cannot_be_read_is_neither_well_nor_at_fault(stranger: Deployer) -> None:
    deployer = stranger
    make_roles(deployer.local)
    iam = deployer.local.client("iam", OTHER_ACCOUNT)
    trusted = f"arn:aws:iam::{ACCOUNT}:role/administration"
    make_execution_role(iam, name="execution", trusted=trusted)
    deployment = a_regional_deployment(regions=(EAST,), accounts=(OTHER_ACCOUNT,))
    deployer.deploy(deployment)

    found = look(deployer, deployment)

    assert found.state is DiagnosisState.UNKNOWN
    [unread] = found.unread
    assert unread.key.account == OTHER_ACCOUNT
    assert "sts:AssumeRole" in unread.why


@pytest.mark.exhaustive
def test_a_nested_stack_that_failed_has_the_reason_of_the_resource_inside(
    deployer: Deployer,
) -> None:
    """The embedded AWS gives the outer event the inner one's words, and no id to follow."""
    s3 = deployer.local.client("s3", ACCOUNT, EAST)
    s3.create_bucket(Bucket="nested")
    body = json.dumps(parse_template(YAML))
    s3.put_object(Bucket="nested", Key="inner.json", Body=body.encode())
    url = "https://s3.amazonaws.com/nested/inner.json"
    nested = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}}
    content = regional_template(resources={"Inner": nested})
    deployment = a_regional_deployment(content=content, regions=(EAST,))
    deployer.deploy(deployment)

    [cause] = look(deployer, deployment).causes

    assert (cause.logical_id, cause.resource_type) == ("Inner", "AWS::CloudFormation::Stack")
    assert cause.reason.startswith("WaitCondition timed out")
    assert cause.source == WrittenAt(path="t.json", line=1)


def test_a_bucket_that_a_validation_refuses_is_told_by_the_validation(deployer: Deployer) -> None:
    deployer.local.client("s3", ACCOUNT, EAST).create_bucket(Bucket="taken-by-another")
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "taken-by-another"}}
    content = regional_template(resources={"Bucket": bucket})
    deployment = a_regional_deployment(content=content, regions=(EAST,))
    deployer.deploy(deployment)

    [cause] = look(deployer, deployment).causes

    assert cause.logical_id == "Bucket"
    assert cause.hint is not None
    assert cause.hint.code == "name_taken"


@pytest.mark.exhaustive
def test_a_stack_deleted_by_hand_is_a_fault_with_the_way_back(deployer: Deployer) -> None:
    deployment = a_regional_deployment(regions=(EAST,))
    deployer.deploy(deployment)
    [stack_id] = deployer.stacks()
    deployer.local.client("cloudformation", ACCOUNT, EAST).delete_stack(StackName=stack_id)

    [cause] = look(deployer, deployment).causes

    assert (cause.reason, cause.stack_id) == ("the stack is gone", stack_id)


@pytest.mark.emulator_only
def test_a_resource_of_our_service_is_told_by_the_function_that_made_it(
    stranger: Deployer, tmp_path: Path
) -> None:
    folder = copy_project(tmp_path)
    assert folder.run("bootstrap", "--yes").exit_code == 0
    reason = (
        "ResourceLogicalId:Function, ResourceType:AWS::Lambda::Function, "
        "ResourceStatusReason:Cannot exceed quota for functions: 1."
    )
    failures = [{"account": ACCOUNT, "region": region, "reason": reason} for region in (EAST, WEST)]
    stranger.local.set_control_plane(failures=failures)
    deployed = folder.deploy()

    ran = folder.run("diagnose")

    assert (deployed.exit_code, ran.exit_code, ran.result["code"]) == (5, 5, "fault")
    [cause] = ran.result["root_causes"]
    assert cause["source"] == {
        "module": "generator.service.function",
        "function": "build_compute",
    }
    assert cause["hint"]["code"] == "quota"
    assert deployed.result["root_causes"] == ran.result["root_causes"]
    assert ran.result["not_attempted"] == [f"{ACCOUNT}/{EAST}"]


def _wait(local: LocalAws, operation_id: str) -> None:
    client = local.client("cloudformation", ACCOUNT, HOME)
    status = "RUNNING"
    while status in {"RUNNING", "QUEUED"}:
        answer = client.describe_stack_set_operation(StackSetName=NAME, OperationId=operation_id)
        status = answer["StackSetOperation"]["Status"]
