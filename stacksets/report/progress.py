"""Running operations as people see them: a dozen lines at most, however many stack instances.

A few stack instances get a line each; many are counted by region.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from stacksets.model.observed import OperationStatus, ResultStatus
from stacksets.report.message import Line, Tone, align, count, duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from stacksets.model.desired import InstanceKey, OperationId, Region
    from stacksets.model.outcome import InstanceProgressed, OperationObserved

    Names = Mapping[OperationId, str]

MOST_LINES = 12
STATES = {
    ResultStatus.SUCCEEDED: ("done", Tone.GOOD),
    ResultStatus.RUNNING: ("running", Tone.PLAIN),
    ResultStatus.PENDING: ("waiting", Tone.FAINT),
    ResultStatus.FAILED: ("failed", Tone.BAD),
    ResultStatus.CANCELLED: ("cancelled", Tone.WARNING),
}
"""Our words for how an operation goes in a stack instance: AWS's PENDING says as little of what is
waited for as OUTDATED does of what was never asked for."""

_FEW = 8
_NAMED_OPERATIONS = 2


def count_words(observed: Sequence[OperationObserved]) -> str:
    """Say how many stack instances are where; those that failed are as of now, not as listed."""
    counts: Counter[ResultStatus] = Counter()
    for one in observed:
        counts.update(one.counts)
    failed = sum(max(one.failed_count, one.counts[ResultStatus.FAILED]) for one in observed)
    counts[ResultStatus.FAILED] = failed
    said = [f"{counts[status]} {word}" for status, (word, _) in STATES.items() if counts[status]]
    return ", ".join(said)


def operation_words(observed: Sequence[OperationObserved], names: Names | None = None) -> str:
    """Say how the operations stand that were sent together, one of them by its name."""
    if len(observed) == 1:
        [one] = observed
        name = (names or {}).get(one.operation_id, "operation")
        return f"{name} {one.status.lower()}{_queue_words(one, names or {})}"
    statuses = Counter(one.status for one in observed)
    said = ", ".join(f"{number} {status.lower()}" for status, number in statuses.items())
    return f"{count(len(observed), 'operation')} ({said})"


def operation_line(
    observed: Sequence[OperationObserved],
    seconds: float | None = None,
    names: Names | None = None,
) -> Line:
    """Say in one line how operations stand and how many stack instances are where.

    Without `seconds` nothing of it changes but by news.
    """
    elapsed = "" if seconds is None else f", {duration(seconds)}"
    words = count_words(observed)
    counts = f": {words}{_age_words(observed, seconds)}" if words else ""
    failed = any(one.status is OperationStatus.FAILED for one in observed)
    text = f"  {operation_words(observed, names)}{elapsed}{counts}"
    return Line(text, Tone.BAD if failed else Tone.FAINT)


def progress_lines(
    observed: Sequence[OperationObserved],
    moves: Mapping[InstanceKey, InstanceProgressed],
    seconds: float,
) -> list[Line]:
    """Give the screen of running operations, `seconds` after they were begun to be waited for.

    `moves` holds the last move of each stack instance that has moved.
    """
    instances = {key: status for one in observed for key, status in one.instances.items()}
    first = operation_line(observed, seconds)
    if len(instances) <= _FEW:
        return [first, *_instance_lines(instances, moves, seconds)]
    return [first, *_region_lines(instances)]


def _age_words(observed: Sequence[OperationObserved], seconds: float | None) -> str:
    """Say how old the counts are, where the latest look was not one at every stack instance."""
    listed = [
        one.listed_seconds
        for one in observed
        if one.listed_seconds is not None and one.listed_seconds < one.seconds
    ]
    return (
        "" if seconds is None or not listed else f" (as of {duration(seconds - min(listed))} ago)"
    )


def _queue_words(observed: OperationObserved, names: Names) -> str:
    """Name what a queued operation waits for."""
    behind = [names.get(one, one) for one in observed.queued_behind]
    if not behind:
        return ""
    rest = len(behind) - _NAMED_OPERATIONS
    more = f" and {rest} more" if rest > 0 else ""
    return f" behind {', '.join(behind[:_NAMED_OPERATIONS])}{more}"


def _instance_lines(
    instances: Mapping[InstanceKey, ResultStatus],
    moves: Mapping[InstanceKey, InstanceProgressed],
    seconds: float,
) -> Iterator[Line]:
    rows = [
        [str(key), STATES[status][0], _instance_time(status, moves.get(key), seconds)]
        for key, status in sorted(instances.items())
    ]
    tones = [STATES[instances[key]][1] for key in sorted(instances)]
    for tone, text in zip(tones, align(rows), strict=True):
        yield Line(text, tone)


def _instance_time(status: ResultStatus, move: InstanceProgressed | None, seconds: float) -> str:
    """Say for how long an instance has been seen to run, or after how long in all it ended."""
    if move is None:
        return ""
    if status is ResultStatus.RUNNING:
        return duration(max(0.0, seconds - move.seconds))
    return f"after {duration(move.seconds)}"


def _region_lines(instances: Mapping[InstanceKey, ResultStatus]) -> Iterator[Line]:
    regions: dict[Region, Counter[ResultStatus]] = defaultdict(Counter)
    for key, status in instances.items():
        regions[key.region][status] += 1
    shown = sorted(regions, key=lambda one: (_dullness(regions[one]), one))[: MOST_LINES - 2]
    rows = [[one, _region_words(regions[one])] for one in sorted(shown)]
    yield from (Line(text) for text in align(rows))
    rest = [regions[one] for one in regions if one not in shown]
    if rest:
        total = sum(rest, Counter[ResultStatus]())
        yield Line(f"  and {count(len(rest), 'more region')}: {_region_words(total)}", Tone.FAINT)


def _dullness(counts: Counter[ResultStatus]) -> int:
    """Rank a region: where something runs or failed is looked at first, what is done last."""
    if counts[ResultStatus.RUNNING] or counts[ResultStatus.FAILED]:
        return 0
    return 1 if counts[ResultStatus.PENDING] else 2


def _region_words(counts: Counter[ResultStatus]) -> str:
    done = f"{counts[ResultStatus.SUCCEEDED]} of {counts.total()} done"
    others = [
        f"{counts[status]} {word}"
        for status, (word, _) in STATES.items()
        if counts[status] and status is not ResultStatus.SUCCEEDED
    ]
    return ", ".join([done, *others])
