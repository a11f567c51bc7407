from __future__ import annotations

import copy
import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacksets.errors import TemplateError
from stacksets.resolve import evaluate_conditions, refuse_odd_entries, resolve

PROD = {"EnvironmentSuffix": "prod"}
TEMPLATE = {
    "Parameters": {
        "EnvironmentSuffix": {"Type": "String", "Default": "dev"},
        "RetentionDays": {"Type": "Number", "Default": 365},
        "Rate": {"Type": "Number", "Default": "0.10"},
        "Accounts": {"Type": "CommaDelimitedList", "Default": "111111111111, 222222222222"},
        "Ports": {"Type": "List<Number>", "Default": "80,443"},
        "Image": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/image"},
    },
    "Mappings": {"Sizes": {"dev": {"Memory": 128}, "prod": {"Memory": 512}}},
    "Conditions": {
        "IsProd": {"Fn::Equals": [{"Ref": "EnvironmentSuffix"}, "prod"]},
        "IsHome": {"Fn::Equals": [{"Ref": "AWS::Region"}, "us-west-2"]},
        "IsDev": {"Fn::Not": [{"Condition": "IsProd"}]},
        "Both": {"Fn::And": [{"Condition": "IsProd"}, {"Condition": "IsHome"}]},
        "Either": {"Fn::Or": [{"Condition": "IsProd"}, {"Condition": "IsHome"}]},
        "Long": {"Fn::Equals": [{"Ref": "RetentionDays"}, "365"]},
    },
    "Resources": {},
}


def resolve_value(value, *, region="us-east-1", **arguments):
    """The value of one property of a resource, as an instance has it; None where it is gone."""
    template = {**TEMPLATE, "Resources": {"Thing": {"Type": "A", "Properties": {"P": value}}}}
    arguments = {"parameters": {}, "account": "123456789012", **arguments}
    resolved = resolve(template, region=region, **arguments)
    return resolved["Resources"]["Thing"]["Properties"].get("P")


def resolve_template(template, **parameters):
    return resolve(template, parameters=parameters, account="123456789012", region="us-east-1")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Ref": "EnvironmentSuffix"}, "dev"),
        ({"Ref": "AWS::Region"}, "us-east-1"),
        ({"Ref": "AWS::AccountId"}, "123456789012"),
        ({"Ref": "AWS::Partition"}, "aws"),
        ({"Ref": "AWS::URLSuffix"}, "amazonaws.com"),
        ({"Ref": "RetentionDays"}, 365),
        ({"Ref": "Rate"}, "0.10"),
        ({"Ref": "Accounts"}, ["111111111111", "222222222222"]),
        ({"Ref": "Ports"}, [80, 443]),
        ("365", "365"),
        ({"Fn::Sub": "a-${EnvironmentSuffix}-${AWS::Region}-${!Kept}"}, "a-dev-us-east-1-${Kept}"),
        (
            {"Fn::Sub": ["${Own}-${RetentionDays}", {"Own": {"Ref": "AWS::Region"}}]},
            "us-east-1-365",
        ),
        ({"Fn::Join": ["-", ["a", {"Ref": "EnvironmentSuffix"}, 1, True]]}, "a-dev-1-true"),
        ({"Fn::Join": [",", {"Ref": "Accounts"}]}, "111111111111,222222222222"),
        ({"Fn::Split": ["-", {"Ref": "AWS::Region"}]}, ["us", "east", "1"]),
        ({"Fn::Select": ["1", {"Fn::Split": ["-", {"Ref": "AWS::Region"}]}]}, "east"),
        ({"Fn::Select": [0, {"Ref": "Accounts"}]}, "111111111111"),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "EnvironmentSuffix"}, "Memory"]}, 128),
        ({"Fn::FindInMap": ["Sizes", "qa", "Memory", {"DefaultValue": 64}]}, 64),
        ({"Fn::If": ["IsProd", "yes", {"Ref": "EnvironmentSuffix"}]}, "dev"),
        ({"Fn::If": ["IsProd", "yes", {"Ref": "AWS::NoValue"}]}, None),
        ([1, {"Fn::If": ["IsProd", 2, {"Ref": "AWS::NoValue"}]}, 3], [1, 3]),
        ({"Condition": "IsProd"}, {"Condition": "IsProd"}),
    ],
)
def test_what_parameters_and_the_place_make_known_becomes_its_value(value, expected):
    assert resolve_value(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        {"Ref": "Thing"},
        {"Ref": "Image"},
        {"Ref": "AWS::StackId"},
        {"Ref": "AWS::StackName"},
        {"Fn::GetAtt": ["Thing", "Arn"]},
        {"Fn::ImportValue": "shared"},
        {"Fn::Sub": "${Thing.Arn}/${!x}"},
        {"Fn::Sub": "${Accounts}"},
        {"Fn::Join": ["", ["a", {"Ref": "Thing"}]]},
        {"Fn::Join": ["", {"Ref": "AWS::NoValue"}]},
        {"Fn::Join": [{"Ref": "Thing"}, ["a", "b"]]},
        {"Fn::Split": ["/", {"Ref": "Thing"}]},
        {"Fn::Split": ["", "abc"]},
        {"Fn::Select": [{"Ref": "Thing"}, ["a"]]},
        {"Fn::Select": [0, {"Fn::GetAZs": ""}]},
        {"Fn::FindInMap": ["Sizes", {"Ref": "Thing"}, "Memory"]},
    ],
)
def test_what_only_a_deployment_can_tell_stays_as_it_is(value):
    assert resolve_value(value) == value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${AWS::Region}/${Thing}/${!Kept}", "us-east-1/${Thing}/${!Kept}"),
        ("${Odd}/${Thing}", "${!x}/${Thing}"),
    ],
)
def test_a_sub_with_an_open_variable_keeps_it_and_fills_in_the_rest(text, expected):
    value = {"Fn::Sub": [text, {"Odd": "${x}"}]}
    assert resolve_value(value) == {"Fn::Sub": expected}


