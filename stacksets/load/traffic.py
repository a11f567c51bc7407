"""Whether [traffic] fits the template, and the rest of the file leaves its parameter alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.load.places import Misfit, tell_nearest
from stacksets.parameter_values import (
    as_text,
    declared_parameters,
    default_parameters,
    no_echo_parameters,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacksets.load.file import Tables, TrafficTable
    from stacksets.model.desired import Template

_LEAVE_IT = "leave it to `stacksets drain` and `stacksets undrain`"


def find_traffic_misfits(tables: Tables, template: Template | None) -> Iterator[Misfit]:
    """List what keeps the traffic parameter from doing what [traffic] says of it."""
    table = tables.traffic
    if table is None or template is None or table.parameter is None:
        return
    parameters = declared_parameters(template.content)
    if table.parameter not in parameters:
        yield Misfit(
            path=("traffic", "parameter"),
            what=f'"{table.parameter}" is no parameter of the template',
            hint=tell_nearest(table.parameter, tuple(parameters)),
        )
        return
    if table.parameter in no_echo_parameters(template.content):
        yield Misfit(
            path=("traffic", "parameter"),
            what=f'"{table.parameter}" is NoEcho: nobody could see what is drained',
        )
    default = default_parameters(template.content).get(table.parameter)
    yield from _value_misfits(table, default, parameters[table.parameter].get("AllowedValues"))
    yield from _given_elsewhere(tables, table.parameter)


def _value_misfits(table: TrafficTable, default: str | None, allowed: object) -> Iterator[Misfit]:
    if table.normal is not None and default != table.normal:
        told = "none" if default is None else f'"{default}"'
        yield Misfit(
            path=("traffic", "normal"),
            what=f'is "{table.normal}", the template\'s default is {told}',
            hint="a region that was never drained has the default",
        )
    if table.drained is not None and table.drained == table.normal:
        yield Misfit(
            path=("traffic", "drained"), what=f'is "{table.drained}", which is the normal value'
        )
    known = [str(as_text(one)) for one in allowed] if isinstance(allowed, list) else None
    for name in ("normal", "drained"):
        value = getattr(table, name)
        if known is not None and value is not None and value not in known:
            yield Misfit(
                path=("traffic", name),
                what=f'is "{value}", which the template does not allow',
                hint=f"one of {', '.join(known)}",
            )


def _given_elsewhere(tables: Tables, parameter: str) -> Iterator[Misfit]:
    what = "belongs to operations: [traffic] names it"
    if tables.stack_set and parameter in (tables.stack_set.parameters or {}):
        yield Misfit(path=("stack_set", "parameters", parameter), what=what, hint=_LEAVE_IT)
    for index, override in enumerate(tables.overrides or ()):
        if parameter in (override.parameters or {}):
            path = ("overrides", index, "parameters", parameter)
            yield Misfit(path=path, what=what, hint=_LEAVE_IT)
    unique = (tables.stack_set and tables.stack_set.unique_across_accounts) or []
    if parameter in unique:
        yield Misfit(
            path=("stack_set", "unique_across_accounts", unique.index(parameter)),
            what=f'"{parameter}" has the same value in all accounts: [traffic] names it',
            hint="leave it out",
        )
