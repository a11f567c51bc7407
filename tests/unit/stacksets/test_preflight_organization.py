from __future__ import annotations

from dataclasses import replace

import pytest

from stacksets.errors import CredentialsError, PermissionDeniedError
from stacksets.expand import expand_targets
from stacksets.model.desired import (
    AccountFilter,
    AutoDeployment,
    CallAs,
    DeploymentTargets,
    PermissionModel,
)
from stacksets.model.outcome import Identity
from stacksets.preflight import check_ready
from tests.builders import CONTENT, EAST, a_deployment, a_template
from tests.fakes import FakeAws
from tests.organizations import APPS, FOUR, MANAGEMENT, ONE, an_organization

GONE = "ou-abcd-99999999"
DENIED = PermissionDeniedError("no organizations:ListDelegatedAdministrators")


@pytest.fixture
def aws():
    """A management account whose organization trusts StackSets."""
    aws = FakeAws()
    aws.fake_organizations = an_organization()
    return called_by(aws, MANAGEMENT)


def called_by(aws, account):
    aws.caller = Identity(account=account, arn=f"arn:aws:iam::{account}:user/tester", alias=None)
    return aws


def of_units(*units, **changes):
    values = {
        "permission_model": PermissionModel.SERVICE_MANAGED,
        "administration_role_arn": None,
        "execution_role_name": None,
        "auto_deployment": AutoDeployment(enabled=True),
        "admin_account": None,
        "targets": (
            DeploymentTargets(accounts=(), regions=(EAST,), organizational_units=units or (APPS,)),
        ),
    }
    return a_deployment(**(values | changes))


def check(aws, deployment=None):
    expanded = expand_targets(aws, deployment or of_units(), None)
    return check_ready(expanded, aws, aws.identity(), None)


def problems(aws, deployment=None):
    return [f"{one.where}: {one.what}" for one in check(aws, deployment).problems]


def test_an_organization_that_trusts_stacksets_needs_no_roles(aws):
    assert problems(aws) == []


def test_trusted_access_has_to_be_on(aws):
    aws.fake_organizations.trusted = False
    [problem] = check(aws).problems
    assert problem.what == "StackSets has no trusted access to it"
    assert MANAGEMENT in problem.hint


def test_what_the_file_says_of_the_organization_is_told_from_what_that_lacks(aws):
    macro = a_template({"Transform": "Macro", "Resources": {}})
    assert [one.is_input for one in check(aws, of_units(GONE, template=macro)).problems] == [
        True,
        True,
    ]
    aws.fake_organizations.trusted = False
    assert {one.is_input for one in check(aws, of_units(GONE)).problems} == {True, False}


def test_the_command_that_lists_units_is_told_as_it_has_to_be_typed(aws):
    [problem] = check(aws, of_units(GONE)).problems
    assert "list-organizational-units-for-parent --parent-id ID" in problem.hint


def test_every_unit_that_is_not_there_is_named_beside_all_other_problems(aws):
    aws.fake_organizations.trusted = False
    assert problems(aws, of_units(APPS, GONE)) == [
        f"organization of {MANAGEMENT}: StackSets has no trusted access to it",
        f"organizational_units: the organization has no unit {GONE}",
    ]


def beside_units(*accounts, kind):
    beside = DeploymentTargets(
        accounts=accounts, regions=(EAST,), organizational_units=(APPS,), account_filter=kind
    )
    return of_units(targets=(beside,), auto_deployment=AutoDeployment(enabled=False))


@pytest.mark.parametrize("kind", [AccountFilter.UNION, AccountFilter.INTERSECTION])
def test_an_account_that_is_to_get_stacks_has_to_be_in_the_organization(aws, kind):
    [problem] = check(aws, beside_units(FOUR, "9" * 12, MANAGEMENT, kind=kind)).problems
    assert problem.where == "[[targets]] accounts"
    assert problem.what == f"account {'9' * 12} is not in the organization"
    assert problem.is_input


def test_an_account_that_is_left_out_may_have_left_the_organization(aws):
    assert problems(aws, beside_units("9" * 12, kind=AccountFilter.DIFFERENCE)) == []


def test_a_member_account_has_to_be_a_delegated_administrator(aws):
    [problem] = check(called_by(aws, ONE)).problems
    assert "neither the management account nor a delegated administrator" in problem.what
    assert f"--account-id {ONE}" in problem.hint


def test_a_delegated_administrator_has_to_say_so(aws):
    aws.fake_organizations.delegated = frozenset({ONE})
    called_by(aws, ONE)
    [problem] = check(aws).problems
    assert problem.hint == 'call_as = "DELEGATED_ADMIN"'
    assert problem.is_input
    assert problems(aws, of_units(call_as=CallAs.DELEGATED_ADMIN)) == []
    assert CallAs.DELEGATED_ADMIN in aws.called_as


def test_the_management_account_is_no_delegated_administrator(aws):
    [problem] = check(aws, of_units(call_as=CallAs.DELEGATED_ADMIN)).problems
    assert problem.hint == "leave it out"
    assert problem.is_input


def refuse(error):
    def call(*_):
        raise error

    return call


def test_what_organizations_does_not_tell_is_said_to_be_unchecked(aws):
    called_by(aws, ONE)
    aws.fake_organizations.has_trusted_access = refuse(DENIED)
    aws.fake_organizations.list_delegated_administrators = refuse(DENIED)
    found = check(aws)
    assert found.problems == ()
    assert [one.partition(":")[0] for one in found.unchecked] == [
        "could not check trusted access of StackSets",
        f"could not check whether {ONE} is a delegated administrator",
    ]


@pytest.mark.parametrize("question", ["has_trusted_access", "list_delegated_administrators"])
def test_refused_credentials_end_the_checks(aws, question):
    called_by(aws, ONE)
    setattr(aws.fake_organizations, question, refuse(CredentialsError("expired")))
    with pytest.raises(CredentialsError):
        check(aws)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ({**CONTENT, "Transform": "AWS::Serverless-2016-10-31"}, "a transform"),
        (
            {"Resources": {"A": {"Type": "x", "Properties": {"B": [{"Fn::Transform": {}}]}}}},
            "Fn::Transform",
        ),
        (
            {"Resources": {"A": {"Type": "AWS::CloudFormation::Stack"}}},
            "nested stacks (AWS::CloudFormation::Stack)",
        ),
    ],
)
def test_templates_that_service_managed_permissions_do_not_take_are_refused(aws, content, named):
    [problem] = check(aws, of_units(template=a_template(content))).problems
    assert problem.what == f"holds {named}, which SERVICE_MANAGED does not take"


def test_a_self_managed_deployment_asks_organizations_nothing(aws):
    deployment = replace(a_deployment(), admin_account=MANAGEMENT)
    check_ready(deployment, aws, aws.identity(), None)
    assert aws.fake_organizations.calls == []
