"""Templates as people write and then break them, JSON and YAML: a plan, or one refusal in words."""

from __future__ import annotations

import json
import random
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import cfn_flip
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from stacksets.errors import TemplateError
from stacksets.template import parse_template
from tests.planning import REFUSALS, plan_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILE = """\
[stack_set]
name = "greeting"
template = "{template}"
home_region = "us-west-2"

[stack_set.parameters]
Suffix = "dev"

[[targets]]
accounts = ["self", "222222222222"]
regions = ["us-east-1", "us-west-1"]

[[overrides]]
regions = ["us-east-1"]
parameters = {{ Size = "large" }}

[environments.dev]
"""
EAST = {"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]}
RESOURCES: dict[str, Any] = {
    "Topic": {"Type": "AWS::SNS::Topic"},
    "Role": {
        "Type": "AWS::IAM::Role",
        "Condition": "InTheEast",
        "Properties": {"RoleName": {"Fn::Sub": "svc-${Suffix}-${AWS::Region}"}},
    },
    "Function": {
        "Type": "AWS::Lambda::Function",
        "DependsOn": ["Topic"],
        "Properties": {
            "FunctionName": {"Fn::Join": ["-", ["svc", {"Ref": "Suffix"}]]},
            "MemorySize": {"Fn::FindInMap": ["Sizes", {"Ref": "Size"}, "Memory"]},
            "ReservedConcurrentExecutions": {"Fn::If": ["InTheEast", 5, {"Ref": "AWS::NoValue"}]},
            "Timeout": 3,
        },
    },
    "Stage": {
        "Type": "AWS::ApiGateway::Stage",
        "Properties": {
            "MethodSettings": [
                {"HttpMethod": "*", "ThrottlingRateLimit": {"Ref": "Rate"}, "LoggingLevel": "OFF"}
            ]
        },
    },
    "Bucket": {
        "Type": "AWS::S3::Bucket",
        "Properties": {
            "BucketName": {"Fn::Sub": ["${A}-${AWS::AccountId}-${AWS::Region}", {"A": "x"}]}
        },
    },
    "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 7}},
}
VALUES: tuple[Any, ...] = (
    *("", "x", 0, -1, 1.5, True, None, [], {}, [[]], [None], {"a": {}}, "y" * 300, "\U0001f600"),
    *({"Ref": "Suffix"}, {"Ref": "Nobody"}, {"Ref": None}, {"Ref": ["Suffix"]}, {"Ref": {}}),
    *({"Fn::Sub": "${Nobody}"}, {"Fn::Sub": "${"}, {"Fn::Sub": []}, {"Fn::Sub": ["a", 1]}),
    *({"Fn::Join": ","}, {"Fn::Join": [",", "a"]}, {"Fn::Select": ["x", []]}, {"Fn::If": []}),
    *({"Fn::If": ["Nobody", 1, 2]}, {"Fn::Equals": [1]}, {"Fn::And": {}}, {"Fn::Not": "x"}),
    *({"Condition": "InTheEast"}, {"Condition": "Nobody"}, {"Condition": []}, {"Fn::Nobody": 1}),
    *({"Fn::FindInMap": ["Sizes", "x", "Memory"]}, {"Fn::GetAtt": "Topic"}, {"Fn::Split": [1, 2]}),
    *({"Fn::Transform": {"Name": "AWS::Include"}}, {"Fn::GetAZs": ""}, {"Fn::ImportValue": {}}),
)
KEYS = (
    *("Ref", "Fn::Sub", "Fn::If", "Type", "Properties", "Condition", "Default", "AllowedValues"),
    *("AllowedPattern", "MinLength", "NoEcho", "DependsOn", "Value", "Nobody", "", "a b"),
    *("Conditions", "Resources", "Parameters", "Outputs", "Mappings", "Metadata", "Transform"),
)


def _valid(draw: random.Random) -> dict[str, Any]:
    """Write a valid template of any size."""
    names = draw.sample(sorted(RESOURCES), draw.randint(1, len(RESOURCES)))
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "something",
        "Parameters": {
            "Suffix": {"Type": "String", "AllowedPattern": "[a-z]*", "MinLength": 1},
            "Size": {"Type": "String", "Default": "small", "AllowedValues": ["small", "large"]},
            "Rate": {"Type": "Number", "Default": 10, "MaxValue": 100},
            "Secret": {"Type": "String", "Default": "x", "NoEcho": True},
        },
        "Mappings": {"Sizes": {"small": {"Memory": 128}, "large": {"Memory": 256}}},
        "Conditions": {
            "InTheEast": EAST,
            "Elsewhere": {"Fn::Not": [{"Condition": "InTheEast"}]},
        },
        "Resources": {"Topic": RESOURCES["Topic"]} | {name: RESOURCES[name] for name in names},
        "Outputs": {
            "Topic": {"Value": {"Ref": "Topic"}},
            "Name": {"Value": {"Fn::GetAtt": ["Topic", "TopicName"]}, "Condition": "Elsewhere"},
        },
    }


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    inside = value.items() if isinstance(value, dict) else ()
    if isinstance(value, list):
        inside = enumerate(value)
    for key, inner in inside:
        yield from _places(inner, (*path, key))


