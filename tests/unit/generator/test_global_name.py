"""What a stack has when it is given a domain, and that it has nothing of it otherwise."""

from __future__ import annotations

import botocore.loaders
import pytest

from generator.settings import CHECKER_REGIONS, PATHS, SETTINGS, TARGET_REGIONS
from stacksets.resolve import resolve

DOMAIN = {"DomainName": "api.example.com", "HostedZoneId": "Z1"}
GLOBAL, REGIONAL = "api.example.com", "us-west-1.api.example.com"
OPTIONAL = {
    "AWS::ApiGateway::BasePathMapping",
    "AWS::ApiGateway::DomainName",
    "AWS::CertificateManager::Certificate",
    "AWS::Route53::HealthCheck",
    "AWS::Route53::RecordSet",
}


def seen(service, region="us-west-1", **parameters):
    """The service as the stack of a region has it."""
    return resolve(service, parameters=parameters, account="111111111111", region=region)


@pytest.fixture
def named(service):
    return seen(service, **DOMAIN)


@pytest.fixture
def resources(named):
    return {
        title: resource["Properties"]
        for title, resource in named["Resources"].items()
        if "Properties" in resource
    }


def word(name, shape):
    shapes = botocore.loaders.Loader().load_service_model(name, "service-2")["shapes"]
    return shapes[shape]["enum"]


def test_without_a_domain_nothing_of_it_exists_and_execute_api_is_open(service):
    plain = seen(service)
    types = {resource["Type"] for resource in plain["Resources"].values()}
    assert not types & OPTIONAL
    assert plain["Resources"]["Api"]["Properties"]["DisableExecuteApiEndpoint"] is False
    assert not {"GlobalEndpoint", "RegionHealthCheckId"} & plain["Outputs"].keys()


def test_with_a_domain_execute_api_is_closed_and_the_stage_changes_so_that_it_is_served(
    service, resources
):
    assert resources["Api"]["DisableExecuteApiEndpoint"] is True
    plain = seen(service)["Resources"]["Stage"]["Properties"]
    assert resources["Stage"]["Description"] != plain["Description"]


def test_one_certificate_proves_both_names_in_the_zone(resources):
    certificate = resources["Certificate"]
    assert certificate["DomainName"] == GLOBAL
    assert certificate["SubjectAlternativeNames"] == [REGIONAL]
    assert certificate["ValidationMethod"] == "DNS"
    assert certificate["DomainValidationOptions"] == [
        {"DomainName": name, "HostedZoneId": "Z1"} for name in (GLOBAL, REGIONAL)
    ]


@pytest.mark.parametrize(
    ("title", "name", "mapping"),
    [
        ("GlobalDomain", GLOBAL, "GlobalMapping"),
        ("RegionalDomain", REGIONAL, "RegionalMapping"),
    ],
)
def test_a_name_is_as_strict_as_the_api_and_leads_to_the_stage_without_a_path(
    title, name, mapping, resources
):
    domain, api = resources[title], resources["Api"]
    assert domain["DomainName"] == name
    assert domain["RegionalCertificateArn"] == {"Ref": "Certificate"}
    for same in ("SecurityPolicy", "EndpointAccessMode", "EndpointConfiguration"):
        assert domain[same] == api[same]
    assert domain["SecurityPolicy"] == SETTINGS.tls_policy
    assert resources[mapping] == {
        "DomainName": {"Ref": title},
        "RestApiId": {"Ref": "Api"},
        "Stage": {"Ref": "Stage"},
    }


def test_the_two_names_are_not_asked_for_at_once(named):
    assert named["Resources"]["GlobalDomain"]["DependsOn"] == ["RegionalDomain"]


@pytest.mark.parametrize("kind", ["A", "AAAA"])
def test_the_regional_record_is_an_alias_that_no_check_takes_away(kind, resources):
    assert resources[f"RegionalRecord{kind}"] == {
        "HostedZoneId": "Z1",
        "Name": REGIONAL,
        "Type": kind,
        "AliasTarget": alias_of("RegionalDomain"),
    }


@pytest.mark.parametrize("kind", ["A", "AAAA"])
def test_the_global_record_is_the_region_s_share_by_latency_and_goes_with_its_health(
    kind, named, resources
):
    assert resources[f"GlobalRecord{kind}"] == {
        "HostedZoneId": "Z1",
        "Name": GLOBAL,
        "Type": kind,
        "AliasTarget": alias_of("GlobalDomain"),
        "SetIdentifier": "us-west-1",
        "Region": "us-west-1",
        "HealthCheckId": {"Ref": "RegionCheck"},
    }
    # Nobody is led here before the name leads on to the API.
    assert named["Resources"][f"GlobalRecord{kind}"]["DependsOn"] == ["GlobalMapping"]


