from __future__ import annotations

import json
from pathlib import Path

import pytest

from stacksets.exposure import (
    Exposure,
    PublicMethod,
    find_exposure,
    find_public_methods,
    worst_month_usd,
)
from stacksets.model.desired import KeptValue, ParameterOverride
from tests.builders import ACCOUNT, EAST, OTHER_ACCOUNT, a_deployment, a_template, targets

ROOT = Path(__file__).parents[3]
SECONDS = 31 * 24 * 3600
METHOD = {
    "HttpMethod": "GET",
    "ResourceId": {"Ref": "Inner"},
    "AuthorizationType": "NONE",
    "Integration": {"Type": "AWS_PROXY"},
}


def of_type(name: str, properties: object) -> dict:
    return {"Type": f"AWS::{name}", "Properties": properties}


def an_api(method: dict | None = None, **resources: dict) -> dict:
    return {
        "Parameters": {"Rate": {"Type": "Number", "Default": 10}},
        "Resources": {
            "Outer": of_type(
                "ApiGateway::Resource",
                {"PathPart": "outer", "ParentId": {"Fn::GetAtt": ["Api", "RootResourceId"]}},
            ),
            "Inner": of_type(
                "ApiGateway::Resource", {"PathPart": "inner", "ParentId": {"Ref": "Outer"}}
            ),
            "Method": of_type("ApiGateway::Method", {**METHOD, **(method or {})}),
            "Stage": of_type(
                "ApiGateway::Stage",
                {"MethodSettings": [{"HttpMethod": "*", "ThrottlingRateLimit": {"Ref": "Rate"}}]},
            ),
            **resources,
        },
    }


def test_a_method_without_authorization_is_public_with_its_whole_path():
    [method] = find_public_methods(an_api(), {})
    assert method == PublicMethod(http_method="GET", path="/outer/inner")
    assert str(method) == "GET /outer/inner"


@pytest.mark.parametrize(
    "change", [{"AuthorizationType": "AWS_IAM"}, {"Integration": {"Type": "MOCK"}}]
)
def test_a_method_with_authorization_or_that_answers_by_itself_is_not(change):
    assert find_public_methods(an_api(change), {}) == ()
    assert worst_month_usd(an_api(change), {}) == 0


@pytest.mark.parametrize(
    ("resource_id", "path"),
    [
        ({"Fn::GetAtt": ["Api", "RootResourceId"]}, "/"),
        ({"Ref": "Gone"}, "/…"),
        ({"Ref": "Circle"}, "/…/circle"),
        (None, "/"),
    ],
)
def test_a_path_ends_at_the_root_or_where_it_cannot_be_followed(resource_id, path):
    circle = of_type("ApiGateway::Resource", {"PathPart": "circle", "ParentId": {"Ref": "Circle"}})
    content = an_api({"ResourceId": resource_id}, Circle=circle)
    assert [one.path for one in find_public_methods(content, {})] == [path]


def test_a_method_behind_a_condition_that_does_not_hold_is_not_public():
    content = an_api()
    content["Conditions"] = {"Fast": {"Fn::Equals": [{"Ref": "Rate"}, "11"]}}
    content["Resources"]["Method"]["Condition"] = "Fast"
    assert find_public_methods(content, {}) == ()
    assert len(find_public_methods(content, {"Rate": "11"})) == 1


def test_the_worst_month_is_the_throttle_all_month_long():
    expected = 10 * SECONDS / 1e6 * 3.50
    assert worst_month_usd(an_api(), {}) == pytest.approx(expected)
    assert worst_month_usd(an_api(), {"Rate": "20"}) == pytest.approx(2 * expected)


def test_the_throttle_bounds_each_public_method_of_its_api_by_itself():
    api, another = {"RestApiId": {"Ref": "Api"}}, {"RestApiId": {"Ref": "Another"}}
    throttled = {"MethodSettings": [{"ThrottlingRateLimit": 10}]}
    content = {
        "Resources": {
            "Stage": of_type("ApiGateway::Stage", {**api, **throttled}),
            "AnothersStage": of_type("ApiGateway::Stage", {**another, **throttled}),
            "Open": of_type("ApiGateway::Method", {**api, "HttpMethod": "GET"}),
            "OpenToo": of_type("ApiGateway::Method", {**api, "HttpMethod": "POST"}),
            "Closed": of_type("ApiGateway::Method", {**another, "AuthorizationType": "AWS_IAM"}),
        }
    }
    assert worst_month_usd(content, {}) == pytest.approx(2 * 10 * SECONDS / 1e6 * 3.50)


