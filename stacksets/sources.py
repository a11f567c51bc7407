"""Where a resource of a template comes from: the code that made it, or its line in the text.

A generator may write a map beside its template, `<stem>.sources.json` (`sources.schema.json` has
its form): the module and function that made each resource. The map is no part of the template, so
an edit of the generator starts no operation; it is read only to explain, and whatever is wrong with
it costs the explanation alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import yaml

from stacksets.model.outcome import GeneratedBy, WrittenAt

if TYPE_CHECKING:
    from stacksets.model.desired import Template
    from stacksets.model.outcome import Source

_STACK: Final = "AWS::CloudFormation::Stack"
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def find_source(
    template: Template, logical_id: str, resource_type: str, nested_in: tuple[str, ...] = ()
) -> Source | None:
    """Give where a resource comes from; None for one that the template does not have.

    The type has to agree: what failed may be of another template than this one. Of a resource in
    nested stacks it is the outermost of them, which is all that this template says of it.
    """
    if nested_in:
        return find_source(template, nested_in[0], _STACK)
    resources = template.content.get("Resources")
    resource = resources.get(logical_id) if isinstance(resources, Mapping) else None
    if not isinstance(resource, Mapping) or resource.get("Type") != resource_type:
        return None
    made_by = read_sources(Path(template.path)).get(logical_id)
    line = _lines(template.body).get(logical_id)
    written = None if line is None else WrittenAt(path=template.path, line=line)
    return made_by or written


def read_sources(template: Path) -> Mapping[str, GeneratedBy]:
    """Read the map beside a template, by logical id; empty where there is none that can be read."""
    try:
        document = json.loads(template.with_suffix(".sources.json").read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    entries = document.get("resources") if isinstance(document, dict) else None
    return dict(_entries(entries)) if isinstance(entries, dict) else {}


def _entries(entries: Mapping[str, object]) -> Iterator[tuple[str, GeneratedBy]]:
    for logical_id, entry in entries.items():
        match entry:
            case {"module": str() as module, "function": str() as function}:
                yield logical_id, GeneratedBy(module=module, function=function)
            case _:
                continue


@lru_cache(maxsize=8)
def _lines(body: str) -> Mapping[str, int]:
    """Find the line of each resource; JSON is read as the YAML that it is.

    Tabs, which JSON allows between its signs and YAML does not, do not move a line.
    """
    try:
        root = yaml.compose(body.replace("\t", " "), Loader=_LOADER)
    except (yaml.YAMLError, RecursionError):
        return {}
    resources = _members(root).get("Resources")
    return {} if resources is None else _starts(resources[1])


def _starts(node: yaml.Node) -> dict[str, int]:
    return {name: key.start_mark.line + 1 for name, (key, _) in _members(node).items()}


def _members(node: yaml.Node | None) -> dict[str, tuple[yaml.Node, yaml.Node]]:
    """Give the members of a mapping by name, each with its key's node and its value's."""
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {str(key.value): (key, value) for key, value in node.value}
