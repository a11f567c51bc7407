"""Whether all regions can be brought about, before anything is made in the first of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.bootstrap.values import settle_parameters
from stacksets.constraints import find_violations
from stacksets.errors import (
    CredentialsError,
    NotReadyError,
    Problem,
    StackSetsError,
    UnfitInputError,
)
from stacksets.load.values import MAX_PARAMETER_BYTES
from stacksets.opt_in import has_to_be_enabled
from stacksets.parameter_values import declared_parameters, no_echo_parameters
from stacksets.quotas import find_excesses
from stacksets.usable_regions import find_not_enabled, find_unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from stacksets.aws.door import Aws
    from stacksets.bootstrap.stack import Job
    from stacksets.model.desired import Deployment, InstanceKey
    from stacksets.model.outcome import Identity


def refuse_unready(
    jobs: Sequence[Job], deployment: Deployment, aws: Aws, identity: Identity
) -> None:
    """Stop where a region would not answer, or CloudFormation would refuse the template or a value.

    Only reads: a bootstrap that ends half-way has changed the regions before it. What is the same
    in every region is told once.

    Raises:
        NotReadyError: with every problem; NoEcho values are not quoted. An UnfitInputError where
            all of them stand in the file or the template.
    """
    problems = tuple(_find_unknown(jobs, deployment, aws)) or tuple(
        dict.fromkeys(_find_problems(jobs, deployment, identity))
    )
    if problems:
        is_input = all(one.is_input for one in problems)
        kind = UnfitInputError if is_input else NotReadyError
        raise kind("Not ready, nothing was changed", problems=problems)


def _find_unknown(jobs: Sequence[Job], deployment: Deployment, aws: Aws) -> Iterator[Problem]:
    """Find regions that there are not: nothing else can be asked there."""
    known, home = aws.known_regions(), deployment.home_region
    for region in (job.key.region for job in jobs):
        where = "home_region" if region == home else "[[targets]] regions"
        if problem := find_unknown(where, region, known):
            yield problem


def _find_problems(
    jobs: Sequence[Job], deployment: Deployment, identity: Identity
) -> Iterator[Problem]:
    not_enabled = _find_not_enabled(jobs, identity)
    yield from not_enabled.values()
    for job in jobs:
        if job.key not in not_enabled:
            stack = job.account.find_stack(job.bootstrap.stack_name)
            yield from _find_unfit(job, settle_parameters(job, deployment, identity, stack))


def _find_not_enabled(jobs: Sequence[Job], identity: Identity) -> Mapping[InstanceKey, Problem]:
    """Ask the account in its home region, which comes first, and only where it has to be asked.

    Who may not ask is told so and goes on: the regions may be enabled all the same.
    """
    home, partition = jobs[0], identity.arn.split(":")[1]
    keys = [job.key for job in jobs if has_to_be_enabled(job.key.region, partition)]
    if not keys:
        return {}
    try:
        statuses = home.account.list_region_statuses()
    except CredentialsError:
        raise
    except StackSetsError as error:
        regions = ", ".join(key.region for key in keys)
        are = "is" if len(keys) == 1 else "are"
        home.notify(f"could not check that {regions} {are} enabled: {error.message}")
        return {}
    found = {
        key: find_not_enabled(key, statuses.get(key.region), caller=identity.account)
        for key in keys
    }
    return {key: problem for key, problem in found.items() if problem}


def _find_unfit(job: Job, parameters: Mapping[str, str]) -> Iterator[Problem]:
    template = job.bootstrap.template
    hidden = no_echo_parameters(template.content)
    for excess in find_excesses(template):
        yield Problem(where=template.path, what=excess, hint="split the template", is_input=True)
    for name, spec in declared_parameters(template.content).items():
        where = f"[bootstrap.parameters] {name}"
        if name not in parameters and "Default" not in spec:
            yield Problem(where=where, what="needs a value and has no default", is_input=True)
        for violation in _find_violations(spec, parameters[name]) if name in parameters else ():
            said = "its value" if name in hidden else f'"{parameters[name]}"'
            yield Problem(where=where, what=f"{said} {violation}", is_input=True)


def _find_violations(declaration: Mapping[str, object], value: str) -> Iterator[str]:
    """List what a value breaks; how long it is where it comes of the targets, no file shows."""
    if (size := len(value.encode())) > MAX_PARAMETER_BYTES:
        yield f"has {size:,} bytes, CloudFormation takes at most {MAX_PARAMETER_BYTES:,}"
    yield from find_violations(declaration, value)
