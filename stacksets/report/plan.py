"""A plan as words and as data: what changes where, and the steps that do it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, assert_never

from stacksets.alike import tell_alike, without_own_ids
from stacksets.model.plan import (
    AttachToOperation,
    ChangeKind,
    CreateStackInstances,
    CreateStackSet,
    DeleteStackInstances,
    DeleteStackSet,
    DetectStackSetDrift,
    ImportStacksToStackSet,
    StopAutoDeployment,
    UpdateStackInstances,
    UpdateStackSet,
)
from stacksets.report.cause import wrapped
from stacksets.report.many import MANY, group_alike, name_group
from stacksets.report.message import Line, Message, Tone, align, count, shorten_both
from stacksets.report.parameters import parameter_lines, parameters_data
from stacksets.report.where import where_data, where_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from stacksets.effective import EffectiveParameters
    from stacksets.model.desired import Region
    from stacksets.model.plan import (
        Difference,
        InstanceChange,
        InstancesStep,
        Plan,
        Step,
    )

_SIGNS = {
    ChangeKind.CREATE: ("+", Tone.GOOD),
    ChangeKind.UPDATE: ("~", Tone.WARNING),
    ChangeKind.RETRY: ("~", Tone.WARNING),
    ChangeKind.REPLACE: ("±", Tone.WARNING),
    ChangeKind.DELETE: ("-", Tone.BAD),
    ChangeKind.RETAIN: ("→", Tone.WARNING),
    ChangeKind.IMPORT: ("←", Tone.GOOD),
    ChangeKind.LEAVE: (" ", Tone.FAINT),
}
_BROKEN = frozenset({ChangeKind.RETRY, ChangeKind.REPLACE})
_FEW = 5


def plan_message(
    plan: Plan, warnings: Sequence[str] = (), effective: EffectiveParameters | None = None
) -> Message:
    """Show a plan; `warnings` are things to know before consenting to it.

    `effective` are the values that parameters have once it is carried out; None shows none.
    """
    parameters = effective and parameters_data(effective)
    return Message(
        code="plan",
        lines=tuple(_lines(plan, warnings, effective)),
        data={**plan_data(plan), "parameters": parameters, "warnings": list(warnings)},
    )


def no_changes_words(plan: Plan) -> str:
    """Say that the desired state is reached, and what that is; what nobody read may differ."""
    kept = sum(one.is_kept for one in plan.instances)
    there = f"{count(len(plan.instances) - kept, 'stack instance')} in place"
    there += f", {kept} that it does not ask for left alone" if kept else ""
    if plan.overrides_read:
        return (
            f"No changes. Stack set {plan.stack_set_name} is as the deployment file says: {there}"
        )
    return (
        f"No changes seen. Stack set {plan.stack_set_name}: {there}; their overrides on AWS were "
        "not read, --audit reads them"
    )


def plan_data(plan: Plan) -> dict[str, object]:
    """Give a plan as JSON-ready data; parameter values stay out, since some are secrets."""
    return {
        "stack_set": plan.stack_set_name,
        "home_region": plan.home_region,
        "environment": plan.environment,
        "digest": plan.digest,
        "is_empty": plan.is_empty,
        "deletes": plan.deletes,
        "overrides_read": plan.overrides_read,
        "steps": [step_data(step) for step in plan.steps],
        "instances": [
            {
                "account": one.key.account,
                "region": one.key.region,
                "change": one.kind.value,
                "why": one.why,
                **({} if one.in_file else {"in_file": False}),
            }
            for one in plan.instances
        ],
        "differences": [
            {"path": one.path, "observed": one.observed, "desired": one.desired}
            for one in plan.differences
        ],
        "notes": list(plan.notes),
    }


def step_words(step: Step) -> str:
    """Say what a step does, without its why."""
    match step:
        case AttachToOperation():
            words = f"wait for the running {step.action} operation {step.operation_id}"
        case CreateStackSet():
            words = f"create the stack set {step.definition.name}"
        case UpdateStackSet():
            words = "update the definition and every stack instance with it"
        case DeleteStackSet():
            words = f"delete the stack set {step.stack_set_name}"
        case ImportStacksToStackSet():
            words = f"import {count(len(step.stack_ids), 'stack')} as stack instances"
        case StopAutoDeployment():
            words = "turn auto-deployment off"
        case DetectStackSetDrift():
            words = "detect drift in every stack instance; other operations wait meanwhile"
        case CreateStackInstances() | UpdateStackInstances() | DeleteStackInstances():
            words = _instances_words(step)
        case _:
            assert_never(step)
    return words


def step_data(step: Step) -> dict[str, object]:
    """Give a step as JSON-ready data, `kind` naming AWS's call."""
    data: dict[str, object] = {"kind": _KINDS[type(step)], "why": step.why}
    match step:
        case AttachToOperation():
            data |= {"operation_id": step.operation_id, "action": step.action.value}
        case CreateStackSet():
            data |= {"template_sha256": step.definition.template_sha256}
        case UpdateStackSet():
            sha256 = step.definition.template_sha256
            data |= {"operation_id": step.operation_id, "template_sha256": sha256}
        case DeleteStackSet():
            pass
        case ImportStacksToStackSet():
            data |= {"operation_id": step.operation_id, "stack_ids": list(step.stack_ids)}
        case DetectStackSetDrift() | StopAutoDeployment():
            data |= {"operation_id": step.operation_id}
        case CreateStackInstances() | UpdateStackInstances() | DeleteStackInstances():
            data |= _instances_data(step)
        case _:
            assert_never(step)
    return data


