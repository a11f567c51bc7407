"""What a type alone does not say of a value."""

from __future__ import annotations

from typing import NamedTuple


class Keyword(NamedTuple):
    """A keyword of JSON Schema with its value, for the annotation of a type."""

    name: str
    value: str | tuple[str, ...]
