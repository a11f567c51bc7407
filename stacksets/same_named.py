"""Parameters of one name in the stack set's and in the bootstrap's template, whose values differ.

A bootstrap commonly allows what the stacks are given (a hosted zone, a key, a bucket), and nothing
but the name says so: a difference may be meant, and is no more than told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.model.desired import KeptValue
from stacksets.parameter_values import (
    declared_parameters,
    default_parameters,
    no_echo_parameters,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stacksets.model.desired import Bootstrap, Deployment


def find_apart(deployment: Deployment) -> Iterator[str]:
    """Say of each such parameter, in a sentence, which value stands where and what to do.

    A default of the bootstrap's template counts where it is empty; another one is the template's
    own choice. What is informational, or not known to this run, is left out.
    """
    bootstrap = deployment.bootstrap
    if bootstrap is None:
        return
    contents = (deployment.template.content, bootstrap.template.content)
    here, there = map(declared_parameters, contents)
    hidden = no_echo_parameters(*contents)
    for name in (one for one in here if one in there and one not in deployment.informational):
        given, theirs = _given(deployment, name), _theirs(bootstrap, name)
        if given and theirs is not None and theirs not in given:
            yield _tell(name, given, theirs, is_hidden=name in hidden)


def _given(deployment: Deployment, name: str) -> Mapping[str, str]:
    """Give the values that the file has for the stacks, each with its table; empty is none."""
    value = deployment.parameters.get(name)
    tables = [("[stack_set.parameters]", "" if isinstance(value, KeptValue) else value)]
    for number, override in enumerate(deployment.overrides, 1):
        tables.append((f"[[overrides]] {number}, parameters", override.parameters.get(name)))
    return {value: table for table, value in reversed(tables) if value}


def _theirs(bootstrap: Bootstrap, name: str) -> str | None:
    """Give the value for the bootstrap; None where it is not known, or the template's choice."""
    empty = "" if default_parameters(bootstrap.template.content).get(name) == "" else None
    value = bootstrap.parameters.get(name, empty)
    return None if isinstance(value, KeptValue) else value


def _tell(name: str, given: Mapping[str, str], theirs: str, *, is_hidden: bool) -> str:
    *_, (value, table) = given.items()
    ours = "has a value" if is_hidden else f'is "{value}"'
    other = "another one" if is_hidden else f'"{theirs}"'
    what = other if theirs else "none" if is_hidden else "empty"
    return (
        f"{name} {ours} in {table} and {what} in [bootstrap.parameters]: what the bootstrap makes "
        "may not be for these stacks. Say the same there, and `stacksets bootstrap` before a deploy"
    )
