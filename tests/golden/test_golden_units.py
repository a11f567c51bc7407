"""What people read of a plan that reaches organizational units."""

from __future__ import annotations

import pytest

from stacksets.expand import expand_targets
from stacksets.model.desired import (
    AccountFilter,
    AutoDeployment,
    DeploymentTargets,
    PermissionModel,
)
from stacksets.plan import make_destroy_plan, make_plan
from stacksets.report.plan import plan_message
from tests.builders import EAST, WEST, a_deployment, a_key, a_stack_set, an_instance
from tests.fakes import FakeAws
from tests.organizations import APPS, FOUR, LABS, ONE, SHOP, THREE, TWO, an_organization


def _group(*units, accounts=(), kind=AccountFilter.NONE, regions=(EAST,)):
    return DeploymentTargets(
        accounts=accounts, regions=regions, organizational_units=units, account_filter=kind
    )


def _plan(*groups, observed=None, make=make_plan, states=(), automatic=True):
    aws = FakeAws()
    aws.fake_organizations = an_organization()
    aws.fake_organizations.states |= dict.fromkeys(states, "SUSPENDED")
    deployment = a_deployment(
        permission_model=PermissionModel.SERVICE_MANAGED,
        administration_role_arn=None,
        execution_role_name=None,
        auto_deployment=AutoDeployment(enabled=automatic),
        targets=groups,
    )
    return plan_message(make(expand_targets(aws, deployment, observed), observed))


def _there(*rows, automatic=True):
    return a_stack_set(
        *(an_instance(a_key(one, EAST), organizational_unit_id=unit) for one, unit in rows),
        permission_model=PermissionModel.SERVICE_MANAGED,
        auto_deployment=AutoDeployment(enabled=automatic),
    )


def _create():
    return _plan(
        _group(APPS),
        _group(LABS, accounts=(FOUR,), kind=AccountFilter.DIFFERENCE, regions=(WEST, EAST)),
    )


def _difference():
    return _plan(_group(APPS, accounts=(ONE,), kind=AccountFilter.DIFFERENCE), automatic=False)


def _changed():
    """ONE is missing, THREE is closed, LABS has left the file, auto-deployment is turned on."""
    return _plan(
        _group(APPS),
        observed=_there((TWO, APPS), (THREE, APPS), (FOUR, LABS), automatic=False),
        states=(THREE,),
    )


def _no_changes():
    return _plan(
        _group(SHOP, accounts=(TWO,), kind=AccountFilter.INTERSECTION),
        observed=_there((TWO, SHOP), (THREE, SHOP)),
    )


def _destroy():
    observed = _there((ONE, APPS), (TWO, APPS), (THREE, APPS), (FOUR, LABS))
    return _plan(
        _group(APPS), _group(LABS), observed=observed, make=make_destroy_plan, states=(TWO,)
    )


@pytest.mark.parametrize(
    "make",
    [_create, _difference, _changed, _no_changes, _destroy],
    ids=lambda make: make.__name__,
)
def test_a_plan_of_units_reads_as_reviewed(make, golden):
    text = "".join(f"{line.text}\n" for line in make().lines)

    golden(f"plan_units{make.__name__}.txt", text)


def test_the_data_of_a_step_names_units_filter_and_accounts():
    *_, created = _difference().data["steps"]
    assert created["organizational_units"] == [APPS]
    assert created["account_filter"] == "DIFFERENCE"
    assert created["accounts"] == [TWO, THREE]
