"""The flags that every command shares, and how a command gets its session."""

from __future__ import annotations

import functools
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

import click

from stacksets.cli.completing import complete_environment, complete_profile
from stacksets.cli.session import Flags, Session

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
R = TypeVar("R")


def _file_option(help_text: str) -> Callable[[Callable[..., R]], Callable[..., R]]:
    return click.option(
        "-f",
        "--file",
        "files",
        multiple=True,
        type=click.Path(path_type=Path),
        metavar="FILE",
        default=(Path("stacksets.toml"),),
        show_default=True,
        envvar="STACKSETS_FILE",
        show_envvar=True,
        help=help_text,
    )


_OPTIONS = (
    click.option(
        "--environment",
        metavar="NAME",
        shell_complete=complete_environment,
        help="The environment; else ENVIRONMENT_SUFFIX, else dev.",
    ),
    click.option(
        "--profile",
        metavar="NAME",
        shell_complete=complete_profile,
        envvar="STACKSETS_PROFILE",
        show_envvar=True,
        help="The AWS profile; else as AWS's own tools find credentials.",
    ),
    click.option(
        "--output",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        envvar="STACKSETS_OUTPUT",
        show_envvar=True,
        help="Text for people, or JSON lines ending in one result.",
    ),
    click.option(
        "--no-color",
        is_flag=True,
        envvar="STACKSETS_NO_COLOR",
        show_envvar=True,
        help="No colour, also not on a terminal.",
    ),
    click.option(
        "--github",
        is_flag=True,
        envvar="STACKSETS_GITHUB",
        show_envvar=True,
        help="Write the summary and the outputs of a step of GitHub Actions.",
    ),
    click.option(
        "-v",
        "--verbose",
        is_flag=True,
        envvar="STACKSETS_VERBOSE",
        show_envvar=True,
        help="Show the traceback of an unexpected error.",
    ),
)


def session_command(
    function: Callable[Concatenate[Session, P], R],
) -> Callable[..., R]:
    """Give a command the shared flags; it gets a Session that has taken them already.

    Of deployment files it takes one, and several are refused rather than all but one ignored.
    """

    @functools.wraps(function)
    def run(session: Session, /, *arguments: P.args, **options: P.kwargs) -> R:
        if len(session.flags.files) > 1:
            raise click.UsageError(f"{session.record.command} takes one deployment file")
        return function(session, *arguments, **options)

    return _command(run, "The deployment file.")


def several_files_command(
    function: Callable[Concatenate[Session, P], R],
) -> Callable[..., R]:
    """Give a command the shared flags as `session_command` does; -f may be repeated."""
    return _command(function, "The deployment file; may be repeated for several stack sets.")


def _command(function: Callable[Concatenate[Session, P], R], file_help: str) -> Callable[..., R]:
    @click.pass_context
    @functools.wraps(function)
    def run(context: click.Context, /, *arguments: P.args, **options: P.kwargs) -> R:
        session: Session = context.obj
        session.use(_take_flags(options))
        session.name_command(context.info_name or "")
        return function(session, *arguments, **options)

    command: Callable[..., R] = run
    for option in reversed((_file_option(file_help), *_OPTIONS)):
        command = option(command)
    return command


def _take_flags(options: dict[str, object]) -> Flags:
    """Take the shared flags out of all that click parsed."""
    names = [one.name for one in fields(Flags)]
    return Flags(**{name: options.pop(name) for name in names})  # type: ignore[arg-type] # click checked them
