"""What the service template promises."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from importlib import resources as files

import botocore.loaders
import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from generator.service.parameters import NETWORKS_LENGTH, RETENTION_DAYS
from generator.settings import PATHS, SECURITY_HEADERS, SETTINGS, TARGET_REGIONS
from stacksets.rules import RuleFinding, evaluate_rules
from tests.options import ACCOUNT, REGION, covering, factors_of, resolved

CONTEXT = "com.aws.cloudformation.Context"
PROD = ("IsProd", "Retain")


def either(kept, passing):
    """The ARN of the log group of the two that a stack has."""
    arns = ({"Fn::GetAtt": [title, "Arn"]} for title in (kept, passing))
    return {"Fn::If": ["IsProd", *arns]}


def only(found):
    """The properties of the one resource there is."""
    (resource,) = found.values()
    return resource["Properties"]


def schema_of(resource_type, region="us-east-1"):
    return PROVIDER_SCHEMA_MANAGER.get_resource_schema(region, resource_type).schema


# --- parameters


def test_no_more_than_15_parameters_each_with_a_default_and_a_constraint(service):
    parameters = service["Parameters"]
    assert len(parameters) <= 15
    for parameter in parameters.values():
        assert "Default" in parameter
        assert parameter.keys() & {"AllowedPattern", "AllowedValues", "MinValue"}
        # CloudFormation itself names the values that are allowed.
        assert "AllowedValues" in parameter or parameter["ConstraintDescription"]


def test_a_console_shows_every_parameter_of_the_bootstrap_once_in_a_group(bootstrap):
    interface = bootstrap["Metadata"]["AWS::CloudFormation::Interface"]
    shown = [title for group in interface["ParameterGroups"] for title in group["Parameters"]]
    assert shown == list(bootstrap["Parameters"])


def test_the_defaults_are_a_public_dev_without_a_domain_kept_a_year_with_logs_and_room_for_a_burst(
    service,
):
    defaults = {name: parameter["Default"] for name, parameter in service["Parameters"].items()}
    assert defaults["EnvironmentSuffix"] == "dev"
    assert defaults["Repository"] == defaults["Author"] == "unknown"
    assert defaults["LogRetentionDays"] == 365
    assert defaults["ApiLogging"] == "on"
    assert int(defaults["ThrottlingRateLimit"]) >= 200
    assert defaults["Callers"] == "anyone"
    assert defaults["Encryption"] == "aws"
    assert defaults["TrafficState"] == "auto"
    empty = {"AllowedNetworks", "DomainName", "HostedZoneId", "PermissionsBoundaryArn"}
    for name in (*empty, "MonitoringRegion", "AlarmEmail"):
        assert defaults[name] == ""


def accepts(parameter, value):
    """Whether CloudFormation would take a value: it matches a pattern as a whole."""
    fits = len(value) <= parameter.get("MaxLength", len(value))
    return fits and bool(re.fullmatch(parameter["AllowedPattern"], value))


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        (
            "DomainName",
            ["", "api.example.com", "a.xn--p1ai", f"{'a' * 56}.example"],
            ["example", "API.example.com", "api.example.com.", "-a.example.com", "a..b", "*.a.b"],
        ),
        (
            "ThrottlingRateLimit",
            ["1", "9", "10", "200", "999", "1000", "4999", "5000"],
            ["", "0", "12.5", "1e3", "-1", "0200", "5001", "5999", "6000", "10000", "+5"],
        ),
        ("HostedZoneId", ["", "Z0123456789ABC"], ["/hostedzone/Z1", "z1", "A1"]),
        (
            "AllowedNetworks",
            ["", "192.0.2.0/24", "192.0.2.0/24,2001:db8::/32,::/0", "10.0.0.1/32"],
            ["192.0.2.0", "192.0.2.0/24, 10.0.0.0/8", "192.0.2.0/24,", "anywhere", "::", "a/8"],
        ),
        (
            "AllowedNetworks",
            ["255.249.199.0/0", "1.20.100.255/9", "0.0.0.0/32", "::/99", "::/128", "::1/119"],
            [
                *("999.1.1.1/99", "256.0.0.0/8", "1.1.1.260/8", "1.300.1.1/8", "01.1.1.1/8"),
                *("1.1.1.1/33", "1.1.1.1/08", "::/129", "::/130", "::/200", "::/08", "::/999"),
                "192.0.2.0/24,300.1.1.1/8",
            ],
        ),
    ],
)
def test_a_text_is_taken_in_its_form_only(name, good, bad, service):
    parameter = service["Parameters"][name]
    assert [text for text in good if not accepts(parameter, text)] == []
    assert [text for text in bad if accepts(parameter, text)] == []


def test_a_certificate_takes_no_longer_name_and_a_version_no_longer_networks(service):
    parameters = service["Parameters"]
    assert not accepts(parameters["DomainName"], f"{'a' * 57}.example")
    assert parameters["AllowedNetworks"]["MaxLength"] == NETWORKS_LENGTH
    # What Lambda takes as the description of a version (PublishVersion).
    values = {
        "EnvironmentSuffix": "a" * 20,
        "Encryption": "customer",
        "Metrics": "no metrics",
        "AllowedNetworks": "",
    }
    text, _ = service["Resources"][version_of(service)]["Properties"]["Description"]["Fn::Sub"]
    for name, value in values.items():
        text = text.replace(f"${{{name}}}", value)
    assert len(text) + NETWORKS_LENGTH <= 256


def version_of(service):
    (title,) = [title for title in service["Resources"] if title.startswith("FunctionVersion")]
    return title


@pytest.mark.parametrize(
    ("domain", "zone", "taken"),
    [("", "", True), ("a.b", "Z1", True), ("a.b", "", False), ("", "Z1", False)],
)
def test_a_domain_and_its_zone_are_given_together_or_not_at_all(domain, zone, taken, service):
    values = {"DomainName": domain, "HostedZoneId": zone}
    place = {"account": "111111111111", "region": "us-east-1"}
    found = evaluate_rules(service, parameters=values, **place)
    broken = (
        RuleFinding(
            rule="DomainAndZone",
            number=1,
            description="DomainName and HostedZoneId go together: give both or none",
            parameters=("DomainName", "HostedZoneId"),
        ),
    )
    assert found == (() if taken else broken)


def test_the_retentions_are_those_that_cloudwatch_logs_accepts():
    assert (
        list(RETENTION_DAYS)
        == schema_of("AWS::Logs::LogGroup")["properties"]["RetentionInDays"]["enum"]
    )


# --- what holds for every resource


@pytest.mark.parametrize("name", ["service", "bootstrap"])
def test_every_resource_says_why_it_is_there(name, request):
    template = request.getfixturevalue(name)
    assert template["Metadata"][CONTEXT]["arch"]
    for resource in template["Resources"].values():
        assert len(resource["Metadata"][CONTEXT]["why"]) >= len("The path /health.")


def test_no_macro_no_transform_no_nested_stack(service):
    assert "Transform" not in service
    assert "Fn::Transform" not in json.dumps(service)
    kinds = {resource["Type"] for resource in service["Resources"].values()}
    assert not [kind for kind in kinds if kind.startswith(("AWS::CloudFormation", "Custom"))]


def test_a_destroy_keeps_the_logs_of_prod_and_a_key_and_nothing_else(service):
    kept = {
        title: (resource["Condition"], resource["UpdateReplacePolicy"])
        for title, resource in service["Resources"].items()
        if resource.get("DeletionPolicy", "Delete") != "Delete"
    }
    assert kept == {
        "Key": ("HasCustomerKey", "Retain"),
        **dict.fromkeys(("KeptFunctionLogs", "KeptAccessLogs", "KeptExecutionLogs"), PROD),
    }
    for title in kept:
        # A create that fails leaves nothing either.
        assert service["Resources"][title]["DeletionPolicy"] == "RetainExceptOnCreate"


# --- logs and role


def test_every_log_group_keeps_its_events_for_the_time_that_was_chosen(resources):
    groups = resources["AWS::Logs::LogGroup"]
    passing = {"FunctionLogs", "AccessLogs", "ExecutionLogs"}
    assert set(groups) == passing | {f"Kept{title}" for title in passing}
    for title in passing:
        group, kept = groups[title], groups[f"Kept{title}"]
        assert (group["Condition"], kept["Condition"]) == ("IsNotProd", "IsProd")
        assert group["Properties"] == kept["Properties"]
        assert group["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}


def test_the_role_may_write_its_own_log_group_and_traces_and_nothing_else(resources):
    role = only(resources["AWS::IAM::Role"])
    assert role["Path"] == "/multi-region-service/"
    assert role["AssumeRolePolicyDocument"]["Statement"] == [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": ["sts:AssumeRole"],
        }
    ]
    (policy,) = role["Policies"]
    statements = policy["PolicyDocument"]["Statement"]
    condition, read_variables, otherwise = statements[1].pop("Fn::If")
    assert (condition, otherwise) == ("HasCustomerKey", {"Ref": "AWS::NoValue"})
    statements[1] = read_variables
    assert [(statement["Action"], statement["Resource"]) for statement in statements] == [
        (
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            [either("KeptFunctionLogs", "FunctionLogs")],
        ),
        (["kms:Decrypt"], [{"Fn::GetAtt": ["Key", "Arn"]}]),
        (["xray:PutTelemetryRecords", "xray:PutTraceSegments"], ["*"]),
    ]
    assert "ManagedPolicyArns" not in role


def test_a_permissions_boundary_bounds_the_role_when_one_is_given(service, resources):
    assert only(resources["AWS::IAM::Role"])["PermissionsBoundary"] == {
        "Fn::If": [
            "HasPermissionsBoundary",
            {"Ref": "PermissionsBoundaryArn"},
            {"Ref": "AWS::NoValue"},
        ]
    }
    assert service["Conditions"]["HasPermissionsBoundary"] == {
        "Fn::Not": [{"Fn::Equals": [{"Ref": "PermissionsBoundaryArn"}, ""]}]
    }


# --- function, version, alias


def test_the_function_is_as_the_settings_say(resources):
    function = only(resources["AWS::Lambda::Function"])
    assert function["Runtime"] == "python3.14"
    assert function["Architectures"] == ["arm64"]
    assert function["Handler"] == "index.handler"
    assert function["MemorySize"] == 256
    assert function["TracingConfig"] == {"Mode": "Active"}
    assert function["RecursiveLoop"] == "Terminate"
    assert function["LoggingConfig"] == {
        "LogFormat": "JSON",
        "ApplicationLogLevel": "INFO",
        "SystemLogLevel": "WARN",
        "LogGroup": {"Fn::If": ["IsProd", {"Ref": "KeptFunctionLogs"}, {"Ref": "FunctionLogs"}]},
    }
    assert function["Environment"] == {
        "Variables": {
            "ALLOWED_NETWORKS": {"Ref": "AllowedNetworks"},
            "ENVIRONMENT": {"Ref": "EnvironmentSuffix"},
            "METRICS_NAMESPACE": {
                "Fn::If": ["IsMonitored", "MultiRegionService", {"Ref": "AWS::NoValue"}]
            },
        }
    }


def test_the_timeouts_nest_so_that_the_inner_one_is_told(resources):
    function = only(resources["AWS::Lambda::Function"])
    for method in resources["AWS::ApiGateway::Method"].values():
        integration = method["Properties"]["Integration"]
        assert function["Timeout"] * 1000 < integration["TimeoutInMillis"] < 29_000


def test_the_alias_live_points_at_the_published_version(resources):
    (version,) = resources["AWS::Lambda::Version"]
    alias = only(resources["AWS::Lambda::Alias"])
    assert alias["Name"] == "live"
    assert alias["FunctionVersion"] == {"Fn::GetAtt": [version, "Version"]}


def test_a_version_is_replaced_where_the_function_is_another_and_only_there(service):
    """Lambda publishes none of a function that stays the same: the update would fail."""
    places = [{ACCOUNT: "111111111111", REGION: region} for region in TARGET_REGIONS]
    chosen = covering(factors_of(service, places))
    functions = {}
    for one in chosen:
        made = resolved(service, one)["Resources"]
        function = {**made["Function"]["Properties"], "Tags": None}
        functions.setdefault(made[version_of(service)]["Properties"]["Description"], []).append(
            json.dumps(function, sort_keys=True)
        )
    assert {len(set(same)) for same in functions.values()} == {1}
    assert len({same[0] for same in functions.values()}) == len(functions) >= 8
    assert max(len(same) for same in functions.values()) > 1
    create_only = schema_of("AWS::Lambda::Version")["createOnlyProperties"]
    assert "/properties/Description" in create_only


def lifecycle():
    path = files.files("cfnlint.data.AdditionalSpecs") / "LmbdRuntimeLifecycle.json"
    return json.loads(path.read_text())


def days_to_deprecation(runtime, today, dates):
    """How many days a runtime is still supported."""
    return (date.fromisoformat(dates[runtime]["deprecated"]) - today).days


def test_the_days_to_a_deprecation_are_counted_from_the_day_that_is_given():
    dates = {"python3.9": {"deprecated": "2025-12-15"}}
    assert days_to_deprecation("python3.9", date(2025, 12, 5), dates) == 10
    assert days_to_deprecation("python3.9", date(2026, 1, 1), dates) < 0


def test_the_runtime_is_supported_for_180_days_more():
    today = date.today()  # noqa: DTZ011 - a day more or less is no matter
    left = days_to_deprecation(SETTINGS.runtime, today, lifecycle())
    until = today + timedelta(days=left)
    assert left >= 180, f"{SETTINGS.runtime} is deprecated on {until}: settings.py names it"


# --- the API


def test_the_api_is_regional_dualstack_and_strict_about_tls(resources):
    api = only(resources["AWS::ApiGateway::RestApi"])
    assert api["Name"] == "MultiRegionService"
    assert api["EndpointConfiguration"] == {"Types": ["REGIONAL"], "IpAddressType": "dualstack"}
    assert api["EndpointAccessMode"] == "STRICT"
    assert api["SecurityPolicy"].startswith("SecurityPolicy_TLS13_1_2_")


def test_api_gateway_knows_the_words_that_no_schema_checks(resources):
    shapes = botocore.loaders.Loader().load_service_model("apigateway", "service-2")["shapes"]
    api = only(resources["AWS::ApiGateway::RestApi"])
    assert api["SecurityPolicy"] in shapes["SecurityPolicy"]["enum"]
    assert api["EndpointAccessMode"] in shapes["EndpointAccessMode"]["enum"]
    assert api["EndpointConfiguration"]["IpAddressType"] in shapes["IpAddressType"]["enum"]
    for response in resources["AWS::ApiGateway::GatewayResponse"].values():
        assert response["Properties"]["ResponseType"] in shapes["GatewayResponseType"]["enum"]


@pytest.mark.parametrize(("title", "path"), PATHS.items())
def test_every_method_of_a_path_is_the_function_s(title, path, service):
    resources = service["Resources"]
    assert resources[title]["Properties"]["PathPart"] == path
    method = resources[f"{title}Any"]["Properties"]
    assert (method["HttpMethod"], method["ResourceId"]) == ("ANY", {"Ref": title})
    assert method["Integration"]["Type"] == "AWS_PROXY"
    assert "/functions/${LiveAlias}/invocations" in method["Integration"]["Uri"]["Fn::Sub"]


def test_no_method_is_answered_by_anything_but_the_function(resources):
    kinds = [
        method["Properties"]["Integration"]["Type"]
        for method in resources["AWS::ApiGateway::Method"].values()
    ]
    assert kinds == ["AWS_PROXY"] * len(PATHS)


def mapped_headers(parameters):
    """Header mappings with fixed values, as the headers that a caller sees."""
    return {
        name.partition(".header.")[2]: value.removeprefix("'").removesuffix("'")
        for name, value in parameters.items()
    }


def test_whatever_api_gateway_answers_itself_carries_the_security_headers(resources):
    gateway = [
        response["Properties"]["ResponseParameters"]
        for response in resources["AWS::ApiGateway::GatewayResponse"].values()
    ]
    assert len(gateway) == 3
    for parameters in gateway:
        assert mapped_headers(parameters).items() >= SECURITY_HEADERS.items()


def test_a_header_never_ends_in_a_quote_which_a_mapping_could_not_tell_from_its_own():
    assert not [value for value in SECURITY_HEADERS.values() if value.endswith("'")]


def test_api_gateway_s_own_errors_are_json_with_the_right_status(resources):
    found = {
        response["Properties"]["ResponseType"]: response["Properties"]
        for response in resources["AWS::ApiGateway::GatewayResponse"].values()
    }
    statuses = {kind: properties.get("StatusCode") for kind, properties in found.items()}
    assert statuses == {
        "DEFAULT_4XX": None,
        "DEFAULT_5XX": None,
        "MISSING_AUTHENTICATION_TOKEN": {"Fn::If": ["CallersAreSigned", "403", "404"]},
    }
    bodies = [one["ResponseTemplates"]["application/json"] for one in found.values()]
    _, unsigned, unknown = bodies.pop(2)["Fn::If"]
    for body in (*bodies, unsigned, unknown):
        # API Gateway puts the message in with its quotes.
        filled = body.replace("$context.error.messageString", '"message"')
        assert json.loads(filled).keys() == {"message", "requestId"}


# --- deployment, stage, permissions


def test_each_deployment_waits_for_every_part_of_the_api(resources):
    parts = ("Resource", "Method", "GatewayResponse")
    titles = {title for kind in parts for title in resources[f"AWS::ApiGateway::{kind}"]}
    for deployment in resources["AWS::ApiGateway::Deployment"].values():
        assert set(deployment["DependsOn"]) == titles
        assert "StageName" not in deployment["Properties"]


def test_the_stage_is_prod_traced_and_throttled(resources):
    stage = only(resources["AWS::ApiGateway::Stage"])
    assert stage["StageName"] == "prod"
    assert stage["TracingEnabled"] is True
    (every_method,) = stage["MethodSettings"]
    assert (every_method["HttpMethod"], every_method["ResourcePath"]) == ("*", "/*")
    assert every_method["ThrottlingRateLimit"] == {"Ref": "ThrottlingRateLimit"}
    assert every_method["ThrottlingBurstLimit"] == {"Ref": "ThrottlingRateLimit"}
    assert every_method["DataTraceEnabled"] is False
    assert every_method["MetricsEnabled"] is False


def test_api_logging_steers_access_and_execution_logs_together(service, resources):
    stage = only(resources["AWS::ApiGateway::Stage"])
    condition, access, off = stage["AccessLogSetting"]["Fn::If"]
    assert condition == "ApiLoggingOn"
    assert access["DestinationArn"] == either("KeptAccessLogs", "AccessLogs")
    assert off == {"Ref": "AWS::NoValue"}
    level = stage["MethodSettings"][0]["LoggingLevel"]
    assert level == {"Fn::If": ["ApiLoggingOn", "ERROR", "OFF"]}
    assert service["Conditions"]["ApiLoggingOn"] == {"Fn::Equals": [{"Ref": "ApiLogging"}, "on"]}


def test_the_execution_log_group_is_there_before_api_gateway_would_make_it(resources):
    stage = only(resources["AWS::ApiGateway::Stage"])
    # A reference, since DependsOn cannot name one of two.
    assert stage["Description"]["Fn::Join"][1][1] == {
        "Fn::If": ["IsProd", {"Ref": "KeptExecutionLogs"}, {"Ref": "ExecutionLogs"}]
    }
    group = resources["AWS::Logs::LogGroup"]["ExecutionLogs"]["Properties"]
    assert group["LogGroupName"] == {"Fn::Sub": "API-Gateway-Execution-Logs_${Api}/prod"}


def test_an_access_log_line_is_json_with_the_id_that_api_gateway_demands(resources):
    access = only(resources["AWS::ApiGateway::Stage"])["AccessLogSetting"]["Fn::If"][1]
    fields = json.loads(access["Format"]["Fn::Sub"])
    assert fields["requestId"] == "$context.requestId"
    assert fields["functionRequestId"] == "$context.integration.requestId"
    assert fields["region"] == "${AWS::Region}"
    assert fields["environment"] == "${EnvironmentSuffix}"
    assert not [value for value in fields.values() if "header" in value or "querystring" in value]


@pytest.mark.parametrize(("title", "path"), PATHS.items())
def test_api_gateway_may_invoke_the_alias_for_one_stage_and_one_path(title, path, service):
    permission = service["Resources"][f"{title}Permission"]["Properties"]
    assert permission == {
        "Action": "lambda:InvokeFunction",
        "FunctionName": {"Ref": "LiveAlias"},
        "Principal": "apigateway.amazonaws.com",
        "SourceAccount": {"Ref": "AWS::AccountId"},
        "SourceArn": {
            "Fn::Sub": "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:"
            f"${{Api}}/prod/*/{path}"
        },
    }


def test_a_stack_tells_where_it_answers_and_what_answers(service):
    outputs = service["Outputs"]
    assert set(outputs) == {
        "ApiEndpoint",
        "GlobalEndpoint",
        "RegionHealthCheckId",
        "EndpointHealthCheckId",
        "ApiId",
        "FunctionName",
        "FunctionArn",
        "FunctionVersion",
        "Region",
    }
    assert outputs["ApiEndpoint"]["Value"] == {
        "Fn::If": [
            "HasDomain",
            {"Fn::Sub": "https://${AWS::Region}.${DomainName}/"},
            {"Fn::Sub": "https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/prod/"},
        ]
    }
    assert not [output for output in outputs.values() if "Export" in output]
