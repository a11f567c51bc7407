"""One result of several stack sets: each in its own words, then one table and one verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stacksets.report.message import Line, Message, Result, Tone, align

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from stacksets.report.record import Record

_NOT_DEPLOYED = "not_deployed"
_WORST_FIRST = (130, 3, 6, 5, 4, 7, 8, 0)
"""Interrupted, refused, conflict, did not succeed, could not tell, still running, a difference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartResult:
    """How a run went for one deployment file; the name is None where the file was not loaded."""

    file: str
    stack_set: str | None
    result: Result


def several_result(parts: Sequence[PartResult], record: Mapping[str, object]) -> Result:
    """Join the results of several deployment files; the exit code is the worst of them.

    Data: the record of the run with all operation ids, and `results`, one entry a file in the order
    given: `deployment_file`, `code`, `exit_code` and the data of that result.
    """
    worst = min((one.result for one in parts), key=_rank)
    return Result(
        code=worst.code,
        exit_code=worst.exit_code,
        lines=tuple(_lines(parts, worst)),
        data={
            **record,
            "operation_ids": [name for one in parts for name in _operation_ids(one.result)],
            "results": [
                {
                    **one.result.data,
                    "deployment_file": one.file,
                    "stack_set": one.stack_set,
                    "code": one.result.code,
                    "exit_code": one.result.exit_code,
                }
                for one in parts
            ],
        },
        is_error=all(one.result.is_error for one in parts),
    )


def not_attempted_result(record: Record, exit_code: int) -> Result:
    """Say that nothing was done for a file, because of a failure before it, whose code it has."""
    return Result(
        code="not_attempted",
        exit_code=exit_code,
        lines=(Line("Not attempted: nothing was changed", Tone.WARNING),),
        data=record.data(),
    )


def begun_message(part: Record, number: int, total: int) -> Message:
    """Say which of several stack sets the following lines are about."""
    name = part.deployment.name if part.deployment else ""
    return Message(
        code="stack_set_begun",
        lines=(Line(f"stack set {number}/{total}  {name}", Tone.STRONG),),
        data={"number": number, "total": total},
    )


def _rank(result: Result) -> tuple[int, int]:
    """Rank by the exit code, and of those that are as bad by what is least to be overlooked."""
    code = result.exit_code
    rank = _WORST_FIRST.index(code) if code in _WORST_FIRST else -1
    return rank, {_NOT_DEPLOYED: 0, "no_changes": 2}.get(result.code, 1)


def _operation_ids(result: Result) -> list[object]:
    found = result.data.get("operation_ids", [])
    return list(found) if isinstance(found, list) else []


def _lines(parts: Sequence[PartResult], worst: Result) -> Iterator[Line]:
    for one in parts:
        yield Line(f"── {one.stack_set or one.file} ({one.file})", Tone.STRONG)
        yield from one.result.lines
    yield Line("── all stack sets", Tone.STRONG)
    rows = [[one.stack_set or "-", one.file, _words(one.result)] for one in parts]
    for one, text in zip(parts, align(rows), strict=True):
        yield Line(text, _tone(one.result))
    yield Line(_verdict_words([one.result for one in parts], worst), _tone(worst))


def _verdict_words(results: Sequence[Result], worst: Result) -> str:
    """Say how many are well: one that is not deployed is not, though nothing is wrong with it."""
    absent = sum(one.code == _NOT_DEPLOYED for one in results)
    well = sum(one.exit_code == 0 for one in results) - absent
    words = f"{well} of {len(results)} stack sets well"
    if absent:
        words = f"{words}, {absent} not deployed"
    return words if worst.code == _NOT_DEPLOYED else f"{words}: {_words(worst)}"


def _tone(result: Result) -> Tone:
    if result.exit_code:
        return Tone.BAD
    return Tone.WARNING if result.code == _NOT_DEPLOYED else Tone.GOOD


def _words(result: Result) -> str:
    code = result.code.lower().replace("_", " ")
    return f"{code} (exit code {result.exit_code})" if result.exit_code else code
