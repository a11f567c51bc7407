"""What comes before every plan, as the command line and programs share it."""

import pytest

from stacksets.aws.session import BotoAws
from stacksets.errors import CredentialsError, InputError, NotReadyError, Problem
from stacksets.model.desired import (
    SELF,
    AccountId,
    DeploymentTargets,
    OrganizationalUnitId,
    PermissionModel,
    Region,
)
from stacksets.opening import (
    get_stack_set,
    observe,
    open_boto,
    open_deployment,
    refuse_compared,
    refuse_unready,
)
from stacksets.preflight import Readiness
from tests.builders import (
    ACCOUNT,
    EAST,
    HOME,
    NAME,
    OTHER_ACCOUNT,
    a_deployment,
    a_stack_set,
    a_template,
    an_instance,
)
from tests.fakes import FakeAws, FakeClock

SECRET = {"Parameters": {"Password": {"Type": "String", "NoEcho": True}}, "Resources": {"A": {}}}


def _open(deployment, aws=None, **options):
    return open_deployment(deployment, aws or FakeAws(), FakeClock(), **options)


def test_aws_is_opened_by_boto_without_a_call():
    assert isinstance(open_boto(None, HOME), BotoAws)


def test_a_profile_that_is_not_there_is_named():
    with pytest.raises(CredentialsError, match="nobody"):
        open_boto("nobody", HOME)


def test_a_deployment_that_names_no_account_is_bound_to_the_callers():
    assert _open(a_deployment(admin_account=None)).deployment.admin_account == ACCOUNT


def test_credentials_of_another_account_are_refused_but_for_its_bootstrap():
    elsewhere = a_deployment(admin_account=OTHER_ACCOUNT)
    with pytest.raises(CredentialsError, match=f"names {OTHER_ACCOUNT}"):
        _open(elsewhere)
    assert _open(elsewhere, as_admin=False).identity.account == AccountId(ACCOUNT)


def _of(*groups, units=(), **changes):
    """A deployment that names no administrator account, with a group of accounts each."""
    targets = tuple(
        DeploymentTargets(
            accounts=tuple(map(AccountId, accounts)),
            regions=(Region(EAST),),
            organizational_units=tuple(map(OrganizationalUnitId, units)),
        )
        for accounts in groups
    )
    return a_deployment(**({"admin_account": None, "targets": targets} | changes))


@pytest.mark.parametrize(
    "groups",
    [
        [(SELF, OTHER_ACCOUNT)],
        [(SELF,), (OTHER_ACCOUNT,)],
        [(SELF, ACCOUNT)],
        [(ACCOUNT, OTHER_ACCOUNT)],
        [(OTHER_ACCOUNT,)],
    ],
    ids=["self and another", "in two groups", "self and a number", "two numbers", "another alone"],
)
def test_of_several_accounts_none_is_taken_for_the_administrator_as_its_own_target(groups):
    deployment = _of(*groups)

    with pytest.raises(InputError, match="does not say which of them is the administrator") as told:
        _open(deployment, as_admin=False)

    assert f"credentials of {ACCOUNT}" in told.value.message
    assert told.value.hint.startswith(
        'write admin_account = "<the administrator account>" into [stack_set]'
    )
    assert _open(deployment).deployment.admin_account == ACCOUNT


@pytest.mark.parametrize(
    "deployment",
    [
        _of((SELF,)),
        _of((SELF,), (SELF,)),
        _of((ACCOUNT,)),
        _of((SELF, OTHER_ACCOUNT), admin_account=OTHER_ACCOUNT),
        _of((), units=("ou-1",), permission_model=PermissionModel.SERVICE_MANAGED),
        _of((OTHER_ACCOUNT,), units=("ou-1",), permission_model=PermissionModel.SERVICE_MANAGED),
    ],
    ids=["self", "self twice", "its number", "administrator named", "a unit", "within a unit"],
)
def test_where_one_account_is_all_or_the_administrator_is_known_its_bootstrap_begins(deployment):
    assert _open(deployment, as_admin=False).identity.account == AccountId(ACCOUNT)


def test_what_is_observed_is_the_stack_set_or_none():
    aws = FakeAws()
    opened = _open(a_deployment(), aws)
    assert observe(opened) is None
    with pytest.raises(InputError, match=f"no stack set {NAME} in {ACCOUNT}, {HOME}"):
        get_stack_set(opened)
    aws.fake_stack_sets.sets[NAME] = a_stack_set(an_instance())
    assert get_stack_set(opened).instances[0].key == an_instance().key


def test_what_is_missing_is_refused_with_what_could_not_be_checked():
    problem = Problem(where="roles", what="none")
    with pytest.raises(NotReadyError) as refused:
        refuse_unready(Readiness(problems=(problem,), unchecked=("the quota",)))
    assert refused.value.problems == (problem,)
    assert refused.value.__notes__ == ["the quota"]


def test_what_could_not_be_checked_alone_is_let_pass():
    refuse_unready(Readiness(problems=(), unchecked=("the quota",)))


def test_only_a_noecho_parameter_is_sent_by_name():
    deployment = a_deployment(template=a_template(SECRET))
    refuse_compared(deployment, frozenset({"Password"}))
    with pytest.raises(InputError, match="--send Suffix: no NoEcho") as refused:
        refuse_compared(deployment, frozenset({"Password", "Suffix"}))
    assert refused.value.hint == "NoEcho parameters: Password; others are compared"
