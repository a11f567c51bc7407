"""Every page of `--help`, those of commands to come included, says what is true and parses."""

import re
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from stacksets.cli.edge import stacksets
from stacksets.cli.manual import Manual, ManualCommand, ManualGroup

README = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
CONSENTS = {"--yes", "--allow-delete"}


def _walk(command, path=()):
    yield path, command
    for name, below in getattr(command, "commands", {}).items():
        yield from _walk(below, (*path, name))


PAGES = dict(_walk(stacksets))
FLAGS = {
    flag
    for command in PAGES.values()
    for option in command.params
    if isinstance(option, click.Option)
    for flag in (*option.opts, *option.secondary_opts)
} | {"--help"}
EXAMPLES = [
    (path, example) for path, command in PAGES.items() for example in command.manual.examples
]


@pytest.fixture(params=PAGES, ids=lambda path: " ".join(("stacksets", *path)))
def page(request):
    return request.param, PAGES[request.param]


def _parse(words, command=stacksets, parent=None, path=()):
    """Parse as click does for a run, without running; give the path of the command it would run."""
    if not isinstance(command, click.Group):
        command.make_context(command.name, list(words), parent=parent)
        return path
    context = click.Context(command, parent=parent, **command.context_settings)
    name, below, left = command.resolve_command(context, list(words))
    return _parse(left, below, context, (*path, name))


def test_every_command_has_a_page(page):
    _, command = page
    assert isinstance(command, ManualCommand | ManualGroup)
    assert isinstance(command.manual, Manual)
    assert command.help
    assert command.short_help or command is stacksets
    assert command.manual.examples
    assert all(command.manual.examples.values())


@pytest.mark.parametrize(("path", "example"), EXAMPLES, ids=str)
def test_every_example_is_a_command_line_of_that_command(path, example):
    program, *words = shlex.split(example)
    assert program == "stacksets"
    found = _parse(words)
    assert found[: len(path)] == path
    inner = words[words.index("--") + 1 :] if "--" in words else []
    if inner[:1] == ["stacksets"]:
        assert _parse(inner[1:]) in PAGES


def test_an_example_that_has_rotten_is_found():
    with pytest.raises(click.NoSuchOption):
        _parse(["plan", "--fast"])
    with pytest.raises(click.UsageError):
        _parse(["replan"])
    with pytest.raises(click.BadParameter):
        _parse(["watch", "--timeout", "0"])


def test_every_page_names_its_exit_codes_and_good_is_one_of_them(page):
    _, command = page
    codes = command.manual.exit_codes
    assert {0, "any"} & set(codes)
    assert all(codes.values())
    assert set(codes) - {"any"} <= set(stacksets.manual.exit_codes)


@pytest.mark.parametrize("path", [one for one in PAGES if one and one != ("local",)], ids=" ".join)
def test_every_exit_code_that_the_readme_gives_a_command_is_on_its_page(path):
    [row] = re.findall(rf"^\| `{' '.join(path)}[ `].*\| ([^|]*) \|$", README, re.MULTILINE)
    named = {int(one) for one in re.findall(r"\b\d+\b", row)}
    assert named <= set(PAGES[path].manual.exit_codes)


def test_the_table_of_exit_codes_is_that_of_the_readme():
    rows = re.findall(r"^\| (\d+) \| \S", README, re.MULTILINE)
    assert [int(one) for one in rows] == list(stacksets.manual.exit_codes)


def test_every_flag_and_argument_is_explained(page):
    _, command = page
    parameters = command.params
    flags = [one for one in parameters if isinstance(one, click.Option)]
    names = {
        (one.metavar or one.name.upper()).strip("[]")
        for one in parameters
        if isinstance(one, click.Argument)
    }
    assert [one.name for one in flags if not one.help] == []
    assert names == set(command.manual.arguments)


def test_no_variable_consents(page):
    _, command = page
    for one in command.params:
        if CONSENTS & set(one.opts):
            assert one.envvar is None
        elif one.envvar:
            assert one.envvar.startswith("STACKSETS_")


def test_every_flag_that_a_page_speaks_of_is_there(page):
    path, _ = page
    said = CliRunner().invoke(stacksets, [*path, "--help"], prog_name="stacksets").output
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", said)) <= FLAGS


def test_every_command_that_a_page_refers_to_is_there(page):
    path, command = page
    known = {" ".join(one) for one in PAGES} | {"COMMAND --help"}
    assert set(command.manual.see_also) <= known - {" ".join(path)}
    assert command.manual.see_also


def test_every_command_stands_under_a_title():
    for group in (stacksets, stacksets.commands["local"]):
        titled = [name for names in group.titles.values() for name in names]
        assert sorted(titled) == sorted(group.commands)


def test_no_line_of_a_page_is_wider_than_a_terminal(page):
    path, _ = page
    said = CliRunner().invoke(stacksets, [*path, "--help"], prog_name="stacksets").output
    assert [line for line in said.splitlines() if len(line) > 80] == []
