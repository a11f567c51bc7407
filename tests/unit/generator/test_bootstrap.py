"""What the bootstrap template promises."""

from __future__ import annotations

import json
import re

import pytest

from generator.bootstrap.packing import INLINE_POLICY_LIMIT, MANAGED_POLICY_LIMIT
from generator.settings import TEMPLATE_BODY_LIMIT_BYTES
from stacksets.local.adaptations.policies import policies_allow
from stacksets.resolve import resolve

ENVIRONMENT = "multi-region-service-${EnvironmentSuffix}"

# IAM user guide, "IAM and AWS STS quotas": what a trust policy may have, unless more is asked for.
TRUST_POLICY_LIMIT = 2_048

GITHUB = "token.actions.githubusercontent.com"


@pytest.fixture
def roles(bootstrap):
    return {
        title: resource["Properties"]
        for title, resource in bootstrap["Resources"].items()
        if resource["Type"] == "AWS::IAM::Role"
    }


def statements_of(role):
    policy = role if "PolicyDocument" in role else role["Policies"][0]
    return {statement["Sid"]: statement for statement in policy["PolicyDocument"]["Statement"]}


def trust_of(role):
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    action = "sts:AssumeRole" + ("WithWebIdentity" if "Federated" in statement["Principal"] else "")
    assert (statement["Effect"], statement["Action"]) == ("Allow", [action])
    return statement["Principal"], statement.get("Condition")


def test_the_parameters_are_those_that_the_bootstrap_command_fills_in(bootstrap):
    assert list(bootstrap["Parameters"]) == [
        "EnvironmentSuffix",
        "Repository",
        "Author",
        "AdminAccountId",
        "HomeRegion",
        "TargetAccountIds",
        "TargetRegions",
        "StackSetsPrincipals",
        "ApiGatewayAccountRole",
        "HostedZoneId",
        "GitHubRepository",
        "GitHubOidcProvider",
    ]
    for name in ("AdminAccountId", "HomeRegion", "TargetAccountIds", "TargetRegions"):
        assert "Default" not in bootstrap["Parameters"][name]


def test_a_plain_stack_takes_the_template_as_it_is(rendered):
    assert len(rendered["bootstrap.json"]) <= TEMPLATE_BODY_LIMIT_BYTES


def test_each_resource_stands_where_it_belongs(bootstrap):
    policies = [name for name in bootstrap["Resources"] if name.startswith("ExecutionPolicy")]
    conditions = {
        title: resource.get("Condition") for title, resource in bootstrap["Resources"].items()
    }
    assert policies
    assert conditions == {
        "ServiceBoundary": "IsHome",
        "AdministrationRole": "IsAdminHome",
        **dict.fromkeys(policies, "IsHome"),
        "ExecutionRole": "IsHome",
        "ReadRole": "IsHome",
        "ApiGatewayLogsRole": "ManageApiGateway",
        "ApiGatewayAccount": "ManageApiGateway",
        "ArtifactBucket": None,
        "ArtifactBucketPolicy": None,
        "GitHubProvider": "MakesGitHubProvider",
        "JobsReadPolicy": "TrustsGitHub",
        "JobsTargetsPolicy": "TrustsGitHub",
        "DeployRole": "TrustsGitHub",
        "PlanRole": "TrustsGitHub",
    }
    assert bootstrap["Conditions"] == {
        "IsHome": {"Fn::Equals": [{"Ref": "AWS::Region"}, {"Ref": "HomeRegion"}]},
        "IsAdmin": {"Fn::Equals": [{"Ref": "AWS::AccountId"}, {"Ref": "AdminAccountId"}]},
        "IsAdminHome": {"Fn::And": [{"Condition": "IsHome"}, {"Condition": "IsAdmin"}]},
        "ManageApiGateway": {"Fn::Equals": [{"Ref": "ApiGatewayAccountRole"}, "create"]},
        "TrustsGitHub": {
            "Fn::And": [
                {"Condition": "IsAdminHome"},
                {"Fn::Not": [{"Fn::Equals": [{"Ref": "GitHubRepository"}, ""]}]},
            ]
        },
        "MakesGitHubProvider": {
            "Fn::And": [
                {"Condition": "TrustsGitHub"},
                {"Fn::Equals": [{"Ref": "GitHubOidcProvider"}, "create"]},
            ]
        },
    }


