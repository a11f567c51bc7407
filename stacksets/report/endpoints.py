"""What the stack instances offer and how they answer: outputs and smoke, by account and region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.report.message import Line, Result, Tone, align

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from stacksets.outputs import InstanceOutputs
    from stacksets.smoke import SmokeCheck, SmokeResult

_WITH_FIGURES = "burst"


def outputs_result(outputs: Sequence[InstanceOutputs], record: Mapping[str, object]) -> Result:
    """Show every instance's outputs: 5 where a stack is not there, 4 where one was not read."""
    code, exit_code = _unread_verdict(outputs, otherwise="read")
    return Result(
        code=code,
        exit_code=exit_code,
        lines=tuple(_output_lines(outputs)) or (_NOTHING,),
        data={**record, "instances": [_outputs_data(one) for one in outputs]},
    )


def smoke_result(
    results: Sequence[SmokeResult], unread: Sequence[InstanceOutputs], record: Mapping[str, object]
) -> Result:
    """Show how every endpoint answered: 5 where one failed or is not there, 4 where none can tell.

    `unread` are the instances whose outputs, hence whose addresses, could not be read.
    """
    code, exit_code = _smoke_verdict(results, unread)
    return Result(
        code=code,
        exit_code=exit_code,
        lines=(*_smoke_lines(results), *_output_lines(unread)) or (_NOTHING,),
        data={
            **record,
            "instances": [_smoke_data(one) for one in results],
            "unread": [_outputs_data(one) for one in unread],
        },
    )


_NOTHING = Line("There is no stack instance", Tone.WARNING)


def _output_lines(outputs: Sequence[InstanceOutputs]) -> Iterator[Line]:
    for one in outputs:
        yield Line(str(one.key), Tone.STRONG)
        if one.problem:
            words = f"could not be read: {one.problem}" if one.unreadable else one.problem
            yield Line(f"  {words}", Tone.BAD)
        elif not one.outputs:
            yield Line("  no outputs", Tone.FAINT)
        rows = [[name, value] for name, value in sorted(one.outputs.items())]
        yield from (Line(text) for text in align(rows))


def _outputs_data(one: InstanceOutputs) -> dict[str, object]:
    return {
        "account": one.key.account,
        "region": one.key.region,
        "outputs": dict(sorted(one.outputs.items())),
        "problem": one.problem,
        "unreadable": one.unreadable,
    }


def _smoke_verdict(
    results: Sequence[SmokeResult], unread: Sequence[InstanceOutputs]
) -> tuple[str, int]:
    if not all(one.passed for one in results):
        return "failed", 5
    return _unread_verdict(unread, otherwise="passed")


def _unread_verdict(outputs: Sequence[InstanceOutputs], *, otherwise: str) -> tuple[str, int]:
    if any(one.problem and not one.unreadable for one in outputs):
        return "failed", 5
    return ("unknown", 4) if any(one.unreadable for one in outputs) else (otherwise, 0)


def _smoke_lines(results: Sequence[SmokeResult]) -> Iterator[Line]:
    for one in results:
        latency = "" if one.latency_ms is None else f"  {one.latency_ms:.0f} ms"
        where = f"{one.url or one.key}  {_answer(one)}{latency}"
        yield Line(where, Tone.GOOD if one.passed else Tone.BAD)
        yield from _check_lines(one.checks)


def _answer(one: SmokeResult) -> str:
    if not one.url:
        return "not called"
    return "no answer" if one.status is None else f"{one.status}  {_first_line(one.body)}"


def _check_lines(checks: Sequence[SmokeCheck]) -> Iterator[Line]:
    """Spell out what did not pass; of what did, only the figures of the burst."""
    passed = [
        f"{one.name} ({one.detail})" if one.name == _WITH_FIGURES else one.name
        for one in checks
        if one.passed
    ]
    if passed:
        yield Line(f"  ok      {', '.join(passed)}", Tone.FAINT)
    for one in checks:
        if one.passed is None:
            yield Line(f"  ?       {one.name}: {one.detail}", Tone.WARNING)
        elif not one.passed:
            yield Line(f"  failed  {one.name}: {one.detail}", Tone.BAD)


def _first_line(body: str) -> str:
    return next(iter(body.splitlines()), "")[:80]


def _smoke_data(one: SmokeResult) -> dict[str, object]:
    return {
        "account": one.key.account,
        "region": one.key.region,
        "url": one.url,
        "status": one.status,
        "body": one.body,
        "latency_ms": one.latency_ms,
        "passed": one.passed,
        "checks": [
            {"name": check.name, "passed": check.passed, "detail": check.detail}
            for check in one.checks
        ],
    }
