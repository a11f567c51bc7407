"""The embedded local AWS from the command line: around one command, or in the foreground."""

from __future__ import annotations

import re
import sys

import click

from stacksets.cli.manual import ManualCommand, ManualGroup
from stacksets.cli.manuals.machine import LOCAL, LOCAL_RUN, LOCAL_SERVE
from stacksets.local.run import run_command
from stacksets.local.serve import serve as serve_forever


@click.group(
    cls=ManualGroup,
    manual=LOCAL,
    short_help="Run the embedded local AWS on this machine.",
)
def local() -> None:
    """Run the embedded local AWS on this machine; no account, no docker, nothing leaves it.

    Every command works against it as against AWS. It forgets everything when it stops.
    """


def _refuse_no_account(_: click.Context, __: click.Parameter, value: str) -> str:
    """Refuse what no account is called: it would be taken for the default account."""
    if not re.fullmatch("[0-9]{12}", value):
        raise click.BadParameter(f"{value!r} is no account id, which has 12 digits")
    return value


@click.command(
    cls=ManualCommand,
    manual=LOCAL_RUN,
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    short_help="Start it, run COMMAND inside, stop it.",
)
@click.option(
    "--account",
    default="000000000000",
    show_default=True,
    metavar="ID",
    callback=_refuse_no_account,
    help="The account whose credentials COMMAND gets.",
)
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def run(account: str, command: tuple[str, ...]) -> int:
    """Start the embedded AWS, run COMMAND with what it needs to reach it, and stop it.

    COMMAND and all that it starts see the embedded AWS only: any AWS client, over verified HTTPS.
    """
    return run_command(command, account=account, out=sys.stderr)


@click.command(
    cls=ManualCommand,
    manual=LOCAL_SERVE,
    short_help="Run it until Ctrl-C, and print what to export.",
)
def serve() -> None:
    """Run the embedded AWS in the foreground and print the variables that lead to it."""
    serve_forever(out=sys.stdout)


local.add_commands("Commands", run, serve)
