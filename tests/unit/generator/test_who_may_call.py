"""Who may call, and what a stack encrypts with."""

from __future__ import annotations

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from stacksets.resolve import resolve

LOGS = "kms:EncryptionContext:aws:logs:arn"


def seen(service, **parameters):
    place = {"account": "111111111111", "region": "us-west-1", "stack_name": "StackSet-x"}
    return resolve(service, parameters=parameters, **place)["Resources"]


def properties(service, title, **parameters):
    return seen(service, **parameters)[title]["Properties"]


# --- callers


@pytest.mark.parametrize(("callers", "asked"), [("anyone", "NONE"), ("iam", "AWS_IAM")])
def test_callers_of_myresource_sign_where_that_is_asked_and_health_is_open_always(
    callers, asked, service
):
    resources = seen(service, Callers=callers)
    assert resources["MyResourceAny"]["Properties"]["AuthorizationType"] == asked
    assert resources["HealthAny"]["Properties"]["AuthorizationType"] == "NONE"


def deployed(service, callers):
    """The deployments of a stack, and the one that its stage serves."""
    resources = seen(service, Callers=callers)
    titles = {
        title
        for title, resource in resources.items()
        if resource["Type"] == "AWS::ApiGateway::Deployment"
    }
    return titles, resources["Stage"]["Properties"]["DeploymentId"]["Ref"]


def test_another_value_of_callers_is_served_by_a_deployment_that_was_not_there(service):
    there, _ = deployed(service, "anyone")
    then, served = deployed(service, "iam")
    assert then - there == {served}
    back, served = deployed(service, "anyone")
    assert back - then == {served}


def test_what_a_deployment_holds_hangs_on_no_parameter_but_callers(service):
    deployments = {
        title
        for title, resource in service["Resources"].items()
        if resource["Type"] == "AWS::ApiGateway::Deployment"
    }
    parts = {part for title in deployments for part in service["Resources"][title]["DependsOn"]}
    names = {"Callers", "CallersAreSigned"}
    found = set()
    for part in parts:
        found |= conditions_and_parameters(service["Resources"][part]["Properties"], service)
    assert found <= names


def conditions_and_parameters(value, service):
    match value:
        case {"Ref": name} if name in service["Parameters"]:
            return {name}
        case {"Fn::If": [name, *choices]}:
            return {name} | conditions_and_parameters(choices, service)
        case dict():
            return conditions_and_parameters([*value.values()], service)
        case list():
            return set().union(*(conditions_and_parameters(one, service) for one in value))
    return set()


def test_networks_are_the_function_s_and_no_resource_policy_s(service):
    function = properties(service, "Function", AllowedNetworks="192.0.2.0/24")
    assert function["Environment"]["Variables"]["ALLOWED_NETWORKS"] == "192.0.2.0/24"
    assert "Policy" not in service["Resources"]["Api"]["Properties"]


# --- the key


def test_by_default_there_is_no_key_and_nothing_names_one(service):
    resources = seen(service)
    assert "Key" not in resources
    assert "KmsKeyArn" not in resources["Function"]["Properties"]
    assert "KmsKeyId" not in resources["FunctionLogs"]["Properties"]


@pytest.mark.parametrize(("suffix", "groups"), [("dev", ""), ("prod", "Kept")])
def test_a_customer_s_key_encrypts_every_log_group_and_the_function_s_variables(
    suffix, groups, service
):
    resources = seen(service, Encryption="customer", EnvironmentSuffix=suffix)
    arn = {"Fn::GetAtt": ["Key", "Arn"]}
    logs = {
        title: resource["Properties"]["KmsKeyId"]
        for title, resource in resources.items()
        if resource["Type"] == "AWS::Logs::LogGroup"
    }
    names = ("FunctionLogs", "AccessLogs", "ExecutionLogs")
    assert logs == dict.fromkeys((f"{groups}{name}" for name in names), arn)
    assert resources["Function"]["Properties"]["KmsKeyArn"] == arn
    assert resources["Key"]["Properties"]["EnableKeyRotation"] is True


@pytest.fixture
def statements(service):
    policy = properties(service, "Key", Encryption="customer")["KeyPolicy"]
    return {statement["Sid"]: statement for statement in policy["Statement"]}


def test_the_account_administers_the_key_and_reads_nothing_with_it(statements):
    administer = statements["Administer"]
    assert administer["Principal"] == {"AWS": "arn:aws:iam::111111111111:root"}
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", "AWS::KMS::Key").schema
    called = {
        action
        for handler in schema["handlers"].values()
        for action in (*handler["permissions"], *schema["tagging"]["permissions"])
    }
    # Both know no key: one makes it, the other lists all.
    assert called - {"kms:CreateKey", "kms:ListKeys"} <= set(administer["Action"])
    assert not [action for action in administer["Action"] if "crypt" in action.lower()]
    assert "kms:CreateGrant" not in administer["Action"]


def test_the_account_uses_the_key_through_lambda_only(statements):
    through = statements["ThroughLambda"]
    assert through["Action"] == ["kms:CreateGrant", "kms:Decrypt", "kms:Encrypt"]
    assert through["Condition"]["StringEquals"] == {
        "kms:CallerAccount": "111111111111",
        "kms:ViaService": "lambda.us-west-1.amazonaws.com",
    }


def test_logs_use_the_key_for_the_groups_of_the_stack_only(statements):
    logs = statements["OwnLogGroups"]
    assert logs["Principal"] == {"Service": "logs.us-west-1.amazonaws.com"}
    start = "arn:aws:logs:us-west-1:111111111111:log-group:"
    assert logs["Condition"]["ArnLike"][LOGS] == [
        f"{start}StackSet-x-*",
        {"Fn::Sub": f"{start}API-Gateway-Execution-Logs_${{Api}}/prod"},
    ]


def test_nobody_gives_the_key_on_but_a_service(statements):
    deny = statements["GrantsForServicesOnly"]
    assert (deny["Effect"], deny["Principal"], deny["Action"]) == (
        "Deny",
        {"AWS": "*"},
        ["kms:CreateGrant"],
    )
    assert deny["Condition"] == {
        "BoolIfExists": {
            "kms:GrantIsForAWSResource": "false",
            "aws:PrincipalIsAWSService": "false",
        }
    }
