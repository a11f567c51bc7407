"""What may be asked of a plan beyond the deployment file, as flags of `plan` and `deploy`."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, TypeVar

import click

from stacksets.definition import no_echo_parameters
from stacksets.errors import InputError
from stacksets.plan import PlanOptions

if TYPE_CHECKING:
    from collections.abc import Callable

    from stacksets.model.desired import Deployment

R = TypeVar("R")

audit_option = click.option(
    "--audit",
    is_flag=True,
    help="Read every instance's overrides and look its stack up, two calls each.",
)
_OPTIONS = (
    audit_option,
    click.option(
        "--remove-first",
        is_flag=True,
        help="Remove what left the file before creating what is new, where names or quotas "
        "collide.",
    ),
    click.option(
        "--send",
        multiple=True,
        metavar="NAME",
        help="Send this NoEcho parameter although it cannot be compared; may be repeated.",
    ),
)


def plan_options(function: Callable[..., R]) -> Callable[..., R]:
    """Give a command the flags of a plan; it gets them as `options`."""

    @functools.wraps(function)
    def run(*, audit: bool, remove_first: bool, send: tuple[str, ...], **others: object) -> R:
        options = PlanOptions(audit=audit, remove_first=remove_first, send=frozenset(send))
        return function(options=options, **others)

    command: Callable[..., R] = run
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def option_words(options: PlanOptions) -> tuple[str, ...]:
    """Give the flags that ask for these options, as they are typed."""
    return (
        *(("--audit",) if options.audit else ()),
        *(("--remove-first",) if options.remove_first else ()),
        *(word for name in sorted(options.send) for word in ("--send", name)),
    )


def check_send(deployment: Deployment, names: frozenset[str]) -> None:
    """Refuse to send by name what is compared anyway.

    Raises:
        InputError: a name is no NoEcho parameter of the template.
    """
    hidden = no_echo_parameters(deployment.template.content)
    wrong = sorted(names - hidden)
    if wrong:
        raise InputError(
            f"--send {', '.join(wrong)}: no NoEcho parameter of {deployment.template.path}",
            hint=f"NoEcho parameters: {', '.join(sorted(hidden)) or 'none'}; others are compared",
        )
