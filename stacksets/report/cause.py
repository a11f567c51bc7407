"""Root causes as words and as data: each told once, with where it struck and what to do."""

from __future__ import annotations

import re
from textwrap import wrap
from typing import TYPE_CHECKING, assert_never

from stacksets.alike import likewise, tell_alike, without_own_ids
from stacksets.model.outcome import GeneratedBy, WrittenAt
from stacksets.report.message import Line, Tone

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from stacksets.model.desired import InstanceKey
    from stacksets.model.outcome import RootCause, Source

WIDTH = 100
_NAMED_INSTANCES = 5
_INDENT = "     "
_COMMAND = re.compile(r"`(?:aws|stacksets) [^`\n]*`")
_UNBROKEN = "\N{NO-BREAK SPACE}"


def cause_data(cause: RootCause) -> dict[str, object]:
    """Give a root cause as JSON-ready data; `source` and `hint` are null where nothing is known."""
    hint = cause.hint
    return {
        "account": cause.account,
        "region": cause.region,
        "logical_id": cause.logical_id,
        "resource_type": cause.resource_type,
        "nested_in": list(cause.nested_in),
        "reason": cause.reason,
        "stack_id": cause.stack_id,
        "source": cause.source and _source_data(cause.source),
        "hint": hint and {"code": hint.code, "meaning": hint.meaning, "action": hint.action},
        "unread": cause.unread,
        "of_import": cause.of_import,
    }


def cause_lines(causes: Sequence[RootCause], *, whole: bool = False) -> Iterator[Line]:
    """Tell each root cause once: where it struck, what failed and why, whence, and what to do.

    With `whole` every stack instance is named, else the first few of each cause.
    """
    for number, group in enumerate(group_causes(causes), 1):
        yield from _block(number, group, whole=whole)


def name_instances(keys: Sequence[InstanceKey], *, whole: bool = False) -> str:
    """Name stack instances in a line: all of them, or the first few and how many more."""
    shown = keys if whole else keys[:_NAMED_INSTANCES]
    rest = len(keys) - len(shown)
    return ", ".join(map(str, shown)) + (f" and {rest} more" if rest else "")


def wrapped(text: str, *, first: str = _INDENT, rest: str = _INDENT) -> list[str]:
    """Break a text into lines of `WIDTH`, never within a word, since words are names and ARNs.

    Nor within a command, which is copied as it stands.
    """
    whole = _COMMAND.sub(lambda found: found[0].replace(" ", _UNBROKEN), text)
    return [
        line.replace(_UNBROKEN, " ")
        for paragraph in whole.splitlines() or [""]
        for line in wrap(
            paragraph,
            WIDTH,
            initial_indent=first,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        )
    ]


def group_causes(causes: Sequence[RootCause]) -> list[list[RootCause]]:
    """Put causes together that are one: the same resource and reason in several instances."""
    groups: dict[tuple[object, ...], list[RootCause]] = {}
    for cause in causes:
        groups.setdefault(_what_is_alike(cause), []).append(cause)
    return list(groups.values())


def _what_is_alike(cause: RootCause) -> tuple[object, ...]:
    reason = without_own_ids(cause.reason, cause.key)
    return (cause.nested_in, cause.logical_id, cause.resource_type, reason)


def _block(number: int, group: Sequence[RootCause], *, whole: bool) -> Iterator[Line]:
    cause = group[0]
    places = name_instances([one.key for one in group], whole=whole)
    yield from _lines(places, Tone.BAD, first=f"{number:>3}  ")
    yield from _lines(_failure_words(group), Tone.BAD)
    if cause.source:
        yield from _lines(source_words(cause.source), Tone.FAINT)
    if cause.hint:
        others = likewise(len({one.hint for one in group}))
        yield from _lines(f"means: {cause.hint.meaning}{others}", Tone.PLAIN)
        yield from _lines(cause.hint.action, Tone.PLAIN, first=f"{_INDENT}→ ", rest=f"{_INDENT}  ")
    for unread in dict.fromkeys(one.unread for one in group if one.unread):
        text = f"the stack's events could not be read: {unread}"
        yield from _lines(text, Tone.WARNING, first=f"{_INDENT}?  ", rest=f"{_INDENT}   ")


def _lines(text: str, tone: Tone, *, first: str = _INDENT, rest: str = _INDENT) -> Iterator[Line]:
    yield from (Line(line, tone) for line in wrapped(text, first=first, rest=rest))


def _failure_words(group: Sequence[RootCause]) -> str:
    cause, reason = group[0], tell_alike([one.reason for one in group])
    if not cause.logical_id:
        return reason
    path = ".".join((*cause.nested_in, cause.logical_id))
    return f"{path} ({cause.resource_type}): {reason}"


def source_words(source: Source) -> str:
    """Say where a resource comes from."""
    match source:
        case GeneratedBy():
            return f"made by {source.function} in {source.module}"
        case WrittenAt():
            return f"at {source.path}:{source.line}"
        case _:
            assert_never(source)


def _source_data(source: Source) -> dict[str, object]:
    match source:
        case GeneratedBy():
            return {"module": source.module, "function": source.function}
        case WrittenAt():
            return {"path": source.path, "line": source.line}
        case _:
            assert_never(source)