def _instances_words(step: InstancesStep) -> str:
    if isinstance(step, DeleteStackInstances):
        kept = ", leaving stacks alone" if step.retain_stacks else ", stacks included"
        return f"delete {where_words(step.where)}{kept}"
    if isinstance(step, CreateStackInstances) and step.only_targets:
        units, regions = ", ".join(step.where.organizational_units), ", ".join(step.where.regions)
        targets = "a target" if len(step.where.organizational_units) == 1 else "targets"
        return f"make {units} {targets} of auto-deployment in {regions}"
    verb = "create" if isinstance(step, CreateStackInstances) else "update"
    resets = isinstance(step, UpdateStackInstances) and step.overrides == {}
    overriding = ", resetting their overrides" if resets else _overriding(step.overrides or {})
    return f"{verb} {where_words(step.where)}{overriding}"


_KINDS: Mapping[type[Step], str] = {
    AttachToOperation: "AttachToOperation",
    CreateStackSet: "CreateStackSet",
    UpdateStackSet: "UpdateStackSet",
    CreateStackInstances: "CreateStackInstances",
    UpdateStackInstances: "UpdateStackInstances",
    DeleteStackInstances: "DeleteStackInstances",
    DeleteStackSet: "DeleteStackSet",
    ImportStacksToStackSet: "ImportStacksToStackSet",
    DetectStackSetDrift: "DetectStackSetDrift",
    StopAutoDeployment: "StopAutoDeployment",
}


def _instances_data(step: InstancesStep) -> dict[str, object]:
    data: dict[str, object] = {
        "operation_id": step.operation_id,
        **where_data(step.where),
    }
    if isinstance(step, DeleteStackInstances):
        return {**data, "retain_stacks": step.retain_stacks}
    data["overridden"] = None if step.overrides is None else sorted(step.overrides)
    if isinstance(step, CreateStackInstances) and step.only_targets:
        data["only_targets"] = True
    return data


def _lines(
    plan: Plan, warnings: Sequence[str], effective: EffectiveParameters | None
) -> Iterator[Line]:
    if plan.is_empty:
        yield Line(no_changes_words(plan), Tone.GOOD)
    else:
        yield Line(
            f"Plan for stack set {plan.stack_set_name} · home region {plan.home_region} · "
            f"environment {plan.environment}",
            Tone.STRONG,
        )
        yield from _instance_lines(plan.instances)
        yield from _difference_lines(plan.differences)
    if effective:
        yield from parameter_lines(effective)
    yield from _step_lines(plan.steps)
    yield from (Line(f"  · {note}", Tone.FAINT) for note in plan.notes)
    yield from (Line(f"  ! {warning}", Tone.WARNING) for warning in warnings)
    if not plan.is_empty:
        yield Line(summary_words(plan), Tone.STRONG)


