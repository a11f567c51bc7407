"""What CloudFormation's handlers of a resource type call, by the extract of its schemas.

`python -m generator.checks.handlers TYPE...` adds types to the extract, or brings it up to date.
"""

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

HANDLERS = Path(__file__).with_name("handlers.json")


class Called(NamedTuple):
    """An action that a handler of a resource type calls."""

    resource_type: str
    handler: str
    action: str


def handled_types() -> tuple[str, ...]:
    """The resource types that the extract knows."""
    return tuple(_load())


def calls_of(resource_types: Iterable[str]) -> tuple[Called, ...]:
    """Every call of every handler of these types, once each.

    Raises:
        LookupError: the extract lacks a type.
    """
    known = _load()
    wanted = sorted(set(resource_types))
    lacking = [name for name in wanted if name not in known]
    if lacking:
        raise LookupError(
            f"{HANDLERS.name} lacks {', '.join(lacking)} → "
            f"python -m generator.checks.handlers {' '.join(lacking)}"
        )
    return tuple(
        Called(name, handler, action)
        for name in wanted
        for handler, actions in known[name].items()
        for action in actions
    )


@cache
def _load() -> dict[str, dict[str, list[str]]]:
    types: dict[str, dict[str, list[str]]] = json.loads(HANDLERS.read_text("utf-8"))["types"]
    return types
