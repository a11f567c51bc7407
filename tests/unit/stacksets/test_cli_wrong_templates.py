"""Templates that are surely wrong, JSON and YAML: cfn-lint or the reader refuses to go on."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stacksets.cli import main
from tests.deployment_files import SMALLEST
from tests.planning import ReadyAws
from tests.said_in_json import read_lines
from tests.worlds import a_world
from tests.wrong_templates import (
    LINTED,
    REFUSED,
    Written,
    make_mistakes,
    misspell,
    name_twice,
    valid_template,
    write_both,
)

if TYPE_CHECKING:
    from pathlib import Path

PLAN, DEPLOY = ("plan",), ("deploy", "--yes")
ALL = {**LINTED, **REFUSED}
Ran = tuple[int, dict[str, Any], list[Any]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("wrong")


def _run(folder: Path, written: Written, *command: str) -> Ran:
    """Run a command as CI does; the exit code, the result, and what was asked of AWS to change."""
    (folder / written.name).write_text(written.text, encoding="utf-8")
    file = folder / "stacksets.toml"
    file.write_text(SMALLEST.format(template=written.name), encoding="utf-8")
    aws = ReadyAws()
    world = a_world(aws=aws)
    code = main([*command, "--file", str(file), "--output", "json"], world)
    return code, read_lines(world.stdout.getvalue())[-1], aws.fake_stack_sets.calls


def _hold_refused(folder: Path, written: Written, what: object) -> dict[str, Any]:
    """Refuse plan and deploy by the same error; give it."""
    planned, deployed = (_run(folder, written, *command) for command in (PLAN, DEPLOY))
    assert planned[1]["error"] == deployed[1]["error"], what
    for ran in (planned, deployed):
        _hold_one_error(ran, what)
    error: dict[str, Any] = deployed[1]["error"]
    return error


def _hold_one_error(ran: Ran, what: object) -> None:
    """One error, of the template or of the file that names it, and nothing was changed."""
    code, result, calls = ran
    assert (code, calls) == (3, []), what
    error = result["error"]
    assert error["code"] in {"TEMPLATE", "DEPLOYMENT_FILE"}, (what, error)
    assert error["message"], what
    told = [*error.get("findings", ()), *error.get("problems", ())]
    assert told or "template" in error["message"], (what, error)


def test_a_valid_template_is_deployed_from_json_and_from_yaml(folder: Path) -> None:
    for written in write_both(valid_template(random.Random(7))):  # noqa: S311 - no secret
        assert _run(folder, written, *PLAN)[0] == 0
        code, result, calls = _run(folder, written, *DEPLOY)
        assert (code, result["code"]) == (0, "succeeded"), result
        assert [name for name, *_ in calls] == ["create_stack_set", "create_instances"]


@pytest.mark.exhaustive
@pytest.mark.parametrize(("number", "name"), [*enumerate(ALL)])
def test_each_mistake_alone_is_refused(folder: Path, number: int, name: str) -> None:
    template = valid_template(random.Random(7))  # noqa: S311 - no secret
    ALL[name](template)

    # cfn-lint takes its time: every second one in the other language.
    written = write_both(template)[number % 2]

    _hold_refused(folder, written, (name, written.name))


@pytest.mark.exhaustive
@settings(max_examples=20)
@given(draw=st.randoms(use_true_random=False), is_yaml=st.booleans())
def test_a_template_with_one_to_three_mistakes_is_refused_once_and_nothing_is_changed(
    folder: Path, draw: random.Random, *, is_yaml: bool
) -> None:
    template = valid_template(draw)
    names = make_mistakes(draw, template, ALL)
    written = write_both(template)[is_yaml]

    _hold_refused(folder, written, (names, written.name))


@settings(max_examples=10)
@given(draw=st.randoms(use_true_random=False))
def test_a_template_whose_syntax_is_broken_is_refused_and_nothing_is_changed(
    folder: Path, draw: random.Random
) -> None:
    for written in write_both(valid_template(draw)):
        misspelt = misspell(draw, written)
        _hold_refused(folder, misspelt, misspelt.text)


def test_two_resources_of_one_name_are_refused_although_aws_would_take_the_last(
    folder: Path,
) -> None:
    for written in write_both(valid_template(random.Random(3))):  # noqa: S311 - no secret
        twice = name_twice(written)
        assert twice != written
        error = _hold_refused(folder, twice, twice.text)
        assert "Duplicate found 'Topic0'" in json.dumps(error["findings"])
