"""What tells how the service is: alarms, who is told, the dashboard, what leaves no trace."""

from __future__ import annotations

import json
import re
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path
from types import SimpleNamespace

import botocore.loaders
import jsonschema
import pytest
from troposphere import Template

from generator.service.conditions import add_conditions
from generator.service.dashboard import build_dashboard
from generator.service.parameters import add_parameters, build_parameters
from generator.settings import TARGET_REGIONS
from handler import index
from stacksets.resolve import evaluate_conditions, resolve

ROOT = Path(__file__).parents[3]
EAST, WEST = TARGET_REGIONS
ALARMS = {
    "ServerErrorsAlarm": ("AWS/ApiGateway", "5XXError", "Average", 0.01),
    "LatencyAlarm": ("AWS/ApiGateway", "Latency", "p99", 1000),
    "FunctionErrorsAlarm": ("AWS/Lambda", "Errors", "Sum", 1),
    "ThrottlesAlarm": ("AWS/Lambda", "Throttles", "Sum", 1),
    "DurationAlarm": ("AWS/Lambda", "Duration", "p99", 1600),
}
SIGNALS = {*ALARMS, "ConcurrencyAlarm", "RegionImpairedAlarm", "Topic", "TopicPolicy"}
# As CloudWatch's API reference has it, "Dashboard body structure and syntax", metric widgets.
WIDGETS = {
    "type": "object",
    "required": ["widgets"],
    "additionalProperties": False,
    "properties": {
        "widgets": {
            "type": "array",
            "maxItems": 500,
            "items": {
                "type": "object",
                "required": ["type", "width", "properties"],
                "additionalProperties": False,
                "properties": {
                    "type": {"const": "metric"},
                    "width": {"type": "integer", "minimum": 1, "maximum": 24},
                    "properties": {
                        "type": "object",
                        "required": ["title", "region", "metrics", "period", "stat"],
                        "additionalProperties": False,
                        "properties": {
                            "title": {"type": "string", "minLength": 1},
                            "region": {"enum": list(TARGET_REGIONS)},
                            "period": {"const": 60},
                            "stat": {"const": "Sum"},
                            "metrics": {
                                "type": "array",
                                "minItems": 1,
                                "maxItems": 500,
                                "items": {"$ref": "#/$defs/metric"},
                            },
                        },
                    },
                },
            },
        }
    },
    "$defs": {
        "metric": {
            "type": "array",
            "minItems": 1,
            "items": {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/options"}]},
        },
        "options": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "expression": {"type": "string"},
                "stat": {"enum": ["Maximum", "p99"]},
                "yAxis": {"enum": ["left", "right"]},
            },
        },
    },
}


DOMAIN = {"DomainName": "api.example.com", "HostedZoneId": "Z1"}


def as_seen(service, region=EAST, **parameters):
    """The resources of one stack instance."""
    place = {"account": "111111111111", "region": region, "stack_name": "StackSet-x"}
    chosen = {"EnvironmentSuffix": "prod", **parameters}
    return resolve(service, parameters=chosen, **place)["Resources"]


@pytest.fixture
def watched(service):
    return as_seen(service, MonitoringRegion=WEST, AlarmEmail="ops@example.com", **DOMAIN)


@pytest.fixture
def alarms(watched):
    return {
        title: resource["Properties"]
        for title, resource in watched.items()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
    }


# --- what stands where


def test_where_nobody_watches_there_is_no_signal_and_no_metric_that_costs(service):
    resources = as_seen(service, AlarmEmail="ops@example.com")
    assert not resources.keys() & {*SIGNALS, "AlarmSubscription", "Dashboard", "HealthSampling"}
    variables = resources["Function"]["Properties"]["Environment"]["Variables"]
    assert variables == {"ALLOWED_NETWORKS": "", "ENVIRONMENT": "prod"}


