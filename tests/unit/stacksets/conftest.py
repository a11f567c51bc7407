"""A command as it is typed, in a world of fakes; a test file overrides what is different for it."""

from __future__ import annotations

import pytest

from tests.roles import ready_aws
from tests.worlds import a_world, lay_out, type_command


@pytest.fixture
def file(tmp_path):
    """A deployment file of two regions, beside its template."""
    return lay_out(tmp_path)


@pytest.fixture
def aws():
    """An account that is ready for deploys."""
    return ready_aws()


@pytest.fixture
def run(file, aws):
    """Type a command; gives its exit code, stdout and stderr."""

    def run_command(*words, typed=None, environ=None, world=None):
        there = world or a_world(typed=typed, aws=aws, environ=environ)
        return type_command(*words, files=[file], world=there)

    return run_command