def test_the_names_that_stack_sets_find_roles_by_carry_the_environment(roles):
    names = {title: role.get("RoleName") for title, role in roles.items()}
    assert names == {
        "AdministrationRole": {"Fn::Sub": f"{ENVIRONMENT}-administration"},
        "ExecutionRole": {"Fn::Sub": f"{ENVIRONMENT}-execution"},
        "ReadRole": {"Fn::Sub": f"{ENVIRONMENT}-read"},
        "ApiGatewayLogsRole": None,
        "DeployRole": {"Fn::Sub": f"{ENVIRONMENT}-deploy"},
        "PlanRole": {"Fn::Sub": f"{ENVIRONMENT}-plan"},
    }


def test_only_cloudformation_for_our_own_stack_set_may_administer(roles):
    assert trust_of(roles["AdministrationRole"]) == (
        {"Service": {"Ref": "StackSetsPrincipals"}},
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


def test_cloudformation_comes_by_the_names_that_the_command_fills_in_and_no_others(bootstrap):
    principals = bootstrap["Parameters"]["StackSetsPrincipals"]
    assert principals["Type"] == "CommaDelimitedList"
    assert principals["Default"] == "cloudformation.amazonaws.com"
    for name in ("cloudformation.amazonaws.com", "cloudformation.eu-south-1.amazonaws.com"):
        assert re.search(principals["AllowedPattern"], name)
    for name in (
        "lambda.amazonaws.com",
        "cloudformationxamazonaws.com",
        "*",
        "a.cloudformation.com",
    ):
        assert not re.search(principals["AllowedPattern"], name)


def test_the_execution_role_has_the_derived_policies_and_no_others(bootstrap, roles):
    policies = [name for name in bootstrap["Resources"] if name.startswith("ExecutionPolicy")]
    assert roles["ExecutionRole"]["ManagedPolicyArns"] == [{"Ref": name} for name in policies]
    assert "Policies" not in roles["ExecutionRole"]


def test_none_of_the_bootstrap_s_own_roles_is_under_the_path_that_it_manages(roles):
    for role in roles.values():
        assert not role.get("Path", "/").startswith("/multi-region-service/")


def test_only_reads_without_a_resource_are_allowed_on_every_resource_to_who_reads(roles):
    at_large = {
        action
        for statement in statements_of(roles["ReadRole"]).values()
        if statement["Resource"] == ["*"]
        for action in statement["Action"]
    }
    assert at_large == {
        "cloudformation:ListStacks",
        # CloudWatch leaves composite alarms out where less is allowed.
        "cloudwatch:DescribeAlarms",
        "iam:ListRoles",
        "lambda:GetAccountSettings",
        "lambda:ListFunctions",
        "servicequotas:GetServiceQuota",
        "tag:GetResources",
        "xray:GetSamplingRules",
    }


def test_the_read_role_is_the_admin_account_s_and_changes_nothing(roles):
    assert trust_of(roles["ReadRole"]) == (
        {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AdminAccountId}:root"}},
        None,
    )
    # One GET, which smoke makes where only IAM's callers are let in.
    assert changes_of(roles["ReadRole"]) == {"execute-api:Invoke"}
    assert statements_of(roles["ReadRole"])["CallOurApis"]["Resource"] == [
        {"Fn::Sub": "arn:${AWS::Partition}:execute-api:*:${AWS::AccountId}:*/prod/GET/myresource"}
    ]


def changes_of(role):
    """The actions of a role or policy that are no reads."""
    return {
        action
        for statement in statements_of(role).values()
        for action in statement["Action"]
        if action != "apigateway:GET"
        if not action.partition(":")[2].startswith(("Describe", "Get", "List")) or "*" in action
    }


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
    outputs = dict(bootstrap["Outputs"])
    assert outputs.pop("ServiceBoundaryArn")["Value"] == {"Ref": "ServiceBoundary"}
    bucket = outputs.pop("ArtifactBucketName")
    assert bucket["Value"] == {"Ref": "ArtifactBucket"}
    assert "Condition" not in bucket
    assert {title: output["Condition"] for title, output in outputs.items()} == {
        f"{title}Arn": bootstrap["Resources"][title]["Condition"] for title in roles
    }
    for title, output in outputs.items():
        assert output["Value"] == {"Fn::GetAtt": [title.removesuffix("Arn"), "Arn"]}


def test_the_boundary_has_the_name_that_the_deployment_file_composes(bootstrap):
    boundary = bootstrap["Resources"]["ServiceBoundary"]["Properties"]
    assert boundary["ManagedPolicyName"] == {"Fn::Sub": f"{ENVIRONMENT}-boundary"}
    assert "Path" not in boundary


def test_the_bucket_s_name_is_the_world_s_and_never_too_long(bootstrap):
    name = bootstrap["Resources"]["ArtifactBucket"]["Properties"]["BucketName"]["Fn::Sub"]
    longest = {"EnvironmentSuffix": "e" * 20, "AWS::AccountId": "1" * 12, "AWS::Region": "r" * 14}
    for part, value in longest.items():
        assert f"${{{part}}}" in name
        name = name.replace(f"${{{part}}}", value)
    assert len(name) <= 63


def test_what_deployments_need_later_outlives_the_stack(bootstrap):
    for title in ("ArtifactBucket", "ArtifactBucketPolicy", "GitHubProvider"):
        resource = bootstrap["Resources"][title]
        assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"


def with_github(bootstrap, **more):
    parameters = {
        "EnvironmentSuffix": "dev",
        "AdminAccountId": "111111111111",
        "HomeRegion": "us-west-2",
        "TargetAccountIds": "111111111111,222222222222",
        "TargetRegions": "us-east-1",
        "GitHubRepository": "example/service",
        **more,
    }
    return resolve(bootstrap, parameters=parameters, account="111111111111", region="us-west-2")


def test_without_a_repository_nothing_of_github_is_made(bootstrap):
    resources = with_github(bootstrap, GitHubRepository="")["Resources"]
    titles = {"GitHubProvider", "JobsReadPolicy", "JobsTargetsPolicy", "DeployRole", "PlanRole"}
    assert not titles & set(resources)


# CloudFormation takes 4,096 bytes a parameter: 315 account ids with commas between.
MOST_ACCOUNTS = ",".join(["1" * 12] * 315)
# No partition has more regions, and half of them have to be opted into.
MOST_REGIONS = ["ap-southeast-1"] * 40
PRINCIPALS = [f"cloudformation.{region}.amazonaws.com" for region in MOST_REGIONS[:20]]


@pytest.fixture
def largest(bootstrap):
    """The bootstrap's resources with every parameter at its longest."""
    parameters = {
        "EnvironmentSuffix": "e" * 20,
        "AdminAccountId": "1" * 12,
        "HomeRegion": MOST_REGIONS[0],
        "TargetAccountIds": MOST_ACCOUNTS,
        "TargetRegions": ",".join(MOST_REGIONS),
        "StackSetsPrincipals": ",".join(["cloudformation.amazonaws.com", *PRINCIPALS]),
        "HostedZoneId": "Z" * 32,
        "GitHubRepository": f"{'o' * 39}@{'1' * 12}/{'n' * 100}@{'1' * 12}",
    }
    return resolve(
        bootstrap,
        parameters=parameters,
        account="1" * 12,
        region=MOST_REGIONS[0],
        partition="aws-us-gov",
    )["Resources"]


def as_counted(document):
    """IAM counts no white space."""
    return len("".join(json.dumps(document, separators=(",", ":")).split()))


def test_every_policy_keeps_to_iam_s_limit_with_every_parameter_at_its_longest(largest):
    assert len(MOST_ACCOUNTS) <= 4096 < len(MOST_ACCOUNTS) + 13
    managed = {
        title: as_counted(resource["Properties"]["PolicyDocument"])
        for title, resource in largest.items()
        if resource["Type"] == "AWS::IAM::ManagedPolicy"
    }
    assert {"ServiceBoundary", "ExecutionPolicy1", "JobsTargetsPolicy"} < managed.keys()
    assert {title: size for title, size in managed.items() if size > MANAGED_POLICY_LIMIT} == {}


def test_what_a_role_holds_itself_keeps_to_iam_s_limits_as_well(largest):
    roles = {
        title: resource["Properties"]
        for title, resource in largest.items()
        if resource["Type"] == "AWS::IAM::Role"
    }
    inline = {
        title: sum(as_counted(one["PolicyDocument"]) for one in role.get("Policies", []))
        for title, role in roles.items()
    }
    trusted = {title: as_counted(role["AssumeRolePolicyDocument"]) for title, role in roles.items()}
    assert inline["AdministrationRole"] > len(MOST_ACCOUNTS)
    assert {title: size for title, size in inline.items() if size > INLINE_POLICY_LIMIT} == {}
    assert {title: size for title, size in trusted.items() if size > TRUST_POLICY_LIMIT} == {}


def test_githubs_provider_has_one_audience_and_no_thumbprint(bootstrap):
    provider = bootstrap["Resources"]["GitHubProvider"]["Properties"]
    assert provider["Url"] == f"https://{GITHUB}"
    assert provider["ClientIdList"] == ["sts.amazonaws.com"]
    assert "ThumbprintList" not in provider


@pytest.mark.parametrize(
    ("role", "subject"),
    [
        ("DeployRole", "repo:example/service:environment:dev"),
        ("PlanRole", "repo:example/service:pull_request"),
    ],
)
@pytest.mark.parametrize(
    ("provider", "principal"),
    [
        ("create", {"Ref": "GitHubProvider"}),
        ("leave", f"arn:aws:iam::111111111111:oidc-provider/{GITHUB}"),
    ],
)
def test_one_kind_of_job_of_one_repository_gets_a_role_for_an_hour(
    bootstrap, role, subject, provider, principal
):
    view = with_github(bootstrap, GitHubOidcProvider=provider)["Resources"]
    assert ("GitHubProvider" in view) is (provider == "create")
    properties = view[role]["Properties"]
    assert properties["MaxSessionDuration"] == 3600
    assert trust_of(properties) == (
        {"Federated": principal},
        {"StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com", f"{GITHUB}:sub": subject}},
    )