def test_a_sub_keeps_only_those_of_its_own_variables_that_are_open():
    own = {"A": {"Fn::GetAtt": ["Thing", "Arn"]}, "B": "b"}
    assert resolve_value({"Fn::Sub": ["${A}${B}", own]}) == {
        "Fn::Sub": ["${A}b", {"A": {"Fn::GetAtt": ["Thing", "Arn"]}}]
    }


def test_functions_inside_an_unknown_function_are_resolved():
    value = {"Fn::Join": ["/", [{"Ref": "Thing"}, {"Ref": "AWS::Region"}]]}
    assert resolve_value(value) == {"Fn::Join": ["/", [{"Ref": "Thing"}, "us-east-1"]]}


def test_given_parameters_and_a_given_stack_name_are_used():
    value = {"Fn::Sub": "${AWS::StackName}-${RetentionDays}"}
    given_values = {"RetentionDays": "30"}
    assert resolve_value(value, parameters=given_values, stack_name="one") == "one-30"


def test_china_has_its_own_url_suffix():
    value = {"Fn::Sub": "${AWS::Partition} ${AWS::URLSuffix}"}
    assert (
        resolve_value(value, partition="aws-cn", region="cn-north-1") == "aws-cn amazonaws.com.cn"
    )


@pytest.mark.parametrize(
    ("spelled", "number"),
    [("365", 365), ("-1", -1), ("0.5", 0.5), ("007", "007"), ("1e3", "1e3"), ("nan", "nan")],
)
def test_a_number_becomes_one_only_where_its_spelling_survives(spelled, number):
    assert resolve_value({"Ref": "Rate"}, parameters={"Rate": spelled}) == number


@pytest.mark.parametrize(
    ("parameters", "region", "holding"),
    [
        ({}, "us-east-1", {"IsDev", "Long"}),
        (PROD, "us-east-1", {"IsProd", "Either", "Long"}),
        ({**PROD, "RetentionDays": "30"}, "us-west-2", {"IsProd", "IsHome", "Both", "Either"}),
        ({}, "us-west-2", {"IsHome", "IsDev", "Either", "Long"}),
    ],
)
def test_conditions_follow_parameters_and_region(parameters, region, holding):
    verdicts = evaluate_conditions(
        TEMPLATE, parameters=parameters, account="123456789012", region=region
    )
    assert list(verdicts) == list(TEMPLATE["Conditions"])
    assert {name for name, holds in verdicts.items() if holds} == holding