def test_alarms_are_in_every_region_and_one_region_makes_the_dashboard(service):
    made = {region: as_seen(service, region, MonitoringRegion=WEST) for region in TARGET_REGIONS}
    for resources in made.values():
        assert resources.keys() >= SIGNALS
        variables = resources["Function"]["Properties"]["Environment"]["Variables"]
        assert variables["METRICS_NAMESPACE"] == "MultiRegionService"
    assert [region for region, resources in made.items() if "Dashboard" in resources] == [WEST]


def test_without_an_address_the_topic_stands_and_nobody_is_subscribed(service):
    resources = as_seen(service, MonitoringRegion=WEST)
    assert "Topic" in resources
    assert "AlarmSubscription" not in resources


def test_whoever_is_named_is_subscribed_by_mail(watched):
    assert watched["AlarmSubscription"]["Properties"] == {
        "TopicArn": {"Ref": "Topic"},
        "Protocol": "email",
        "Endpoint": "ops@example.com",
    }


def test_a_region_of_the_service_makes_the_dashboard_or_none(service):
    assert service["Parameters"]["MonitoringRegion"]["AllowedValues"] == ["", *TARGET_REGIONS]


def test_an_address_is_taken_as_one_and_nothing_else(service):
    pattern = service["Parameters"]["AlarmEmail"]["AllowedPattern"]
    good = ["", "ops@example.com", "o+p_s@x.example"]
    bad = ["ops", "a@b@c", "a @b", "@b", "a@"]
    assert [value for value in good if not re.search(pattern, value)] == []
    assert [value for value in bad if re.search(pattern, value)] == []


@pytest.mark.parametrize(
    ("region", "email", "taken"),
    [("", "", True), (WEST, "", True), (WEST, "a@b.example", True), ("", "a@b.example", False)],
)
def test_an_address_that_no_alarm_would_write_to_is_refused(region, email, taken, service):
    (assertion,) = service["Rules"]["EmailNeedsAlarms"]["Assertions"]
    # A rule's functions are those of conditions, which know how to be evaluated.
    template = {**service, "Conditions": {"Holds": assertion["Assert"]}}
    values = {"MonitoringRegion": region, "AlarmEmail": email}
    place = {"account": "111111111111", "region": EAST}
    assert evaluate_conditions(template, parameters=values, **place) == {"Holds": taken}
    assert "AlarmEmail needs MonitoringRegion" in assertion["AssertDescription"]


# --- alarms


@pytest.mark.parametrize(("title", "expected"), ALARMS.items())
def test_an_alarm_watches_one_metric_of_aws_by_its_dimensions(alarms, title, expected):
    alarm = alarms[title]
    statistic = alarm.get("Statistic") or alarm["ExtendedStatistic"]
    assert (alarm["Namespace"], alarm["MetricName"], statistic, alarm["Threshold"]) == expected
    dimensions = {each["Name"]: each["Value"] for each in alarm["Dimensions"]}
    assert dimensions == (
        {"ApiName": "MultiRegionService", "Stage": "prod"}
        if alarm["Namespace"] == "AWS/ApiGateway"
        else {"FunctionName": {"Ref": "Function"}}
    )
    assert alarm["Period"] == 60


def test_the_metrics_of_the_api_are_those_of_its_name_and_stage(watched, alarms):
    of_the_api = {"ApiName": watched["Api"]["Properties"]["Name"]}
    of_the_api["Stage"] = watched["Stage"]["Properties"]["StageName"]
    (dimensions,) = {
        json.dumps({each["Name"]: each["Value"] for each in alarm["Dimensions"]})
        for alarm in alarms.values()
        if alarm.get("Namespace") == "AWS/ApiGateway"
    }
    assert json.loads(dimensions) == of_the_api


def test_three_bad_minutes_of_five_make_an_alarm_and_silence_makes_none(alarms):
    assert alarms.keys() == {*ALARMS, "ConcurrencyAlarm"}
    for alarm in alarms.values():
        assert (alarm["DatapointsToAlarm"], alarm["EvaluationPeriods"]) == (3, 5)
        assert alarm["TreatMissingData"] == "notBreaching"
        assert alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"


