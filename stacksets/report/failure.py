"""An error as the last word: what is wrong, and what mends it."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

from stacksets.errors import (
    AwsError,
    DetachedError,
    OperationFailedError,
    ProblemsError,
    StalePlanError,
)
from stacksets.report.cause import WIDTH, cause_data, cause_lines, wrapped
from stacksets.report.message import Line, Result, Tone, bound, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stacksets.errors import Problem, StackSetsError

# What a shell answers for a program that a signal ended.
_ENDED_BY_SIGNAL = 128
_MOST_MOVED = 20
_LONGEST_MOVED = 300
_ATTACHES = (
    "the same command again attaches to it (of a saved plan `stacksets resume`), "
    "`stacksets status` shows where it stands"
)
_BEGUN = (
    "what was begun goes on in AWS, the same command again (of a saved plan `stacksets resume`) "
    "goes on with it"
)


def error_result(
    error: StackSetsError, record: Mapping[str, object], *, begun: bool = False
) -> Result:
    """Word an error of ours; its notes are what could not be checked.

    Where AWS failed us and something may have `begun` by then, the hint says what becomes of that.
    """
    notes = list(getattr(error, "__notes__", ()))
    hint = "; ".join(filter(None, (error.hint, _BEGUN)))
    hint = hint if begun and isinstance(error, AwsError) else error.hint
    data: dict[str, object] = {"error": {**error.to_dict(), "hint": hint, "notes": notes}}
    if isinstance(error, OperationFailedError):
        data["root_causes"] = [cause_data(one) for one in error.root_causes]
    return Result(
        code=error.code,
        exit_code=error.exit_code,
        lines=(
            *_lines(error, hint),
            *(Line(f"  ?  {bound(note)}", Tone.WARNING) for note in notes),
        ),
        data={**record, **data},
        is_error=True,
    )


def bug_result(error: BaseException, record: Mapping[str, object], *, verbose: bool) -> Result:
    """Own up to what nobody foresaw: one sentence, the traceback only when asked for."""
    what = f"{type(error).__name__}: {error}".rstrip(": ").splitlines()[0]
    hint = "please report it to the maintainers with the traceback that -v prints"
    details = "".join(traceback.format_exception(error)).splitlines() if verbose else []
    return Result(
        code="STACKSETS_BUG",
        exit_code=1,
        lines=(
            *(Line(text, Tone.FAINT) for text in details),
            Line(f"error: a bug of ours: {what}", Tone.BAD),
            Line(f"→ {hint}"),
        ),
        data={
            **record,
            "error": {
                "code": "STACKSETS_BUG",
                "source": "tool",
                "exit_code": 1,
                "message": what,
                "hint": hint,
            },
            "traceback": details,
        },
        is_error=True,
    )


def usage_result(message: str, hint: str) -> Result:
    """Word a mistake in the flags or arguments."""
    return Result(
        code="USAGE",
        exit_code=2,
        lines=(Line(f"error: {message}", Tone.BAD), Line(f"→ {hint}")),
        data={
            "error": {
                "code": "USAGE",
                "source": "user",
                "exit_code": 2,
                "message": message,
                "hint": hint,
            }
        },
        is_error=True,
    )


def interrupted_result(record: Mapping[str, object], number: int, *, changing: bool) -> Result:
    """Say after a signal (Ctrl-C is number 2) what state things are in."""
    exit_code = _ENDED_BY_SIGNAL + number
    message, hint = (
        (
            "interrupted; what runs in AWS goes on",
            _ATTACHES,
        )
        if changing
        else ("interrupted; nothing was changed", "the same command again starts afresh")
    )
    return Result(
        code="INTERRUPTED",
        exit_code=exit_code,
        lines=(Line(message, Tone.WARNING), Line(f"→ {hint}")),
        data={
            **record,
            "error": {
                "code": "INTERRUPTED",
                "source": "user",
                "exit_code": exit_code,
                "message": message,
                "hint": hint,
            },
        },
        is_error=True,
    )


def _lines(error: StackSetsError, hint: str) -> Iterator[Line]:
    if isinstance(error, ProblemsError) and error.problems:
        yield Line(f"{error.message}:", Tone.BAD)
        yield from _problem_lines(error.problems)
    else:
        said, detached = bound(error.message), isinstance(error, DetachedError)
        yield Line(said if detached else f"error: {said}", Tone.BAD)
    if isinstance(error, OperationFailedError):
        yield from cause_lines(error.root_causes)
    if isinstance(error, StalePlanError):
        yield from _moved_lines(error.moved)
    if hint:
        yield Line(f"→ {hint}")


def _moved_lines(moved: tuple[str, ...]) -> Iterator[Line]:
    """Name what has moved since a plan was saved; of very much, the first.

    An id is never cut, however long its line: only values of templates are longer.
    """
    for one in moved[:_MOST_MOVED]:
        text = one if len(one) <= _LONGEST_MOVED else shorten(one)
        yield from (Line(line, Tone.BAD) for line in wrapped(text, first="  - ", rest="    "))
    if (rest := len(moved) - _MOST_MOVED) > 0:
        yield Line(f"  and {rest} more", Tone.BAD)


def _problem_lines(problems: tuple[Problem, ...]) -> Iterator[Line]:
    """Tell each problem, what mends it beside it where both fit, else below."""
    for number, one in enumerate(problems, 1):
        first = f"{number:>3}  "
        what = bound(": ".join(filter(None, (one.where, one.what))))
        hint = one.hint and f"→ {one.hint}"
        together = f"{first}{what}  {hint}".rstrip()
        if len(together) <= WIDTH:
            yield Line(together)
            continue
        yield from map(Line, wrapped(what, first=first))
        if hint:
            yield from map(Line, wrapped(hint, rest="       "))
