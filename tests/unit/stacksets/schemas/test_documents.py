"""The schemas that are shipped: fresh, strict, explained, and each code in one shape alone."""

from __future__ import annotations

import ast
import json
import runpy
import sys
from collections import Counter
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from stacksets import errors
from stacksets.saved import write_saved_plan
from stacksets.schemas import FILES, read_schema
from stacksets.schemas.shapes import Shapes
from tests.said_in_json import SCHEMA, definition, fixed, hold_plan_to_schema
from tests.saved_plans import KINDS, PLANNED, secrets

SOURCE = Path(errors.__file__).parent
SHAPES = [definition(one) for one in SCHEMA["anyOf"]]
EVENTS = [one for one in SHAPES if fixed(one, "type") == ["event"]]
RESULTS = [one for one in SHAPES if one not in EVENTS]
SAID_AT_THE_EDGE = {"INTERRUPTED", "STACKSETS_BUG", "USAGE"}


def _codes(shapes):
    return [code for one in shapes for code in fixed(one, "code") or []]


@pytest.fixture(scope="module")
def nodes():
    """The constants and the calls of the source."""
    return [
        node
        for path in SOURCE.rglob("*.py")
        if not path.is_relative_to(SOURCE / "schemas")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant | ast.Call)
    ]


def _messages(nodes):
    """Give the codes of the messages that the source makes."""
    for node in nodes:
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "Message":
            [code] = [one.value for one in node.keywords if one.arg == "code"]
            yield ast.literal_eval(code)


@pytest.mark.parametrize("name", ["output", "plan"])
def test_the_committed_schemas_are_fresh(name, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["stacksets.schemas", str(tmp_path)])
    runpy.run_module("stacksets.schemas", run_name="__main__")

    made = (tmp_path / f"{name}.schema.json").read_text(encoding="utf-8")
    assert made == read_schema(name), "renew it: python -m stacksets.schemas"


def test_without_a_folder_the_committed_schemas_are_renewed(monkeypatch):
    written = {}
    monkeypatch.setattr(sys, "argv", ["stacksets.schemas"])
    monkeypatch.setattr(Path, "write_text", lambda path, text, **_: written.update({path: text}))
    runpy.run_module("stacksets.schemas", run_name="__main__")

    folder = SOURCE / "schemas"
    assert written == {
        folder / f"{name}.schema.json": read_schema(name) for name in ("output", "plan")
    }


@pytest.mark.parametrize("name", FILES)
def test_every_schema_is_one_and_has_a_title_of_its_own(name):
    schema = json.loads(read_schema(name))
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"]


@pytest.mark.parametrize("name", ["output", "plan"])
def test_every_shape_is_explained(name):
    shapes = json.loads(read_schema(name))["$defs"]
    assert [one for one, said in shapes.items() if not said["description"]] == []


def test_every_key_of_a_line_is_explained():
    unexplained = [
        f"{name}.{key}"
        for name, said in SCHEMA["$defs"].items()
        for key, value in said.get("properties", {}).items()
        if not value.get("description")
    ]
    assert unexplained == []


@pytest.mark.parametrize("name", ["output", "plan"])
def test_no_shape_admits_a_key_that_it_does_not_name(name):
    objects = {
        one: said
        for one, said in json.loads(read_schema(name))["$defs"].items()
        if said.get("type") == "object"
    }
    strict = {"additionalProperties", "unevaluatedProperties"}
    assert [one for one, said in objects.items() if not strict & said.keys()] == (
        ["Record"] if name == "output" else []
    )


def test_command_code_and_verdict_tell_one_shape_but_for_what_is_resumed():
    told = Counter(
        (command, code, verdict)
        for one in SHAPES
        for code in fixed(one, "code") or []
        for command in fixed(one, "command") or ["any"]
        for verdict in fixed(one, "verdict") or ["any"]
        if verdict in {code, "any"} or code == "leftovers"
    )
    assert [one for one, times in told.items() if times > 1] == [
        ("resume", "succeeded", "succeeded")
    ]
    # What tells these two apart.
    resumed = [SCHEMA["$defs"][name]["required"] for name in ("DeployResult", "DestroyResult")]
    assert ["removed" in one for one in resumed] == [False, True]


def test_every_message_of_the_source_has_a_shape_and_every_event_is_a_message(nodes):
    assert sorted(set(_messages(nodes))) == sorted(_codes(EVENTS))


def test_every_code_of_a_result_stands_in_the_source(nodes):
    known = {node.value for node in nodes if isinstance(node, ast.Constant)}
    assert [code for code in _codes(RESULTS) if code not in known] == []


def test_every_error_has_a_shape_and_every_shape_of_an_error_is_raised_or_said_at_the_edge():
    raised = {
        kind.code
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.StackSetsError)
    }
    told = {code for code in _codes(RESULTS) if code.isupper()}
    assert told == raised | SAID_AT_THE_EDGE


def test_a_type_that_json_does_not_know_has_no_shape():
    with pytest.raises(TypeError, match="has no schema"):
        Shapes().schema(type[int])


@pytest.mark.parametrize("saved", [PLANNED, secrets("x"), *KINDS.values()])
def test_a_saved_plan_is_one_of_its_schema_and_with_a_key_more_or_less_it_is_none(saved):
    text = write_saved_plan(saved)
    document = json.loads(hold_plan_to_schema(text))

    wrong = [{**document, "novel": 1}, {**document, "version": document["version"] + 1}]
    wrong += [{name: one for name, one in document.items() if name != key} for key in document]
    for one in wrong:
        with pytest.raises(AssertionError, match="off its schema"):
            hold_plan_to_schema(json.dumps(one))
