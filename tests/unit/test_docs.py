"""What the documents name is there, and what is there is named."""

import ast
import importlib
import re
from pathlib import Path

import pytest

from stacksets import errors
from stacksets.cli.edge import stacksets

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text()
TARGETS = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))


def commands():
    for name, command in stacksets.commands.items():
        below = getattr(command, "commands", None)
        yield from (f"{name} {one}" for one in below) if below else [name]


@pytest.mark.parametrize("command", list(commands()))
def test_every_command_has_its_row_in_the_readme(command):
    assert re.search(rf"^\| `{command}( --)?[^|]*` \|", README, re.MULTILINE)


@pytest.mark.parametrize(
    "code",
    sorted(
        {
            kind.exit_code
            for kind in vars(errors).values()
            if isinstance(kind, type) and issubclass(kind, errors.StackSetsError)
        }
        | {0, 2, 8}
    ),
)
def test_every_exit_code_is_explained_in_the_readme(code):
    assert re.search(rf"^\| {code} \| \S", README, re.MULTILINE)


@pytest.mark.parametrize("name", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_every_make_target_that_a_document_names_is_there(name):
    named = set(re.findall(r"(?:^|`|&& )make ([a-z-]+)", (ROOT / name).read_text(), re.MULTILINE))
    assert named
    assert named <= TARGETS


def test_every_file_that_the_architecture_names_is_there():
    text = (ROOT / "ARCHITECTURE.md").read_text()
    named = re.findall(r"`((?:stacksets|generator|handler|tests|templates)/[\w./]*)`", text)
    assert named
    assert [one for one in named if not (ROOT / one).exists()] == []


def test_importing_the_module_behind_python_m_runs_nothing():
    assert importlib.import_module("stacksets.__main__").main


FEATURES = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs" / "features.md").read_text().splitlines()
    if line.startswith("| ") and not line.startswith("| promise ")
]


def _tests_of(path):
    body = ast.parse(path.read_text()).body
    return {one.name for one in body if isinstance(one, ast.FunctionDef)}


@pytest.mark.parametrize("row", FEATURES, ids=lambda row: row[0])
def test_every_promise_names_tests_that_are_there(row):
    named = re.findall(r"`([\w/]+\.py)::(test_\w+)`", row[3])
    assert named
    assert row[3].count("`") == 2 * len(named)
    for file, name in named:
        assert name in _tests_of(ROOT / "tests" / file)


@pytest.mark.parametrize("row", FEATURES, ids=lambda row: row[0])
def test_every_promise_names_commands_that_are_there(row):
    assert set(re.findall(r"`([^`]+)`", row[2])) <= set(commands())


def test_every_command_that_does_something_keeps_a_promise():
    named = {one for row in FEATURES for one in re.findall(r"`([^`]+)`", row[2])}
    assert set(commands()) - named == set()
