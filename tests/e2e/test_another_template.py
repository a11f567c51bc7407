"""The page for another template, typed as it stands there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import ACCOUNT
from tests.e2e.shell import PROJECT
from tests.unit.stacksets.load.test_page import TEMPLATE

if TYPE_CHECKING:
    from tests.e2e.shell import Shell

pytestmark = [pytest.mark.e2e, pytest.mark.exhaustive]


def test_the_smallest_file_of_the_page_lives_a_whole_life(fresh: Shell) -> None:
    page = (PROJECT / "docs" / "another-template.md").read_text(encoding="utf-8")
    [script] = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    smallest = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)[0]
    for name, text in (("topic.yaml", TEMPLATE), ("topic.toml", smallest), ("try.sh", script)):
        (fresh.folder / name).write_text(text, encoding="utf-8")

    done = fresh.run("sh", "try.sh")

    assert done.returncode == 0, done.stderr
    assert f"{ACCOUNT}/us-east-1  CURRENT" in done.stdout
    assert done.stdout.splitlines()[-1] == "Nothing is left"
