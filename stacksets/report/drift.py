"""What a drift detection has found, as words and as data: alike stack instances are told once."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from stacksets.model.drift import DriftState
from stacksets.model.observed import OperationStatus
from stacksets.operation_ids import tell_operation
from stacksets.report.cause import cause_data, cause_lines, name_instances, wrapped
from stacksets.report.message import Line, Result, Tone, count, shorten
from stacksets.report.operations import operation_data

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence

    from stacksets.model.desired import InstanceKey
    from stacksets.model.diagnosis import Unread
    from stacksets.model.drift import Drift, InstanceDrift
    from stacksets.model.observed import PropertyDrift, ResourceDrift

Item = TypeVar("Item")

_CODES = {
    DriftState.IN_SYNC: "in_sync",
    DriftState.DRIFTED: "drifted",
    DriftState.FAILED: "detection_failed",
    DriftState.UNKNOWN: "could_not_tell",
}
_TITLES = {
    DriftState.IN_SYNC: ("In sync", Tone.GOOD),
    DriftState.DRIFTED: ("Drifted", Tone.BAD),
    DriftState.FAILED: ("Detection failed", Tone.BAD),
    DriftState.UNKNOWN: ("Could not tell", Tone.WARNING),
}
_MEND = (
    "→ put it back by hand, or take it into the template: no deploy undoes drift, since "
    "CloudFormation changes only what a template changes"
)


def drift_result(drift: Drift, stack_set_name: str, record: Mapping[str, object]) -> Result:
    """Tell what was found: 0 in sync, 8 drifted, 5 the detection failed, 4 could not tell."""
    return Result(
        code=_CODES[drift.state],
        exit_code=drift.state.exit_code,
        lines=tuple(_lines(drift, stack_set_name)),
        data={**record, **drift_data(drift)},
    )


def drift_data(drift: Drift) -> dict[str, object]:
    """Give what was found as JSON-ready data; values that may be secrets are masked already."""
    return {
        "detection": operation_data(drift.operation),
        "counts": {word.replace(" ", "_"): number for word, number in _counts(drift).items()},
        "drifted": [_instance_data(one) for one in drift.drifted],
        "drifted_unlisted": drift.unlisted,
        "in_sync": _names(drift.in_sync),
        "root_causes": [cause_data(one) for one in drift.causes],
        "not_examined": _names(drift.not_examined),
        "unread": [{"instance": str(one.key), "why": one.why} for one in drift.unread],
        "left_alone": _names([one.key for one in drift.left_alone]),
        "since": [operation_data(one) for one in drift.since],
    }


def _instance_data(one: InstanceDrift) -> dict[str, object]:
    return {
        "account": one.key.account,
        "region": one.key.region,
        "unread": one.unread,
        "resources": [
            {
                "logical_id": resource.logical_id,
                "physical_id": resource.physical_id,
                "resource_type": resource.resource_type,
                "status": resource.kind,
                "properties": [
                    {
                        "path": it.path,
                        "difference": it.kind,
                        "expected": it.expected,
                        "actual": it.actual,
                    }
                    for it in resource.properties
                ],
            }
            for resource in one.resources
        ],
    }


def _names(keys: Sequence[InstanceKey]) -> list[str]:
    return [str(key) for key in keys]


def _lines(drift: Drift, stack_set_name: str) -> Iterator[Line]:
    yield _headline(drift, stack_set_name)
    yield Line(f"  by {tell_operation(drift.operation)}", Tone.FAINT)
    for group in _alike(drift.drifted, _what_differs):
        yield from _block(group)
    if drift.unlisted:
        number = count(drift.unlisted, "more drifted stack instance")
        yield Line(f"  ?  AWS counts {number} than its list shows", Tone.WARNING)
    if drift.state is DriftState.DRIFTED:
        yield from (Line(one) for one in wrapped(_MEND, first="", rest="  "))
    if drift.causes:
        yield Line("The detection failed", Tone.STRONG)
        yield from cause_lines(drift.causes)
    if drift.not_examined:
        named = name_instances(drift.not_examined)
        yield Line(f"Not examined ({len(drift.not_examined)}): {named}", Tone.WARNING)
    for unread in _alike(drift.unread, _why):
        text = f"could not tell about {name_instances([one.key for one in unread])}: "
        yield from _warning(text + unread[0].why)
    for left in _alike(drift.left_alone, _why):
        named = name_instances([one.key for one in left])
        yield Line(f"  ·  left alone: {named}: {left[0].why}", Tone.FAINT)
    if drift.since:
        operations = count(len(drift.since), "operation")
        text = f"{operations} since, the latest: {tell_operation(drift.since[0])}"
        yield from _warning(f"{text}; `stacksets drift` examines the stack instances anew")


def _warning(text: str) -> Iterator[Line]:
    yield from (Line(one, Tone.WARNING) for one in wrapped(text, first="  ?  "))


def _headline(drift: Drift, stack_set_name: str) -> Line:
    counts = ", ".join(f"{number} {word}" for word, number in _counts(drift).items() if number)
    of_all = f"{counts} of {count(drift.total, 'stack instance')}"
    at = drift.operation.ended or drift.operation.created
    checked = (f"checked {at:%Y-%m-%d %H:%M:%SZ}",) if at else ()
    title, tone = _TITLES[drift.state]
    if drift.operation.status is OperationStatus.STOPPED and drift.state is DriftState.FAILED:
        title = "Detection stopped"
    words = (title, f"stack set {stack_set_name}", of_all, *checked)
    return Line(" · ".join(words), tone)


def _counts(drift: Drift) -> dict[str, int]:
    return {
        "drifted": len(drift.drifted) + drift.unlisted,
        "in sync": len(drift.in_sync),
        "failed": len(drift.causes),
        "not examined": len(drift.not_examined),
        "unknown": len(drift.unread),
        "left alone": len(drift.left_alone),
    }


def _alike(items: Sequence[Item], what: Callable[[Item], Hashable]) -> list[list[Item]]:
    """Put together what is told in the same words, in the order of the first of each."""
    groups: dict[Hashable, list[Item]] = {}
    for one in items:
        groups.setdefault(what(one), []).append(one)
    return list(groups.values())


def _what_differs(one: InstanceDrift) -> Hashable:
    """Give all that is told of an instance but the physical ids, which are nowhere the same."""
    differing = tuple(
        (resource.logical_id, resource.resource_type, resource.kind, resource.properties)
        for resource in one.resources
    )
    return (differing, one.unread)


def _why(unread: Unread) -> str:
    return unread.why


def _block(group: Sequence[InstanceDrift]) -> Iterator[Line]:
    alike = f" alike in {len(group)} stack instances" if len(group) > 1 else ""
    named = name_instances([one.key for one in group])
    yield Line(f"{named}  drifted{alike}", Tone.STRONG)
    first = group[0]
    for number, resource in enumerate(first.resources):
        ids = {one.resources[number].physical_id for one in group}
        yield from _resource_lines(resource, ids)
    if first.unread:
        yield from _warning(f"the resources could not be listed: {first.unread}")
    elif not first.resources:
        yield from _warning("AWS lists no resource that differs")


def _resource_lines(resource: ResourceDrift, ids: Collection[str]) -> Iterator[Line]:
    physical_id = f"  {resource.physical_id}" if len(ids) == 1 and resource.physical_id else ""
    words = f"{resource.logical_id}  {resource.resource_type}{physical_id}"
    yield Line(f"  {words}  {resource.kind.lower()}", Tone.BAD)
    yield from map(_property_line, resource.properties)


def _property_line(one: PropertyDrift) -> Line:
    expected, actual = _on_one_line(one.expected), _on_one_line(one.actual)
    match one.kind:
        case "ADD":
            return Line(f"    + {one.path}: {actual}", Tone.WARNING)
        case "REMOVE":
            return Line(f"    - {one.path}: {expected}", Tone.WARNING)
        case _:
            return Line(f"    ~ {one.path}: {expected} → {actual}", Tone.WARNING)


def _on_one_line(value: str) -> str:
    """Show a value as one line of the screen; AWS gives documents in many."""
    return shorten(" ".join(value.split()))
