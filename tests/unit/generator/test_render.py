"""What is true of the bytes of every rendered template."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from troposphere import Output, Parameter, Template
from troposphere.logs import LogGroup

from generator.render import HANDLER, render, render_with_sources, to_bytes
from generator.settings import SETTINGS, TEMPLATE_BODY_LIMIT_BYTES
from tests.unmeasured import unmeasured

ROOT = HANDLER.parent.parent
NAMES = ("service.json", "bootstrap.json")


@pytest.mark.parametrize("name", NAMES)
def test_what_is_committed_is_what_the_source_renders(name, rendered):
    assert (ROOT / "templates" / name).read_bytes() == rendered[name]


def test_the_bytes_depend_neither_on_the_hash_seed_nor_on_the_environment(rendered):
    code = (
        "import sys; from generator.render import render_with_sources; "
        "sys.stdout.buffer.write(b''.join(render_with_sources().values()))"
    )
    here = render_with_sources()
    assert here.items() >= rendered.items()
    for seed, environment in (("1", "prod"), ("2", "dev")):
        variables = {
            **unmeasured(),
            "PYTHONHASHSEED": seed,
            "ENVIRONMENT_SUFFIX": environment,
            "REPOSITORY": environment,
        }
        child = subprocess.run(
            [sys.executable, "-c", code], env=variables, cwd=ROOT, capture_output=True, check=True
        )
        assert child.stdout == b"".join(here.values())


@pytest.mark.parametrize("name", NAMES)
def test_a_template_ends_in_one_newline_and_fits_a_stack_set(name, rendered):
    body = rendered[name]
    assert body.endswith(b"}\n")
    assert len(body) <= TEMPLATE_BODY_LIMIT_BYTES


@pytest.mark.parametrize("name", NAMES)
def test_a_template_reads_from_what_it_is_to_what_it_tells(name, rendered):
    template = json.loads(rendered[name])
    order = [
        *("AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Mappings"),
        *("Rules", "Conditions", "Resources", "Outputs"),
    ]
    assert list(template) == [section for section in order if section in template]
    for resource in template["Resources"].values():
        assert list(resource)[:2] == ["Type", "Metadata"]
        assert list(resource)[-1] == "Properties"
    for parameter in template["Parameters"].values():
        assert list(parameter)[:2] == ["Type", "Description"]


def test_a_template_without_conditions_renders_too():
    template = Template()
    template.add_parameter(Parameter("P", Type="String", Default="x"))
    template.add_resource(LogGroup("G"))
    template.add_output(Output("O", Value="v"))
    assert json.loads(to_bytes(template)) == {
        "Parameters": {"P": {"Type": "String", "Default": "x"}},
        "Resources": {"G": {"Type": "AWS::Logs::LogGroup"}},
        "Outputs": {"O": {"Value": "v"}},
    }


metadata = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=150),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(metadata=st.dictionaries(st.text(), metadata, min_size=1))
def test_breaking_lines_changes_nothing_of_what_json_says(metadata):
    template = Template(Metadata=metadata)
    body = to_bytes(template)
    assert json.loads(body)["Metadata"] == metadata


def test_what_fits_stands_on_one_line_and_what_does_not_is_broken_and_indented_once_at_most():
    long = {"one": "1", "texts": ["a" * 130, "b" * 130], "alone": {"Fn::Sub": "c" * 300}}
    template = Template(Metadata={"short": {"Ref": "A"}, "long": long}, Description="D")
    assert to_bytes(template).decode().splitlines()[:14] == [
        "{",
        '"Description":"D",',
        '"Metadata":{',
        '"short":{"Ref":"A"},',
        '"long":{',
        ' "one":"1",',
        ' "texts":[',
        ' "' + "a" * 130 + '",',
        ' "' + "b" * 130 + '"',
        " ],",
        ' "alone":{"Fn::Sub":"' + "c" * 300 + '"}',
        "}",
        "},",
        '"Resources":{}',
    ]


def test_another_runtime_is_one_setting(rendered):
    older = render(replace(SETTINGS, runtime="python3.9"))
    body = older["service.json"].decode()
    assert '"Runtime":"python3.9"' in body
    assert older["bootstrap.json"] == rendered["bootstrap.json"]


def test_the_code_in_the_template_is_the_handler_line_by_line_without_its_comments(service):
    code = service["Resources"]["Function"]["Properties"]["Code"]["ZipFile"]
    separator, lines = code["Fn::Join"]
    assert separator == "\n"
    handler = iter(Path(HANDLER).read_text(encoding="utf-8").splitlines())
    # Each line of the template is the next line of the handler that begins so.
    assert all(any(theirs.startswith(line) for theirs in handler) for line in lines)
    assert not [line for line in lines if "#" in line or '"""' in line or not line.strip()]
