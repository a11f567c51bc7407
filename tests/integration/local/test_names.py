"""A name that a template gives is taken once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.local.templates import TRUST, deploy, remove, settle

if TYPE_CHECKING:
    from tests.local_aws import LocalAws

pytestmark = pytest.mark.integration

KEY = {"AttributeName": "id"}
STATEMENT = {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}
FUNCTION = {
    "Runtime": "python3.13",
    "Handler": "index.handler",
    "Role": "arn:aws:iam::000000000000:role/any",
    "Code": {"ZipFile": "def handler(event, context): pass"},
}
NAMED = {
    "AWS::DynamoDB::Table": {
        "TableName": "mine",
        "KeySchema": [{**KEY, "KeyType": "HASH"}],
        "AttributeDefinitions": [{**KEY, "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
    },
    "AWS::IAM::InstanceProfile": {"InstanceProfileName": "mine", "Roles": []},
    "AWS::IAM::ManagedPolicy": {
        "ManagedPolicyName": "mine",
        "PolicyDocument": {"Version": "2012-10-17", "Statement": STATEMENT},
    },
    "AWS::IAM::Role": {"RoleName": "mine", "AssumeRolePolicyDocument": TRUST},
    "AWS::IAM::User": {"UserName": "mine"},
    "AWS::Lambda::Function": {"FunctionName": "mine", **FUNCTION},
    "AWS::Logs::LogGroup": {"LogGroupName": "mine"},
    "AWS::S3::Bucket": {"BucketName": "mine"},
    "AWS::SNS::Topic": {"TopicName": "mine"},
    "AWS::SQS::Queue": {"QueueName": "mine"},
    "AWS::SSM::Parameter": {"Name": "mine", "Type": "String", "Value": "any"},
}
GLOBAL = sorted(name for name in NAMED if "::IAM::" in name or "::S3::" in name)


def template(resource_type: str, **properties: Any) -> str:
    resource = {"Type": resource_type, "Properties": {**NAMED[resource_type], **properties}}
    output = {"Any": {"Value": "any"}}
    return json.dumps({"Resources": {"Named": resource}, "Outputs": output})


def create(client: Any, body: str, name: str) -> str:
    client.create_stack(StackName=name, TemplateBody=body, Capabilities=["CAPABILITY_NAMED_IAM"])
    return settle(client, name)


@pytest.mark.parametrize("resource_type", sorted(NAMED))
def test_a_name_that_is_taken_fails_the_second_stack_and_leaves_the_first(
    local_aws: LocalAws, resource_type: str
) -> None:
    client = local_aws.client("cloudformation")
    deploy(client, template(resource_type), "first")

    assert create(client, template(resource_type), "second") == "ROLLBACK_COMPLETE"
    events = client.describe_stack_events(StackName="second")["StackEvents"]
    reasons = " ".join(event.get("ResourceStatusReason", "") for event in events).lower()
    assert "already exists" in reasons or "alreadyexists" in reasons or "validation" in reasons
    remove(client, "second")
    remove(client, "first")
    assert create(client, template(resource_type), "third") == "CREATE_COMPLETE"


@pytest.mark.parametrize("resource_type", GLOBAL)
def test_iam_and_bucket_names_collide_across_regions(
    local_aws: LocalAws, resource_type: str
) -> None:
    deploy(local_aws.client("cloudformation"), template(resource_type))
    west = local_aws.client("cloudformation", region="us-west-1")

    assert create(west, template(resource_type), "hello") == "ROLLBACK_COMPLETE"


@pytest.mark.parametrize("resource_type", sorted(NAMED.keys() - set(GLOBAL)))
def test_regional_names_do_not_collide_across_regions(
    local_aws: LocalAws, resource_type: str
) -> None:
    for region in ("us-east-1", "us-west-1"):
        client = local_aws.client("cloudformation", region=region)
        assert create(client, template(resource_type), "hello") == "CREATE_COMPLETE"


@pytest.mark.parametrize(
    ("resource_type", "change"),
    [
        ("AWS::SQS::Queue", {"DelaySeconds": 5}),
        ("AWS::Logs::LogGroup", {"RetentionInDays": 5}),
        ("AWS::Lambda::Function", {"Timeout": 5}),
        ("AWS::SNS::Topic", {"DisplayName": "other"}),
    ],
)
def test_a_named_resource_is_updated_in_place(
    local_aws: LocalAws, resource_type: str, change: dict[str, Any]
) -> None:
    client = local_aws.client("cloudformation")
    deploy(client, template(resource_type))
    deploy(client, template(resource_type, **change))
