"""What differs between two JSON-like values, place by place."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeGuard

from stacksets.model.plan import Difference

if TYPE_CHECKING:
    from collections.abc import Iterator

MASK: Final = "****"
"""Stands for a value that must be shown nowhere."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """A value that is compared like any other and shown as `MASK`."""

    value: object


def find_differences(observed: object, desired: object, path: str) -> tuple[Difference, ...]:
    """List the smallest places that differ, in the order in which the desired value names them.

    Lists are compared entry by entry between their common beginning and their common end. An
    intrinsic function whose argument is short (Ref, GetAtt, Sub) is one place, in its short form.
    """
    return tuple(_walk(observed, desired, path))


def _walk(observed: object, desired: object, path: str) -> Iterator[Difference]:
    if _is_equal(observed, desired):
        return
    if (
        isinstance(observed, Mapping)
        and isinstance(desired, Mapping)
        and _is_alike(observed, desired)
    ):
        yield from _walk_mapping(observed, desired, path)
    elif _is_list(observed) and _is_list(desired):
        yield from _walk_list(observed, desired, path)
    else:
        yield _differ(path, observed, desired)


def _walk_mapping(
    observed: Mapping[object, object], desired: Mapping[object, object], path: str
) -> Iterator[Difference]:
    for name in dict.fromkeys([*desired, *observed]):
        here = f"{path}.{name}"
        if name not in observed:
            yield Difference(path=here, observed=None, desired=_as_words(desired[name]))
        elif name not in desired:
            yield Difference(path=here, observed=_as_words(observed[name]), desired=None)
        else:
            yield from _walk(observed[name], desired[name], here)


def _walk_list(
    observed: Sequence[object], desired: Sequence[object], path: str
) -> Iterator[Difference]:
    """Compare between the common ends; what is left over there was added or taken out."""
    start = _common(observed, desired)
    end = _common(observed[start:][::-1], desired[start:][::-1])
    was, shall = observed[start : len(observed) - end], desired[start : len(desired) - end]
    both = min(len(was), len(shall))
    for place in range(both):
        yield from _walk(was[place], shall[place], f"{path}[{start + place}]")
    for place, value in enumerate(shall[both:], start + both):
        yield Difference(path=f"{path}[{place}]", observed=None, desired=_as_words(value))
    for place, value in enumerate(was[both:], start + both):
        yield Difference(path=f"{path}[{place}]", observed=_as_words(value), desired=None)


def _common(one: Sequence[object], other: Sequence[object]) -> int:
    """Count the entries that both begin with."""
    pairs = zip(one, other, strict=False)
    return next(
        (place for place, pair in enumerate(pairs) if not _is_equal(*pair)),
        min(len(one), len(other)),
    )


def _is_equal(one: object, other: object) -> bool:
    """Compare as JSON does: true is not 1, which it is to Python."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_is_equal(one[key], other[key]) for key in one)
    if _is_list(one) and _is_list(other):
        return len(one) == len(other) and all(map(_is_equal, one, other))
    return isinstance(one, bool) is isinstance(other, bool) and one == other


def _is_list(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _is_alike(observed: object, desired: object) -> bool:
    """Tell whether two mappings are compared inside: both plain, or both the same long function."""
    return _function(observed) == _function(desired) and not (
        _short_form(observed) or _short_form(desired)
    )


def _function(value: object) -> str | None:
    """Name the intrinsic function that a value is, None where it is plain."""
    if not isinstance(value, Mapping) or len(value) != 1:
        return None
    name = str(next(iter(value)))
    return name if name == "Ref" or name.startswith("Fn::") else None


def _short_form(value: object) -> str | None:
    """Give an intrinsic function with a short argument as templates in YAML write it, else None."""
    name = _function(value)
    if name is None or not isinstance(value, Mapping):
        return None
    match value[name]:
        case str() as text:
            return f"!{name.removeprefix('Fn::')} {text}"
        case [str() as resource, str() as attribute] if name == "Fn::GetAtt":
            return f"!GetAtt {resource}.{attribute}"
        case _:
            return None


def _differ(path: str, observed: object, desired: object) -> Difference:
    was, shall = _as_words(observed), _as_words(desired)
    if was == shall != MASK:
        was, shall = json.dumps(observed), json.dumps(desired)
    return Difference(
        path=path,
        observed=None if observed is None else was,
        desired=None if desired is None else shall,
    )


def _as_words(value: object) -> str:
    """Give a value whole, on one line."""
    words = _readable(value)
    if isinstance(words, str) and words.isprintable():
        return words
    return json.dumps(words, ensure_ascii=False)


def _readable(value: object) -> object:
    """Put short forms for intrinsic functions, and the mask for what is hidden."""
    if isinstance(value, Hidden):
        return MASK
    if isinstance(value, Mapping):
        short = _short_form(value)
        return short or {name: _readable(inner) for name, inner in value.items()}
    return [_readable(one) for one in value] if _is_list(value) else value
