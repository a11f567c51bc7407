from datetime import UTC

import pytest

from stacksets.clock import SystemClock
from stacksets.waiting import poll
from tests.fakes import FakeClock


def test_the_system_clock_speaks_utc_and_never_goes_backwards():
    clock = SystemClock()
    before = clock.monotonic()
    clock.sleep(0)
    assert clock.now().tzinfo is UTC
    assert clock.monotonic() >= before


def test_polls_begin_at_once_and_grow_apart_to_fifteen_seconds():
    clock = FakeClock()
    list(poll(clock, limit_seconds=120))
    assert 0.2 <= clock.slept[0] < 0.3
    assert max(clock.slept) <= 15.05
    growing = clock.slept[:-1]
    assert growing == sorted(growing) or growing[-1] >= 15
    assert sum(clock.slept) == pytest.approx(120)


def test_polling_ends_with_its_limit():
    assert list(poll(FakeClock(), limit_seconds=0)) == [0.0]
