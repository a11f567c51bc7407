"""Shells without AWS, with an account that has seen nothing, and with one that was prepared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.shell import Shell
from tests.integration.commands import Folder, copy_project
from tests.unmeasured import unmeasured

if TYPE_CHECKING:
    from pathlib import Path

    from tests.local_aws import LocalAws

ACCOUNT = "111111111111"


@pytest.fixture
def bare(tmp_path: Path) -> Shell:
    """A shell without credentials.

    Its commands are not measured for coverage, which would take half as long again: every line
    that they run is held by a test of its own.
    """
    copy_project(tmp_path)
    return Shell(folder=tmp_path, environ=unmeasured())


@pytest.fixture
def fresh(bare: Shell, local_aws: LocalAws) -> Shell:
    """A shell with credentials of an account that has never seen StackSets."""
    return bare.with_variables(**local_aws.environ(ACCOUNT))


@pytest.fixture
def prepared(fresh: Shell) -> Shell:
    """A shell with credentials of an account that was bootstrapped."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in fresh.environ.items():
            patch.setenv(name, value)
        assert Folder(fresh.folder).run("bootstrap", "--yes").exit_code == 0
    return fresh
