"""The last word of a destroy: what was removed, and what is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.report.message import Line, Result, Tone, align, count
from stacksets.report.outcome import outcome_data

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from stacksets.aws.door import Leftover
    from stacksets.leftovers import Leftovers
    from stacksets.model.desired import Deployment
    from stacksets.model.observed import StackInstance
    from stacksets.model.outcome import Outcome


def destroy_result(
    deployment: Deployment,
    removed: Sequence[StackInstance],
    outcome: Outcome | None,
    leftovers: Leftovers,
    record: Mapping[str, object],
) -> Result:
    """Say what a destroy removed and left: 5 where something is there that should not be.

    `outcome` is None where there was nothing to remove.
    """
    code = "leftovers" if leftovers.found else "succeeded" if outcome else "no_changes"
    done = (
        outcome_data(outcome)
        if outcome
        else {"verdict": "no_changes", "operation_ids": [], "instances": []}
    )
    return Result(
        code=code,
        exit_code=5 if leftovers.found else 0,
        lines=(_removed_line(deployment, removed, outcome), *_lines(leftovers)),
        data={
            **record,
            **done,
            "removed": [str(one.key) for one in removed],
            "found": [_leftover_data(one) for one in leftovers.found],
            "kept": [_leftover_data(one) for one in leftovers.kept],
            "unchecked": list(leftovers.unchecked),
        },
    )


def _removed_line(
    deployment: Deployment, removed: Sequence[StackInstance], outcome: Outcome | None
) -> Line:
    name = deployment.name
    if outcome is None:
        where = deployment.home_region
        return Line(f"No changes. There is no stack set {name} in {where}", Tone.GOOD)
    instances = count(len(removed), "stack instance")
    return Line(f"{instances} and the stack set {name} removed", Tone.GOOD)


def _lines(leftovers: Leftovers) -> Iterator[Line]:
    if leftovers.found:
        yield Line("Left, and should not be", Tone.BAD)
        yield from _rows(leftovers.found, Tone.BAD)
    elif leftovers.unchecked:
        yield Line("Nothing is left, as far as could be looked", Tone.WARNING)
    else:
        yield Line("Nothing is left", Tone.GOOD)
    if leftovers.kept:
        yield Line("Kept by design")
        yield from _rows(leftovers.kept, Tone.PLAIN)
    yield from (Line(f"  ?  {one}", Tone.WARNING) for one in leftovers.unchecked)


def _rows(leftovers: Sequence[Leftover], tone: Tone) -> Iterator[Line]:
    rows = [[str(one.key), one.resource_type, one.name] for one in leftovers]
    yield from (Line(text, tone) for text in align(rows))


def _leftover_data(one: Leftover) -> dict[str, object]:
    return {
        "account": one.key.account,
        "region": one.key.region,
        "resource_type": one.resource_type,
        "name": one.name,
    }
