"""`{environment}`, `{repository}`, `{author}` and `{admin_account}` in the strings of the file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stacksets.load.places import Misfit, tell_nearest
from stacksets.model.desired import KeptValue

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stacksets.load.places import Path

UNKNOWN = "unknown"
"""What a first deploy says where a variable is unset."""

_VARIABLES = {"repository": "REPOSITORY", "author": "COMMIT_AUTHOR"}
_VALUE_TABLES = {
    ("stack_set", "parameters"),
    ("stack_set", "tags"),
    ("bootstrap", "parameters"),
    ("bootstrap", "tags"),
}
_PLACEHOLDER = re.compile(r"\{\s*([A-Za-z_]\w*)\s*\}")
_EXACT = re.compile(r"\{(environment|repository|author)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Placeholders:
    """What the placeholders stand for in this run; a value of None is not known."""

    environment: str
    repository: str | None
    author: str | None

    def fill(self, text: str) -> str | KeptValue:
        """Fill a string; one that needs a value which is not known becomes a kept value."""
        values = {"repository": self.repository, "author": self.author}
        values["environment"] = self.environment
        filled = _EXACT.sub(lambda found: values[found[1]] or UNKNOWN, text)
        if any(values[name] is None for name in _EXACT.findall(text)):
            return KeptValue(fallback=filled)
        return filled

    def fill_all(self, value: Any) -> Any:  # noqa: ANN401 - any TOML value, the same kind back
        """Fill every string of a table or list, kept values by their fallback."""
        match value:
            case str():
                filled = self.fill(value)
                return filled.fallback if isinstance(filled, KeptValue) else filled
            case dict():
                return {key: self.fill_all(inner) for key, inner in value.items()}
            case list():
                return [self.fill_all(inner) for inner in value]
            case _:
                return value


def read_placeholders(environment: str, environ: Mapping[str, str]) -> Placeholders:
    """Take `{repository}` from REPOSITORY and `{author}` from COMMIT_AUTHOR; empty is unset."""
    return Placeholders(
        environment=environment,
        repository=environ.get(_VARIABLES["repository"]) or None,
        author=environ.get(_VARIABLES["author"]) or None,
    )


def find_wrong_placeholders(document: Mapping[str, object]) -> Iterator[Misfit]:
    """List placeholders that are not known, or not in a place that can hold them."""
    for path, text in _strings(document, ()):
        allowed = tuple(f"{{{name}}}" for name in _allowed_at(path))
        for found in _PLACEHOLDER.finditer(text):
            if found[0] not in allowed:
                yield Misfit(
                    path=path,
                    what=f"the placeholder {found[0]} means nothing here",
                    hint=tell_nearest(found[0], allowed),
                )


def _strings(value: object, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _strings(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _strings(inner, (*path, index))


def _allowed_at(path: Path) -> tuple[str, ...]:
    """Tell which placeholders a place may hold.

    A value that may be unknown can only stand where the deployed one can be kept; the administrator
    account is known only once the caller is, so it stands where `Deployment.bound_to` puts it.
    """
    inside = path[2:] if path[:1] == ("environments",) else path
    if inside[:2] in _VALUE_TABLES:
        return ("environment", "repository", "author", "admin_account")
    if inside == ("stack_set", "administration_role_arn"):
        return ("environment", "admin_account")
    if inside == ("smoke", "body"):
        return ("environment", "region", "account")
    return ("environment",)
