"""Whether the bootstrap template takes the values that it would get, before anything is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.constraints import find_violations
from stacksets.errors import NotReadyError, Problem
from stacksets.load.values import MAX_PARAMETER_BYTES
from stacksets.parameter_values import declared_parameters, no_echo_parameters
from stacksets.quotas import find_excesses

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stacksets.bootstrap.stack import Job


def refuse_unfit(job: Job, parameters: Mapping[str, str]) -> None:
    """Stop where CloudFormation would refuse the template or a value.

    Raises:
        NotReadyError: with every problem; NoEcho values are not quoted.
    """
    problems = tuple(_find_problems(job, parameters))
    if problems:
        raise NotReadyError(
            f"The bootstrap template does not fit {job.key}",
            hint="mend [bootstrap] of the deployment file, or its template",
            problems=problems,
        )


def _find_problems(job: Job, parameters: Mapping[str, str]) -> Iterator[Problem]:
    template = job.bootstrap.template
    hidden = no_echo_parameters(template.content)
    for excess in find_excesses(template):
        yield Problem(where=template.path, what=excess, hint="split the template")
    for name, spec in declared_parameters(template.content).items():
        where = f"[bootstrap.parameters] {name}"
        if name not in parameters and "Default" not in spec:
            yield Problem(where=where, what="needs a value and has no default")
        for violation in _find_violations(spec, parameters[name]) if name in parameters else ():
            said = "its value" if name in hidden else f'"{parameters[name]}"'
            yield Problem(where=where, what=f"{said} {violation}")


def _find_violations(declaration: Mapping[str, object], value: str) -> Iterator[str]:
    """List what a value breaks; how long it is where it comes of the targets, no file shows."""
    if (size := len(value.encode())) > MAX_PARAMETER_BYTES:
        yield f"has {size:,} bytes, CloudFormation takes at most {MAX_PARAMETER_BYTES:,}"
    yield from find_violations(declaration, value)
