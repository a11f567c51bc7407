"""Adopt stacks that exist as stack instances, observe that they are, and tell what that comes to.

What an import makes of a stack's own parameter values is not documented to the letter, so nothing
is taken for granted: they are read again afterwards, beside what the stack set gives.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stacksets.asking import ask_each
from stacksets.converge import Changer, converge
from stacksets.effective import find_deployed
from stacksets.errors import ImportRefusedError, NotReadyError
from stacksets.expand import expand_targets
from stacksets.import_plan import make_import_plan
from stacksets.importable import find_import_problems, list_pending
from stacksets.model.desired import InstanceKey
from stacksets.observing import observe_stack_set
from stacksets.plan import make_plan
from stacksets.read_stacks import read_stacks
from stacksets.waiting import Patience

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from stacksets.aws.door import Aws
    from stacksets.clock import Clock
    from stacksets.effective import EffectiveParameters
    from stacksets.model.desired import Deployment
    from stacksets.model.observed import StackInstance, StackSet, StackToImport
    from stacksets.model.outcome import Event, Outcome
    from stacksets.model.plan import Plan

_FOR_EVER = Patience()


@dataclass(frozen=True, slots=True, kw_only=True)
class Moving:
    """A parameter that does not stay what it was before the import.

    `there` is its value in the stack now. With `by_import` the import has changed it from `other`;
    else the stack set gives `other`, and its next update changes it to that.
    """

    key: InstanceKey
    name: str
    there: str
    other: str
    by_import: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What stacks have become by an import.

    `parameters` are those of the imported stack instances as AWS holds them, `unread` the stacks
    whose own values could not be read again, and `deploy` is what a deploy would do now.
    """

    stacks: tuple[StackToImport, ...]
    parameters: EffectiveParameters
    moving: tuple[Moving, ...]
    unread: tuple[StackToImport, ...]
    deploy: Plan


def refuse_unfit(
    deployment: Deployment, observed: StackSet | None, stacks: Sequence[StackToImport]
) -> None:
    """Refuse before the first write what cannot be imported; while an operation runs nothing is.

    Raises:
        ImportRefusedError: with all problems of all stacks.
        NotReadyError: the same, where nothing is wrong but that stacks could not be read.
    """
    if observed and observed.running_operation:
        return
    problems = find_import_problems(deployment, observed, stacks)
    if not problems:
        return
    unread = [one for one in list_pending(observed, stacks) if one.unread]
    error = NotReadyError if len(problems) == len(unread) else ImportRefusedError
    raise error("Not importable as it is, nothing was changed", problems=problems)


def import_stacks(
    deployment: Deployment,
    aws: Aws,
    clock: Clock,
    *,
    stacks: Sequence[StackToImport],
    first: Plan,
    consent: Callable[[Plan], None],
    notify: Callable[[Event], None],
    patience: Patience = _FOR_EVER,
) -> Outcome:
    """Make stack instances of `stacks`; the other arguments and errors are those of `deploy`.

    Raises:
        ImportRefusedError, NotReadyError: after another operation, see `refuse_unfit`.
    """
    latest: list[tuple[Deployment, StackSet | None]] = []

    def make(desired: Deployment, observed: StackSet | None) -> Plan:
        latest[:] = [(desired, observed)]
        return make_import_plan(desired, observed, stacks)

    def agree(plan: Plan) -> None:
        # What could not be judged while another operation ran can be now.
        for expanded, observed in latest:
            refuse_unfit(expanded, observed, stacks)
        consent(plan)

    changer = Changer(
        deployment=deployment,
        aws=aws,
        clock=clock,
        make=make,
        consent=agree,
        notify=notify,
        patience=patience,
        overrides=False,
    )
    return converge(changer, first)


def look_at_imported(
    aws: Aws, deployment: Deployment, stacks: Sequence[StackToImport]
) -> Imported | None:
    """Read what the imported stacks are now; None where the stack set has gone meanwhile."""
    observed = observe_stack_set(aws, deployment)
    if observed is None:
        return None
    expanded = expand_targets(aws, deployment, observed)
    parameters = find_deployed(expanded, _only(aws, deployment, observed, stacks))
    now = read_stacks(aws, deployment, [one.id for one in stacks])
    return Imported(
        stacks=tuple(stacks),
        parameters=parameters,
        moving=tuple(_find_moving(stacks, now, parameters)),
        unread=tuple(one for one in now if one.unread),
        deploy=make_plan(expanded, observed),
    )


def _only(
    aws: Aws, deployment: Deployment, observed: StackSet, stacks: Sequence[StackToImport]
) -> StackSet:
    """Leave of a stack set the imported instances, with their overrides."""
    stack_sets = aws.stack_sets(deployment.home_region, deployment.call_as)
    named = {one.id for one in stacks}

    def read(instance: StackInstance) -> StackInstance:
        overrides = stack_sets.read_overrides(deployment.name, instance.key)
        return replace(instance, overrides=overrides)

    instances = [one for one in observed.instances if one.stack_id in named]
    return replace(observed, instances=ask_each(read, instances))


def _find_moving(
    before: Sequence[StackToImport],
    now: Sequence[StackToImport],
    parameters: EffectiveParameters,
) -> Iterator[Moving]:
    given: Mapping[InstanceKey, Mapping[str, str]] = {
        InstanceKey(one.account, one.region): {p.name: p.value for p in one.parameters}
        for one in parameters.instances
    }
    for was, stack in zip(before, now, strict=True):
        for name, value in stack.parameters.items():
            for other, by_import in (
                (was.parameters.get(name, value), True),
                (given.get(stack.key, {}).get(name, value), False),
            ):
                if other != value:
                    yield Moving(
                        key=stack.key, name=name, there=value, other=other, by_import=by_import
                    )
