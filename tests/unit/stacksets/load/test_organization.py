from __future__ import annotations

import pytest

from stacksets.model.desired import (
    AccountFilter,
    AutoDeployment,
    CallAs,
    DeploymentTargets,
    PermissionModel,
)
from tests.deployment_files import load, told

APPS, LABS = "ou-ab12-11111111", "ou-ab12-22222222"
ONE = "333333333333"
EAST, WEST = "us-east-1", "us-west-1"
SERVICE_MANAGED = {"permission_model": "SERVICE_MANAGED", "auto_deployment": False}
AUTOMATIC = {"permission_model": "SERVICE_MANAGED", "auto_deployment": True}


def of_units(**changes):
    return {"organizational_units": [APPS], "regions": [EAST]} | changes


def test_groups_of_units_may_differ_in_regions_and_filters(tmp_path):
    loaded = load(
        tmp_path,
        stack_set=AUTOMATIC | {"retain_stacks_on_account_removal": True, "call_as": "SELF"},
        targets=[
            of_units(),
            of_units(
                organizational_units=[LABS, "r-ab12"],
                accounts=[ONE],
                account_filter="DIFFERENCE",
                regions=[WEST, EAST],
            ),
        ],
    )
    assert loaded.permission_model is PermissionModel.SERVICE_MANAGED
    assert loaded.auto_deployment == AutoDeployment(
        enabled=True, retain_stacks_on_account_removal=True
    )
    assert loaded.targets == (
        DeploymentTargets(accounts=(), regions=(EAST,), organizational_units=(APPS,)),
        DeploymentTargets(
            accounts=(ONE,),
            regions=(WEST, EAST),
            organizational_units=(LABS, "r-ab12"),
            account_filter=AccountFilter.DIFFERENCE,
        ),
    )


def test_the_same_unit_may_stand_again_with_other_regions(tmp_path):
    loaded = load(
        tmp_path,
        stack_set=SERVICE_MANAGED,
        targets=[of_units(), of_units(regions=[WEST])],
    )
    assert loaded.regions() == (EAST, WEST)


def test_a_delegated_administrator_says_so_and_names_its_own_account(tmp_path):
    loaded = load(
        tmp_path,
        stack_set=AUTOMATIC | {"call_as": "DELEGATED_ADMIN", "admin_account": ONE},
        targets=[of_units()],
    )
    assert loaded.call_as is CallAs.DELEGATED_ADMIN
    assert loaded.admin_account == ONE


def test_an_override_may_name_units_and_any_account_of_theirs(tmp_path):
    [override] = load(
        tmp_path,
        stack_set=SERVICE_MANAGED,
        targets=[of_units()],
        overrides=[
            {"organizational_units": [LABS], "accounts": [ONE], "parameters": {"Author": "x"}}
        ],
    ).overrides
    assert override.organizational_units == (LABS,)
    assert override.accounts == (ONE,)


