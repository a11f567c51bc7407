"""What happens while a plan is carried out, as words and as data, one message an event."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from stacksets.model.observed import OperationStatus, ResultStatus
from stacksets.model.outcome import (
    InstanceProgressed,
    OperationObserved,
    StepFinished,
    StepStarted,
    Verified,
    Waited,
)
from stacksets.report.message import Line, Message, Tone, count, duration
from stacksets.report.plan import plan_data, step_data, step_words

if TYPE_CHECKING:
    from stacksets.model.outcome import Event

TONES = {
    ResultStatus.PENDING: Tone.FAINT,
    ResultStatus.RUNNING: Tone.PLAIN,
    ResultStatus.SUCCEEDED: Tone.GOOD,
    ResultStatus.FAILED: Tone.BAD,
    ResultStatus.CANCELLED: Tone.WARNING,
}


_SHORT = 80
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


def _step_started(event: StepStarted) -> Message:
    text = f"step {event.number}/{event.total}  {step_words(event.step)}"
    step = step_data(event.step)
    return Message(
        code="step_started",
        lines=(Line(text, Tone.STRONG),),
        data={"number": event.number, "total": event.total, "step": step},
    )


def _step_finished(event: StepFinished) -> Message:
    return Message(
        code="step_finished",
        lines=(Line(f"  step {event.number} done in {duration(event.seconds)}", Tone.GOOD),),
        data={"number": event.number, "step": step_data(event.step), "seconds": event.seconds},
    )


def _operation_observed(event: OperationObserved) -> Message:
    counts = {status: number for status, number in event.counts.items() if number}
    words = ", ".join(f"{number} {status.lower()}" for status, number in counts.items())
    text = f"  operation {event.status.lower()}" + (f": {words}" if words else "")
    failed = event.status is OperationStatus.FAILED
    return Message(
        code="operation_observed",
        lines=(Line(text, Tone.BAD if failed else Tone.FAINT),),
        data={
            "operation_id": event.operation_id,
            "status": event.status.value,
            "seconds": event.seconds,
            "counts": {status.value: number for status, number in counts.items()},
        },
    )


def _instance_progressed(event: InstanceProgressed) -> Message:
    reason = f"  {progress_reason(event)}".rstrip()
    text = f"  {event.key}  {event.status.lower():<9}  {duration(event.seconds)}{reason}"
    return Message(
        code="instance_progressed",
        lines=(Line(text, TONES[event.status]),),
        data={
            "account": event.key.account,
            "region": event.key.region,
            "status": event.status.value,
            "reason": event.status_reason,
            "seconds": event.seconds,
        },
    )


def progress_reason(event: InstanceProgressed) -> str:
    """Give a failure's reason in short: the outcome tells it whole, and once for all instances."""
    if event.status is not ResultStatus.FAILED or len(event.status_reason) <= _SHORT:
        return "" if event.status is ResultStatus.CANCELLED else event.status_reason
    return f"{event.status_reason[:_SHORT]}…"


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
