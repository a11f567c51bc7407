"""Remove every stack instance, then the stack set, and observe that it is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.converge import Changer, converge
from stacksets.diagnose import find_root_causes
from stacksets.observe import observe_stack_set
from stacksets.plan import make_destroy_plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from stacksets.aws.door import Aws
    from stacksets.clock import Clock
    from stacksets.model.desired import Deployment
    from stacksets.model.observed import StackSet
    from stacksets.model.outcome import Event, Outcome
    from stacksets.model.plan import Plan


def destroy(
    deployment: Deployment,
    aws: Aws,
    clock: Clock,
    *,
    first: Plan,
    consent: Callable[[Plan], None],
    notify: Callable[[Event], None],
) -> Outcome:
    """Bring the stack set to nothing; the arguments and errors are those of `deploy`."""

    def look() -> tuple[StackSet | None, Plan]:
        observed = observe_stack_set(aws, deployment, read_overrides=False)
        return observed, make_destroy_plan(deployment, observed)

    changer = Changer(
        stack_sets=aws.stack_sets(deployment.home_region),
        clock=clock,
        look=look,
        diagnose=lambda observed, results: find_root_causes(aws, deployment, observed, results),
        consent=consent,
        notify=notify,
    )
    return converge(changer, first)
