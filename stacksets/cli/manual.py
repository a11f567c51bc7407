"""What `--help` says beyond the flags: a page for each command, all with the same sections."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Mapping

SETTINGS = {
    "ENVIRONMENT_SUFFIX": "The environment where --environment is not given.",
    "REPOSITORY, COMMIT_AUTHOR": "{repository} and {author} of the deployment file.",
    "STACKSETS_...": "Each sets the flag that names it above; no variable consents.",
    "NO_COLOR": "As --no-color.",
}
"""The variables of a command that calls no AWS."""

AWS_SETTINGS = {
    **SETTINGS,
    "AWS_...": "Credentials, endpoints and CA, as in every AWS tool. AWS_REGION never chooses the "
    "home region: the file alone does.",
}
"""The variables of a command that calls AWS."""

DEPLOYMENT_FILE = {"stacksets.toml": "The deployment file, and the templates that it names."}

REFUSED = "Input refused: the deployment file or a template."
NO_ACCESS = "No access: credentials, a permission, a role."
AWS_FAILED = "AWS failed."
INTERRUPTED = "Interrupted by Ctrl-C; nothing was changed."
BUSY = "Conflict: another operation with --if-busy refuse."
STILL_RUNNING = "--timeout is over; what runs goes on in AWS."
DETACHED = (
    "Ctrl-C: detached, what was started goes on in AWS. Once detaches after 3 s, twice stops the "
    "operation (exit 5), a third leaves at once."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manual:
    """The page of a command: each table is a name and what it means, in the order to be shown.

    `examples` are whole command lines, `see_also` names of commands.
    """

    exit_codes: Mapping[int | str, str]
    examples: Mapping[str, str]
    see_also: tuple[str, ...]
    arguments: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=lambda: AWS_SETTINGS)
    files: Mapping[str, str] = field(default_factory=lambda: DEPLOYMENT_FILE)

    def write(self, formatter: click.HelpFormatter) -> None:
        """Write what stands below the flags."""
        _write_table(formatter, "Exit codes", self.exit_codes)
        _write_table(formatter, "Variables", self.variables)
        _write_table(formatter, "Files", self.files)
        with formatter.section("Examples"):
            for command, meaning in self.examples.items():
                formatter.write_text(command)
                with formatter.indentation():
                    formatter.write_text(meaning)
        with formatter.section("See also"):
            formatter.write_text(", ".join(f"stacksets {one}".rstrip() for one in self.see_also))


class ManualCommand(click.Command):
    """A command with a manual."""

    def __init__(self, *arguments: Any, manual: Manual, **options: Any) -> None:  # noqa: ANN401 - click's own
        super().__init__(*arguments, **options)
        self.manual = manual

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the arguments before the flags: click itself says nothing of them."""
        _write_table(formatter, "Arguments", self.manual.arguments)
        super().format_options(ctx, formatter)

    def format_epilog(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        formatter: click.HelpFormatter,
    ) -> None:
        """Write the rest of the page."""
        self.manual.write(formatter)


class ManualGroup(click.Group):
    """A group with a manual, whose commands stand under titles, in the order of their use."""

    def __init__(self, *arguments: Any, manual: Manual, **options: Any) -> None:  # noqa: ANN401 - click's own
        super().__init__(*arguments, **options)
        self.manual = manual
        self.titles: dict[str, list[str]] = {}

    def add_commands(self, title: str, *commands: click.Command) -> None:
        """Add commands under a title."""
        for command in commands:
            self.add_command(command)
            self.titles.setdefault(title, []).append(command.name or "")

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        formatter: click.HelpFormatter,
    ) -> None:
        """Write every title with its commands, all in one pair of columns."""
        widest = max(map(len, self.commands))
        room = formatter.width - widest - 6
        for title, names in self.titles.items():
            rows = {
                name.ljust(widest): self.commands[name].get_short_help_str(room) for name in names
            }
            _write_table(formatter, title, rows)

    def format_epilog(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        formatter: click.HelpFormatter,
    ) -> None:
        """Write the rest of the page."""
        self.manual.write(formatter)


def _write_table(
    formatter: click.HelpFormatter, title: str, rows: Mapping[int | str, str] | Mapping[str, str]
) -> None:
    if rows:
        with formatter.section(title):
            formatter.write_dl([(str(name), meaning) for name, meaning in rows.items()])
