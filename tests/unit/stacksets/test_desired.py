from stacksets.model.desired import (
    SELF,
    Bootstrap,
    DeploymentTargets,
    KeptValue,
    ParameterOverride,
    Region,
)
from tests.builders import ACCOUNT, EAST, OTHER_ACCOUNT, WEST, a_deployment, a_key, a_template

SELF_EVERYWHERE = (DeploymentTargets(accounts=(SELF,), regions=(WEST, EAST)),)


def test_self_becomes_the_callers_account_in_targets_and_overrides():
    override = ParameterOverride(accounts=(SELF,), regions=(), parameters={"Suffix": "x"})
    bound = a_deployment(targets=SELF_EVERYWHERE, overrides=(override,)).bound_to(ACCOUNT)
    assert bound.instance_keys() == (a_key(region=EAST), a_key(region=WEST))
    assert bound.overrides_of(a_key(region=EAST)) == {"Suffix": "x"}


def test_the_admin_account_of_a_file_that_names_none_is_the_caller():
    unbound = a_deployment(
        admin_account=None,
        administration_role_arn="arn:aws:iam::{admin_account}:role/administration",
        parameters={"Admin": "{admin_account}"},
        tags={"Admin": "{admin_account}", "Author": KeptValue(fallback="unknown")},
    )
    bound = unbound.bound_to(ACCOUNT)
    assert bound.admin_account == ACCOUNT
    assert bound.administration_role_arn == f"arn:aws:iam::{ACCOUNT}:role/administration"
    assert bound.parameters == {"Admin": ACCOUNT}
    assert bound.tags == {"Admin": ACCOUNT, "Author": KeptValue(fallback="unknown")}


def test_the_admin_account_of_the_file_stands_whoever_calls():
    bound = a_deployment(admin_account=OTHER_ACCOUNT).bound_to(ACCOUNT)
    assert bound.admin_account == OTHER_ACCOUNT


def test_a_deployment_without_an_administration_role_has_none_after_binding():
    assert (
        a_deployment(administration_role_arn=None).bound_to(ACCOUNT).administration_role_arn is None
    )


def test_the_bootstrap_is_bound_too():
    bootstrap = Bootstrap(
        stack_name="bootstrap",
        template=a_template(),
        parameters={"AdminAccountId": "{admin_account}"},
        tags={"Admin": "{admin_account}"},
    )
    bound = a_deployment(bootstrap=bootstrap).bound_to(ACCOUNT).bootstrap
    assert bound.parameters == {"AdminAccountId": ACCOUNT}
    assert bound.tags == {"Admin": ACCOUNT}


def test_accounts_are_sorted_and_regions_keep_the_order_of_the_file():
    deployment = a_deployment(
        targets=(
            DeploymentTargets(accounts=(OTHER_ACCOUNT, ACCOUNT), regions=(WEST,)),
            DeploymentTargets(accounts=(ACCOUNT,), regions=(EAST, Region("eu-west-1"))),
        )
    )
    assert deployment.accounts() == (ACCOUNT, OTHER_ACCOUNT)
    assert deployment.regions() == (WEST, EAST, "eu-west-1")


def test_a_stack_instance_is_written_as_account_and_region():
    assert str(a_key()) == f"{ACCOUNT}/{EAST}"
