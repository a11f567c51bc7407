"""The map beside a template: which function made which resource."""

from __future__ import annotations

import json
from importlib import import_module

import pytest
from troposphere import Template
from troposphere.logs import LogGroup

from generator.metadata import context
from generator.render import HANDLER, render_with_sources
from generator.sources import find_source, to_sources

ROOT = HANDLER.parent.parent
NAMES = ("service", "bootstrap")


@pytest.fixture(scope="module")
def maps():
    return render_with_sources()


def entries(maps, name):
    return json.loads(maps[f"{name}.sources.json"])["resources"]


@pytest.mark.parametrize("name", NAMES)
def test_the_committed_map_is_what_the_source_renders(name, maps):
    file = f"{name}.sources.json"
    assert (ROOT / "templates" / file).read_bytes() == maps[file]


@pytest.mark.parametrize("name", NAMES)
def test_every_resource_has_a_public_function_that_there_is(name, maps, rendered):
    found = entries(maps, name)
    assert list(found) == list(json.loads(rendered[f"{name}.json"])["Resources"])
    for source in found.values():
        assert source["function"].startswith("build_")
        assert callable(getattr(import_module(source["module"]), source["function"]))


def test_a_resource_is_told_by_the_public_function_whose_private_ones_made_it(maps):
    found = entries(maps, "service")
    build = {"module": "generator.service.logs", "function": "build_logs"}
    assert found["FunctionLogs"] == build
    assert found["ExecutionLogs"] == {**build, "function": "build_execution_logs"}
    assert found["HealthPermission"]["function"] == "build_permissions"


@pytest.mark.parametrize("name", NAMES)
def test_the_template_holds_nothing_of_the_map(name, maps, rendered):
    body = rendered[f"{name}.json"].decode()
    for source in entries(maps, name).values():
        assert source["module"] not in body
        assert source["function"] not in body


def test_a_resource_that_does_not_say_what_it_is_for_is_refused():
    template = Template()
    template.add_resource(LogGroup("Logs"))
    with pytest.raises(TypeError, match="Logs has no Metadata"):
        to_sources(template)


def test_nobody_outside_of_the_generator_makes_a_resource():
    with pytest.raises(LookupError):
        context("made by a test")
    with pytest.raises(LookupError):
        find_source(apart_from="generator.metadata")
