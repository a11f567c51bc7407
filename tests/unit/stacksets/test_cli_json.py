"""JSON for programs: what is written has the shapes of the schema, and nothing else has."""

from __future__ import annotations

import copy

import pytest

from stacksets.cli import main
from stacksets.schemas import FILES, read_schema
from tests.said_in_json import LINE, hold_to_schema, read_lines
from tests.worlds import a_world


@pytest.fixture
def lines(run):
    """All lines of a first deploy, its plan, its status and a refusal."""
    said = []
    for command, *flags in (
        ("plan",),
        ("deploy", "--yes", "--no-lint"),
        ("status",),
        ("destroy",),
    ):
        said += read_lines(run(command, *flags, "--output", "json")[1])
    return said


def _is_refused(line):
    try:
        hold_to_schema(line)
    except AssertionError:
        return True
    return False


def test_every_line_is_one_of_the_schema_as_a_whole(lines):
    assert len({(one["type"], one["code"]) for one in lines}) > 10
    assert [list(LINE.iter_errors(one)) for one in lines] == [[]] * len(lines)


def test_a_line_with_a_key_more_or_less_or_of_another_type_is_none(lines):
    for line in lines:
        assert _is_refused({**line, "novel": 1}), line
        for key, value in line.items():
            less = {name: one for name, one in line.items() if name != key}
            # An event before the deployment file was read is of no stack set.
            optional = line["type"] == "event" and key == "stack_set"
            assert _is_refused(less) or optional, (line, key)
            assert _is_refused({**line, key: [] if isinstance(value, dict) else {}}), (line, key)


def test_what_a_line_holds_is_as_strict(lines):
    for line in lines:
        for path in ("instances", "steps", "differences"):
            plan = line.get("plan", line)
            for number in range(len(plan.get(path, []))):
                changed = copy.deepcopy(line)
                changed.get("plan", changed)[path][number]["novel"] = 1
                assert _is_refused(changed), (line["code"], path)


@pytest.mark.parametrize(
    "line", [{"type": "event", "code": "novel"}, {"type": "result", "code": ""}]
)
def test_a_code_that_the_schema_does_not_know_is_refused(line):
    with pytest.raises(AssertionError, match=r"no shape|off its schema"):
        hold_to_schema(line)


@pytest.mark.parametrize("name", FILES)
def test_a_schema_is_printed_as_it_is_shipped(name):
    world = a_world()

    assert main(["schema", name], world) == 0
    assert world.stdout.getvalue() == read_schema(name)


def test_the_schemas_are_listed_with_what_they_are():
    world = a_world()

    assert main(["schema"], world) == 0
    assert world.stdout.getvalue() == (
        "output      A line of stacksets --output json\n"
        "plan        A plan that stacksets plan --out has saved\n"
        "deployment  A deployment file of stacksets\n"
        "sources     Sources of a template\n"
    )


def test_a_schema_that_is_not_there_is_wrong_usage():
    world = a_world(environ={"STACKSETS_OUTPUT": "json"})

    assert main(["schema", "novel"], world) == 2
    [result] = read_lines(world.stdout.getvalue())
    assert "'novel' is not one of 'output', 'plan'" in result["error"]["message"]
