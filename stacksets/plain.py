"""Nouns of the model as plain JSON values, and back: every field by its declared type, strictly.

A Step is written with its `kind`, the name of its class. Sets are sorted, so that the same noun
gives the same bytes.
"""

from __future__ import annotations

import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import StrEnum
from functools import lru_cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, NewType

from stacksets import effective, plan
from stacksets.model import desired, observed
from stacksets.model import plan as planned
from stacksets.model.plan import Step

if TYPE_CHECKING:
    from collections.abc import Sequence

_MODULES = (plan, effective, desired, observed, planned)
_NAMES = {
    **{name: noun for module in _MODULES for name, noun in vars(module).items()},
    "Mapping": Mapping,
}
"""What the annotations of the model name: the model imports its types for type checkers only."""

_SCALARS = {str, int, bool}
"""By far the most of a plan of ten thousand instances."""


class NotPlainError(ValueError):
    """A value is not of its declared type; the message says where and what was expected."""


def to_plain(value: object) -> Any:  # noqa: ANN401 - any JSON value
    """Give a noun of the model as what `json` writes."""
    if value is None or type(value) in _SCALARS:
        return value
    if is_dataclass(value) and not isinstance(value, type):
        kind = {"kind": type(value).__name__} if isinstance(value, Step) else {}
        return kind | {one.name: to_plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {name: to_plain(inner) for name, inner in value.items()}
    if isinstance(value, frozenset):
        return sorted(to_plain(one) for one in value)
    if isinstance(value, tuple):
        return [to_plain(one) for one in value]
    if isinstance(value, StrEnum):
        return value.value
    raise TypeError(f"{type(value).__name__} has no plain form")


def from_plain(kind: Any, value: object, where: str = "") -> Any:  # noqa: ANN401 - what `kind` says
    """Give back what `to_plain` was given.

    Args:
        kind: the declared type: a dataclass, an enum, a NewType, a container of them, a scalar.
        value: what `json` has read.
        where: the path to the value, for messages.

    Raises:
        NotPlainError: the value is not of that type.
    """
    if isinstance(kind, NewType):
        return from_plain(kind.__supertype__, value, where)
    if typing.get_origin(kind) in {typing.Union, UnionType}:
        return _one_of(typing.get_args(kind), value, where)
    if is_dataclass(kind):
        return _dataclass(kind, value, where)
    if origin := typing.get_origin(kind):
        return _container(origin, typing.get_args(kind), value, where)
    if issubclass(kind, StrEnum):
        return _enum(kind, value, where)
    # pylint: disable-next=unidiomatic-typecheck # true is an int to Python
    if type(value) is not kind:
        raise NotPlainError(f"{where}: expected {kind.__name__}, found {_found(value)}")
    return value


@lru_cache
def field_types(kind: type) -> dict[str, Any]:
    """Give the declared type of every field of a noun."""
    return typing.get_type_hints(kind, localns=_NAMES)


def _dataclass(kind: Any, value: object, where: str) -> Any:  # noqa: ANN401 - what `kind` says
    there = _mapping(value, where)
    hints = field_types(kind)
    wrong = sorted(there.keys() ^ hints.keys())
    if wrong:
        raise NotPlainError(f"{where}: {', '.join(wrong)} missing or unknown")
    return kind(**{name: from_plain(hints[name], there[name], f"{where}.{name}") for name in hints})


def _one_of(kinds: Sequence[Any], value: object, where: str) -> object:
    """Choose None by the value, a step by its `kind`, anything else as the only one left."""
    if value is None and NoneType in kinds:
        return None
    left = [one for one in kinds if one is not NoneType]
    if len(left) == 1:
        return from_plain(left[0], value, where)
    there = dict(_mapping(value, where))
    name = there.pop("kind", None)
    chosen = [one for one in left if one.__name__ == name]
    if not chosen:
        raise NotPlainError(f"{where}: unknown kind {_found(name)}")
    return from_plain(chosen[0], there, where)


def _container(origin: type, arguments: Sequence[Any], value: object, where: str) -> object:
    if origin is Mapping:
        return {
            name: from_plain(arguments[1], inner, f"{where}.{name}")
            for name, inner in _mapping(value, where).items()
        }
    if not isinstance(value, list):
        raise NotPlainError(f"{where}: expected a list, found {_found(value)}")
    return origin(
        from_plain(arguments[0], one, f"{where}[{place}]") for place, one in enumerate(value)
    )


def _enum(kind: type[StrEnum], value: object, where: str) -> StrEnum:
    for one in kind:
        if one.value == value:
            return one
    raise NotPlainError(f"{where}: unknown {kind.__name__} {_found(value)}")


def _mapping(value: object, where: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise NotPlainError(f"{where}: expected a mapping, found {_found(value)}")
    return value


def _found(value: object) -> str:
    return repr(value)[:40]
