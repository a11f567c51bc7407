"""What the bootstrap template promises."""

from __future__ import annotations

import fnmatch
import json

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

ENVIRONMENT = "multi-region-service-${EnvironmentSuffix}"

# What handlers of our types may call for features that we do not use.
UNUSED = {
    "codedeploy:*": "the alias has no traffic shifting",
    "ec2:*": "the function is in no VPC",
    "elasticfilesystem:*": "the function mounts nothing",
    "firehose:*": "logs go to CloudWatch alone",
    "kms:*": "no key of a customer",
    "s3:*": "the code is inline",
    "s3files:*": "the function mounts nothing",
    "iam:AttachRolePolicy": "the role has inline policies alone",
    "iam:DetachRolePolicy": "the role has inline policies alone",
    "lambda:*Scaling*": "no capacity provider",
    "lambda:AssociateRuntimeAlias": "no runtime of our own",
    "lambda:GetLayerVersion": "no layer",
    "lambda:*CodeSigningConfig": "no code signing; reading whether there is one is allowed",
    "lambda:ListFunctions": "listing all functions is for drift detection of unmanaged ones",
    "lambda:PassCapacityProvider": "no capacity provider",
    "lambda:*ProvisionedConcurrencyConfig": "nothing is provisioned",
    "logs:*DataProtectionPolicy": "no such policy",
    "logs:*IndexPolicy": "no such policy",
    "logs:*KmsKey": "no key of a customer",
    "logs:*ResourcePolicy": "no such policy",
    "logs:CreateLogDelivery": "logs go to CloudWatch alone",
    "logs:PutBearerTokenAuthentication": "not used",
    "logs:PutLogGroupDeletionProtection": "not used",
    "apigateway:UpdateRestApiPolicy": "the API has no resource policy",
    "iam:ListRoles": "listing all roles is for drift detection of unmanaged ones",
}


@pytest.fixture
def roles(bootstrap):
    return {
        title: resource["Properties"]
        for title, resource in bootstrap["Resources"].items()
        if resource["Type"] == "AWS::IAM::Role"
    }


def statements_of(role):
    (policy,) = role["Policies"]
    return {statement["Sid"]: statement for statement in policy["PolicyDocument"]["Statement"]}


def trust_of(role):
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Action"]) == ("Allow", ["sts:AssumeRole"])
    return statement["Principal"], statement.get("Condition")


def test_the_parameters_are_those_that_the_bootstrap_command_fills_in(bootstrap):
    assert list(bootstrap["Parameters"]) == [
        "EnvironmentSuffix",
        "Repository",
        "Author",
        "AdminAccountId",
        "HomeRegion",
        "TargetAccountIds",
        "ApiGatewayAccountRole",
    ]
    for name in ("AdminAccountId", "HomeRegion", "TargetAccountIds"):
        assert "Default" not in bootstrap["Parameters"][name]


def test_each_resource_stands_where_it_belongs(bootstrap):
    assert {title: resource["Condition"] for title, resource in bootstrap["Resources"].items()} == {
        "AdministrationRole": "IsAdminHome",
        "ExecutionRole": "IsHome",
        "ReadRole": "IsHome",
        "ApiGatewayLogsRole": "ManageApiGateway",
        "ApiGatewayAccount": "ManageApiGateway",
    }
    assert bootstrap["Conditions"] == {
        "IsHome": {"Fn::Equals": [{"Ref": "AWS::Region"}, {"Ref": "HomeRegion"}]},
        "IsAdmin": {"Fn::Equals": [{"Ref": "AWS::AccountId"}, {"Ref": "AdminAccountId"}]},
        "IsAdminHome": {"Fn::And": [{"Condition": "IsHome"}, {"Condition": "IsAdmin"}]},
        "ManageApiGateway": {"Fn::Equals": [{"Ref": "ApiGatewayAccountRole"}, "create"]},
    }


def test_the_names_that_stack_sets_find_roles_by_carry_the_environment(roles):
    names = {title: role.get("RoleName") for title, role in roles.items()}
    assert names == {
        "AdministrationRole": {"Fn::Sub": f"{ENVIRONMENT}-administration"},
        "ExecutionRole": {"Fn::Sub": f"{ENVIRONMENT}-execution"},
        "ReadRole": {"Fn::Sub": f"{ENVIRONMENT}-read"},
        "ApiGatewayLogsRole": None,
    }


def test_only_cloudformation_for_our_own_stack_set_may_administer(roles):
    assert trust_of(roles["AdministrationRole"]) == (
        {"Service": "cloudformation.amazonaws.com"},
        {
            "StringEquals": {"aws:SourceAccount": {"Ref": "AdminAccountId"}},
            "ArnLike": {
                "aws:SourceArn": {
                    "Fn::Sub": "arn:${AWS::Partition}:cloudformation:*:${AdminAccountId}:"
                    f"stackset/{ENVIRONMENT}:*"
                }
            },
        },
    )


def test_the_administration_role_reaches_the_execution_role_of_the_listed_accounts_alone(roles):
    statements = statements_of(roles["AdministrationRole"])
    assert statements == {
        "AssumeExecutionRole": {
            "Sid": "AssumeExecutionRole",
            "Effect": "Allow",
            "Action": ["sts:AssumeRole"],
            "Resource": [
                {"Fn::Sub": f"arn:${{AWS::Partition}}:iam::*:role/{ENVIRONMENT}-execution"}
            ],
            "Condition": {"StringEquals": {"aws:ResourceAccount": {"Ref": "TargetAccountIds"}}},
        }
    }


