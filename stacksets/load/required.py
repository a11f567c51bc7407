"""What a deployment cannot do without, once the environment is laid over the base."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.load.environments import DEFAULT_ENVIRONMENT
from stacksets.load.places import Misfit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacksets.load.file import Table, Tables
    from stacksets.load.places import Path


def find_missing(tables: Tables, *, environment: str) -> Iterator[Misfit]:
    """List the tables and keys that are missing."""
    for path, table, keys in _required(tables):
        for key in keys:
            if getattr(table, key, None) is None:
                yield Misfit(path=(*path, key), what="is missing")
    for index, group in enumerate(tables.targets or ()):
        if not group.accounts and not group.organizational_units:
            yield Misfit(
                path=("targets", index), what="names neither accounts nor organizational_units"
            )
    if not tables.targets:
        yield Misfit(path=("targets",), what="is missing", hint="accounts and regions to deploy to")
    yield from _missing_admin_account(tables, environment)


def _required(tables: Tables) -> Iterator[tuple[Path, Table | None, tuple[str, ...]]]:
    yield ("stack_set",), tables.stack_set, ("name", "template", "home_region")
    for index, group in enumerate(tables.targets or ()):
        yield ("targets", index), group, ("regions",)
    for index, override in enumerate(tables.overrides or ()):
        yield ("overrides", index), override, ("parameters",)
    if tables.bootstrap:
        yield ("bootstrap",), tables.bootstrap, ("stack_name", "template")
    if tables.smoke:
        yield ("smoke",), tables.smoke, ("output", "path")
    if tables.traffic:
        yield ("traffic",), tables.traffic, ("parameter", "normal", "drained")


def _missing_admin_account(tables: Tables, environment: str) -> Iterator[Misfit]:
    given = tables.stack_set and tables.stack_set.admin_account
    if environment != DEFAULT_ENVIRONMENT and not given:
        yield Misfit(
            path=("stack_set", "admin_account"),
            what=f"is missing, and the environment is {environment}",
            hint=f"outside {DEFAULT_ENVIRONMENT} the file names the account, "
            "so that other credentials are refused",
        )
