"""The values of a bootstrap stack, whether they differ from those there, and names that clash."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from stacksets.bootstrap.known import fill_in
from stacksets.errors import ConflictError
from stacksets.model.desired import KeptValue
from stacksets.parameter_values import declared_parameters, no_echo_parameters
from stacksets.resolve import resolve
from stacksets.template import parse_template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacksets.aws.door import Stack
    from stacksets.bootstrap.stack import Job
    from stacksets.model.desired import Deployment
    from stacksets.model.outcome import Identity


def settle_parameters(
    job: Job, deployment: Deployment, identity: Identity, stack: Stack | None
) -> dict[str, str]:
    """Give the file's parameters and, where the template has them, those that only we know."""
    given = settle(job.bootstrap.parameters, stack.parameters if stack else {})
    return fill_in(job, deployment, identity, given, stack) | given


def refuse_foreign_roles(job: Job, parameters: Mapping[str, str], identity: Identity) -> None:
    """Stop where a role of a name that the stack would make belongs to somebody else.

    Asked before a creation only: CloudFormation would fail on it after minutes, and say less.

    Raises:
        ConflictError: there is one.
    """
    view = resolve(
        job.bootstrap.template.content,
        parameters=parameters,
        account=job.key.account,
        region=job.key.region,
        partition=identity.arn.split(":")[1],
    )
    foreign = [name for name in _role_names(view) if job.account.has_role(name)]
    if foreign:
        raise ConflictError(
            f"account {job.key.account} has {', '.join(foreign)} already, and not from stack "
            f"{job.bootstrap.stack_name} in {job.key.region}",
            hint="delete what is not needed any more, or use another environment",
        )


def _role_names(view: Mapping[str, object]) -> Iterator[str]:
    resources = view["Resources"]
    for resource in resources.values() if isinstance(resources, Mapping) else ():
        if resource["Type"] == "AWS::IAM::Role":
            name = resource.get("Properties", {}).get("RoleName")
            if isinstance(name, str):
                yield name


def is_same(
    job: Job,
    stack: Stack,
    parameters: Mapping[str, str],
    tags: Mapping[str, str],
    informational: frozenset[str],
) -> bool:
    """Tell whether an update would change nothing but what is informational.

    Templates are compared by what they say. NoEcho parameters come back masked and are left out.
    """
    content = job.bootstrap.template.content
    defaults = {
        name: str(spec["Default"])
        for name, spec in declared_parameters(content).items()
        if "Default" in spec
    }
    apart = informational | no_echo_parameters(content)
    return (
        _without(stack.tags, informational) == _without(tags, informational)
        and _without(defaults | dict(stack.parameters), apart)
        == _without(defaults | dict(parameters), apart)
        and parse_template(job.account.read_template(stack.id)) == content
    )


def _without(values: Mapping[str, str], names: frozenset[str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if name not in names}


def settle(wanted: Mapping[str, str | KeptValue], there: Mapping[str, str]) -> dict[str, str]:
    """Decide every value: a kept one is that of the stack, else its fallback."""
    return {
        name: there.get(name, value.fallback) if isinstance(value, KeptValue) else value
        for name, value in wanted.items()
    }
