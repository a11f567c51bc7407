"""The commands that print what other programs take: JSON Schemas and shell completion."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click
from click.shell_completion import BashComplete, FishComplete, ZshComplete

from stacksets.cli.manual import ManualCommand
from stacksets.cli.manuals.machine import COMPLETION, SCHEMA
from stacksets.report.message import align
from stacksets.report.stream import write
from stacksets.schemas import FILES, read_schema

if TYPE_CHECKING:
    from stacksets.cli.session import Session

_SHELLS = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}
_PROGRAM = "stacksets"
_VARIABLE = "_STACKSETS_COMPLETE"
"""Where click looks for what the shell asks; its name is click's own for this program."""


@click.command(
    cls=ManualCommand,
    manual=SCHEMA,
    short_help="Print a JSON Schema.",
)
@click.argument("name", required=False, type=click.Choice(list(FILES)))
@click.pass_obj
def schema(session: Session, *, name: str | None) -> None:
    """Print the JSON Schema with that name, or list them all.

    Calls no AWS and reads no file of yours.
    """
    if name:
        write(session.world.stdout, read_schema(name))
        return
    rows = [[one, json.loads(read_schema(one))["title"]] for one in FILES]
    write(session.world.stdout, "".join(f"{line}\n" for line in align(rows, indent="")))


@click.command(
    cls=ManualCommand,
    manual=COMPLETION,
    short_help="Print the completion script of a shell.",
)
@click.argument("shell", type=click.Choice(list(_SHELLS)))
@click.pass_context
def completion(context: click.Context, *, shell: str) -> None:
    """Print what a shell runs to complete commands, flags, environments and profiles.

    Calls no AWS.
    """
    complete = _SHELLS[shell](context.find_root().command, {}, _PROGRAM, _VARIABLE)
    # Not `source()`, which starts a bash to see its version.
    write(context.obj.world.stdout, complete.source_template % complete.source_vars())
