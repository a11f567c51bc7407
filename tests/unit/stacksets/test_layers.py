from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stacksets.model.desired import AccountId, OrganizationalUnitId, ParameterOverride, Region
from stacksets.model.layers import OverrideLayers
from tests.builders import a_deployment, a_key

ACCOUNTS = st.sampled_from([AccountId(digit * 12) for digit in "123"])
REGIONS = st.sampled_from([Region("us-east-1"), Region("us-west-1")])
UNITS = st.just(OrganizationalUnitId("ou-abcd-11111111"))
OVERRIDES = st.lists(
    st.builds(
        ParameterOverride,
        accounts=st.lists(ACCOUNTS, max_size=3).map(tuple),
        regions=st.lists(REGIONS, max_size=2).map(tuple),
        parameters=st.dictionaries(st.sampled_from("ABC"), st.sampled_from("xyz")),
        organizational_units=st.lists(UNITS, max_size=1).map(tuple),
        members=st.none() | st.lists(ACCOUNTS, max_size=2).map(tuple),
    ),
    max_size=6,
).map(tuple)


@given(overrides=OVERRIDES, account=ACCOUNTS, region=REGIONS)
def test_layers_give_what_the_deployment_gives_whatever_the_overrides(overrides, account, region):
    key = a_key(account, region)
    values = OverrideLayers(overrides).values_at(key)
    assert values == a_deployment(overrides=overrides).overrides_of(key)


@given(overrides=OVERRIDES, account=ACCOUNTS, region=REGIONS)
def test_places_count_from_one_in_the_order_of_the_file(overrides, account, region):
    key = a_key(account, region)
    found = list(OverrideLayers(overrides).at(key))
    assert found == [(place, one) for place, one in enumerate(overrides, 1) if one.applies_to(key)]


class Counted(str):
    """A region that counts how often somebody compares it."""

    __slots__ = ()
    asked = 0

    def __eq__(self, other):
        Counted.asked += 1
        return str(self) == str(other)

    __hash__ = str.__hash__


def test_an_override_of_another_account_is_not_even_asked():
    overrides = tuple(
        ParameterOverride(
            accounts=(AccountId(f"{number:012}"),),
            regions=(Region(Counted("us-east-1")),),
            parameters={"A": str(number)},
        )
        for number in range(1_000)
    )
    Counted.asked = 0
    assert OverrideLayers(overrides).values_at(a_key(f"{7:012}", "us-east-1")) == {"A": "7"}
    assert Counted.asked <= 1
