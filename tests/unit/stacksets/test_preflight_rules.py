"""Rules of the template in the pre-flight: per stack instance, before anything changes."""

from __future__ import annotations

import pytest

from stacksets.errors import Problem
from stacksets.model.desired import DeploymentTargets, ParameterOverride
from stacksets.model.traffic import Traffic
from tests.builders import (
    ACCOUNT,
    EAST,
    OTHER_ACCOUNT,
    WEST,
    a_key,
    a_stack_set,
    a_template,
    an_instance,
)
from tests.preflight_world import READY, World

SAME = {"Fn::Equals": [{"Ref": "Domain"}, {"Ref": "Zone"}]}
MEND = "mend [stack_set.parameters] or [[overrides]]"
TEXT = {"Type": "String", "Default": ""}


@pytest.fixture
def world():
    """Two accounts that have everything."""
    world = World()
    for region in (EAST, WEST):
        world.ready_account(region, OTHER_ACCOUNT)
    return world


def ruled(assertion, *, rule="Both", **changes):
    """A deployment of two accounts whose template asserts something."""
    content = {
        "Parameters": {
            "Domain": TEXT,
            "Zone": TEXT,
            "Secret": {**TEXT, "NoEcho": True},
            "Traffic": {"Type": "String", "Default": "auto"},
        },
        "Rules": {rule: {"Assertions": [{"Assert": assertion, "AssertDescription": "give both"}]}},
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
    }
    values = {
        "template": a_template(content),
        "targets": (DeploymentTargets(accounts=(ACCOUNT, OTHER_ACCOUNT), regions=(EAST, WEST)),),
    }
    return values | changes


def override(*accounts, regions=(), **parameters):
    return ParameterOverride(accounts=accounts, regions=regions, parameters=parameters)


def test_a_rule_that_holds_everywhere_is_silent(world):
    assert world.check(**ruled(SAME, parameters={"Domain": "x", "Zone": "x"})) == READY


def test_a_broken_rule_is_told_once_with_its_words_values_and_places(world):
    assert world.check(**ruled(SAME, parameters={"Domain": "x"})).problems == (
        Problem(
            where="Rules Both",
            what=f'"give both" does not hold in {ACCOUNT} (us-east-1, us-west-1) and in 1 more '
            'account, where Domain = "x", Zone = ""',
            hint=MEND,
            is_input=True,
        ),
    )


def test_an_override_breaks_a_rule_where_it_applies_and_nowhere_else(world):
    overrides = (override(OTHER_ACCOUNT, regions=(WEST,), Zone="z"),)

    [problem] = world.check(**ruled(SAME, overrides=overrides)).problems

    assert f"does not hold in {OTHER_ACCOUNT} (us-west-1), where" in problem.what
    assert problem.what.endswith('Domain = "", Zone = "z"')


def test_instances_with_other_values_are_told_apart(world):
    overrides = (override(OTHER_ACCOUNT, Zone="z"), override(ACCOUNT, Domain="d"))

    problems = world.check(**ruled(SAME, overrides=overrides)).problems

    assert [one.what.partition("where ")[2] for one in problems] == [
        'Domain = "d", Zone = ""',
        'Domain = "", Zone = "z"',
    ]


def test_a_rule_about_the_region_is_told_of_that_region_in_all_accounts(world):
    only_east = {"Fn::Equals": [{"Ref": "AWS::Region"}, EAST]}

    [problem] = world.check(**ruled(only_east)).problems

    assert (
        problem.what == f'"give both" does not hold in {ACCOUNT} (us-west-1) and in 1 more account'
    )


def test_a_secret_is_not_quoted_and_a_long_value_is_cut(world):
    compared = {"Fn::Equals": [{"Ref": "Domain"}, {"Ref": "Secret"}]}
    values = {"Domain": "x" * 100, "Secret": "hunter2"}

    [problem] = world.check(**ruled(compared, parameters=values)).problems

    assert problem.what.endswith(f'where Domain = "{"x" * 60}…", Secret = ****')


def test_what_only_aws_can_tell_is_unchecked_once_and_no_problem(world):
    asked = {"Fn::Contains": [{"Fn::RefAll": "AWS::EC2::VPC::Id"}, {"Ref": "AWS::Region"}]}

    ready = world.check(**ruled(asked))

    assert ready.problems == ()
    assert ready.unchecked == ("could not check rule Both of t.json: only AWS can tell Fn::RefAll",)


def test_a_malformed_rule_is_a_problem_of_the_template(world):
    [problem] = world.check(**ruled({"Fn::If": ["a", "b", "c"]})).problems

    assert (problem.where, problem.is_input) == ("t.json", True)
    assert "is no condition of a rule" in problem.what


def test_a_drained_region_is_judged_with_the_value_that_drains_it(world):
    never = {"Fn::Not": [{"Fn::Equals": [{"Ref": "Traffic"}, "drain"]}]}
    traffic = Traffic(parameter="Traffic", normal="auto", drained="drain")
    drained = an_instance(a_key(region=EAST), overrides={"Traffic": "drain"})
    other = an_instance(a_key(region=WEST), overrides={})
    one = (DeploymentTargets(accounts=(ACCOUNT,), regions=(EAST, WEST)),)

    [problem] = world.check(
        a_stack_set(drained, other), **ruled(never, traffic=traffic, targets=one)
    ).problems

    assert problem.what == (
        f'"give both" does not hold in {ACCOUNT} (us-east-1), where Traffic = "drain"'
    )


def test_nothing_is_evaluated_where_a_parameter_has_no_value(world):
    content = dict(ruled(SAME)["template"].content)
    content["Parameters"] = {**content["Parameters"], "Zone": {"Type": "String"}}

    [problem] = world.check(**ruled(SAME, template=a_template(content))).problems

    assert problem.what == "t.json needs a value and has no default"


def test_an_assertion_without_words_is_told_by_its_number(world):
    content = dict(ruled(SAME)["template"].content)
    holds = {"Fn::Equals": ["x", "x"]}
    content["Rules"] = {"Both": {"Assertions": [{"Assert": holds}, {"Assert": SAME}]}}

    template = a_template(content)
    [problem] = world.check(**ruled(SAME, template=template, parameters={"Zone": "z"})).problems

    assert problem.what.startswith(f"assertion 2 does not hold in {ACCOUNT} (us-east-1, ")


def test_of_many_sets_of_values_the_first_are_told_and_of_the_others_where_they_are(world):
    accounts = tuple(str(number) * 12 for number in range(1, 9))
    for account in accounts:
        for region in (EAST, WEST):
            world.ready_account(region, account)
    overrides = tuple(override(one, Zone=one) for one in accounts)
    every = (DeploymentTargets(accounts=accounts, regions=(EAST, WEST)),)

    problems = world.check(**ruled(SAME, targets=every, overrides=overrides)).problems

    assert [one.what.partition("Zone = ")[2] for one in problems[:-1]] == [
        f'"{one}"' for one in accounts[:5]
    ]
    assert problems[-1].what == (
        '"give both" does not hold in 666666666666 (us-east-1, us-west-1) and in 2 more accounts, '
        "with 3 other sets of values"
    )
