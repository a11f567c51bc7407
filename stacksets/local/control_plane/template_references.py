"""What a template's resources, outputs and conditions name of one another.

Source: user guide, intrinsic-function-reference and pseudo-parameter-reference. What is named by
a function of other functions is not known here, and left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

PSEUDO_PARAMETERS: Final = frozenset(
    f"AWS::{name}"
    for name in [
        "AccountId",
        "NotificationARNs",
        "NoValue",
        "Partition",
        "Region",
        "StackId",
        "StackName",
        "URLSuffix",
    ]
)
_VARIABLE: Final = re.compile(r"\$\{([^!{}][^{}]*)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A name of something in the same template, and where it stands.

    Only a resource has attributes and can be waited for: `needs_resource`.
    """

    name: str
    by: str
    needs_resource: bool = False


def references_of(member: Mapping[str, Any]) -> Iterator[Reference]:
    """Give what a resource or an output names, pseudo parameters left out."""
    waits_for = member.get("DependsOn") or ()
    for name in [waits_for] if isinstance(waits_for, str) else waits_for:
        yield Reference(name=str(name), by="DependsOn", needs_resource=True)
    for key in ("Properties", "Value", "Export"):
        for found in _references(member.get(key)):
            if found.name not in PSEUDO_PARAMETERS:
                yield found


def conditions_of(node: object) -> Iterator[str]:
    """Give the conditions that a resource, an output or a condition names."""
    match node:
        case {"Fn::If": [str() as name, *branches], **others} if not others:
            yield name
            yield from conditions_of(branches)
        case {"Condition": str() as name, **others}:
            yield name
            yield from conditions_of(others)
        case Mapping():
            yield from conditions_of(list(node.values()))
        case list():
            for inner in node:
                yield from conditions_of(inner)
        case _:
            pass


def _references(node: object) -> Iterator[Reference]:
    match node:
        case {"Ref": str() as name, **others} if not others:
            yield Reference(name=name, by="Ref")
        case {"Fn::GetAtt": (str() as path) | [str() as path, *_], **others} if not others:
            yield _attribute(path, "instance of Fn::GetAtt")
        case {"Fn::Sub": str() as text, **others} if not others:
            yield from _variables(text, {})
        case {"Fn::Sub": [str() as text, Mapping() as given], **others} if not others:
            yield from _variables(text, given)
            yield from _references(list(given.values()))
        case Mapping():
            yield from _references(list(node.values()))
        case list():
            for inner in node:
                yield from _references(inner)
        case _:
            pass


def _variables(text: str, given: Mapping[str, object]) -> Iterator[Reference]:
    for found in _VARIABLE.findall(text):
        name = found.strip()
        if name not in given:
            is_plain = "." not in name
            yield Reference(name=name, by="Fn::Sub") if is_plain else _attribute(name, "Fn::Sub")


def _attribute(path: str, by: str) -> Reference:
    return Reference(name=path.partition(".")[0], by=by, needs_resource=True)
