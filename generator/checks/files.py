"""Which templates there are to check: as they are committed, and as stack instances see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.checks.errors import ChecksError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def list_templates(folder: Path) -> list[Path]:
    """List the rendered templates of a folder, less the maps of sources.

    Raises:
        ChecksError: There is none: nothing to check is never a pass.
    """
    return _files(folder, "*.json", "python -m generator")


def list_resolved(folder: Path, templates: Sequence[Path]) -> list[Path]:
    """List the resolved templates below a folder.

    Raises:
        ChecksError: There is none, or none of one of the templates: several rules see what they
            guard in a resolved template only.
    """
    resolved = _files(folder, "**/*.json", "stacksets resolve")
    seen = {template_of(path) for path in resolved}
    unseen = [path.name for path in templates if path.stem not in seen]
    if unseen:
        raise ChecksError(
            f"{', '.join(unseen)} is not among the resolved templates; `stacksets resolve` adds it"
        )
    return resolved


def template_of(path: Path) -> str:
    """Read the template's name off `<template>.json` or `<template>.<account>.<region>.json`."""
    return path.name.split(".")[0]


def _files(folder: Path, pattern: str, maker: str) -> list[Path]:
    found = folder.glob(pattern)
    files = sorted(path for path in found if not path.name.endswith(".sources.json"))
    if not files:
        raise ChecksError(f"there is no template in {folder}; `{maker}` writes them")
    return files
