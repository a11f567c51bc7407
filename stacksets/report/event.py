"""What happens while a plan is carried out, as words and as data, one message an event."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from stacksets.model.observed import ResultStatus
from stacksets.model.outcome import (
    InstanceProgressed,
    OperationObserved,
    StepFinished,
    StepStarted,
    Verified,
    Waited,
)
from stacksets.model.plan import AttachToOperation, CreateStackSet, DeleteStackSet
from stacksets.report.message import Line, Message, Tone, count, duration
from stacksets.report.plan import plan_data, step_data, step_words
from stacksets.report.progress import STATES, operation_line

if TYPE_CHECKING:
    from stacksets.model.desired import OperationId
    from stacksets.model.outcome import Event
    from stacksets.model.plan import Step

_WAITS = {"detach": "detaching in {seconds}; Ctrl-C again stops the operation on AWS"}


def event_message(event: Event) -> Message:
    """Word an event; its code stays the same from version to version."""
    match event:
        case StepStarted():
            return _step_started(event)
        case StepFinished():
            return _step_finished(event)
        case OperationObserved():
            return _operation_observed(event)
        case InstanceProgressed():
            return _instance_progressed(event)
        case Waited():
            return _waited(event)
        case Verified():
            return _verified(event)
        case _:
            assert_never(event)


def _sent_operation(step: Step) -> OperationId | None:
    """Give the operation that a step starts, None where it starts none."""
    if isinstance(step, AttachToOperation | CreateStackSet | DeleteStackSet):
        return None
    return step.operation_id


def _step_started(event: StepStarted) -> Message:
    text = f"step {event.number}/{event.total}  {step_words(event.step)}"
    step = step_data(event.step)
    sent = _sent_operation(event.step)
    return Message(
        code="step_started",
        lines=(
            Line(text, Tone.STRONG),
            *((Line(f"  operation {sent}", Tone.FAINT),) if sent else ()),
        ),
        data={"number": event.number, "total": event.total, "step": step},
    )


def _step_finished(event: StepFinished) -> Message:
    return Message(
        code="step_finished",
        lines=(Line(f"  step {event.number} done in {duration(event.seconds)}", Tone.GOOD),),
        data={"number": event.number, "step": step_data(event.step), "seconds": event.seconds},
    )


def _operation_observed(event: OperationObserved) -> Message:
    line = operation_line([event])
    reason = f" ({event.status_reason})" if event.status_reason else ""
    return Message(
        code="operation_observed",
        lines=(Line(f"{line.text}{reason}", line.tone),),
        data={
            "operation_id": event.operation_id,
            "status": event.status.value,
            "reason": event.status_reason,
            "seconds": event.seconds,
            "counts": {status.value: number for status, number in sorted(event.counts.items())},
            "listed_seconds": event.listed_seconds,
            "failed_count": event.failed_count,
            "queued_behind": list(event.queued_behind),
        },
    )


def _instance_progressed(event: InstanceProgressed) -> Message:
    word, tone = STATES[event.status]
    text = f"  {event.key}  {word} after {duration(event.seconds)}"
    is_told = event.status is ResultStatus.FAILED and event.status_reason
    return Message(
        code="instance_progressed",
        lines=(
            Line(text, tone),
            *((Line(f"    {event.status_reason.rstrip()}", tone),) if is_told else ()),
        ),
        data={
            "operation_id": event.operation_id,
            "account": event.key.account,
            "region": event.key.region,
            "status": event.status.value,
            "reason": event.status_reason,
            "seconds": event.seconds,
        },
    )


def _waited(event: Waited) -> Message:
    words = _WAITS.get(event.what, "waiting for {what}, {seconds}")
    text = words.format(what=event.what, seconds=duration(event.seconds))
    return Message(
        code="waited",
        lines=(Line(f"  {text}", Tone.FAINT),),
        data={"what": event.what, "seconds": event.seconds},
    )


def _verified(event: Verified) -> Message:
    line = (
        Line("verified  a second plan is empty", Tone.GOOD)
        if event.plan.is_empty
        else Line(f"not verified  {count(len(event.plan.steps), 'step')} still to do", Tone.WARNING)
    )
    return Message(code="verified", lines=(line,), data={"plan": plan_data(event.plan)})
