"""Who may read what a destroy's proof of emptiness looks up, and what it looks at not at all."""

from __future__ import annotations

import pytest

from stacksets.aws.resources import CHECKED_TYPES
from stacksets.local.adaptations.policies import policies_allow
from stacksets.resolve import resolve

ACCOUNT = "111111111111"
HERE = f"us-east-1:{ACCOUNT}"
STACK = "StackSet-multi-region-service-dev-0000"
API = "arn:aws:apigateway:us-east-1:"
LOOK_UPS = {
    "AWS::ApiGateway::DomainName": ("apigateway:GET", f"{API}:/domainnames/api.example.com"),
    "AWS::ApiGateway::RestApi": ("apigateway:GET", f"{API}:/restapis/a"),
    "AWS::CertificateManager::Certificate": (
        "acm:DescribeCertificate",
        f"arn:aws:acm:{HERE}:certificate/0",
    ),
    "AWS::CloudWatch::Alarm": (
        "cloudwatch:DescribeAlarms",
        f"arn:aws:cloudwatch:{HERE}:alarm:{STACK}-ThrottlesAlarm-0",
    ),
    # Asked for with less than "*", CloudWatch leaves composite alarms out (DescribeAlarms).
    "AWS::CloudWatch::CompositeAlarm": ("cloudwatch:DescribeAlarms", "*"),
    "AWS::CloudWatch::Dashboard": (
        "cloudwatch:GetDashboard",
        f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/Dashboard-0",
    ),
    "AWS::IAM::Role": (
        "iam:GetRole",
        f"arn:aws:iam::{ACCOUNT}:role/multi-region-service/{STACK}-FunctionRole",
    ),
    "AWS::KMS::Key": ("kms:DescribeKey", f"arn:aws:kms:{HERE}:key/0"),
    "AWS::Lambda::Function": (
        "lambda:GetFunctionConfiguration",
        f"arn:aws:lambda:{HERE}:function:StackSet-multi-region-Function-0",
    ),
    "AWS::Logs::LogGroup": (
        "logs:DescribeLogGroups",
        f"arn:aws:logs:{HERE}:log-group::log-stream:",
    ),
    "AWS::Route53::HealthCheck": ("route53:GetHealthCheck", "arn:aws:route53:::healthcheck/0"),
    "AWS::SNS::Topic": ("sns:GetTopicAttributes", f"arn:aws:sns:{HERE}:{STACK}-Topic-0"),
    "AWS::XRay::SamplingRule": ("xray:GetSamplingRules", "*"),
}
# What the service may have and what is not looked up by itself, and why.
GO_WITH = {
    "AWS::ApiGateway::BasePathMapping": "its domain name",
    "AWS::ApiGateway::BasePathMappingV2": "its domain name",
    "AWS::ApiGateway::Deployment": "its REST API",
    "AWS::ApiGateway::GatewayResponse": "its REST API",
    "AWS::ApiGateway::Method": "its REST API",
    "AWS::ApiGateway::Resource": "its REST API",
    "AWS::ApiGateway::Stage": "its REST API",
    "AWS::KMS::Alias": "its key",
    "AWS::Lambda::Alias": "its function",
    "AWS::Lambda::Permission": "its function",
    "AWS::Lambda::Version": "its function",
    # A record has no id that AWS could be asked for, and costs nothing in a zone that stays.
    "AWS::Route53::RecordSet": "the deletion that CloudFormation vouches for",
    "AWS::SNS::Subscription": "its topic",
    "AWS::SNS::TopicPolicy": "its topic",
}


@pytest.fixture
def may(bootstrap):
    """Whether a role or policy of the bootstrap lets one look up a resource."""
    given = {
        "EnvironmentSuffix": "dev",
        "AdminAccountId": ACCOUNT,
        "HomeRegion": "us-west-2",
        "TargetAccountIds": ACCOUNT,
        "TargetRegions": "us-east-1,us-west-1",
        "GitHubRepository": "owner/name",
    }
    made = resolve(bootstrap, parameters=given, account=ACCOUNT, region="us-west-2")["Resources"]

    def decide(title, action, arn):
        properties = made[title]["Properties"]
        documents = [one["PolicyDocument"] for one in properties.get("Policies", [properties])]
        return policies_allow(documents, action=action, resource=arn, context={})

    return decide


@pytest.mark.parametrize("title", ["ReadRole", "JobsReadPolicy"])
def test_everything_that_a_destroy_looks_up_may_be_read(may, title):
    assert LOOK_UPS.keys() == CHECKED_TYPES
    refused = {kind for kind, (action, arn) in LOOK_UPS.items() if not may(title, action, arn)}
    assert refused == set()


@pytest.mark.parametrize("title", ["ReadRole", "JobsReadPolicy"])
def test_a_pre_flight_may_look_for_the_boundary_and_for_no_other_policy(may, title):
    stem = f"arn:aws:iam::{ACCOUNT}:policy/multi-region-service"
    asked = {f"{stem}-dev-boundary": True, f"{stem}-prod-boundary": False}
    assert {arn: may(title, "iam:GetPolicy", arn) for arn in asked} == asked


@pytest.mark.parametrize(
    ("action", "arn"),
    [
        ("sns:GetTopicAttributes", f"arn:aws:sns:{HERE}:somebody-elses"),
        ("cloudwatch:GetDashboard", f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/somebody-elses"),
        ("lambda:GetFunctionConfiguration", f"arn:aws:lambda:{HERE}:function:payroll"),
        ("lambda:GetFunction", f"arn:aws:lambda:{HERE}:function:payroll"),
        ("lambda:GetFunction", f"arn:aws:lambda:{HERE}:function:StackSet-multi-region-Function-0"),
        ("kms:Decrypt", f"arn:aws:kms:{HERE}:key/0"),
        ("kms:GetKeyPolicy", f"arn:aws:kms:{HERE}:key/0"),
        ("acm:ExportCertificate", f"arn:aws:acm:{HERE}:certificate/0"),
        ("sns:Publish", f"arn:aws:sns:{HERE}:{STACK}-Topic-0"),
        ("execute-api:Invoke", f"arn:aws:execute-api:{HERE}:a/prod/POST/myresource"),
        ("execute-api:Invoke", f"arn:aws:execute-api:{HERE}:a/other/GET/myresource"),
    ],
)
@pytest.mark.parametrize("title", ["ReadRole", "JobsReadPolicy"])
def test_looking_is_all_that_is_allowed_and_only_at_what_is_ours(may, title, action, arn):
    assert not may(title, action, arn)


def test_smoke_may_call_what_it_calls_and_a_plan_of_a_pull_request_may_not(may):
    call = ("execute-api:Invoke", f"arn:aws:execute-api:{HERE}:a/prod/GET/myresource")
    assert {title: may(title, *call) for title in ("ReadRole", "DeployRole", "JobsReadPolicy")} == {
        "ReadRole": True,
        "DeployRole": True,
        "JobsReadPolicy": False,
    }


def test_every_type_of_the_service_is_looked_up_or_goes_with_one_that_is(resources):
    assert {kind for kind in resources if kind not in CHECKED_TYPES | GO_WITH.keys()} == set()
