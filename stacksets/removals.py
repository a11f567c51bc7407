"""What a destroy makes of each stack instance: whose stack goes with it, and whose stays; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stacksets.model.observed import InstanceStatus, OperationAction
from stacksets.model.plan import ChangeKind, InstanceChange, Retention
from stacksets.operation_ids import find_purpose, is_import_unfinished, tell_operation
from stacksets.parameter_values import no_echo_parameters
from stacksets.template import parse_template
from stacksets.traffic import name_few
from stacksets.unlisted import Unlisted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from stacksets.model.desired import Deployment, InstanceKey
    from stacksets.model.observed import Operation, StackInstance, StackSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Removals:
    """The stack instances of a stack set that is destroyed, each with why.

    `gone` have no stack any more, `lost` are in accounts that AWS cannot reach, the stacks of
    `foreign` ones were never imported, `retained` were asked to be let go; all others are `deleted`
    with their stacks.
    """

    gone: Mapping[InstanceKey, str]
    lost: Mapping[InstanceKey, str]
    foreign: Mapping[InstanceKey, str]
    retained: Mapping[InstanceKey, str]
    deleted: Mapping[InstanceKey, str]

    def changes(self) -> tuple[InstanceChange, ...]:
        """Give what happens to each stack instance, sorted."""
        kinds = (
            (ChangeKind.DELETE, {**self.gone, **self.deleted}),
            (ChangeKind.RETAIN, {**self.lost, **self.foreign, **self.retained}),
        )
        changes = (
            InstanceChange(key=key, kind=kind, why=why)
            for kind, whys in kinds
            for key, why in whys.items()
        )
        return tuple(sorted(changes, key=lambda one: one.key))


def find_removals(deployment: Deployment, observed: StackSet, retention: Retention) -> Removals:
    """Part the stack instances by what becomes of their stacks."""
    unlisted = Unlisted(deployment)
    gone: dict[InstanceKey, str] = {}
    lost: dict[InstanceKey, str] = {}
    foreign: dict[InstanceKey, str] = {}
    retained: dict[InstanceKey, str] = {}
    deleted: dict[InstanceKey, str] = {}
    for one in observed.instances:
        out_of_reach = unlisted.tell_out_of_reach(one)
        if one.stack_exists is False:
            gone[one.key] = "its stack is gone already"
        elif out_of_reach:
            lost[one.key] = f"{out_of_reach}; the stack stays"
        elif is_import_unfinished(one):
            foreign[one.key] = "it was never imported; the stack stays"
        elif retention.covers(one):
            retained[one.key] = _why_retained(one)
        else:
            deleted[one.key] = _why_deleted(one)
    return Removals(gone=gone, lost=lost, foreign=foreign, retained=retained, deleted=deleted)


def find_retained(
    deployment: Deployment, observed: StackSet | None, retention: Retention
) -> tuple[StackInstance, ...]:
    """Give the stack instances whose stacks have to be there when the stack set is gone."""
    if observed is None:
        return ()
    removals = find_removals(deployment, observed, retention)
    staying = {*removals.lost, *removals.foreign, *removals.retained}
    return tuple(one for one in observed.instances if one.key in staying and one.stack_id)


def waiting_notes(running: Operation, retention: Retention) -> Iterator[str]:
    """Warn of an operation that runs and deletes what is to stay."""
    purpose = find_purpose(running.id)
    spares = purpose is not None and purpose.retention is Retention.ALL
    if running.action is OperationAction.DELETE and retention is Retention.ALL and not spares:
        yield "it may delete stacks that are to stay: `stacksets stop` stops it first"


def removal_notes(observed: StackSet, removals: Removals, retention: Retention) -> Iterator[str]:
    """Name the stacks that stay because they could not be deleted, and what went before."""
    deletable = () if retention is Retention.ALL else removals.retained
    for one in observed.instances:
        stays = f"{one.key}: the stack {one.stack_id} stays in the account"
        if one.stack_id and one.key in {*removals.lost, *removals.foreign}:
            yield stays
        elif one.stack_id and one.key in deletable:
            yield f"{stays}; delete it there"
    for operation in observed.operations:
        purpose = find_purpose(operation.id)
        deletes = operation.action is OperationAction.DELETE
        if deletes and purpose and purpose.retention not in {Retention.NONE, retention}:
            has = "has" if purpose.retention is Retention.ALL else "may have"
            yield f"{tell_operation(operation)} {has} let stacks go; this plan does not reach them"


def find_unimportable(deployment: Deployment, observed: StackSet | None) -> frozenset[str]:
    """Give the parameters for which AWS imports none of the stacks: those with NoEcho.

    Source: StackSets user guide, stacksets-import.
    """
    there = parse_template(observed.template_body) if observed else {}
    return no_echo_parameters(there, deployment.template.content)


def unimportable_notes(
    deployment: Deployment, observed: StackSet | None, changes: Iterable[InstanceChange]
) -> Iterator[str]:
    """Warn that letting go is for ever, before it is agreed to."""
    names = ", ".join(sorted(find_unimportable(deployment, observed)))
    if names and any(one.kind is ChangeKind.RETAIN for one in changes):
        yield (
            f"AWS imports no stack with NoEcho parameters ({names}): no stack that is let go can "
            "be taken into a stack set again"
        )


def _why_retained(there: StackInstance) -> str:
    inoperable = "INOPERABLE; " if there.status is InstanceStatus.INOPERABLE else ""
    stack = "its stack stays" if there.stack_id else "it has no stack"
    return f"{inoperable}leaves the stack set, {stack}"


def _why_deleted(there: StackInstance) -> str:
    if there.status is InstanceStatus.INOPERABLE:
        return "INOPERABLE; its stack is tried to be deleted again"
    return "the stack set is destroyed"


def kept_notes(changes: Iterable[InstanceChange]) -> Iterator[str]:
    """Say which stack instances stay as they are although the file does not ask for them."""
    kept = [str(one.key) for one in changes if one.is_kept]
    if kept:
        yield (
            f"not asked for by the file, and left alone: {name_few(kept)}; below its units nothing "
            "is surplus, for auto-deployment may have put it there; `aws cloudformation "
            "delete-stack-instances` takes it out"
        )
