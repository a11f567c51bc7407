from hypothesis import given
from hypothesis import strategies as st

from stacksets.model.desired import AccountId, InstanceKey, Region
from stacksets.rectangles import group_into_rectangles
from tests.builders import EAST, HOME, WEST, a_key

REGIONS = (WEST, EAST, HOME)
pairs = st.sets(
    st.builds(a_key, st.sampled_from(["1" * 12, "2" * 12, "3" * 12]), st.sampled_from(REGIONS))
)


def _covered(rectangles):
    return [
        InstanceKey(account, region)
        for one in rectangles
        for account in one.accounts
        for region in one.regions
    ]


@given(pairs)
def test_the_calls_cover_exactly_the_pairs_and_none_twice(keys):
    covered = _covered(group_into_rectangles(keys, REGIONS))
    assert sorted(covered) == sorted(keys)


@given(pairs)
def test_no_more_calls_than_there_are_accounts_or_regions(keys):
    fewest = min(len({k.account for k in keys}), len({k.region for k in keys}))
    assert len(group_into_rectangles(keys, REGIONS)) <= fewest


def test_accounts_with_the_same_regions_share_a_call_in_the_order_of_the_regions():
    keys = [a_key(account, region) for account in ("1" * 12, "2" * 12) for region in (EAST, WEST)]
    (only,) = group_into_rectangles(keys, REGIONS)
    assert only.accounts == ("1" * 12, "2" * 12)
    assert only.regions == (WEST, EAST)


def test_regions_with_the_same_accounts_share_a_call_where_that_takes_fewer():
    one, other, both = "1" * 12, "2" * 12, "3" * 12
    keys = [a_key(one, EAST), a_key(other, WEST), a_key(both, EAST), a_key(both, WEST)]
    found = group_into_rectangles(keys, REGIONS)
    assert [(r.accounts, r.regions) for r in found] == [
        ((other, both), (WEST,)),
        ((one, both), (EAST,)),
    ]


def test_what_shares_nothing_with_the_rest_is_grouped_in_its_own_way():
    north, south, *others = (Region(f"xx-place-{number}") for number in range(5))
    one, other, third, *more = (AccountId(f"{number:012}") for number in range(5))
    in_rows = [(one, north), (one, south), (other, south), (other, others[0])]
    in_columns = [
        (third, others[1]),
        (more[0], others[1]),
        (more[0], others[2]),
        (more[1], others[2]),
    ]
    keys = [a_key(*pair) for pair in (*in_rows, *in_columns)]
    regions = (north, south, *others)
    assert len(group_into_rectangles(keys, regions)) == 4


def test_accounts_whose_regions_are_those_of_two_others_are_covered_by_their_calls():
    north, south, west, east, *far = (Region(f"xx-place-{number}") for number in range(6))
    regions = (north, south, west, east, *far)
    wanted = {"1": (north, west, east, *far), "2": (north, *far), "3": (west, east)}
    wanted["4"] = (south, west, far[0])
    keys = [a_key(one * 12, region) for one, there in wanted.items() for region in there]
    found = group_into_rectangles(keys, regions)
    assert sorted(_covered(found)) == sorted(keys)
    assert [(r.accounts, r.regions) for r in found] == [
        (("1" * 12, "2" * 12), (north, *far)),
        (("4" * 12,), (south, west, far[0])),
        (("1" * 12, "3" * 12), (west, east)),
    ]


def test_ten_thousand_pairs_in_uneven_regions_are_grouped_exactly():
    regions = tuple(Region(f"xx-place-{number:02}") for number in range(20))
    keys = [
        a_key(f"{account:012}", region)
        for account in range(590)
        for place, region in enumerate(regions)
        if (account * 7 + place) % 13 > 1
    ]
    found = group_into_rectangles(keys, regions)
    assert len(keys) > 9_900
    assert sorted(_covered(found)) == sorted(keys)
    assert len(found) <= 13