@pytest.mark.parametrize(
    ("stack_set", "group", "problem"),
    [
        (
            {},
            {},
            "[[targets]] 1, organizational_units: needs SERVICE_MANAGED permissions",
        ),
        (
            {"auto_deployment": True},
            None,
            "[stack_set], auto_deployment: needs SERVICE_MANAGED permissions",
        ),
        (
            {"retain_stacks_on_account_removal": True},
            None,
            "[stack_set], retain_stacks_on_account_removal: needs SERVICE_MANAGED permissions",
        ),
        (
            {"call_as": "DELEGATED_ADMIN"},
            None,
            "[stack_set], call_as: needs SERVICE_MANAGED permissions",
        ),
        (
            {"permission_model": "SERVICE_MANAGED"},
            {},
            "[stack_set], auto_deployment: is missing, and the permission model is SERVICE_MANAGED",
        ),
        (
            SERVICE_MANAGED,
            {"organizational_units": None, "accounts": [ONE]},
            "[[targets]] 1, accounts: stands without organizational_units",
        ),
        (
            SERVICE_MANAGED,
            {"accounts": [ONE]},
            "[[targets]] 1, accounts: stands beside organizational_units without saying",
        ),
        (
            SERVICE_MANAGED,
            {"accounts": [ONE], "account_filter": "NONE"},
            '[[targets]] 1, accounts: stands beside account_filter = "NONE", which looks at no',
        ),
        (
            SERVICE_MANAGED,
            {"account_filter": "INTERSECTION"},
            '[[targets]] 1, account_filter: is "INTERSECTION" and there are no accounts',
        ),
        (
            AUTOMATIC,
            {"account_filter": "UNION", "accounts": [ONE]},
            '[[targets]] 1, account_filter: is "UNION" beside auto-deployment',
        ),
        (
            {},
            {"organizational_units": None, "accounts": ["self"], "account_filter": "NONE"},
            "[[targets]] 1, account_filter: filters the accounts below units, and there are none",
        ),
        (
            SERVICE_MANAGED | {"retain_stacks_on_account_removal": False},
            {},
            "[stack_set], retain_stacks_on_account_removal: is for auto-deployment",
        ),
        (
            SERVICE_MANAGED | {"execution_role_name": "x"},
            {},
            "[stack_set], execution_role_name: stands beside SERVICE_MANAGED",
        ),
        (
            SERVICE_MANAGED,
            {"organizational_units": [APPS, APPS]},
            f"[[targets]] 1: {APPS} in {EAST} stands here already",
        ),
    ],
)
def test_what_does_not_fit_an_organization_is_one_clear_problem(
    tmp_path, stack_set, group, problem
):
    changes = {}
    if group is not None:
        said = of_units(**group)
        changes["targets"] = [{key: value for key, value in said.items() if value is not None}]
    [found] = told(tmp_path, stack_set=stack_set, **changes)
    assert found.startswith(problem)


def test_a_unit_twice_in_one_region_is_a_problem_also_in_two_groups(tmp_path):
    [found] = told(
        tmp_path,
        stack_set=SERVICE_MANAGED,
        targets=[of_units(), of_units(regions=[WEST, EAST])],
    )
    assert found.startswith(f"[[targets]] 2: {APPS} in {EAST} stands in [[targets]] 1 already")


def test_an_override_by_units_needs_service_managed_permissions(tmp_path):
    problems = told(
        tmp_path, overrides=[{"organizational_units": [APPS], "parameters": {"Author": "x"}}]
    )
    assert problems == [
        (
            "[[overrides]] 1, organizational_units: needs SERVICE_MANAGED permissions "
            '(permission_model = "SERVICE_MANAGED")'
        )
    ]


def test_an_override_of_units_names_regions_of_the_targets_and_some_place(tmp_path):
    problems = told(
        tmp_path,
        stack_set=SERVICE_MANAGED,
        targets=[of_units()],
        overrides=[
            {"regions": [WEST], "parameters": {"Author": "x"}},
            {"parameters": {"Author": "x"}},
        ],
    )
    assert [one.partition(" (")[0] for one in problems] == [
        f'[[overrides]] 1, regions 1: "{WEST}" is not among the targets',
        "[[overrides]] 2: names neither accounts nor regions",
    ]


@pytest.mark.parametrize("unit", ["ou-1", "r-ABCD", "ou-ab12-1111111", "111111111111"])
def test_a_unit_that_is_none_says_how_units_look(tmp_path, unit):
    [found] = told(
        tmp_path, stack_set=SERVICE_MANAGED, targets=[of_units(organizational_units=[unit])]
    )
    assert 'expected an organizational unit such as "ou-ab12-cdef3456"' in found


def test_a_wrong_permission_model_is_told_once_and_nothing_that_only_follows(tmp_path):
    [found] = told(tmp_path, stack_set={"permission_model": "x"}, targets=[of_units()])
    assert found.startswith("[stack_set], permission_model")
