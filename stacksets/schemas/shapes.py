"""Types as JSON Schema: typed dictionaries, nouns of the model, enumerations and what holds them.

Everything is strict: no unknown keys, and every key is there unless its type says otherwise.
"""

from __future__ import annotations

import ast
import inspect
import sys
import typing
from collections.abc import Mapping
from dataclasses import is_dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, NewType, NotRequired

from stacksets.model.plan import Step
from stacksets.plain import field_types

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Schema = dict[str, Any]
"""A JSON Schema; it may hold any JSON."""

_SCALARS = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    NoneType: "null",
}


class Shapes:
    """Makes schemas of types and keeps the named ones, in the order in which they are met.

    The keys of a `shared` type are not repeated in the types that extend it.
    """

    def __init__(self, *shared: type) -> None:
        self.named: dict[str, Schema] = {}
        self._shared = shared

    def schema(self, kind: Any) -> Schema:  # noqa: ANN401 - any type
        """Give the schema of a type: a reference where it has a name."""
        if kind is Any:
            return {}
        if kind in _SCALARS:
            return {"type": _SCALARS[kind]}
        if isinstance(kind, NewType):
            return self.schema(kind.__supertype__)
        if isinstance(kind, type) and (_is_record(kind) or issubclass(kind, StrEnum)):
            return self._reference(kind)
        return self._composed(typing.get_origin(kind), typing.get_args(kind))

    def _composed(self, origin: Any, arguments: tuple[Any, ...]) -> Schema:  # noqa: ANN401 - any type
        if origin is Annotated:
            return {**self.schema(arguments[0]), **dict(arguments[1:])}
        if origin is NotRequired:
            return self.schema(arguments[0])
        if origin is Literal:
            return {"const": arguments[0]} if len(arguments) == 1 else {"enum": list(arguments)}
        if origin in {typing.Union, UnionType}:
            return _any_of([self.schema(one) for one in arguments])
        if origin in {dict, Mapping}:
            names = {} if arguments[0] is str else {"propertyNames": self.schema(arguments[0])}
            return {"type": "object", **names, "additionalProperties": self.schema(arguments[1])}
        if origin in {list, tuple, frozenset}:
            return {"type": "array", "items": self.schema(arguments[0])}
        raise TypeError(f"{origin} has no schema")

    def _reference(self, kind: type) -> Schema:
        name = kind.__name__
        if name not in self.named:
            self.named[name] = {}
            self.named[name].update(self._definition(kind))
        return {"$ref": f"#/$defs/{name}"}

    def _definition(self, kind: type) -> Schema:
        description = {"description": _one_line(kind.__doc__ or "")}
        if issubclass(kind, StrEnum):
            return {**description, "enum": [one.value for one in kind]}
        if is_dataclass(kind):
            return {**description, **self._noun(kind)}
        return {**description, **self._dictionary(kind)}

    def _noun(self, kind: type) -> Schema:
        """Shape a noun of the model as `to_plain` writes it."""
        properties = {name: self.schema(one) for name, one in field_types(kind).items()}
        if kind in _steps():
            properties = {"kind": {"const": kind.__name__}, **properties}
        return _object(properties, properties)

    def _dictionary(self, kind: type) -> Schema:
        types = typing.get_type_hints(kind, include_extras=True)
        told = _told(kind)
        base = next((one for one in _ancestors(kind) if one in self._shared), None)
        inherited = typing.get_type_hints(base).keys() if base else ()
        properties = {
            name: {**self.schema(one), "description": told[name]}
            for name, one in types.items()
            if name not in inherited
        }
        needed: frozenset[str] = vars(kind)["__required_keys__"]
        made = _object(properties, [name for name in properties if name in needed])
        if base:
            del made["additionalProperties"]
            return {**made, "allOf": [self._reference(base)], "unevaluatedProperties": False}
        if kind in self._shared:
            del made["additionalProperties"]
        return made


def _is_record(kind: type) -> bool:
    return is_dataclass(kind) or typing.is_typeddict(kind)


def _steps() -> tuple[type, ...]:
    return typing.get_args(Step)


def _object(properties: Mapping[str, Schema], required: Iterable[str]) -> Schema:
    return {
        "type": "object",
        "required": list(required),
        "properties": dict(properties),
        "additionalProperties": False,
    }


def _any_of(schemas: list[Schema]) -> Schema:
    """Join alternatives; those that are nothing but a type become one list of types."""
    if all(one.keys() == {"type"} for one in schemas):
        return {"type": [one["type"] for one in schemas]}
    if all(one.keys() <= {"enum", "const"} for one in schemas):
        return {"enum": [value for one in schemas for value in one.get("enum", [one.get("const")])]}
    return {"anyOf": schemas}


def _bases(kind: type) -> Iterator[type]:
    """Give the typed dictionaries that one extends; Python 3.11 keeps them in the source only."""
    names = vars(sys.modules[kind.__module__])
    for one in _source(kind).bases:
        base = names[ast.unparse(one)]
        if typing.is_typeddict(base):
            yield base


def _ancestors(kind: type) -> Iterator[type]:
    for base in _bases(kind):
        yield base
        yield from _ancestors(base)


def _told(kind: type) -> dict[str, str]:
    """Give the docstring below each key of a typed dictionary, and of those that it extends."""
    told = {name: text for base in _bases(kind) for name, text in _told(base).items()}
    for key, text in pairwise(_source(kind).body):
        if isinstance(key, ast.AnnAssign) and isinstance(text, ast.Expr):
            told[ast.unparse(key.target)] = _one_line(ast.literal_eval(text.value))
    return told


@lru_cache
def _source(kind: type) -> ast.ClassDef:
    [tree] = ast.parse(inspect.getsource(kind)).body
    return typing.cast("ast.ClassDef", tree)


def _one_line(text: str) -> str:
    return " ".join(text.split())
