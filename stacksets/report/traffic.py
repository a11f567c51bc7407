"""Where traffic goes, region by region: a drain must be seen until it is taken back."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from stacksets.model.traffic import TrafficState
from stacksets.report.change import change_result
from stacksets.report.message import Line, Message, Result, Tone, align, count
from stacksets.report.outcome import CURRENT, instance_data
from stacksets.report.plan import plan_data

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from stacksets.model.observed import StackSet
    from stacksets.model.outcome import Outcome
    from stacksets.model.plan import Plan
    from stacksets.model.traffic import RegionTraffic, TrafficTurn

_DRAINED = {TrafficState.DRAINED, TrafficState.PARTLY_DRAINED}
_NORMAL = {
    TrafficState.ACTIVE,
    TrafficState.WITHOUT_USABLE_STACK,
    TrafficState.PARTLY_WITHOUT_USABLE_STACK,
}
_NEITHER = "neither active nor drained"


def traffic_lines(regions: Sequence[RegionTraffic]) -> Iterator[Line]:
    """Show every region's traffic."""
    if not regions:
        return
    yield Line("Traffic")
    rows = [[one.region, _state_words(one), _values_words(one)] for one in regions]
    for one, text in zip(regions, align(rows), strict=True):
        yield Line(text, Tone.GOOD if one.state is TrafficState.ACTIVE else Tone.WARNING)
    yield from _way_back(regions)


def traffic_data(regions: Sequence[RegionTraffic]) -> list[dict[str, object]]:
    """Give the traffic of every region as JSON-ready data, in counts of stack instances."""
    return [
        {
            "region": one.region,
            "state": one.state.name.lower(),
            "values": dict(sorted(Counter(one.values.values()).items())),
            "without_usable_stack": len(one.without_usable_stack),
        }
        for one in regions
    ]


def traffic_message(regions: Sequence[RegionTraffic]) -> Message | None:
    """Tell which regions have not the normal value, or not for sure; None where all have.

    Where that value lacks a stack, each command says so of the stack instances that it is about.
    """
    untaken = [one for one in regions if one.state not in _NORMAL]
    if not untaken:
        return None
    lines = (
        *(
            Line(f"  ! {one.region} is {_state_words(one)}: {_values_words(one)}", Tone.WARNING)
            for one in untaken
        ),
        *_way_back(untaken),
    )
    return Message(code="traffic", lines=lines, data={"traffic": traffic_data(regions)})


def turn_result(
    outcome: Outcome,
    regions: Sequence[RegionTraffic],
    remaining: str,
    record: Mapping[str, object],
) -> Result:
    """Give the verdict of a turn that was carried out, how traffic stands now, and who takes it."""
    changed = change_result(outcome, record, well=CURRENT)
    return Result(
        code=changed.code,
        exit_code=changed.exit_code,
        lines=(
            *changed.lines,
            *traffic_lines(regions),
            *(
                [Line(f"  ! {remaining}", Tone.WARNING)]
                if remaining and not changed.exit_code
                else ()
            ),
        ),
        data={**changed.data, "traffic": traffic_data(regions)},
    )


def no_turn_result(
    plan: Plan,
    turn: TrafficTurn,
    observed: StackSet | None,
    regions: Sequence[RegionTraffic],
    record: Mapping[str, object],
) -> Result:
    """Say that a region's traffic was so already."""
    words = "drained already" if turn.drains else "not drained"
    instances = observed.instances if observed else ()
    return Result(
        code="no_changes",
        exit_code=0,
        lines=(Line(f"No changes. {turn.region} is {words}", Tone.GOOD), *traffic_lines(regions)),
        data={
            **record,
            "verdict": "no_changes",
            "plan": plan_data(plan),
            "operation_ids": [],
            "instances": [instance_data(one) for one in instances],
            "traffic": traffic_data(regions),
        },
    )


def _state_words(one: RegionTraffic) -> str:
    return _NEITHER if one.state is TrafficState.OTHER else one.state.value


def _values_words(one: RegionTraffic) -> str:
    counts = sorted(Counter(one.values.values()).items())
    values = (
        counts[0][0]
        if len(counts) == 1
        else ", ".join(f"{value} in {count(number, 'stack instance')}" for value, number in counts)
    )
    unusable = len(one.without_usable_stack)
    if not unusable or one.state is TrafficState.WITHOUT_USABLE_STACK:
        return values
    words = f"no usable stack in {count(unusable, 'stack instance')}"
    return f"{values}; {words}" if values else words


def _way_back(regions: Sequence[RegionTraffic]) -> Iterator[Line]:
    drained = [one.region for one in regions if one.state in _DRAINED]
    if drained:
        yield Line(f"    → `stacksets undrain {drained[0]}` takes it back", Tone.WARNING)
    others = [one for one in regions if one.state is TrafficState.OTHER]
    if others:
        words = (
            f"`stacksets undrain {others[0].region}` takes the override back"
            if others[0].overridden
            else "`stacksets deploy` gives it the value that the template has"
        )
        yield Line(f"    → {words}", Tone.WARNING)
