"""Whether the values that are given are those that the template asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.constraints import find_violations, has_unknown_pattern
from stacksets.definition import settle_definition
from stacksets.errors import Problem
from stacksets.parameter_values import declared_parameters, no_echo_parameters
from stacksets.preflight.case import Unchecked
from stacksets.same_named import find_apart

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stacksets.preflight.case import Case, Finding

_TABLE = "[stack_set.parameters]"


def check_parameters(case: Case) -> Iterator[Problem]:
    """Find parameters that the template does not have."""
    deployment = case.deployment
    declared = declared_parameters(deployment.template.content)
    for where, values in _given(case):
        for name in sorted(set(values) - set(declared)):
            yield Problem(
                where=f"{where} {name}",
                what=f"{deployment.template.path} has no such parameter",
                hint=f"it has {', '.join(sorted(declared)) or 'none'}",
                is_input=True,
            )


def check_values(case: Case) -> Iterator[Problem]:
    """Find parameters that have no value: what the template makes cannot be told without it."""
    deployment = case.deployment
    for name, spec in declared_parameters(deployment.template.content).items():
        if name not in deployment.parameters and "Default" not in spec:
            yield Problem(
                where=f"{_TABLE} {name}",
                what=f"{deployment.template.path} needs a value and has no default",
                hint=f'{name} = "…"',
                is_input=True,
            )


def check_constraints(case: Case) -> Iterator[Finding]:
    """Find values that the template's own constraints refuse; NoEcho values are never quoted."""
    content = case.deployment.template.content
    declared, hidden = declared_parameters(content), no_echo_parameters(content)
    unknown = [name for name, spec in declared.items() if has_unknown_pattern(spec)]
    if unknown:
        yield Unchecked(
            what=f"could not check the AllowedPattern of {', '.join(unknown)}: only AWS reads it"
        )
    for where, values in _given(case):
        for name, value in values.items():
            for violation in find_violations(declared.get(name, {}), value):
                said = "its value" if name in hidden else f'"{value}"'
                yield Problem(where=f"{where} {name}", what=f"{said} {violation}", is_input=True)


def check_bootstrap(case: Case) -> Iterator[Unchecked]:
    """Tell parameters whose values the file says otherwise for the bootstrap."""
    for said in find_apart(case.deployment):
        yield Unchecked(what=said)


def _given(case: Case) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Give each table of values with its name; kept values as they will be sent."""
    deployment = case.deployment
    settled = settle_definition(deployment, case.observed).parameters
    yield _TABLE, {name: settled[name] for name in deployment.parameters}
    for number, override in enumerate(deployment.overrides, 1):
        yield f"[[overrides]] {number}, parameters", override.parameters
