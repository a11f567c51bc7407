"""What a destroy leaves behind, asked of every service of the embedded AWS itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stacksets.aws.resources import CHECKED_TYPES, ResourceState
from stacksets.leftovers import Leftover, Leftovers, find_leftovers
from stacksets.model.desired import InstanceKey
from tests.builders import ACCOUNT, EAST, WEST
from tests.builders import NAME as STACK_SET
from tests.integration.deployer import a_regional_deployment, regional_template
from tests.integration.local.global_templates import NAME, ref, resource

if TYPE_CHECKING:
    from tests.integration.deployer import Deployer

pytestmark = pytest.mark.integration

KEYS = (InstanceKey(ACCOUNT, EAST), InstanceKey(ACCOUNT, WEST))
ROLE = {
    "Type": "AWS::IAM::Role",
    "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}},
}
FUNCTION = {
    "Type": "AWS::Lambda::Function",
    "Properties": {
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Runtime": "python3.14",
        "Handler": "index.handler",
        "Code": {"ZipFile": "def handler(event, context): return {}"},
    },
}
RETAINED = {"Type": "AWS::Logs::LogGroup", "DeletionPolicy": "Retain"}
ALARM = {
    "Namespace": "AWS/Lambda",
    "MetricName": "Errors",
    "Statistic": "Sum",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 1,
    "ComparisonOperator": "GreaterThanThreshold",
}
RULE = {
    "RuleName": "health",
    "Version": 1,
    "Priority": 1,
    "FixedRate": 0,
    "ReservoirSize": 0,
    **dict.fromkeys(("ServiceName", "ServiceType", "Host", "HTTPMethod", "URLPath"), "*"),
    "ResourceARN": "*",
}
KEY_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "kms:*", "Resource": "*"}
    ],
}
PROBE = {"Type": "HTTPS", "FullyQualifiedDomainName": "127.0.0.1", "Port": 9}
PROVED = {
    "Role": ROLE,
    "Function": FUNCTION,
    "Api": resource("ApiGateway::RestApi"),
    "Certificate": resource(
        "CertificateManager::Certificate", DomainName=NAME, ValidationMethod="DNS"
    ),
    "Domain": resource(
        "ApiGateway::DomainName",
        DomainName=NAME,
        RegionalCertificateArn=ref("Certificate"),
        EndpointConfiguration={"Types": ["REGIONAL"]},
    ),
    "Failing": resource("CloudWatch::Alarm", **ALARM),
    "Impaired": resource("CloudWatch::CompositeAlarm", AlarmRule={"Fn::Sub": "ALARM(${Failing})"}),
    "Board": resource("CloudWatch::Dashboard", DashboardBody="{}"),
    "Key": resource("KMS::Key", KeyPolicy=KEY_POLICY),
    "Check": resource("Route53::HealthCheck", HealthCheckConfig=PROBE),
    "Topic": resource("SNS::Topic"),
    "Sampling": resource("XRay::SamplingRule", SamplingRule=RULE),
}
"""One resource of each type that is looked up; its log group stands in the template anyway."""


def test_nothing_is_left_of_a_stack_set_that_was_destroyed(deployer: Deployer) -> None:
    resources = {"Role": ROLE, "Function": FUNCTION, "Api": {"Type": "AWS::ApiGateway::RestApi"}}
    deployment = a_regional_deployment(content=regional_template(resources=resources))
    deployer.deploy(deployment)
    before = find_leftovers(deployer.aws, deployment, KEYS)
    deployer.destroy(deployment)

    assert [(one.key, one.resource_type) for one in before.found] == [
        (key, "AWS::CloudFormation::Stack") for key in KEYS
    ]
    assert find_leftovers(deployer.aws, deployment, KEYS) == Leftovers(
        found=(), kept=(), unchecked=()
    )


def test_every_type_that_is_looked_up_is_seen_while_it_is_there_and_missed_when_it_is_gone(
    deployer: Deployer,
) -> None:
    deployer.local.client("route53", ACCOUNT).create_hosted_zone(
        Name="example.com", CallerReference="one"
    )
    content = regional_template(resources=PROVED)
    deployment = a_regional_deployment(content=content, regions=(EAST,))
    deployer.deploy(deployment)
    account = deployer.aws.account(ACCOUNT, EAST, None)
    [stack_id] = deployer.stacks(ACCOUNT, EAST)
    made = {
        one.resource_type: one.physical_id
        for one in account.list_events(stack_id)
        if one.status == "CREATE_COMPLETE" and one.resource_type in CHECKED_TYPES
    }
    there = {kind: account.look_up(kind, name) for kind, name in made.items()}
    deployer.destroy(deployment)
    gone = {kind: account.look_up(kind, name) for kind, name in made.items()}
    left = find_leftovers(deployer.aws, deployment, KEYS)

    key = made["AWS::KMS::Key"]
    assert there == dict.fromkeys(CHECKED_TYPES, ResourceState.THERE)
    assert gone == dict.fromkeys(CHECKED_TYPES, ResourceState.GONE) | {
        "AWS::KMS::Key": ResourceState.PENDING_DELETION
    }
    assert left == Leftovers(
        found=(),
        kept=(),
        unchecked=(),
        pending=(Leftover(key=KEYS[0], resource_type="AWS::KMS::Key", name=key),),
    )


def test_what_somebody_made_again_under_the_same_name_is_found(deployer: Deployer) -> None:
    deployment = a_regional_deployment(regions=(EAST,))
    deployer.deploy(deployment)
    logs = deployer.local.client("logs", ACCOUNT, EAST)
    (group,) = logs.describe_log_groups()["logGroups"]
    deployer.destroy(deployment)
    logs.create_log_group(logGroupName=group["logGroupName"])

    assert find_leftovers(deployer.aws, deployment, KEYS).found == (
        Leftover(key=KEYS[0], resource_type="AWS::Logs::LogGroup", name=group["logGroupName"]),
    )


def test_what_the_template_retains_is_named_as_kept(deployer: Deployer) -> None:
    content = regional_template(resources={"Kept": RETAINED})
    deployment = a_regional_deployment(content=content, regions=(EAST,))
    deployer.deploy(deployment)
    deployer.destroy(deployment)

    left = find_leftovers(deployer.aws, deployment, KEYS)

    assert left.found == ()
    assert [(one.key, one.resource_type) for one in left.kept] == [(KEYS[0], "AWS::Logs::LogGroup")]


def test_a_stack_set_whose_name_is_longer_is_no_leftover_of_this_one(deployer: Deployer) -> None:
    deployer.deploy(a_regional_deployment(name=f"{STACK_SET}-two"))

    assert find_leftovers(deployer.aws, a_regional_deployment(), KEYS).found == ()
