"""What the execution role may do, by IAM's own way of deciding: every call of every handler.

The decisions are those of ministack's evaluator, in process; AWS itself has not been asked.
"""

from __future__ import annotations

import json
from collections import Counter
from fnmatch import fnmatchcase

import pytest

from generator.bootstrap.handlers import calls_of, handled_types
from generator.bootstrap.packing import MANAGED_POLICY_LIMIT, pack
from generator.bootstrap.scopes import Scope, find_scopes
from generator.bootstrap.template import build_bootstrap
from generator.bootstrap.unused import UNUSED, is_unused
from generator.policies import allow
from generator.render import to_bytes
from generator.settings import TEMPLATE_BODY_LIMIT_BYTES
from stacksets.local.adaptations.policies import policies_allow
from stacksets.resolve import resolve

ACCOUNT = "111111111111"
STACK = "StackSet-multi-region-service-dev-0000"
PARTITION = "arn:aws:"
BOUNDARY = f"{PARTITION}iam::{ACCOUNT}:policy/multi-region-service-dev-boundary"
ROLE = f"{PARTITION}iam::{ACCOUNT}:role/multi-region-service/{STACK}-FunctionRole"
HERE = f"us-east-1:{ACCOUNT}"
KEY = f"{PARTITION}kms:{HERE}:key/0000"

# An ARN of ours for each service; what knows no resource is asked for on "*".
OURS = {
    "AWS::ApiGateway::DomainName": [f"{PARTITION}apigateway:us-east-1::/domainnames/api"],
    "AWS::ApiGateway::BasePathMapping": [
        f"{PARTITION}apigateway:us-east-1::/domainnames/api/basepathmappings"
    ],
    "AWS::ApiGateway::BasePathMappingV2": [
        f"{PARTITION}apigateway:us-east-1::/domainnames/api/basepathmappings/a"
    ],
    "AWS::ApiGateway": [
        f"{PARTITION}apigateway:us-east-1::/restapis",
        f"{PARTITION}apigateway:us-east-1::/restapis/a/stages/prod",
    ],
    "AWS::CertificateManager": [f"{PARTITION}acm:{HERE}:certificate/0000"],
    "AWS::CloudWatch::Dashboard": [f"{PARTITION}cloudwatch::{ACCOUNT}:dashboard/Dashboard-0000"],
    "AWS::CloudWatch": [f"{PARTITION}cloudwatch:{HERE}:alarm:{STACK}-LatencyAlarm-0000"],
    "AWS::IAM": [ROLE],
    "AWS::KMS": [KEY],
    "AWS::Lambda": [f"{PARTITION}lambda:{HERE}:function:StackSet-multi-region-Function-0000"],
    "AWS::Logs": [
        f"{PARTITION}logs:{HERE}:log-group:{STACK}-AccessLogs-0000",
        f"{PARTITION}logs:{HERE}:log-group:API-Gateway-Execution-Logs_a/prod",
    ],
    "AWS::Route53::HealthCheck": [f"{PARTITION}route53:::healthcheck/0000"],
    "AWS::Route53": [f"{PARTITION}route53:::hostedzone/Z0000"],
    "AWS::SNS": [f"{PARTITION}sns:{HERE}:{STACK}-Topic-0000"],
    "AWS::XRay": [f"{PARTITION}xray:{HERE}:sampling-rule/mrs-health-dev"],
}
# Called by a handler of one service on what belongs to another.
ELSEWHERE = {
    "iam:PassRole": [ROLE],
    "iam:GetRole": [ROLE],
    "route53:ChangeResourceRecordSets": [f"{PARTITION}route53:::hostedzone/Z0000"],
    "route53:GetChange": [f"{PARTITION}route53:::change/C0000"],
    "kms:CreateGrant": [KEY],
    "kms:Decrypt": [KEY],
    "kms:DescribeKey": [KEY],
    "kms:Encrypt": [KEY],
    "kms:GenerateDataKey": [KEY],
    "kms:CreateAlias": [KEY, f"{PARTITION}kms:{HERE}:alias/multi-region-service-dev"],
    "kms:DeleteAlias": [KEY, f"{PARTITION}kms:{HERE}:alias/multi-region-service-dev"],
    "kms:UpdateAlias": [KEY, f"{PARTITION}kms:{HERE}:alias/multi-region-service-dev"],
}
# Service Authorization Reference: these know no resource, or (CloudWatch API reference) are refused
# for composite alarms to whoever has them on less than "*".
NO_RESOURCE = {
    "acm:ListCertificates",
    "acm:RequestCertificate",
    "cloudwatch:DescribeAlarms",
    "cloudwatch:ListDashboards",
    "cloudwatch:PutCompositeAlarm",
    "iam:ListRoles",
    "kms:CreateKey",
    "kms:ListAliases",
    "kms:ListKeys",
    "lambda:ListFunctions",
    "logs:DescribeIndexPolicies",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "route53:CreateHealthCheck",
    "route53:ListHealthChecks",
    "route53:ListHostedZones",
    "sns:GetSubscriptionAttributes",
    "sns:ListSubscriptions",
    "sns:ListTopics",
    "sns:SetSubscriptionAttributes",
    "sns:Unsubscribe",
    "xray:GetSamplingRules",
}
# What AWS tells IAM about a request of ours, whatever it is.
FACTS = {
    "aws:RequestTag/Environment": "dev",
    "aws:ResourceTag/Environment": "dev",
    "acm:ValidationMethod": "DNS",
    "iam:PassedToService": "lambda.amazonaws.com",
    "iam:PermissionsBoundary": BOUNDARY,
    "kms:ViaService": "lambda.us-east-1.amazonaws.com",
}
CALLS = [called for called in calls_of(handled_types()) if not is_unused(called.action)]
GLOBAL = ("iam:", "route53:")


