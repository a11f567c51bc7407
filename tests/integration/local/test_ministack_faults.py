"""Why each adaptation is there: ministack without it, and the fault that it puts right.

A test that fails here says that ministack has mended the fault: take its adaptation out.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from tests.integration.local.templates import (
    TRUST,
    api_template,
    deploy,
    mock_template,
    remove,
    settle,
)

if TYPE_CHECKING:
    from tests.integration.local.conftest import Ministack

pytestmark = pytest.mark.integration

TELL_ARN = """
import os
def handler(event, context):
    return {"statusCode": 200, "body": context.invoked_function_arn}
"""
TELL_ENVIRON = """
import json, os
def handler(event, context):
    return {"statusCode": 200, "body": json.dumps(dict(os.environ))}
"""


def test_capabilities_are_not_asked_for(ministack: Ministack) -> None:
    client = ministack.client("cloudformation")
    client.create_stack(StackName="hello", TemplateBody=api_template())

    assert settle(client) == "CREATE_COMPLETE"


def test_conditions_a_pseudo_parameter_is_its_own_name(ministack: Ministack) -> None:
    here = {"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]}
    template = {
        "Conditions": {"Here": here},
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {"Is": {"Value": {"Fn::If": ["Here", "here", "elsewhere"]}}},
    }

    assert deploy(ministack.client("cloudformation"), json.dumps(template))["Is"] == "elsewhere"


def test_endpoints_the_real_host_name_is_not_routed(ministack: Ministack) -> None:
    outputs = deploy(ministack.client("cloudformation"), api_template())

    assert ministack.ask(outputs["Endpoint"].split("/")[2]).status == 404


def test_endpoints_an_api_of_another_account_is_not_found(ministack: Ministack) -> None:
    assert ministack.deploy_and_ask(api_template(), "111122223333").status == 404


def test_proxy_a_missing_permission_is_not_missed(ministack: Ministack) -> None:
    assert ministack.deploy_and_ask(api_template(permission={})).status == 200


def test_proxy_an_exception_leaks_its_text(ministack: Ministack) -> None:
    code = "def handler(event, context):\n    raise ValueError('a secret')\n"

    assert b"a secret" in ministack.deploy_and_ask(api_template(code)).data


def test_proxy_any_value_is_an_answer(ministack: Ministack) -> None:
    code = "def handler(event, context):\n    return 'text'\n"

    assert ministack.deploy_and_ask(api_template(code)).status == 200


def test_aliases_the_arn_ends_in_the_version(ministack: Ministack) -> None:
    assert ministack.deploy_and_ask(api_template(TELL_ARN)).data.endswith(b":1")


def test_aliases_the_reserve_is_not_asked_for(ministack: Ministack) -> None:
    function = {"ReservedConcurrentExecutions": 0}

    assert ministack.deploy_and_ask(api_template(function=function)).status == 200


def test_handlers_see_this_machine_and_no_execution_environment(ministack: Ministack) -> None:
    environ = ministack.deploy_and_ask(api_template(TELL_ENVIRON)).json()

    assert "AWS_EXECUTION_ENV" not in environ
    assert environ["DOCKER_HOST"]


def test_handlers_errors_are_not_awss_own(ministack: Ministack) -> None:
    code = "def handler(event, context):\n    raise KeyError('a')\n"
    outputs = deploy(ministack.client("cloudformation"), api_template(code))

    answer = ministack.client("lambda").invoke(FunctionName=outputs["FunctionName"])

    assert json.load(answer["Payload"])["errorType"] == "Runtime.HandlerError"


def test_names_two_regions_share_a_role(ministack: Ministack) -> None:
    east, west = (
        ministack.client("cloudformation", region=region) for region in ("us-east-1", "us-west-1")
    )
    names = {deploy(client, api_template())["RoleName"] for client in (east, west)}

    remove(east)

    assert len(names) == 1
    assert ministack.client("iam").list_roles()["Roles"] == []


def test_names_a_role_that_is_there_is_taken_over(ministack: Ministack) -> None:
    document = json.dumps(TRUST)
    iam = ministack.client("iam")
    iam.create_role(RoleName="mine", AssumeRolePolicyDocument=document, Description="before")
    properties = {"AssumeRolePolicyDocument": TRUST, "RoleName": "mine"}
    role = {"Type": "AWS::IAM::Role", "Properties": properties}

    deploy(ministack.client("cloudformation"), json.dumps({"Resources": {"Role": role}}))

    assert not iam.get_role(RoleName="mine")["Role"].get("Description")


@pytest.mark.parametrize(
    ("resource_type", "name"), [("AWS::SQS::Queue", "QueueName"), ("AWS::SNS::Topic", "TopicName")]
)
def test_physical_names_what_is_there_is_taken_over(
    ministack: Ministack, resource_type: str, name: str
) -> None:
    resource = {"Type": resource_type, "Properties": {name: "mine"}}
    template = json.dumps({"Resources": {"Named": resource}})
    client = ministack.client("cloudformation")
    for stack in ("first", "second"):
        deploy(client, template, stack)


def test_exports_the_last_stack_takes_the_name_over(ministack: Ministack) -> None:
    client = ministack.client("cloudformation")
    for stack in ("first", "second"):
        deploy(client, exporting(stack), stack)

    [export] = client.list_exports()["Exports"]
    assert export["Value"] == "second"


def test_exports_what_is_imported_changes_and_is_told_in_other_words(
    ministack: Ministack,
) -> None:
    client = ministack.client("cloudformation")
    imported = {"Value": {"Fn::ImportValue": "shared"}}
    resources = {"Topic": {"Type": "AWS::SNS::Topic"}}
    deploy(client, exporting("one"))
    deploy(client, json.dumps({"Resources": resources, "Outputs": {"Out": imported}}), "importer")
    deploy(client, exporting("two"))

    with pytest.raises(ClientError, match="Export shared is imported by stack importer"):
        client.delete_stack(StackName="hello")


def test_exports_a_name_that_is_exported_no_more_stays(ministack: Ministack) -> None:
    client = ministack.client("cloudformation")
    deploy(client, exporting("one"))
    deploy(client, json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}))

    assert len(client.list_exports()["Exports"]) == 1


def exporting(value: str) -> str:
    outputs = {"Out": {"Value": value, "Export": {"Name": "shared"}}}
    return json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}, "Outputs": outputs})


def test_account_role_a_stage_logs_without_one_and_forgets_where_to(
    ministack: Ministack,
) -> None:
    stage = {"AccessLogSetting": {"DestinationArn": "arn:aws:logs:a:b:c", "Format": "$c"}}

    outputs = deploy(ministack.client("cloudformation"), api_template(stage=stage))

    api = outputs["Endpoint"].split("//")[1].split(".")[0]
    made = ministack.client("apigateway").get_stage(restApiId=api, stageName="prod")
    assert not made.get("accessLogSettings")


def test_assume_role_a_role_that_is_not_there_gives_credentials(ministack: Ministack) -> None:
    answer = ministack.client("sts").assume_role(
        RoleArn="arn:aws:iam::111122223333:role/none", RoleSessionName="test"
    )

    assert answer["Credentials"]


def test_policies_the_matcher_of_trust_policies_lets_root_in_for_a_service() -> None:
    check = """
