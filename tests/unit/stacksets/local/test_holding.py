"""Orders to hold a call are read strictly; what is counted are the calls of clients."""

from __future__ import annotations

import pytest

from stacksets.local.control_plane.clients import USER_AGENT
from stacksets.local.holding import Holding, Moment, Order, read_order
from stacksets.local.journal import read_call

CALL = read_call("GET", "/", {"user-agent": "Boto3/1"}, b"")
CALL_BACK = read_call("GET", "/", {"user-agent": f"Boto3/1 {USER_AGENT}"}, b"")


def test_an_order_names_a_call_and_a_moment() -> None:
    order = read_order({"call": 3, "moment": "ANSWERED"})

    assert order == Order(call=3, moment=Moment.ANSWERED)


@pytest.mark.parametrize(
    "document", [{"call": 0, "moment": "ANSWERED"}, {"call": 1, "moment": "LATER"}]
)
def test_an_order_that_can_never_be_met_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"no call 0|LATER"):
        read_order(document)


def test_only_the_call_of_that_number_is_held_and_calls_back_are_not_counted() -> None:
    holding = Holding()
    holding.order(Order(call=2, moment=Moment.RECEIVED))

    moments = [holding.find_moment(one) for one in (CALL, CALL_BACK, CALL, CALL)]

    assert moments == [None, None, Moment.RECEIVED, None]


def test_with_an_action_only_its_calls_are_counted() -> None:
    holding = Holding()
    holding.order(read_order({"call": 2, "moment": "RECEIVED", "action": "GET /b"}))
    other = read_call("GET", "/b", {"user-agent": "Boto3/1"}, b"")

    moments = [holding.find_moment(one) for one in (other, CALL, other)]

    assert moments == [None, None, Moment.RECEIVED]


def test_without_an_order_nothing_is_held() -> None:
    holding = Holding()
    holding.order(Order(call=1, moment=Moment.RECEIVED))
    holding.release()

    assert holding.find_moment(CALL) is None