def resolved(template):
    parameters = {
        "EnvironmentSuffix": "dev",
        "AdminAccountId": ACCOUNT,
        "HomeRegion": "us-west-2",
        "TargetAccountIds": ACCOUNT,
        "TargetRegions": "us-east-1,us-west-1",
        "HostedZoneId": "Z0000",
    }
    return resolve(template, parameters=parameters, account=ACCOUNT, region="us-west-2")


@pytest.fixture(scope="module")
def body():
    """The bootstrap of a service that has every type that the extract knows."""
    return to_bytes(build_bootstrap(handled_types()))


@pytest.fixture(scope="module")
def whole(body):
    return resolved(json.loads(body))["Resources"]


def policies_of(resources, kind="ExecutionPolicy"):
    return [
        resource["Properties"]["PolicyDocument"]
        for title, resource in resources.items()
        if title.startswith(kind)
    ]


@pytest.fixture(scope="module")
def may(whole):
    """Whether the execution role may: an action on an ARN, with facts that differ from ours."""
    documents = policies_of(whole)

    def decide(action, arn, region="us-east-1", **facts):
        known = {**FACTS, "aws:RequestedRegion": region}
        changed = {key.replace("__", "/").replace("_", ":"): facts[key] for key in facts}
        context = {key: value for key, value in {**known, **changed}.items() if value is not None}
        return policies_allow(documents, action=action, resource=arn, context=context)

    return decide


def resources_of(called):
    if called.action in NO_RESOURCE:
        return ["*"]
    if called.action in ELSEWHERE:
        return ELSEWHERE[called.action]
    names = (called.resource_type, called.resource_type.rpartition("::")[0])
    return next(OURS[name] for name in names if name in OURS)


def test_every_call_of_every_handler_is_allowed_on_what_is_ours(may):
    refused = {
        (called.resource_type, called.action, arn)
        for called in CALLS
        for arn in resources_of(called)
        if not may(called.action, arn)
    }
    assert len(CALLS) > 300
    assert refused == set()


def test_nothing_is_allowed_that_no_handler_calls(whole):
    called = {called.action for called in CALLS}
    allowed = {
        action
        for document in policies_of(whole)
        for statement in document["Statement"]
        if statement["Effect"] == "Allow"
        for action in statement["Action"]
    }
    assert {action for action in allowed - called if not action.startswith("cloudformation:")} == {
        "iam:CreateServiceLinkedRole"
    }


