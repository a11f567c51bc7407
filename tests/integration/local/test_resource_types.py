"""Types that ministack lacks or keeps otherwise: made, tagged, changed in place, gone again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.local.global_templates import NAME, get, global_template, ref, resource
from tests.integration.local.templates import api_template, deploy, remove, settle, sub

if TYPE_CHECKING:
    from tests.local_aws import LocalAws

pytestmark = pytest.mark.integration

URL = "https://token.actions.githubusercontent.com"
ACCOUNT = "000000000000"
TAGS = [{"Key": "Service", "Value": "test"}]
ALARM = {
    "ComparisonOperator": "GreaterThanThreshold",
    "EvaluationPeriods": 1,
    "Threshold": 1,
    "TreatMissingData": "notBreaching",
}
PERCENTILE = {
    "MetricName": "Latency",
    "Namespace": "AWS/ApiGateway",
    "ExtendedStatistic": "p99",
    "EvaluateLowSampleCountPercentile": "ignore",
}
PLAIN = {"MetricName": "5XXError", "Namespace": "AWS/ApiGateway", "Statistic": "Sum"}
QUERIES = [
    {"Id": "all", "Expression": "errors + throttles"},
    *(
        {
            "Id": name.lower(),
            "ReturnData": False,
            "MetricStat": {
                "Metric": {"Namespace": "AWS/Lambda", "MetricName": name},
                "Period": 60,
                "Stat": "Sum",
            },
        }
        for name in ("Errors", "Throttles")
    ),
]
LOGS = "logs.${AWS::Region}.amazonaws.com"


def key_policy(*, service: str = LOGS, group: str = "/mine") -> dict[str, Any]:
    arn = sub("arn:aws:logs:${AWS::Region}:${AWS::AccountId}:log-group:" + group)
    use = {
        "Effect": "Allow",
        "Principal": {"Service": sub(service)},
        "Action": ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"],
        "Resource": "*",
        "Condition": {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": arn}},
    }
    owner = {
        "Effect": "Allow",
        "Principal": {"AWS": sub("arn:aws:iam::${AWS::AccountId}:root")},
        "Action": "kms:PutKeyPolicy",
        "Resource": "*",
    }
    return {"Version": "2012-10-17", "Statement": [owner, use]}


def resources(*, version: str = "one") -> dict[str, Any]:
    return {
        "Provider": resource("IAM::OIDCProvider", Url=URL, ClientIdList=[version]),
        "Slow": resource("CloudWatch::Alarm", **ALARM, **PERCENTILE),
        "Failing": resource("CloudWatch::Alarm", **ALARM, **PLAIN),
        "Broken": resource("CloudWatch::Alarm", **ALARM, Metrics=QUERIES),
        "Impaired": resource(
            "CloudWatch::CompositeAlarm",
            AlarmRule=sub('ALARM("${Slow}") OR ALARM("${Broken}")'),
            AlarmDescription=version,
        ),
        "Sampling": resource(
            "XRay::SamplingRule",
            SamplingRule={
                "RuleName": "health",
                "Priority": 100,
                "FixedRate": 0,
                "ReservoirSize": 0,
                "ServiceName": version,
                "ServiceType": "*",
                "Host": "*",
                "HTTPMethod": "GET",
                "URLPath": "/health",
                "ResourceARN": "*",
                "Version": 1,
            },
        ),
        "Board": resource("CloudWatch::Dashboard", DashboardName="mine", DashboardBody="{}"),
        "Open": resource("Logs::LogGroup", LogGroupName="/open"),
        "Key": resource("KMS::Key", KeyPolicy=key_policy(), EnableKeyRotation=True),
        "Group": resource(
            "Logs::LogGroup",
            LogGroupName="/mine",
            KmsKeyId=get("Key", "Arn"),
            RetentionInDays=14 if version == "one" else 30,
        ),
    }


def written(made: dict[str, Any]) -> str:
    outputs = {
        "Provider": get("Provider", "Arn"),
        "Impaired": get("Impaired", "Arn"),
        "Sampling": get("Sampling", "RuleARN"),
        "Key": ref("Key"),
    }
    values = {name: {"Value": value} for name, value in outputs.items()}
    return json.dumps({"Resources": made, "Outputs": values})


def test_each_type_is_made_tagged_changed_in_place_and_gone_again(local_aws: LocalAws) -> None:
    client = local_aws.client("cloudformation")
    client.create_stack(StackName="hello", TemplateBody=written(resources()), Tags=TAGS)
    assert settle(client) == "CREATE_COMPLETE"
    (stack,) = client.describe_stacks(StackName="hello")["Stacks"]
    first = {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}
    iam, xray, cloudwatch, kms = (
        local_aws.client(name) for name in ("iam", "xray", "cloudwatch", "kms")
    )

    second = deploy(client, written(resources(version="two")))

    assert second == first
    assert first["Provider"] == f"arn:aws:iam::{ACCOUNT}:oidc-provider/{URL[8:]}"
    provider = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=first["Provider"])
    assert provider["ClientIDList"] == ["two"]
    rules = {
        one["SamplingRule"]["RuleName"]: one["SamplingRule"]
        for one in xray.get_sampling_rules()["SamplingRuleRecords"]
    }
    assert rules.keys() == {"Default", "health"}
    assert rules["health"]["ServiceName"] == "two"
    assert rules["health"]["RuleARN"] == first["Sampling"]
    alarms = cloudwatch.describe_alarms(AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    (composite,) = alarms["CompositeAlarms"]
    assert composite["AlarmDescription"] == "two"
    broken, failing, slow = alarms["MetricAlarms"]
    assert broken["Metrics"] == QUERIES
    assert failing["Statistic"] == "Sum"
    assert slow["EvaluateLowSampleCountPercentile"] == "ignore"
    assert "Statistic" not in slow
    west = local_aws.client("cloudwatch", region="us-west-1")
    assert len(west.list_dashboards()["DashboardEntries"]) == 1
    assert kms.get_key_rotation_status(KeyId=first["Key"])["KeyRotationEnabled"]

    remove(client)

    assert iam.list_open_id_connect_providers()["OpenIDConnectProviderList"] == []
    assert len(xray.get_sampling_rules()["SamplingRuleRecords"]) == 1
    left = cloudwatch.describe_alarms(AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    assert left["CompositeAlarms"] == left["MetricAlarms"] == []
    assert west.list_dashboards()["DashboardEntries"] == []
    key = kms.describe_key(KeyId=first["Key"])["KeyMetadata"]
    assert key["KeyState"] == "PendingDeletion"


def test_the_tags_of_a_stack_reach_what_it_makes(local_aws: LocalAws) -> None:
    client = local_aws.client("cloudformation")
    check = {"Type": "CALCULATED", "ChildHealthChecks": [], "HealthThreshold": 0}
    made = {
        **resources(),
        "Check": resource("Route53::HealthCheck", HealthCheckConfig=check),
    }
    template = json.loads(written(made))
    template["Outputs"]["Check"] = {"Value": get("Check", "HealthCheckId")}
    client.create_stack(StackName="hello", TemplateBody=json.dumps(template), Tags=TAGS)
    assert settle(client) == "CREATE_COMPLETE"
    (stack,) = client.describe_stacks(StackName="hello")["Stacks"]
    made = {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}

    provider = local_aws.client("iam").get_open_id_connect_provider(
        OpenIDConnectProviderArn=made["Provider"]
    )
    alarm = local_aws.client("cloudwatch").list_tags_for_resource(ResourceARN=made["Impaired"])
    rule = local_aws.client("xray").list_tags_for_resource(ResourceARN=made["Sampling"])
    checked = local_aws.client("route53").list_tags_for_resource(
        ResourceType="healthcheck", ResourceId=made["Check"]
    )

    for tags in (provider, alarm, rule, checked["ResourceTagSet"]):
        assert TAGS[0] in tags["Tags"]

    alarms = local_aws.client("cloudwatch")
    alarms.delete_alarms(AlarmNames=[made["Impaired"].rpartition(":")[2]])
    remove(client)


@pytest.mark.parametrize("logical_id", ["Provider", "Sampling", "Board", "Named", "Domain"])
def test_what_is_there_already_is_refused(local_aws: LocalAws, logical_id: str) -> None:
    client = local_aws.client("cloudformation")
    calm = resource("CloudWatch::Alarm", **ALARM, **PERCENTILE, AlarmName="calm")
    more = {
        "Calm": calm,
        "Named": resource("CloudWatch::CompositeAlarm", AlarmName="n", AlarmRule="ALARM(calm)"),
        "Domain": resource(
            "ApiGateway::DomainName",
            DomainName=NAME,
            EndpointConfiguration={"Types": ["EDGE"]},
        ),
    }
    every = {**resources(), **more}
    more["Named"]["DependsOn"] = ["Calm"]
    needed = {"Calm": calm} if logical_id == "Named" else {}
    deploy(client, json.dumps({"Resources": {logical_id: every[logical_id], **needed}}))
    second = {**every[logical_id]}
    second.pop("DependsOn", None)

    client.create_stack(
        StackName="second", TemplateBody=json.dumps({"Resources": {logical_id: second}})
    )

    assert settle(client, "second") == "ROLLBACK_COMPLETE"
    assert "AlreadyExists" in why(client)


def why(client: Any) -> str:
    events = client.describe_stack_events(StackName="second")["StackEvents"]
    return "".join(
        event.get("ResourceStatusReason", "")
        for event in events
        if event["ResourceStatus"] == "CREATE_FAILED"
    )


def record_in(zone: Any) -> dict[str, Any]:
    values = {"Type": "A", "TTL": "60", "ResourceRecords": ["192.0.2.1"]}
    return resource("Route53::RecordSet", HostedZoneId=zone, Name=NAME, **values)


def certified(name: str, certificate: Any) -> dict[str, Any]:
    return {
        "Certificate": resource("CertificateManager::Certificate", DomainName="*.example.com"),
        "Domain": resource(
            "ApiGateway::DomainName", DomainName=name, RegionalCertificateArn=certificate
        ),
    }


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (certified("a.b.example.com", ref("Certificate")), "not covered by the provided"),
        (certified(NAME, "arn:aws:acm:us-west-1:1:certificate/x"), "Invalid certificate ARN"),
        (
            {"Key": resource("CloudWatch::CompositeAlarm", AlarmRule="ALARM(none)")},
            "in the alarm rule do not exist",
        ),
        (
            {
                "Key": resource("KMS::Key", KeyPolicy=key_policy(group="/other")),
                "Group": resource("Logs::LogGroup", KmsKeyId=ref("Key"), LogGroupName="/mine"),
            },
            "not allowed to be used with Arn",
        ),
        (
            {
                "Api": resource("ApiGateway::RestApi", Name="Api"),
                "Mapping": resource(
                    "ApiGateway::BasePathMapping",
                    DomainName=NAME,
                    RestApiId=ref("Api"),
                    Stage="none",
                ),
            },
            "Invalid stage identifier specified",
        ),
        (
            {
                "Zone": resource("Route53::HostedZone", Name="example.org"),
                "Record": record_in(ref("Zone")),
            },
            f"RRSet with DNS name {NAME}. is not permitted in zone example.org.",
        ),
        ({"Record": record_in("none")}, "No hosted zone"),
        (
            {"Group": resource("Logs::LogGroup", KmsKeyId="none", LogGroupName="/mine")},
            "could not be found",
        ),
    ],
)
def test_what_a_service_refuses_fails_the_stack(
    local_aws: LocalAws, made: dict[str, Any], reason: str
) -> None:
    client = local_aws.client("cloudformation")

    client.create_stack(StackName="second", TemplateBody=json.dumps({"Resources": made}))

    assert settle(client, "second") == "ROLLBACK_COMPLETE"
    assert reason in why(client)


def test_another_record_and_another_check_take_the_place_of_those_before(
    local_aws: LocalAws,
) -> None:
    route53 = local_aws.client("route53")
    made = route53.create_hosted_zone(Name="example.com", CallerReference="one")
    zone = made["HostedZone"]["Id"].removeprefix("/hostedzone/")
    client = local_aws.client("cloudformation")
    template = json.loads(global_template(zone))
    first = deploy(client, json.dumps(template))
    properties = {
        name: template["Resources"][name]["Properties"]
        for name in ("GlobalRecordA", "EndpointCheck")
    }
    template["Resources"]["GlobalRecordAAAA"]["Properties"]["AliasTarget"][
        "EvaluateTargetHealth"
    ] = True
    properties["GlobalRecordA"]["SetIdentifier"] = "another"
    properties["EndpointCheck"]["HealthCheckConfig"]["RequestInterval"] = 10

    second = deploy(client, json.dumps(template))

    records = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    named = {(one["Name"], one["Type"], one.get("SetIdentifier")) for one in records}
    assert (f"{NAME}.", "A", "another") in named
    assert (f"{NAME}.", "A", "us-east-1") not in named
    (changed,) = [one for one in records if one["Type"] == "AAAA"]
    assert changed["AliasTarget"]["EvaluateTargetHealth"] is True
    assert second["EndpointCheck"] != first["EndpointCheck"]
    checks = {one["Id"] for one in route53.list_health_checks()["HealthChecks"]}
    assert checks == {second["EndpointCheck"], second["RegionCheck"]}


def test_a_domain_name_is_taken_for_all_accounts_of_a_region(local_aws: LocalAws) -> None:
    domain = resource(
        "ApiGateway::DomainName",
        DomainName=NAME,
        EndpointConfiguration={"Types": ["REGIONAL"]},
    )
    text = json.dumps({"Resources": {"Domain": domain}})
    deploy(local_aws.client("cloudformation", "111122223333"), text)
    deploy(local_aws.client("cloudformation", region="eu-north-1"), text)
    client = local_aws.client("cloudformation")

    client.create_stack(StackName="second", TemplateBody=text)

    assert settle(client, "second") == "ROLLBACK_COMPLETE"
    assert "AlreadyExists" in why(client)


def test_a_domain_leads_to_one_api_under_a_path_and_to_no_stage_that_is_not_there(
    local_aws: LocalAws,
) -> None:
    made = local_aws.client("route53").create_hosted_zone(Name="example.com", CallerReference="one")
    zone = made["HostedZone"]["Id"].removeprefix("/hostedzone/")
    client = local_aws.client("cloudformation")
    template = json.loads(global_template(zone))
    mapping = template["Resources"]["RegionalMapping"]["Properties"]
    twice = {**template["Resources"]["RegionalMapping"], "DependsOn": ["RegionalMapping"]}
    deploy(client, json.dumps(template))

    for change in ({**mapping, "Stage": "none"}, mapping):
        resources = {**template["Resources"]}
        if change == mapping:
            resources["Twice"] = twice
        else:
            resources["RegionalMapping"] = {**twice, "DependsOn": ["Stage"], "Properties": change}
        text = json.dumps({**template, "Resources": resources})
        client.update_stack(
            StackName="hello", TemplateBody=text, Capabilities=["CAPABILITY_NAMED_IAM"]
        )
        assert settle(client) == "UPDATE_ROLLBACK_COMPLETE"

    answer = local_aws.https_get(f"https://us-east-1.{NAME}/myresource")
    assert answer.status == 200
    mapping["BasePath"] = "v1"
    deploy(client, json.dumps(template))
    assert local_aws.https_get(f"https://us-east-1.{NAME}/v1/myresource").status == 200
    assert local_aws.https_get(f"https://us-east-1.{NAME}/myresource").status == 403


def test_a_functions_key_is_kept_and_may_change(local_aws: LocalAws) -> None:
    client = local_aws.client("cloudformation")
    for key in ("arn:aws:kms:us-east-1:000000000000:key/one", ""):
        function = {"KmsKeyArn": key} if key else {}
        outputs = deploy(client, api_template(function=function))

        shown = local_aws.client("lambda").get_function_configuration(
            FunctionName=outputs["FunctionName"]
        )

        assert shown.get("KMSKeyArn", "") == key


def test_a_topics_key_is_kept_and_may_change(local_aws: LocalAws) -> None:
    client, sns = local_aws.client("cloudformation"), local_aws.client("sns")
    for key in ("one", "two", ""):
        options = {"KmsMasterKeyId": key} if key else {}
        template = {"It": resource("SNS::Topic", **options)}
        outputs = deploy(
            client, json.dumps({"Resources": template, "Outputs": {"Arn": {"Value": ref("It")}}})
        )

        shown = sns.get_topic_attributes(TopicArn=outputs["Arn"])["Attributes"]

        assert shown.get("KmsMasterKeyId", "") == key
