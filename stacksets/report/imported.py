"""The last word of an import: what the stacks have become, and what a deploy would still do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.report.change import change_result
from stacksets.report.message import Line, Result, Tone, count
from stacksets.report.outcome import CURRENT, instance_data
from stacksets.report.parameters import forgotten_warnings, parameter_lines, parameters_data
from stacksets.report.plan import plan_data, summary_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stacksets.import_stacks import Imported, Moving
    from stacksets.model.observed import StackSet
    from stacksets.model.outcome import Outcome
    from stacksets.model.plan import Plan

_UNFOLLOWING = "while they stand, a new value in the file does not reach these stacks"


def import_result(
    outcome: Outcome,
    imported: Imported | None,
    record: Mapping[str, object],
    *,
    go_on: str,
    untold: str = "",
) -> Result:
    """Give the verdict of an import that was carried out.

    Args:
        outcome: how it went.
        imported: what the stacks are now; None where it went wrong.
        record: who did what from which sources.
        go_on: the command that shows what a deploy would do.
        untold: why it could not be read what the stacks are now.
    """
    changed = change_result(outcome, record, well=CURRENT)
    return Result(
        code=changed.code,
        exit_code=changed.exit_code,
        lines=(*changed.lines, *_lines(imported, go_on), *_untold_lines(untold)),
        data={**changed.data, "imported": imported and _data(imported), "untold": untold},
    )


def no_import_result(
    plan: Plan,
    observed: StackSet | None,
    imported: Imported | None,
    record: Mapping[str, object],
    *,
    go_on: str,
) -> Result:
    """Say that every stack was a stack instance already."""
    stacks = count(len(plan.instances), "stack")
    words = f"No changes. Already stack instances of {plan.stack_set_name}: {stacks}"
    instances = observed.instances if observed else ()
    return Result(
        code="no_changes",
        exit_code=0,
        lines=(Line(words, Tone.GOOD), *_lines(imported, go_on)),
        data={
            **record,
            "verdict": "no_changes",
            "plan": plan_data(plan),
            "operation_ids": [],
            "instances": [instance_data(one) for one in instances],
            "imported": imported and _data(imported),
        },
    )


def _data(imported: Imported) -> dict[str, object]:
    return {
        "stack_ids": [one.id for one in imported.stacks],
        "parameters": parameters_data(imported.parameters),
        "moving": [
            {
                "account": one.key.account,
                "region": one.key.region,
                "name": one.name,
                "there": one.there,
                "other": one.other,
                "by_import": one.by_import,
            }
            for one in imported.moving
        ],
        "unread": [{"stack_id": one.id, "why": one.unread} for one in imported.unread],
        "deploy": plan_data(imported.deploy),
    }


def _lines(imported: Imported | None, go_on: str) -> Iterator[Line]:
    if imported is None:
        return
    yield from parameter_lines(imported.parameters)
    audited = not imported.deploy.overrides_read
    forgotten = forgotten_warnings(imported.parameters, audited=audited)
    warnings = (
        *forgotten,
        *((_UNFOLLOWING,) if forgotten else ()),
        *(_moving_words(one) for one in imported.moving),
    )
    yield from (Line(f"  ! {one}", Tone.WARNING) for one in warnings)
    yield from (
        Line(f"  ?  {one.key}: not read again: {one.unread}", Tone.WARNING)
        for one in imported.unread
    )
    if imported.deploy.is_empty:
        yield Line("A deploy would change nothing", Tone.GOOD)
        return
    yield Line(f"A deploy would still take {summary_words(imported.deploy)}", Tone.WARNING)
    yield Line(f"→ `{go_on}` shows it")


def _untold_lines(untold: str) -> Iterator[Line]:
    if untold:
        text = f"  ?  imported, but what a deploy would do could not be told: {untold}"
        yield Line(text, Tone.WARNING)


def _moving_words(one: Moving) -> str:
    if one.by_import:
        return f"{one.key}: the import has changed {one.name} from {one.other} to {one.there}"
    return (
        f"{one.key}: {one.name} is {one.there} in the stack, the stack set gives {one.other}, and "
        "the next update changes it to that"
    )
