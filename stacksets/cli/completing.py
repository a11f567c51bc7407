"""What a shell offers as the value of a flag: read from files, and nothing where they are bad."""

from __future__ import annotations

import configparser
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import click

_PATTERN = set("*?[")
_AWS_FILES = (
    ("AWS_CONFIG_FILE", "~/.aws/config"),
    ("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
)
"""Where profiles stand (AWS SDKs and tools reference, "Shared config and credentials files")."""


def complete_environment(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Offer the environments that the deployment files name; a pattern names none."""
    found = {name for file in context.params.get("files") or () for name in _environments(file)}
    return [name for name in sorted(found) if name.startswith(incomplete)]


def complete_profile(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Offer the profiles of AWS's own two files."""
    found = set(_profiles(context.obj.world.environ))
    return [name for name in sorted(found) if name.startswith(incomplete)]


def _environments(file: Path) -> Iterator[str]:
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8")).get("environments")
    except (OSError, ValueError):
        return
    if isinstance(tables, dict):
        yield from (name for name in tables if not _PATTERN & set(name))


def _profiles(environ: Mapping[str, str]) -> Iterator[str]:
    """Give the names of the sections: `[profile NAME]` in one file, `[NAME]` in the other."""
    for variable, usual in _AWS_FILES:
        parser = configparser.RawConfigParser(strict=False)
        try:
            parser.read(Path(environ.get(variable, usual)).expanduser(), encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError):
            continue
        for section in parser.sections():
            kind, _, name = section.rpartition(" ")
            if kind in {"", "profile"}:
                yield name