def _instance_lines(instances: Sequence[InstanceChange]) -> Iterator[Line]:
    rows = [(kind, [_SIGNS[kind][0], who, kind.value, why]) for kind, who, why in _rows(instances)]
    for (kind, cells), text in zip(rows, align([cells for _, cells in rows]), strict=True):
        hanging = " " * text.rindex(cells[-1])
        yield from (Line(line, _SIGNS[kind][1]) for line in wrapped(text, first="", rest=hanging))


def _rows(instances: Sequence[InstanceChange]) -> Iterator[tuple[ChangeKind, str, str]]:
    """Give a row per instance; of very many, alike ones share a row a region.

    Those that leave the set do not. What is left as it is comes last then, by its reason.
    """
    if len(instances) <= MANY:
        yield from _each(instances)
        return
    left = [one for one in instances if one.kind is ChangeKind.LEAVE]
    changed = [one for one in instances if one.kind is not ChangeKind.LEAVE]
    together = [one for one in changed if len(changed) > MANY and not one.kind.leaves_stack_set]
    regions = Counter(one.key.region for one in instances)
    for group in _alike(together):
        yield _share(group, f"{_tell_why(group)}{_tell_which(group, regions)}")
    yield from _each(one for one in changed if not together or one.kind.leaves_stack_set)
    yield from (_share(group, _tell_why(group)) for group in _alike(left))


def _each(instances: Iterable[InstanceChange]) -> Iterator[tuple[ChangeKind, str, str]]:
    return ((one.kind, str(one.key), one.why) for one in instances)


def _alike(instances: Iterable[InstanceChange]) -> list[list[InstanceChange]]:
    return group_alike(
        instances, lambda one: one.key, lambda one: (one.kind, without_own_ids(one.why, one.key))
    )


def _share(group: Sequence[InstanceChange], why: str) -> tuple[ChangeKind, str, str]:
    return (group[0].kind, name_group([one.key for one in group]), why)


def _tell_why(group: Sequence[InstanceChange]) -> str:
    """Tell the first reason whole; others may differ from it by ids alone."""
    return tell_alike([one.why for one in group])


def _tell_which(group: Sequence[InstanceChange], regions: Mapping[Region, int]) -> str:
    """Name a group's instances where they are not all of their regions; of very many, a few.

    Who consents has to know what is changed and what is not. Of what is broken a few are named in
    any case.
    """
    keys = [one.key for one in group]
    here = {key.region for key in keys}
    is_all = len(keys) == sum(regions[region] for region in here)
    if len(keys) == 1 or (is_all and group[0].kind not in _BROKEN):
        return ""
    names = [key.account if len(here) == 1 else str(key) for key in keys]
    told = names[: _FEW if is_all or len(names) > MANY else MANY]
    rest = len(names) - len(told)
    return f"; in {', '.join(told)}{f' and {rest} more' if rest else ''}"


def _difference_lines(differences: Sequence[Difference]) -> Iterator[Line]:
    if not differences:
        return
    yield Line("Definition")
    for one in differences:
        was, shall = shorten_both(one.observed or "", one.desired or "")
        if one.observed is None:
            yield Line(f"  + {one.path}: {shall}", Tone.GOOD)
        elif one.desired is None:
            yield Line(f"  - {one.path}: {was}", Tone.BAD)
        else:
            yield Line(f"  ~ {one.path}: {was} → {shall}", Tone.WARNING)


def _step_lines(steps: Sequence[Step]) -> Iterator[Line]:
    if steps:
        yield Line("Steps")
    for number, step in enumerate(steps, 1):
        yield Line(f"{number:>3}  {step_words(step)} ({step.why})")


def summary_words(plan: Plan) -> str:
    """Say how much a plan is."""
    kinds = Counter(one.kind for one in plan.instances)
    done = [f"{kinds[kind]} to {kind}" for kind in _SIGNS if kinds[kind] and kind != "leave"]
    instances = f"; stack instances: {', '.join(done)}" if done else ""
    return f"{count(len(plan.steps), 'step')}{instances}"


def _overriding(overrides: Mapping[str, str | None]) -> str:
    """Name what is overridden anew, and what only keeps its override."""
    set_anew = sorted(name for name, value in overrides.items() if value is not None)
    kept = sorted(name for name, value in overrides.items() if value is None)
    words = [f", overriding {', '.join(set_anew)}"] if set_anew else []
    return "".join([*words, f", keeping the override of {', '.join(kept)}"] if kept else words)
