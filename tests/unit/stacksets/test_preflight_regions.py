from __future__ import annotations

from dataclasses import replace

import pytest

from stacksets.aws.door import RegionOptStatus
from stacksets.errors import CredentialsError, PermissionDeniedError, Problem
from stacksets.model.desired import (
    Bootstrap,
    CallAs,
    DeploymentTargets,
    Organization,
    PermissionModel,
    Region,
)
from stacksets.model.observed import InstanceStatus
from stacksets.opt_in import enabled_by_default, has_to_be_enabled
from stacksets.preflight import Readiness
from tests.builders import (
    ACCOUNT,
    EAST,
    HOME,
    NAME,
    OTHER_ACCOUNT,
    WEST,
    a_key,
    a_stack_set,
    a_template,
    an_instance,
)
from tests.fakes import FakeAccount
from tests.preflight_world import (
    EUROPE,
    READY,
    World,
    logging_template,
    refuse,
)
from tests.roles import ADMINISTRATION, SERVICE, trust

MILAN = Region("eu-south-1")
IN_MILAN = "cloudformation.eu-south-1.amazonaws.com"
ENABLED = {MILAN: RegionOptStatus.ENABLED}
MANAGEMENT = "999999999999"
REFUSED = CredentialsError("AWS does not accept these credentials")


@pytest.fixture
def world():
    """An account with Milan, which trusts CloudFormation there as well."""
    world = World()
    world.here[MILAN] = world.ready_account(MILAN)
    world.here[HOME].region_statuses = ENABLED
    both = {"Service": [SERVICE["Service"], IN_MILAN]}
    world.here[HOME].roles["administration"] = trust(both)
    return world


def a_member(world, statuses):
    """Another account: its roles, and what it says of its regions."""
    there = FakeAccount(
        roles={"execution": trust(ADMINISTRATION)},
        gateway_role="arn:logs",
        region_statuses=statuses,
    )
    for region in (HOME, EAST, MILAN):
        world.accounts[a_key(OTHER_ACCOUNT, region)] = there
    return there


def to(*regions, accounts=(ACCOUNT,)):
    return (DeploymentTargets(accounts=accounts, regions=regions),)


def enabling(account, region, *, credentials=""):
    return Problem(
        where=f"account {account}",
        what=f"region {region} is not enabled",
        hint=f"`aws account enable-region --region-name {region}`{credentials}, and wait until it "
        "is ENABLED",
    )


def test_a_region_that_is_enabled_is_ready(world):
    assert world.check(targets=to(EAST, MILAN)) == READY


@pytest.mark.parametrize(
    "statuses", [{MILAN: RegionOptStatus.DISABLED}, {MILAN: RegionOptStatus.DISABLING}, {}]
)
def test_a_region_that_is_not_enabled_is_told_with_the_account_and_the_command(world, statuses):
    world.here[HOME].region_statuses = statuses

    assert world.check(targets=to(EAST, MILAN)) == Readiness(
        problems=(enabling(ACCOUNT, MILAN),), unchecked=()
    )


def test_a_region_that_is_being_enabled_has_to_be_waited_for(world):
    world.here[HOME].region_statuses = {MILAN: RegionOptStatus.ENABLING}

    (problem,) = world.check(targets=to(MILAN)).problems

    assert problem.what == "region eu-south-1 is still being enabled"
    assert "get-region-opt-status --region-name eu-south-1" in problem.hint


def test_a_region_has_to_be_enabled_in_the_target_and_in_the_administrator_account(world):
    world.here[HOME].region_statuses = {}
    a_member(world, {MILAN: RegionOptStatus.DISABLED})

    problems = world.check(targets=to(EAST, MILAN, accounts=(OTHER_ACCOUNT,))).problems

    assert problems == (
        enabling(ACCOUNT, MILAN),
        enabling(
            OTHER_ACCOUNT, MILAN, credentials=f", with credentials of account {OTHER_ACCOUNT}"
        ),
    )


def test_no_account_is_asked_where_no_region_has_to_be_enabled(world):
    world.here[HOME].list_region_statuses = refuse(AssertionError("was asked"))

    assert world.check(targets=to(EAST, WEST)) == READY


def test_a_region_that_may_not_be_asked_for_is_unchecked(world):
    world.here[HOME].list_region_statuses = refuse(PermissionDeniedError("no account:ListRegions"))

    assert world.check(targets=to(EAST, MILAN)) == Readiness(
        problems=(),
        unchecked=(
            (
                f"could not check that regions are enabled in {ACCOUNT} (eu-south-1): "
                "no account:ListRegions"
            ),
        ),
    )


def test_where_a_region_is_not_enabled_nobody_is_asked_for_anything_else(world):
    world.here[HOME].region_statuses = {}
    world.here[MILAN].api_gateway_role = refuse(REFUSED)
    world.homes = {MILAN: REFUSED}
    world.here[EAST].gateway_role = None

    ready = world.check(targets=to(MILAN, EAST), template=logging_template())

    assert [one.what for one in ready.problems] == [
        "region eu-south-1 is not enabled",
        f"API Gateway has no CloudWatch role in {EAST}; logging needs one",
    ]
    assert ready.unchecked == ()


def test_credentials_that_a_region_refuses_of_which_nothing_is_known_end_nothing(world):
    world.here[HOME].list_region_statuses = refuse(PermissionDeniedError("no account:ListRegions"))
    world.here[MILAN].api_gateway_role = refuse(REFUSED)
    world.homes = {MILAN: REFUSED}

    ready = world.check(targets=to(MILAN, EAST), template=logging_template())

    assert ready.problems == ()
    assert [one.partition(":")[0] for one in ready.unchecked] == [
        f"could not check that regions are enabled in {ACCOUNT} (eu-south-1)",
        f"could not check whether eu-south-1 has a stack set {NAME} already",
        f"could not check API Gateway's CloudWatch role in {ACCOUNT} (eu-south-1)",
    ]


