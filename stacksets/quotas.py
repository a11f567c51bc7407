"""The quotas of CloudFormation that a template alone can exceed.

Source: CloudFormation user guide, cloudformation-limits.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacksets.model.desired import Template

_MOST_ENTRIES: Final = {"Parameters": 200, "Mappings": 200, "Resources": 500, "Outputs": 200}
_MOST_ATTRIBUTES: Final = 200
_LONGEST_DESCRIPTION: Final = 1024
_LONGEST_NAME: Final = 255
_NAMED: Final = ("Parameters", "Mappings", "Resources", "Outputs")
_MOST_DYNAMIC_REFERENCES: Final = 60
_DYNAMIC_REFERENCE: Final = re.compile(r"\{\{resolve:")


def find_excesses(template: Template) -> Iterator[str]:
    """List what the template has too much of, a sentence each; its size in bytes aside."""
    content = template.content
    for section, most in _MOST_ENTRIES.items():
        yield from _too_many(f"{section}", len(_section(content, section)), most)
    for name, mapping in _section(content, "Mappings").items():
        for key, attributes in _items(mapping):
            count = len(_items(attributes))
            yield from _too_many(f"attributes in Mappings {name}.{key}", count, _MOST_ATTRIBUTES)
    description = content.get("Description")
    if isinstance(description, str) and len(description.encode()) > _LONGEST_DESCRIPTION:
        size = len(description.encode())
        yield f"a Description of {size:,} bytes, AWS takes at most {_LONGEST_DESCRIPTION:,}"
    for section in _NAMED:
        for name in _section(content, section):
            if len(name) > _LONGEST_NAME:
                yield f"a name of {len(name)} characters in {section}, AWS takes {_LONGEST_NAME}"
    references = len(_DYNAMIC_REFERENCE.findall(template.body))
    yield from _too_many("dynamic references", references, _MOST_DYNAMIC_REFERENCES)


def _too_many(what: str, count: int, most: int) -> Iterator[str]:
    if count > most:
        yield f"{count} {what}, AWS takes at most {most}"


def _section(content: Mapping[str, object], name: str) -> Mapping[str, object]:
    section = content.get(name)
    return section if isinstance(section, Mapping) else {}


def _items(value: object) -> list[tuple[str, object]]:
    return list(value.items()) if isinstance(value, Mapping) else []
