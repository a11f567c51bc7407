import itertools

import pytest

from stacksets.waiting import Patience, poll
from tests.fakes import FakeClock


def test_pauses_double_from_a_fifth_of_a_second_to_fifteen_seconds():
    clock = FakeClock()

    list(itertools.islice(poll(clock), 12))

    assert clock.slept[0] == pytest.approx(0.2, abs=0.05)
    assert clock.slept[3] == pytest.approx(1.6, abs=0.05)
    assert clock.slept[-1] == pytest.approx(15, abs=0.05)


def test_no_pause_is_longer_than_the_share_of_the_time_gone_that_was_asked_for():
    clock = FakeClock()

    looks = list(itertools.islice(poll(clock, lateness=0.15), 60))

    late = [after - before for before, after in itertools.pairwise(looks)]
    assert all(one <= max(0.2, 0.15 * at) + 0.05 for one, at in zip(late, looks, strict=False))
    assert late[0] >= 0.2
    assert late[-1] == pytest.approx(15, abs=0.05)
    assert sum(1 for one in looks if one < 60) <= 36


def test_waiting_ends_when_it_was_told_to_not_a_pause_later():
    clock = FakeClock()

    looks = list(poll(clock, limit_seconds=20.0))

    assert clock.seconds == pytest.approx(20.0, abs=0.01)
    assert looks[-1] == pytest.approx(20.0, abs=0.01)


def test_no_time_at_all_is_one_look():
    assert list(poll(FakeClock(), limit_seconds=-1.0)) == [0.0]


def test_patience_without_an_end_has_no_seconds_left_to_count():
    clock = FakeClock()
    clock.seconds = 5.0

    assert Patience().seconds_left(clock) is None
    assert Patience(until=7.0).seconds_left(clock) == 2.0
