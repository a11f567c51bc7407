"""What the documents name is there, and what is there is named."""

import ast
import importlib
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

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


def page(command):
    """What `stacksets COMMAND --help` prints."""
    return CliRunner().invoke(stacksets, [*command.split(), "--help"]).output


@pytest.mark.parametrize("command", [one for one in commands() if not one.startswith("local ")])
def test_the_readme_gives_each_command_the_exit_codes_of_its_page(command):
    listed = re.search(r"^Exit codes:\n((?:  .*\n)+)", page(command), re.MULTILINE)[1]
    codes = set(re.findall(r"^  (\d+) ", listed, re.MULTILINE))
    row = re.search(rf"^\| `{command}[^|]*` \|.*\| ([^|]+) \|$", README, re.MULTILINE)[1]
    deploy = re.search(r"^\| `deploy` \|.*\| ([^|]+) \|$", README, re.MULTILINE)[1]
    # Ctrl-C is of every command; where it does more than end it, the row names 130, too.
    told = set(re.findall(r"\b\d+\b", deploy if row == "as `deploy`" else row))
    assert told - {"130"} == codes - {"130"}


def test_every_flag_that_the_readme_names_is_one_of_a_command():
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", README))
    of_others = {"--exit-code", "--format", "--short"}  # git's, for an auditor
    known = {
        flag for command in commands() for flag in re.findall(r"--[a-z][a-z-]+", page(command))
    }
    assert named - of_others - known == set()


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


TOP = "stacksets|generator|handler|tests|templates|docs"
DOCUMENTS = sorted(
    str(path.relative_to(ROOT)) for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"))
)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_file_that_a_document_names_is_there(name):
    text = (ROOT / name).read_text()
    named = re.findall(rf"`((?:{TOP})/[\w./-]*)", text)
    assert named or name != "ARCHITECTURE.md"
    assert [one for one in named if not (ROOT / one).exists()] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_of_a_document_leads_somewhere(name):
    text = (ROOT / name).read_text()
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", one).lower().replace(" ", "-") for one in headings}
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert [one for one in links if one.startswith("#") and one[1:] not in anchors] == []
    files = [one for one in links if not one.startswith(("#", "https://"))]
    assert [one for one in files if not (ROOT / name).with_name(one).exists()] == []


def test_every_module_of_stacksets_has_its_place_in_the_architecture():
    text = (ROOT / "ARCHITECTURE.md").read_text()
    modules = [path.name for path in (ROOT / "stacksets").glob("[!_]*.py")]
    packages = [f"{path.parent.name}/" for path in (ROOT / "stacksets").glob("*/__init__.py")]
    assert [one for one in (*modules, *packages) if f"`{one}" not in text] == []


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
