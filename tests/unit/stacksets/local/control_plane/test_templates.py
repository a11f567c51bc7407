from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacksets.local.control_plane.capabilities import check_capabilities
from stacksets.local.control_plane.errors import ApiError
from stacksets.local.control_plane.templates import (
    check_body,
    mask_secrets,
    parse_template,
    resolve_parameters,
)
from tests.unit.stacksets.local.control_plane.bench import refusal

QUEUE = {"Queue": {"Type": "AWS::SQS::Queue"}}
PARAMETERS = {
    "Suffix": {"Type": "String", "Default": "dev"},
    "Days": {"Type": "Number", "Default": 365},
    "Logging": {"Type": "String", "Default": True},
    "Must": {"Type": "String"},
}
TEMPLATE = {"Parameters": PARAMETERS, "Resources": QUEUE}


def given_value(name: str, value: str) -> dict[str, object]:
    return {"ParameterKey": name, "ParameterValue": value}


def kept(name: str) -> dict[str, object]:
    return {"ParameterKey": name, "UsePreviousValue": True}


def test_json_and_yaml_say_the_same():
    yaml = "Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n"
    assert parse_template(json.dumps({"Resources": QUEUE})) == parse_template(yaml)


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ('{"Resources": ', r"Template format error: JSON not well-formed. \(line 1, column 15\)"),
        ("Resources: [", "Template format error: YAML not well-formed."),
        ("just words", "Template format error: unsupported structure."),
        ("{}", "At least one Resources member must be defined."),
        ('{"Resources": {}}', "At least one Resources member must be defined."),
        ('{"Resources": ["Queue"]}', "Template format error: Resources must be an object."),
    ],
)
def test_what_is_no_template_is_refused(body, complaint):
    with pytest.raises(ApiError, match=complaint) as caught:
        parse_template(body)
    assert caught.value.code == "ValidationError"


def test_a_body_of_51_200_bytes_is_the_longest():
    body = json.dumps({"Resources": QUEUE})
    check_body(body + " " * (51_200 - len(body)))
    with pytest.raises(ApiError, match="length less than or equal to 51200"):
        check_body(body + " " * (51_199 - len(body)) + "é")


def test_a_parameter_that_is_not_sent_takes_the_default_and_not_the_previous_value():
    previous = {"Suffix": "prod", "Days": "1", "Logging": "false", "Must": "x"}
    values = resolve_parameters(TEMPLATE, [given_value("Must", "y")], previous)
    assert values == {"Suffix": "dev", "Days": "365", "Logging": "true", "Must": "y"}


def test_a_template_without_parameters_takes_none():
    assert resolve_parameters({"Resources": QUEUE}, [], {}) == {}
    with pytest.raises(ApiError, match=r"Parameters: \[Must\] do not exist in the template"):
        resolve_parameters({"Resources": QUEUE}, [given_value("Must", "x")], {})


def test_use_previous_value_keeps_it():
    values = resolve_parameters(TEMPLATE, [kept("Must")], {"Must": "x"})
    assert values["Must"] == "x"


def test_an_empty_value_is_a_value():
    assert resolve_parameters(TEMPLATE, [given_value("Must", "")], {})["Must"] == ""


@pytest.mark.parametrize(
    ("given_parameters", "complaint"),
    [
        ([], r"Parameters: \[Must\] must have values"),
        ([{"ParameterKey": "Must"}], r"Parameters: \[Must\] must have values"),
        ([given_value("Mast", "x")], r"Parameters: \[Mast\] do not exist in the template"),
        ([kept("Must")], "not in the previous template"),
        ([{**kept("Must"), "ParameterValue": "x"}], "usePreviousValue as true and non empty"),
    ],
)
def test_parameters_that_do_not_fit_the_template_are_refused(given_parameters, complaint):
    with pytest.raises(ApiError, match=complaint):
        resolve_parameters(TEMPLATE, given_parameters, {})


@given(st.dictionaries(st.sampled_from(sorted(PARAMETERS)), st.text()))
def test_every_declared_parameter_gets_exactly_one_value(chosen):
    sent = [given_value(name, value) for name, value in {"Must": "x", **chosen}.items()]
    values = resolve_parameters(TEMPLATE, sent, {})
    assert values.keys() == PARAMETERS.keys()
    assert values.items() >= chosen.items()


def test_secrets_are_masked():
    declared = {"Parameters": {"Key": {"NoEcho": "true"}, "Word": {"NoEcho": True}, "Name": {}}}
    shown = mask_secrets(declared, {"Key": "k", "Word": "w", "Name": "n", "Gone": "g"})
    assert shown == {"Key": "****", "Word": "****", "Name": "n", "Gone": "g"}


ROLE = {"Role": {"Type": "AWS::IAM::Role", "Properties": {"Path": "/"}}}
NAMED = {"Role": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "boss"}}}


@pytest.mark.parametrize(
    ("template", "sent", "missing"),
    [
        ({"Resources": QUEUE}, [], None),
        ({"Resources": ROLE}, [], "CAPABILITY_IAM"),
        ({"Resources": {"P": {"Type": "AWS::IAM::Policy"}}}, [], "CAPABILITY_IAM"),
        ({"Resources": ROLE}, ["CAPABILITY_IAM"], None),
        ({"Resources": ROLE}, ["CAPABILITY_NAMED_IAM"], None),
        ({"Resources": NAMED}, ["CAPABILITY_IAM"], "CAPABILITY_NAMED_IAM"),
        ({"Resources": NAMED}, ["CAPABILITY_NAMED_IAM"], None),
        ({"Resources": QUEUE, "Transform": "Custom"}, [], "CAPABILITY_AUTO_EXPAND"),
        ({"Resources": QUEUE, "Transform": "Custom"}, ["CAPABILITY_AUTO_EXPAND"], None),
        (
            {"Resources": {"Q": {"Properties": [{"Fn::Transform": {}}]}, **ROLE}},
            [],
            "CAPABILITY_IAM, CAPABILITY_AUTO_EXPAND",
        ),
    ],
)
def test_a_template_needs_the_capabilities_of_its_resources(template, sent, missing):
    if missing is None:
        check_capabilities(template, sent)
        return
    with pytest.raises(ApiError) as caught:
        check_capabilities(template, sent)
    assert caught.value.code == "InsufficientCapabilitiesException"
    assert caught.value.message == f"Requires capabilities : [{missing}]"


def declaring(section, count, **sections):
    entry = {
        "Outputs": {"Value": "x"},
        "Parameters": {"Type": "String"},
        "Resources": {"Type": "AWS::SQS::Queue"},
    }
    members = {f"Member{number}": entry.get(section, {}) for number in range(count)}
    one = {"One": entry["Resources"]}
    return json.dumps({"Resources": one, **sections, section: members})


@pytest.mark.parametrize(
    ("section", "most"),
    [("Mappings", 200), ("Outputs", 200), ("Parameters", 200), ("Resources", 500)],
)
def test_a_template_declares_so_much_and_no_more(section, most):
    assert len(parse_template(declaring(section, most))[section]) == most
    complaint = (
        f"Template format error: Number of {section.lower()}, {most + 1}, is greater than maximum "
        f"allowed, {most}"
    )
    with refusal("ValidationError", complaint):
        parse_template(declaring(section, most + 1))


def test_a_description_has_1024_bytes_at_most():
    assert parse_template(declaring("Resources", 1, Description="é" * 512))
    with refusal("ValidationError", "'Description' length is greater than 1024 bytes"):
        parse_template(declaring("Resources", 1, Description="é" * 513))
