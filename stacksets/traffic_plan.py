"""From a region's traffic as it stands to the overrides that drain it or take it back: pure.

Nothing else is planned: a template that has changed in the file must wait for a deploy.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from stacksets.changes import Change
from stacksets.errors import InputError, NoActiveRegionError
from stacksets.model.desired import ParameterOverride
from stacksets.model.plan import ChangeKind, InstanceChange
from stacksets.operation_ids import Purpose, find_purpose
from stacksets.plan import PlanOptions, attach, make_context, number_steps
from stacksets.steps import find_update_steps
from stacksets.traffic import (
    find_deserted,
    find_override,
    find_remaining,
    find_traffic,
    name_few,
    without_traffic,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from stacksets.model.desired import Deployment
    from stacksets.model.observed import StackInstance, StackSet
    from stacksets.model.plan import Plan
    from stacksets.model.traffic import Traffic, TrafficTurn

PURPOSES: Mapping[bool, Purpose] = {True: Purpose.DRAIN, False: Purpose.UNDRAIN}
"""What the ids of the operations tell, by whether a region is drained."""


def make_traffic_plan(deployment: Deployment, observed: StackSet | None, turn: TrafficTurn) -> Plan:
    """Plan the override that drains a region, or the end of it; empty where it is so already.

    Every other override of a stack instance stays what it is. While an operation runs the plan is
    to wait for it.

    Raises:
        InputError: there is no [traffic], no such region, or no template that knows the parameter.
        NoActiveRegionError: an account would have no region left that takes traffic.
    """
    traffic = _get_traffic(deployment)
    there = _get_stack_set(deployment, observed)
    context = make_context(
        # The ids of the operations tell one turn from another.
        replace(deployment, overrides=(_asked(traffic, turn),)),
        there,
        None,
        PlanOptions(),
        PURPOSES[turn.drains],
    )
    if there.running_operation:
        return attach(context, there.running_operation)
    _refuse_unknown(deployment, traffic, there, turn)
    _refuse_last(traffic, there, turn)
    changes = tuple(_change(traffic, turn, one) for one in _instances(there, turn))
    return number_steps(
        context,
        tuple(find_update_steps(context, changes)),
        instances=tuple(one.instance for one in changes),
        differences=(),
        notes=tuple(_notes(deployment, changes, there, turn)),
    )


def tell_remaining(deployment: Deployment, observed: StackSet | None, turn: TrafficTurn) -> str:
    """Say which regions take the traffic of a drained one, and that nobody knows how they are.

    A drain is of no use where those are sick: all unhealthy is answered as if all were healthy.
    Empty where nothing is drained.
    """
    if not turn.drains or deployment.traffic is None or observed is None:
        return ""
    remaining = find_remaining(deployment.traffic, observed, turn)
    whose = "its" if len(remaining) == 1 else "their"
    looks = ": `stacksets smoke` does" if deployment.smoke else ""
    return (
        f"left to take the traffic of {turn.region}: {', '.join(remaining)}; a drain does not look "
        f"at {whose} health{looks}"
    )


def _get_traffic(deployment: Deployment) -> Traffic:
    if deployment.traffic is None:
        raise InputError(
            f"{deployment.path} has no table [traffic]",
            hint="say there which parameter of the template drains a region, and its two values",
        )
    return deployment.traffic


def _get_stack_set(deployment: Deployment, observed: StackSet | None) -> StackSet:
    if observed is None:
        raise InputError(
            f"there is no stack set {deployment.name} in {deployment.home_region}",
            hint="`stacksets deploy` makes it",
        )
    return observed


def _asked(traffic: Traffic, turn: TrafficTurn) -> ParameterOverride:
    values = {traffic.parameter: traffic.drained} if turn.drains else {}
    return ParameterOverride(accounts=(), regions=(turn.region,), parameters=values)


def _refuse_unknown(
    deployment: Deployment, traffic: Traffic, observed: StackSet, turn: TrafficTurn
) -> None:
    regions = sorted({one.region for one in observed.instances})
    if turn.region not in regions:
        raise InputError(
            f"stack set {observed.name} has no stack instance in {turn.region}",
            hint=f"its regions: {', '.join(regions) or 'none'}",
        )
    if not find_traffic(deployment, observed):
        raise InputError(
            f"the template of stack set {observed.name} on AWS has no parameter "
            f"{traffic.parameter}",
            hint="`stacksets deploy` brings the template of the file there",
        )


def _refuse_last(traffic: Traffic, observed: StackSet, turn: TrafficTurn) -> None:
    """Keep the last region that takes traffic: all drained is answered as if none were."""
    deserted = find_deserted(traffic, observed, turn)
    if not deserted:
        return
    raise NoActiveRegionError(
        f"{turn.region} is not drained: {name_few(deserted)} would have no region left that takes "
        "traffic",
        hint="`stacksets status` shows every region's traffic; `stacksets undrain REGION` takes "
        "one back",
    )


def _instances(observed: StackSet, turn: TrafficTurn) -> Sequence[StackInstance]:
    return [one for one in observed.instances if one.region == turn.region]


def _change(traffic: Traffic, turn: TrafficTurn, there: StackInstance) -> Change:
    """Set or take back one override, and send all others as "keep what is there"."""
    others: dict[str, str | None] = dict.fromkeys(without_traffic(traffic, there.overrides) or ())
    now = find_override(traffic, there)
    wanted = traffic.drained if turn.drains else None
    if now == wanted and not _is_turn_unfinished(there):
        why = "drained already" if turn.drains else "not drained"
        return Change(instance=InstanceChange(key=there.key, kind=ChangeKind.LEAVE, why=why))
    was, shall = now or traffic.normal, wanted or traffic.normal
    why = f"{was} -> {shall}" if was != shall else f"{shall} again, the last turn did not go well"
    return Change(
        instance=InstanceChange(
            key=there.key,
            kind=ChangeKind.UPDATE,
            why=f"{traffic.parameter}: {why}",
        ),
        update=True,
        overrides={**others, traffic.parameter: wanted} if wanted else others,
    )


def _is_turn_unfinished(there: StackInstance) -> bool:
    """Tell whether the last that happened here was a turn that failed or was cancelled.

    AWS may hold the override all the same: what the stack itself has, nobody knows then.
    """
    by_turn = find_purpose(there.last_operation_id or "") in PURPOSES.values()
    return by_turn and not there.is_healthy


def _notes(
    deployment: Deployment, changes: Sequence[Change], observed: StackSet, turn: TrafficTurn
) -> Iterator[str]:
    """Say who takes the traffic, and what an update does beside: it brings the definition along."""
    if not any(one.update for one in changes):
        return
    if remaining := tell_remaining(deployment, observed, turn):
        yield remaining
    outdated = [str(one.key) for one in _instances(observed, turn) if not one.is_healthy]
    if outdated:
        yield (
            f"{', '.join(outdated)} is not CURRENT: the definition of the stack set comes along "
            "with the override"
        )
