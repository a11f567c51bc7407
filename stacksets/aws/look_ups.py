"""One read a type of resource, which tells by the physical id whether it is there.

Source: the resource types' schemas (primaryIdentifier, the permissions of their read handlers).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from stacksets.aws.failures import AbsentError
from stacksets.aws.resources import ResourceState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from types_boto3_cloudwatch.literals import AlarmTypeType
    from types_boto3_cloudwatch.type_defs import DescribeAlarmsOutputTypeDef

    from stacksets.aws.clients import Clients

_ENDING: Final = frozenset({"PendingDeletion", "PendingReplicaDeletion"})


def look_up(clients: Clients, resource_type: str, physical_id: str) -> ResourceState:
    """Ask a resource's own service for it; the type is one of `resources.CHECKED_TYPES`.

    Raises:
        AwsError: it may not be read, or the service failed.
    """
    try:
        return _LOOK_UPS[resource_type](clients, physical_id)
    except AbsentError:
        return ResourceState.GONE


def list_log_groups(clients: Clients, name_prefix: str) -> tuple[str, ...]:
    """List the names of the log groups whose name begins so."""
    with clients.origin.asking("logs:DescribeLogGroups"):
        pages = clients.logs.get_paginator("describe_log_groups").paginate(
            logGroupNamePrefix=name_prefix
        )
        return tuple(group["logGroupName"] for page in pages for group in page["logGroups"])


def _alarm(clients: Clients, physical_id: str) -> ResourceState:
    return _there(_describe_alarms(clients, physical_id, "MetricAlarm")["MetricAlarms"])


def _composite_alarm(clients: Clients, physical_id: str) -> ResourceState:
    return _there(_describe_alarms(clients, physical_id, "CompositeAlarm")["CompositeAlarms"])


def _describe_alarms(
    clients: Clients, name: str, kind: AlarmTypeType
) -> DescribeAlarmsOutputTypeDef:
    """Describe an alarm by its name, also where its ARN is the physical id."""
    with clients.origin.asking("cloudwatch:DescribeAlarms"):
        return clients.cloudwatch.describe_alarms(
            AlarmNames=[name.rpartition(":alarm:")[2]], AlarmTypes=[kind]
        )


def _certificate(clients: Clients, physical_id: str) -> ResourceState:
    with clients.origin.asking("acm:DescribeCertificate"):
        return _there(clients.acm.describe_certificate(CertificateArn=physical_id))


def _dashboard(clients: Clients, physical_id: str) -> ResourceState:
    with clients.origin.asking("cloudwatch:GetDashboard"):
        return _there(clients.cloudwatch.get_dashboard(DashboardName=physical_id))


def _domain_name(clients: Clients, physical_id: str) -> ResourceState:
    with clients.origin.asking("apigateway:GET /domainnames"):
        return _there(clients.apigateway.get_domain_name(domainName=physical_id))


def _function(clients: Clients, physical_id: str) -> ResourceState:
    with clients.origin.asking("lambda:GetFunctionConfiguration"):
        return _there(clients.functions.get_function_configuration(FunctionName=physical_id))


def _health_check(clients: Clients, physical_id: str) -> ResourceState:
    with clients.origin.asking("route53:GetHealthCheck"):
        return _there(clients.route53.get_health_check(HealthCheckId=physical_id))


def _key(clients: Clients, physical_id: str) -> ResourceState:
    """Look up a key, which AWS keeps for 7 to 30 days after it was deleted (KMS guide)."""
    with clients.origin.asking("kms:DescribeKey"):
        key = clients.kms.describe_key(KeyId=physical_id)["KeyMetadata"]
    is_ending = key.get("KeyState") in _ENDING
    return ResourceState.PENDING_DELETION if is_ending else ResourceState.THERE


def _log_group(clients: Clients, physical_id: str) -> ResourceState:
    return _there(physical_id in list_log_groups(clients, physical_id))


def _rest_api(clients: Clients, physical_id: str) -> ResourceState:
    with clients.origin.asking("apigateway:GET /restapis"):
        return _there(clients.apigateway.get_rest_api(restApiId=physical_id))


def _role(clients: Clients, physical_id: str) -> ResourceState:
    with clients.origin.asking("iam:GetRole"):
        return _there(clients.iam.get_role(RoleName=physical_id))


def _sampling_rule(clients: Clients, physical_id: str) -> ResourceState:
    """Look for a rule among all of them: X-Ray tells of no single one."""
    with clients.origin.asking("xray:GetSamplingRules"):
        pages = clients.xray.get_paginator("get_sampling_rules").paginate()
        rules = [one["SamplingRule"] for page in pages for one in page["SamplingRuleRecords"]]
    return _there(any(rule.get("RuleARN") == physical_id for rule in rules))


def _topic(clients: Clients, physical_id: str) -> ResourceState:
    with clients.origin.asking("sns:GetTopicAttributes"):
        return _there(clients.sns.get_topic_attributes(TopicArn=physical_id))


def _there(found: object) -> ResourceState:
    return ResourceState.THERE if found else ResourceState.GONE


_LOOK_UPS: Final[Mapping[str, Callable[[Clients, str], ResourceState]]] = {
    "AWS::ApiGateway::DomainName": _domain_name,
    "AWS::ApiGateway::RestApi": _rest_api,
    "AWS::CertificateManager::Certificate": _certificate,
    "AWS::CloudWatch::Alarm": _alarm,
    "AWS::CloudWatch::CompositeAlarm": _composite_alarm,
    "AWS::CloudWatch::Dashboard": _dashboard,
    "AWS::IAM::Role": _role,
    "AWS::KMS::Key": _key,
    "AWS::Lambda::Function": _function,
    "AWS::Logs::LogGroup": _log_group,
    "AWS::Route53::HealthCheck": _health_check,
    "AWS::SNS::Topic": _topic,
    "AWS::XRay::SamplingRule": _sampling_rule,
}