def test_of_few_requests_the_latency_is_not_judged_but_the_duration_is(alarms):
    assert alarms["LatencyAlarm"]["EvaluateLowSampleCountPercentile"] == "ignore"
    assert "EvaluateLowSampleCountPercentile" not in alarms["DurationAlarm"]


def test_the_duration_warns_at_80_percent_of_the_timeout(watched, alarms):
    timeout = watched["Function"]["Properties"]["Timeout"]
    assert alarms["DurationAlarm"]["Threshold"] == timeout * 1000 * 0.8


def test_the_concurrency_warns_at_70_percent_of_what_the_throttle_lets_in(service):
    resources = as_seen(service, MonitoringRegion=WEST, ThrottlingRateLimit="400")
    alarm = resources["ConcurrencyAlarm"]["Properties"]
    share, running = alarm["Metrics"]
    assert share == {"Id": "share", "Expression": "100*running/400"}
    assert running == {
        "Id": "running",
        "MetricStat": {
            "Metric": {
                "Namespace": "AWS/Lambda",
                "MetricName": "ConcurrentExecutions",
                "Dimensions": [{"Name": "FunctionName", "Value": {"Ref": "Function"}}],
            },
            "Period": 60,
            "Stat": "Maximum",
        },
        "ReturnData": False,
    }
    assert alarm["Threshold"] == 70


def test_a_description_fits_and_says_which_environments_count(alarms):
    for alarm in alarms.values():
        assert 0 < len(alarm["AlarmDescription"]) <= 1024
    for title in ("ServerErrorsAlarm", "LatencyAlarm"):
        assert "all environments of this account and region" in alarms[title]["AlarmDescription"]


# --- who is told


def rule_of(resources):
    """Whether the region counts, and the alarms any of which then impairs it."""
    text = resources["RegionImpairedAlarm"]["Properties"]["AlarmRule"]["Fn::Sub"]
    serves, among = re.fullmatch(r"(TRUE|FALSE) AND \((.*)\)", text).groups()
    named = [re.fullmatch(r"ALARM\(\$\{(\w+)\}\)", one)[1] for one in among.split(" OR ")]
    return serves, sorted(named)


def test_one_alarm_a_region_notifies_for_all_when_it_begins_and_when_it_ends(watched, alarms):
    impaired = watched["RegionImpairedAlarm"]["Properties"]
    assert rule_of(watched) == ("TRUE", sorted(alarms))
    assert impaired["AlarmActions"] == impaired["OKActions"] == [{"Ref": "Topic"}]
    assert impaired["AlarmDescription"] == "us-east-1 is impaired (prod, traffic auto)"
    for alarm in alarms.values():
        assert not [name for name in alarm if "Actions" in name]


@pytest.mark.parametrize(
    ("traffic", "domain", "serves"),
    [
        ("auto", DOMAIN, "TRUE"),
        ("force", DOMAIN, "TRUE"),
        ("drain", DOMAIN, "FALSE"),
        # Nobody is led away where there is no name that leads: callers still come.
        ("drain", {}, "TRUE"),
    ],
)
def test_a_region_that_is_drained_calls_nobody_and_watches_on(traffic, domain, serves, service):
    resources = as_seen(service, MonitoringRegion=WEST, TrafficState=traffic, **domain)
    assert rule_of(resources) == (serves, sorted({*ALARMS, "ConcurrencyAlarm"}))
    impaired = resources["RegionImpairedAlarm"]["Properties"]
    # The actions stay: what is still wrong when the drain ends is a change of state, and calls.
    assert "ActionsEnabled" not in impaired
    assert traffic in impaired["AlarmDescription"]


def test_only_that_alarm_of_this_account_may_publish(watched):
    policy = watched["TopicPolicy"]["Properties"]
    assert policy["Topics"] == [{"Ref": "Topic"}]
    assert policy["PolicyDocument"]["Statement"] == [
        {
            "Effect": "Allow",
            "Principal": {"Service": "cloudwatch.amazonaws.com"},
            "Action": ["sns:Publish"],
            "Resource": [{"Ref": "Topic"}],
            "Condition": {
                "StringEquals": {"aws:SourceAccount": "111111111111"},
                "ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": ["RegionImpairedAlarm", "Arn"]}},
            },
        }
    ]