def test_of_many_instances_those_that_stand_prove_their_region(world):
    world.here[HOME].list_region_statuses = refuse(AssertionError("was asked"))
    standing = a_stack_set(an_instance(a_key(region=MILAN)), stacks_looked_up=False)

    assert world.check(standing, targets=to(MILAN)) == READY


def test_of_many_instances_the_region_of_one_that_is_not_healthy_is_asked_for(world):
    world.here[HOME].region_statuses = {}
    outdated = an_instance(a_key(region=MILAN), status=InstanceStatus.OUTDATED)

    problems = world.check(
        a_stack_set(outdated, stacks_looked_up=False), targets=to(MILAN)
    ).problems

    assert problems == (enabling(ACCOUNT, MILAN),)


def test_of_an_organization_the_management_account_needs_the_region(world):
    organization = Organization(management_account=MANAGEMENT, units={})
    world.fake_organizations.delegated = frozenset({ACCOUNT})
    world.closed.add(a_key(MANAGEMENT, HOME))

    ready = world.check(
        targets=to(MILAN),
        permission_model=PermissionModel.SERVICE_MANAGED,
        call_as=CallAs.DELEGATED_ADMIN,
        organization=organization,
    )

    assert ready.unchecked[0] == (
        f"could not check that regions are enabled in {MANAGEMENT} (eu-south-1): "
        f"may not enter {MANAGEMENT}/{HOME}"
    )


def test_an_opt_in_region_has_a_principal_of_its_own_that_the_administration_role_must_trust(world):
    world.here[HOME].roles["administration"] = trust(SERVICE)

    assert world.check(targets=to(EAST, MILAN)).problems == (
        Problem(
            where=f"account {ACCOUNT}",
            what=f"role administration does not trust {IN_MILAN}",
            hint=f"add the service {IN_MILAN} to its trust policy: an opt-in region comes under "
            "its own",
        ),
    )


@pytest.mark.parametrize(
    ("parameters", "hint"),
    [
        (
            {},
            f"add the service {IN_MILAN} to its trust policy: an opt-in region comes under its own",
        ),
        ({"StackSetsPrincipals": {"Type": "CommaDelimitedList"}}, "`stacksets bootstrap`"),
    ],
)
def test_a_bootstrap_that_knows_of_opt_in_regions_mends_the_trust(world, parameters, hint):
    world.here[HOME].roles["administration"] = trust(SERVICE)
    role = {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "administration"}}
    content = {"Parameters": parameters, "Resources": {"Role": role}}
    bootstrap = Bootstrap(stack_name="boot", template=a_template(content), parameters={}, tags={})

    (problem,) = world.check(targets=to(EAST, MILAN), bootstrap=bootstrap).problems

    assert problem.hint == hint


def test_without_opt_in_regions_their_principals_are_not_asked_for(world):
    world.here[HOME].roles["administration"] = trust(SERVICE)

    assert world.check(targets=to(EAST, WEST)) == READY


def test_conditions_that_nobody_can_tell_are_told_once_for_all_principals(world):
    both = {"Service": [SERVICE["Service"], IN_MILAN]}
    world.here[HOME].roles["administration"] = trust(both, condition={"Bool": {"aws:Odd": "true"}})

    assert len(world.check(targets=to(EAST, MILAN)).unchecked) == 1


def test_roles_are_read_where_no_region_has_to_be_enabled(world):
    world.here[MILAN].find_role_trust = refuse(AssertionError("was asked in Milan"))

    assert world.check(targets=to(MILAN)) == READY


def test_a_changed_home_region_is_found_wherever_the_stack_set_was(world):
    world.homes = {EUROPE: (NAME,)}

    assert world.check().problems == (
        Problem(
            where="home_region",
            what=f"{EUROPE} has a stack set {NAME} already; one in {HOME} would deploy everything "
            "a second time",
            hint=f'home_region = "{EUROPE}", or destroy that one first',
        ),
    )


def test_regions_that_cannot_be_asked_for_the_name_are_told_once(world):
    denied = PermissionDeniedError("an explicit deny in a service control policy")
    world.homes = {EUROPE: denied, Region("eu-north-1"): denied}

    assert world.check() == Readiness(
        problems=(),
        unchecked=(
            (
                f"could not check whether eu-north-1, {EUROPE} have a stack set {NAME} already: "
                "an explicit deny in a service control policy"
            ),
        ),
    )


def test_a_variable_that_names_a_region_which_is_not_enabled_ends_nothing(world):
    world.homes = {MILAN: REFUSED}

    ready = world.check(other_regions=(MILAN,))

    assert ready.problems == ()
    assert ready.unchecked == (
        f"could not check whether eu-south-1 has a stack set {NAME} already: {REFUSED.message}",
    )


def test_credentials_that_a_region_refuses_which_everybody_has_end_the_checks(world):
    world.homes = {EUROPE: REFUSED}

    with pytest.raises(CredentialsError):
        world.check()


def test_another_partition_has_no_region_to_opt_into(world):
    china = Region("cn-north-1")
    known = {china: "aws-cn", EAST: "aws", MILAN: "aws"}

    assert not has_to_be_enabled(china, "aws-cn")
    assert list(enabled_by_default(known, "aws-cn")) == [china]
    assert list(enabled_by_default(known, "aws")) == [EAST]


def test_the_regions_of_another_partition_are_not_looked_into(world):
    world.homes = {EUROPE: (NAME,)}
    world.caller = replace(world.caller, arn=f"arn:aws-cn:iam::{ACCOUNT}:user/tester")

    problems = world.check().problems

    assert "home_region" not in [one.where for one in problems]