def test_the_execution_role_trusts_the_administration_role_and_not_its_account(roles):
    principal, condition = trust_of(roles["ExecutionRole"])
    assert condition is None
    assert principal == {
        "AWS": {
            "Fn::If": [
                "IsAdminHome",
                {"Fn::GetAtt": ["AdministrationRole", "Arn"]},
                {
                    "Fn::Sub": "arn:${AWS::Partition}:iam::${AdminAccountId}:"
                    f"role/{ENVIRONMENT}-administration"
                },
            ]
        }
    }


def test_the_execution_role_manages_stacks_of_our_stack_set_alone(roles):
    manage = statements_of(roles["ExecutionRole"])["ManageStacks"]
    assert manage["Resource"] == [
        {
            "Fn::Sub": "arn:${AWS::Partition}:cloudformation:*:${AWS::AccountId}:"
            f"stack/StackSet-{ENVIRONMENT}-*/*"
        }
    ]


def test_a_role_that_it_makes_is_under_our_path_and_passed_to_lambda_alone(roles):
    statements = statements_of(roles["ExecutionRole"])
    ours = [{"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/multi-region-service/*"}]
    assert statements["ManageServiceRoles"]["Resource"] == ours
    assert statements["PassServiceRoles"]["Resource"] == ours
    assert statements["PassServiceRoles"]["Condition"] == {
        "StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}
    }
    others = [name for name, found in statements.items() if "iam:" in json.dumps(found["Action"])]
    assert others == ["ManageServiceRoles", "PassServiceRoles", "LetApiGatewayIn"]
    assert statements["LetApiGatewayIn"]["Resource"] == [
        {
            "Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/aws-service-role/"
            "ops.apigateway.amazonaws.com/AWSServiceRoleForAPIGateway"
        }
    ]


def test_none_of_the_bootstrap_s_own_roles_is_under_the_path_that_it_manages(roles):
    for role in roles.values():
        assert not role.get("Path", "/").startswith("/multi-region-service/")


def test_only_actions_without_a_resource_are_allowed_on_every_resource(roles):
    at_large = {
        action
        for role in ("ExecutionRole", "ReadRole")
        for statement in statements_of(roles[role]).values()
        if statement["Resource"] == ["*"]
        for action in statement["Action"]
    }
    assert at_large == {
        "cloudformation:DescribeStackDriftDetectionStatus",
        "cloudformation:GetTemplateSummary",
        "cloudformation:ListStacks",
        "cloudformation:ValidateTemplate",
        "iam:ListRoles",
        "lambda:GetAccountSettings",
        "lambda:ListFunctions",
        "servicequotas:GetServiceQuota",
        "tag:GetResources",
    }


def handler_actions(resource_type):
    """What CloudFormation's handlers of a type call, tags included, as its schema says."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", resource_type).schema
    handlers = schema.get("handlers", {}).values()
    called = {action for handler in handlers for action in handler.get("permissions", ())}
    return called | set(schema.get("tagging", {}).get("permissions", ()))


def test_the_execution_role_may_call_what_the_handlers_of_the_plain_service_s_types_call(
    roles, service
):
    allowed = {
        action
        for statement in statements_of(roles["ExecutionRole"]).values()
        for action in statement["Action"]
    }
    plain = {
        resource["Type"]
        for resource in service["Resources"].values()
        if resource.get("Condition") not in {"HasDomain", "HasCustomerKey"}
    }
    called = {action for kind in plain for action in handler_actions(kind)}
    used = {
        pattern
        for pattern in UNUSED
        if any(fnmatch.fnmatchcase(action, pattern) for action in called - allowed)
    }
    unexplained = {
        action
        for action in called - allowed
        if not any(fnmatch.fnmatchcase(action, pattern) for pattern in UNUSED)
    }
    assert unexplained == set()
    assert used == set(UNUSED)


def test_the_read_role_is_the_admin_account_s_and_changes_nothing(roles):
    assert trust_of(roles["ReadRole"]) == (
        {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AdminAccountId}:root"}},
        None,
    )
    verbs = ("Describe", "Get", "List")
    for statement in statements_of(roles["ReadRole"]).values():
        for action in statement["Action"]:
            assert action == "apigateway:GET" or action.partition(":")[2].startswith(verbs)
            assert not action.endswith("*")


def test_api_gateway_s_account_role_outlives_the_stack(bootstrap):
    for title in ("ApiGatewayLogsRole", "ApiGatewayAccount"):
        resource = bootstrap["Resources"][title]
        assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"


def test_api_gateway_logs_through_a_role_that_it_may_assume_and_checks(bootstrap, roles):
    role = roles["ApiGatewayLogsRole"]
    assert trust_of(role) == ({"Service": "apigateway.amazonaws.com"}, None)
    assert role["ManagedPolicyArns"] == [
        {
            "Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/service-role/"
            "AmazonAPIGatewayPushToCloudWatchLogs"
        }
    ]
    account = bootstrap["Resources"]["ApiGatewayAccount"]["Properties"]
    assert account == {"CloudWatchRoleArn": {"Fn::GetAtt": ["ApiGatewayLogsRole", "Arn"]}}


def test_an_output_stands_where_its_role_stands(bootstrap, roles):
    assert {title: output["Condition"] for title, output in bootstrap["Outputs"].items()} == {
        f"{title}Arn": bootstrap["Resources"][title]["Condition"] for title in roles
    }
    for title, output in bootstrap["Outputs"].items():
        assert output["Value"] == {"Fn::GetAtt": [title.removesuffix("Arn"), "Arn"]}
