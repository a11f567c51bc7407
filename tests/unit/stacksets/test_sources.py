from __future__ import annotations

import json
from pathlib import Path

import pytest
from cfnlint.jsonschema import StandardValidator

from stacksets.model.desired import Template
from stacksets.model.outcome import GeneratedBy, WrittenAt
from stacksets.sources import find_source, read_sources
from stacksets.template import parse_template

ROOT = Path(__file__).parents[3]
SCHEMA = json.loads((ROOT / "stacksets/sources.schema.json").read_text())
TOPIC = ("Topic", "AWS::SNS::Topic")
QUEUE = ("Queue", "AWS::SQS::Queue")
JSON_BODY = """{
  "Resources": {
    "Topic": {"Type": "AWS::SNS::Topic"},
\t"Queue": {
\t\t"Type": "AWS::SQS::Queue"
\t}
  }
}
"""
YAML_BODY = """# a comment
Parameters:
  Topic: {Type: String}
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      TopicName: !Sub "${AWS::StackName}-${Topic}"
  Queue:
    Type: AWS::SQS::Queue
    Properties: {QueueName: !If [A, !Ref "AWS::NoValue", !GetAtt Topic.Arn]}
"""


def a_template(path, body):
    return Template(path=str(path), body=body, sha256="0" * 64, content=parse_template(body))


def put_map(tmp_path, document):
    (tmp_path / "t.sources.json").write_text(json.dumps(document))
    return tmp_path / "t.json"


@pytest.mark.parametrize(
    ("name", "body", "topic", "queue"), [("t.json", JSON_BODY, 3, 4), ("t.yaml", YAML_BODY, 5, 9)]
)
def test_a_resource_of_a_template_without_a_map_has_its_line(tmp_path, name, body, topic, queue):
    path = tmp_path / name
    template = a_template(path, body)

    assert find_source(template, *TOPIC) == WrittenAt(path=str(path), line=topic)
    assert find_source(template, *QUEUE) == WrittenAt(path=str(path), line=queue)


def test_a_resource_that_the_map_names_has_the_code_that_made_it(tmp_path):
    path = put_map(tmp_path, {"resources": {"Topic": {"module": "gen.news", "function": "build"}}})
    template = a_template(path, JSON_BODY)

    assert find_source(template, *TOPIC) == GeneratedBy(module="gen.news", function="build")
    assert find_source(template, *QUEUE) == WrittenAt(path=str(path), line=4)


@pytest.mark.parametrize(
    ("logical_id", "resource_type"),
    [("Topic", "AWS::SQS::Queue"), ("Gone", "AWS::SNS::Topic"), ("", "")],
)
def test_a_resource_that_the_template_does_not_have_comes_from_nowhere(
    tmp_path, logical_id, resource_type
):
    template = a_template(tmp_path / "t.yaml", YAML_BODY)

    assert find_source(template, logical_id, resource_type) is None


@pytest.mark.parametrize("content", [{}, {"Resources": []}, {"Resources": {"Topic": "x"}}])
def test_a_template_without_resources_has_no_sources(content):
    template = Template(path="t.json", body="{}", sha256="", content=content)

    assert find_source(template, *TOPIC) is None


@pytest.mark.parametrize("body", ["{", "- a list", "Resources: [a]", "", "a: &x\n  b: *y"])
def test_a_text_that_says_nothing_of_lines_costs_the_line_alone(body):
    content = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    template = Template(path="t.json", body=body, sha256="", content=content)

    assert find_source(template, *TOPIC) is None


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"resources": []}', "[" * 100_000, '"\\ud800'], ids=range(7)
)
def test_a_map_that_cannot_be_read_is_no_map(tmp_path, text):
    (tmp_path / "t.sources.json").write_text(text)

    assert read_sources(tmp_path / "t.json") == {}


def test_a_folder_in_the_place_of_the_map_is_no_map(tmp_path):
    (tmp_path / "t.sources.json").mkdir()

    assert read_sources(tmp_path / "t.yaml") == {}


def test_entries_that_say_less_than_they_should_are_left_out(tmp_path):
    good = {"module": "gen", "function": "build"}
    path = put_map(tmp_path, {"resources": {"A": good, "B": {"module": "gen"}, "C": 3, "D": None}})

    assert read_sources(path) == {"A": GeneratedBy(module="gen", function="build")}


@pytest.mark.parametrize("name", ["service", "bootstrap"])
def test_the_maps_of_our_own_templates_are_as_the_schema_says_and_name_every_resource(name):
    document = json.loads((ROOT / f"templates/{name}.sources.json").read_bytes())
    template = json.loads((ROOT / f"templates/{name}.json").read_bytes())

    assert list(StandardValidator(SCHEMA).iter_errors(document)) == []
    assert list(document["resources"]) == list(template["Resources"])
    assert len(read_sources(ROOT / f"templates/{name}.json")) == len(template["Resources"])


@pytest.mark.parametrize(
    "document",
    [{}, {"resources": {"A": {}}}, {"resources": {"A": {"module": "", "function": "f"}}}],
)
def test_the_schema_refuses_what_says_too_little(document):
    assert len(list(StandardValidator(SCHEMA).iter_errors(document))) >= 1
