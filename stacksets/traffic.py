"""Which regions are drained, and the overrides that keep them so: pure.

A parameter override survives every later update of the stack set, and a call that sends overrides
resets those that it leaves out (API reference, UpdateStackInstances): so whoever sends overrides
sends the traffic override along.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from stacksets.model.observed import InstanceStatus
from stacksets.model.traffic import RegionTraffic, TrafficState
from stacksets.parameter_values import default_parameters
from stacksets.template import parse_template

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from stacksets.model.desired import AccountId, Deployment, InstanceKey, Region
    from stacksets.model.observed import StackInstance, StackSet
    from stacksets.model.plan import InstanceChange
    from stacksets.model.traffic import Traffic, TrafficTurn

_MOST_NAMED = 5


class HeldTraffic:
    """Knows the traffic overrides that operators have set, which no plan takes back."""

    def __init__(self, deployment: Deployment, observed: StackSet | None) -> None:
        self._traffic = deployment.traffic
        self._drained = _find_drained(deployment.traffic, observed)

    def at(self, key: InstanceKey, there: StackInstance | None) -> dict[str, str]:
        """Give the traffic override that a stack instance has, or is to be created with.

        One that joins a region of which every stack instance is drained is drained as well.
        """
        if self._traffic is None:
            return {}
        name = self._traffic.parameter
        if there is None:
            return {name: self._traffic.drained} if key.region in self._drained else {}
        value = find_override(self._traffic, there)
        return {} if value is None else {name: value}


def _find_drained(traffic: Traffic | None, observed: StackSet | None) -> frozenset[Region]:
    """Give the regions whose every stack instance has the override that drains it."""
    if traffic is None or observed is None:
        return frozenset()
    regions = {one.region for one in observed.instances}
    others = {
        one.region for one in observed.instances if find_override(traffic, one) != traffic.drained
    }
    return frozenset(regions - others)


def find_override(traffic: Traffic, there: StackInstance) -> str | None:
    """Give what an operator has set the traffic parameter of a stack instance to."""
    return (there.overrides or {}).get(traffic.parameter)


def without_traffic(
    traffic: Traffic | None, overrides: Mapping[str, str] | None
) -> dict[str, str] | None:
    """Give the overrides that the deployment file has a say in; None where none were read."""
    if overrides is None:
        return None
    name = traffic and traffic.parameter
    return {one: value for one, value in overrides.items() if one != name}


def find_traffic(deployment: Deployment, observed: StackSet | None) -> tuple[RegionTraffic, ...]:
    """Tell how the traffic of each region of the stack set stands, by the name of the region.

    Nothing where the deployment file has no [traffic], and nothing before a template that knows the
    parameter was deployed.
    """
    traffic = deployment.traffic
    if traffic is None or observed is None:
        return ()
    base = _find_base(traffic, observed)
    if base is None:
        return ()
    regions: dict[Region, list[StackInstance]] = defaultdict(list)
    for one in observed.instances:
        regions[one.region].append(one)
    return tuple(
        _region_traffic(traffic, region, regions[region], base) for region in sorted(regions)
    )


def _find_base(traffic: Traffic, observed: StackSet) -> str | None:
    """Give the value where no override is; None where the template has no such parameter."""
    defaults = default_parameters(parse_template(observed.template_body))
    return {**defaults, **observed.parameters}.get(traffic.parameter)


def _region_traffic(
    traffic: Traffic, region: Region, instances: Collection[StackInstance], base: str
) -> RegionTraffic:
    values = {
        one.key: one.overrides.get(traffic.parameter, base)
        for one in sorted(instances, key=lambda one: one.key)
        if one.overrides is not None
    }
    unusable = tuple(sorted(one.key for one in instances if not _has_usable_stack(one)))
    if len(values) < len(instances):
        state = TrafficState.UNKNOWN
    elif set(values.values()) == {traffic.normal}:
        state = _normal_state(len(unusable), len(instances))
    else:
        state = _turned_state(traffic, set(values.values()))
    return RegionTraffic(
        region=region,
        state=state,
        values=values,
        overridden=any(find_override(traffic, one) is not None for one in instances),
        without_usable_stack=unusable,
    )


def _normal_state(unusable: int, of: int) -> TrafficState:
    """Tell where traffic is led to, whether there is a stack to take it."""
    if unusable == of:
        return TrafficState.WITHOUT_USABLE_STACK
    return TrafficState.PARTLY_WITHOUT_USABLE_STACK if unusable else TrafficState.ACTIVE


def _turned_state(traffic: Traffic, values: set[str]) -> TrafficState:
    """Tell what an operator has made of a region; it outlives its stacks, so it goes first."""
    if values == {traffic.drained}:
        return TrafficState.DRAINED
    return TrafficState.PARTLY_DRAINED if traffic.drained in values else TrafficState.OTHER


def find_deserted(traffic: Traffic, observed: StackSet, turn: TrafficTurn) -> tuple[AccountId, ...]:
    """Give the accounts that a drain would leave without a region that takes traffic.

    A stack instance takes none where it is drained or has no usable stack.
    """
    if not turn.drains:
        return ()
    concerned = {one.account for one in observed.instances if one.region == turn.region}
    return tuple(sorted(concerned - {one.account for one in _find_taking(traffic, observed, turn)}))


def find_remaining(traffic: Traffic, observed: StackSet, turn: TrafficTurn) -> tuple[Region, ...]:
    """Give the regions that take the traffic of one that is drained, as far as AWS tells.

    AWS tells of stacks, not of whether what they made answers well.
    """
    return tuple(sorted({one.region for one in _find_taking(traffic, observed, turn)}))


def find_stranded(
    deployment: Deployment, observed: StackSet | None, changes: Iterable[InstanceChange]
) -> tuple[AccountId, ...]:
    """Give the accounts that a plan leaves drained regions alone, and takes another from.

    An account that a plan leaves nothing in is none of them: it is taken out as a whole.
    """
    if deployment.traffic is None or observed is None:
        return ()
    held = HeldTraffic(deployment, observed)
    rows = {one.key: one for one in observed.instances}
    leaving: set[AccountId] = set()
    drained: dict[AccountId, list[bool]] = defaultdict(list)
    for change in changes:
        overrides = held.at(change.key, rows.get(change.key))
        is_drained = overrides.get(deployment.traffic.parameter) == deployment.traffic.drained
        if not change.kind.leaves_stack_set:
            drained[change.key.account].append(is_drained)
        elif not is_drained:
            leaving.add(change.key.account)
    return tuple(sorted(account for account in leaving & drained.keys() if all(drained[account])))


def name_few(names: Sequence[str]) -> str:
    """Name the first of many, and count the others."""
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _find_taking(
    traffic: Traffic, observed: StackSet, turn: TrafficTurn
) -> Iterator[StackInstance]:
    """Find the stack instances of other regions that take traffic."""
    base = _find_base(traffic, observed)
    for one in observed.instances:
        override = find_override(traffic, one)
        is_drained = (base if override is None else override) == traffic.drained
        if one.region != turn.region and _has_usable_stack(one) and not is_drained:
            yield one


def _has_usable_stack(instance: StackInstance) -> bool:
    """Tell whether there is a stack that could take traffic; one that nobody looked up counts.

    What is only OUTDATED counts too: its former stack still answers.
    """
    gone = instance.stack_id is None or instance.stack_exists is False
    return not (gone or instance.status is InstanceStatus.INOPERABLE)
