"""What a diagnosis comes to: the root causes, what waits behind them, what could not be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.model.diagnosis import DiagnosisState
from stacksets.report.cause import (
    cause_data,
    cause_lines,
    group_causes,
    name_instances,
    wrapped,
)
from stacksets.report.kept_stacks import import_words
from stacksets.report.message import Line, Result, Tone, count

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from stacksets.model.desired import Deployment, InstanceKey
    from stacksets.model.diagnosis import Diagnosis
    from stacksets.model.observed import Operation

_CODES = {
    DiagnosisState.NO_FAULT: "no_fault",
    DiagnosisState.FAULT: "fault",
    DiagnosisState.UNKNOWN: "could_not_tell",
}


def diagnosis_result(
    deployment: Deployment, diagnosis: Diagnosis | None, record: Mapping[str, object]
) -> Result:
    """Tell what was found: 0 no fault, 5 a fault, 4 could not tell; None is no stack set.

    A stack set that was never made is only not deployed.
    """
    if diagnosis is None:
        where = f"{deployment.admin_account} in {deployment.home_region}"
        line = Line(f"There is no stack set {deployment.name} in {where}", Tone.WARNING)
        return Result(
            code="not_deployed",
            exit_code=0,
            lines=(line,),
            data={**record, "operation": None, "root_causes": [], "not_attempted": []},
        )
    return Result(
        code=_CODES[diagnosis.state],
        exit_code=diagnosis.state.exit_code,
        lines=tuple(_lines(deployment, diagnosis)),
        data={**record, **diagnosis_data(diagnosis)},
    )


def diagnosis_data(diagnosis: Diagnosis) -> dict[str, object]:
    """Give a diagnosis as JSON-ready data; instances are named `account/region`."""
    operation = diagnosis.operation
    return {
        "operation": operation and _operation_data(operation),
        "root_causes": [cause_data(one) for one in diagnosis.causes],
        "not_attempted": _names(diagnosis.not_attempted),
        "missing": _names(diagnosis.missing),
        "moving": _names(diagnosis.moving),
        "unread": [{"instance": str(one.key), "why": one.why} for one in diagnosis.unread],
        "left_alone": _names([one.key for one in diagnosis.left_alone]),
        "stacks_looked_up": diagnosis.stacks_looked_up,
    }


def _operation_data(operation: Operation) -> dict[str, object]:
    return {
        "id": operation.id,
        "action": operation.action.value,
        "status": operation.status.value,
        "reason": operation.status_reason,
    }


def _names(keys: Sequence[InstanceKey]) -> list[str]:
    return [str(key) for key in keys]


def _lines(deployment: Deployment, diagnosis: Diagnosis) -> Iterator[Line]:
    yield _headline(deployment, diagnosis)
    yield from cause_lines(diagnosis.causes, whole=True)
    for title, keys in (
        ("Not attempted", diagnosis.not_attempted),
        ("Under way", diagnosis.moving),
        ("In the file and not there yet", diagnosis.missing),
    ):
        if keys:
            text = f"{title} ({len(keys)}): {name_instances(keys, whole=True)}"
            yield from (Line(one, Tone.WARNING) for one in wrapped(text, first="", rest="  "))
    for unread in diagnosis.unread:
        text = f"could not tell about {unread.key}: {unread.why}"
        yield from (Line(one, Tone.WARNING) for one in wrapped(text, first="  ?  "))
    for kept in diagnosis.left_alone:
        yield Line(f"  ·  {kept.key} is left alone: {kept.why}", Tone.FAINT)
    if not diagnosis.stacks_looked_up:
        text = "whether the stacks of healthy instances exist was not looked up; --audit does"
        yield Line(f"  ?  {text}", Tone.WARNING)
    if any(one.of_import for one in diagnosis.causes):
        again = import_words("stacksets import", dict.fromkeys(diagnosis.unimported))
        yield Line(f"→ once that is mended, and before any deploy: `{again}`")
    elif diagnosis.causes:
        again = "tries again to delete" if diagnosis.retry.removes else "retries"
        words = f"{diagnosis.retry.who} {again} what failed, and the rest"
        yield Line(f"→ once that is mended: {words}")


def _headline(deployment: Deployment, diagnosis: Diagnosis) -> Line:
    operation = diagnosis.operation
    where = f"stack set {deployment.name}"
    if operation:
        words = f"{operation.action.lower()}, {operation.status}"
        where = f"operation {operation.id} ({words}) of {where}"
    if diagnosis.state is DiagnosisState.FAULT:
        causes = count(len(group_causes(diagnosis.causes)), "root cause")
        places = count(len({one.key for one in diagnosis.causes}), "stack instance")
        return Line(f"{causes} in {places} of {where}", Tone.BAD)
    if diagnosis.state is DiagnosisState.UNKNOWN:
        return Line(f"Could not tell whether anything is wrong in {where}", Tone.WARNING)
    return Line(f"No fault found in {where}", Tone.GOOD)
