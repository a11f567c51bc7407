"""What may be asked of a plan beyond the deployment file, as flags of `plan` and `deploy`."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, TypeVar

import click

from stacksets.plan import PlanOptions

if TYPE_CHECKING:
    from collections.abc import Callable

R = TypeVar("R")

audit_option = click.option(
    "--audit",
    is_flag=True,
    help="Read every instance's overrides and look its stack up, two calls each.",
)
no_lint_option = click.option(
    "--no-lint",
    is_flag=True,
    help="Do not ask cfn-lint, whose errors refuse a plan and a deploy.",
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
        "--retain-inoperable",
        is_flag=True,
        help="Let INOPERABLE stack instances go that the file does not ask for; their stacks stay.",
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
    def run(
        *,
        audit: bool,
        remove_first: bool,
        retain_inoperable: bool,
        send: tuple[str, ...],
        **others: object,
    ) -> R:
        options = PlanOptions(
            audit=audit,
            remove_first=remove_first,
            retain_inoperable=retain_inoperable,
            send=frozenset(send),
        )
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
        *(("--retain-inoperable",) if options.retain_inoperable else ()),
        *(word for name in sorted(options.send) for word in ("--send", name)),
    )
