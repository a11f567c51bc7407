"""Effective parameters on the screen: bearable however many instances there are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stacksets.effective import find_effective
from stacksets.model.desired import DeploymentTargets, ParameterOverride
from stacksets.report.parameters import forgotten_warnings, parameter_lines, parameters_data
from tests.builders import (
    ACCOUNT,
    EAST,
    OTHER_ACCOUNT,
    WEST,
    a_deployment,
    a_key,
    a_stack_set,
    a_template,
    an_instance,
)

ACCOUNTS = tuple(f"{number:012}" for number in range(1, 41))
REGIONS = tuple(f"eu-north-{number}" for number in range(1, 13))


def many(*overrides):
    """40 accounts in 12 regions."""
    return a_deployment(
        targets=(DeploymentTargets(accounts=ACCOUNTS, regions=REGIONS),), overrides=overrides
    )


def override(value, *, accounts=(), regions=()):
    return ParameterOverride(accounts=accounts, regions=regions, parameters={"Suffix": value})


def lines(effective):
    return [line.text for line in parameter_lines(effective)]


def test_480_instances_alike_take_one_line_a_parameter():
    assert lines(find_effective(many(), None)) == [
        "Parameters",
        "  Suffix  = dev  (template default)",
    ]


def test_a_whole_region_or_account_is_named_as_that():
    effective = find_effective(
        many(override("r", regions=REGIONS[:1]), override("a", accounts=ACCOUNTS[:1])), None
    )
    text = "\n".join(lines(effective)[2:])
    assert text == (
        "  000000000001: Suffix = a  ([[overrides]] 2)\n"
        "  000000000002/eu-north-1, 000000000003/eu-north-1, 000000000004/eu-north-1"
        " and 36 more stack instances: Suffix = r  ([[overrides]] 1)"
    )


def test_several_regions_are_named_up_to_three():
    effective = find_effective(many(override("r", regions=REGIONS[:5])), None)
    assert lines(effective)[2:] == [
        "  eu-north-1, eu-north-2, eu-north-3 and 2 more regions: Suffix = r  ([[overrides]] 1)"
    ]


def test_very_many_deviations_are_cut_but_never_a_forgotten_one():
    overrides = [
        override(f"v{number}", accounts=(account,)) for number, account in enumerate(ACCOUNTS)
    ]
    observed = a_stack_set(an_instance(a_key(ACCOUNTS[-1], REGIONS[-1]), overrides={"Gone": "x"}))
    shown = lines(find_effective(many(*overrides), observed))
    assert len(shown) == 1 + 1 + 30 + 1
    assert shown[2] == (
        "  ! 000000000040/eu-north-12: Gone = ****  (override on AWS that no file names, hidden: "
        "no parameter of the template)"
    )
    assert shown[-1] == "  and 10 more deviations; --output json has them all"


def test_what_half_of_the_instances_have_by_override_is_the_deviation():
    deployment = a_deployment(
        overrides=(ParameterOverride(accounts=(), regions=(EAST,), parameters={"Suffix": "e"}),)
    )
    assert lines(find_effective(deployment, None)) == [
        "Parameters",
        "  Suffix  = dev  (template default)",
        "  us-east-1: Suffix = e  ([[overrides]] 1)",
    ]


def test_a_template_without_parameters_has_no_section():
    content = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    assert lines(find_effective(a_deployment(template=a_template(content)), None)) == []


def test_overrides_that_nobody_read_are_told():
    shown = lines(find_effective(a_deployment(), a_stack_set(an_instance())))
    assert shown[-1] == "  overrides on AWS not read; --audit reads them"


@pytest.mark.parametrize(
    ("forgotten", "expected"),
    [
        (3, ["  Suffix  = dev  (template default)", "  ! eu-1, eu-2, eu-3: Suffix = x"]),
        (4, ["  ! eu-1, eu-2, eu-3 and 1 more regions: Suffix = x"]),
    ],
)
def test_a_forgotten_override_is_marked_and_says_where_however_many_have_it(forgotten, expected):
    regions = [f"eu-{number}" for number in range(1, 5)]
    observed = a_stack_set(
        *(
            an_instance(a_key(region=one), overrides={"Suffix": "x"} if at < forgotten else {})
            for at, one in enumerate(regions)
        )
    )
    deployment = a_deployment(
        targets=(DeploymentTargets(accounts=(ACCOUNT,), regions=tuple(regions)),)
    )
    told = lines(find_effective(deployment, observed))[1:]
    assert [line.partition("  (override")[0] for line in told] == expected


def test_a_value_that_would_break_the_line_is_quoted_and_a_long_one_cut():
    deployment = a_deployment(parameters={"Suffix": "a\nb"})
    assert lines(find_effective(deployment, None))[1] == (
        "  Suffix  = 'a\\nb'  ([stack_set.parameters])"
    )
    long = a_deployment(parameters={"Suffix": "a" * 500})
    assert "…" in lines(find_effective(long, None))[1]
    assert "a" * 500 in str(parameters_data(find_effective(long, None)))


def test_a_noecho_value_is_marked_as_that():
    content = {
        "Parameters": {"Password": {"Type": "String", "NoEcho": "true", "Default": "x"}},
        "Resources": {},
    }
    assert lines(find_effective(a_deployment(template=a_template(content)), None))[1] == (
        "  Password  = ****  (template default, NoEcho)"
    )


def test_forgotten_overrides_are_warned_of_once():
    instance = an_instance(a_key(region=EAST), overrides={"Suffix": "x"})
    other = replace(instance, account=OTHER_ACCOUNT)
    deployment = a_deployment(
        targets=(DeploymentTargets(accounts=(ACCOUNT, OTHER_ACCOUNT), regions=(EAST, WEST)),)
    )
    effective = find_effective(deployment, a_stack_set(instance, other))
    told = "us-east-1: overrides of Suffix on AWS that no file names; `stacksets deploy"
    assert forgotten_warnings(effective, audited=False) == (f"{told}` takes them back",)
    assert forgotten_warnings(effective, audited=True) == (f"{told} --audit` takes them back",)
    assert forgotten_warnings(find_effective(deployment, None), audited=False) == ()


def test_a_forgotten_override_that_no_deploy_takes_back_is_not_said_to_be_taken_back():
    instance = an_instance(a_key(region=EAST), overrides={"Suffix": "x"})
    effective = find_effective(a_deployment(), a_stack_set(instance))
    assert forgotten_warnings(effective, audited=False, beyond={instance.key}) == ()


def test_data_has_every_parameter_of_every_instance():
    data = parameters_data(find_effective(many(override("a", accounts=ACCOUNTS[:1])), None))
    assert data["overrides_read"]
    assert len(data["instances"]) == 480
    assert data["instances"][0] == {
        "account": "000000000001",
        "region": "eu-north-1",
        "parameters": [
            {
                "name": "Suffix",
                "value": "a",
                "source": "override",
                "entry": 1,
                "desired": None,
                "deployed": None,
            }
        ],
    }
