"""Files as people write and then break them: a plan, or one refusal that names a place."""

from __future__ import annotations

import json
import random
import re
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.deployment_files import as_toml
from tests.planning import REFUSALS, plan_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

REGIONS = ("us-east-1", "us-west-1", "eu-west-1", "eu-north-1")
ACCOUNTS = ("self", "222222222222", "333333333333")
TEMPLATE = {
    "Parameters": {
        name: {"Type": "String", "Default": "x"} for name in ("Suffix", "Author", "Size")
    },
    "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
    "Outputs": {"Endpoint": {"Value": "https://example.org/"}},
}
VALUES = (
    *('""', '"self"', '"111111111111"', "111111111111", '"us-east-1"', '"{author}"', '"{x}"'),
    *("true", "0", "-1", "1.5", "nan", "2026-01-01", "[]", '["us-east-1"]', "[[]]", "{}"),
    *('{ a = "b" }', '"PARALLEL"', '"x"', '"template.json"', f'"{"y" * 300}"', '"\\u0000"', '"😀"'),
)
KEYS = ("status", "tolerance", "tags", "x", "home-region", '"a b"', "description", "stack_name")


def _valid(draw: random.Random) -> str:
    """Write a valid file of any size, a line a key."""
    regions = draw.sample(REGIONS, draw.randint(1, 4))
    accounts = draw.sample(ACCOUNTS, draw.randint(1, 3))
    tables: list[tuple[str, dict[str, Any]]] = [
        (
            "[stack_set]",
            {
                "name": draw.choice(["greeting", "greeting-{environment}", "a"]),
                "template": "template.json",
                "home_region": "us-west-2",
                "read_role_name": "read",
            },
        ),
        ("[stack_set.parameters]", {"Suffix": "{environment}", "Author": "{author}"}),
        ("[stack_set.tags]", {"Team": "x", "Repository": "{repository}"}),
        ("[[targets]]", {"accounts": accounts, "regions": regions}),
        ("[[overrides]]", {"regions": regions[:1], "parameters": {"Size": "large"}}),
        ("[[overrides]]", {"accounts": accounts[:1], "parameters": {"Size": "small"}}),
        ("[operation_preferences]", {"region_order": regions, "max_concurrent_count": 2}),
        ("[smoke]", {"output": "Endpoint", "path": "x", "burst": 2}),
        ("[environments.dev]", {}),
        ("[environments.prod.stack_set]", {"admin_account": "444444444444"}),
    ]
    optional = range(1, len(tables) - 2)
    left_out = set(draw.sample(optional, draw.randint(0, 3))) - {3}
    return "\n".join(
        "\n".join([header, *(f"{key} = {as_toml(value)}" for key, value in table.items()), ""])
        for at, (header, table) in enumerate(tables)
        if at not in left_out
    )


def _change_value(draw: random.Random, line: str) -> list[str]:
    return [re.sub(r"=.*", lambda _: f"= {draw.choice(VALUES)}", line)]


def _change_key(draw: random.Random, line: str) -> list[str]:
    return [re.sub(r"^[^=]*=", lambda _: f"{draw.choice(KEYS)} =", line)]


def _misspell(draw: random.Random, line: str) -> list[str]:
    at = draw.randrange(len(line.partition(" =")[0]))
    return [line[:at] + line[at + 1 :]]


def _drop(draw: random.Random, line: str) -> list[str]:
    return []


def _move_below_another_table(draw: random.Random, line: str) -> list[str]:
    return [draw.choice(["[[new]]", "[[overrides]]", "[[environments.new]]"]), line]


def _add_a_key(draw: random.Random, line: str) -> list[str]:
    return [line, f"added = {draw.choice(VALUES)}"]


def _respell(draw: random.Random, line: str) -> list[str]:
    """Write the same otherwise: no mistake."""
    return draw.choice([[line.replace('"', "'")], [f"  {line}  # why"], ["# why", "", line]])


def _change_header(draw: random.Random, line: str) -> list[str]:
    return [draw.choice(["[[x.y]]", "[[stack_sets]]", "[[environments.dev.x]]"])]


MUTATIONS: tuple[Callable[[random.Random, str], list[str]], ...] = (
    *(_change_value, _change_value, _change_key, _misspell),
    *(_drop, _move_below_another_table, _add_a_key, _respell, _respell, _respell),
)


def _mutated(draw: random.Random) -> str:
    """Break a valid file one to three times, mostly so that it is TOML still."""
    lines = _valid(draw).splitlines()
    for _ in range(draw.randint(1, 3)):
        at = draw.choice([number for number, line in enumerate(lines) if line])
        mutate = _change_header if lines[at].startswith("[") else draw.choice(MUTATIONS)
        lines[at : at + 1] = mutate(draw, lines[at])
    return "\n".join(lines)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mutated")
    (folder / "template.json").write_text(json.dumps(TEMPLATE), encoding="utf-8")
    return folder


@pytest.mark.exhaustive
@settings(max_examples=150)
@given(draw=st.randoms(use_true_random=False))
def test_a_valid_file_of_any_size_is_planned(folder: Path, draw: random.Random) -> None:
    result = plan_file(folder, _valid(draw))

    assert result["exit_code"] == 0, result


@pytest.mark.exhaustive
@settings(max_examples=150)
@given(draw=st.randoms(use_true_random=False))
def test_a_file_that_was_broken_is_planned_or_refused_once(
    folder: Path, draw: random.Random
) -> None:
    result = plan_file(folder, _mutated(draw))

    if result["exit_code"]:
        error = result["error"]
        assert error["code"] in REFUSALS[result["exit_code"]], result
        places = [problem["where"] for problem in error.get("problems", ())]
        assert all(places)
        assert places or re.search(r"line \d+|stacksets\.toml|\[", error["message"]), error


@settings(max_examples=25)
@given(draw=st.randoms(use_true_random=False))
def test_a_file_with_keys_that_nobody_knows_is_refused_and_each_of_them_is_told(
    folder: Path, draw: random.Random
) -> None:
    text, unknown = _with_unknown_keys(draw)

    result = plan_file(folder, text)

    assert (result["exit_code"], result["error"]["code"]) == (3, "DEPLOYMENT_FILE"), text
    places = [problem["where"] for problem in result["error"]["problems"]]
    assert len(places) == len(set(places))
    assert [key for key in unknown if not any(one.endswith(f", {key}") for one in places)] == []


def _with_unknown_keys(draw: random.Random) -> tuple[str, list[str]]:
    """Misspell one to three keys of a valid file, or add some; give them as they stand there."""
    lines = _valid(draw).splitlines()
    table, keys = "", []
    for at, line in enumerate(lines):
        table = line if line.startswith("[") else table
        # Parameters and tags may have any name.
        if " = " in line and not table.endswith(("parameters]", "tags]")):
            keys.append(at)
    unknown = []
    for number, at in enumerate(draw.sample(keys, draw.randint(1, 3))):
        key, _, value = lines[at].partition(" = ")
        added = f"added_{number}"
        misspelt = _misspell(draw, key)[0]
        lines[at] = draw.choice([f"{misspelt} = {value}", f"{lines[at]}\n{added} = 1"])
        unknown.append(added if added in lines[at] else misspelt)
    return "\n".join(lines), unknown


def test_most_of_what_is_broken_is_toml_still() -> None:
    texts = [_mutated(random.Random(seed)) for seed in range(400)]  # noqa: S311 - no secret

    assert sum(_is_toml(text) for text in texts) >= 0.95 * len(texts)


def _is_toml(text: str) -> bool:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True