def alias_of(title):
    return {
        "DNSName": {"Fn::GetAtt": [title, "RegionalDomainName"]},
        "HostedZoneId": {"Fn::GetAtt": [title, "RegionalHostedZoneId"]},
        "EvaluateTargetHealth": False,
    }


def test_no_two_regions_claim_the_same_record(service):
    claims = [
        (record["Name"], record["Type"], record.get("SetIdentifier"))
        for region in TARGET_REGIONS
        for resource in seen(service, region, **DOMAIN)["Resources"].values()
        if resource["Type"] == "AWS::Route53::RecordSet"
        for record in [resource["Properties"]]
    ]
    assert len(claims) == 4 * len(TARGET_REGIONS)
    assert len(set(claims)) == len(claims)


def test_the_endpoint_check_asks_the_region_s_own_name_for_health(named, resources):
    config = resources["EndpointCheck"]["HealthCheckConfig"]
    asked = (config["Type"], config["FullyQualifiedDomainName"], config["ResourcePath"])
    assert asked == ("HTTPS", REGIONAL, f"/{PATHS['Health']}")
    assert (config["Port"], config["EnableSNI"]) == (443, True)
    assert (config["RequestInterval"], config["FailureThreshold"]) == (30, 3)
    assert {"RegionalMapping", "RegionalRecordA"} == set(
        named["Resources"]["EndpointCheck"]["DependsOn"]
    )


def test_no_checker_shares_a_region_with_what_it_asks():
    assert not set(CHECKER_REGIONS) & set(TARGET_REGIONS)
    # The fewest that Route 53 takes (API reference, HealthCheckConfig).
    assert len(set(CHECKER_REGIONS)) == 3
    assert set(CHECKER_REGIONS) <= set(word("route53", "HealthCheckRegion"))


@pytest.mark.parametrize(("state", "threshold"), [("auto", 1), ("drain", 2), ("force", 0)])
def test_the_traffic_state_is_the_threshold_of_the_one_child(state, threshold, service):
    check = seen(service, **DOMAIN, TrafficState=state)["Resources"]["RegionCheck"]["Properties"]
    assert check["HealthCheckConfig"] == {
        "Type": "CALCULATED",
        "ChildHealthChecks": [{"Ref": "EndpointCheck"}],
        "HealthThreshold": threshold,
    }


def test_every_traffic_state_has_a_threshold(service):
    (states,) = service["Mappings"].values()
    assert list(states) == service["Parameters"]["TrafficState"]["AllowedValues"]


def test_a_health_check_is_known_by_its_name_and_a_drain_shows_in_it(service):
    def name(title, **parameters):
        check = seen(service, **DOMAIN, **parameters)["Resources"][title]["Properties"]
        (found,) = [tag["Value"] for tag in check["HealthCheckTags"] if tag["Key"] == "Name"]
        return found

    assert name("EndpointCheck") == REGIONAL
    assert name("RegionCheck") == f"{REGIONAL} auto"
    assert name("RegionCheck", TrafficState="drain") == f"{REGIONAL} drain"


def test_the_same_path_follows_the_endpoint_with_a_domain_and_without(service):
    with_domain = seen(service, **DOMAIN)["Outputs"]
    without = seen(service)["Outputs"]
    assert with_domain["ApiEndpoint"]["Value"] == f"https://{REGIONAL}/"
    assert with_domain["GlobalEndpoint"]["Value"] == f"https://{GLOBAL}/"
    assert with_domain["RegionHealthCheckId"]["Value"] == {"Ref": "RegionCheck"}
    assert with_domain["EndpointHealthCheckId"]["Value"] == {"Ref": "EndpointCheck"}
    assert without["ApiEndpoint"]["Value"] == {
        "Fn::Sub": "https://${Api}.execute-api.us-west-1.amazonaws.com/prod/"
    }


def test_what_costs_while_idle_is_there_only_where_a_parameter_asks_for_it(service):
    charged = {
        "AWS::CloudWatch::Alarm",
        "AWS::CloudWatch::CompositeAlarm",
        "AWS::CloudWatch::Dashboard",
        "AWS::KMS::Key",
        "AWS::Route53::HealthCheck",
    }
    found = {resource["Type"] for resource in service["Resources"].values()}
    assert charged <= found
    by_default = {resource["Type"] for resource in seen(service)["Resources"].values()}
    assert by_default & charged == set()
