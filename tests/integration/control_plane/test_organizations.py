"""Organizations as the front answers it: what ministack's lacks, and what it takes lightly."""

from __future__ import annotations

import pytest
import urllib3
from botocore.exceptions import ClientError

from tests.conformance.organizations import STACK_SETS, World, make_organization
from tests.conformance.stack_sets import ADMIN, TARGET

pytestmark = pytest.mark.integration

DELEGATE, STRANGER = "333333333333", "999999999999"


@pytest.fixture
def world(local_aws) -> World:
    """An organization with a member, and one that may become a delegated administrator."""
    return make_organization(local_aws, {"Apps": [TARGET], "Apps/Prod": [], "Other": [DELEGATE]})


def member(world: World, account: str):
    return world.local.client("organizations", account)


def refusal(code: str, reason: str = ""):
    """Expect an error, with the reason that Organizations gives beside it."""

    def matches(error: ClientError) -> bool:
        said = error.response
        return said["Error"]["Code"] == code and said.get("Reason", "") == reason

    return pytest.raises(ClientError, check=matches)


def ids(children) -> list[str]:
    return [child["Id"] for child in children["Children"]]


def test_an_account_without_an_organization_is_told_so(local_aws):
    with refusal("AWSOrganizationsNotInUseException"):
        local_aws.client("organizations", STRANGER).describe_organization()


def test_an_organization_is_made_once(world):
    with refusal("AlreadyInOrganizationException"):
        world.organizations.create_organization()


def test_an_organization_for_bills_alone_is_refused_honestly(local_aws):
    with refusal("InvalidInputException", "INVALID_PATTERN"):
        local_aws.client("organizations").create_organization(FeatureSet="CONSOLIDATED_BILLING")


def test_a_member_sees_the_management_accounts_organization(world):
    seen = member(world, TARGET).describe_organization()["Organization"]
    assert seen["MasterAccountId"] == ADMIN
    assert seen == world.organizations.describe_organization()["Organization"]


def test_an_ordinary_member_may_not_list(world):
    with refusal("AccessDeniedException"):
        member(world, TARGET).list_accounts()
    with refusal("AccessDeniedException"):
        member(world, TARGET).list_children(ParentId=world.root, ChildType="ACCOUNT")


def test_a_delegated_administrator_may_list_and_not_change(world):
    world.trust_stack_sets(DELEGATE)
    delegate = member(world, DELEGATE)
    accounts = delegate.list_accounts()["Accounts"]
    assert {account["Id"] for account in accounts} == {ADMIN, TARGET, DELEGATE}
    apps = world.units["Apps"]
    assert ids(delegate.list_children(ParentId=apps, ChildType="ACCOUNT")) == [TARGET]
    with refusal("AccessDeniedException"):
        delegate.create_organizational_unit(ParentId=world.root, Name="Mine")


def test_the_children_of_a_unit_are_its_accounts_or_its_units(world):
    client, apps = world.organizations, world.units["Apps"]
    assert ids(client.list_children(ParentId=apps, ChildType="ACCOUNT")) == [TARGET]
    below = client.list_children(ParentId=apps, ChildType="ORGANIZATIONAL_UNIT")["Children"]
    assert below == [{"Id": world.units["Apps/Prod"], "Type": "ORGANIZATIONAL_UNIT"}]
    assert ids(client.list_children(ParentId=world.root, ChildType="ACCOUNT")) == [ADMIN]


@pytest.mark.parametrize(
    ("action", "sent"),
    [
        ("list_children", {"ChildType": "ACCOUNT"}),
        ("list_accounts_for_parent", {}),
        ("list_organizational_units_for_parent", {}),
        ("create_organizational_unit", {"Name": "Below"}),
    ],
)
def test_a_unit_that_is_not_there_is_no_parent(world, action, sent):
    with refusal("ParentNotFoundException"):
        getattr(world.organizations, action)(ParentId="ou-none-12345678", **sent)


def test_a_unit_that_is_not_empty_is_not_deleted(world):
    delete = world.organizations.delete_organizational_unit
    for path in ("Apps", "Other"):
        with refusal("OrganizationalUnitNotEmptyException"):
            delete(OrganizationalUnitId=world.units[path])
    delete(OrganizationalUnitId=world.units["Apps/Prod"])
    below = world.organizations.list_children(
        ParentId=world.units["Apps"], ChildType="ORGANIZATIONAL_UNIT"
    )
    assert below["Children"] == []


def test_an_account_is_moved_only_out_of_the_unit_that_it_is_in(world):
    move = world.organizations.move_account
    to = {"SourceParentId": world.root, "DestinationParentId": world.units["Other"]}
    with refusal("SourceParentNotFoundException"):
        move(AccountId=TARGET, **to)
    with refusal("AccountNotFoundException"):
        move(AccountId=STRANGER, **to)


