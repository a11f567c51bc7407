"""The program of the README, run as it stands there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import ACCOUNT
from tests.e2e.shell import PROJECT
from tests.integration.deployer import everything_in, list_operations, list_writes

if TYPE_CHECKING:
    from tests.e2e.shell import Shell
    from tests.local_aws import LocalAws

pytestmark = pytest.mark.e2e

EAST, WEST = f"{ACCOUNT}/us-east-1", f"{ACCOUNT}/us-west-1"


@pytest.fixture
def program() -> str:
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    section = readme.partition("\n## From Python\n")[2].partition("\n## ")[0]
    [block] = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    return block


def test_the_program_of_the_readme_deploys_and_a_second_run_is_no_change(
    prepared: Shell, local_aws: LocalAws, program: str
) -> None:
    (prepared.folder / "program.py").write_text(program, encoding="utf-8")
    before = len(local_aws.journal())

    first = prepared.run("python", "program.py")
    written = len(list_writes(local_aws, before))
    second = prepared.run("python", "program.py")

    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout.splitlines() == [
        f"{EAST} create not there yet",
        f"{WEST} create not there yet",
        f"succeeded {EAST}: CURRENT {WEST}: CURRENT",
    ]
    assert everything_in(local_aws, ACCOUNT, "us-east-1")["REST APIs"]
    assert len(list_operations(local_aws, "multi-region-service-dev")) == 1
    assert (second.returncode, second.stderr) == (0, "")
    assert second.stdout.splitlines() == [
        f"{EAST} leave as desired",
        f"{WEST} leave as desired",
        f"no_changes {EAST}: CURRENT {WEST}: CURRENT",
    ]
    assert len(list_writes(local_aws, before)) == written > 0


@pytest.mark.exhaustive
def test_where_the_program_is_refused_it_says_what_to_do(fresh: Shell, program: str) -> None:
    (fresh.folder / "program.py").write_text(program, encoding="utf-8")

    done = fresh.run("python", "program.py")

    assert done.returncode == 1
    assert done.stdout.count(" create ") == 2
    told, *problems = done.stderr.splitlines()
    assert told == "Not ready, nothing was changed"
    assert any("`stacksets bootstrap`" in one for one in problems)
