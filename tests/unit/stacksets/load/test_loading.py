from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from stacksets.load import load_deployment
from stacksets.model.desired import (
    Bootstrap,
    ConcurrencyMode,
    DeploymentTargets,
    KeptValue,
    OperationPreferences,
    ParameterOverride,
    PermissionModel,
    RegionConcurrency,
)
from stacksets.model.smoke import Smoke
from tests.deployment_files import load, write_file

ROOT = Path(__file__).parents[4]


def test_the_least_file_gives_a_deployment_with_the_defaults_of_aws(tmp_path):
    deployment = load(tmp_path)
    assert deployment.name == "greeting-dev"
    assert deployment.home_region == "us-west-2"
    assert deployment.targets == (
        DeploymentTargets(accounts=("self",), regions=("us-east-1", "us-west-1")),
    )
    assert deployment.parameters == {"Suffix": "dev"}
    assert deployment.permission_model is PermissionModel.SELF_MANAGED
    assert deployment.operation_preferences == OperationPreferences()
    assert deployment.managed_execution is False
    assert (deployment.smoke, deployment.bootstrap, deployment.admin_account) == (None, None, None)


def test_file_and_template_are_known_by_the_sha256_of_their_bytes(tmp_path):
    deployment = load(tmp_path)
    path, template = tmp_path / "stacksets.toml", tmp_path / "t.json"
    assert deployment.path == str(path)
    assert deployment.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert deployment.template.sha256 == hashlib.sha256(template.read_bytes()).hexdigest()
    assert deployment.template.body == template.read_text()
    assert deployment.template.path == str(template)
    assert "Topic" in deployment.template.content["Resources"]


def test_every_key_of_the_stack_set_arrives(tmp_path):
    deployment = load(
        tmp_path,
        stack_set={
            "admin_account": "111111111111",
            "read_role_name": "{environment}-read",
            "description": "greets",
            "capabilities": ["CAPABILITY_IAM"],
            "permission_model": "SELF_MANAGED",
            "administration_role_arn": "arn:aws:iam::{admin_account}:role/x/{environment}",
            "execution_role_name": "{environment}-execution",
            "managed_execution": True,
            "informational": ["Author"],
            "unique_across_accounts": ["Suffix", "Author", "Suffix"],
            "tags": {"Author": "{author}"},
        },
    )
    assert deployment.admin_account == "111111111111"
    assert deployment.read_role_name == "dev-read"
    assert deployment.description == "greets"
    assert deployment.capabilities == ("CAPABILITY_IAM",)
    assert deployment.administration_role_arn == "arn:aws:iam::{admin_account}:role/x/dev"
    assert deployment.execution_role_name == "dev-execution"
    assert deployment.managed_execution is True
    assert deployment.informational == {"Author"}
    assert deployment.unique_across_accounts == ("Suffix", "Author")


def test_operation_preferences_and_overrides_arrive(tmp_path):
    deployment = load(
        tmp_path,
        operation_preferences={
            "region_order": ["us-west-1"],
            "region_concurrency": "PARALLEL",
            "max_concurrent_percentage": 50,
            "failure_tolerance_count": 0,
            "concurrency_mode": "SOFT_FAILURE_TOLERANCE",
        },
        overrides=[{"regions": ["us-west-1"], "parameters": {"Author": "x"}}],
    )
    assert deployment.operation_preferences == OperationPreferences(
        region_order=("us-west-1",),
        region_concurrency=RegionConcurrency.PARALLEL,
        max_concurrent_percentage=50,
        failure_tolerance_count=0,
        concurrency_mode=ConcurrencyMode.SOFT_FAILURE_TOLERANCE,
    )
    assert deployment.overrides == (
        ParameterOverride(accounts=(), regions=("us-west-1",), parameters={"Author": "x"}),
    )


def test_preferences_without_a_word_on_regions_go_one_region_after_the_other(tmp_path):
    preferences = load(tmp_path, operation_preferences={}).operation_preferences
    assert preferences == OperationPreferences()


def test_the_bootstrap_has_the_tags_of_the_stack_set_unless_it_has_its_own(tmp_path):
    tags = {"Author": "a"}
    bootstrap = {"stack_name": "first-{environment}", "template": "t.json"}
    inherited = load(tmp_path, stack_set={"tags": tags}, bootstrap=bootstrap).bootstrap
    assert isinstance(inherited, Bootstrap)
    assert (inherited.stack_name, inherited.tags, inherited.parameters) == ("first-dev", tags, {})
    own = load(
        tmp_path, stack_set={"tags": tags}, bootstrap={**bootstrap, "tags": {"Own": "yes"}}
    ).bootstrap
    assert own is not None
    assert own.tags == {"Own": "yes"}


