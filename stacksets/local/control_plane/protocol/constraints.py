"""What the service model forbids: botocore's client checks only part of it, the service all."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any

from botocore.model import ListShape, StructureShape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.model import Shape

CLASSES = {r"\p{L}": r"\w", r"\p{N}": r"\d", r"\p{Z}": r"\s"}


def list_problems(shape: Shape, value: Any, path: str = "") -> list[str]:  # noqa: ANN401 - any shape
    """Give a sentence, in the API's own words, for every rule of the model that `value` breaks."""
    return list(_problems(shape, value, path))


def _problems(shape: Shape, value: Any, path: str) -> Iterator[str]:  # noqa: ANN401 - any shape
    if isinstance(shape, StructureShape):
        yield from _structure_problems(shape, value, path)
        return
    if isinstance(shape, ListShape):
        for number, item in enumerate(value, start=1):
            yield from _problems(shape.member, item, f"{path}.{number}.member")
    for rule in _broken_rules(shape, value):
        yield f"Value '{_shown(value)}' at '{path}' failed to satisfy constraint: Member {rule}"


def _structure_problems(shape: StructureShape, value: dict[str, Any], path: str) -> Iterator[str]:
    prefix = f"{path}." if path else ""
    for name in shape.required_members:
        if name not in value:
            yield (
                f"Value null at '{prefix}{_camel(name)}' failed to satisfy constraint: "
                "Member must not be null"
            )
    for name, item in value.items():
        yield from _problems(shape.members[name], item, f"{prefix}{_camel(name)}")


def _broken_rules(shape: Shape, value: Any) -> Iterator[str]:  # noqa: ANN401 - any scalar or list
    limits = shape.metadata
    what, size = ("value", value) if isinstance(value, int) else ("length", _length(value))
    if "min" in limits and size < limits["min"]:
        yield f"must have {what} greater than or equal to {limits['min']}"
    if "max" in limits and size > limits["max"]:
        yield f"must have {what} less than or equal to {limits['max']}"
    if "enum" in limits and value not in limits["enum"]:
        yield f"must satisfy enum value set: [{', '.join(limits['enum'])}]"
    if "pattern" in limits and not _as_python(limits["pattern"]).fullmatch(value):
        yield f"must satisfy regular expression pattern: {limits['pattern']}"


@functools.cache
def _as_python(pattern: str) -> re.Pattern[str]:
    """Read a pattern of the model, whose Unicode classes Python's own come close to."""
    for java, python in CLASSES.items():
        pattern = pattern.replace(java, python)
    return re.compile(pattern)


def _length(value: str | list[Any]) -> int:
    return len(value)


def _camel(name: str) -> str:
    return name[0].lower() + name[1:]


def _shown(value: Any) -> str:  # noqa: ANN401 - any scalar or list
    text = str(value)
    longest = 100
    return text if len(text) <= longest else f"{text[:longest]}..."
