"""Operations as words and as data: the latest ones, what came of one, what happened in it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from stacksets.model.observed import OperationStatus, ResultStatus
from stacksets.operation_ids import find_purpose, tell_operation, tell_starter
from stacksets.report.many import MANY, Row, row_lines
from stacksets.report.message import Line, Message, Result, Tone, align, count, duration
from stacksets.report.progress import STATES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from stacksets.aws.door import StackEvent
    from stacksets.events import ResultEvents
    from stacksets.model.observed import Operation, OperationResult
    from stacksets.resumable import Resumable
    from stacksets.watch import Watched

NOT_DEPLOYED = "not_deployed"
_NAMED_INSTANCES = 5
_FAILED = 5
_UNREAD = 4


def operations_result(
    operations: Sequence[Operation], limit: int, record: Mapping[str, object]
) -> Result:
    """List the latest operations, newest first; `limit` is how many at most."""
    shown = operations[:limit]
    rows = [["since", "took", "action", "status", "failed", "started by", "id"]]
    rows += [_operation_cells(one) for one in shown]
    tones = [Tone.STRONG, *(_operation_tone(one) for one in shown)]
    lines = [Line(text, tone) for text, tone in zip(align(rows, indent=""), tones, strict=True)]
    return Result(
        code="operations",
        exit_code=0,
        lines=tuple(lines) if shown else (Line("No operation has been carried out yet"),),
        data={**record, "operations": [operation_data(one) for one in shown]},
    )


def nothing_running_result(latest: Operation | None, record: Mapping[str, object]) -> Result:
    """Say that no operation runs, and how the latest one ended."""
    words = f"; the latest was {tell_operation(latest)}" if latest else ""
    return Result(
        code="nothing_running",
        exit_code=0,
        lines=(Line(f"No operation runs{words}"),),
        data={**record, "latest": latest and operation_data(latest), "operations": []},
    )


def not_deployed_result(name: str, record: Mapping[str, object]) -> Result:
    """Say that there is no stack set, so that nothing can run on it."""
    return Result(
        code=NOT_DEPLOYED,
        exit_code=0,
        lines=(Line(f"There is no stack set {name}, so no operation runs", Tone.WARNING),),
        data={**record, "operations": []},
    )


def passed_over_message(resumable: Resumable) -> Message:
    """Tell which operation is gone on with, and which were passed over on the way to it."""
    newest, *older = resumable.passed_over
    more = f" and {len(older)} more before it" if older else ""
    return Message(
        code="passed_over",
        lines=(
            Line(f"Passes over {tell_operation(newest)}{more}: detecting drift changes nothing"),
            Line(f"Goes on with {tell_operation(resumable.operation)}"),
        ),
        data={
            "operation": operation_data(resumable.operation),
            "passed_over": [operation_data(one) for one in resumable.passed_over],
        },
    )


def watched_result(
    watched: Sequence[Watched],
    record: Mapping[str, object],
    *,
    go_on: str,
    stopped: bool = False,
    before: bool = False,
) -> Result:
    """Tell how operations ended, from their results: 0 well everywhere, 5 not.

    `go_on` is the command that tells more. Where `stopped`, the stop was asked for, and cancelled
    stack instances are as they should be: then only failures are none. `before` says that they had
    ended before anybody looked.
    """
    verdicts = [_verdict(one) for one in watched]
    fine = {"succeeded", "stopped"} if stopped else {"succeeded"}
    failing = [
        one
        for one, verdict in zip(watched, verdicts, strict=True)
        if verdict not in fine or (stopped and _count_failed(one))
    ]
    code = _verdict(failing[0]) if failing else verdicts[-1]
    hint = (Line(f"→ `{go_on}` tells why"),) if failing and code != "stopped" else ()
    return Result(
        code=code,
        exit_code=_FAILED if failing else 0,
        lines=(
            *((Line("No operation runs; what ran last:"),) if before else ()),
            *(line for one in watched for line in _watched_lines(one)),
            *hint,
        ),
        data={**record, "operations": [_watched_data(one) for one in watched]},
    )


def events_result(
    operation: Operation,
    results: Sequence[ResultEvents],
    limit: int,
    record: Mapping[str, object],
) -> Result:
    """Tell each stack instance's result and the last `limit` events of each failed stack.

    Exit code 4 where the events of a failed stack could not be read.
    """
    unread = any(one.unread for one in results)
    return Result(
        code="operation_events",
        exit_code=_UNREAD if unread else 0,
        lines=tuple(_events_lines(operation, results, limit)),
        data={
            **record,
            "operation": operation_data(operation),
            "results": [_result_events_data(one, limit) for one in results],
        },
    )


def operation_data(operation: Operation) -> dict[str, object]:
    """Give an operation as JSON-ready data; `purpose` is null where another client started it."""
    purpose = find_purpose(operation.id)
    return {
        **timed_operation_data(operation),
        "failed_count": operation.failed_count,
        "is_ours": purpose is not None,
        "purpose": purpose and purpose.value,
    }


def timed_operation_data(operation: Operation) -> dict[str, object]:
    """Give what an operation is and when, as JSON-ready data."""
    return {
        "id": operation.id,
        "action": operation.action.value,
        "status": operation.status.value,
        "reason": operation.status_reason,
        "created": operation.created and operation.created.isoformat(),
        "ended": operation.ended and operation.ended.isoformat(),
    }


def _operation_cells(operation: Operation) -> list[str]:
    return [
        _moment(operation.created),
        _took(operation),
        operation.action,
        operation.status,
        str(operation.failed_count),
        tell_starter(operation.id),
        f"{operation.id}{_reason_words(operation.status_reason)}",
    ]


def _operation_tone(operation: Operation) -> Tone:
    if operation.status is OperationStatus.FAILED or operation.failed_count:
        return Tone.BAD
    return Tone.GOOD if operation.status is OperationStatus.SUCCEEDED else Tone.WARNING


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%SZ}" if at else "-"


def _took(operation: Operation) -> str:
    if operation.created is None or operation.ended is None:
        return "-"
    return duration((operation.ended - operation.created).total_seconds())


def _reason_words(reason: str) -> str:
    return f"  {reason}" if reason else ""


def _verdict(watched: Watched) -> str:
    match watched.operation.status:
        case OperationStatus.STOPPED:
            return "stopped"
        case OperationStatus.SUCCEEDED:
            return "succeeded" if watched.succeeded else "partial"
        case _:
            return "failed"


def _count_failed(watched: Watched) -> int:
    listed = sum(one.status is ResultStatus.FAILED for one in watched.results)
    return max(listed, watched.operation.failed_count)


def _counts(watched: Watched) -> dict[ResultStatus, int]:
    counts = Counter(one.status for one in watched.results)
    counts[ResultStatus.FAILED] = _count_failed(watched)
    return {status: counts[status] for status in STATES if counts[status]}


def _watched_lines(watched: Watched) -> Iterator[Line]:
    operation = watched.operation
    counts = ", ".join(f"{number} {STATES[one][0]}" for one, number in _counts(watched).items())
    words = f"Operation {operation.id} ({operation.action}) {operation.status.lower()}"
    took = f" in {_took(operation)}" if operation.ended and operation.created else ""
    yield Line(
        f"{words}{took}{f': {counts}' if counts else ''}",
        Tone.GOOD if watched.succeeded else Tone.BAD,
    )
    if operation.status_reason:
        yield Line(f"  {operation.status_reason}", Tone.BAD)
    failed = [one for one in watched.results if one.status is ResultStatus.FAILED]
    for reason, places in _by_reason(failed).items():
        yield Line(f"  {_named(places)}  failed", Tone.BAD)
        yield Line(f"    {reason or 'AWS gives no reason'}", Tone.BAD)
    cancelled = [str(one.key) for one in watched.results if one.status is ResultStatus.CANCELLED]
    if cancelled:
        yield Line(f"  {_named(sorted(cancelled))}  cancelled", Tone.WARNING)


def _named(places: Sequence[str]) -> str:
    rest = len(places) - _NAMED_INSTANCES
    more = f" and {rest} more" if rest > 0 else ""
    return f"{', '.join(places[:_NAMED_INSTANCES])}{more}"


def _by_reason(failed: Sequence[OperationResult]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for one in failed:
        groups.setdefault(one.status_reason, []).append(str(one.key))
    return groups


def _watched_data(watched: Watched) -> dict[str, object]:
    return {
        **operation_data(watched.operation),
        "verdict": _verdict(watched),
        "counts": {status.value: number for status, number in _counts(watched).items()},
        "results": [_result_data(one) for one in watched.results],
    }


def _result_data(result: OperationResult) -> dict[str, object]:
    return {
        "account": result.account,
        "region": result.region,
        "status": result.status.value,
        "reason": result.status_reason,
    }


def _events_lines(
    operation: Operation, results: Sequence[ResultEvents], limit: int
) -> Iterator[Line]:
    text = tell_operation(operation)
    yield Line(f"O{text[1:]}{_reason_words(operation.status_reason)}", Tone.STRONG)
    if not results:
        yield Line("  no stack instance is part of it")
    rows = [(one, _result_row(one.result)) for one in results]
    many = len(rows) > MANY
    yield from row_lines([row for _, row in rows if many and not row.alone])
    told = [(one, row) for one, row in rows if row.alone or not many]
    for (one, _), line in zip(told, row_lines([row for _, row in told]), strict=True):
        yield line
        if one.unread:
            yield Line(f"    ?  the stack's events could not be read: {one.unread}", Tone.WARNING)
        if len(one.events) > limit:
            yield Line(
                f"    {count(len(one.events) - limit, 'earlier event')} left out", Tone.FAINT
            )
        yield from _stack_lines(one.events[-limit:])


def _result_row(result: OperationResult) -> Row:
    word, tone = STATES[result.status]
    return Row(
        key=result.key,
        cells=(word, result.status_reason),
        tone=tone,
        alone=result.status is ResultStatus.FAILED,
    )


def _stack_lines(events: Sequence[StackEvent]) -> Iterator[Line]:
    rows = [
        [f"{one.at:%H:%M:%SZ}", one.status, one.logical_id, one.resource_type, one.reason]
        for one in events
    ]
    for one, text in zip(events, align(rows, indent="    "), strict=True):
        yield Line(text, Tone.BAD if one.status.endswith("FAILED") else Tone.FAINT)


def _result_events_data(one: ResultEvents, limit: int) -> dict[str, object]:
    return {
        **_result_data(one.result),
        "stack_id": one.stack_id,
        "unread": one.unread,
        "events": [
            {
                "at": event.at.isoformat(),
                "logical_id": event.logical_id,
                "physical_id": event.physical_id,
                "resource_type": event.resource_type,
                "status": event.status,
                "reason": event.reason,
            }
            for event in one.events[-limit:]
        ],
    }