@pytest.mark.parametrize("action", sorted({one.action for one in CALLS} - NO_RESOURCE))
def test_no_call_is_allowed_on_what_is_somebody_else_s(may, action):
    service = action.split(":")[0]
    elsewhere = {
        "apigateway": f"{PARTITION}apigateway:us-east-1::/apis/a",
        "cloudwatch": f"{PARTITION}cloudwatch:{HERE}:service/theirs",
        "iam": f"{PARTITION}iam::{ACCOUNT}:role/theirs",
        "kms": f"{PARTITION}kms:us-east-1:999999999999:key/0000",
        "route53": f"{PARTITION}route53:::hostedzone/ZTHEIRS",
        "xray": f"{PARTITION}xray:{HERE}:group/theirs",
    }
    arn = elsewhere.get(service, f"{PARTITION}{service}:us-east-1:999999999999:StackSet-theirs")
    at_creation = action in {"kms:PutKeyPolicy", "kms:TagResource"}
    assert not may(action, arn, aws_RequestTag__Environment=None if at_creation else "dev")


def test_stacks_of_our_stack_set_are_managed_and_no_others(may):
    stacks = f"{PARTITION}cloudformation:{HERE}:stack/"
    assert may("cloudformation:CreateStack", f"{stacks}{STACK}/0000")
    for name in ("StackSet-multi-region-service-prod-0000", "theirs", "multi-region-service-dev"):
        assert not may("cloudformation:CreateStack", f"{stacks}{name}/0000")


IAM_CALLS = sorted({one.action for one in CALLS if one.action.startswith("iam:")})
BOOTSTRAPS = [
    *(f"role/multi-region-service-{end}" for end in ("dev-execution", "prod-administration")),
    "role/multi-region-service-bootstrap/ApiGatewayLogsRole-0000",
    "policy/multi-region-service-dev-boundary",
    "policy/multi-region-service-bootstrap/ExecutionPolicy1-0000",
    "oidc-provider/token.actions.githubusercontent.com",
]


@pytest.mark.parametrize("name", BOOTSTRAPS)
def test_what_bootstraps_make_is_out_of_reach(may, whole, name):
    arn = f"{PARTITION}iam::{ACCOUNT}:{name}"
    everything = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    for action in (*IAM_CALLS, "iam:AttachRolePolicy", "iam:CreatePolicyVersion", "iam:PassRole"):
        assert not may(action, arn)
        # Not by chance: whatever else the role is given.
        assert not policies_allow(
            [*policies_of(whole), everything], action=action, resource=arn, context=FACTS
        )


@pytest.mark.parametrize("action", sorted(set(IAM_CALLS) - NO_RESOURCE))
@pytest.mark.parametrize("path", ["", "theirs/", "multi-region-services/"])
def test_roles_of_another_path_are_out_of_reach(may, action, path):
    assert not may(action, f"{PARTITION}iam::{ACCOUNT}:role/{path}FunctionRole")


@pytest.mark.parametrize(
    "service", ["ec2.amazonaws.com", "apigateway.amazonaws.com", "edgelambda.amazonaws.com", None]
)
def test_a_role_is_passed_to_lambda_alone(may, service):
    assert may("iam:PassRole", ROLE)
    assert not may("iam:PassRole", ROLE, iam_PassedToService=service)


