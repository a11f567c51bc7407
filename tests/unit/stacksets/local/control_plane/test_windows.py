"""Tolerance, concurrency and Regions: the bookkeeping of an operation, without threads."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacksets.local.control_plane.errors import ApiError
from stacksets.local.control_plane.model import InstanceKey
from stacksets.local.control_plane.preferences import make_window, order_regions, read_preferences
from stacksets.local.control_plane.schedule import Schedule

if TYPE_CHECKING:
    import random

EAST, WEST, EU = "us-east-1", "us-west-1", "eu-west-1"


def keys(count: int, *regions: str) -> list[InstanceKey]:
    return [InstanceKey(f"{n:012}", region) for region in regions for n in range(count)]


def fail(schedule: Schedule, running: list[InstanceKey], count: int) -> list[InstanceKey]:
    """Let the first of the running ones fail; give those that still run, with what started."""
    for key in running[:count]:
        schedule.finish(key, failed=True)
    return [*running[count:], *schedule.start_next()]


def test_per_region_tolerance_with_strict_concurrency_is_the_user_guides_worked_example():
    preferences = {"FailureToleranceCount": 5, "MaxConcurrentCount": 10}
    schedule = Schedule(keys(30, EAST), preferences)
    running = schedule.start_next()
    assert len(running) == 6
    running = fail(schedule, running, 1)
    assert len(running) == 5
    running = fail(schedule, running, 2)
    assert len(running) == 3
    running = fail(schedule, running, 3)
    assert running == []
    assert schedule.is_broken
    assert len(schedule.cancel_waiting()) == 24
    assert schedule.is_over


def test_per_region_tolerance_with_soft_concurrency_keeps_ten_and_lets_those_in_flight_finish():
    preferences = {
        "FailureToleranceCount": 5,
        "MaxConcurrentCount": 10,
        "ConcurrencyMode": "SOFT_FAILURE_TOLERANCE",
    }
    schedule = Schedule(keys(30, EAST), preferences)
    running = schedule.start_next()
    assert len(running) == 10
    running = fail(schedule, running, 5)
    assert len(running) == 10
    running = fail(schedule, running, 1)
    assert len(running) == 9
    assert schedule.is_broken
    assert not schedule.is_over
    running = fail(schedule, running, 2)
    for key in running:
        schedule.finish(key, failed=False)
    assert len(schedule.cancel_waiting()) == 15
    assert schedule.is_over


def test_without_preferences_one_stack_instance_goes_at_a_time():
    schedule = Schedule(keys(3, EAST, WEST), {})
    seen = []
    while not schedule.is_over:
        (only,) = schedule.start_next()
        assert schedule.start_next() == []
        seen.append(only)
        schedule.finish(only, failed=False)
    assert seen == keys(3, EAST, WEST)


@pytest.mark.parametrize(
    ("preferences", "accounts", "tolerance", "limit"),
    [
        ({}, 10, 0, 1),
        ({"FailureTolerancePercentage": 19}, 10, 1, 1),
        ({"FailureTolerancePercentage": 9}, 10, 0, 1),
        ({"FailureTolerancePercentage": 100}, 3, 3, 1),
        ({"FailureToleranceCount": 2}, 10, 2, 1),
        ({"MaxConcurrentPercentage": 59}, 10, 0, 5),
        ({"MaxConcurrentPercentage": 1}, 10, 0, 1),
        ({"MaxConcurrentCount": 7}, 3, 0, 7),
    ],
)
def test_percentages_of_the_accounts_are_rounded_down(preferences, accounts, tolerance, limit):
    window = make_window(preferences, accounts)
    assert (window.tolerance, window.limit) == (tolerance, limit)


def test_a_limit_above_the_tolerance_is_narrowed_not_refused():
    assert make_window({"MaxConcurrentCount": 10}, 20).width(0) == 1


def test_a_broken_region_lets_nothing_through_whatever_the_mode():
    for mode in ("STRICT_FAILURE_TOLERANCE", "SOFT_FAILURE_TOLERANCE"):
        window = make_window({"MaxConcurrentCount": 10, "ConcurrencyMode": mode}, 20)
        assert window.width(1) == 0


def test_regions_go_in_the_order_that_was_asked_for():
    schedule = Schedule(keys(1, EAST, WEST, EU), {"RegionOrder": [EU, WEST]})
    order = []
    while not schedule.is_over:
        (key,) = schedule.start_next()
        order.append(key.region)
        schedule.finish(key, failed=False)
    assert order == [EU, WEST, EAST]


def test_a_region_order_may_name_what_the_operation_does_not_have():
    assert order_regions({"RegionOrder": ["ap-south-1", WEST]}, [EAST, WEST, EAST]) == [WEST, EAST]


def test_sequential_regions_after_a_failed_one_are_cancelled():
    schedule = Schedule(keys(2, EAST, WEST), {"RegionOrder": [WEST]})
    (first,) = schedule.start_next()
    schedule.finish(first, failed=True)
    assert schedule.start_next() == []
    assert schedule.cancel_waiting() == [*keys(2, WEST)[1:], *keys(2, EAST)]
    assert schedule.is_over


def test_parallel_regions_go_at_once_and_a_failing_one_cancels_what_waits_elsewhere():
    schedule = Schedule(keys(2, EAST, WEST), {"RegionConcurrencyType": "PARALLEL"})
    east, west = schedule.start_next()
    assert {east.region, west.region} == {EAST, WEST}
    schedule.finish(east, failed=True)
    assert len(schedule.cancel_waiting()) == 2
    assert not schedule.is_over
    schedule.finish(west, failed=False)
    assert schedule.is_over


def test_a_stop_starts_nothing_more_and_lets_what_runs_finish():
    schedule = Schedule(keys(3, EAST), {})
    (running,) = schedule.start_next()
    schedule.stop()
    assert schedule.start_next() == []
    assert len(schedule.cancel_waiting()) == 2
    assert not schedule.is_over
    schedule.finish(running, failed=False)
    assert schedule.is_over
    assert not schedule.is_broken


def test_nothing_is_cancelled_while_all_goes_well():
    schedule = Schedule(keys(2, EAST), {})
    schedule.start_next()
    assert schedule.cancel_waiting() == []


def test_a_count_and_its_percentage_together_are_refused():
    both = {"MaxConcurrentCount": 1, "MaxConcurrentPercentage": 1}
    with pytest.raises(ApiError, match="MaxConcurrentCount or MaxConcurrentPercentage"):
        read_preferences({"OperationPreferences": both})


def test_preferences_that_were_not_sent_come_back_with_an_empty_region_order():
    assert read_preferences({}) == {"RegionOrder": []}


PREFERENCES = st.fixed_dictionaries(
    {},
    optional={
        "FailureToleranceCount": st.integers(0, 5),
        "FailureTolerancePercentage": st.integers(0, 100),
        "MaxConcurrentCount": st.integers(1, 8),
        "MaxConcurrentPercentage": st.integers(1, 100),
        "ConcurrencyMode": st.sampled_from(["STRICT_FAILURE_TOLERANCE", "SOFT_FAILURE_TOLERANCE"]),
        "RegionConcurrencyType": st.sampled_from(["SEQUENTIAL", "PARALLEL"]),
        "RegionOrder": st.permutations([EAST, WEST, EU]),
    },
)


@given(
    preferences=PREFERENCES,
    accounts=st.integers(1, 9),
    regions=st.integers(1, 3),
    failing=st.floats(0, 1),
    stop_after=st.integers(0, 40),
    chance=st.randoms(use_true_random=False),
)
def test_whatever_fails_in_whatever_order_windows_and_tolerances_hold(
    preferences, accounts, regions, failing, stop_after, chance: random.Random
):
    targets = keys(accounts, *[EAST, WEST, EU][:regions])
    schedule = Schedule(targets, preferences)
    window = make_window(preferences, accounts)
    strict = preferences.get("ConcurrencyMode") != "SOFT_FAILURE_TOLERANCE"
    sequential = preferences.get("RegionConcurrencyType") != "PARALLEL"
    running: list[InstanceKey] = []
    ended: list[InstanceKey] = []
    failures: Counter[str] = Counter()
    steps = 0
    while not schedule.is_over:
        if steps == stop_after:
            schedule.stop()
        ended += schedule.cancel_waiting()
        started = schedule.start_next()
        assert not (started and schedule.is_broken)
        running += started
        for region in {key.region for key in started}:
            at_once = sum(key.region == region for key in running)
            assert at_once <= window.limit
            assert not strict or at_once <= window.tolerance + 1 - failures[region]
        assert not sequential or len({key.region for key in running}) <= 1
        if not running:
            break
        key = running.pop(chance.randrange(len(running)))
        failed = chance.random() < failing
        failures[key.region] += failed
        schedule.finish(key, failed=failed)
        ended.append(key)
        steps += 1
    assert sorted(ended) == sorted(targets)
    assert schedule.is_over
    assert not strict or all(count <= window.tolerance + 1 for count in failures.values())
    assert schedule.is_broken == any(count > window.tolerance for count in failures.values())
