"""The last word of a change: the outcome with the record of who did what from which sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.report.message import Line, Result, Tone
from stacksets.report.outcome import instance_data, outcome_data, outcome_lines
from stacksets.report.plan import no_changes_words, plan_data

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacksets.model.observed import StackSet
    from stacksets.model.outcome import Outcome
    from stacksets.model.plan import Plan
    from stacksets.report.message import Message


def change_result(outcome: Outcome, record: Mapping[str, object]) -> Result:
    """Give the verdict of a change that was carried out; its code is the verdict."""
    return Result(
        code=outcome.verdict.value,
        exit_code=outcome.verdict.exit_code,
        lines=outcome_lines(outcome),
        data={**record, **outcome_data(outcome)},
    )


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
    """Give a plan as the result itself, as `message` shows it; 8 where there was to be none."""
    unexpected = expect_no_changes and not plan.is_empty
    extra = (Line("Changes, where none were expected", Tone.BAD),) if unexpected else ()
    return Result(
        code="no_changes" if plan.is_empty else "changes",
        exit_code=8 if unexpected else 0,
        lines=(*message.lines, *extra),
        data={
            **record,
            "plan": plan_data(plan),
            "parameters": message.data["parameters"],
            "warnings": message.data["warnings"],
        },
    )
