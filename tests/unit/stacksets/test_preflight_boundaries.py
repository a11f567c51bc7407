"""A permissions boundary is a policy of the account whose role it bounds, and is there."""

from __future__ import annotations

import pytest

from stacksets.errors import PermissionDeniedError, Problem
from stacksets.model.desired import Bootstrap, DeploymentTargets, ParameterOverride
from tests.builders import ACCOUNT, EAST, HOME, OTHER_ACCOUNT, WEST, a_key, a_template
from tests.preflight_world import READY, World, refuse

THIRD_ACCOUNT = "333333333333"


def policy(account=ACCOUNT, name="boundary"):
    return f"arn:aws:iam::{account}:policy/{name}"


def role(boundary, kind="AWS::IAM::Role"):
    return {"Type": kind, "Properties": {"PermissionsBoundary": boundary}}


def template(*, no_echo=False, **resources):
    parameter = {"Type": "String", "Default": "", "NoEcho": no_echo}
    return a_template({"Parameters": {"Bound": parameter}, "Resources": resources})


BY_PARAMETER = template(Role=role({"Ref": "Bound"}))
OWN = role({"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/boundary"})


@pytest.fixture
def world():
    """Three accounts that have everything, the policy included."""
    world = World()
    for account in (ACCOUNT, OTHER_ACCOUNT, THIRD_ACCOUNT):
        for region in (EAST, WEST, HOME):
            world.ready_account(region, account).policies = (policy(account),)
    return world


def over(*accounts, regions=(WEST, EAST), **changes):
    targets = (DeploymentTargets(accounts=accounts, regions=regions),)
    return {
        "template": BY_PARAMETER,
        "targets": targets,
        "parameters": {"Bound": policy()},
    } | changes


def asked(world, account=ACCOUNT):
    regions = (EAST, WEST, HOME)
    return sum(world.accounts[a_key(account, one)].calls.count("has_policy") for one in regions)


def test_a_boundary_of_the_account_itself_is_ready_and_asked_for_once(world):
    assert world.check(**over(ACCOUNT)) == READY
    assert asked(world) == 1


def test_a_boundary_of_another_account_is_refused_with_the_override_that_mends_it(world):
    ready = world.check(**over(ACCOUNT, OTHER_ACCOUNT))

    assert ready.problems == (
        Problem(
            where="Resources Role",
            what=f'PermissionsBoundary "{policy()}" is a policy of account {ACCOUNT}, and IAM '
            f"takes only those of the role's own account: in {OTHER_ACCOUNT} ({EAST}, {WEST})",
            hint=f'[[overrides]] accounts = ["{OTHER_ACCOUNT}"], '
            f'parameters = {{ Bound = "{policy(OTHER_ACCOUNT)}" }}',
            is_input=True,
        ),
    )


def test_the_override_that_the_hint_tells_mends_it(world):
    override = ParameterOverride(
        accounts=(OTHER_ACCOUNT,), regions=(), parameters={"Bound": policy(OTHER_ACCOUNT)}
    )

    assert world.check(**over(ACCOUNT, OTHER_ACCOUNT, overrides=(override,))) == READY
    assert asked(world, OTHER_ACCOUNT) == 1


def test_further_accounts_and_resources_are_told_in_the_same_problem(world):
    two = template(Role=role({"Ref": "Bound"}), User=role({"Ref": "Bound"}, "AWS::IAM::User"))

    [problem] = world.check(**over(ACCOUNT, OTHER_ACCOUNT, THIRD_ACCOUNT, template=two)).problems

    assert problem.where == "Resources Role, User"
    assert problem.what.endswith(f"in {OTHER_ACCOUNT} ({EAST}, {WEST}) and in 1 more account")
    assert problem.hint.endswith("; and so for 1 more")


def test_an_account_that_stands_in_the_template_is_to_be_written_as_the_stacks_own(world):
    fixed = template(Role=role(policy(OTHER_ACCOUNT)))

    [problem] = world.check(**over(ACCOUNT, template=fixed, parameters={})).problems

    assert problem.hint == "put ${AWS::AccountId} into the ARN"


def test_a_boundary_that_must_not_be_shown_is_not(world):
    hidden = template(no_echo=True, Role=role({"Ref": "Bound"}))

    [problem] = world.check(**over(OTHER_ACCOUNT, template=hidden)).problems

    assert policy() not in problem.what
    assert problem.hint.endswith('{ Bound = "…" }')


@pytest.mark.parametrize(
    ("makes_boundaries", "hint"),
    [
        (True, "`stacksets bootstrap`"),
        (False, "make it there first, or name one that is there"),
    ],
)
def test_a_boundary_that_is_not_there_is_told_with_what_makes_it(world, makes_boundaries, hint):
    made = {"B": {"Type": "AWS::IAM::ManagedPolicy"}} if makes_boundaries else {}
    made_by = Bootstrap(
        stack_name="boot", template=a_template({"Resources": made}), parameters={}, tags={}
    )
    for region in (EAST, WEST):
        world.here[region].policies = ()
        world.accounts[a_key(region=region)].policies = ()

    ready = world.check(**over(ACCOUNT, template=template(Role=OWN), bootstrap=made_by))

    assert ready.problems == (
        Problem(
            where=f"account {ACCOUNT}",
            what=f"no policy {policy()}, the PermissionsBoundary of Resources Role",
            hint=hint,
        ),
    )


def test_without_a_bootstrap_a_boundary_that_is_not_there_is_to_be_made(world):
    lost = template(Role=role(policy(name="path/lost")))

    ready = world.check(**over(ACCOUNT, template=lost, bootstrap=None))

    assert [one.hint for one in ready.problems] == [
        "make it there first, or name one that is there"
    ]


def test_a_boundary_that_may_not_be_read_is_unchecked_and_not_fine(world):
    world.accounts[a_key(region=EAST)].has_policy = refuse(
        PermissionDeniedError("no iam:GetPolicy")
    )

    ready = world.check(**over(ACCOUNT, template=template(Role=OWN)))

    assert ready.problems == ()
    assert ready.unchecked == (
        f"could not check the permissions boundaries in {ACCOUNT} ({EAST}): no iam:GetPolicy",
    )


@pytest.mark.parametrize(
    "resources",
    [
        {"Role": role("arn:aws:iam::aws:policy/PowerUserAccess")},
        {"Role": role({"Ref": "Policy"}), "Policy": {"Type": "AWS::IAM::ManagedPolicy"}},
        {
            "Role": role(policy(name="made")),
            "Policy": {
                "Type": "AWS::IAM::ManagedPolicy",
                "Properties": {"ManagedPolicyName": "made"},
            },
        },
        {"Role": role({"Ref": "AWS::NoValue"})},
        {"Role": {"Type": "AWS::IAM::Role"}},
        {"Policy": {"Type": "AWS::IAM::ManagedPolicy"}},
        {"Set": {"Type": "AWS::SSO::PermissionSet", "Properties": {"PermissionsBoundary": {}}}},
    ],
    ids=["of AWS", "made here", "made here by name", "none", "no properties", "policy", "other"],
)
def test_what_is_aws_s_the_template_s_own_or_no_boundary_is_looked_for_nowhere(world, resources):
    given = over(ACCOUNT, regions=(EAST,), template=template(**resources), parameters={})

    assert world.check(**given) == READY
    assert asked(world) == 0
