"""For whom and how long a command waits: its flags, and the command that goes on afterwards."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import click

from stacksets.cli.typed import type_command
from stacksets.waiting import IfBusy, Patience

if TYPE_CHECKING:
    from collections.abc import Callable

    from stacksets.cli.session import Session
    from stacksets.operation_ids import Purpose

R = TypeVar("R")

_SECONDS = 60
_if_busy_option = click.option(
    "--if-busy",
    type=click.Choice(IfBusy, case_sensitive=False),
    default=IfBusy.WAIT,
    show_default="wait",
    envvar="STACKSETS_IF_BUSY",
    show_envvar=True,
    help="Where another operation runs: wait for its end, or refuse (exit 6).",
)
timeout_option = click.option(
    "--timeout",
    "timeout_minutes",
    type=click.FloatRange(min=0, min_open=True),
    metavar="MINUTES",
    envvar="STACKSETS_TIMEOUT",
    show_envvar=True,
    help="Wait no longer (exit 7), what runs goes on in AWS; else to the end.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What was said on the command line; `begin` starts the clock."""

    if_busy: IfBusy = IfBusy.WAIT
    timeout_minutes: float | None = None

    def begin(self, session: Session, *go_on: str, resumes: Purpose | None = None) -> Patience:
        """Give the patience of a run that begins now.

        `go_on` is the command for later with its own flags: all that was asked for is asked again.
        """
        minutes = self.timeout_minutes
        now = session.world.clock.monotonic()
        return Patience(
            if_busy=self.if_busy,
            until=None if minutes is None else now + minutes * _SECONDS,
            go_on=command_line(session, *go_on),
            resumes=resumes,
        )


def waiting_options(function: Callable[..., R]) -> Callable[..., R]:
    """Give a command the flags of how it waits; it gets them as `waiting`."""

    @functools.wraps(function)
    def run(*, if_busy: IfBusy, timeout_minutes: float | None, **others: object) -> R:
        waiting = Waiting(if_busy=if_busy, timeout_minutes=timeout_minutes)
        return function(waiting=waiting, **others)

    command: Callable[..., R] = run
    for option in (timeout_option, _if_busy_option):
        command = option(command)
    return command


def command_line(session: Session, *words: str) -> str:
    """Give a command as it is to be typed, for the same deployment file, environment and caller."""
    return type_command(session.flags, words)
