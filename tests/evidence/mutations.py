"""A template of ours with one thing wrong."""

from __future__ import annotations

from enum import Enum

from tests.evidence.schemas import load


class _Gone(Enum):
    """A value like no other, of one name in every process: it stands in names of tests."""

    GONE = "gone"


GONE = _Gone.GONE


def mutated(name, path, value):
    """The committed template with the value at a path below the resources, or (GONE) without it."""
    template = load(name)
    holder = template["Resources"]
    *way, last = path
    for step in way:
        holder = holder[step]
    if value is GONE:
        del holder[last]
    else:
        holder[last] = value
    return template


def path_of(words):
    """`Stage.MethodSettings.0.LoggingLevel`: a property below a resource; numbers are places."""
    title, *rest = words.split(".")
    steps = [int(step) if step.isdigit() else step for step in rest]
    return [title, "Properties", *steps] if rest else [title]


def sub(text):
    return {"Fn::Sub": text}


def resource(kind, condition=None, **properties):
    said = {"Type": kind, "Properties": properties}
    return {**said, "Condition": condition} if condition else said
