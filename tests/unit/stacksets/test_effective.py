"""Every parameter's value in every stack instance, and where it comes from."""

from __future__ import annotations

import json

from stacksets.effective import ValueSource, find_deployed, find_effective
from stacksets.model.desired import ParameterOverride
from tests.builders import (
    ACCOUNT,
    CONTENT,
    EAST,
    OTHER_ACCOUNT,
    WEST,
    a_deployment,
    a_key,
    a_stack_set,
    a_template,
    an_instance,
    targets,
)

SECRET = {
    **CONTENT,
    "Parameters": {
        "Suffix": {"Type": "String", "Default": "dev"},
        "Password": {"Type": "String", "NoEcho": True, "Default": "open-sesame"},
    },
}


def override(value, *, region=EAST, name="Suffix"):
    return ParameterOverride(accounts=(), regions=(region,), parameters={name: value})


def said(effective, name="Suffix"):
    """Give value, source, entry and what the file gives, by region."""
    return {
        one.region: (found.value, found.source.value, found.entry, found.desired)
        for one in effective.instances
        for found in one.parameters
        if found.name == name
    }


def there(east, west=None, **changes):
    return a_stack_set(
        an_instance(a_key(region=EAST), overrides=east),
        an_instance(a_key(region=WEST), overrides=west),
        **changes,
    )


def test_a_parameter_that_nobody_names_has_the_default_of_the_template():
    effective = find_effective(a_deployment(), None)
    assert said(effective) == dict.fromkeys((EAST, WEST), ("dev", "default", None, None))


def test_the_file_comes_before_the_default_and_an_override_before_both():
    deployment = a_deployment(parameters={"Suffix": "x"}, overrides=(override("e"),))
    assert said(find_effective(deployment, None)) == {
        EAST: ("e", "override", 1, None),
        WEST: ("x", "file", None, None),
    }


def test_the_last_of_several_overrides_is_the_one_that_counts():
    deployment = a_deployment(overrides=(override("a"), override("b"), override("c", region=WEST)))
    assert said(find_effective(deployment, None)) == {
        EAST: ("b", "override", 2, None),
        WEST: ("c", "override", 3, None),
    }


def test_an_override_on_aws_that_no_file_names_is_forgotten():
    effective = find_effective(a_deployment(), there({"Suffix": "old"}, {}))
    assert said(effective) == {
        EAST: ("old", "forgotten", None, "dev"),
        WEST: ("dev", "default", None, None),
    }
    assert [(one.region, len(one.parameters)) for one in effective.forgotten] == [(EAST, 1)]


def test_an_override_on_aws_of_a_parameter_that_is_gone_is_forgotten_and_may_be_secret():
    effective = find_effective(a_deployment(), there({"Gone": "x"}, {}))
    assert said(effective, "Gone") == {EAST: ("****", "forgotten", None, None)}


def test_an_override_that_the_file_changes_is_not_forgotten():
    deployment = a_deployment(overrides=(override("new"),))
    effective = find_effective(deployment, there({"Suffix": "old"}, {}))
    assert said(effective)[EAST] == ("new", "override", 1, None)
    (changed,) = effective.instances[0].parameters
    assert changed.deployed == "old"
    (same,) = find_effective(deployment, there({"Suffix": "new"}, {})).instances[0].parameters
    assert same.deployed is None


def test_what_nobody_read_is_said_to_be_unread():
    assert not find_effective(a_deployment(), there(None)).overrides_read
    assert find_effective(a_deployment(), there({}, {})).overrides_read
    assert find_effective(a_deployment(), None).overrides_read


def test_a_noecho_value_stands_nowhere_wherever_it_comes_from():
    deployment = a_deployment(
        template=a_template(SECRET),
        parameters={"Password": "s3cret"},
        overrides=(override("0ther", name="Password"),),
    )
    observed = there({"Password": "f0und"}, {"Password": "f0und"}, template_body=json.dumps(SECRET))
    for effective in (
        find_effective(deployment, None),
        find_effective(deployment, observed),
        find_deployed(deployment, observed),
        find_effective(a_deployment(template=a_template(SECRET)), None),
    ):
        assert set(said(effective, "Password")) == {EAST, WEST}
        assert {one[0] for one in said(effective, "Password").values()} == {"****"}
        assert not any(word in repr(effective) for word in ("s3cret", "0ther", "f0und", "sesame"))


def test_a_parameter_that_was_noecho_until_now_is_masked_too():
    observed = there({"Password": "f0und"}, {}, template_body=json.dumps(SECRET))
    assert "f0und" not in repr(find_effective(a_deployment(), observed))


def test_what_is_deployed_as_the_file_says_has_the_source_in_the_file():
    deployment = a_deployment(parameters={"Suffix": "x"}, overrides=(override("e"),))
    observed = there({"Suffix": "e"}, {}, parameters={"Suffix": "x"})
    assert said(find_deployed(deployment, observed)) == {
        EAST: ("e", "override", 1, None),
        WEST: ("x", "file", None, None),
    }


def test_what_is_deployed_otherwise_says_what_the_file_gives():
    deployment = a_deployment(parameters={"Suffix": "new"}, overrides=(override("e"),))
    observed = there({"Suffix": "old"}, {}, parameters={"Suffix": "x"})
    assert said(find_deployed(deployment, observed)) == {
        EAST: ("old", "deployed", None, "e"),
        WEST: ("x", "deployed", None, "new"),
    }


def test_an_override_of_the_file_that_is_not_on_aws_yet_is_told_by_status():
    deployment = a_deployment(overrides=(override("e"),))
    assert said(find_deployed(deployment, there({}, {})))[EAST] == ("dev", "deployed", None, "e")


def test_a_deployed_default_counts_where_the_stack_set_names_no_value():
    observed = there({}, {}, parameters={})
    assert said(find_deployed(a_deployment(), observed))[EAST] == ("dev", "default", None, None)


def test_a_deployed_parameter_that_the_file_does_not_know_is_shown():
    observed = there({}, {}, parameters={"Old": "x"})
    assert said(find_deployed(a_deployment(), observed), "Old")[EAST] == (
        "x",
        "deployed",
        None,
        None,
    )


def test_deployed_overrides_that_nobody_read_are_not_guessed_at():
    found = find_deployed(a_deployment(overrides=(override("e"),)), there(None))
    assert said(found)[EAST] == ("dev", "default", None, None)
    assert not found.overrides_read


def test_instances_come_sorted_and_surplus_ones_have_no_desired_value():
    deployment = a_deployment(targets=targets((OTHER_ACCOUNT, EAST), (ACCOUNT, WEST)))
    effective = find_effective(deployment, there({}, {}))
    assert [(one.account, one.region) for one in effective.instances] == [
        (ACCOUNT, WEST),
        (OTHER_ACCOUNT, EAST),
    ]


def test_sources_are_told_apart_in_data():
    assert {one.value for one in ValueSource} == {
        "default",
        "file",
        "override",
        "deployed",
        "forgotten",
        "traffic",
        "traffic_other",
    }
