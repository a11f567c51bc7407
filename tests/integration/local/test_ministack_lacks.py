"""Why the adaptations for one name over two regions are there: ministack without them.

A test that fails here says that ministack has mended the fault: take its adaptation out.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import urllib3
from botocore.exceptions import ClientError

from tests.integration.local.global_templates import NAME, get, ref, resource
from tests.integration.local.templates import api_template, deploy, mock_template

if TYPE_CHECKING:
    from tests.integration.local.conftest import Ministack

pytestmark = pytest.mark.integration

METRIC = {
    "ComparisonOperator": "GreaterThanThreshold",
    "EvaluationPeriods": 1,
    "Threshold": 1,
}


def made(ministack: Ministack, template: dict[str, Any], **outputs: Any) -> dict[str, str]:
    values = {name: {"Value": value} for name, value in outputs.items()}
    text = json.dumps({"Resources": template, "Outputs": values})
    return deploy(ministack.client("cloudformation"), text)


def api_with(**properties: Any) -> str:
    template = json.loads(api_template())
    template["Resources"]["Api"]["Properties"].update(properties)
    return json.dumps(template)


@pytest.mark.parametrize(
    "resource_type",
    [
        "AWS::CloudWatch::CompositeAlarm",
        "AWS::IAM::OIDCProvider",
        "AWS::Route53::HealthCheck",
        "AWS::XRay::SamplingRule",
    ],
)
def test_registering_the_type_is_not_known(ministack: Ministack, resource_type: str) -> None:
    with pytest.raises(ClientError, match=f"Unrecognized resource types: .{resource_type}"):
        made(ministack, {"It": {"Type": resource_type}})


def test_sampling_rules_there_is_no_x_ray(ministack: Ministack) -> None:
    with pytest.raises(ClientError):
        ministack.client("xray").get_sampling_rules()


def test_health_checks_truth_is_false_and_there_is_no_status(ministack: Ministack) -> None:
    route53 = ministack.client("route53")
    config = {"Type": "HTTPS", "FullyQualifiedDomainName": "a.example.com", "EnableSNI": True}
    check = route53.create_health_check(CallerReference="one", HealthCheckConfig=config)
    check_id = check["HealthCheck"]["Id"]

    seen = route53.get_health_check(HealthCheckId=check_id)["HealthCheck"]["HealthCheckConfig"]

    assert seen["EnableSNI"] is False
    with pytest.raises(ClientError, match="Unknown Route53 endpoint"):
        route53.get_health_check_status(HealthCheckId=check_id)


def test_records_another_one_leaves_the_one_before(ministack: Ministack) -> None:
    route53 = ministack.client("route53")
    zone = route53.create_hosted_zone(Name="example.com", CallerReference="one")
    zone_id = zone["HostedZone"]["Id"]
    for name in ("one", "two"):
        record = resource(
            "Route53::RecordSet", HostedZoneId=zone_id, Name=NAME, SetIdentifier=name, Weight=1
        )
        record["Properties"].update(Type="A", TTL="60", ResourceRecords=["192.0.2.1"])
        made(ministack, {"Record": record})

    records = route53.list_resource_record_sets(HostedZoneId=zone_id)["ResourceRecordSets"]

    assert [one["SetIdentifier"] for one in records if one["Type"] == "A"] == ["one", "two"]


def test_records_any_name_is_in_any_zone(ministack: Ministack) -> None:
    values = {"Type": "A", "TTL": "60", "ResourceRecords": ["192.0.2.1"]}
    zone = resource("Route53::HostedZone", Name="example.org")
    record = resource("Route53::RecordSet", HostedZoneId=ref("Zone"), Name=NAME, **values)

    assert made(ministack, {"Zone": zone, "Record": record}, It=ref("Record"))["It"] == f"{NAME}."


def test_mappings_lead_to_stages_that_are_not_there_and_are_taken_over(
    ministack: Ministack,
) -> None:
    mapping = resource(
        "ApiGateway::BasePathMapping", DomainName=NAME, RestApiId="none", Stage="none"
    )
    domain = resource("ApiGateway::DomainName", DomainName=NAME)
    template = {
        "Domain": domain,
        "One": {**mapping, "DependsOn": ["Domain"]},
        "Two": {**mapping, "DependsOn": ["One"]},
    }

    made(ministack, template)

    client = ministack.client("apigateway")
    assert len(client.get_base_path_mappings(domainName=NAME)["items"]) == 1


def test_api_resources_a_name_that_is_taken_makes_nothing_and_fails_nothing(
    ministack: Ministack,
) -> None:
    resources = json.loads(api_template())["Resources"]
    root = {"RestApiId": ref("Api"), "ParentId": get("Api", "RootResourceId")}
    template = {
        "Api": resources["Api"],
        **{name: resource("ApiGateway::Resource", **root, PathPart="a") for name in ("One", "Two")},
    }

    outputs = made(ministack, template, Api=ref("Api"), One=ref("One"), Two=ref("Two"))

    client = ministack.client("apigateway")
    paths = [one["path"] for one in client.get_resources(restApiId=outputs["Api"])["items"]]
    assert sorted(paths) == ["/", "/a"]
    assert "" in {outputs["One"], outputs["Two"]}


def test_domains_have_no_host_of_their_own_and_take_names_over(ministack: Ministack) -> None:
    domain = resource(
        "ApiGateway::DomainName",
        DomainName=NAME,
        RegionalCertificateArn="arn:aws:acm:us-east-1:000000000000:certificate/none",
        EndpointConfiguration={"Types": ["REGIONAL"]},
    )
    for stack in ("first", "second"):
        client = ministack.client("cloudformation", region="us-west-1")
        outputs = {
            "Host": {"Value": get("It", "RegionalDomainName")},
            "Zone": {"Value": get("It", "RegionalHostedZoneId")},
        }
        values = deploy(
            client, json.dumps({"Resources": {"It": domain}, "Outputs": outputs}), stack
        )

    assert values["Host"].startswith(NAME)
    assert values["Zone"] == "Z1UJRXOUMOOFQ8", "that is us-east-1's"


def test_domains_of_another_account_are_not_found(ministack: Ministack) -> None:
    template = json.loads(mock_template())
    template["Resources"]["It"] = resource("ApiGateway::DomainName", DomainName=NAME)
    mapping = resource("ApiGateway::BasePathMapping", DomainName=NAME, RestApiId=ref("Api"))
    template["Resources"]["Mapping"] = {**mapping, "DependsOn": ["It", "Stage"]}
    deploy(ministack.client("cloudformation", "111122223333"), json.dumps(template))

    assert b"id" not in ministack.ask(NAME).data
    deploy(ministack.client("cloudformation"), json.dumps(template))
    assert "id" in ministack.ask(NAME).json()


def test_rest_apis_an_endpoint_that_is_closed_answers_and_is_shown_open(
    ministack: Ministack,
) -> None:
    answer = ministack.deploy_and_ask(api_with(DisableExecuteApiEndpoint=True))

    assert answer.status == 200
    (api,) = ministack.client("apigateway").get_rest_apis()["items"]
    assert api["disableExecuteApiEndpoint"] is False


def test_callers_a_resource_policy_keeps_nobody_out(ministack: Ministack) -> None:
    nobody = {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}

    answer = ministack.deploy_and_ask(
        api_with(Policy={"Version": "2012-10-17", "Statement": [nobody]})
    )

    assert answer.status == 200


def test_callers_a_signature_is_not_verified(ministack: Ministack) -> None:
    template = json.loads(api_template())
    template["Resources"]["Method"]["Properties"]["AuthorizationType"] = "AWS_IAM"
    assert ministack.deploy_and_ask(json.dumps(template)).status == 403
    (api,) = ministack.client("apigateway").get_rest_apis()["items"]

    answer = ministack.ask(f"{api['id']}.execute-api.localhost", Authorization="made up")

    assert answer.status == 200


def test_alarms_metric_math_is_refused(ministack: Ministack) -> None:
    queries = [{"Id": "one", "Expression": "1"}]

    with pytest.raises(AssertionError):
        made(ministack, {"It": resource("CloudWatch::Alarm", **METRIC, Metrics=queries)})


def test_alarms_a_percentile_is_shown_with_an_average_and_without_its_rule(
    ministack: Ministack,
) -> None:
    percentile = {
        "MetricName": "Latency",
        "Namespace": "AWS/ApiGateway",
        "ExtendedStatistic": "p99",
        "EvaluateLowSampleCountPercentile": "ignore",
    }
    made(ministack, {"It": resource("CloudWatch::Alarm", **METRIC, **percentile)})

    (alarm,) = ministack.client("cloudwatch").describe_alarms()["MetricAlarms"]

    assert alarm["Statistic"] == "Average"
    assert "EvaluateLowSampleCountPercentile" not in alarm


def test_dashboards_are_of_a_region(ministack: Ministack) -> None:
    made(ministack, {"It": resource("CloudWatch::Dashboard", DashboardBody="{}")})

    elsewhere = ministack.client("cloudwatch", region="us-west-1")

    assert elsewhere.list_dashboards()["DashboardEntries"] == []


def test_function_keys_are_dropped_from_templates(ministack: Ministack) -> None:
    key = "arn:aws:kms:us-east-1:000000000000:key/one"
    outputs = deploy(ministack.client("cloudformation"), api_template(function={"KmsKeyArn": key}))

    name = outputs["FunctionName"]
    shown = ministack.client("lambda").get_function_configuration(FunctionName=name)

    assert not shown.get("KMSKeyArn")


def test_topic_keys_are_dropped_from_templates(ministack: Ministack) -> None:
    made(ministack, {"It": resource("SNS::Topic", KmsMasterKeyId="alias/ours")})

    sns = ministack.client("sns")
    (topic,) = sns.list_topics()["Topics"]
    shown = sns.get_topic_attributes(TopicArn=topic["TopicArn"])["Attributes"]
    assert "KmsMasterKeyId" not in shown


def test_log_keys_any_text_is_a_key(ministack: Ministack) -> None:
    made(ministack, {"It": resource("Logs::LogGroup", KmsKeyId="none")})

    (group,) = ministack.client("logs").describe_log_groups()["logGroups"]
    assert group["kmsKeyId"] == "none"


def test_a_path_of_its_own_answers_under_every_host_name(ministack: Ministack) -> None:
    answer = urllib3.request(
        "GET", f"{ministack.endpoint_url}/health", headers={"Host": NAME}, retries=False
    )

    assert (answer.status, "services" in answer.json()) == (200, True)
