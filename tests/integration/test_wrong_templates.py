"""Templates that are surely wrong, JSON and YAML, where nobody lints: AWS is asked first."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from tests.integration.commands import Folder
from tests.integration.faults.small import DEPLOY, state, told, write_small
from tests.wrong_templates import (
    REFUSED,
    Written,
    make_mistakes,
    misspell,
    valid_template,
    write_both,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.deployer import Deployer
    from tests.local_aws import LocalAws

pytestmark = [pytest.mark.integration, pytest.mark.emulator_only]

CODES = {"DEPLOYMENT_FILE", "UNFIT_INPUT"}
EXAMPLES = 20


@pytest.fixture
def folder(deployer: Deployer, tmp_path: Path) -> Folder:
    """A deployment of what is valid, so that there is something to change."""
    folder = Folder(write_small(tmp_path))
    _put(folder, write_both(valid_template(random.Random(7)))[0])  # noqa: S311 - no secret
    assert folder.run(*DEPLOY).exit_code == 0
    return folder


def _put(folder: Folder, written: Written) -> None:
    (folder.path / written.name).write_text(written.text, encoding="utf-8")
    file = folder.path / "stacksets.toml"
    lines = file.read_text(encoding="utf-8").splitlines()
    named = [
        f'template = "{written.name}"' if line.startswith("template") else line for line in lines
    ]
    file.write_text("\n".join(named), encoding="utf-8")


def _hold_refused(folder: Folder, written: Written, what: object) -> None:
    """One error of the input, whether it is planned or deployed, which says what is wrong."""
    _put(folder, written)
    for command in (("plan", "--no-lint"), DEPLOY):
        ran = folder.run(*command)
        assert ran.exit_code == 3, (what, command, ran.result)
        error = ran.result["error"]
        assert error["code"] in CODES, (what, error)
        places = [problem["where"] for problem in error.get("problems", ())]
        assert places or error["message"], (what, error)
        assert all(written.name in one or one.startswith("[") for one in places), (what, error)


@pytest.mark.parametrize(
    "mistakes",
    [
        ("a reference to nothing", "a section that there is not"),
        pytest.param(tuple(REFUSED), marks=pytest.mark.exhaustive, id="each"),
    ],
)
def test_a_mistake_alone_is_refused_before_anything_changes(
    folder: Folder, local_aws: LocalAws, mistakes: tuple[str, ...]
) -> None:
    since, before = len(local_aws.journal()), state(local_aws)

    for number, name in enumerate(mistakes):
        template = valid_template(random.Random(number))  # noqa: S311 - no secret
        REFUSED[name](template)
        written = write_both(template)[number % 2]
        _hold_refused(folder, written, (name, written.name))

    assert told(local_aws, since).accepted == {}
    assert state(local_aws) == before


@pytest.mark.exhaustive
def test_one_to_three_mistakes_are_refused_once_before_anything_changes(
    folder: Folder, local_aws: LocalAws
) -> None:
    since, before = len(local_aws.journal()), state(local_aws)

    for seed in range(EXAMPLES):
        draw = random.Random(seed)  # noqa: S311 - no secret
        template = valid_template(draw)
        names = make_mistakes(draw, template, REFUSED)
        for written in write_both(template):
            _hold_refused(folder, written, (seed, names, written.name))
            _hold_refused(folder, misspell(draw, written), (seed, "misspelt", written.name))

    assert told(local_aws, since).accepted == {}
    assert state(local_aws) == before