def test_resources_and_outputs_with_a_false_condition_are_gone():
    template = {
        **TEMPLATE,
        "Resources": {
            "Kept": {"Type": "A", "Condition": "IsDev", "DependsOn": ["Gone", "Other"]},
            "Gone": {"Type": "A", "Condition": "IsProd"},
            "Other": {"Type": "A", "DependsOn": "Gone", "Properties": {"R": {"Ref": "Gone"}}},
            "Last": {"Type": "A", "DependsOn": "Kept"},
            "Odd": {"Type": "A", "DependsOn": ["Kept", 1]},
            "Alone": {"Type": "A", "DependsOn": ["Gone"]},
            "Fn::ForEach::Many": ["X", ["a"], {}],
        },
        "Outputs": {
            "Kept": {"Value": {"Ref": "AWS::Region"}},
            "Gone": {"Value": "x", "Condition": "IsProd"},
        },
    }
    resolved = resolve_template(template)
    assert resolved["Resources"] == {
        "Kept": {"Type": "A", "DependsOn": ["Other"]},
        "Other": {"Type": "A", "Properties": {"R": {"Ref": "Gone"}}},
        "Last": {"Type": "A", "DependsOn": "Kept"},
        "Odd": {"Type": "A", "DependsOn": ["Kept", 1]},
        "Alone": {"Type": "A", "DependsOn": []},
        "Fn::ForEach::Many": ["X", ["a"], {}],
    }
    assert resolved["Outputs"] == {"Kept": {"Value": "us-east-1"}}


def test_what_declares_stays_and_the_conditions_go():
    template = {**TEMPLATE, "Rules": {"R": {"Assertions": []}}, "Transform": "T"}
    resolved = resolve_template(template)
    assert list(resolved) == [name for name in template if name != "Conditions"]
    assert resolved["Parameters"] == TEMPLATE["Parameters"]
    assert resolved["Mappings"] == TEMPLATE["Mappings"]
    assert resolved["Rules"] == {"R": {"Assertions": []}}


def test_a_condition_of_a_policy_statement_is_no_condition_of_the_template():
    statement = {"Effect": "Allow", "Condition": {"StringEquals": {"a": {"Ref": "AWS::AccountId"}}}}
    assert resolve_value({"Statement": [statement]})["Statement"][0]["Condition"] == {
        "StringEquals": {"a": "123456789012"}
    }


def conditions(**expressions):
    return {"Conditions": expressions, "Parameters": TEMPLATE["Parameters"]}


@pytest.mark.parametrize(
    ("template", "message"),
    [
        (
            conditions(
                A={"Fn::Or": [{"Fn::Equals": ["", ""]}, {"Condition": "B"}]},
                B={"Condition": "C"},
                C={"Condition": "B"},
            ),
            "B → C → B go in a circle",
        ),
        (conditions(A={"Condition": "B"}), "no condition B"),
        (conditions(A={"Condition": 1}), "Condition takes a name, not 1"),
        (conditions(A={"Ref": "Rate"}), "is no condition"),
        (conditions(A="true"), "'true' is no condition"),
        (conditions(A={"Fn::Not": []}), "Fn::Not takes a list of 1, not"),
        (conditions(A={"Fn::And": [{}]}), "Fn::And takes a list of 2 to 10"),
        (conditions(A={"Fn::Equals": [{"Ref": "Image"}, "a"]}), "not known before the deployment"),
        (conditions(A={"Fn::Equals": [{"Ref": "AWS::NoValue"}, "a"]}), "not known before"),
        (
            {"Parameters": {"P": {"Type": "String"}}},
            "parameter P has neither a value nor a default",
        ),
        ({"Parameters": {"P": "String"}}, "P is no map"),
        ({"Parameters": []}, "Parameters is no map"),
    ],
)
def test_a_template_that_cannot_be_evaluated_is_refused(template, message):
    with pytest.raises(TemplateError, match=message) as refused:
        evaluate_conditions(template, parameters={}, account="123456789012", region="us-east-1")
    assert refused.value.hint


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"Fn::If": ["Nowhere", 1, 2]}, "no condition Nowhere"),
        ({"Fn::If": [["IsProd"], 1, 2]}, "Fn::If takes a name"),
        ({"Fn::If": ["IsProd", 1]}, "Fn::If takes a list of 3"),
        ({"Ref": ["A"]}, "Ref takes a name"),
        ({"Fn::Sub": 1}, "Fn::Sub takes"),
        ({"Fn::Sub": [1, {}]}, "Fn::Sub takes a string"),
        ({"Fn::Sub": ["x", []]}, "Fn::Sub takes a string"),
        ({"Fn::Select": [2, ["a", "b"]]}, "no entry 2 among 2"),
        ({"Fn::Select": [-1, ["a", "b"]]}, "no entry -1 among 2"),
        ({"Fn::FindInMap": ["Sizes", "qa", "Memory"]}, "no Sizes.qa.Memory"),
        ({"Fn::FindInMap": ["Nothing", "qa", "Memory"]}, "no Nothing.qa.Memory"),
    ],
)
def test_a_function_that_cannot_work_is_refused(value, message):
    with pytest.raises(TemplateError, match=message):
        resolve_value(value)


