"""What `--help` says, command by command."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from stacksets.cli.edge import stacksets


def _commands(group, path=()):
    yield path
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _commands(command, (*path, name))
        else:
            yield (*path, name)


@pytest.mark.parametrize("path", list(_commands(stacksets)), ids=lambda path: " ".join(path) or "-")
def test_the_help_reads_as_reviewed(path, golden):
    done = CliRunner().invoke(stacksets, [*path, "--help"], prog_name="stacksets")

    assert done.exit_code == 0
    golden(f"help_{'_'.join(('stacksets', *path))}.txt", done.output)
