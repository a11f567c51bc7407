"""A value that one account alone can have is never given to two."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from stacksets.errors import Problem
from stacksets.expand import expand_targets
from stacksets.model.desired import (
    AutoDeployment,
    DeploymentTargets,
    ParameterOverride,
    PermissionModel,
)
from stacksets.model.outcome import Identity
from stacksets.preflight import check_ready
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
from tests.fakes import FakeAws
from tests.organizations import APPS, MANAGEMENT, an_organization
from tests.preflight_world import READY, World

CONTENT = {
    "Parameters": {
        "Domain": {"Type": "String", "Default": ""},
        "Zone": {"Type": "String", "Default": ""},
        "Secret": {"Type": "String", "Default": "", "NoEcho": True},
    },
    "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
}
NAME = "api.example.com"
DOMAIN = "[stack_set.parameters] Domain"


@pytest.fixture
def world():
    """Two accounts that have everything."""
    world = World()
    for region in (EAST, WEST):
        world.ready_account(region, OTHER_ACCOUNT)
    return world


def over(*accounts, **changes):
    """A deployment of two regions over these accounts."""
    values = {
        "template": a_template(CONTENT),
        "unique_across_accounts": ("Domain",),
        "parameters": {"Domain": "api.example.com"},
        "targets": (
            DeploymentTargets(accounts=accounts or (ACCOUNT, OTHER_ACCOUNT), regions=(EAST, WEST)),
        ),
    }
    return values | changes


def override(*accounts, regions=(), **parameters):
    return ParameterOverride(accounts=accounts, regions=regions, parameters=parameters)


def test_a_value_in_two_accounts_is_refused_with_the_accounts_and_what_to_write(world):
    assert world.check(**over()).problems == (
        Problem(
            where=DOMAIN,
            what='"api.example.com" would be in effect in 2 accounts '
            f"({ACCOUNT}, {OTHER_ACCOUNT}), and one alone can have it",
            hint="leave it to one; for the other: [[overrides]] "
            f'accounts = ["{OTHER_ACCOUNT}"], parameters = {{ Domain = "…" }}',
            is_input=True,
        ),
    )


def test_two_regions_of_one_account_share_a_value(world):
    assert world.check(**over(ACCOUNT)) == READY


@pytest.mark.parametrize("value", ["api2.example.com", ""])
def test_an_override_gives_the_other_account_its_own_value_or_none(world, value):
    overrides = (override(OTHER_ACCOUNT, Domain=value),)

    assert world.check(**over(overrides=overrides)) == READY


def test_an_override_of_one_region_leaves_the_other_region_with_the_same_value(world):
    overrides = (override(OTHER_ACCOUNT, regions=(WEST,), Domain="api2.example.com"),)

    [problem] = world.check(**over(overrides=overrides)).problems

    assert '"api.example.com" would be in effect in 2 accounts' in problem.what


def test_overrides_that_give_two_accounts_the_same_value_are_named_where_they_stand(world):
    overrides = (
        override(ACCOUNT, Domain="a.example.com"),
        override(ACCOUNT, Domain="b.example.com"),
        override(OTHER_ACCOUNT, Domain="b.example.com", Zone="Z"),
        override(OTHER_ACCOUNT, Zone="Z"),
    )

    [problem] = world.check(**over(overrides=overrides)).problems

    assert problem.where == "[[overrides]] 2, parameters Domain, [[overrides]] 3, parameters Domain"
    assert '"b.example.com"' in problem.what


def test_a_default_of_the_template_is_a_value_as_well(world):
    content = {**CONTENT, "Parameters": {"Domain": {"Type": "String", "Default": "d.example.com"}}}

    [problem] = world.check(**over(template=a_template(content), parameters={})).problems

    assert (problem.where, '"d.example.com"' in problem.what) == (DOMAIN, True)


def test_what_the_file_does_not_call_unique_may_be_the_same_everywhere(world):
    assert world.check(**over(parameters={"Zone": "Z"})) == READY
    assert world.check(**over(unique_across_accounts=())) == READY


def test_every_parameter_and_value_is_told_for_itself_and_a_secret_is_not_quoted(world):
    both = over(
        unique_across_accounts=("Domain", "Secret"),
        parameters={"Domain": "api.example.com", "Secret": "hunter2"},
    )

    problems = world.check(**both).problems

    assert [(one.where, one.what.partition(" would")[0]) for one in problems] == [
        (DOMAIN, '"api.example.com"'),
        ("[stack_set.parameters] Secret", "its value"),
    ]


def test_of_many_accounts_the_first_are_named_and_the_rest_counted(world):
    accounts = tuple(str(number) * 12 for number in range(1, 9))
    for account in accounts:
        for region in (EAST, WEST):
            world.ready_account(region, account)

    [problem] = world.check(**over(*accounts)).problems

    assert "in effect in 8 accounts (111111111111, " in problem.what
    assert "555555555555 and 3 more)" in problem.what
    assert problem.hint.startswith("leave it to one; for each of the other 7: [[overrides]] ")


@pytest.mark.parametrize("overridden", [True, False])
def test_an_account_that_leaves_with_the_value_of_another_is_said_to_go_too_late(world, overridden):
    left = an_instance(a_key(OTHER_ACCOUNT), overrides={"Domain": NAME} if overridden else {})
    stays = an_instance(a_key(ACCOUNT, WEST), overrides={"Domain": "mine.example.com"})
    base = {"Domain": "base.example.com" if overridden else NAME}
    before = a_stack_set(left, stays, parameters=base, template_body=json.dumps(CONTENT))

    ready = world.check(before, **over(ACCOUNT))

    assert ready.problems == ()
    assert ready.unchecked == (
        (
            f"account {OTHER_ACCOUNT} has the Domain that account {ACCOUNT} gets, and leaves the "
            "file only after that: `stacksets deploy --remove-first` takes it out before"
        ),
    )


def test_an_account_that_leaves_with_a_value_of_its_own_is_nobodys_concern(world):
    left = an_instance(a_key(OTHER_ACCOUNT), overrides={"Domain": "own.example.com"})
    unread = an_instance(a_key(OTHER_ACCOUNT, WEST))
    before = a_stack_set(left, unread, template_body=json.dumps(CONTENT))

    assert world.check(before, **over(ACCOUNT)).unchecked == ()


def of_units(*, automatic, **changes):
    deployment = a_deployment(
        **over(
            permission_model=PermissionModel.SERVICE_MANAGED,
            administration_role_arn=None,
            execution_role_name=None,
            admin_account=None,
            auto_deployment=AutoDeployment(enabled=automatic),
            targets=(
                DeploymentTargets(accounts=(), regions=(EAST,), organizational_units=(APPS,)),
            ),
            **changes,
        )
    )
    aws = FakeAws()
    aws.fake_organizations = an_organization()
    aws.caller = Identity(account=MANAGEMENT, arn=f"arn:aws:iam::{MANAGEMENT}:root", alias=None)
    return aws, expand_targets(aws, deployment, None)


def check(aws, deployment):
    return check_ready(deployment, aws, aws.identity(), None)


def test_the_accounts_below_a_unit_are_looked_at_as_they_are_now():
    aws, deployment = of_units(automatic=False)
    first, *others = deployment.accounts()

    [problem] = check(aws, deployment).problems
    own = tuple(override(one, Domain=f"{one}.example.com") for one in others)
    mended = check(aws, replace(deployment, overrides=own))

    assert f"would be in effect in {1 + len(others)} accounts ({first}, " in problem.what
    assert mended == READY


def test_accounts_that_join_later_get_the_same_value_which_is_said():
    aws, deployment = of_units(automatic=True)
    own = tuple(override(one, Domain=f"{one}.example.com") for one in deployment.accounts())

    told = check(aws, replace(deployment, overrides=own))
    without = check(aws, replace(deployment, parameters={}, overrides=own))

    assert told.problems == ()
    assert told.unchecked == (
        (
            "accounts that join a unit later get the same Domain by automatic deployment, and one "
            "alone can have it"
        ),
    )
    assert without == READY
