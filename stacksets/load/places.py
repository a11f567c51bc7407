"""Where a problem stands, as a path of keys, and how that is told to people."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from stacksets.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

Path = tuple[str | int, ...]

_ARRAYS = {"targets", "overrides"}
_INNER_TABLES = {"parameters", "tags"}
_TOLD_LENGTH = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """A problem whose place is still a path of keys and indexes into the laid-together tables."""

    path: Path
    what: str
    hint: str = ""

    def to_problem(self, path: Path | None = None) -> Problem:
        """Put the place in words; `path` is where it really stands in the file."""
        return Problem(where=tell_place(path or self.path), what=self.what, hint=self.hint)


def tell_place(path: Path) -> str:
    """Put a path as TOML writes it: `[[targets]] 2, accounts 1` or `[stack_set.tags], Author`."""
    above, inside = (path[:2], path[2:]) if path[0] == "environments" else ((), path)
    if not inside:
        return f"[{_dotted(above)}]"
    if inside[0] in _ARRAYS:
        rest = inside[1:]
        number = f" {rest[0] + 1}" if rest and isinstance(rest[0], int) else ""
        return f"[[{_dotted((*above, inside[0]))}]]{number}" + _tell_keys(rest[bool(number) :])
    depth = 2 if len(inside) > 2 and inside[1] in _INNER_TABLES else 1  # noqa: PLR2004 - table, table, key
    return f"[{_dotted((*above, *inside[:depth]))}]" + _tell_keys(inside[depth:])


def tell_value(value: object) -> str:
    """Show what was there, as TOML writes it and never longer than a short line."""
    match value:
        case bool():
            return str(value).lower()
        case dict():
            return "a table"
        case list():
            return f"a list of {len(value)}" if value else "an empty list"
        case str():
            shortened = value if len(value) <= _TOLD_LENGTH else f"{value[:_TOLD_LENGTH]}…"
            return f'"{shortened}"'
        case _:
            return str(value)[:_TOLD_LENGTH]


def find_nearest(name: str, known: Collection[str]) -> str | None:
    """Give what was probably meant."""
    return next(iter(get_close_matches(name, known, n=1)), None)


def tell_nearest(name: str, known: Collection[str]) -> str:
    """Name what was probably meant, else everything that would be known."""
    near = find_nearest(name, known)
    if near:
        return f'did you mean "{near}"?'
    return f"known here: {', '.join(known)}" if known else ""


def find_value(tables: Any, path: Path) -> object:  # noqa: ANN401 - a TOML table or list
    """Give what stands at a path, None where nothing does."""
    here = tables
    for key in path:
        try:
            here = here[key]
        except (KeyError, IndexError, TypeError):
            return None
    return here


def find_origin(overlay: Mapping[str, object], environment_key: str, path: Path) -> Path:
    """Tell where a value of the laid-together tables was written: in an environment or the base."""
    if find_value(overlay, path) is None:
        return path
    return ("environments", environment_key, *path)


def _dotted(keys: Path) -> str:
    return ".".join(_quoted(str(key)) for key in keys)


def _quoted(key: str) -> str:
    return key if key.replace("-", "").replace("_", "").isalnum() else f'"{key}"'


def _tell_keys(keys: Path) -> str:
    return "".join(f" {key + 1}" if isinstance(key, int) else f", {key}" for key in keys)
