"""Every code and status that programs rely on: a change of one is to be seen."""

from __future__ import annotations

from tests.said_in_json import SCHEMA, definition, fixed


def _listed(title, values):
    return f"{title}\n" + "".join(f"  {one}\n" for one in values)


def test_the_codes_are_those_that_were_reviewed(golden):
    shapes = [definition(one) for one in SCHEMA["anyOf"]]
    events = [
        code for one in shapes if fixed(one, "type") == ["event"] for code in fixed(one, "code")
    ]
    results = {
        f"{command} {code}"
        for one in shapes
        for command in fixed(one, "command") or ()
        for code in fixed(one, "code") or ()
    }
    errors = [code for one in shapes for code in fixed(one, "code") or () if code.isupper()]
    enums = {name: one["enum"] for name, one in SCHEMA["$defs"].items() if "enum" in one}
    steps = [
        kind
        for one in SCHEMA["$defs"].values()
        if "kind" in one.get("properties", {})
        for kind in fixed(one, "kind")
    ]
    hints = SCHEMA["$defs"]["Hint"]["properties"]["code"]["enum"]

    golden(
        "codes.txt",
        _listed("events", sorted(events))
        + _listed("results", sorted(results))
        + _listed("errors", sorted(errors))
        + _listed("hints", hints)
        + _listed("steps", sorted(steps))
        + "".join(_listed(name, values) for name, values in sorted(enums.items())),
    )
