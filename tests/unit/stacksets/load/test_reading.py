from __future__ import annotations

import codecs
import json
from typing import TYPE_CHECKING

import pytest

from stacksets.errors import DeploymentFileError
from stacksets.load import load_deployment
from tests.deployment_files import TEMPLATE, told, write_file

if TYPE_CHECKING:
    from pathlib import Path


def refusal(path: Path) -> DeploymentFileError:
    with pytest.raises(DeploymentFileError) as caught:
        load_deployment(path, environment=None, environ={})
    return caught.value


def test_a_file_that_is_not_there_names_the_flag(tmp_path):
    error = refusal(tmp_path / "no.toml")
    assert error.message == f"there is no deployment file {tmp_path / 'no.toml'}"
    assert error.hint == "name one with -f FILE"
    assert error.problems == ()


@pytest.mark.parametrize("name", ["", "a\0b"])
def test_a_file_that_cannot_be_read_says_why(tmp_path, name):
    assert "cannot be read: " in refusal(tmp_path / name).message


def test_a_file_that_is_not_utf8_says_where(tmp_path):
    path = tmp_path / "f.toml"
    path.write_bytes(b'a = "\xff"')
    assert refusal(path).message == f"the deployment file {path} is not UTF-8 (byte 5)"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = 1\nb = ?", "(at line 2, column 5)"),
        ("name = ", "(at end of document)"),
        ("a = " + "[" * 100_000, "is not TOML"),
        ("a = " + "9" * 5000, "is not TOML"),
    ],
)
def test_a_file_that_is_not_toml_says_where(tmp_path, text, expected):
    path = tmp_path / "f.toml"
    path.write_text(text)
    error = refusal(path)
    assert "is not TOML: " in error.message
    assert expected in error.message


def test_problems_come_as_one_error_that_counts_them(tmp_path):
    path = write_file(tmp_path, {"environments": {"dev": {}}, "x": 1, "y": 2})
    error = refusal(path)
    assert error.message == f"{path} has {len(error.problems)} problems"
    single = refusal(write_file(tmp_path, {"environments": {"prod": {}}, "stack_set": {}}))
    assert single.message == f"{path} has a problem"


@pytest.mark.parametrize("text", ["", "# A comment and nothing else.\n", "[environments]\n"])
def test_an_empty_file_is_told_all_that_it_lacks(tmp_path, text):
    path = tmp_path / "f.toml"
    path.write_text(text)

    error = refusal(path)

    assert error.message == f"{path} has 5 problems"
    assert sorted(str(one).partition(" (")[0] for one in error.problems) == [
        "[[targets]]: is missing",
        '[environments]: "dev" has no table [environments.dev]',
        "[stack_set], home_region: is missing",
        "[stack_set], name: is missing",
        "[stack_set], template: is missing",
    ]


def test_a_file_without_environments_is_told_its_other_mistakes_as_well(tmp_path):
    content = {"stack_set": {"name": "a", "template": "no.json", "home_region": "us-west-2"}}

    error = refusal(write_file(tmp_path, content))

    assert [one.where for one in error.problems] == [
        "[environments]",
        "[stack_set], template",
        "[[targets]]",
    ]


def test_a_byte_order_mark_is_called_that_though_it_is_utf8(tmp_path):
    path = write_file(tmp_path, {})
    path.write_bytes(codecs.BOM_UTF8 + path.read_bytes())

    error = refusal(path)

    assert error.message == f"the deployment file {path} begins with a byte order mark"
    assert "without a byte order mark" in error.hint


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"\xff", "is not UTF-8 (byte 0)"),
        (codecs.BOM_UTF8 + b"{}", "u.json begins with a byte order mark"),
        (b"a: [", "the template is not valid YAML: "),
        (b"Resources: !!int ''", "is not valid YAML: "),
        (b"[1]", "the template is not a mapping of sections"),
        (b"{}", "has no Resources"),
        (b'{"Resources": {}}', "has no Resources"),
        (b'{"Resources": []}', "has no Resources"),
    ],
)
def test_a_template_that_cannot_be_used_is_a_problem_beside_the_others(tmp_path, content, expected):
    if content is not None:
        (tmp_path / "u.json").write_bytes(content)
    problems = told(
        tmp_path,
        stack_set={"template": "u.json", "nmae": ""},
        bootstrap={"stack_name": "b", "template": "u.json"},
    )
    assert [one.partition(": ")[0] for one in problems] == [
        "[stack_set], nmae",
        "[stack_set], template",
        "[bootstrap], template",
    ]
    assert all(expected in one for one in problems[1:])


def test_a_template_is_at_most_as_big_as_a_call_takes(tmp_path):
    body = json.dumps(TEMPLATE)
    (tmp_path / "fits.json").write_text(body + " " * (51_200 - len(body)))
    (tmp_path / "big.json").write_text(body + " " * (51_201 - len(body)))
    assert told(
        tmp_path,
        stack_set={"template": "big.json"},
        bootstrap={"stack_name": "b", "template": "fits.json"},
    ) == ["[stack_set], template: has 51,201 bytes (at most 51,200 can be sent)"]


def test_sections_of_a_template_that_are_no_mappings_declare_nothing(tmp_path):
    (tmp_path / "odd.json").write_text(
        json.dumps({**TEMPLATE, "Parameters": ["Suffix"], "Outputs": 3})
    )
    assert told(
        tmp_path, stack_set={"template": "odd.json"}, smoke={"output": "Endpoint", "path": ""}
    ) == [
        "[stack_set.parameters], Suffix: is no parameter of the template",
        '[smoke], output: "Endpoint" is no output of the template',
    ]
