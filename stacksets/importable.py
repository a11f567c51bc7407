"""Which stacks may become stack instances, one rule each: pure.

Source: StackSets user guide, stacksets-import ("Requirements for stack import") and
service-managed-import; API reference, ImportStacksToStackSet and StackInstance. The guide does not
say what becomes of a stack whose template is another one, so that is refused here.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stacksets.definition import compare_definition, compare_templates, settle_definition
from stacksets.errors import Problem
from stacksets.operation_ids import is_import_unfinished
from stacksets.parameter_values import no_echo_parameters
from stacksets.stack_ids import get_stack_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from stacksets.model.desired import Deployment, InstanceKey
    from stacksets.model.observed import StackInstance, StackSet, StackToImport
    from stacksets.model.plan import Difference

IMPORTABLE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE")
"""The states in which nothing is under way in a stack and its template tells what it holds."""

_NAMED_PLACES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Places:
    """What is desired, and where: the pairs of the file and the stack instances that are there."""

    deployment: Deployment
    wanted: frozenset[InstanceKey]
    there: Mapping[InstanceKey, StackInstance]


def list_pending(
    observed: StackSet | None, stacks: Sequence[StackToImport]
) -> tuple[StackToImport, ...]:
    """Give the stacks that are no sound stack instance yet, in their order."""
    there = {one.stack_id: one for one in observed.instances} if observed else {}
    return tuple(one for one in stacks if not _is_adopted(there.get(one.id)))


def find_import_problems(
    deployment: Deployment, observed: StackSet | None, stacks: Sequence[StackToImport]
) -> tuple[Problem, ...]:
    """List all that keeps stacks from being imported, those that are imported already left out.

    Args:
        deployment: what is desired, its units expanded.
        observed: the stack set, in which no operation runs.
        stacks: as their accounts tell them.
    """
    pending = list_pending(observed, stacks)
    if not pending:
        return ()
    places = _Places(
        deployment=deployment,
        wanted=frozenset(deployment.instance_keys()),
        there={one.key: one for one in observed.instances} if observed else {},
    )
    return (
        *_find_set_problems(deployment, observed),
        *_find_twins(stacks),
        *(problem for one in pending for problem in _find_problems(places, one)),
    )


def _is_adopted(instance: StackInstance | None) -> bool:
    return instance is not None and instance.is_healthy and instance.stack_exists is not False


def _find_set_problems(deployment: Deployment, observed: StackSet | None) -> Iterator[Problem]:
    """Find what keeps every stack out."""
    hidden = no_echo_parameters(deployment.template.content)
    if hidden:
        yield Problem(
            where=deployment.template.path,
            what=f"NoEcho parameters: {', '.join(sorted(hidden))}; AWS imports no stack that has "
            "some",
            hint="make new stacks by `stacksets deploy` instead",
        )
    if observed is None:
        return
    definition = settle_definition(deployment, observed)
    moved = compare_definition(definition, observed, informational=deployment.informational)
    if moved:
        yield Problem(
            where=f"stack set {observed.name}",
            what=f"is not as the deployment file says: {_name_places(moved)}",
            hint="let the file say what the stack set has, import, then change it: a deploy now "
            "would make a second stack beside each that is to be imported",
        )


def _find_twins(stacks: Sequence[StackToImport]) -> Iterator[Problem]:
    """Find two stacks of one account and region."""
    for key, number in Counter(one.key for one in stacks).items():
        if number > 1:
            names = ", ".join(get_stack_name(one.id) for one in stacks if one.key == key)
            yield Problem(
                where=str(key),
                what=f"{number} stacks are named: {names}",
                hint="a stack set has one stack an account and region",
            )


def _find_problems(places: _Places, stack: StackToImport) -> Iterator[Problem]:
    """Find what keeps one stack out; of a stack that is not there nothing else is said."""
    if stack.unread:
        yield _problem(
            stack,
            f"could not be read: {stack.unread}",
            "an import is planned from what the stack says; see read_role_name",
        )
        return
    if stack.status is None:
        yield _problem(
            stack,
            "there is no such stack",
            f"`aws cloudformation describe-stacks --region {stack.key.region}` lists those there "
            "are",
        )
        return
    yield from _judge_stack(places.deployment, stack)
    yield from _judge_place(places, stack)


def _judge_stack(deployment: Deployment, stack: StackToImport) -> Iterator[Problem]:
    if stack.status not in IMPORTABLE:
        yield _problem(
            stack, f"is {stack.status}", f"mend it first: it has to be {', '.join(IMPORTABLE)}"
        )
    if stack.nested_in:
        yield _problem(
            stack,
            f"is nested in {get_stack_name(stack.nested_in)}",
            "a nested stack is changed through the stack around it only",
        )
    if stack.owner:
        yield _problem(
            stack,
            f"belongs to stack set {stack.owner}",
            "take the stack instance out of that one first, retaining the stack",
        )
    moved = compare_templates(stack.template, deployment.template.content)
    if moved:
        yield _problem(
            stack,
            f"its template is not {deployment.template.path}: {_name_places(moved)}",
            "bring the file to the stack's template, or update the stack to the file's, first",
        )


def _judge_place(places: _Places, stack: StackToImport) -> Iterator[Problem]:
    """Find that an account and region is not asked for, or has a stack instance already."""
    if stack.key not in places.wanted:
        yield _problem(
            stack,
            "the deployment file asks for no stack instance there",
            "add the account and region to [[targets]]: the next deploy would delete the stack",
        )
    instance = places.there.get(stack.key)
    if instance is None or (instance.stack_id == stack.id and is_import_unfinished(instance)):
        return
    if instance.stack_id == stack.id:
        gone = ", its stack gone" if instance.stack_exists is False else ""
        yield _problem(
            stack,
            f"is a stack instance already, {instance.status}{gone}",
            "`stacksets deploy` mends it",
        )
    else:
        has = instance.stack_id or f"{instance.status}, without a stack"
        yield _problem(
            stack,
            f"stack set {places.deployment.name} has a stack instance there: {has}",
            "take that one out first, if this stack is to stand for it",
        )


def _problem(stack: StackToImport, what: str, hint: str) -> Problem:
    return Problem(where=f"{stack.key} {get_stack_name(stack.id)}", what=what, hint=hint)


def _name_places(differences: Sequence[Difference]) -> str:
    named = ", ".join(one.path for one in differences[:_NAMED_PLACES])
    rest = len(differences) - _NAMED_PLACES
    return f"{named} and {rest} more" if rest > 0 else named
