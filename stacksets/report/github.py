"""What GitHub Actions takes of a result beside its summary: outputs of the step and annotations."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from stacksets.report.summary import find, parts_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from stacksets.report.message import Result

_MOST_ANNOTATIONS = 10
"""GitHub shows no more errors of a step (Actions documentation, "Limits")."""

_LONGEST = 2000
_COMMAND = re.compile(r"(?:^|[\r\n])\s*:(?=:)|#(?=#\[)")


def outputs_text(result: Result) -> str:
    """Give the outputs of the step as GITHUB_OUTPUT takes them, each between delimiters.

    A delimiter is a digest of its value, so that no value can hold it and begin another output.
    """
    return "".join(f"{_delimited(name, value)}\n" for name, value in outputs(result).items())


def outputs(result: Result) -> dict[str, str]:
    """Give the outputs of the step; what is not known is empty, several values are lines.

    `changes` is the number of the plan's steps, empty where nothing was planned.
    """
    parts = parts_of(result)
    counts = [_count_changes(one) for one in parts]
    known = [one for one in counts if one is not None]
    return {
        "verdict": result.code,
        "exit-code": str(result.exit_code),
        "changes": str(sum(known)) if known else "",
        "stack-set": _lines(one.get("stack_set") for one in parts),
        "environment": _lines(dict.fromkeys(one.get("environment") for one in parts)),
        "account": _lines(dict.fromkeys(one.get("account") for one in parts)),
        "operation-ids": _lines(name for one in parts for name in one.get("operation_ids", ())),
        "template-sha256": _lines(one.get("template_sha256") for one in parts),
        "deployment-file-sha256": _lines(one.get("deployment_file_sha256") for one in parts),
        "plan-digest": _lines(find(one, "plan.digest") for one in parts),
    }


def annotate(result: Result) -> Iterator[str]:
    """Give a workflow command for each thing that went wrong; a result that is well has none."""
    if not result.exit_code:
        return
    title = _escaped(f"stacksets {result.data.get('command') or ''}".strip(), ":,")
    said = list(dict.fromkeys(one for part in parts_of(result) for one in _wrongs(part)))
    if not said:
        said = [f"{result.code.lower().replace('_', ' ')} (exit code {result.exit_code})"]
    if (rest := len(said) - _MOST_ANNOTATIONS) > 0:
        said = [*said[: _MOST_ANNOTATIONS - 1], f"and {rest + 1} more, see the summary"]
    for one in said:
        yield f"::error title={title}::{_escaped(without_commands(one[:_LONGEST]))}"


def without_commands(text: str) -> str:
    """Keep a text from being taken for workflow commands: a failure's words may look like one.

    GitHub looks for `::` at the beginning of a line and for `##[` anywhere in it (actions/runner,
    ActionCommand.cs); a space of no width parts them.
    """
    return _COMMAND.sub("\\g<0>\N{ZERO WIDTH SPACE}", text)


def _wrongs(data: Mapping[str, Any]) -> Iterator[str]:
    error = data.get("error")
    if error:
        yield " → ".join(filter(None, (error["message"], error["hint"])))
    for one in find(data, "error.problems") or ():
        yield ": ".join(filter(None, (one["where"], one["what"])))
    for one in data.get("root_causes", ()):
        action = one["hint"] and one["hint"]["action"]
        yield " → ".join(filter(None, (_cause_words(one), action)))


def _cause_words(cause: Mapping[str, Any]) -> str:
    where = f"{cause['account']}/{cause['region']}"
    path = ".".join((*cause["nested_in"], cause["logical_id"]))
    return f"{where} {f'{path}: ' if path else ''}{cause['reason']}"


def _count_changes(data: Mapping[str, Any]) -> int | None:
    steps = find(data, "plan.steps")
    return None if steps is None else len(steps)


def _lines(values: Iterable[object]) -> str:
    return "\n".join(str(one) for one in values if one)


def _delimited(name: str, value: str) -> str:
    delimiter = f"end-{hashlib.sha256(value.encode(errors='replace')).hexdigest()}"
    return f"{name}<<{delimiter}\n{value}\n{delimiter}"


def _escaped(text: str, more: str = "") -> str:
    """Escape what ends or splits a workflow command (actions/toolkit, command.ts)."""
    return "".join(f"%{ord(one):02X}" if one in f"%\r\n{more}" else one for one in text)
