"""What the stacks are given and the bootstrap is not, where both templates ask for it."""

from __future__ import annotations

import pytest

from stacksets.model.desired import Bootstrap, KeptValue, ParameterOverride
from stacksets.same_named import find_apart
from tests.builders import ACCOUNT, OTHER_ACCOUNT, a_deployment, a_template

TEXT = {"Type": "String", "Default": ""}


def a_file(ours, theirs, *overrides, declared=TEXT, **changes):
    """A deployment whose two templates both have a Zone, with these values of [parameters]."""
    content = {"Parameters": {"Zone": declared, "Suffix": TEXT}, "Resources": {}}
    bootstrap = {"Parameters": {"Zone": declared, "Account": TEXT}, "Resources": {}}
    values = {
        "template": a_template(content),
        "parameters": ours,
        "overrides": tuple(
            ParameterOverride(accounts=(account,), regions=(), parameters=values)
            for account, values in zip((ACCOUNT, OTHER_ACCOUNT), overrides, strict=False)
        ),
        "bootstrap": Bootstrap(
            stack_name="boot", template=a_template(bootstrap), parameters=theirs, tags={}
        ),
    }
    return a_deployment(**(values | changes))


def told(*arguments, **changes):
    return [one.partition(":")[0] for one in find_apart(a_file(*arguments, **changes))]


@pytest.mark.parametrize("theirs", [{"Zone": ""}, {}], ids=["said", "by default"])
def test_a_value_that_the_bootstrap_is_left_without_is_told_with_what_to_do(theirs):
    assert list(find_apart(a_file({"Zone": "Z1"}, theirs))) == [
        (
            'Zone is "Z1" in [stack_set.parameters] and empty in [bootstrap.parameters]: what the '
            "bootstrap makes may not be for these stacks. Say the same there, and "
            "`stacksets bootstrap` before a deploy"
        )
    ]


def test_another_value_that_the_file_says_for_the_bootstrap_is_told():
    assert told({"Zone": "Z1"}, {"Zone": "Z2"}) == [
        'Zone is "Z1" in [stack_set.parameters] and "Z2" in [bootstrap.parameters]'
    ]


def test_a_value_of_an_override_counts_as_well_and_the_first_is_named():
    assert told({}, {}, {"Suffix": "x"}, {"Zone": "Z2"}) == [
        'Zone is "Z2" in [[overrides]] 2, parameters and empty in [bootstrap.parameters]'
    ]
    assert told({"Zone": "Z0"}, {}, {"Zone": "Z1"}) == [
        'Zone is "Z0" in [stack_set.parameters] and empty in [bootstrap.parameters]'
    ]


def test_the_bootstrap_of_one_of_several_zones_is_as_it_should_be():
    assert told({}, {"Zone": "Z2"}, {"Zone": "Z1"}, {"Zone": "Z2"}) == []


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({"Zone": "Z1"}, {"Zone": "Z1"}),
        ({"Zone": ""}, {"Zone": "Z1"}),
        ({}, {"Zone": "Z1"}),
        ({"Zone": KeptValue(fallback="Z1")}, {"Zone": "Z2"}),
        ({"Zone": "Z1"}, {"Zone": KeptValue(fallback="Z2")}),
        ({"Suffix": "x"}, {"Account": "y"}),
    ],
    ids=["alike", "empty", "not given", "kept", "kept there", "other names"],
)
def test_nothing_is_told_where_nothing_is_known_to_be_apart(ours, theirs):
    assert told(ours, theirs) == []


@pytest.mark.parametrize(
    "declared", [{"Type": "String"}, {"Type": "String", "Default": "Z9"}], ids=["none", "its own"]
)
def test_what_the_bootstraps_template_chooses_itself_is_left_to_it(declared):
    assert told({"Zone": "Z1"}, {}, declared=declared) == []


def test_what_is_informational_may_differ():
    assert told({"Zone": "Z1"}, {"Zone": "Z2"}, informational=frozenset({"Zone"})) == []


def test_a_file_without_a_bootstrap_has_nothing_apart():
    assert told({"Zone": "Z1"}, {}, bootstrap=None) == []


@pytest.mark.parametrize(("theirs", "said"), [("other", "another one"), ("", "none")])
def test_hidden_values_are_never_quoted(theirs, said):
    assert told({"Zone": "secret"}, {"Zone": theirs}, declared=TEXT | {"NoEcho": True}) == [
        f"Zone has a value in [stack_set.parameters] and {said} in [bootstrap.parameters]"
    ]
