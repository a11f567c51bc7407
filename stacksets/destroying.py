"""Remove every stack instance, then the stack set, and observe that it is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.converge import Changer, converge
from stacksets.plan import make_destroy_plan
from stacksets.waiting import Patience

if TYPE_CHECKING:
    from collections.abc import Callable

    from stacksets.aws.door import Aws
    from stacksets.clock import Clock
    from stacksets.model.desired import Deployment
    from stacksets.model.outcome import Event, Outcome
    from stacksets.model.plan import Plan, Retention

_FOR_EVER = Patience()


def destroy(
    deployment: Deployment,
    aws: Aws,
    clock: Clock,
    *,
    retention: Retention,
    first: Plan,
    consent: Callable[[Plan], None],
    notify: Callable[[Event], None],
    patience: Patience = _FOR_EVER,
) -> Outcome:
    """Bring the stack set to nothing; `retention` says whose stacks stay.

    The other arguments and the errors are those of `deploy`.
    """
    changer = Changer(
        deployment=deployment,
        aws=aws,
        clock=clock,
        make=lambda desired, observed: make_destroy_plan(desired, observed, retention),
        consent=consent,
        notify=notify,
        patience=patience,
        overrides=False,
    )
    return converge(changer, first)
