"""What a run has attempted, and what of it is told at its end."""

from __future__ import annotations

from dataclasses import replace

from stacksets.attempts import Attempts
from stacksets.execute import Execution
from stacksets.model.observed import OperationResult, ResultStatus
from stacksets.model.plan import ChangeKind, InstanceChange
from stacksets.plan import make_plan
from tests.builders import EAST, HOME, WEST, a_deployment, a_key, a_stack_set, an_instance

ONE, TWO, THREE = (a_key(region=region) for region in (EAST, WEST, HOME))


def a_result(key, status=ResultStatus.FAILED, reason="no quota"):
    return OperationResult(
        account=key.account, region=key.region, status=status, status_reason=reason
    )


def a_plan(**kinds):
    """A plan that does to the stack instances of some regions what is said."""
    keys = {"one": ONE, "two": TWO, "three": THREE}
    changes = tuple(
        InstanceChange(key=keys[name], kind=kind, why="") for name, kind in kinds.items()
    )
    return replace(make_plan(a_deployment(), None), instances=changes)


def test_an_earlier_failure_is_added_unless_it_went_well_or_failed_again_since():
    attempts = Attempts()
    attempts.remember(a_plan(), Execution(results=tuple(map(a_result, (ONE, TWO, THREE)))))
    last = Execution(
        results=(a_result(ONE, ResultStatus.SUCCEEDED), a_result(TWO, reason="no role"))
    )
    attempts.remember(a_plan(), last)
    there = a_stack_set(*map(an_instance, (ONE, TWO, THREE)))

    told = attempts.add_earlier(last, there, a_plan())

    assert told.results == (*last.results, a_result(THREE))


def test_an_earlier_failure_is_over_where_nothing_remains_or_the_instance_is_gone():
    attempts = Attempts()
    attempts.remember(a_plan(), Execution(results=tuple(map(a_result, (ONE, TWO)))))
    there = a_stack_set(an_instance(ONE))

    assert attempts.add_earlier(Execution(), there, a_plan(one=ChangeKind.LEAVE)).results == ()
    assert attempts.add_earlier(Execution(), there, a_plan()).results == (a_result(ONE),)
    assert attempts.add_earlier(Execution(), None, a_plan()).results == ()


def test_what_was_cancelled_in_the_last_try_has_still_failed_before():
    attempts = Attempts()
    attempts.remember(a_plan(), Execution(results=(a_result(ONE),)))
    last = Execution(results=(a_result(ONE, ResultStatus.CANCELLED, "cancelled"),))
    attempts.remember(a_plan(), last)

    told = attempts.add_earlier(last, a_stack_set(an_instance(ONE)), a_plan())

    assert told.results == (*last.results, a_result(ONE))


def test_firsts_are_those_that_the_run_began_and_those_without_a_stack():
    attempts = Attempts()
    attempts.remember(a_plan(one=ChangeKind.CREATE, two=ChangeKind.UPDATE), Execution())
    there = a_stack_set(an_instance(TWO, stack_id="arn"), an_instance(THREE, stack_id=None))

    assert attempts.find_firsts(there) == {ONE, THREE}
    assert attempts.find_firsts(None) == {ONE}
