"""The template as stack instances will see it, one instance after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.definition import settle_definition
from stacksets.model.layers import OverrideLayers
from stacksets.parameter_values import declared_parameters
from stacksets.resolve import resolve

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from stacksets.model.desired import InstanceKey
    from stacksets.preflight.case import Case


def resolve_views(
    case: Case, keys: Iterable[InstanceKey], content: Mapping[str, object] | None = None
) -> Iterator[tuple[InstanceKey, Mapping[str, object]]]:
    """Resolve the template for each instance; nothing is kept, since there may be thousands.

    `content` is a part of the template where that is enough, None stands for all of it. Values of
    parameters that the template does not have are left out: they are told as a problem elsewhere.

    Raises:
        TemplateError: as `resolve` does.
    """
    declared = declared_parameters(case.deployment.template.content)
    given = settle_definition(case.deployment, case.observed).parameters
    layers = OverrideLayers(case.deployment.overrides)
    for key in keys:
        values = {**given, **layers.values_at(key)}
        view = resolve(
            content or case.deployment.template.content,
            parameters={name: values[name] for name in values.keys() & declared.keys()},
            account=key.account,
            region=key.region,
            partition=case.partition,
            # StackSets names its stacks so, with an id behind it that nobody knows beforehand.
            stack_name=f"StackSet-{case.deployment.name}",
        )
        yield key, view