@pytest.mark.parametrize(
    ("repository", "is_taken"),
    [
        ("example/service", True),
        ("example@1/service.py@22", True),
        ("", True),
        ("example", False),
        ("example/*", False),
        ("example/service:ref", False),
        ("example/service/more", False),
    ],
)
def test_a_repository_is_one_repository(bootstrap, repository, is_taken):
    pattern = bootstrap["Parameters"]["GitHubRepository"]["AllowedPattern"]
    assert bool(re.search(pattern, repository)) is is_taken


def test_a_plan_of_a_pull_request_changes_nothing(bootstrap, roles):
    assert "Policies" not in roles["PlanRole"]
    assert roles["PlanRole"]["ManagedPolicyArns"] == [
        {"Ref": "JobsReadPolicy"},
        {"Ref": "JobsTargetsPolicy"},
    ]
    assert changes_of(bootstrap["Resources"]["JobsReadPolicy"]["Properties"]) == set()
    reaching = bootstrap["Resources"]["JobsTargetsPolicy"]["Properties"]
    assert changes_of(reaching) == {"sts:AssumeRole"}
    targets = statements_of(reaching)["ReadTargets"]
    assert targets["Resource"] == [
        {"Fn::Sub": f"arn:${{AWS::Partition}}:iam::*:role/{ENVIRONMENT}-read"}
    ]


