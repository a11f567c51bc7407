"""What differs between two JSON-like values, place by place."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeGuard

from stacksets.model.plan import Difference

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST = 120


def find_differences(observed: object, desired: object, path: str) -> tuple[Difference, ...]:
    """List the smallest places that differ, in the order in which the desired value names them.

    Lists of equal length are compared entry by entry, others as a whole.
    """
    return tuple(_walk(observed, desired, path))


def _walk(observed: object, desired: object, path: str) -> Iterator[Difference]:
    if isinstance(observed, Mapping) and isinstance(desired, Mapping):
        for name in dict.fromkeys([*desired, *observed]):
            here = f"{path}.{name}"
            if name not in observed:
                yield Difference(path=here, observed=None, desired=_as_words(desired[name]))
            elif name not in desired:
                yield Difference(path=here, observed=_as_words(observed[name]), desired=None)
            else:
                yield from _walk(observed[name], desired[name], here)
    elif _is_list(observed) and _is_list(desired) and len(observed) == len(desired):
        for place, (one, other) in enumerate(zip(observed, desired, strict=True)):
            yield from _walk(one, other, f"{path}[{place}]")
    elif observed != desired:
        yield Difference(path=path, observed=_as_words(observed), desired=_as_words(desired))


def _is_list(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _as_words(value: object) -> str:
    """Give a value as one short line."""
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
