"""A result as the summary of a step of GitHub Actions: the same object, in tables.

Every list of a result's data is shown, so that a command needs no words of its own here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from stacksets.report.page import Page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacksets.report.message import Result

_TITLES = {
    "error.problems": "Problems",
    "error.moved": "Moved",
    "error.notes": "Could not be checked",
    "root_causes": "Root causes",
    "plan.instances": "Planned for stack instances",
    "plan.differences": "Differences",
    "plan.steps": "Steps",
    "plan.notes": "Notes",
    "warnings": "Warnings",
    "instances": "Stack instances",
    "missing": "In the deployment file and not there",
    "surplus": "Not in the deployment file",
    "not_attempted": "Not attempted",
    "left_alone": "Left alone, though the deployment file does not ask for it",
    "unsent": "Steps not sent",
    "remaining.steps": "Still to do",
    "found": "Left, and should not be",
    "kept": "Kept by design",
    "unchecked": "Could not be looked for",
}
"""The lists that have words of their own, the most important first; others follow by their keys."""

_FACTS = (
    ("error", "error.message"),
    ("what to do", "error.hint"),
    ("stack set", "stack_set"),
    ("environment", "environment"),
    ("account", "account"),
    ("caller", "caller_arn"),
    ("home region", "home_region"),
    ("operation", "operation.id"),
    ("operations", "operation_ids"),
    ("template", "template"),
    ("template sha256", "template_sha256"),
    ("deployment file", "deployment_file"),
    ("deployment file sha256", "deployment_file_sha256"),
    ("git revision", "git_revision"),
    ("git clean", "git_clean"),
    ("plan digest", "plan.digest"),
    ("started", "started"),
    ("ended", "ended"),
)
_ELSEWHERE = {"operation_ids", "traceback"}
_DULL = {
    *("stack_id", "last_operation_id", "overridden", "nested_in", "unread", "hint.code"),
    *("body", "checks", "accounts", "regions", "events", "results", "unreadable"),
    "template_sha256",
}
"""What takes more room in a table than it is worth; the JSON has it."""


def summary(result: Result, room: int) -> str:
    """Give the summary as markdown of at most `room` bytes; what has no room is counted."""
    page = Page(room)
    command = f"stacksets {result.data.get('command') or ''}".strip()
    page.heading(2, _title(command, result.code, result.exit_code))
    for part in parts_of(result):
        if part is not result.data:
            page.heading(3, _title("stack set", part["code"], part["exit_code"]))
        facts = [(name, _cell(find(part, path))) for name, path in _FACTS]
        page.facts([one for one in facts if one[1]])
        for title, rows in _lists(part):
            _add_list(page, title, rows)
    page.text("All that was said", [line.text for line in result.lines])
    return page.render()


def find(data: Mapping[str, Any], path: str) -> Any:  # noqa: ANN401 - any JSON value
    """Give what stands in a result's data under a dotted path, None where nothing does."""
    found: Any = data
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def parts_of(result: Result) -> list[Mapping[str, Any]]:
    """Give the data of each stack set that a result is about.

    Only the results of several deployment files have exit codes; those of an operation have none.
    """
    listed = result.data.get("results")
    if isinstance(listed, list) and listed and all("exit_code" in one for one in listed):
        return listed
    return [result.data]


def _title(what: str, code: str, exit_code: int) -> str:
    sign = "❌" if exit_code else "✅"
    words = code.lower().replace("_", " ")
    return f"{sign} {what}: {words}{f' (exit code {exit_code})' if exit_code else ''}"


def _lists(data: Mapping[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    for path, title in _TITLES.items():
        if rows := find(data, path):
            yield title, rows
    for name, rows in data.items():
        if isinstance(rows, list) and rows and name not in {*_TITLES, *_ELSEWHERE}:
            yield name.replace("_", " ").capitalize(), rows


def _add_list(page: Page, title: str, rows: list[Any]) -> None:
    """Show texts below each other, or objects in columns; what is wrong comes first.

    A stack instance that a plan leaves alone is no news.
    """
    if not isinstance(rows[0], Mapping):
        page.table(title, (), [(one,) for one in rows])
        return
    told = [dict(_flat(one)) for one in rows if one.get("change") != "leave"]
    if not told:
        return
    told.sort(key=_is_calm)
    columns = [
        name
        for name in dict.fromkeys(name for one in told for name in one)
        if name not in _DULL and any(_cell(one.get(name)) for one in told)
    ]
    heads = [one.replace(".", " ").replace("_", " ") for one in columns]
    page.table(title, heads, [[_cell(one.get(name)) for name in columns] for one in told])


def _flat(row: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    for name, value in row.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}.{inner}", one) for inner, one in value.items())
        else:
            yield name, value


def _is_calm(row: Mapping[str, Any]) -> bool:
    wrong = row.get("reason") or row.get("problem") or row.get("passed") is False
    return not wrong and row.get("stack_exists") is not False


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.1f}"
        case list():
            return ", ".join(map(_cell, value))
        case Mapping():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return str(value)
