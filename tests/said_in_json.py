"""What the command line says, held to the schemas that it ships: every line of every test."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from stacksets.report.as_json import JsonReport
from stacksets.report.as_text import TextReport
from stacksets.schemas import read_schema

if TYPE_CHECKING:
    from stacksets.report.message import Message, Result

SCHEMA = json.loads(read_schema("output"))
_PLAN = Draft202012Validator(json.loads(read_schema("plan")))
LINE = Draft202012Validator(SCHEMA)


def definition(reference: dict[str, str]) -> dict[str, Any]:
    """Follow a reference within the schema of lines."""
    found: dict[str, Any] = SCHEMA["$defs"][reference["$ref"].rpartition("/")[2]]
    return found


def fixed(shape: dict[str, Any], name: str) -> list[str] | None:
    """Give the values that a key of a shape may have, None where it may be any text."""
    said = shape["properties"].get(name, {})
    values: list[str] | None = said.get("enum", [said["const"]] if "const" in said else None)
    return values


def shapes() -> dict[str, list[dict[str, Any]]]:
    """Give the shapes of lines by their codes, those of any code as `None`."""
    found = defaultdict(list)
    for one in SCHEMA["anyOf"]:
        for code in fixed(definition(one), "code") or [None]:
            found[code].append(one)
    return found


_SHAPES = shapes()


def hold_to_schema(line: object) -> None:
    """Fail where the line has none of the shapes of its code and command.

    That is what the whole schema says of it, found sooner.
    The line is looked at as programs read it.
    """
    said = json.loads(json.dumps(line))
    command, code = said.get("command"), said.get("code")
    told = f"{command or said.get('type')} {code}"
    meant = [
        one
        for one in (*_SHAPES.get(str(code), ()), *_SHAPES[None])
        if command in (fixed(definition(one), "command") or [command])
    ]
    assert meant, f"no shape of the schema is that of {told}"
    common = {"required": SCHEMA["required"], "$defs": SCHEMA["$defs"]}
    checks = [LINE.evolve(schema={**one, **common}) for one in meant]
    # Of several shapes the one that is nearest is the one that was meant.
    errors = min(([*one.iter_errors(said)] for one in checks), key=len)
    if error := best_match(errors):
        raise AssertionError(f"{told} is off its schema: {error.json_path}: {error.message}")


def hold_plan_to_schema(text: str) -> str:
    """Give a saved plan back, or fail where its schema does not admit it."""
    error = best_match(_PLAN.iter_errors(json.loads(text)))
    assert error is None, f"a saved plan is off its schema: {error.json_path}: {error.message}"
    return text


def read_lines(text: str) -> list[dict[str, Any]]:
    """Read what a command wrote: events, then one result, each as the schema says."""
    lines = [json.loads(line) for line in text.splitlines()]
    for line in lines:
        hold_to_schema(line)
    assert [one["type"] for one in lines] == [*["event"] * (len(lines) - 1), "result"]
    return lines


class HeldJsonReport(JsonReport):
    """The JSON voice, every line of which is held to its schema."""

    def _write(self, data):
        hold_to_schema(data)
        super()._write(data)


class HeldTextReport(TextReport):
    """The text voice; what the JSON voice would have said is held to its schema."""

    def tell(self, message: Message) -> None:
        hold_to_schema({"type": "event", "code": message.code, **message.data})
        super().tell(message)

    def result(self, result: Result) -> None:
        last = {"type": "result", "code": result.code, "exit_code": result.exit_code}
        hold_to_schema({**last, **result.data})
        super().result(result)
