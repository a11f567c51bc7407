"""When health checkers look, and what becomes of what they see."""

from __future__ import annotations

import dataclasses
import threading
from datetime import UTC, datetime, timedelta

import pytest

from stacksets.local.route53.checkers import Checkers
from stacksets.local.route53.checks import HealthCheck
from stacksets.local.route53.probing import ADDRESSES, Found

REGIONS = ("eu-west-1", "us-west-2")
CHECK = HealthCheck(id="one", type="HTTPS", host="a.example.com", regions=REGIONS)


class Bench:
    """Checkers over checks in memory, with a clock that stands still."""

    def __init__(self) -> None:
        self.checks = [CHECK]
        self.is_up = True
        self.looks: list[tuple[str, str]] = []
        self.time = datetime(2026, 1, 1, tzinfo=UTC)
        self.ticks = 0
        self.checkers = Checkers(list_checks=lambda: self.checks, probe=self.probe, clock=self)

    def now(self) -> datetime:
        return self.time

    def wait(self, ending: threading.Event, _: float) -> bool:
        """Let a tick pass, five of them in all."""
        self.ticks += 1
        self.time += timedelta(seconds=10)
        return ending.is_set() or self.ticks > 5

    def probe(self, check: HealthCheck, region: str) -> Found:
        self.looks.append((check.id, region))
        return Found(is_healthy=self.is_up, status="up" if self.is_up else "down")

    def rounds(self) -> int:
        return self.looks.count(("one", REGIONS[0]))


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_each_region_looks_at_once_and_then_at_each_interval(bench: Bench) -> None:
    bench.checkers.advance(60)
    assert sorted(bench.looks) == [("one", region) for region in REGIONS for _ in range(3)]

    bench.checkers.advance(29)
    assert bench.rounds() == 3
    bench.checkers.advance(1)
    assert bench.rounds() == 4


def test_as_many_failures_in_a_row_as_the_threshold_turn_it_and_as_many_successes_back(
    bench: Bench,
) -> None:
    bench.checkers.advance(0)
    turned = []
    for is_up in (False, False, True, False, False, False, True, True, True):
        bench.is_up = is_up
        bench.checkers.advance(30)
        turned.append(bench.checkers.is_healthy("one"))

    assert turned == [True] * 5 + [False] * 3 + [True]


def test_what_was_seen_last_and_failed_last_is_told_with_its_time(bench: Bench) -> None:
    assert bench.checkers.last_seen("one") == []
    bench.is_up = False
    bench.checkers.advance(0)
    bench.is_up = True
    bench.checkers.advance(30)

    seen = bench.checkers.last_seen("one")
    failed = bench.checkers.last_failures("one")

    assert [(one.region, one.address) for one in seen] == [(r, ADDRESSES[r]) for r in REGIONS]
    assert {(one.status, one.checked) for one in seen} == {
        ("up", bench.time + timedelta(seconds=30))
    }
    assert {(one.status, one.checked) for one in failed} == {("down", bench.time)}


def test_a_check_without_regions_is_looked_at_from_all(bench: Bench) -> None:
    bench.checks = [dataclasses.replace(CHECK, regions=())]

    bench.checkers.advance(0)

    assert {region for _, region in bench.looks} == ADDRESSES.keys()


def test_nobody_looks_at_what_is_disabled_calculated_or_gone(bench: Bench) -> None:
    bench.checks = [
        dataclasses.replace(CHECK, is_disabled=True),
        HealthCheck(id="switch", type="CALCULATED", threshold=1),
    ]
    bench.checkers.advance(90)
    assert bench.looks == []

    bench.checks = []
    bench.checkers.advance(90)
    assert bench.checkers.last_seen("one") == []


def test_a_look_that_was_under_way_at_a_reset_comes_to_nothing(bench: Bench) -> None:
    look = bench.probe

    def look_and_reset(check: HealthCheck, region: str) -> Found:
        bench.checks = []
        bench.checkers.reset()
        return look(check, region)

    bench.checkers = Checkers(list_checks=lambda: bench.checks, probe=look_and_reset, clock=bench)
    bench.checkers.advance(0)

    assert bench.looks
    assert bench.checkers.last_seen("one") == []


def test_they_look_by_themselves_until_they_are_closed(bench: Bench) -> None:
    bench.checkers.start()
    for thread in threading.enumerate():
        if thread.name == "health-checkers":
            thread.join(10)

    assert bench.rounds() == 2, "50 seconds have passed"
    bench.checkers.close()
    bench.checkers.advance(90)
    assert bench.rounds() == 2