def test_an_account_is_closed_once_and_the_management_account_never(world):
    close = world.organizations.close_account
    close(AccountId=TARGET)
    assert world.organizations.describe_account(AccountId=TARGET)["Account"]["Status"] == (
        "SUSPENDED"
    )
    with refusal("AccountAlreadyClosedException"):
        close(AccountId=TARGET)
    with refusal("ConstraintViolationException", "CANNOT_CLOSE_MANAGEMENT_ACCOUNT"):
        close(AccountId=ADMIN)


def test_units_are_named_after_their_root_however_deep_they_are(world):
    root = world.root.removeprefix("r-")[:4]
    assert {unit.split("-")[1] for unit in world.units.values()} == {root}
    (found,) = world.organizations.list_organizational_units_for_parent(
        ParentId=world.units["Apps"]
    )["OrganizationalUnits"]
    assert (found["Id"], found["Name"]) == (world.units["Apps/Prod"], "Prod")
    assert found["Arn"].endswith(found["Id"])


def test_a_nested_unit_keeps_its_tags(world):
    tags = [{"Key": "team", "Value": "a"}]
    made = world.organizations.create_organizational_unit(
        ParentId=world.units["Apps"], Name="Tagged", Tags=tags
    )
    unit = made["OrganizationalUnit"]["Id"]
    assert world.organizations.list_tags_for_resource(ResourceId=unit)["Tags"] == tags


def test_a_list_comes_in_pages_of_at_most_twenty(world):
    for number in range(20):
        world.add_account(f"{number:012}")
    first = world.organizations.list_accounts()
    second = world.organizations.list_accounts(NextToken=first["NextToken"])
    assert (len(first["Accounts"]), len(second["Accounts"])) == (20, 3)
    assert "NextToken" not in second
    pages = world.organizations.get_paginator("list_children").paginate(
        ParentId=world.root, ChildType="ACCOUNT", PaginationConfig={"PageSize": 8}
    )
    assert [len(page["Children"]) for page in pages] == [8, 8, 5]
    with refusal("InvalidInputException", "INVALID_PATTERN"):
        world.organizations.list_accounts(NextToken="none of ours")


def test_services_are_given_trusted_access_and_lose_it(world):
    client = world.organizations
    client.enable_aws_service_access(ServicePrincipal=STACK_SETS)
    (listed,) = client.list_aws_service_access_for_organization()["EnabledServicePrincipals"]
    assert listed["ServicePrincipal"] == STACK_SETS
    assert listed["DateEnabled"].tzinfo is not None
    client.disable_aws_service_access(ServicePrincipal=STACK_SETS)
    assert client.list_aws_service_access_for_organization()["EnabledServicePrincipals"] == []


def register(world: World, account: str) -> None:
    world.organizations.register_delegated_administrator(
        AccountId=account, ServicePrincipal=STACK_SETS
    )


def test_a_delegated_administrator_is_registered_listed_and_deregistered(world):
    world.trust_stack_sets(DELEGATE)
    client = world.organizations
    (listed,) = client.list_delegated_administrators(ServicePrincipal=STACK_SETS)[
        "DelegatedAdministrators"
    ]
    assert (listed["Id"], listed["Status"]) == (DELEGATE, "ACTIVE")
    others = client.list_delegated_administrators(ServicePrincipal="config.amazonaws.com")
    assert others["DelegatedAdministrators"] == []
    (service,) = client.list_delegated_services_for_account(AccountId=DELEGATE)["DelegatedServices"]
    assert service["ServicePrincipal"] == STACK_SETS
    client.deregister_delegated_administrator(AccountId=DELEGATE, ServicePrincipal=STACK_SETS)
    assert client.list_delegated_administrators()["DelegatedAdministrators"] == []
    with refusal("AccountNotRegisteredException"):
        client.list_delegated_services_for_account(AccountId=DELEGATE)
    with refusal("AccountNotRegisteredException"):
        client.deregister_delegated_administrator(AccountId=DELEGATE, ServicePrincipal=STACK_SETS)


def test_a_service_without_access_has_no_delegated_administrators(world):
    with refusal("ConstraintViolationException", "SERVICE_ACCESS_NOT_ENABLED"):
        register(world, DELEGATE)


