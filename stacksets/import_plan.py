"""From stacks that exist to stack instances: the calls that adopt them, and nothing else. Pure."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from stacksets.definition import settle_definition
from stacksets.importable import list_pending
from stacksets.model.desired import OperationId, PermissionModel
from stacksets.model.plan import (
    ChangeKind,
    CreateStackSet,
    ImportStacksToStackSet,
    InstanceChange,
    Plan,
)
from stacksets.operation_ids import Purpose
from stacksets.organization import find_reached
from stacksets.stack_ids import get_stack_name
from stacksets.steps import attach_to, with_operation_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from stacksets.model.desired import (
        Deployment,
        InstanceKey,
        OrganizationalUnitId,
        Region,
    )
    from stacksets.model.observed import StackSet, StackToImport
    from stacksets.model.plan import Definition, Step

MOST_STACKS = 10
"""The most stacks that a call may name (CloudFormation quotas, "Stack import, inline")."""

_UNNUMBERED = OperationId("unnumbered")


def make_import_plan(
    deployment: Deployment, observed: StackSet | None, stacks: Sequence[StackToImport]
) -> Plan:
    """Plan the import of the stacks that are no stack instances yet; empty where all are.

    Where the stack set is missing it is created first, as the deployment file describes it. What
    keeps a stack from being imported is not asked here, see `find_import_problems`.

    Args:
        deployment: what is desired, its units expanded.
        observed: the stack set, None where there is none.
        stacks: those that were named, one an account and region.
    """
    definition = settle_definition(deployment, observed)
    pending = list_pending(observed, stacks)
    running = observed.running_operation if observed and pending else None
    digest = _digest(deployment, observed, definition, pending)
    steps: tuple[Step, ...] = (
        (attach_to(running),)
        if running
        else tuple(_find_steps(deployment, observed, definition, pending, digest))
    )
    # Operations are numbered alike whether the stack set is there already or created first.
    first = 0 if steps and isinstance(steps[0], CreateStackSet) else 1
    return Plan(
        stack_set_name=deployment.name,
        home_region=deployment.home_region,
        environment=deployment.environment,
        steps=tuple(
            with_operation_id(step, digest, at, Purpose.IMPORT)
            for at, step in enumerate(steps, first)
        ),
        instances=() if running else tuple(_find_changes(observed, stacks, pending)),
        differences=(),
        notes=() if running else tuple(_find_notes(deployment, definition, pending)),
        digest=digest,
    )


def _digest(
    deployment: Deployment,
    observed: StackSet | None,
    definition: Definition,
    pending: Sequence[StackToImport],
) -> str:
    """Name the plan after what is to be imported and what is there.

    As in `plan`: what failed is imported again under an id that AWS has not seen, the same plan
    sent again after a crash keeps its own, and a stack set in which nothing has happened yet counts
    like none. AWS imports no stack with NoEcho parameters, so no value has to be left out.
    """
    is_untouched = observed is None or not (observed.instances or observed.operations)
    seen = None
    if observed and not is_untouched:
        seen = {
            "id": observed.id,
            "instances": [
                [str(one.key), one.status, one.detailed_status, one.last_operation_id, one.stack_id]
                for one in observed.instances
            ],
            "last": next((one.id for one in observed.operations if one.status.is_final), None),
        }
    asked = {
        "definition": asdict(definition),
        "stacks": sorted(one.id for one in pending),
        "preferences": asdict(deployment.operation_preferences),
    }
    text = json.dumps([deployment.name, asked, seen], sort_keys=True, default=list)
    return hashlib.sha256(text.encode()).hexdigest()


def _find_steps(
    deployment: Deployment,
    observed: StackSet | None,
    definition: Definition,
    pending: Sequence[StackToImport],
    digest: str,
) -> Iterator[Step]:
    if not pending:
        return
    if observed is None:
        yield CreateStackSet(
            definition=definition,
            token=f"stacksets-{digest[:40]}",
            why="there is no stack set of this name",
        )
    order = _region_order(deployment, pending)
    units = (
        find_reached(deployment)
        if deployment.permission_model is PermissionModel.SERVICE_MANAGED
        else {}
    )
    rank = {region: place for place, region in enumerate(order)}
    ordered = sorted(pending, key=lambda one: (rank[one.key.region], one.key.account))
    for start in range(0, len(ordered), MOST_STACKS):
        yield _import(deployment, ordered[start : start + MOST_STACKS], order, units)


def _import(
    deployment: Deployment,
    batch: Sequence[StackToImport],
    order: Sequence[Region],
    units: Mapping[InstanceKey, OrganizationalUnitId],
) -> ImportStacksToStackSet:
    """Import some stacks; of units those are named that the file reaches the accounts through."""
    named = {one.key.region for one in batch}
    regions = tuple(one for one in order if one in named)
    return ImportStacksToStackSet(
        stack_set_name=deployment.name,
        stack_ids=tuple(one.id for one in batch),
        organizational_units=tuple(sorted({units[one.key] for one in batch if one.key in units})),
        preferences=replace(deployment.operation_preferences, region_order=regions),
        operation_id=_UNNUMBERED,
        why="named on the command line",
    )


def _region_order(deployment: Deployment, pending: Sequence[StackToImport]) -> tuple[Region, ...]:
    wanted = [*deployment.operation_preferences.region_order, *deployment.regions()]
    return tuple(dict.fromkeys([*wanted, *sorted(one.key.region for one in pending)]))


def _find_changes(
    observed: StackSet | None, stacks: Sequence[StackToImport], pending: Sequence[StackToImport]
) -> Iterator[InstanceChange]:
    there = {one.key: one for one in observed.instances} if observed else {}
    to_import = {one.id for one in pending}
    for stack in stacks:
        name = get_stack_name(stack.id)
        if stack.id not in to_import:
            why = f"{name} is its stack already"
            yield InstanceChange(key=stack.key, kind=ChangeKind.LEAVE, why=why)
            continue
        before = there.get(stack.key)
        said = before and (before.status_reason or before.detailed_status)
        why = f"{name}, {stack.status}" + (f"; not imported yet: {said}" if said else "")
        yield InstanceChange(key=stack.key, kind=ChangeKind.IMPORT, why=why)


def _find_notes(
    deployment: Deployment, definition: Definition, pending: Sequence[StackToImport]
) -> Iterator[str]:
    """Say where a stack is not what the stack set gives: an import leaves it as it is.

    Source: StackSets user guide, stacksets-import: "A stack's custom parameter overrides aren't
    affected"; tags come with operations only.
    """
    values: dict[tuple[str, str, str], list[InstanceKey]] = defaultdict(list)
    tags: dict[tuple[str, ...], list[InstanceKey]] = defaultdict(list)
    for stack in pending:
        wanted = {**definition.parameters, **deployment.overrides_of(stack.key)}
        for name, value in stack.parameters.items():
            if wanted.get(name, value) != value:
                values[name, value, wanted[name]].append(stack.key)
        unlike = tuple(_unlike_tags(stack.tags, definition.tags))
        if unlike:
            tags[unlike].append(stack.key)
    for (name, value, given), keys in values.items():
        yield (
            f"{_join(keys)}: {name} is {value} in the stack, the file gives {given}; an entry of "
            "[[overrides]] would say so in the file"
        )
    for names, keys in tags.items():
        yield (
            f"{_join(keys)}: the tags {', '.join(names)} become the stack set's with the next "
            "update of the definition"
        )


def _unlike_tags(there: Mapping[str, str], wanted: Mapping[str, str]) -> Iterator[str]:
    """Name the tags that differ; those of AWS itself stay where they are."""
    names = sorted({*there, *wanted})
    yield from (
        one for one in names if there.get(one) != wanted.get(one) and not one.startswith("aws:")
    )


def _join(keys: Sequence[InstanceKey]) -> str:
    return ", ".join(map(str, keys))