def test_the_topic_has_the_customer_s_key_or_none(service, watched):
    assert "KmsMasterKeyId" not in watched["Topic"]["Properties"]
    resources = as_seen(service, MonitoringRegion=WEST, Encryption="customer")
    assert resources["Topic"]["Properties"]["KmsMasterKeyId"] == {"Ref": "Key"}


def test_cloudwatch_may_use_that_key_for_the_alarms_of_the_stack_only(service):
    resources = as_seen(service, Encryption="customer")
    policy = resources["Key"]["Properties"]["KeyPolicy"]
    (statement,) = [one for one in policy["Statement"] if one["Sid"] == "OwnAlarms"]
    assert statement == {
        "Sid": "OwnAlarms",
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
        "Resource": ["*"],
        "Condition": {
            "ArnLike": {
                "aws:SourceArn": "arn:aws:cloudwatch:us-east-1:111111111111:alarm:StackSet-x-*"
            }
        },
    }


# --- the dashboard


def dashboard_of(service, **parameters):
    resources = as_seen(service, WEST, MonitoringRegion=WEST, **parameters)
    return json.loads(resources["Dashboard"]["Properties"]["DashboardBody"])


def spelled_out(metrics):
    """The metrics with what a "." repeats, and their options."""
    above, spelled = [], []
    for metric in metrics:
        words = [word for word in metric if isinstance(word, str)]
        options = next((word for word in metric if isinstance(word, dict)), {})
        above = [old if word == "." else word for word, old in zip(words, above, strict=False)] + (
            words[len(above) :]
        )
        spelled.append((tuple(above), options))
    return spelled


def test_the_dashboard_is_what_cloudwatch_documents(service):
    dashboard = dashboard_of(service)
    jsonschema.Draft202012Validator(WIDGETS).validate(dashboard)


def test_every_row_shows_the_regions_side_by_side(service):
    widgets = dashboard_of(service)["widgets"]
    rows = [widgets[at : at + 2] for at in range(0, len(widgets), 2)]
    for row in rows:
        shown = [widget["properties"]["region"] for widget in row]
        assert shown == list(TARGET_REGIONS)
        assert sum(widget["width"] for widget in row) == 24
        titles = [widget["properties"]["title"].split(": ") for widget in row]
        assert [title[0] for title in titles] == shown
        assert titles[0][1] == titles[1][1]
        assert row[0]["properties"]["metrics"] == row[1]["properties"]["metrics"]


def test_three_regions_are_three_columns():
    regions = ["us-east-1", "us-west-1", "eu-west-1"]
    template, parameters = Template(), build_parameters()
    add_parameters(template, parameters)
    add_conditions(template, parameters)
    template.add_resource(build_dashboard(parameters, regions))
    widgets = dashboard_of(template.to_dict())["widgets"]
    assert {widget["width"] for widget in widgets} == {8}
    assert [widget["properties"]["region"] for widget in widgets[:3]] == regions


def test_the_dashboard_shows_every_region_of_the_deployment_file():
    deployment = tomllib.loads((ROOT / "stacksets.toml").read_text())
    regions = {region for target in deployment["targets"] for region in target["regions"]}
    assert regions == set(TARGET_REGIONS)
    chosen = deployment["environments"]["prod"]["stack_set"]["parameters"]["MonitoringRegion"]
    # Elsewhere there is no stack that could make it.
    assert chosen in regions


def test_above_is_what_callers_see(service):
    (metrics,) = {
        json.dumps(widget["properties"]["metrics"])
        for widget in dashboard_of(service)["widgets"]
        if "requests" in widget["properties"]["title"]
    }
    found = spelled_out(json.loads(metrics))
    dimensions = ("ApiName", "MultiRegionService", "Stage", "prod")
    assert [name for name, _ in found] == [
        ("AWS/ApiGateway", metric, *dimensions)
        for metric in ("Count", "4XXError", "5XXError", "Latency")
    ]
    assert found[-1][1] == {"stat": "p99", "yAxis": "right"}