def test_who_cannot_be_a_delegated_administrator_is_not_registered(world):
    world.trust_stack_sets(DELEGATE)
    with refusal("AccountAlreadyRegisteredException"):
        register(world, DELEGATE)
    with refusal("AccountNotFoundException"):
        register(world, STRANGER)
    with refusal(
        "ConstraintViolationException", "CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR"
    ):
        register(world, ADMIN)
    world.organizations.close_account(AccountId=TARGET)
    with refusal(
        "ConstraintViolationException",
        "CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR",
    ):
        register(world, TARGET)


def test_stack_sets_have_five_delegated_administrators_at_most(world):
    accounts = [f"{number:012}" for number in range(6)]
    for account in accounts:
        world.add_account(account)
    world.trust_stack_sets(*accounts[:5])
    with refusal(
        "ConstraintViolationException",
        "MAX_DELEGATED_ADMINISTRATORS_FOR_SERVICE_LIMIT_EXCEEDED",
    ):
        register(world, accounts[5])


def test_a_removed_account_is_in_no_organization(world):
    world.organizations.remove_account_from_organization(AccountId=TARGET)
    with refusal("AWSOrganizationsNotInUseException"):
        member(world, TARGET).describe_organization()
    left = world.organizations.list_accounts_for_parent(ParentId=world.units["Apps"])
    assert left["Accounts"] == []


def test_a_member_leaves_by_itself_and_the_management_account_does_not(world):
    member(world, TARGET).leave_organization()
    with refusal("AWSOrganizationsNotInUseException"):
        member(world, TARGET).describe_organization()
    with refusal("MasterCannotLeaveOrganizationException"):
        world.organizations.leave_organization()


def test_who_cannot_be_removed_stays(world):
    world.trust_stack_sets(DELEGATE)
    remove = world.organizations.remove_account_from_organization
    with refusal("AccountNotFoundException"):
        remove(AccountId=STRANGER)
    with refusal("MasterCannotLeaveOrganizationException"):
        remove(AccountId=ADMIN)
    with refusal("ConstraintViolationException", "CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG"):
        remove(AccountId=DELEGATE)


def test_an_invited_account_joins_below_the_root(world):
    world.add_account(STRANGER)
    (parent,) = world.organizations.list_parents(ChildId=STRANGER)["Parents"]
    assert parent == {"Id": world.root, "Type": "ROOT"}
    assert member(world, STRANGER).describe_organization()["Organization"]


def test_only_who_was_invited_and_stands_outside_joins(world):
    invite = world.organizations.invite_account_to_organization
    with refusal("AlreadyInOrganizationException"):
        invite(Target={"Id": TARGET, "Type": "ACCOUNT"})
    with refusal("InvalidInputException", "INVALID_PATTERN"):
        invite(Target={"Id": "a@example.com", "Type": "EMAIL"})
    handshake = invite(Target={"Id": STRANGER, "Type": "ACCOUNT"})["Handshake"]
    assert handshake["State"] == "OPEN"
    with refusal("HandshakeNotFoundException"):
        member(world, "888888888888").accept_handshake(HandshakeId=handshake["Id"])
    with refusal("AlreadyInOrganizationException"):
        member(world, TARGET).accept_handshake(HandshakeId=handshake["Id"])


def test_what_the_model_forbids_is_invalid_input(world):
    with refusal("InvalidInputException", "INVALID_PATTERN"):
        world.organizations.list_children(ParentId="nonsense", ChildType="ACCOUNT")


def test_what_ministack_does_not_have_is_its_error(world):
    with refusal("InvalidAction"):
        world.organizations.list_handshakes_for_organization()


def test_an_action_that_nobody_knows_is_ministacks_error(world):
    answer = urllib3.request(
        "POST",
        world.local.started.endpoint_url,
        headers={
            "Authorization": f"AWS4-HMAC-SHA256 Credential={ADMIN}/20260101/us-east-1/"
            "organizations/aws4_request, SignedHeaders=host, Signature=0",
            "X-Amz-Target": "AWSOrganizationsV20161128.Nonsense",
        },
        body=b"{}",
        retries=False,
    )
    assert (answer.status, "InvalidAction" in answer.data.decode()) == (400, True)


def test_a_test_may_deny_reading_the_organization(world):
    denied = {"action": "ListAccountsForParent", "code": "AccessDeniedException"}
    world.local.set_control_plane(refusals=[denied])
    with refusal("AccessDeniedException"):
        world.organizations.list_accounts_for_parent(ParentId=world.root)
    assert world.organizations.list_roots()["Roots"]


def test_a_reset_forgets_organizations_and_whom_they_trust(world):
    world.trust_stack_sets(DELEGATE)
    world.local.reset()
    with refusal("AWSOrganizationsNotInUseException"):
        world.organizations.list_accounts()
    again = make_organization(world.local, {})
    assert again.organizations.list_delegated_administrators()["DelegatedAdministrators"] == []
