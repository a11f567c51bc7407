"""The template as stack instances will see it, one instance after the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from stacksets.definition import settle_definition
from stacksets.model.layers import OverrideLayers
from stacksets.parameter_values import declared_parameters
from stacksets.resolve import resolve
from stacksets.traffic import HeldTraffic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from stacksets.model.desired import InstanceKey
    from stacksets.preflight.case import Case


def resolve_views(
    case: Case, keys: Iterable[InstanceKey], content: Mapping[str, object] | None = None
) -> Iterator[tuple[InstanceKey, Mapping[str, object]]]:
    """Resolve the template for each instance; nothing is kept, since there may be thousands.

    `content` is a part of the template where that is enough, None stands for all of it.

    Raises:
        TemplateError: as `resolve` does.
    """
    for key, values in values_of_each(case, keys):
        view = resolve(
            content or case.deployment.template.content,
            parameters=values,
            account=key.account,
            region=key.region,
            partition=case.partition,
            # StackSets names its stacks so, with an id behind it that nobody knows beforehand.
            stack_name=f"StackSet-{case.deployment.name}",
        )
        yield key, view


def leave_resources(
    content: Mapping[str, object], is_wanted: Callable[[Mapping[str, object]], bool]
) -> Mapping[str, object] | None:
    """Leave of a template only the resources that are wanted; None where there is none."""
    resources = content.get("Resources")
    kept = {
        logical_id: resource
        for logical_id, resource in (resources if isinstance(resources, Mapping) else {}).items()
        if isinstance(resource, Mapping) and is_wanted(resource)
    }
    return {**content, "Resources": kept, "Outputs": {}} if kept else None


def values_of_each(
    case: Case, keys: Iterable[InstanceKey]
) -> Iterator[tuple[InstanceKey, Mapping[str, str]]]:
    """Give the parameters of each instance as it will have them, drained regions included.

    Values of parameters that the template does not have are left out: they are told as a problem
    elsewhere.
    """
    deployment, observed = case.deployment, case.observed
    declared = declared_parameters(deployment.template.content)
    given = settle_definition(deployment, observed).parameters
    layers, held = OverrideLayers(deployment.overrides), HeldTraffic(deployment, observed)
    there = {one.key: one for one in observed.instances} if observed else {}
    for key in keys:
        values = {**given, **layers.values_at(key), **held.at(key, there.get(key))}
        yield key, {name: value for name, value in values.items() if name in declared}