@pytest.mark.parametrize(
    "boundary", [None, "arn:aws:iam::aws:policy/AdministratorAccess", f"{BOUNDARY}s"]
)
@pytest.mark.parametrize(
    "action", ["iam:CreateRole", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary"]
)
def test_no_role_is_made_or_given_anything_without_the_boundary(may, action, boundary):
    assert may(action, ROLE)
    assert not may(action, ROLE, iam_PermissionsBoundary=boundary)


def test_a_role_from_before_the_boundary_can_still_be_bounded_and_deleted(may):
    for action in ("iam:DeleteRolePolicy", "iam:DeleteRole", "iam:UpdateAssumeRolePolicy"):
        assert may(action, ROLE, iam_PermissionsBoundary=None)


def test_no_role_is_taken_out_of_its_boundary(may):
    assert not may("iam:DeleteRolePermissionsBoundary", ROLE)


CHANGING = ("Create", "Put", "Update", "Publish", "Request", "POST", "PATCH")


@pytest.mark.parametrize("handler", ["create", "update"])
def test_elsewhere_than_in_the_target_regions_nothing_is_made(may, handler):
    made = {
        (one.action, arn)
        for one in CALLS
        if one.handler == handler and not one.action.startswith(GLOBAL)
        if one.action.split(":")[1].startswith(CHANGING)
        for arn in resources_of(one)
    }
    assert made
    assert {one for one in made if may(*one, region="eu-west-1")} == set()


def test_a_region_that_left_the_file_can_be_emptied(may):
    needed = {
        (one.action, arn)
        for one in CALLS
        if one.handler in {"delete", "read", "list"}
        for arn in resources_of(one)
    }
    assert {one for one in needed if not may(*one, region="eu-west-1")} == set()
    stack = f"{PARTITION}cloudformation:eu-west-1:{ACCOUNT}:stack/{STACK}/0000"
    assert may("cloudformation:DeleteStack", stack, region="eu-west-1")
    assert not may("cloudformation:CreateStack", stack, region="eu-west-1")


def test_services_without_regions_are_reached_from_wherever_they_are(may):
    everywhere = [called for called in CALLS if called.action.startswith(GLOBAL)]
    for called in everywhere:
        for arn in resources_of(called):
            assert may(called.action, arn, region="eu-west-1")


@pytest.mark.parametrize("action", ["kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:TagResource"])
def test_keys_of_other_environments_are_out_of_reach(may, action):
    assert may(action, KEY)
    assert not may(
        action, KEY, aws_ResourceTag__Environment="prod", aws_RequestTag__Environment=None
    )


def test_a_key_is_used_through_lambda_alone(may):
    assert not may("kms:Decrypt", KEY, kms_ViaService=None)
    assert not may("kms:Decrypt", KEY, kms_ViaService="ec2.us-east-1.amazonaws.com")


def test_certificates_are_asked_for_by_dns_alone(may):
    assert not may("acm:RequestCertificate", "*", acm_ValidationMethod="EMAIL")


def test_without_a_hosted_zone_no_record_of_any_zone_is_written(body):
    template = json.loads(body)
    documents = policies_of(
        resolve(
            template,
            parameters={
                "AdminAccountId": ACCOUNT,
                "HomeRegion": "us-west-2",
                "TargetAccountIds": ACCOUNT,
                "TargetRegions": "us-east-1",
            },
            account=ACCOUNT,
            region="us-west-2",
        )["Resources"]
    )
    for zone in ("Z0000", "Z1"):
        assert not policies_allow(
            documents,
            action="route53:ChangeResourceRecordSets",
            resource=f"{PARTITION}route53:::hostedzone/{zone}",
            context=FACTS,
        )


def test_a_type_that_the_service_has_not_brings_no_permission(rendered):
    documents = policies_of(resolved(json.loads(rendered["bootstrap.json"]))["Resources"])
    assert not policies_allow(
        documents,
        action="lambda:CreateEventSourceMapping",
        resource=OURS["AWS::Lambda"][0],
        context=FACTS | {"aws:RequestedRegion": "us-east-1"},
    )


def test_the_policies_follow_from_the_types_of_the_service_template(service, bootstrap):
    types = {resource["Type"] for resource in service["Resources"].values()}
    derived = json.loads(to_bytes(build_bootstrap(types)))

    assert policies_of(derived["Resources"]) == policies_of(bootstrap["Resources"])
    assert policies_of(
        json.loads(to_bytes(build_bootstrap({"AWS::Lambda::Alias"})))["Resources"]
    ) != (policies_of(bootstrap["Resources"]))


def test_a_type_that_the_extract_lacks_stops_the_rendering():
    with pytest.raises(LookupError, match=r"lacks AWS::SQS::Queue → python -m generator\.checks"):
        build_bootstrap({"AWS::SQS::Queue"})


def test_a_call_that_no_scope_has_stops_the_rendering():
    (called, *_) = calls_of({"AWS::SNS::Topic"})
    with pytest.raises(LookupError, match=r"no scope has iam:GetRole, which AWS::SNS::Topic calls"):
        find_scopes(called, (Scope("Nothing", ("s3:*",), ["*"]),))


def test_what_is_left_out_is_called_by_a_handler_and_has_a_reason():
    called = Counter(
        pattern
        for one in calls_of(handled_types())
        if is_unused(one.action)
        for pattern in UNUSED
        if fnmatchcase(one.action, pattern)
    )
    assert set(called) == set(UNUSED)
    assert all(UNUSED.values())


def as_counted(document):
    return len(json.dumps(document, separators=(",", ":")).replace(" ", ""))


def test_every_policy_keeps_to_iam_s_limit_and_the_template_to_cloudformation_s(body, whole):
    sizes = [as_counted(document) for document in policies_of(whole)]
    assert len(sizes) > 1
    assert max(sizes) <= MANAGED_POLICY_LIMIT
    assert len(body) <= TEMPLATE_BODY_LIMIT_BYTES
    # IAM lets a role have ten managed policies.
    attached = whole["ExecutionRole"]["Properties"]["ManagedPolicyArns"]
    assert [one["Ref"] for one in attached] == [
        f"ExecutionPolicy{number}" for number in range(1, len(sizes) + 1)
    ]
    assert len(attached) <= 10


def test_a_statement_that_is_longer_than_a_policy_may_be_is_refused():
    long = allow("TooLong", [], [f"arn:aws:s3:::{number:060}" for number in range(100)])
    with pytest.raises(ValueError, match="TooLong alone is longer"):
        pack([long])


def test_statements_stay_in_order_when_they_are_put_into_several_policies():
    statements = [
        allow(f"Number{number}", [], ["arn:aws:s3:::" + "b" * 2000]) for number in range(5)
    ]
    packed = [[one.Sid for one in document.Statement] for document in pack(statements)]
    assert packed == [["Number0", "Number1"], ["Number2", "Number3"], ["Number4"]]


def bounded(whole, action, arn, **facts):
    """Whether the boundary lets a role of the service do what its own policy may say."""
    context = {"aws:RequestedRegion": "us-east-1", **facts}
    documents = policies_of(whole, "ServiceBoundary")
    return policies_allow(documents, action=action, resource=arn, context=context)


def grants_of(node):
    """Every statement below, those that a condition brings included."""
    if isinstance(node, dict) and "Action" in node:
        yield node
    elif isinstance(node, dict | list):
        for member in node.values() if isinstance(node, dict) else node:
            yield from grants_of(member)


def test_the_boundary_admits_what_the_service_s_roles_are_given(whole, service):
    of_service = {
        "logs": f"{PARTITION}logs:{HERE}:log-group:{STACK}-FunctionLogs-0000:*",
        "kms": KEY,
        "xray": "*",
    }
    given = {
        action
        for resource in service["Resources"].values()
        if resource["Type"] == "AWS::IAM::Role"
        for grant in grants_of(resource["Properties"]["Policies"])
        for action in grant["Action"]
    }
    assert given
    for action in given:
        arn = of_service[action.split(":")[0]]
        assert bounded(whole, action, arn, **{"aws:ResourceTag/Environment": "dev"}), action


def test_the_boundary_admits_nothing_else(whole):
    logs = f"{PARTITION}logs:{HERE}:log-group:{STACK}-FunctionLogs-0000"
    assert not bounded(whole, "logs:PutLogEvents", f"{PARTITION}logs:{HERE}:log-group:theirs")
    assert not bounded(whole, "logs:PutLogEvents", logs, **{"aws:RequestedRegion": "eu-west-1"})
    assert not bounded(whole, "logs:DeleteLogGroup", logs)
    assert bounded(whole, "kms:Decrypt", KEY, **{"aws:ResourceTag/Environment": "dev"})
    assert not bounded(whole, "kms:Decrypt", KEY, **{"aws:ResourceTag/Environment": "prod"})
    for action in ("iam:CreateRole", "sts:AssumeRole", "s3:GetObject", "lambda:InvokeFunction"):
        assert not bounded(whole, action, "*")