def _mutated(draw: random.Random) -> dict[str, Any]:
    """Break a valid template one to three times."""
    template = deepcopy(_valid(draw))
    for _ in range(draw.randint(1, 3)):
        if not (places := list(_places(template))):
            break
        *above, last = draw.choice(places)
        holder = template
        for key in above:
            holder = holder[key]
        match draw.choice(["replace", "replace", "drop", "rename", "add"]):
            case "drop":
                del holder[last]
            case "rename" if isinstance(holder, dict):
                holder[draw.choice(KEYS)] = holder.pop(last)
            case "add" if isinstance(holder, dict):
                holder[draw.choice(KEYS)] = deepcopy(draw.choice(VALUES))
            case _:
                holder[last] = deepcopy(draw.choice(VALUES))
    return template


def _as_yaml(template: str) -> str:
    """Write JSON as YAML, with short forms where they can be written at all."""
    try:
        return cfn_flip.to_yaml(template)
    except TypeError:
        return yaml.safe_dump(json.loads(template), allow_unicode=True)


def _misprint(draw: random.Random, text: str) -> str:
    """Break the text of a template one to three times, wherever that is."""
    for _ in range(draw.randint(1, 3)):
        at = draw.randrange(len(text))
        misprint = draw.choice(["", '"', ":", "{", "]", "\t", "!Ref ", "- "])
        text = f"{text[:at]}{misprint}{text[at + 1 :]}"
    return text


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("templates")


def _plan(folder: Path, name: str, text: str) -> dict[str, Any]:
    (folder / name).write_text(text, encoding="utf-8")
    return plan_file(folder, FILE.format(template=name))


def _check_refusal(result: dict[str, Any]) -> None:
    """One error, of a kind that a template may cause, which says where."""
    error = result["error"]
    assert error["code"] in REFUSALS[result["exit_code"]], result
    assert error["message"]
    assert all(one["where"] and one["what"] for one in error.get("problems", ()))


@pytest.mark.exhaustive
@settings(max_examples=40)
@given(draw=st.randoms(use_true_random=False))
def test_a_valid_template_of_any_size_is_planned_alike_in_json_and_in_yaml(
    folder: Path, draw: random.Random
) -> None:
    template = json.dumps(_valid(draw))

    for name, text in (("t.json", template), ("t.yaml", _as_yaml(template))):
        result = _plan(folder, name, text)
        assert result["exit_code"] == 0, result


@pytest.mark.exhaustive
@settings(max_examples=100)
@given(draw=st.randoms(use_true_random=False))
def test_a_template_that_was_broken_is_planned_or_refused_once(
    folder: Path, draw: random.Random
) -> None:
    template = json.dumps(_mutated(draw))

    for name, text in (("t.json", template), ("t.yaml", _as_yaml(template))):
        result = _plan(folder, name, text)
        if result["exit_code"]:
            _check_refusal(result)


@pytest.mark.exhaustive
@settings(max_examples=80)
@given(draw=st.randoms(use_true_random=False), is_yaml=st.booleans())
def test_a_template_with_misprints_is_planned_or_refused_once(
    folder: Path, draw: random.Random, *, is_yaml: bool
) -> None:
    template = json.dumps(_valid(draw), indent=1)
    name, text = ("t.yaml", _as_yaml(template)) if is_yaml else ("t.json", template)

    result = _plan(folder, name, _misprint(draw, text))

    if result["exit_code"]:
        _check_refusal(result)


def test_what_is_broken_is_mostly_a_template_still_and_mostly_another_one() -> None:
    texts = [json.dumps(_mutated(random.Random(seed))) for seed in range(60)]  # noqa: S311
    parsed = [_parsed(_as_yaml(text)) for text in texts]

    assert sum(one is not None for one in parsed) >= 0.8 * len(texts)
    assert len(set(texts)) >= 0.95 * len(texts)


def _parsed(text: str) -> object:
    try:
        return parse_template(text)
    except TemplateError:
        return None
