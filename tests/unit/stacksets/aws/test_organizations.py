from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.stub import Stubber

from stacksets.aws.organizations import BotoOrganizations
from stacksets.errors import PermissionDeniedError
from stacksets.model.desired import (
    AccountId,
    CallAs,
    OrganizationAccount,
    OrganizationalUnitId,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

APPS, SHOP = OrganizationalUnitId("ou-ab12-11111111"), OrganizationalUnitId("ou-ab12-22222222")
ONE, TWO = AccountId("111111111111"), AccountId("222222222222")
LISTS = ("list_accounts_for_parent", "list_organizational_units_for_parent")


@pytest.fixture
def organizations(clients) -> BotoOrganizations:
    return BotoOrganizations(clients)


@pytest.fixture
def stub(clients) -> Iterator[Stubber]:
    with Stubber(clients.organizations) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def accounts(*rows):
    return {"Accounts": list(rows)}


def units(*names):
    return {"OrganizationalUnits": [{"Id": name} for name in names]}


def test_accounts_of_nested_units_are_found_with_the_unit_right_above_them(stub, organizations):
    stub.add_response(LISTS[0], accounts({"Id": TWO, "State": "CLOSED"}), {"ParentId": APPS})
    stub.add_response(LISTS[1], units(SHOP), {"ParentId": APPS})
    stub.add_response(LISTS[0], accounts({"Id": ONE, "Status": "ACTIVE"}), {"ParentId": SHOP})
    stub.add_response(LISTS[1], units(), {"ParentId": SHOP})

    assert organizations.list_accounts_below(APPS) == (
        OrganizationAccount(id=ONE, state="ACTIVE", parent=SHOP),
        OrganizationAccount(id=TWO, state="CLOSED", parent=APPS),
    )


def test_every_page_of_a_unit_is_read(stub, organizations):
    first = accounts({"Id": ONE, "State": "ACTIVE"}) | {"NextToken": "more"}
    stub.add_response(LISTS[0], first, {"ParentId": APPS})
    stub.add_response(LISTS[0], accounts({"Id": TWO}), {"ParentId": APPS, "NextToken": "more"})
    stub.add_response(LISTS[1], units(), {"ParentId": APPS})

    found = organizations.list_accounts_below(APPS)

    assert [(one.id, one.is_active) for one in found] == [(ONE, True), (TWO, False)]


def test_a_unit_that_is_not_there_is_told_from_one_that_is_empty(stub, organizations):
    stub.add_client_error(LISTS[0], "ParentNotFoundException")
    assert organizations.list_accounts_below(APPS) is None


def test_a_nested_unit_that_goes_while_it_is_read_was_empty(stub, organizations):
    stub.add_response(LISTS[0], accounts({"Id": ONE, "State": "ACTIVE"}), {"ParentId": APPS})
    stub.add_response(LISTS[1], units(SHOP), {"ParentId": APPS})
    stub.add_client_error(LISTS[0], "ParentNotFoundException")

    assert [one.id for one in organizations.list_accounts_below(APPS)] == [ONE]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("AccessDeniedException", "organizations:ListAccountsForParent"),
        ("AWSOrganizationsNotInUseException", "belongs to no organization"),
    ],
)
def test_what_cannot_be_read_is_an_error_and_no_empty_unit(stub, organizations, code, said):
    stub.add_client_error(LISTS[0], code, "no")
    with pytest.raises(PermissionDeniedError, match=said) as caught:
        organizations.list_accounts_below(APPS)
    assert caught.value.exit_code == 4


def test_a_single_account_is_found_with_its_unit(stub, organizations):
    stub.add_response(
        "describe_account", {"Account": {"Id": ONE, "State": "SUSPENDED"}}, {"AccountId": ONE}
    )
    stub.add_response(
        "list_parents",
        {"Parents": [{"Id": SHOP, "Type": "ORGANIZATIONAL_UNIT"}]},
        {"ChildId": ONE},
    )
    assert organizations.find_account(ONE) == OrganizationAccount(
        id=ONE, state="SUSPENDED", parent=SHOP
    )


def test_an_account_of_no_organization_is_not_found(stub, organizations):
    stub.add_client_error("describe_account", "AccountNotFoundException")
    assert organizations.find_account(ONE) is None


def test_the_management_account_is_found(stub, organizations):
    stub.add_response("describe_organization", {"Organization": {"MasterAccountId": ONE}})
    assert organizations.find_management_account() == ONE


def test_delegated_administrators_are_those_of_stacksets(stub, organizations):
    stub.add_response(
        "list_delegated_administrators",
        {"DelegatedAdministrators": [{"Id": TWO}]},
        {"ServicePrincipal": "member.org.stacksets.cloudformation.amazonaws.com"},
    )
    assert organizations.list_delegated_administrators() == {TWO}


@pytest.mark.parametrize(
    ("call_as", "request_", "status", "trusted"),
    [
        (CallAs.SELF, {}, "ENABLED", True),
        (CallAs.DELEGATED_ADMIN, {"CallAs": "DELEGATED_ADMIN"}, "DISABLED", False),
    ],
)
def test_trusted_access_is_what_stacksets_says(
    cloudformation, organizations, call_as, request_, status, trusted
):
    cloudformation.add_response("describe_organizations_access", {"Status": status}, request_)
    assert organizations.has_trusted_access(call_as) is trusted
