"""The commands that print what other programs take: JSON Schemas and shell completion."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click
from click.shell_completion import BashComplete, FishComplete, ZshComplete

from stacksets.report.message import align
from stacksets.report.stream import write
from stacksets.schemas import FILES, read_schema

if TYPE_CHECKING:
    from stacksets.cli.session import Session

_SHELLS = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}
_HOW = """Example: stacksets completion bash

\b
bash  eval "$(stacksets completion bash)" in ~/.bashrc (bash 4.4 or newer)
zsh   eval "$(stacksets completion zsh)" in ~/.zshrc, below compinit
fish  stacksets completion fish > ~/.config/fish/completions/stacksets.fish"""
_PROGRAM = "stacksets"
_VARIABLE = "_STACKSETS_COMPLETE"
"""Where click looks for what the shell asks; its name is click's own for this program."""


@click.command(
    short_help="Print a JSON Schema.",
    epilog="Example: stacksets schema output",
)
@click.argument("name", required=False, type=click.Choice(list(FILES)))
@click.pass_obj
def schema(session: Session, *, name: str | None) -> None:
    """Print the JSON Schema with that name, or list them all.

    `output` is a line of --output json, `plan` what `plan --out` saves, `deployment` a deployment
    file, `sources` what a generator may write beside a template. Calls no AWS and reads no file of
    yours. Exit code: 0.
    """
    if name:
        write(session.world.stdout, read_schema(name))
        return
    rows = [[one, json.loads(read_schema(one))["title"]] for one in FILES]
    write(session.world.stdout, "".join(f"{line}\n" for line in align(rows, indent="")))


@click.command(
    short_help="Print the completion script of a shell.",
    epilog=_HOW,
)
@click.argument("shell", type=click.Choice(list(_SHELLS)))
@click.pass_context
def completion(context: click.Context, *, shell: str) -> None:
    """Print what a shell runs to complete commands, flags, environments and profiles.

    Calls no AWS. Exit code: 0.
    """
    complete = _SHELLS[shell](context.find_root().command, {}, _PROGRAM, _VARIABLE)
    # Not `source()`, which starts a bash to see its version.
    write(context.obj.world.stdout, complete.source_template % complete.source_vars())
