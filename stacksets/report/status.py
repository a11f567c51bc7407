"""What AWS holds beside what the deployment file says: definition, instances, operations."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stacksets.alike import tell_alike, without_own_ids
from stacksets.definition import compare_templates
from stacksets.effective import find_deployed
from stacksets.model.observed import DetailedStatus, DriftStatus
from stacksets.observing import reads_overrides
from stacksets.operation_ids import tell_operation
from stacksets.report.cause import name_instances, wrapped
from stacksets.report.many import MANY, Row, name_or_count, row_lines
from stacksets.report.message import Line, Result, Tone, align, count, duration
from stacksets.report.operations import timed_operation_data
from stacksets.report.outcome import instance_data
from stacksets.report.parameters import forgotten_warnings, parameter_lines, parameters_data
from stacksets.report.traffic import traffic_data, traffic_lines
from stacksets.template import parse_template
from stacksets.traffic import find_traffic
from stacksets.unlisted import Unlisted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from stacksets.effective import EffectiveParameters
    from stacksets.model.desired import Deployment, InstanceKey
    from stacksets.model.observed import DriftSummary, Operation, Refusal, StackInstance, StackSet
    from stacksets.model.traffic import RegionTraffic


@dataclass(frozen=True, slots=True, kw_only=True)
class _Others:
    """The stack instances that the file does not ask for: why each goes or stays.

    `surplus` are those that a deploy removes, `never_updated` those that it cannot mend,
    `out_of_reach` those in accounts that AWS cannot reach any more.
    """

    whys: Mapping[InstanceKey, str]
    surplus: frozenset[InstanceKey]
    never_updated: frozenset[InstanceKey]
    out_of_reach: frozenset[InstanceKey]


_OPERATIONS = 5
_MOVING = {DetailedStatus.PENDING, DetailedStatus.RUNNING}


def status_result(
    deployment: Deployment, observed: StackSet | None, record: Mapping[str, object]
) -> Result:
    """Tell how the stack set stands: 0 nothing wrong, 5 something failed, 4 could not tell.

    A stack instance that the file names and the stack set lacks is wrong: that region answers
    nobody; but while an operation runs it may be on its way. A stack set that was never made is
    only not deployed.
    """
    if observed is None:
        return Result(
            code="not_deployed",
            exit_code=0,
            lines=(_absent_line(deployment),),
            data={**record, "instances": [], "missing": _names(_missing(deployment, ()))},
        )
    others = _find_others(deployment, observed)
    code, exit_code = _verdict(observed, _missing(deployment, observed.instances), others)
    deployed = find_deployed(deployment, observed)
    traffic = find_traffic(deployment, observed)
    warnings = forgotten_warnings(
        deployed,
        audited=not reads_overrides(deployment, observed),
        beyond=others.surplus | others.never_updated,
    )
    return Result(
        code=code,
        exit_code=exit_code,
        lines=(
            *_lines(deployment, observed, deployed, traffic, others),
            *(Line(f"  ! {one}", Tone.WARNING) for one in warnings),
        ),
        data={
            **record,
            **_data(deployment, observed, others),
            "traffic": traffic_data(traffic),
            "parameters": parameters_data(deployed),
            "warnings": list(warnings),
        },
    )


def _absent_line(deployment: Deployment) -> Line:
    where = f"{deployment.admin_account} in {deployment.home_region}"
    return Line(f"There is no stack set {deployment.name} in {where}", Tone.WARNING)


def _find_others(deployment: Deployment, observed: StackSet) -> _Others:
    """Find the stack instances that the file does not ask for."""
    wanted = set(deployment.instance_keys())
    unlisted = Unlisted(deployment)
    others = [one for one in observed.instances if one.key not in wanted]
    surplus = {one.key: found for one in others if (found := unlisted.find_surplus(one))}
    kept = [one for one in others if one.key not in surplus]
    return _Others(
        whys={
            one.key: surplus[one.key].why if one.key in surplus else unlisted.tell_kept(one)
            for one in others
        },
        surplus=frozenset(surplus),
        never_updated=frozenset(one.key for one in kept if unlisted.is_left_alone(one)),
        out_of_reach=frozenset(one.key for one in others if unlisted.tell_out_of_reach(one)),
    )


def _verdict(
    observed: StackSet, missing: Sequence[InstanceKey], others: _Others
) -> tuple[str, int]:
    """Judge what can be mended: a closed account is left out by StackSets, and by every deploy."""
    instances = [one for one in observed.instances if one.key not in others.out_of_reach]
    if any(_has_failed(one) for one in instances):
        return "failed", 5
    changing = _find_change(observed) is not None
    if missing and not changing:
        return "incomplete", 5
    if observed.stacks_looked_up and any(_is_unread(one) for one in instances):
        return "unknown", 4
    if changing or any(one.detailed_status in _MOVING for one in instances):
        return "in_progress", 0
    return "healthy", 0


def _find_change(observed: StackSet) -> Operation | None:
    """Give the operation that changes stack instances now; a drift detection only looks."""
    running = observed.running_operation
    return None if running and running.changes_nothing else running


def _has_failed(instance: StackInstance) -> bool:
    if instance.stack_exists is False:
        return True
    return not instance.is_healthy and instance.detailed_status not in _MOVING


def _is_unread(instance: StackInstance) -> bool:
    return instance.stack_id is not None and instance.stack_exists is None


def _missing(deployment: Deployment, there: Sequence[StackInstance]) -> list[InstanceKey]:
    present = {one.key for one in there}
    return [key for key in deployment.instance_keys() if key not in present]


def _names(keys: Iterable[InstanceKey]) -> list[str]:
    return [str(key) for key in keys]


def _data(deployment: Deployment, observed: StackSet, others: _Others) -> dict[str, object]:
    return {
        "stack_set_id": observed.id,
        "deployed_template_sha256": _sha256(observed),
        "is_deployed_template": _sha256(observed) == deployment.template.sha256,
        "drift": observed.drift and _drift_data(observed.drift),
        "instances": [instance_data(one) for one in observed.instances],
        "stacks_looked_up": observed.stacks_looked_up,
        "missing": _names(_missing(deployment, observed.instances)),
        "surplus": _names(one for one in others.whys if one in others.surplus),
        "left_alone": _names(one for one in others.whys if one not in others.surplus),
        "operations": [timed_operation_data(one) for one in observed.operations],
    }


def _drift_data(drift: DriftSummary) -> dict[str, object]:
    return {
        "status": drift.status.value,
        "detection_status": drift.detection_status,
        "checked": drift.checked and drift.checked.isoformat(),
        "total": drift.total,
        "drifted": drift.drifted,
        "in_sync": drift.in_sync,
        "failed": drift.failed,
    }


def _sha256(observed: StackSet) -> str:
    return hashlib.sha256(observed.template_body.encode()).hexdigest()


def _lines(
    deployment: Deployment,
    observed: StackSet,
    deployed: EffectiveParameters,
    traffic: Sequence[RegionTraffic],
    others: _Others,
) -> Iterator[Line]:
    # That of a delegated administrator stands in the management account, as its ARN says.
    account = observed.arn.split(":")[4] if observed.arn else deployment.admin_account
    place = f"{account} · home region {deployment.home_region}"
    yield Line(f"Stack set {observed.name} in {place}", Tone.STRONG)
    yield from _template_lines(deployment, observed)
    if observed.drift and observed.drift.checked:
        yield _drift_line(observed.drift, observed.drift.checked)
    yield from traffic_lines(traffic)
    yield Line(f"Stack instances ({len(observed.instances)})")
    yield from _instance_lines(deployment, observed, others)
    yield from _unread_lines(observed.instances)
    if running := observed.running_operation:
        words = f"{tell_operation(running)} is under way; `stacksets watch` follows it"
        yield Line(f"  {words}", Tone.WARNING)
    if not observed.stacks_looked_up:
        yield Line("  stacks not looked up; --audit does", Tone.FAINT)
    yield from parameter_lines(deployed)
    if observed.operations:
        yield Line("Last operations, newest first")
        rows = [_operation_cells(one) for one in observed.operations[:_OPERATIONS]]
        yield from (Line(text, Tone.FAINT) for text in align(rows))


def _template_lines(deployment: Deployment, observed: StackSet) -> Iterator[Line]:
    deployed = _sha256(observed)
    if deployed == deployment.template.sha256:
        yield Line(f"  template  sha256 {deployed}, that of {deployment.template.path}", Tone.GOOD)
        return
    differences = compare_templates(
        parse_template(observed.template_body), deployment.template.content
    )
    words = (
        f"{count(len(differences), 'difference')}, `stacksets plan` names them"
        if differences
        else "other bytes that say the same: no difference"
    )
    yield Line(f"  template  sha256 {deployed} is deployed", Tone.WARNING)
    yield Line(
        f"            sha256 {deployment.template.sha256} is {deployment.template.path} ({words})",
        Tone.WARNING,
    )


def _drift_line(drift: DriftSummary, checked: datetime) -> Line:
    said = {"drifted": drift.drifted, "in sync": drift.in_sync, "failed": drift.failed}
    counts = ", ".join(f"{number} {word}" for word, number in said.items() if number)
    text = f"{drift.status}: {counts or 'none'} of {count(drift.total, 'stack instance')}"
    return Line(
        f"  drift     {text}, checked {checked:%Y-%m-%d %H:%M:%SZ}",
        Tone.WARNING if drift.status is DriftStatus.DRIFTED else Tone.FAINT,
    )


def _instance_lines(deployment: Deployment, observed: StackSet, others: _Others) -> Iterator[Line]:
    looked_up = observed.stacks_looked_up
    yield from row_lines(
        [
            Row(
                key=one.key,
                cells=_instance_cells(one, others, looked_up=looked_up),
                tone=Tone.FAINT
                if one.key in others.out_of_reach
                else _instance_tone(one, looked_up=looked_up),
                alone=_stands_out(one),
            )
            for one in observed.instances
        ]
    )
    missing = _missing(deployment, observed.instances)
    if len(missing) > MANY:
        text = f"not there yet ({len(missing)}): {name_or_count(missing)}"
        yield from (Line(one, Tone.WARNING) for one in wrapped(text, first="  ", rest="    "))
    else:
        yield from (Line(f"  {key}  not there yet", Tone.WARNING) for key in missing)


def _stands_out(instance: StackInstance) -> bool:
    """Tell a failure from what only was not attempted because of one."""
    is_consequence = instance.detailed_status is DetailedStatus.CANCELLED
    return _has_failed(instance) and (instance.stack_exists is False or not is_consequence)


def _unread_lines(instances: Sequence[StackInstance]) -> Iterator[Line]:
    """Say once a cause why stacks could not be read, and what to do."""
    groups: dict[str, list[tuple[InstanceKey, Refusal]]] = {}
    for one in instances:
        if one.unread:
            cause = without_own_ids(one.unread.why, one.key)
            groups.setdefault(cause, []).append((one.key, one.unread))
    for group in groups.values():
        (_, refusal), named = group[0], name_instances([key for key, _ in group])
        why = tell_alike([one.why for _, one in group])
        texts = wrapped(f"{named}: {why}", first="  ?  ")
        if refusal.hint:
            texts += wrapped(refusal.hint, first="     → ", rest="       ")
        yield from (Line(text, Tone.WARNING) for text in texts)


def _instance_tone(instance: StackInstance, *, looked_up: bool) -> Tone:
    if _has_failed(instance):
        return Tone.BAD
    calm = instance.is_healthy and not (looked_up and _is_unread(instance))
    return Tone.GOOD if calm else Tone.WARNING


def _instance_cells(
    instance: StackInstance, others: _Others, *, looked_up: bool
) -> tuple[str, ...]:
    words = (others.whys.get(instance.key, ""), instance.status_reason)
    return (
        instance.status,
        instance.detailed_status or "-",
        _stack_words(instance, looked_up=looked_up),
        _override_words(instance),
        "; ".join(filter(None, words)),
    )


def _stack_words(instance: StackInstance, *, looked_up: bool) -> str:
    if instance.stack_exists is False:
        return "stack gone"
    if instance.stack_id is None:
        return "no stack"
    if not looked_up:
        return "stack not looked up"
    return "stack exists" if instance.stack_exists else "stack could not be read"


def _override_words(instance: StackInstance) -> str:
    if instance.overrides is None:
        return "overrides not read"
    if not instance.overrides:
        return "no overrides"
    return count(len(instance.overrides), "override") + f": {', '.join(sorted(instance.overrides))}"


def _operation_cells(operation: Operation) -> list[str]:
    created = operation.created.strftime("%Y-%m-%d %H:%M:%SZ") if operation.created else ""
    took = (
        duration((operation.ended - operation.created).total_seconds())
        if operation.created and operation.ended
        else ""
    )
    words = [operation.action, operation.status, took, operation.id, operation.status_reason]
    return [created, *words]
