"""Which environment is deployed, and its tables laid over the base."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from stacksets.errors import Problem
from stacksets.load.places import tell_nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_ENVIRONMENT = "dev"

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_UNSAID = "default"
_EXCLUSIVE = ("max_concurrent", "failure_tolerance")


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """An environment: its name, where the name came from, its table's key and the table.

    `problem` says why there is no such environment; `key` and `tables` are empty then.
    `is_asked_for` tells that the name was given, by a flag or a variable, which is then wrong.
    """

    name: str
    source: str
    key: str = ""
    tables: Mapping[str, Any] = field(default_factory=dict)
    problem: Problem | None = None

    @property
    def is_asked_for(self) -> bool:
        """Tell whether a flag or a variable names the environment."""
        return self.source != _UNSAID


def choose_environment(
    tables: Mapping[str, Any], *, asked: str | None, environ: Mapping[str, str]
) -> Environment:
    """Take `--environment`, else ENVIRONMENT_SUFFIX, else dev, and find its table.

    A table of exactly that name wins over a pattern such as "pr-*", the first pattern over others.
    """
    name, source = _name_and_source(asked, environ)
    keys = [name] if name in tables else [key for key in tables if fnmatchcase(name, key)]
    if keys and _NAME.fullmatch(name):
        table = tables[keys[0]]
        laid = table if isinstance(table, dict) else {}
        return Environment(name=name, source=source, key=keys[0], tables=laid)
    return Environment(name=name, source=source, problem=_problem(name, source, tables))


def lay_over(base: Mapping[str, Any], overlay: Mapping[str, Any]) -> dict[str, Any]:
    """Lay an environment's tables over the base: tables key by key, lists as a whole.

    A count replaces a percentage of the same thing and the other way round.
    """
    laid = dict(base)
    for key, value in overlay.items():
        below = laid.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            laid[key] = lay_over(_without_twins(below, value), value)
        else:
            laid[key] = value
    return laid


def _name_and_source(asked: str | None, environ: Mapping[str, str]) -> tuple[str, str]:
    if asked is not None:
        return asked, "--environment"
    if environ.get("ENVIRONMENT_SUFFIX"):
        return environ["ENVIRONMENT_SUFFIX"], "ENVIRONMENT_SUFFIX"
    return DEFAULT_ENVIRONMENT, _UNSAID


def _problem(name: str, source: str, tables: Mapping[str, Any]) -> Problem:
    if not _NAME.fullmatch(name):
        return Problem(
            where=source,
            what=f'is "{name}"',
            hint="expected a letter, then letters, digits and hyphens",
        )
    return Problem(
        where="[environments]" if source == _UNSAID else source,
        what=f'"{name}" has no table [environments.{name}]',
        hint=tell_nearest(name, tuple(tables)) or "add it, empty if nothing differs",
    )


def _without_twins(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    twins = {f"{stem}_{kind}" for stem in _EXCLUSIVE for kind in ("count", "percentage")}
    replaced = {
        key
        for key in twins & set(below)
        if key not in above and any(key != other and _stem(key) == _stem(other) for other in above)
    }
    return {key: value for key, value in below.items() if key not in replaced}


def _stem(key: str) -> str:
    return key.rpartition("_")[0]
