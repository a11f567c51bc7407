"""The last word of a change: the outcome with the record of who did what from which sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.model.observed import InstanceStatus
from stacksets.model.plan import AttachToOperation, ChangeKind
from stacksets.report.cause import name_instances
from stacksets.report.message import Line, Result, Tone
from stacksets.report.outcome import AS_DESIRED, instance_data, outcome_data, outcome_lines
from stacksets.report.plan import no_changes_words, plan_data
from stacksets.waiting import THE_SAME_COMMAND

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from stacksets.model.desired import InstanceKey
    from stacksets.model.observed import StackInstance, StackSet
    from stacksets.model.outcome import Outcome
    from stacksets.model.plan import Plan
    from stacksets.report.message import Message


def change_result(
    outcome: Outcome,
    record: Mapping[str, object],
    *,
    before: Sequence[StackInstance] = (),
    way_out: str = "",
    well: str = AS_DESIRED,
    again: str = THE_SAME_COMMAND,
) -> Result:
    """Give the verdict of a change that was carried out; its code is the verdict.

    `before` are the stack instances that there were when it was planned, `way_out` is the command
    that lets INOPERABLE stack instances go whose stacks cannot be deleted, `well` what the stack
    instances are with which nothing is the matter, `again` what plans the rest anew.
    """
    stuck = _find_stuck(outcome) if way_out else ()
    return Result(
        code=outcome.verdict.value,
        exit_code=outcome.verdict.exit_code,
        lines=(
            *outcome_lines(outcome, well=well, again=again),
            *_let_go_lines(outcome, before),
            *_stuck_lines(stuck, way_out, again),
        ),
        data={**record, **outcome_data(outcome), "way_out": way_out if stuck else None},
    )


def _let_go_lines(outcome: Outcome, before: Sequence[StackInstance]) -> Iterator[Line]:
    """Name the stacks that have left the stack set and stay: nothing else knows of them now."""
    there = {one.key for one in outcome.instances}
    leaving = {one.key for one in outcome.plan.instances if one.kind is ChangeKind.RETAIN}
    let_go = [one for one in before if one.stack_id and one.key in leaving - there]
    if let_go:
        yield Line(f"Stacks that were let go, and stay ({len(let_go)})", Tone.STRONG)
        yield from (Line(f"  {one.key}  {one.stack_id}", Tone.WARNING) for one in let_go)


def _find_stuck(outcome: Outcome) -> tuple[InstanceKey, ...]:
    """Give the stack instances that are to go, and whose stacks could not be deleted."""
    remaining = outcome.remaining.instances if outcome.remaining else ()
    leaving = {one.key for one in remaining if one.kind is ChangeKind.DELETE}
    return tuple(
        one.key
        for one in outcome.instances
        if one.key in leaving and one.status is InstanceStatus.INOPERABLE
    )


def _stuck_lines(stuck: Sequence[InstanceKey], way_out: str, again: str) -> Iterator[Line]:
    """Name the two ways out of INOPERABLE: mend the cause, or let go and delete the stack there."""
    if not stuck:
        return
    whose = "its stack stays" if len(stuck) == 1 else "their stacks stay"
    yield Line(f"INOPERABLE ({len(stuck)}): {name_instances(stuck)}", Tone.WARNING)
    yield Line(f"→ once the cause is mended, {again} tries to delete it")
    yield Line(f"→ `{way_out}` lets go of what cannot be deleted: {whose}, to be deleted by hand")


def no_changes_result(
    plan: Plan, observed: StackSet | None, record: Mapping[str, object]
) -> Result:
    """Say that nothing was to be done; its notes are still worth a word."""
    instances = observed.instances if observed else ()
    return Result(
        code="no_changes",
        exit_code=0,
        lines=(
            Line(no_changes_words(plan), Tone.GOOD),
            *(Line(f"  · {note}", Tone.FAINT) for note in plan.notes),
        ),
        data={
            **record,
            "verdict": "no_changes",
            "plan": plan_data(plan),
            "operation_ids": [],
            "instances": [instance_data(one) for one in instances],
        },
    )


def plan_result(
    plan: Plan, message: Message, record: Mapping[str, object], *, expect_no_changes: bool
) -> Result:
    """Give a plan as the result itself, as `message` shows it.

    With `expect_no_changes` the exit code is 8 where there are some, and 6 where nobody can tell
    before a running operation has ended.
    """
    extra, exit_code = _judge(plan) if expect_no_changes else ((), 0)
    return Result(
        code="no_changes" if plan.is_empty else "changes",
        exit_code=exit_code,
        lines=(*message.lines, *extra),
        data={
            **record,
            # The same world gives the same bytes.
            "started": None,
            "ended": None,
            "plan": plan_data(plan),
            "parameters": message.data["parameters"],
            "warnings": message.data["warnings"],
        },
    )


def _judge(plan: Plan) -> tuple[tuple[Line, ...], int]:
    if plan.is_empty:
        return (), 0
    if isinstance(plan.steps[0], AttachToOperation):
        return (Line("An operation runs: what it leaves is not known yet", Tone.BAD),), 6
    return (Line("Changes, where none were expected", Tone.BAD),), 8
