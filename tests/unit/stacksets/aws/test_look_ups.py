"""Whether a resource is there, asked of its own service by what CloudFormation calls it."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from botocore.stub import Stubber

from stacksets.aws.account import BotoAccount
from stacksets.aws.resources import CHECKED_TYPES, ResourceState
from stacksets.errors import PermissionDeniedError

if TYPE_CHECKING:
    from collections.abc import Iterator

THEN = datetime(2026, 1, 1, tzinfo=UTC)
ARN = "arn:aws:x:us-west-2:111111111111:thing/x"
ROLE = {
    "Path": "/",
    "RoleName": "x",
    "RoleId": "AROA1234567890123456",
    "Arn": "arn:aws:iam::111111111111:role/x",
    "CreateDate": THEN,
}
HEALTH_CHECK = {
    "Id": "x",
    "CallerReference": "r",
    "HealthCheckConfig": {"Type": "HTTPS"},
    "HealthCheckVersion": 1,
}
RULE = {
    **dict.fromkeys(("ServiceName", "ServiceType", "Host", "HTTPMethod", "URLPath"), "*"),
    "ResourceARN": "*",
    "Priority": 1,
    "FixedRate": 0.0,
    "ReservoirSize": 0,
    "Version": 1,
}
RULES = [{"SamplingRule": {**RULE, "RuleARN": arn}} for arn in ("arn:of:another", ARN)]
BOTH_KINDS: dict[str, Any] = {"MetricAlarms": [], "CompositeAlarms": []}


class LookUp(NamedTuple):
    """A type, the client and call that tell of it, and what is answered if it is there or gone.

    `gone` is an error's code, or what is answered instead of an error.
    """

    resource_type: str
    client: str
    method: str
    asked: dict[str, Any]
    answer: dict[str, Any]
    gone: str | dict[str, Any]


LOOK_UPS = [
    LookUp(
        "AWS::ApiGateway::DomainName",
        "apigateway",
        "get_domain_name",
        {"domainName": ARN},
        {"domainName": ARN},
        "NotFoundException",
    ),
    LookUp(
        "AWS::ApiGateway::RestApi",
        "apigateway",
        "get_rest_api",
        {"restApiId": ARN},
        {"id": ARN},
        "NotFoundException",
    ),
    LookUp(
        "AWS::CertificateManager::Certificate",
        "acm",
        "describe_certificate",
        {"CertificateArn": ARN},
        {"Certificate": {"CertificateArn": ARN}},
        "ResourceNotFoundException",
    ),
    LookUp(
        "AWS::CloudWatch::Alarm",
        "cloudwatch",
        "describe_alarms",
        {"AlarmNames": [ARN], "AlarmTypes": ["MetricAlarm"]},
        {**BOTH_KINDS, "MetricAlarms": [{"AlarmName": ARN}]},
        BOTH_KINDS,
    ),
    LookUp(
        "AWS::CloudWatch::CompositeAlarm",
        "cloudwatch",
        "describe_alarms",
        {"AlarmNames": [ARN], "AlarmTypes": ["CompositeAlarm"]},
        {**BOTH_KINDS, "CompositeAlarms": [{"AlarmName": ARN}]},
        BOTH_KINDS,
    ),
    LookUp(
        "AWS::CloudWatch::Dashboard",
        "cloudwatch",
        "get_dashboard",
        {"DashboardName": ARN},
        {"DashboardName": ARN},
        "ResourceNotFound",
    ),
    LookUp("AWS::IAM::Role", "iam", "get_role", {"RoleName": ARN}, {"Role": ROLE}, "NoSuchEntity"),
    LookUp(
        "AWS::KMS::Key",
        "kms",
        "describe_key",
        {"KeyId": ARN},
        {"KeyMetadata": {"KeyId": ARN, "KeyState": "Disabled"}},
        "NotFoundException",
    ),
    LookUp(
        "AWS::Lambda::Function",
        "functions",
        "get_function_configuration",
        {"FunctionName": ARN},
        {"FunctionName": ARN},
        "ResourceNotFoundException",
    ),
    LookUp(
        "AWS::Logs::LogGroup",
        "logs",
        "describe_log_groups",
        {"logGroupNamePrefix": ARN},
        {"logGroups": [{"logGroupName": f"{ARN}-of-another"}, {"logGroupName": ARN}]},
        {"logGroups": [{"logGroupName": f"{ARN}-of-another"}]},
    ),
    LookUp(
        "AWS::Route53::HealthCheck",
        "route53",
        "get_health_check",
        {"HealthCheckId": ARN},
        {"HealthCheck": HEALTH_CHECK},
        "NoSuchHealthCheck",
    ),
    LookUp(
        "AWS::SNS::Topic",
        "sns",
        "get_topic_attributes",
        {"TopicArn": ARN},
        {"Attributes": {"TopicArn": ARN}},
        "NotFound",
    ),
    LookUp(
        "AWS::XRay::SamplingRule",
        "xray",
        "get_sampling_rules",
        {},
        {"SamplingRuleRecords": RULES},
        {"SamplingRuleRecords": RULES[:1]},
    ),
]
each_type = pytest.mark.parametrize("row", LOOK_UPS, ids=lambda row: row.resource_type)


@pytest.fixture
def account(clients) -> BotoAccount:
    return BotoAccount(clients)


@pytest.fixture
def stub(clients) -> Iterator[Any]:
    with ExitStack() as stack:

        def start(row: LookUp) -> Stubber:
            return stack.enter_context(Stubber(getattr(clients, row.client)))

        yield start


def test_every_type_that_can_be_looked_up_is_tested_here():
    assert sorted(row.resource_type for row in LOOK_UPS) == sorted(CHECKED_TYPES)


@each_type
def test_a_resource_that_is_there_is_found_by_one_read(account, stub, row):
    stubber = stub(row)
    stubber.add_response(row.method, row.answer, row.asked)

    assert account.look_up(row.resource_type, ARN) is ResourceState.THERE
    stubber.assert_no_pending_responses()


@each_type
def test_a_resource_that_is_gone_is_told_by_its_service(account, stub, row):
    if isinstance(row.gone, str):
        stub(row).add_client_error(row.method, row.gone, "gone", 404)
    else:
        stub(row).add_response(row.method, row.gone, row.asked)

    assert account.look_up(row.resource_type, ARN) is ResourceState.GONE


def test_an_alarm_whose_physical_id_is_its_arn_is_asked_for_by_its_name(account, stub):
    [row] = [one for one in LOOK_UPS if one.resource_type == "AWS::CloudWatch::CompositeAlarm"]
    arn = "arn:aws:cloudwatch:us-west-2:111111111111:alarm:impaired"
    stub(row).add_response(
        row.method, row.answer, {"AlarmNames": ["impaired"], "AlarmTypes": ["CompositeAlarm"]}
    )

    assert account.look_up(row.resource_type, arn) is ResourceState.THERE


def test_a_dashboard_that_is_gone_may_be_told_by_the_name_of_the_error(account, stub):
    [row] = [one for one in LOOK_UPS if one.method == "get_dashboard"]
    stub(row).add_client_error(row.method, "DashboardNotFoundError", "gone", 404)

    assert account.look_up(row.resource_type, ARN) is ResourceState.GONE


@pytest.mark.parametrize("state", ["PendingDeletion", "PendingReplicaDeletion"])
def test_a_key_that_was_deleted_waits_for_it(account, stub, state):
    [row] = [one for one in LOOK_UPS if one.client == "kms"]
    answer = {"KeyMetadata": {"KeyId": ARN, "KeyState": state}}
    stub(row).add_response(row.method, answer, row.asked)

    assert account.look_up(row.resource_type, ARN) is ResourceState.PENDING_DELETION


@each_type
def test_what_may_not_be_looked_up_is_no_absence(account, stub, row):
    stub(row).add_client_error(row.method, "AccessDenied", "no", 403)

    with pytest.raises(PermissionDeniedError, match=f"not allowed to call {_service(row)}"):
        account.look_up(row.resource_type, ARN)


def _service(row: LookUp) -> str:
    return {"functions": "lambda"}.get(row.client, row.client) + ":"