def test_smoke_may_sign_where_parameters_have_certain_values(tmp_path):
    table = {"output": "Endpoint", "path": "x", "sign": "execute-api"}
    always = load(tmp_path, smoke=table).smoke
    some = load(tmp_path, smoke={**table, "sign_where": {"Suffix": "dev"}}).smoke
    assert (always.sign, always.sign_where) == ("execute-api", {})
    assert (some.sign, some.sign_where) == ("execute-api", {"Suffix": "dev"})


def test_smoke_keeps_its_defaults_where_the_file_is_silent(tmp_path):
    smoke = load(tmp_path, smoke={"output": "Endpoint", "path": "x"}).smoke
    assert smoke == Smoke(output="Endpoint", path="x", status=200, body=None, burst=8)


def test_the_body_of_a_good_answer_keeps_region_and_account_for_later(tmp_path):
    body = "{environment} in {region} of {account}"
    smoke = load(tmp_path, smoke={"output": "Endpoint", "path": "x", "body": body}).smoke
    assert smoke is not None
    assert smoke.body == "dev in {region} of {account}"


def test_repository_and_author_come_from_their_variables(tmp_path):
    deployment = load(
        tmp_path,
        environ={"REPOSITORY": "acme/greeting", "COMMIT_AUTHOR": "Ann"},
        stack_set={"tags": {"Both": "{repository} by {author}"}},
    )
    assert deployment.tags == {"Both": "acme/greeting by Ann"}


@pytest.mark.parametrize("environ", [{}, {"COMMIT_AUTHOR": ""}])
def test_an_unset_variable_keeps_what_is_deployed_and_a_first_deploy_says_unknown(
    tmp_path, environ
):
    deployment = load(tmp_path, environ=environ, stack_set={"tags": {"Author": "by {author}"}})
    assert deployment.tags == {"Author": KeptValue(fallback="by unknown")}


def test_a_template_may_be_yaml_with_short_forms(tmp_path):
    (tmp_path / "t.yaml").write_text(
        "Parameters: {Suffix: {Type: String}}\n"
        "Resources: {Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref Suffix}}}\n"
    )
    template = load(tmp_path, stack_set={"template": "t.yaml"}).template
    assert template.content["Resources"]["Topic"]["Properties"] == {"TopicName": {"Ref": "Suffix"}}


def test_templates_are_found_from_the_deployment_file_and_not_from_where_one_stands(
    tmp_path, monkeypatch
):
    (tmp_path / "deep").mkdir()
    write_file(tmp_path / "deep")
    monkeypatch.chdir(tmp_path)
    deployment = load_deployment(Path("deep/stacksets.toml"), environment=None, environ={})
    assert deployment.template.path == "deep/t.json"


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_our_own_deployment_file_loads(environment):
    deployment = load_deployment(
        ROOT / "stacksets.toml", environment=environment, environ={"COMMIT_AUTHOR": "Ann"}
    )
    assert deployment.name == f"multi-region-service-{environment}"
    assert deployment.regions() == ("us-east-1", "us-west-1")
    assert deployment.home_region not in deployment.regions()
    assert deployment.operation_preferences == OperationPreferences(
        region_order=("us-west-1", "us-east-1"), failure_tolerance_count=0
    )
    assert deployment.informational == {"Author"}
    assert deployment.tags == {
        "Environment": environment,
        "Repository": KeptValue(fallback="unknown"),
        "Author": "Ann",
    }
    assert deployment.bootstrap is not None
    assert deployment.bootstrap.stack_name == f"multi-region-service-bootstrap-{environment}"
    assert (deployment.admin_account is None) is (environment == "dev")


def test_the_roles_of_our_own_deployment_file_carry_the_environment_and_the_account():
    unbound = load_deployment(ROOT / "stacksets.toml", environment=None, environ={})
    deployment = unbound.bound_to("222222222222")
    prefix = "multi-region-service-dev"
    assert deployment.administration_role_arn == (
        f"arn:aws:iam::222222222222:role/{prefix}-administration"
    )
    assert deployment.execution_role_name == f"{prefix}-execution"
    assert deployment.read_role_name == f"{prefix}-read"
    assert deployment.accounts() == ("222222222222",)


def test_the_account_is_put_into_a_value_that_may_be_kept_as_well(tmp_path):
    deployment = load(tmp_path, stack_set={"tags": {"By": "{author} of {admin_account}"}})
    bound = deployment.bound_to("222222222222")
    assert bound.tags == {"By": KeptValue(fallback="unknown of 222222222222")}