def test_a_parameter_that_the_template_does_not_have_is_refused_with_those_it_has():
    with pytest.raises(TemplateError, match="no parameter Nmae") as refused:
        resolve_template({"Parameters": {"Name": {"Type": "String"}}}, Nmae="a")
    assert "Name" in refused.value.hint


def test_a_list_parameter_without_text_has_one_empty_entry():
    assert resolve_value({"Ref": "Accounts"}, parameters={"Accounts": ""}) == [""]


KEYS = [
    *("Ref", "Condition", "Fn::If", "Fn::Sub", "Fn::Join", "Fn::Split", "Fn::Select", "Fn::Equals"),
    *("Fn::FindInMap", "Fn::And", "Fn::Not", "Type", "Default", "DependsOn", "Properties"),
]
NAMES = st.sampled_from(["EnvironmentSuffix", "Thing", "AWS::Region", "AWS::NoValue", "Accounts"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.builds(dict, Ref=NAMES),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("abc", min_size=2, max_size=3), inner, max_size=3)
        | st.builds(lambda a, b: {"Fn::If": ["IsProd", a, b]}, inner, inner)
        | st.builds(lambda parts: {"Fn::Join": ["-", parts]}, inner)
        | st.builds(lambda part: {"Fn::Split": ["-", part]}, inner)
        | st.builds(lambda name: {"Fn::Sub": f"a ${{{name}}} ${{!b}}"}, NAMES)
    ),
)


@given(value=VALUES, suffix=st.sampled_from(["dev", "prod"]))
def test_a_resolved_value_is_json_and_resolving_again_changes_nothing(value, suffix):
    arguments = {"parameters": {"EnvironmentSuffix": suffix}}
    once = resolve_value(value, **arguments)
    if "${" not in json.dumps(once):
        assert resolve_value(once, **arguments) == once


@given(value=VALUES)
def test_the_template_given_is_never_changed(value):
    before = copy.deepcopy(value)
    resolve_value(value)
    assert value == before


@given(st.text(), st.text("ab-", min_size=1, max_size=2))
def test_joining_what_was_split_gives_the_text_back(text, delimiter):
    split = {"Fn::Split": [delimiter, text]}
    assert resolve_value({"Fn::Join": [delimiter, split]}) == text


@given(left=st.text(), right=st.text())
def test_equals_compares_text(left, right):
    template = {"Conditions": {"C": {"Fn::Equals": [left, right]}}}
    verdicts = evaluate_conditions(template, parameters={}, account="1", region="us-east-1")
    assert verdicts == {"C": left == right}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["IsProd", "Thing", "AWS::Region"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(KEYS), inner, min_size=1, max_size=1)
        | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3)
    ),
)


@given(
    sections=st.fixed_dictionaries(
        {},
        optional={
            name: st.dictionaries(st.sampled_from(["Thing", "IsProd"]), JSON) | JSON
            for name in ("Parameters", "Mappings", "Conditions", "Resources", "Outputs")
        },
    )
)
def test_a_malformed_template_is_refused_as_a_template_or_resolved_to_json(sections):
    with suppress(TemplateError):
        json.dumps(resolve_template(sections), allow_nan=False)


def test_what_a_transform_writes_out_is_no_odd_entry():
    loop = ["Name", ["a", "b"], {"Topic${Name}": {"Type": "AWS::SNS::Topic"}}]
    refuse_odd_entries({"Resources": {"Fn::ForEach::Topics": loop}})
    with pytest.raises(TemplateError, match=r"Resources\.Topics of the template"):
        refuse_odd_entries({"Resources": {"Topics": loop}})


def test_a_template_without_sections_stays_empty():
    assert resolve_template({}) == {}
