"""The shape of the tables: keys and types, told in words instead of pydantic's."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from stacksets.load.file import PATTERN_WORDS, TABLES, DeploymentFile, Tables
from stacksets.load.places import Misfit, find_nearest, find_value, tell_nearest, tell_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic_core import ErrorDetails

    from stacksets.load.places import Path

_TYPE_WORDS = {
    "bool_type": "true or false",
    "dict_type": "a table",
    "int_type": "a whole number",
    "list_type": "a list",
    "model_type": "a table",
    "string_type": "a string, in quotes",
}


def find_misshapen(document: Mapping[str, object]) -> tuple[Misfit, ...]:
    """List every unknown key and every value of a wrong type or form, all environments included."""
    try:
        DeploymentFile.model_validate(document)
    except ValidationError as error:
        return tuple(_misfit(detail) for detail in error.errors(include_url=False))
    return ()


def read_tables(document: Mapping[str, Any]) -> tuple[Tables, frozenset[Path]]:
    """Read the tables, leaving out what misfits, so that the rest can be looked at all the same.

    Returns:
        The tables, and the paths that were left out; also those that a misspelled key was meant
        for, which are then not missing.
    """
    left = deepcopy(dict(document))
    left_out: set[Path] = set()
    while True:
        try:
            return Tables.model_validate(left), frozenset(left_out)
        except ValidationError as error:
            details = error.errors(include_url=False)
        left_out |= {meant for detail in details for meant in _find_meant(left, detail)}
        paths = {_leaving_whole_lists(detail["loc"]) for detail in details}
        left_out |= paths
        for path in sorted(paths, key=len, reverse=True):
            _take_out(left, path)


def _find_meant(document: Any, detail: ErrorDetails) -> Iterator[Path]:  # noqa: ANN401 - as below
    *above, name = detail["loc"]
    if detail["type"] == "extra_forbidden":
        near = find_nearest(str(name), _known_keys((*above,)))
        if near and find_value(document, (*above, near)) is None:
            yield (*above, near)


def _leaving_whole_lists(path: Path) -> Path:
    """Leave out a list with its misfit, so that the numbers of its other items stay true."""
    return path[:-1] if isinstance(path[-1], int) else path


def _take_out(document: Any, path: Path) -> None:  # noqa: ANN401 - a TOML table or list
    holder = document
    for key in path[:-1]:
        holder = holder[key]
    del holder[path[-1]]


def _misfit(detail: ErrorDetails) -> Misfit:
    path = detail["loc"]
    if detail["type"] == "extra_forbidden":
        return Misfit(
            path=path,
            what="is not a known key",
            hint=tell_nearest(str(path[-1]), _known_keys(path[:-1])),
        )
    # A parameter may be a secret: its value is shown nowhere, not even when it misfits.
    told = "no string" if "parameters" in path[:-1] else tell_value(detail["input"])
    return Misfit(path=path, what=f"is {told}", hint=_expected(detail))


def _known_keys(holder: Path) -> tuple[str, ...]:
    inside = holder[2:] if holder[:1] == ("environments",) else holder
    if inside:
        return tuple(TABLES[str(inside[0])].model_fields)
    return tuple((Tables if holder else DeploymentFile).model_fields)


def _expected(detail: ErrorDetails) -> str:
    context = detail.get("ctx", {})
    match detail["type"]:
        case "string_pattern_mismatch":
            words = PATTERN_WORDS[context["pattern"]]
        case "literal_error":
            words = f"one of {context['expected']}"
        case "greater_than_equal":
            words = f"at least {context['ge']}"
        case "less_than_equal":
            words = f"at most {context['le']}"
        case "string_too_long":
            words = f"at most {context['max_length']} characters"
        case "string_too_short" | "too_short":
            words = "not empty"
        case other:
            words = _TYPE_WORDS.get(other, detail["msg"])
    return f"expected {words}"
