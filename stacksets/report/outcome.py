"""How a run ended, as words and as data: every instance, and each root cause told once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.model.desired import InstanceKey
from stacksets.model.observed import DetailedStatus
from stacksets.model.outcome import Verdict
from stacksets.model.plan import ChangeKind
from stacksets.report.cause import cause_data, cause_lines, wrapped
from stacksets.report.many import MANY, Row, name_or_count, row_lines
from stacksets.report.message import Line, Tone, count, duration
from stacksets.report.plan import plan_data, step_data, step_words
from stacksets.waiting import THE_SAME_COMMAND

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from stacksets.model.observed import StackInstance
    from stacksets.model.outcome import Outcome

AS_DESIRED = "as desired"
CURRENT = "current"
"""What stack instances are that hold the definition of the stack set; the file may say otherwise.
Of an import or a drain nothing more is verified."""

_TITLES = {
    Verdict.NO_CHANGES: ("No changes", Tone.GOOD),
    Verdict.SUCCEEDED: ("Succeeded", Tone.GOOD),
    Verdict.PARTIAL: ("Succeeded in part", Tone.BAD),
    Verdict.FAILED: ("Failed", Tone.BAD),
    Verdict.STOPPED: ("Stopped", Tone.BAD),
}


def outcome_lines(
    outcome: Outcome, *, well: str = AS_DESIRED, again: str = THE_SAME_COMMAND
) -> tuple[Line, ...]:
    """Tell the verdict, the stack instances, the root causes and what is still to do.

    `well` is what the stack instances are with which nothing is the matter, `again` what plans the
    rest anew.
    """
    return tuple(_lines(outcome, well, again))


def outcome_data(outcome: Outcome) -> dict[str, object]:
    """Give an outcome as JSON-ready data."""
    return {
        "verdict": outcome.verdict.value,
        "plan": plan_data(outcome.plan),
        "operation_ids": list(outcome.operation_ids),
        "instances": [instance_data(one) for one in outcome.instances],
        "root_causes": [cause_data(one) for one in outcome.root_causes],
        "not_attempted": [str(key) for key in outcome.not_attempted],
        "left_alone": [str(key) for key in outcome.kept],
        "unsent": [step_data(one) for one in outcome.unsent],
        "remaining": outcome.remaining and plan_data(outcome.remaining),
    }


def instance_data(instance: StackInstance) -> dict[str, object]:
    """Give a stack instance as JSON-ready data; None is what nobody read."""
    overrides = instance.overrides
    return {
        "account": instance.account,
        "region": instance.region,
        "status": instance.status.value,
        "detailed_status": instance.detailed_status and instance.detailed_status.value,
        "reason": instance.status_reason,
        "stack_id": instance.stack_id,
        "stack_exists": instance.stack_exists,
        "unread": instance.unread and instance.unread.why,
        "overridden": None if overrides is None else sorted(overrides),
        "last_operation_id": instance.last_operation_id,
    }


def _lines(outcome: Outcome, well: str, again: str) -> Iterator[Line]:
    title, tone = _TITLES[outcome.verdict]
    seconds = (outcome.ended - outcome.started).total_seconds()
    yield Line(f"{title} in {duration(seconds)}{_healthy_words(outcome, well)}", tone)
    told = {InstanceKey(one.account, one.region) for one in outcome.root_causes}
    yield from _instance_lines(outcome, told)
    if outcome.root_causes:
        yield Line("Why", Tone.STRONG)
        yield from cause_lines(outcome.root_causes)
    if outcome.not_attempted:
        named = name_or_count(outcome.not_attempted)
        text = f"Not attempted ({len(outcome.not_attempted)}): {named}"
        yield from (Line(one, Tone.WARNING) for one in wrapped(text, first="", rest="  "))
    for step in outcome.unsent:
        yield Line(f"Not sent: {step_words(step)}", Tone.WARNING)
    if outcome.remaining:
        left = count(len(outcome.remaining.steps), "step")
        yield Line(f"Still to do: {left}; {again} plans them anew", Tone.WARNING)


def _healthy_words(outcome: Outcome, well: str) -> str:
    """Count the stack instances that are as they shall be, of those that shall be.

    Those that were never made count as well as those that are there: a plan that remains leaves
    neither alone. Where all are to go, they are counted from the first that went.
    """
    remaining = outcome.remaining.instances if outcome.remaining else ()
    unfinished = {one.key for one in remaining if one.kind is not ChangeKind.LEAVE}
    counted = ({one.key for one in outcome.instances} | unfinished).difference(outcome.kept)
    goes = {one.key for one in outcome.plan.instances if one.kind.leaves_stack_set}
    if counted and counted <= goes:
        removed = len(goes) - len(counted)
        return f": {removed} of {count(len(goes), 'stack instance')} removed"
    calm = counted - unfinished
    healthy = sum(_is_well(one) and one.key in calm for one in outcome.instances)
    kept = f", {len(outcome.kept)} left alone" if outcome.kept else ""
    words = f": {healthy} of {count(len(counted), 'stack instance')} {well}"
    return f"{words if counted else ''}{kept}"


def _instance_lines(outcome: Outcome, told: Collection[InstanceKey]) -> Iterator[Line]:
    """Give a line per instance; of very many, only those with something to say."""
    many = len(outcome.instances) > MANY
    kept = frozenset(outcome.kept)
    yield from row_lines(
        [
            Row(
                key=one.key,
                cells=(
                    one.status.lower(),
                    "left alone" if one.key in kept else _status_words(one, told),
                ),
                tone=_tone(one, kept),
                alone=one.detailed_status is not DetailedStatus.CANCELLED,
            )
            for one in outcome.instances
            if not (many and _is_well(one))
        ]
    )


def _tone(instance: StackInstance, kept: Collection[InstanceKey]) -> Tone:
    if instance.key in kept:
        return Tone.FAINT
    return Tone.GOOD if _is_well(instance) else Tone.BAD


def _is_well(instance: StackInstance) -> bool:
    return instance.is_healthy and instance.stack_exists is not False


def _status_words(instance: StackInstance, told: Collection[InstanceKey]) -> str:
    """Say what the last operation left; a cascade's reason and a told cause are not repeated."""
    calm = instance.detailed_status in {DetailedStatus.SUCCEEDED, None}
    cascade = instance.detailed_status is DetailedStatus.CANCELLED or instance.key in told
    words = (
        "" if calm else str(instance.detailed_status).lower(),
        "its stack is gone" if instance.stack_exists is False else "",
        "" if cascade else instance.status_reason,
    )
    return ", ".join(filter(None, words))
