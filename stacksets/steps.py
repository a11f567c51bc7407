"""The calls that carry a plan out, in the order of least harm.

What is broken goes out, overrides of parameters that are about to go are taken back, the definition
changes once, what is missing is created, overrides follow, and what left the deployment file is
removed last, so that replacing a region is no outage.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from textwrap import shorten
from typing import TYPE_CHECKING

from stacksets.alike import likewise, without_own_ids
from stacksets.changes import group_by_overrides
from stacksets.model.desired import InstanceKey, OperationId
from stacksets.model.plan import (
    AttachToOperation,
    ChangeKind,
    CreateStackInstances,
    CreateStackSet,
    DeleteStackInstances,
    DeleteStackSet,
    StopAutoDeployment,
    UpdateStackInstances,
    UpdateStackSet,
)
from stacksets.operation_ids import make_operation_id, tell_starter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from stacksets.changes import Change
    from stacksets.model.observed import Operation, StackSet
    from stacksets.model.plan import Definition, Difference, InstancesStep, Rectangle, Step
    from stacksets.operation_ids import Purpose
    from stacksets.removals import Removals
    from stacksets.step_context import Context

_SURPLUS = "not in the deployment file"
_TOLD = 3
_LONGEST_WHY = 160
_UNNUMBERED = OperationId("unnumbered")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """What the plan has decided: the definition, where it differs, and each instance's change.

    `sent` names the NoEcho parameters whose value is sent without being compared.
    """

    definition: Definition
    differences: tuple[Difference, ...]
    sent: tuple[str, ...]
    changes: tuple[Change, ...]
    remove_first: bool


def find_steps(context: Context, decisions: Decisions) -> Iterator[Step]:
    """Give the steps of a deploy in order, still without their operation ids."""
    changes = decisions.changes
    kinds = {kind: [c for c in changes if c.instance.kind is kind] for kind in ChangeKind}
    made_anew = _keys(kinds[ChangeKind.REPLACE])
    retained = _keys(kinds[ChangeKind.RETAIN])
    surplus = _whys(kinds[ChangeKind.DELETE])
    if context.observed is None:
        yield _create_stack_set(context, decisions.definition)
    yield from _delete_instances(
        context,
        made_anew,
        "out of the stack set, to be created anew",
        retain_stacks=True,
    )
    if decisions.remove_first:
        yield from _delete_surplus(context, surplus, retained, made_anew)
    yield from find_update_steps(context, _take_back(changes))
    if context.observed is not None and (decisions.differences or decisions.sent):
        yield _update_stack_set(context, decisions)
    created = _create_instances(context, changes)
    yield from created
    yield from find_update_steps(context, changes)
    yield from _target_units(context, created)
    if not decisions.remove_first:
        yield from _delete_surplus(context, surplus, retained, made_anew)


def _take_back(changes: Iterable[Change]) -> Iterator[Change]:
    """Give what takes overrides back of parameters that the template is about to lose."""
    for one in changes:
        if one.kept is not None:
            yield replace(one, update=True, overrides=one.kept)


def find_destroy_steps(context: Context, observed: StackSet, removals: Removals) -> Iterator[Step]:
    """Give the steps of a destroy in order, still without their operation ids."""
    gone, lost, foreign, retained = (
        one.keys() for one in (removals.gone, removals.lost, removals.foreign, removals.retained)
    )
    out = gone | lost | foreign
    if observed.auto_deployment is not None and observed.auto_deployment.enabled:
        yield _stop_auto_deployment(context, observed)
    yield from _delete_instances(context, gone, "their stacks are gone already", retain_stacks=True)
    yield from _delete_instances(
        context, lost, "their accounts are out of reach", retain_stacks=True
    )
    yield from _delete_instances(context, foreign, "they were never imported", retain_stacks=True)
    yield from _delete_wholly(context, retained, "their stacks stay", gone=out, retain_stacks=True)
    yield from _delete_wholly(
        context, removals.deleted, "the stack set is destroyed", gone=out | retained
    )
    yield DeleteStackSet(stack_set_name=observed.name, why="no stack instance is left")


def _keys(changes: Iterable[Change]) -> frozenset[InstanceKey]:
    return frozenset(one.instance.key for one in changes)


def _create_stack_set(context: Context, definition: Definition) -> CreateStackSet:
    return CreateStackSet(
        definition=definition,
        token=f"stacksets-{context.digest[:40]}",
        why="there is no stack set of this name",
    )


def _update_stack_set(context: Context, decisions: Decisions) -> UpdateStackSet:
    places = dict.fromkeys(one.path.split(".")[0].split("[")[0] for one in decisions.differences)
    whys = [f"{place} changed" for place in places]
    whys += [f"parameter {name} sent" for name in decisions.sent]
    present = {one.region for one in context.observed.instances} if context.observed else set()
    return UpdateStackSet(
        definition=decisions.definition,
        preferences=context.order_preferences([r for r in context.region_order if r in present]),
        operation_id=_UNNUMBERED,
        why=", ".join(whys),
    )


def _create_instances(context: Context, changes: Sequence[Change]) -> list[CreateStackInstances]:
    steps = []
    for overrides, members in group_by_overrides(one for one in changes if one.create):
        whys = _whys(members)
        named = context.units.name_for_creation(whys) if context.units else None
        steps += [
            CreateStackInstances(
                stack_set_name=context.deployment.name,
                where=where,
                overrides=_given(overrides),
                preferences=context.order_preferences(where.regions),
                operation_id=_UNNUMBERED,
                why=_join(whys, where),
            )
            for where in context.name_or_accounts(whys, named)
        ]
    return context.in_order_of_regions(steps)


def find_update_steps(context: Context, changes: Iterable[Change]) -> list[UpdateStackInstances]:
    """Give the updates of stack instances alone, still without their operation ids."""
    steps = []
    for overrides, members in group_by_overrides(one for one in changes if one.update):
        whys = _whys(members)
        named = context.units.name_for_update(whys) if context.units else None
        steps += [
            UpdateStackInstances(
                stack_set_name=context.deployment.name,
                where=where,
                overrides=overrides,
                preferences=context.order_preferences(where.regions),
                operation_id=_UNNUMBERED,
                why=_join(whys, where),
            )
            for where in context.name_or_accounts(whys, named)
        ]
    return context.in_order_of_regions(steps)


def _target_units(
    context: Context, created: Sequence[CreateStackInstances]
) -> Iterator[CreateStackInstances]:
    """Make targets of auto-deployment of units that no creation names, empty ones above all.

    They come when what is there has been updated: AWS leaves alone what is CURRENT.
    """
    if context.units is None:
        return
    for where in context.units.name_untargeted(one.where for one in created):
        yield CreateStackInstances(
            stack_set_name=context.deployment.name,
            where=where,
            overrides={},
            preferences=context.order_preferences(where.regions),
            operation_id=_UNNUMBERED,
            why="accounts that join get stack instances from now on",
            only_targets=True,
        )


def _delete_surplus(
    context: Context,
    surplus: Mapping[InstanceKey, str],
    retained: frozenset[InstanceKey],
    made_anew: frozenset[InstanceKey],
) -> Iterator[InstancesStep]:
    """Remove what left the file: first what leaves its stack, then the rest, units as a whole.

    A unit that goes without any instance, as an empty target of auto-deployment, has left it too.
    """
    yield from _delete_instances(
        context,
        retained,
        "out of the stack set; their stacks stay",
        retain_stacks=True,
    )
    for step in _delete_wholly(context, surplus, "", gone=retained, made_anew=made_anew):
        yield replace(step, why=_join(surplus, step.where) or _SURPLUS)


def _delete_wholly(
    context: Context,
    keys: Iterable[InstanceKey],
    why: str,
    *,
    gone: Iterable[InstanceKey],
    made_anew: Iterable[InstanceKey] = (),
    retain_stacks: bool = False,
) -> Iterator[DeleteStackInstances]:
    """Remove exactly these stack instances, and whole units where that is all.

    `gone` are those that steps before have taken out, `made_anew` those that were and come back.
    Their stacks go with them unless `retain_stacks`.
    """
    if context.units is None:
        yield from _delete_instances(context, keys, why, retain_stacks=retain_stacks)
        return
    named = context.units.name_surplus(keys, gone=frozenset(gone), made_anew=frozenset(made_anew))
    for where in named:
        yield _delete(context, where, why, retain_stacks=retain_stacks)


def _delete_instances(
    context: Context, keys: Iterable[InstanceKey], why: str, *, retain_stacks: bool
) -> Iterator[DeleteStackInstances]:
    """Remove exactly these stack instances, still without operation ids."""
    named = context.units.name_for_removal(keys) if context.units else None
    for where in context.name_or_accounts(keys, named):
        yield _delete(context, where, why, retain_stacks=retain_stacks)


def attach_to(running: Operation) -> AttachToOperation:
    """Wait for what runs already, whoever has started it."""
    since = f" since {running.created:%Y-%m-%d %H:%M:%SZ}" if running.created else ""
    return AttachToOperation(
        operation_id=running.id,
        action=running.action,
        why=f"{running.status}{since}, started by {tell_starter(running.id)}; what it leaves is "
        "planned when it has ended",
    )


def _stop_auto_deployment(context: Context, observed: StackSet) -> StopAutoDeployment:
    """Turn auto-deployment off, so that nothing comes back while everything is removed."""
    present = {one.region for one in observed.instances}
    return StopAutoDeployment(
        stack_set_name=context.deployment.name,
        parameters=tuple(sorted(observed.parameters)),
        capabilities=observed.capabilities,
        preferences=context.order_preferences([r for r in context.region_order if r in present]),
        operation_id=_UNNUMBERED,
        why="accounts that join get no stack instances any more",
    )


def _delete(
    context: Context, where: Rectangle, why: str, *, retain_stacks: bool
) -> DeleteStackInstances:
    return DeleteStackInstances(
        stack_set_name=context.deployment.name,
        where=where,
        retain_stacks=retain_stacks,
        preferences=context.order_preferences(where.regions),
        operation_id=_UNNUMBERED,
        why=why,
    )


def _given(overrides: Mapping[str, str | None] | None) -> dict[str, str]:
    """Give what a new stack instance starts with: it has nothing that it could keep."""
    return {name: value for name, value in (overrides or {}).items() if value is not None}


def _whys(members: Iterable[Change]) -> dict[InstanceKey, str]:
    return {one.instance.key: one.instance.why for one in members}


def _join(whys: Mapping[InstanceKey, str], where: Rectangle) -> str:
    """Give each reason once, in the order of the instances that the call names.

    Those that differ by ids alone are one. A step tells the first few, and long ones in short: each
    stack instance's change has its own, whole.
    """
    keys = sorted(
        InstanceKey(account, region)
        for account in where.targeted_accounts
        for region in where.regions
    )
    unlike: dict[str, list[str]] = {}
    for key in filter(whys.__contains__, keys):
        unlike.setdefault(without_own_ids(whys[key], key), []).append(whys[key])
    told = [
        f"{shorten(alike[0], _LONGEST_WHY, placeholder='…')}{likewise(len(set(alike)))}"
        for alike in islice(unlike.values(), _TOLD)
    ]
    rest = len(unlike) - len(told)
    return "; ".join([*told, f"and {rest} more"] if rest else told)


def with_operation_id(step: Step, digest: str, number: int, purpose: Purpose) -> Step:
    """Give a step the operation id that this plan, sent again, would give it again."""
    if isinstance(step, AttachToOperation | CreateStackSet | DeleteStackSet):
        return step
    return replace(step, operation_id=make_operation_id(purpose, digest, number))