from ministack.core.iam_evaluator import evaluate_trust_policy
trust = {"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole",
                       "Principal": {"Service": "cloudformation.amazonaws.com"}}}
assert evaluate_trust_policy(trust, "arn:aws:iam::000000000000:root")
"""
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


def test_mock_templates_are_not_rendered_and_quotes_are_lost(ministack: Ministack) -> None:
    answer = ministack.deploy_and_ask(mock_template())

    assert answer.json() == {"id": "$context.requestId"}
    assert answer.headers["X-Policy"] == "only 'none"


def test_organizations_a_nested_unit_is_not_named_after_its_root(ministack: Ministack) -> None:
    client = ministack.client("organizations")
    (root,) = client.list_roots()["Roots"]
    made = []
    for parent in ("", *"ab"):
        above = made[-1] if made else root["Id"]
        unit = client.create_organizational_unit(ParentId=above, Name=f"unit {parent}")
        made.append(unit["OrganizationalUnit"]["Id"])

    assert len({unit.split("-")[1] for unit in made}) > 1


def test_organizations_a_member_manages_an_organization_of_its_own(ministack: Ministack) -> None:
    made = ministack.client("organizations").create_account(
        Email="a@example.com", AccountName="Member"
    )
    member = made["CreateAccountStatus"]["AccountId"]

    seen = ministack.client("organizations", member).describe_organization()["Organization"]

    assert seen["MasterAccountId"] == member


def test_organizations_lists_have_no_pages(ministack: Ministack) -> None:
    client = ministack.client("organizations")
    for number in range(2):
        client.create_account(Email=f"{number}@example.com", AccountName="Member")

    assert len(client.list_accounts(MaxResults=1)["Accounts"]) == 3


def test_organizations_units_need_not_be_there_nor_be_empty(ministack: Ministack) -> None:
    client = ministack.client("organizations")
    unknown = {"ParentId": "ou-none-12345678"}
    assert client.list_accounts_for_parent(**unknown)["Accounts"] == []
    assert client.list_organizational_units_for_parent(**unknown)["OrganizationalUnits"] == []
    below = client.create_organizational_unit(**unknown, Name="Below")["OrganizationalUnit"]
    made = client.create_account(Email="a@example.com", AccountName="Member")
    move = {
        "AccountId": made["CreateAccountStatus"]["AccountId"],
        "SourceParentId": below["Id"],
        "DestinationParentId": below["Id"],
    }
    client.move_account(**move)

    client.delete_organizational_unit(OrganizationalUnitId=below["Id"])

    (parent,) = client.list_parents(ChildId=move["AccountId"])["Parents"]
    assert parent["Id"] == below["Id"]


def test_organizations_the_management_account_is_closed(ministack: Ministack) -> None:
    client = ministack.client("organizations")
    management = client.describe_organization()["Organization"]["MasterAccountId"]

    client.close_account(AccountId=management)

    assert client.describe_account(AccountId=management)["Account"]["Status"] == "SUSPENDED"


@pytest.mark.parametrize(
    "action",
    [
        "accept_handshake",
        "deregister_delegated_administrator",
        "disable_aws_service_access",
        "enable_aws_service_access",
        "invite_account_to_organization",
        "list_aws_service_access_for_organization",
        "list_children",
        "list_delegated_administrators",
        "list_delegated_services_for_account",
        "register_delegated_administrator",
        "remove_account_from_organization",
    ],
)
def test_organizations_lacks_what_stack_sets_and_their_users_call(
    ministack: Ministack, action: str
) -> None:
    samples = {
        "AccountId": "111122223333",
        "ChildType": "ACCOUNT",
        "HandshakeId": "h-12345678",
        "ParentId": "r-abcd",
        "ServicePrincipal": "config.amazonaws.com",
        "Target": {"Id": "111122223333", "Type": "ACCOUNT"},
    }
    client = ministack.client("organizations")
    shape = client.meta.service_model.operation_model(
        client.meta.method_to_api_mapping[action]
    ).input_shape

    with pytest.raises(client.exceptions.ClientError, match="InvalidAction"):
        getattr(client, action)(**{name: samples[name] for name in shape.required_members})
