"""Take a region's traffic away, or take it back, and observe that it is so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.converge import Changer, converge
from stacksets.traffic_plan import make_traffic_plan
from stacksets.waiting import Patience

if TYPE_CHECKING:
    from collections.abc import Callable

    from stacksets.aws.door import Aws
    from stacksets.clock import Clock
    from stacksets.model.desired import Deployment
    from stacksets.model.outcome import Event, Outcome
    from stacksets.model.plan import Plan
    from stacksets.model.traffic import TrafficTurn

_FOR_EVER = Patience()


def turn_traffic(
    deployment: Deployment,
    aws: Aws,
    clock: Clock,
    *,
    turn: TrafficTurn,
    first: Plan,
    consent: Callable[[Plan], None],
    notify: Callable[[Event], None],
    patience: Patience = _FOR_EVER,
) -> Outcome:
    """Set or take back the traffic override in every stack instance of a region.

    The other arguments and errors are those of `deploy`.

    Raises:
        NoActiveRegionError: after another operation, see `make_traffic_plan`.
    """
    changer = Changer(
        deployment=deployment,
        aws=aws,
        clock=clock,
        make=lambda desired, observed: make_traffic_plan(desired, observed, turn),
        consent=consent,
        notify=notify,
        patience=patience,
    )
    return converge(changer, first)
