"""Observe, plan, execute, and observe again: success is an empty second plan."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stacksets.converge import Changer, converge
from stacksets.model.outcome import StepFinished
from stacksets.model.plan import CreateStackSet, UpdateStackSet
from stacksets.plan import make_plan
from stacksets.waiting import Patience

if TYPE_CHECKING:
    from collections.abc import Callable

    from stacksets.aws.door import Aws
    from stacksets.clock import Clock
    from stacksets.model.desired import Deployment
    from stacksets.model.outcome import Event, Outcome
    from stacksets.model.plan import Plan
    from stacksets.plan import PlanOptions

_FOR_EVER = Patience()


@dataclass(slots=True, kw_only=True)
class _Asked:
    """What is still asked for: a NoEcho value, which never compares equal, is sent only once."""

    options: PlanOptions

    def note(self, event: Event) -> None:
        """Strike out what was sent, when a step that sends every parameter is done."""
        if isinstance(event, StepFinished) and isinstance(
            event.step, CreateStackSet | UpdateStackSet
        ):
            self.options = replace(self.options, send=frozenset())


def deploy(
    deployment: Deployment,
    aws: Aws,
    clock: Clock,
    *,
    options: PlanOptions,
    first: Plan,
    consent: Callable[[Plan], None],
    notify: Callable[[Event], None],
    patience: Patience = _FOR_EVER,
) -> Outcome:
    """Bring the stack set to the state that the deployment describes.

    Args:
        deployment: what is desired, bound to the caller's account.
        aws: the door to AWS.
        clock: time, so that waiting can be tested.
        options: what the person asked for beside the file.
        first: the plan that the person has seen and agreed to; not empty.
        consent: raises UnsafePlanError for a later plan that goes beyond what was agreed to.
        notify: is told every event as it happens.
        patience: for which other operations to wait, and how long in all.

    Raises:
        DetachedError: interrupted; the operation goes on in AWS.
        OperationStoppedError: interrupted twice; the operation was stopped.
        StillRunningError: the patience has come to its end; the operation goes on in AWS.
        AwsError, ConflictError: AWS refused a call.
    """
    asked = _Asked(options=options)

    def tell(event: Event) -> None:
        asked.note(event)
        notify(event)

    changer = Changer(
        deployment=deployment,
        aws=aws,
        clock=clock,
        make=lambda desired, observed: make_plan(desired, observed, asked.options),
        consent=consent,
        notify=tell,
        patience=patience,
        audit=options.audit,
    )
    return converge(changer, first)
