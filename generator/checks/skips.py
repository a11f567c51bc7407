"""The scanners' checks that a template skips beside its resources, read as the scanners do."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from generator.metadata import CFN_LINT, CHECKOV, Skip

if TYPE_CHECKING:
    from collections.abc import Iterator

# Each beside the logical id of its resource.
Skips = list[tuple[str, Skip]]


def read_skips(template: dict[str, Any]) -> Skips:
    """Give each skip with the logical id that it stands beside; a missing reason is empty."""
    resources = template["Resources"].items()
    return [
        (title, skip)
        for title, resource in resources
        for skip in _skips_of(resource.get("Metadata", {}))
    ]


def without_skips(template: dict[str, Any]) -> dict[str, Any]:
    """Give a copy in which scanners find all that there is to find."""
    bare = copy.deepcopy(template)
    for resource in bare["Resources"].values():
        for scanner in (CHECKOV, CFN_LINT):
            resource.get("Metadata", {}).pop(scanner, None)
    return bare


def _skips_of(metadata: dict[str, Any]) -> Iterator[Skip]:
    for one in metadata.get(CHECKOV, {}).get("skip", ()):
        yield Skip(one["id"], one.get("comment", ""))
    said = metadata.get(CFN_LINT, {})
    for check in said.get("config", {}).get("ignore_checks", ()):
        yield Skip(check, said.get("why", {}).get(check, ""))