def test_below_are_the_metrics_that_the_handler_writes_for_this_environment(
    service, monkeypatch, capsys
):
    monkeypatch.setenv("ENVIRONMENT", "test-1")
    monkeypatch.setenv("METRICS_NAMESPACE", "MultiRegionService")
    arn = "arn:aws:lambda:us-west-1:1:function:f:live"
    index.handler(
        {"httpMethod": "GET", "resource": "/myresource"}, SimpleNamespace(invoked_function_arn=arn)
    )
    line = json.loads(capsys.readouterr().out)
    written = {
        directive["Metrics"][0]["Name"]: (directive["Namespace"], *directive["Dimensions"])
        for directive in line["_aws"]["CloudWatchMetrics"]
    }
    widget = dashboard_of(service, EnvironmentSuffix="test-1")["widgets"][-1]["properties"]
    (search,), *rest = widget["metrics"]
    namespace, dimensions = written["Requests"]
    among = ",".join([namespace, *sorted(dimensions)])
    assert search == {"expression": f"SEARCH('{{{among}}} env=\"test-1\"','Sum',60)"}
    (cold_starts, _), (throttles, _), (running, options) = spelled_out(rest)
    assert written["ColdStarts"] == (cold_starts[0], [cold_starts[2]])
    assert cold_starts == (namespace, "ColdStarts", "env", "test-1")
    assert (throttles, running) == (
        ("AWS/Lambda", "Throttles"),
        ("AWS/Lambda", "ConcurrentExecutions"),
    )
    assert options == {"stat": "Maximum", "yAxis": "right"}


def test_no_widget_asks_for_a_physical_name(service):
    text, filled_in = service["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    named = set(re.findall(r"\$\{(.*?)\}", json.dumps([text, filled_in])))
    assert named - filled_in.keys() == {"EnvironmentSuffix"}


# --- what leaves no trace


def test_where_nobody_probes_every_request_is_traced_as_x_ray_has_it(service):
    assert "HealthSampling" not in as_seen(service, MonitoringRegion=WEST)
    assert "HealthSampling" in as_seen(service, **DOMAIN)


@pytest.fixture
def sampling(watched):
    return watched["HealthSampling"]["Properties"]["SamplingRule"]


def test_probes_of_this_api_alone_are_never_traced(sampling):
    assert (sampling["FixedRate"], sampling["ReservoirSize"]) == (0, 0)
    assert sampling["ServiceType"] == "AWS::ApiGateway::Stage"
    assert sampling["ResourceARN"] == {
        "Fn::Sub": "arn:aws:apigateway:us-east-1::/restapis/${Api}/stages/prod"
    }
    for path, matches in {
        "/health": True,
        "/prod/health": True,
        "/myresource": False,
        "/prod/myresource": False,
    }.items():
        assert fnmatchcase(path, sampling["URLPath"]) is matches


def test_the_name_of_the_rule_fits_the_longest_environment_and_tells_environments_apart(service):
    longest = "a" * 20
    assert re.search(service["Parameters"]["EnvironmentSuffix"]["AllowedPattern"], longest)
    names = {
        as_seen(service, EnvironmentSuffix=environment, **DOMAIN)["HealthSampling"]["Properties"][
            "SamplingRule"
        ]["RuleName"]
        for environment in (longest, "dev", "prod")
    }
    assert len(names) == 3
    assert max(map(len, names)) <= 32


def test_the_rule_holds_all_that_x_ray_asks_for(sampling):
    shape = botocore.loaders.Loader().load_service_model("xray", "service-2")["shapes"]
    rule = shape["SamplingRule"]
    assert set(rule["required"]) <= sampling.keys() <= rule["members"].keys()
    assert 1 <= sampling["Priority"] < 10_000  # the default rule comes last
