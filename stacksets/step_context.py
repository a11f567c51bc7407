"""What every step of a plan needs to know, and how it is put in the order of the regions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from stacksets.model.plan import CreateStackInstances, UpdateStackInstances
from stacksets.rectangles import group_into_rectangles

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from stacksets.model.desired import Deployment, InstanceKey, OperationPreferences, Region
    from stacksets.model.observed import StackSet
    from stacksets.model.plan import Rectangle
    from stacksets.operation_ids import Purpose
    from stacksets.unit_targets import UnitTargets

S = TypeVar("S", CreateStackInstances, UpdateStackInstances)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What every step needs to know: the two sides, the plan's digest, the order of regions.

    `purpose` is what the ids of its operations tell; `units` is how calls name organizational
    units, None where they name accounts.
    """

    deployment: Deployment
    observed: StackSet | None
    digest: str
    region_order: tuple[Region, ...]
    purpose: Purpose
    units: UnitTargets | None = None

    def name_or_accounts(
        self, keys: Iterable[InstanceKey], named: tuple[Rectangle, ...] | None
    ) -> tuple[Rectangle, ...]:
        """Take what names units, else name accounts."""
        return group_into_rectangles(keys, self.region_order) if named is None else named

    def order_preferences(self, regions: Sequence[Region]) -> OperationPreferences:
        """Send the order of all regions that the call names: a partial one is undocumented."""
        return replace(self.deployment.operation_preferences, region_order=tuple(regions))

    def in_order_of_regions(self, steps: Iterable[S]) -> list[S]:
        """Let the calls follow the order of the regions as the stacks of one call do.

        What fails in the first region stops the calls behind it, whatever they override.
        """
        rank = {region: place for place, region in enumerate(self.region_order)}
        return sorted(steps, key=lambda step: [rank[region] for region in step.where.regions])
