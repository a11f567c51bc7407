"""How a run ended, as words and as data: every instance, and each root cause told once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.model.desired import InstanceKey
from stacksets.model.observed import DetailedStatus
from stacksets.model.outcome import Verdict
from stacksets.report.message import Line, Tone, align, count, duration
from stacksets.report.plan import plan_data

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from stacksets.model.observed import StackInstance
    from stacksets.model.outcome import Outcome, RootCause

_TITLES = {
    Verdict.NO_CHANGES: ("No changes", Tone.GOOD),
    Verdict.SUCCEEDED: ("Succeeded", Tone.GOOD),
    Verdict.PARTIAL: ("Succeeded in part", Tone.BAD),
    Verdict.FAILED: ("Failed", Tone.BAD),
    Verdict.STOPPED: ("Stopped", Tone.BAD),
}
_NAMED_INSTANCES = 5
_MANY = 40


def outcome_lines(outcome: Outcome) -> tuple[Line, ...]:
    """Tell the verdict, the stack instances, the root causes and what is still to do."""
    return tuple(_lines(outcome))


def outcome_data(outcome: Outcome) -> dict[str, object]:
    """Give an outcome as JSON-ready data."""
    return {
        "verdict": outcome.verdict.value,
        "plan": plan_data(outcome.plan),
        "operation_ids": list(outcome.operation_ids),
        "instances": [instance_data(one) for one in outcome.instances],
        "root_causes": [cause_data(one) for one in outcome.root_causes],
        "not_attempted": [str(key) for key in outcome.not_attempted],
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
        "overridden": None if overrides is None else sorted(overrides),
        "last_operation_id": instance.last_operation_id,
    }


def cause_data(cause: RootCause) -> dict[str, object]:
    """Give a root cause as JSON-ready data."""
    return {
        "account": cause.account,
        "region": cause.region,
        "logical_id": cause.logical_id,
        "resource_type": cause.resource_type,
        "reason": cause.reason,
        "stack_id": cause.stack_id,
    }


def cause_lines(causes: Sequence[RootCause], cancelled: int = 0) -> Iterator[Line]:
    """Tell each root cause once, with where it struck; what was cancelled behind it is counted."""
    for number, (cause, places) in enumerate(_grouped(causes), 1):
        named = ", ".join(str(key) for key in places[:_NAMED_INSTANCES])
        rest = len(places) - _NAMED_INSTANCES
        yield Line(f"{number:>3}  {named}" + (f" and {rest} more" if rest > 0 else ""), Tone.BAD)
        resource = f"{cause.logical_id} ({cause.resource_type}): " if cause.logical_id else ""
        yield Line(f"     {resource}{cause.reason}", Tone.BAD)
    if cancelled:
        yield Line(f"     {count(cancelled, 'stack instance')} cancelled behind it", Tone.WARNING)


def _grouped(causes: Sequence[RootCause]) -> list[tuple[RootCause, list[InstanceKey]]]:
    groups: dict[tuple[str, str, str], tuple[RootCause, list[InstanceKey]]] = {}
    for cause in causes:
        name = (cause.logical_id, cause.resource_type, cause.reason)
        groups.setdefault(name, (cause, []))[1].append(InstanceKey(cause.account, cause.region))
    return list(groups.values())


def _lines(outcome: Outcome) -> Iterator[Line]:
    title, tone = _TITLES[outcome.verdict]
    seconds = (outcome.ended - outcome.started).total_seconds()
    yield Line(f"{title} in {duration(seconds)}{_healthy_words(outcome)}", tone)
    told = {InstanceKey(one.account, one.region) for one in outcome.root_causes}
    yield from _instance_lines(outcome.instances, told)
    if outcome.root_causes or outcome.not_attempted:
        yield Line("Why", Tone.STRONG)
        yield from cause_lines(outcome.root_causes, len(outcome.not_attempted))
    if outcome.remaining:
        left = count(len(outcome.remaining.steps), "step")
        yield Line(f"Still to do: {left}; the same command again plans them anew", Tone.WARNING)


def _healthy_words(outcome: Outcome) -> str:
    if not outcome.instances:
        return ""
    healthy = sum(map(_is_well, outcome.instances))
    return f": {healthy} of {count(len(outcome.instances), 'stack instance')} as desired"


def _instance_lines(
    instances: Sequence[StackInstance], told: Collection[InstanceKey]
) -> Iterator[Line]:
    """Give a line per instance; of very many, only those with something to say."""
    many = len(instances) > _MANY
    shown = [one for one in instances if not (many and _is_well(one))]
    rows = [[str(one.key), one.status.lower(), _status_words(one, told)] for one in shown]
    for one, text in zip(shown, align(rows), strict=True):
        yield Line(text, Tone.GOOD if _is_well(one) else Tone.BAD)


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
