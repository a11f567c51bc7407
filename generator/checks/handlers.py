"""`python -m generator.checks.handlers`: what CloudFormation's handlers call, as cfn-lint knows it.

Each resource type has a schema in the CloudFormation registry, which says what its handlers need to
be allowed. cfn-lint ships the schemas; the part that our execution role is derived from stands in
`generator/bootstrap/handlers.json`, so that rendering needs no cfn-lint and a change of AWS's is
reviewed as a difference.

Exit codes: 0 written, 2 wrong usage, 3 a type is unknown.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from cfnlint.schema import (  # type: ignore[import-untyped]
    PROVIDER_SCHEMA_MANAGER,
    ResourceNotFoundError,
)

from generator.bootstrap.handlers import HANDLERS, handled_types
from generator.checks.errors import ChecksError
from generator.settings import HOME_REGION

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def main(words: Sequence[str] | None = None) -> int:
    """Write the extract anew, for the types that it has and those that are named."""
    parser = argparse.ArgumentParser(prog="python -m generator.checks.handlers")
    parser.add_argument("types", nargs="*", help="types to add, such as AWS::SNS::Topic")
    parser.add_argument("--to", type=Path, default=HANDLERS)
    options = parser.parse_args(words)
    try:
        extract = extract_handlers({*handled_types(), *options.types})
    except ChecksError as error:
        sys.stderr.write(f"error: {error}\n")
        return 3
    options.to.write_text(json.dumps(extract, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"handlers  {options.to}  {len(extract['types'])} types\n")
    return 0


class Extract(TypedDict):
    """The file: where it comes from, and the actions by handler and type."""

    source: str
    types: dict[str, dict[str, list[str]]]


def extract_handlers(types: Iterable[str]) -> Extract:
    """Give the permissions of each type's handlers, and where they come from.

    Raises:
        ChecksError: cfn-lint has no schema of a type, or the schema does not say what it calls.
    """
    return {
        "source": f"cfn-lint {importlib.metadata.version('cfn-lint')}, {HOME_REGION}",
        "types": {name: _handlers_of(name) for name in sorted(types)},
    }


def _handlers_of(name: str) -> dict[str, list[str]]:
    try:
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(HOME_REGION, name).schema
    except ResourceNotFoundError as error:
        raise ChecksError(f"cfn-lint knows no type {name} in {HOME_REGION}") from error
    said = schema.get("handlers", {})
    if not said:
        raise ChecksError(f"the schema of {name} does not say what its handlers call")
    found = {handler: set(one["permissions"]) for handler, one in said.items()}
    # A change of tags is an update, also where the update handler forgets to say so.
    tagging = set((schema.get("tagging") or {}).get("permissions", ()))
    if tagging:
        found["update"] = found.get("update", set()) | tagging
    return {handler: sorted(found[handler]) for handler in sorted(found)}


if __name__ == "__main__":
    sys.exit(main())
