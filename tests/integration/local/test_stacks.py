"""Stacks behave as on AWS where the deployer or the bootstrap leans on it."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.local.templates import TRUST, api_template, deploy, remove, settle

if TYPE_CHECKING:
    from tests.local_aws import LocalAws

pytestmark = pytest.mark.integration

REGIONS = ("us-east-1", "us-west-1")
LOGGED = {"AccessLogSetting": {"DestinationArn": "arn:aws:logs:a:b:log-group:c", "Format": "$c"}}
EXECUTION_LOGGED = {
    "MethodSettings": [{"ResourcePath": "/*", "HttpMethod": "*", "LoggingLevel": "ERROR"}]
}
UNNAMED_ROLE = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}}
ROLE_ARN = "arn:aws:iam::000000000000:role/logs"
TAKEN = "Another resource with the same parent already has this name: myresource"


def role(name: str) -> dict[str, Any]:
    properties = {"AssumeRolePolicyDocument": TRUST, "RoleName": name}
    return {"Type": "AWS::IAM::Role", "Properties": properties}


def account(role_arn: str = ROLE_ARN) -> dict[str, Any]:
    return {"Type": "AWS::ApiGateway::Account", "Properties": {"CloudWatchRoleArn": role_arn}}


def fail(client: Any, template: str, name: str = "hello") -> str:
    """Create a stack that fails and give the reason of the resource that did."""
    client.create_stack(
        StackName=name, TemplateBody=template, Capabilities=["CAPABILITY_NAMED_IAM"]
    )
    assert settle(client, name) == "ROLLBACK_COMPLETE"
    events = client.describe_stack_events(StackName=name)["StackEvents"]
    [reason] = [
        event["ResourceStatusReason"]
        for event in events
        if event["ResourceStatus"] == "CREATE_FAILED"
        and "cancelled" not in event["ResourceStatusReason"]
    ]
    return str(reason)


@pytest.mark.parametrize(
    ("resource", "given", "wanted"),
    [
        (role("mine"), [], "CAPABILITY_NAMED_IAM"),
        (role("mine"), ["CAPABILITY_IAM"], "CAPABILITY_NAMED_IAM"),
        (UNNAMED_ROLE, [], "CAPABILITY_IAM"),
    ],
)
def test_a_stack_with_roles_needs_the_capability_that_aws_asks_for(
    local_aws: LocalAws, resource: dict[str, Any], given: list[str], wanted: str
) -> None:
    client = local_aws.client("cloudformation")

    with pytest.raises(client.exceptions.InsufficientCapabilitiesException) as caught:
        client.create_stack(
            StackName="hello",
            TemplateBody=json.dumps({"Resources": {"Role": resource}}),
            Capabilities=given,
        )

    assert caught.value.response["Error"]["Message"] == f"Requires capabilities : [{wanted}]"


@pytest.mark.parametrize("region", REGIONS)
def test_a_condition_may_ask_for_the_region_the_account_and_the_partition(
    local_aws: LocalAws, region: str
) -> None:
    wanted = {
        "AWS::Region": "us-east-1",
        "AWS::AccountId": "111122223333",
        "AWS::Partition": "aws",
        "AWS::URLSuffix": "amazonaws.com",
    }
    template = {
        "Conditions": {
            "Here": {
                "Fn::And": [
                    {"Fn::Equals": [{"Ref": name}, value]} for name, value in wanted.items()
                ]
            }
        },
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {"Is": {"Value": {"Fn::If": ["Here", "here", "elsewhere"]}}},
    }
    client = local_aws.client("cloudformation", "111122223333", region)

    outputs = deploy(client, json.dumps(template))

    assert outputs["Is"] == ("here" if region == "us-east-1" else "elsewhere")


def test_the_same_stack_name_in_two_regions_makes_two_roles(local_aws: LocalAws) -> None:
    east, west = (local_aws.client("cloudformation", region=region) for region in REGIONS)
    names = [deploy(client, api_template())["RoleName"] for client in (east, west)]

    remove(east)

    roles = local_aws.client("iam").list_roles()["Roles"]
    assert [one["RoleName"] for one in roles] == [names[1]]


def test_a_role_keeps_its_generated_name_when_its_stack_is_updated(local_aws: LocalAws) -> None:
    client = local_aws.client("cloudformation")
    before = deploy(client, api_template())["RoleName"]

    deploy(client, api_template(timeout_seconds=4))

    roles = local_aws.client("iam").list_roles()["Roles"]
    assert [one["RoleName"] for one in roles] == [before]


def test_a_role_name_that_is_taken_fails_the_stack_and_leaves_the_other_alone(
    local_aws: LocalAws,
) -> None:
    client = local_aws.client("cloudformation")
    iam = local_aws.client("iam")
    iam.create_role(RoleName="mine", AssumeRolePolicyDocument=json.dumps(TRUST))

    reason = fail(client, json.dumps({"Resources": {"Role": role("mine")}}))

    assert "Role with name mine already exists" in reason
    assert iam.get_role(RoleName="mine")["Role"]["RoleName"] == "mine"


def test_a_role_with_a_name_of_its_own_is_made(local_aws: LocalAws) -> None:
    template = json.dumps({"Resources": {"Role": role("mine")}, "Outputs": {"A": {"Value": "b"}}})
    client = local_aws.client("cloudformation")
    deploy(client, template)

    assert local_aws.client("iam").get_role(RoleName="mine")


def api_with(**parts: str) -> str:
    """The API, with a resource more below its root for each logical id and part of a path."""
    template = json.loads(api_template())
    resources = template["Resources"]
    for name, part in parts.items():
        resources[name] = copy.deepcopy(resources["Resource"])
        resources[name]["Properties"]["PathPart"] = part
    template["Outputs"]["Api"] = {"Value": {"Ref": "Api"}}
    return json.dumps(template)


def renamed() -> str:
    """The API, whose one resource has another logical id."""
    text = api_with(Another="another").replace('"Resource": {', '"Renamed": {')
    return text.replace('"Ref": "Resource"', '"Ref": "Renamed"')


def test_two_resources_of_one_name_below_one_parent_fail_the_stack(local_aws: LocalAws) -> None:
    reason = fail(local_aws.client("cloudformation"), api_with(Another="myresource"))

    assert f"{TAKEN} (Service: ApiGateway, Status Code: 409" in reason
    assert reason.endswith("HandlerErrorCode: AlreadyExists)")


def test_a_resource_below_a_parent_that_is_not_there_fails_the_stack(local_aws: LocalAws) -> None:
    template = json.loads(api_with())
    template["Resources"]["Resource"]["Properties"]["ParentId"] = "none"

    reason = fail(local_aws.client("cloudformation"), json.dumps(template))

    assert "Invalid Resource identifier specified (Service: ApiGateway, Status Code: 404" in reason
    assert reason.endswith("HandlerErrorCode: NotFound)")


@pytest.mark.parametrize("changed", [renamed(), api_with(Another="myresource")])
def test_a_resource_that_takes_the_name_of_another_fails_the_update_and_nothing_is_lost(
    local_aws: LocalAws, changed: str
) -> None:
    client, gateway = local_aws.client("cloudformation"), local_aws.client("apigateway")
    api = deploy(client, api_with(Another="another"))["Api"]
    before = gateway.get_resources(restApiId=api)["items"]

    client.update_stack(
        StackName="hello", TemplateBody=changed, Capabilities=["CAPABILITY_NAMED_IAM"]
    )

    assert settle(client) == "UPDATE_ROLLBACK_COMPLETE"
    events = client.describe_stack_events(StackName="hello")["StackEvents"]
    assert any(TAKEN in event.get("ResourceStatusReason", "") for event in events)
    assert gateway.get_resources(restApiId=api)["items"] == before


def test_a_resource_may_take_a_name_that_nobody_has(local_aws: LocalAws) -> None:
    client, gateway = local_aws.client("cloudformation"), local_aws.client("apigateway")
    api = deploy(client, api_with(Another="another"))["Api"]

    deploy(client, api_with(Another="other"))

    paths = [one["path"] for one in gateway.get_resources(restApiId=api)["items"]]
    assert sorted(paths) == ["/", "/myresource", "/other"]


def test_a_second_resource_of_a_name_is_refused_whoever_asks(local_aws: LocalAws) -> None:
    gateway = local_aws.client("apigateway")
    api = gateway.create_rest_api(name="mine")
    root = {"restApiId": api["id"], "parentId": api["rootResourceId"]}
    gateway.create_resource(**root, pathPart="myresource")

    with pytest.raises(gateway.exceptions.ConflictException, match=TAKEN):
        gateway.create_resource(**root, pathPart="myresource")


@pytest.mark.parametrize("stage", [LOGGED, EXECUTION_LOGGED])
def test_a_stage_that_logs_fails_where_api_gateway_has_no_role_to_log_with(
    local_aws: LocalAws, stage: dict[str, Any]
) -> None:
    reason = fail(local_aws.client("cloudformation"), api_template(stage=stage))

    assert "CloudWatch Logs role ARN must be set in account settings to enable logging" in reason
    assert "Service: ApiGateway, Status Code: 400" in reason


def test_a_stage_that_logs_is_made_where_the_same_stack_makes_the_account_role(
    local_aws: LocalAws,
) -> None:
    stage = {**LOGGED, **EXECUTION_LOGGED}
    template = json.loads(api_template(stage=stage, more={"Account": account()}))
    template["Resources"]["Stage"]["DependsOn"] = "Account"

    outputs = deploy(local_aws.client("cloudformation"), json.dumps(template))

    api = outputs["Endpoint"].split("//")[1].split(".")[0]
    made = local_aws.client("apigateway").get_stage(restApiId=api, stageName="prod")
    assert made["accessLogSettings"] == {
        "destinationArn": "arn:aws:logs:a:b:log-group:c",
        "format": "$c",
    }


def test_a_stage_cannot_begin_to_log_without_the_account_role(local_aws: LocalAws) -> None:
    client = local_aws.client("cloudformation")
    deploy(client, api_template())

    client.update_stack(
        StackName="hello",
        TemplateBody=api_template(stage=LOGGED),
        Capabilities=["CAPABILITY_IAM"],
    )
    assert settle(client) == "UPDATE_ROLLBACK_COMPLETE"

    events = client.describe_stack_events(StackName="hello")["StackEvents"]
    assert any("CloudWatch Logs role ARN" in e.get("ResourceStatusReason", "") for e in events)


def test_a_stage_may_stop_logging(local_aws: LocalAws) -> None:
    client = local_aws.client("cloudformation")
    local_aws.client("apigateway").update_account(
        patchOperations=[{"op": "replace", "path": "/cloudwatchRoleArn", "value": ROLE_ARN}]
    )
    outputs = deploy(client, api_template(stage=LOGGED))

    deploy(client, api_template())

    api = outputs["Endpoint"].split("//")[1].split(".")[0]
    made = local_aws.client("apigateway").get_stage(restApiId=api, stageName="prod")
    assert made.get("accessLogSettings", {}) == {}


def test_the_account_role_is_one_for_each_account_and_region(local_aws: LocalAws) -> None:
    template = json.dumps({"Resources": {"A": account()}, "Outputs": {"A": {"Value": "b"}}})
    deploy(local_aws.client("cloudformation", "111122223333", "us-west-1"), template)
    local_aws.client("apigateway").update_account(
        patchOperations=[{"op": "replace", "path": "/cloudwatchRoleArn", "value": "other"}]
    )

    roles = {
        (number, region): local_aws.client("apigateway", number, region)
        .get_account()
        .get("cloudwatchRoleArn")
        for number in ("000000000000", "111122223333")
        for region in REGIONS
    }

    assert roles == {
        ("000000000000", "us-east-1"): "other",
        ("000000000000", "us-west-1"): None,
        ("111122223333", "us-east-1"): None,
        ("111122223333", "us-west-1"): ROLE_ARN,
    }


def test_a_deleted_stack_is_described_by_its_arn_with_its_events(local_aws: LocalAws) -> None:
    client = local_aws.client("cloudformation")
    deploy(client, api_template())
    [stack] = client.describe_stacks(StackName="hello")["Stacks"]
    remove(client)

    [deleted] = client.describe_stacks(StackName=stack["StackId"])["Stacks"]
    events = client.describe_stack_events(StackName=stack["StackId"])["StackEvents"]

    assert deleted["StackStatus"] == "DELETE_COMPLETE"
    assert {"CREATE_COMPLETE", "DELETE_COMPLETE"} <= {e["ResourceStatus"] for e in events}
    with pytest.raises(client.exceptions.ClientError, match="does not exist"):
        client.describe_stacks(StackName="hello")