@pytest.mark.parametrize(
    ("function", "usd_per_million"),
    [
        ({}, 0.20 + 0.125 * 3 * 16.6667),
        ({"MemorySize": 1024, "Timeout": 5, "Architectures": ["arm64"]}, 0.20 + 5 * 13.3334),
    ],
)
def test_the_dearest_function_runs_until_its_timeout_in_the_worst_month(function, usd_per_million):
    content = an_api(
        Cheap=of_type("Lambda::Function", {"MemorySize": 128, "Timeout": 1}),
        Function=of_type("Lambda::Function", function),
    )
    expected = 10 * SECONDS / 1e6 * (3.50 + usd_per_million)
    assert worst_month_usd(content, {}) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("stages", "requests_per_second"),
    [
        ([], 10_000),
        ([{}], 10_000),
        ([{"MethodSettings": [{"ThrottlingRateLimit": "{{resolve:ssm:/x}}"}]}], 10_000),
        ([{"MethodSettings": [{"ThrottlingRateLimit": 20_000}]}], 10_000),
        ([{"MethodSettings": [{"ThrottlingRateLimit": 0}]}], 0),
        (
            [
                {"MethodSettings": [{"ThrottlingRateLimit": 1}, {}, {"ThrottlingRateLimit": 5}]},
                {"MethodSettings": [{"ThrottlingRateLimit": 2}]},
            ],
            7,
        ),
    ],
)
def test_without_a_throttle_the_account_of_aws_is_the_limit(stages, requests_per_second):
    content = an_api()
    del content["Resources"]["Stage"]
    for number, stage in enumerate(stages):
        content["Resources"][f"Stage{number}"] = of_type("ApiGateway::Stage", stage)
    expected = requests_per_second * SECONDS / 1e6 * 3.50
    assert worst_month_usd(content, {}) == pytest.approx(expected)


@pytest.mark.parametrize("content", [{}, {"Resources": {"A": 3, "B": {"Type": "AWS::X::Y"}}}])
def test_a_template_without_an_api_offers_nothing(content):
    assert find_public_methods(content, {}) == ()


def test_the_exposure_of_a_deployment_sums_over_its_instances_with_their_overrides():
    override = ParameterOverride(accounts=(), regions=("us-east-1",), parameters={"Rate": "30"})
    deployment = a_deployment(
        template=a_template(an_api()),
        parameters={"Rate": KeptValue(fallback="10")},
        overrides=(override,),
    )
    exposure = find_exposure(deployment)
    assert isinstance(exposure, Exposure)
    assert exposure.methods == (PublicMethod(http_method="GET", path="/outer/inner"),)
    assert exposure.worst_month_usd == pytest.approx((10 + 30) * SECONDS / 1e6 * 3.50)
    assert "not counted: logs" in exposure.counted


def test_every_account_of_a_region_is_counted():
    pairs = targets((ACCOUNT, EAST), (OTHER_ACCOUNT, EAST))
    exposure = find_exposure(a_deployment(template=a_template(an_api()), targets=pairs))
    assert exposure is not None
    assert exposure.worst_month_usd == pytest.approx(2 * 10 * SECONDS / 1e6 * 3.50)


def test_a_deployment_that_offers_nothing_has_no_exposure():
    assert find_exposure(a_deployment()) is None


def test_our_own_service_offers_its_two_paths_and_nothing_else():
    content = json.loads((ROOT / "templates/service.json").read_text())
    assert [str(one) for one in find_public_methods(content, {})] == [
        "ANY /myresource",
        "ANY /health",
    ]
    assert worst_month_usd(content, {}) > 0


def test_a_condition_on_the_stack_name_which_nobody_knows_yet_is_no_error():
    content = {
        "Conditions": {"Ours": {"Fn::Equals": [{"Ref": "AWS::StackName"}, "ours"]}},
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Condition": "Ours"}},
    }
    assert find_exposure(a_deployment(template=a_template(content))) is None
