"""The JSON voice: a line per event, all on stdout, ending in exactly one result line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from stacksets.report.event import event_message
from stacksets.report.stream import write

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

    from stacksets.model.outcome import Event
    from stacksets.report.message import Message, Result


class JsonReport:
    """Writes what programs read; keys come in the order of the words."""

    def __init__(self, out: TextIO, *, stack_set: str | None = None) -> None:
        self._out = out
        self._about = {} if stack_set is None else {"stack_set": stack_set}

    def naming(self, stack_set: str) -> JsonReport:
        """Give a voice on the same stream whose every message names the stack set."""
        return type(self)(self._out, stack_set=stack_set)

    def tell(self, message: Message) -> None:
        """Write a message as an event line."""
        self._write({"type": "event", "code": message.code, **self._about, **message.data})

    def event(self, event: Event) -> None:
        """Write an event of a running change."""
        self.tell(event_message(event))

    def result(self, result: Result) -> None:
        """Write the one result line."""
        last = {"type": "result", "code": result.code, "exit_code": result.exit_code}
        self._write({**last, **result.data})

    def _write(self, data: Mapping[str, object]) -> None:
        # The same JSON, in which GitHub Actions sees no command (see `without_commands`).
        text = json.dumps(data, ensure_ascii=False).replace("##[", "\\u0023#[")
        write(self._out, f"{text}\n")
