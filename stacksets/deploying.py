"""Observe, plan, execute, and observe again: success is an empty second plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.converge import Changer, converge
from stacksets.expand import expand_targets
from stacksets.plan import PlanOptions, make_plan
from stacksets.waiting import Patience

if TYPE_CHECKING:
    from collections.abc import Callable

    from stacksets.aws.door import Aws
    from stacksets.clock import Clock
    from stacksets.model.desired import Deployment
    from stacksets.model.outcome import Event, Outcome
    from stacksets.model.plan import Plan

_FOR_EVER = Patience()


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
    # A NoEcho value that was sent on request would be sent for ever: it can never compare equal.
    again = PlanOptions(
        remove_first=options.remove_first, retain_inoperable=options.retain_inoperable
    )
    changer = Changer(
        deployment=deployment,
        aws=aws,
        clock=clock,
        make=lambda observed: make_plan(expand_targets(aws, deployment, observed), observed, again),
        consent=consent,
        notify=notify,
        patience=patience,
        audit=options.audit,
    )
    return converge(changer, first)