def test_a_deploy_changes_the_service_s_stack_set_and_nothing_that_could_change_a_role(bootstrap):
    resources = with_github(bootstrap)["Resources"]
    documents = [
        resources["JobsReadPolicy"]["Properties"]["PolicyDocument"],
        resources["JobsTargetsPolicy"]["Properties"]["PolicyDocument"],
        resources["DeployRole"]["Properties"]["Policies"][0]["PolicyDocument"],
    ]
    facts = {"iam:PassedToService": "cloudformation.amazonaws.com"}

    def may(action, arn):
        return policies_allow(documents, action=action, resource=arn, context=facts)

    sets = "arn:aws:cloudformation:us-west-2:111111111111:stackset"
    role = "arn:aws:iam::111111111111:role/multi-region-service-dev"
    for action in (
        "UpdateStackSet",
        "CreateStackInstances",
        "DeleteStackSet",
        "StopStackSetOperation",
    ):
        assert may(f"cloudformation:{action}", f"{sets}/multi-region-service-dev:0000")
        assert not may(f"cloudformation:{action}", f"{sets}/multi-region-service-prod:0000")
    assert may("cloudformation:UpdateStackInstances", f"{sets}-target/multi-region-service-dev:0:1")
    assert may("iam:PassRole", f"{role}-administration")
    assert not may("iam:PassRole", f"{role}-execution")
    bucket = "arn:aws:s3:::mrs-artifacts-dev-111111111111-us-east-1"
    assert may("s3:PutObject", f"{bucket}/template.json")
    for action in ("iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:CreateRole"):
        assert not may(action, f"{role}-administration")
    for action in ("s3:DeleteObjectVersion", "s3:PutBucketPolicy", "sts:AssumeRole"):
        assert not may(action, bucket if action.startswith("s3:") else f"{role}-execution")
