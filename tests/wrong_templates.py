"""Valid templates of any size, and mistakes that are surely ones, whatever else the template holds.

Each mistake adds something wrong, so that none takes another one back.
"""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cfn_flip

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping

    Mistake = Callable[[dict[str, Any]], None]

TOPIC = {"Type": "AWS::SNS::Topic"}


def valid_template(draw: random.Random) -> dict[str, Any]:
    """Write a template that neither AWS nor cfn-lint has anything against."""
    topics = [f"Topic{number}" for number in range(draw.randint(1, 5))]
    resources = {
        name: TOPIC
        | ({"DependsOn": topics[:at]} if at and draw.random() < 0.5 else {})
        | ({"Properties": {"TopicName": {"Fn::Sub": f"{name}-${{Suffix}}-${{AWS::Region}}"}}})
        for at, name in enumerate(topics)
    }
    if draw.random() < 0.5:
        resources["Logs"] = {
            "Type": "AWS::Logs::LogGroup",
            "DeletionPolicy": "Delete",
            "UpdateReplacePolicy": "Delete",
            "Properties": {
                "RetentionInDays": {"Fn::FindInMap": ["Days", {"Ref": "Size"}, "Logs"]},
                "LogGroupName": {"Fn::If": ["IsSmall", {"Ref": "Suffix"}, {"Ref": "AWS::NoValue"}]},
            },
        }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "something",
        "Parameters": {
            "Suffix": {"Type": "String", "Default": "dev", "AllowedPattern": "[a-z]+"},
            "Size": {"Type": "String", "Default": "small", "AllowedValues": ["small", "large"]},
        },
        "Mappings": {"Days": {"small": {"Logs": 7}, "large": {"Logs": 365}}},
        "Conditions": {"IsSmall": {"Fn::Equals": [{"Ref": "Size"}, "small"]}},
        "Resources": resources,
        "Outputs": {name: {"Value": {"Ref": name}} for name in topics},
    }


def _in(section: str, name: str, member: object) -> Mistake:
    """Add a member that is wrong by itself; a section that another mistake has spoilt stays so."""

    def add(template: dict[str, Any]) -> None:
        if isinstance(template.get(section), dict):
            template[section][name] = deepcopy(member)

    return add


def _as(section: str, value: object) -> Mistake:
    """Make something else of a whole section."""

    def change(template: dict[str, Any]) -> None:
        template[section] = value

    return change


def _topic(**attributes: object) -> dict[str, object]:
    return TOPIC | attributes


def _named(name: object) -> dict[str, object]:
    return _topic(Properties={"TopicName": name})


REFUSED: Mapping[str, Mistake] = {
    "a reference to nothing": _in("Resources", "A", _named({"Ref": "Nobody"})),
    "a variable of nothing": _in("Resources", "B", _named({"Fn::Sub": "x-${Nobody}"})),
    "an attribute of nothing": _in("Resources", "C", _named({"Fn::GetAtt": ["Nobody", "X"]})),
    "a wait for nothing": _in("Resources", "D", _topic(DependsOn="Nobody")),
    "a condition of nothing": _in("Resources", "E", _topic(Condition="Nobody")),
    "a choice by nothing": _in("Resources", "F", _named({"Fn::If": ["Nobody", "x", "y"]})),
    "an output of nothing": _in("Outputs", "G", {"Value": {"Ref": "Nobody"}}),
    "a resource without a type": _in("Resources", "H", {"Properties": {}}),
    "a resource whose type is a list": _in("Resources", "I", {"Type": ["AWS::SNS::Topic"]}),
    "a resource that is a word": _in("Resources", "J", "AWS::SNS::Topic"),
    "a resource with an attribute of none": _in("Resources", "K", _topic(Propertys={})),
    "a resource with a list of properties": _in("Resources", "L", _topic(Properties=["x"])),
    "a name with a hyphen": _in("Resources", "a-b", TOPIC),
    "a parameter without a type": _in("Parameters", "M", {"Default": "x"}),
    "a parameter of no type": _in("Parameters", "N", {"Type": "Strin", "Default": "x"}),
    "a parameter that is a word": _in("Parameters", "O", "String"),
    "a parameter with a key of none": _in("Parameters", "P", {"Type": "String", "default": "x"}),
    "an output without a value": _in("Outputs", "Q", {"Description": "x"}),
    "an output that is a word": _in("Outputs", "R", "x"),
    "a condition by nothing": _in("Conditions", "S", {"Fn::Not": [{"Condition": "Nobody"}]}),
    "a mapping that is a word": _in("Mappings", "T", "x"),
    "a section that there is not": _as("Resource", {}),
    "a version that there is not": _as("AWSTemplateFormatVersion", "2010-09-10"),
    "a description that is a list": _as("Description", ["x"]),
    "too much": _as("Metadata", {"Padding": "x" * 51_200}),
    "parameters that are a list": _as("Parameters", ["Suffix"]),
    "outputs that are a word": _as("Outputs", "x"),
    "conditions that are a list": _as("Conditions", ["IsSmall"]),
    "mappings that are a number": _as("Mappings", 1),
    "no resources": lambda template: template.pop("Resources", None),
    "resources that are a list": _as("Resources", [TOPIC]),
    "resources that are nothing": _as("Resources", {}),
}
"""What AWS refuses of a template before it makes anything; whole sections last."""

LINTED: Mapping[str, Mistake] = {
    "resources in a circle": lambda template: template["Resources"].update(
        {"U": _topic(DependsOn="V"), "V": _topic(DependsOn="U")}
    ),
    "a type that there is not": _in("Resources", "W", {"Type": "AWS::SNS::Topics"}),
    "a property that there is not": _in("Resources", "X", _topic(Properties={"Name": "x"})),
    "a function that there is not": _in("Resources", "Y", _named({"Fn::Nobody": "x"})),
    "a value of another type": _in("Resources", "Z", _named(["x"])),
}
"""What cfn-lint finds, and AWS later: in the stacks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A template as it stands in a file."""

    name: str
    text: str


def write_both(template: dict[str, Any]) -> tuple[Written, Written]:
    """Write a template in JSON, and in YAML with its short forms."""
    text = json.dumps(template, indent=1)
    return (
        Written(name="template.json", text=text),
        Written(name="template.yaml", text=cfn_flip.to_yaml(text)),
    )


def misspell(draw: random.Random, written: Written) -> Written:
    """Break the syntax of a template, at any key."""
    lines = written.text.splitlines(keepends=True)
    if written.name.endswith(".yaml"):
        at = draw.randrange(len(lines))
        lines[at] = f"{lines[at]}\t- : [\n"
    else:
        at = draw.choice([number for number, line in enumerate(lines) if '": ' in line])
        lines[at] = lines[at].replace('": ', draw.choice(['" ', '":: ', '" = ', ": ", '":, ']), 1)
    return Written(name=written.name, text="".join(lines))


def name_twice(written: Written) -> Written:
    """Give a template two resources of one name; AWS takes the last without a word."""
    header, first = (
        ("Resources:\n", "  Topic0:\n    Type: AWS::SQS::Queue\n")
        if written.name.endswith(".yaml")
        else ('"Resources": {', '"Topic0": {"Type": "AWS::SQS::Queue"}, ')
    )
    return Written(name=written.name, text=written.text.replace(header, f"{header}{first}", 1))


def make_mistakes(
    draw: random.Random, template: dict[str, Any], among: Mapping[str, Mistake]
) -> list[str]:
    """Make one to three mistakes; give their names."""
    made = draw.sample(list(among), draw.randint(1, 3))
    names = [name for name in among if name in made]
    for name in names:
        among[name](template)
    return names
