"""The region that was meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacksets.model.desired import Region
from stacksets.nearest import count_edits, find_nearest_region

KNOWN = tuple(
    map(Region, ("ap-northeast-1", "eu-west-1", "eu-west-2", "us-east-1", "us-west-1", "us-west-2"))
)
SIGNS = st.text("abc", max_size=7)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("us-esat-1", "us-east-1"),
        ("su-east-1", "us-east-1"),
        ("us-wset-2", "us-west-2"),
        ("us-east1", "us-east-1"),
        ("us--west-1", "us-west-1"),
        ("eu-west-9", "eu-west-1"),
        ("ap-norhteast-1", "ap-northeast-1"),
        ("frankfurt-and-more-1", None),
    ],
)
def test_the_region_of_the_fewest_edits_was_meant(name: str, meant: str | None) -> None:
    assert find_nearest_region(name, KNOWN) == meant


def test_where_no_region_is_known_none_was_meant() -> None:
    assert find_nearest_region("us-east-1", ()) is None


def _count_slowly(one: str, other: str) -> int:
    """Count by the definition: every way to begin, and then the rest."""
    if not one or not other:
        return len(one) + len(other)
    ways = [
        _count_slowly(one[1:], other) + 1,
        _count_slowly(one, other[1:]) + 1,
        _count_slowly(one[1:], other[1:]) + (one[0] != other[0]),
    ]
    if len(one) > 1 and one[:2] == other[1:2] + other[:1]:
        ways.append(_count_slowly(one[2:], other[2:]) + 1)
    return min(ways)


@given(one=st.text("abc", max_size=4), other=st.text("abc", max_size=4))
def test_edits_are_counted_as_their_definition_says(one: str, other: str) -> None:
    assert count_edits(one, other) == _count_slowly(one, other)


@given(one=SIGNS, other=SIGNS)
def test_edits_are_as_many_in_both_directions_and_none_only_of_the_same(
    one: str, other: str
) -> None:
    assert count_edits(one, other) == count_edits(other, one)
    assert (count_edits(one, other) == 0) is (one == other)
