"""What AWS refuses of a template's form, a mistake at a time; and what it lets pass."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from stacksets.local.control_plane.template_format import find_complaint
from stacksets.local.control_plane.templates import parse_template

TEMPLATES = Path(__file__).parents[5] / "templates"
FORMAT = "Template format error: "
TOPIC: dict[str, Any] = {"Type": "AWS::SNS::Topic"}
TEMPLATE: dict[str, Any] = {
    "AWSTemplateFormatVersion": "2010-09-09",
    "Description": "a topic",
    "Metadata": {"Any": [{"Ref": "Nobody"}]},
    "Parameters": {
        "Suffix": {"Type": "String", "Default": "x", "AllowedValues": ["x"]},
        "Subnets": {"Type": "List<AWS::EC2::Subnet::Id>"},
        "Image": {"Type": "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>"},
        "Keys": {"Type": "AWS::SSM::Parameter::Value<List<String>>"},
        "Names": {"Type": "CommaDelimitedList"},
        "Sizes": {"Type": "List<Number>"},
    },
    "Mappings": {"Any-name": {"small": {"Memory": 1}}},
    "Conditions": {
        "Here": {"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]},
        "There": {"Fn::Not": [{"Condition": "Here"}]},
    },
    "Resources": {
        "Topic": TOPIC,
        "Queue": {
            "Type": "Custom::Queue",
            "Version": "1.0",
            "Condition": "There",
            "DependsOn": ["Topic"],
            "DeletionPolicy": "Retain",
            "Metadata": {"Ref": "whatever it is"},
            "Properties": {
                "Name": {"Fn::Sub": "${Suffix}-${AWS::Region}-${Topic.TopicName}-${!Literal}"},
                "Other": {"Fn::Sub": ["${Local}-${ Suffix }", {"Local": {"Ref": "Topic"}}]},
                "Arn": {"Fn::If": ["Here", {"Fn::GetAtt": "Topic.TopicArn"}, "x"]},
                "Computed": {"Fn::GetAtt": [{"Ref": "Suffix"}, "Arn"]},
                "Gone": {"Ref": "AWS::NoValue"},
                "Policy": {"Statement": [{"Condition": {"Bool": {"aws:SecureTransport": "true"}}}]},
            },
        },
    },
    "Outputs": {"Topic": {"Value": {"Fn::GetAtt": ["Topic", "TopicArn"]}, "Condition": "Here"}},
}


def _changed(*path: str, to: object) -> dict[str, Any]:
    """Give the template with one thing in it another; None takes it away."""
    changed: dict[str, Any] = json.loads(json.dumps(TEMPLATE))
    *above, last = path
    holder = changed
    for key in above:
        holder = holder[key]
    if to is None:
        del holder[last]
    else:
        holder[last] = to
    return changed


def test_a_sound_template_passes_also_as_yaml_with_its_date_unquoted():
    assert find_complaint(TEMPLATE) is None
    dated = "AWSTemplateFormatVersion: 2010-09-09\nResources:\n  A:\n    Type: AWS::SNS::Topic\n"
    assert parse_template(dated)["Resources"] == {"A": TOPIC}


@pytest.mark.parametrize("name", ["service.json", "bootstrap.json"])
def test_the_templates_of_this_project_pass(name):
    assert find_complaint(json.loads((TEMPLATES / name).read_text())) is None


PROPERTIES = ("Resources", "Topic", "Properties")
UNRESOLVED = FORMAT + "Unresolved resource dependencies [Nobody] in the {} block of the template"
UNDEFINED = FORMAT + "Unresolved condition dependency Nobody in the {} block of the template"
IN_RESOURCES = UNRESOLVED.format("Resources")
UNTYPED = FORMAT + "Every Parameters object must contain a Type member."


@pytest.mark.parametrize(
    ("path", "value", "complaint"),
    [
        (("Resource",), {}, "Invalid template property or properties [Resource]"),
        (
            ("AWSTemplateFormatVersion",),
            "2010-09-10",
            FORMAT + "unsupported value for AWSTemplateFormatVersion.",
        ),
        (("Description",), ["x"], FORMAT + "'Description' must be a string."),
        (("Conditions",), ["x"], FORMAT + "Conditions must be an object."),
        (("Outputs",), ["x"], FORMAT + "Outputs must be an object."),
        (("Outputs", "Topic"), "x", FORMAT + "[/Outputs/Topic] must be an object."),
        (("Mappings", "Any-name"), 1, FORMAT + "[/Mappings/Any-name] must be an object."),
        (("Resources", "a-b"), TOPIC, FORMAT + "Resource name a-b is non alphanumeric."),
        (("Parameters", "Suffix", "Type"), None, UNTYPED),
        (("Parameters", "Suffix", "Type"), ["String"], UNTYPED),
        (
            ("Parameters", "Suffix", "Type"),
            "Strin",
            FORMAT + "Unrecognized parameter type: Strin",
        ),
        (
            ("Parameters", "Suffix", "default"),
            "x",
            "Invalid template parameter property 'default'",
        ),
        (
            ("Parameters", "Suffix", "AllowedValues"),
            "x",
            FORMAT + "AllowedValues of parameter Suffix must be a list.",
        ),
        (
            ("Resources", "Topic", "Type"),
            None,
            FORMAT + "[/Resources/Topic] Every Resources object must contain a Type member.",
        ),
        (
            ("Resources", "Topic", "Propertys"),
            {},
            "Invalid template resource property 'Propertys'",
        ),
        (PROPERTIES, ["x"], FORMAT + "[/Resources/Topic]/Properties must be an object."),
        (
            ("Outputs", "Topic", "Value"),
            None,
            FORMAT + "Every Outputs member must contain a Value object",
        ),
        (PROPERTIES, {"TopicName": {"Ref": "Nobody"}}, IN_RESOURCES),
        (PROPERTIES, {"Tags": [{"Value": {"Fn::Sub": "a${Nobody}"}}]}, IN_RESOURCES),
        (PROPERTIES, {"TopicName": {"Fn::Sub": "${Nobody.Arn}"}}, IN_RESOURCES),
        (
            PROPERTIES,
            {"TopicName": {"Fn::Sub": ["${Local}", {"Local": {"Ref": "Nobody"}}]}},
            IN_RESOURCES,
        ),
        (PROPERTIES, {"TopicName": {"Fn::If": ["Here", {"Ref": "Nobody"}, ""]}}, IN_RESOURCES),
        (
            PROPERTIES,
            {"TopicName": {"Ref": "AWS::Nobody"}},
            IN_RESOURCES.replace("Nobody", "AWS::Nobody"),
        ),
        (("Resources", "Topic", "DependsOn"), "Nobody", IN_RESOURCES),
        (("Outputs", "Topic", "Value"), {"Ref": "Nobody"}, UNRESOLVED.format("Outputs")),
        (
            ("Outputs", "Topic", "Export"),
            {"Name": {"Ref": "Nobody"}},
            UNRESOLVED.format("Outputs"),
        ),
        (
            PROPERTIES,
            {"TopicName": {"Fn::GetAtt": ["Suffix", "Arn"]}},
            "Template error: instance of Fn::GetAtt references undefined resource Suffix",
        ),
        (
            ("Resources", "Topic", "DependsOn"),
            "Suffix",
            "Template error: DependsOn references undefined resource Suffix",
        ),
        (("Resources", "Topic", "Condition"), "Nobody", UNDEFINED.format("Resources")),
        (
            PROPERTIES,
            {"TopicName": {"Fn::If": ["Nobody", "x", {"Ref": "AWS::NoValue"}]}},
            UNDEFINED.format("Resources"),
        ),
        (("Outputs", "Topic", "Condition"), "Nobody", UNDEFINED.format("Outputs")),
        (
            ("Conditions", "There"),
            {"Fn::Not": [{"Condition": "Nobody"}]},
            UNDEFINED.format("Conditions"),
        ),
    ],
)
def test_a_mistake_is_told_as_aws_tells_it(path, value, complaint):
    assert find_complaint(_changed(*path, to=value)) == complaint


@pytest.mark.parametrize(
    "transform",
    [
        {"Transform": "AWS::LanguageExtensions"},
        {"Mappings": {"A": {"Fn::Transform": {"Name": "AWS::Include"}}}},
        {"Resources": {"Fn::ForEach::Topics": ["Name", ["a"], {"Topic${Name}": TOPIC}]}},
    ],
)
def test_what_a_transform_makes_of_a_template_is_not_foretold(transform):
    template = {"Globals": {}, "Resources": {"A": {"Properties": {"B": {"Ref": "Nobody"}}}}}

    assert find_complaint(template) == "Invalid template property or properties [Globals]"
    assert find_complaint(template | transform) is None
    assert find_complaint(template | transform | {"Outputs": []}) == (
        FORMAT + "Outputs must be an object."
    )
