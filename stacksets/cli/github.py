"""What `--github` adds at the end of a command: files that GitHub Actions reads, and annotations.

The exit code is that of the command, whatever comes of it here.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from stacksets.report.github import annotate, outputs_text
from stacksets.report.stream import write
from stacksets.report.summary import summary

if TYPE_CHECKING:
    from collections.abc import Callable

    from stacksets.cli.session import World
    from stacksets.report.message import Result

_ROOM = 1024 * 1024
"""Bytes of a step's summary; GitHub shows nothing of a longer one (Actions documentation, "Workflow
commands", "Step isolation and limits")."""


def publish(result: Result, world: World) -> None:
    """Write the summary of the step and its outputs, and annotate what went wrong on stderr."""
    warnings = (_append_summary(result, world), _append_outputs(result, world))
    lines = [*annotate(result), *(f"warning: --github: {one}" for one in warnings if one)]
    write(world.stderr, "".join(f"{one}\n" for one in lines))


def _append_summary(result: Result, world: World) -> str | None:
    """Write the summary; gives why it could not be, None where it was."""

    def make(path: Path) -> str:
        size = path.stat().st_size if path.exists() else 0
        return summary(result, _ROOM - size)

    return _append(world, "GITHUB_STEP_SUMMARY", make)


def _append_outputs(result: Result, world: World) -> str | None:
    return _append(world, "GITHUB_OUTPUT", lambda _: outputs_text(result))


def _append(world: World, variable: str, make: Callable[[Path], str]) -> str | None:
    """Add a text to the file that a variable names."""
    name = world.environ.get(variable)
    if not name:
        return f"{variable} is not set, so nothing was written there"
    try:
        text = make(Path(name))
        with Path(name).open("a", encoding="utf-8", errors="replace", newline="\n") as file:
            file.write(text)
    except OSError as error:
        return f"{variable}: nothing was written to {name}: {error.strerror}"
    # Nothing that is told of a result may cost its exit code. pylint: disable-next=broad-except
    except Exception as error:  # noqa: BLE001 - as above
        return f"{variable}: nothing was written, by a bug of ours: {type(error).__name__}: {error}"
    return None if text else f"{variable}: nothing was written to {name}: it has no room left"
