"""Small templates for the tests of the embedded AWS."""

from __future__ import annotations

import json
import time
from typing import Any

from botocore.exceptions import ClientError

HELLO = """
def handler(event, context):
    region = context.invoked_function_arn.split(":")[3]
    print("asked for", event["path"])
    return {"statusCode": 200, "body": "Hello from Lambda in region: " + region}
"""

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


def sub(text: str) -> dict[str, str]:
    return {"Fn::Sub": text}


def api_template(
    code: str = HELLO,
    *,
    permission: dict[str, Any] | None = None,
    timeout_seconds: int = 3,
    stage: dict[str, Any] | None = None,
    more: dict[str, Any] | None = None,
    function: dict[str, Any] | None = None,
) -> str:
    """A function with a `live` alias behind GET /myresource of a REST API, stage prod.

    `permission` replaces the properties of the AWS::Lambda::Permission; {} leaves it out.
    """
    live = sub("${Function.Arn}:live")
    allowed = {
        "Action": "lambda:InvokeFunction",
        "FunctionName": {"Ref": "Alias"},
        "Principal": "apigateway.amazonaws.com",
        "SourceArn": sub(
            "arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/prod/GET/myresource"
        ),
    }
    uri = "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Alias}/invocations"
    resources: dict[str, Any] = {
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {"AssumeRolePolicyDocument": TRUST},
        },
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Runtime": "python3.14",
                "Handler": "index.handler",
                "Timeout": timeout_seconds,
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "Code": {"ZipFile": code},
                **(function or {}),
            },
        },
        "Version": {
            "Type": "AWS::Lambda::Version",
            "Properties": {"FunctionName": {"Ref": "Function"}},
        },
        "Alias": {
            "Type": "AWS::Lambda::Alias",
            "Properties": {
                "Name": "live",
                "FunctionName": {"Ref": "Function"},
                "FunctionVersion": {"Fn::GetAtt": ["Version", "Version"]},
            },
        },
        "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "Api"}},
        "Resource": {
            "Type": "AWS::ApiGateway::Resource",
            "Properties": {
                "RestApiId": {"Ref": "Api"},
                "ParentId": {"Fn::GetAtt": ["Api", "RootResourceId"]},
                "PathPart": "myresource",
            },
        },
        "Method": {
            "Type": "AWS::ApiGateway::Method",
            "Properties": {
                "RestApiId": {"Ref": "Api"},
                "ResourceId": {"Ref": "Resource"},
                "HttpMethod": "GET",
                "AuthorizationType": "NONE",
                "Integration": {
                    "Type": "AWS_PROXY",
                    "IntegrationHttpMethod": "POST",
                    "Uri": sub(uri),
                },
            },
        },
        "Deployment": {
            "Type": "AWS::ApiGateway::Deployment",
            "DependsOn": ["Method"],
            "Properties": {"RestApiId": {"Ref": "Api"}},
        },
        "Stage": {
            "Type": "AWS::ApiGateway::Stage",
            "Properties": {
                "RestApiId": {"Ref": "Api"},
                "DeploymentId": {"Ref": "Deployment"},
                "StageName": "prod",
                **(stage or {}),
            },
        },
        **(more or {}),
    }
    if permission != {}:
        resources["Permission"] = {
            "Type": "AWS::Lambda::Permission",
            "Properties": permission or allowed,
        }
    outputs = {
        "Endpoint": {"Value": sub("https://${Api}.execute-api.${AWS::Region}.amazonaws.com/prod/")},
        "FunctionName": {"Value": {"Ref": "Function"}},
        "RoleName": {"Value": {"Ref": "Role"}},
        "Alias": {"Value": live},
    }
    return json.dumps({"Resources": resources, "Outputs": outputs})


def mock_template() -> str:
    """GET /myresource of the same API, answered by a mock."""
    template = json.loads(api_template())
    template["Resources"]["Method"]["Properties"]["Integration"] = {
        "Type": "MOCK",
        "RequestTemplates": {"application/json": '{"statusCode": 200}'},
        "IntegrationResponses": [
            {
                "StatusCode": "200",
                "ResponseParameters": {"method.response.header.X-Policy": "'only 'none''"},
                "ResponseTemplates": {"application/json": '{"id": "$context.requestId"}'},
            }
        ],
    }
    return json.dumps(template)


def settle(client: Any, name: str = "hello") -> str:
    """Wait until a stack is in progress no more and give its status."""
    while True:
        [stack] = client.describe_stacks(StackName=name)["Stacks"]
        if not stack["StackStatus"].endswith("_IN_PROGRESS"):
            return str(stack["StackStatus"])
        time.sleep(0.02)


def deploy(client: Any, template: str, name: str = "hello") -> dict[str, str]:
    """Create a stack, or update the one that is there, and give its outputs."""
    try:
        client.describe_stacks(StackName=name)
    except ClientError:
        act = client.create_stack
    else:
        act = client.update_stack
    act(StackName=name, TemplateBody=template, Capabilities=["CAPABILITY_NAMED_IAM"])
    assert settle(client, name) in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
    [stack] = client.describe_stacks(StackName=name)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def remove(client: Any, name: str = "hello") -> None:
    """Delete a stack and wait until it is gone."""
    [stack] = client.describe_stacks(StackName=name)["Stacks"]
    client.delete_stack(StackName=name)
    assert settle(client, stack["StackId"]) == "DELETE_COMPLETE"
