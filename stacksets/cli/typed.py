"""Commands as they are to be typed: for the same deployment file, environment and caller.

What is said on the way to a person names commands in backticks and knows no flags; they are added
where it is told, since a command without them is about another stack set.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from stacksets.cli.session import Flags, Report, Session
    from stacksets.model.outcome import Event
    from stacksets.report.message import Line, Message, Result

_COMMAND = re.compile(r"`stacksets (?P<words>[a-z][^`]*)`")
_OWN_FLAGS = {"-f", "--environment", "--profile"}
_OF_NO_FILE = {"completion", "local", "schema", "show"}
_OF_ANOTHER_CALLER = {"bootstrap"}
"""It is named where another account needs it, with credentials of that account."""
_WORDS_OF_AWS = {"reason", "body"}


def type_command(flags: Flags, words: Sequence[str]) -> str:
    """Give a command with the flags of this run that it needs; those that it has stay."""
    command = words[0] if words else ""
    if command in _OF_NO_FILE or _OWN_FLAGS & {*words}:
        return shlex.join(["stacksets", *words])
    said = {
        "-f": None if flags.file == Path("stacksets.toml") else str(flags.file),
        "--environment": flags.environment,
        "--profile": None if command in _OF_ANOTHER_CALLER else flags.profile,
    }
    more = [word for flag, value in said.items() if value for word in (flag, value)]
    return shlex.join(["stacksets", *words, *more])


@dataclass(frozen=True, slots=True)
class TypedReport:
    """A voice in which every command that is named can be typed as it stands."""

    voice: Report
    session: Session

    def tell(self, message: Message) -> None:
        """Say something on the way."""
        flags = self.session.flags
        lines = tuple(_complete_line(flags, one) for one in message.lines)
        data = _complete_data(flags, message.data)
        self.voice.tell(replace(message, lines=lines, data=data))

    def event(self, event: Event) -> None:
        """Say what just happened; no event names a command."""
        self.voice.event(event)

    def result(self, result: Result) -> None:
        """Say the last word."""
        self.voice.result(result)


def complete_result(flags: Flags, result: Result) -> Result:
    """Give a result in which every command that is named can be typed as it stands."""
    return replace(
        result,
        lines=tuple(_complete_line(flags, one) for one in result.lines),
        data=_complete_data(flags, result.data),
    )


def _complete_line(flags: Flags, line: Line) -> Line:
    return replace(line, text=_complete_text(flags, line.text))


def _complete_data(flags: Flags, data: Mapping[str, object]) -> dict[str, object]:
    """Complete the commands in JSON-ready data; the words of AWS and of endpoints stay."""
    return {
        name: one if name in _WORDS_OF_AWS else _complete(flags, one) for name, one in data.items()
    }


def _complete(flags: Flags, data: object) -> object:
    match data:
        case str():
            return _complete_text(flags, data)
        case list() | tuple():
            return [_complete(flags, one) for one in data]
        case dict():
            return _complete_data(flags, data)
        case _:
            return data


def _complete_text(flags: Flags, text: str) -> str:
    """Complete the commands in a text; where there are several files, each part has done so."""
    if len(flags.files) > 1:
        return text
    return _COMMAND.sub(lambda found: f"`{_typed(flags, found['words'])}`", text)


def _typed(flags: Flags, words: str) -> str:
    try:
        return type_command(flags, shlex.split(words))
    except ValueError:  # A name with a quotation mark: the words stay as they are.
        return f"stacksets {words}"
