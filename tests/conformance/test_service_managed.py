"""Stack sets with service-managed permissions: trusted access, delegates, units, refusals."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.conformance.organizations import STACK_SETS, World, make_organization
from tests.conformance.stack_sets import (
    ADMIN,
    EAST,
    HOME,
    TARGET,
    WEST,
    make_administration_role,
    make_execution_role,
    template,
)

pytestmark = [pytest.mark.conformance, pytest.mark.emulator_only]

DELEGATE, OTHER, NESTED = "333333333333", "444444444444", "555555555555"
DELEGATED = {"CallAs": "DELEGATED_ADMIN"}
NO_ADMINISTRATOR = "Account used is not a delegated administrator"
NOT_TRUSTED = "You must enable organizations access to operate a service managed stack set"
NOT_MANAGEMENT = "You must be the management account or delegated admin account"
MANAGED = {"PermissionModel": "SERVICE_MANAGED", "AutoDeployment": {"Enabled": False}}


@pytest.fixture
def organization(local_aws) -> World:
    """Accounts in a unit, in one below it, and beside it."""
    units = {"Apps": [TARGET, OTHER], "Apps/Prod": [NESTED], "Other": [DELEGATE]}
    return make_organization(local_aws, units)


@pytest.fixture
def world(organization: World) -> World:
    """The organization, with trusted access and a delegated administrator."""
    organization.trust_stack_sets(DELEGATE)
    return organization


@pytest.fixture
def site(world: World) -> World:
    """The organization, with a stack set in one Region of the upper unit."""
    world.create_stack_set()
    world.create_instances([world.units["Apps"]], [EAST])
    return world


def refusal(message: str, code: str = "ValidationError"):
    """Expect an answer that is an error."""
    return pytest.raises(ClientError, match=rf"\({code}\).*{message}")


def of(*units: str, **more):
    return {"OrganizationalUnitIds": list(units), **more}


def finish(world: World, answer, name: str = "site"):
    return world.finish(answer["OperationId"], name)


def accounts(world: World) -> set[str]:
    return {account for account, _ in world.instances()}


# Trusted access


def test_access_is_activated_shown_and_deactivated_by_the_management_account(organization):
    client = organization.stack_sets()
    assert client.describe_organizations_access()["Status"] == "DISABLED"
    client.activate_organizations_access()
    assert client.describe_organizations_access()["Status"] == "ENABLED"
    listed = organization.organizations.list_aws_service_access_for_organization()
    services = [item["ServicePrincipal"] for item in listed["EnabledServicePrincipals"]]
    assert services == [STACK_SETS]
    client.deactivate_organizations_access()
    assert client.describe_organizations_access()["Status"] == "DISABLED"


def test_only_the_management_account_manages_access(world):
    for account in (TARGET, "999999999999"):
        client = world.stack_sets(account)
        for call in (
            client.activate_organizations_access,
            client.deactivate_organizations_access,
            client.describe_organizations_access,
        ):
            with refusal("Only the management account", "InvalidOperationException"):
                call()


def test_a_delegated_administrator_sees_the_access(world):
    shown = world.stack_sets(DELEGATE).describe_organizations_access(**DELEGATED)
    assert shown["Status"] == "ENABLED"


def test_trusted_access_may_come_and_go_through_organizations(organization):
    organizations = organization.organizations
    organizations.enable_aws_service_access(ServicePrincipal=STACK_SETS)
    assert organization.create_stack_set()
    organizations.disable_aws_service_access(ServicePrincipal=STACK_SETS)
    with refusal(NOT_TRUSTED):
        organization.create_stack_set("second")


def test_access_through_organizations_alone_may_not_suffice(organization):
    organization.local.set_control_plane(service_access_suffices=False)
    organization.organizations.enable_aws_service_access(ServicePrincipal=STACK_SETS)
    with refusal(NOT_TRUSTED):
        organization.create_stack_set()
    organization.stack_sets().activate_organizations_access()
    assert organization.create_stack_set()


def test_without_trusted_access_no_service_managed_stack_set_is_made(organization):
    with refusal(NOT_TRUSTED):
        organization.create_stack_set()
    assert organization.stack_sets().list_stack_sets()["Summaries"] == []


def test_without_trusted_access_no_operation_begins(site):
    site.stack_sets().deactivate_organizations_access()
    with refusal(NOT_TRUSTED):
        site.stack_sets().update_stack_set(StackSetName="site", UsePreviousTemplate=True)


# Delegated administrators


@pytest.mark.parametrize("account", [TARGET, ADMIN, "999999999999"])
def test_who_is_no_delegated_administrator_may_not_call_as_one(world, account):
    with refusal(NO_ADMINISTRATOR):
        world.stack_sets(account).list_stack_sets(**DELEGATED)


@pytest.mark.parametrize("account", [TARGET, DELEGATE, "999999999999"])
def test_a_member_cannot_make_a_service_managed_stack_set_in_its_own_name(world, account):
    client = world.stack_sets(account)
    with refusal(NOT_MANAGEMENT):
        client.create_stack_set(StackSetName="site", TemplateBody=template(), **MANAGED)


def test_a_delegates_stack_set_stands_in_the_management_account(world):
    delegate = world.stack_sets(DELEGATE)
    delegate.create_stack_set(StackSetName="site", TemplateBody=template(), **MANAGED, **DELEGATED)
    answer = delegate.create_stack_instances(
        StackSetName="site",
        DeploymentTargets=of(world.units["Apps"]),
        Regions=[EAST],
        **DELEGATED,
    )
    assert finish(world, answer)["Status"] == "SUCCEEDED"
    shown = delegate.describe_stack_set(StackSetName="site", **DELEGATED)["StackSet"]
    assert shown["StackSetARN"].startswith(f"arn:aws:cloudformation:{HOME}:{ADMIN}:stackset/site:")
    assert world.stack_sets().describe_stack_set(StackSetName="site")["StackSet"] == shown


def test_a_delegate_must_say_so_on_every_call(site):
    delegate = site.stack_sets(DELEGATE)
    with refusal("StackSet site not found", "StackSetNotFoundException"):
        delegate.describe_stack_set(StackSetName="site")
    assert delegate.list_stack_sets()["Summaries"] == []
    assert len(delegate.list_stack_instances(StackSetName="site", **DELEGATED)["Summaries"]) == 3


def test_a_delegate_sees_no_self_managed_stack_sets_of_the_management_account(site):
    site.stack_sets().create_stack_set(StackSetName="mine", TemplateBody=template())
    delegate = site.stack_sets(DELEGATE)
    names = [item["StackSetName"] for item in delegate.list_stack_sets(**DELEGATED)["Summaries"]]
    assert names == ["site"]
    with refusal("StackSet mine not found", "StackSetNotFoundException"):
        delegate.describe_stack_set(StackSetName="mine", **DELEGATED)
    delegate.delete_stack_set(StackSetName="mine", **DELEGATED)
    assert site.stack_sets().describe_stack_set(StackSetName="mine")["StackSet"]["Status"] == (
        "ACTIVE"
    )


def test_a_delegate_makes_no_self_managed_stack_sets_for_the_management_account(world):
    with refusal("CallAs DELEGATED_ADMIN needs PermissionModel SERVICE_MANAGED"):
        world.stack_sets(DELEGATE).create_stack_set(
            StackSetName="site", TemplateBody=template(), **DELEGATED
        )


def test_a_deregistered_delegate_sees_nothing_any_more(site):
    site.organizations.deregister_delegated_administrator(
        AccountId=DELEGATE, ServicePrincipal=STACK_SETS
    )
    with refusal(NO_ADMINISTRATOR):
        site.stack_sets(DELEGATE).describe_stack_set(StackSetName="site", **DELEGATED)


# The stack set


def test_a_service_managed_stack_set_shows_its_model_its_units_and_no_roles(world):
    world.create_stack_set(AutoDeployment={"Enabled": True, "RetainStacksOnAccountRemoval": True})
    world.create_instances([world.units["Apps"]], [EAST])
    shown = world.stack_sets().describe_stack_set(StackSetName="site")["StackSet"]
    auto = {"Enabled": True, "RetainStacksOnAccountRemoval": True}
    assert (shown["PermissionModel"], shown["AutoDeployment"]) == ("SERVICE_MANAGED", auto)
    assert shown["OrganizationalUnitIds"] == [world.units["Apps"]]
    assert not {"AdministrationRoleARN", "ExecutionRoleName"} & shown.keys()
    (listed,) = world.stack_sets().list_stack_sets()["Summaries"]
    assert (listed["PermissionModel"], listed["AutoDeployment"]) == ("SERVICE_MANAGED", auto)


def test_members_are_reached_by_stack_sets_own_role(site):
    denied = {"account": TARGET, "region": WEST, "action": "sqs:CreateQueue"}
    site.local.set_control_plane(denied=[denied])
    site.create_instances([site.units["Apps"]], [WEST])
    reason = site.instances()[TARGET, WEST]["StatusReason"]
    assert reason.startswith(f"User: arn:aws:sts::{TARGET}:assumed-role/stacksets-exec-")


@pytest.mark.parametrize(
    ("sent", "complaint"),
    [
        ({"AutoDeployment": None}, "AutoDeployment is required"),
        (
            {"AutoDeployment": {"Enabled": False, "RetainStacksOnAccountRemoval": True}},
            "only if AutoDeployment is enabled",
        ),
        ({"AutoDeployment": {"Enabled": True, "DependsOn": []}}, "DependsOn in AutoDeployment"),
        (
            {"AdministrationRoleARN": f"arn:aws:iam::{ADMIN}:role/mine"},
            "AdministrationRoleARN is valid only if PermissionModel is SELF_MANAGED",
        ),
        ({"ExecutionRoleName": "mine"}, "ExecutionRoleName is valid only if"),
        (
            {
                "TemplateBody": template(Transform="AWS::Serverless-2016-10-31"),
                "Capabilities": ["CAPABILITY_AUTO_EXPAND"],
            },
            "Transform is not supported in SERVICE_MANAGED permission model",
        ),
        (
            {"TemplateBody": template(Resources={"A": {"Type": "AWS::CloudFormation::Stack"}})},
            "AWS::CloudFormation::Stack is not supported in SERVICE_MANAGED",
        ),
        ({"TemplateBody": None}, "Either TemplateBody or TemplateURL must be specified"),
    ],
)
def test_what_a_service_managed_stack_set_cannot_have_is_refused(world, sent, complaint):
    request = {"StackSetName": "site", "TemplateBody": template(), **MANAGED, **sent}
    given = {name: value for name, value in request.items() if value is not None}
    with refusal(complaint):
        world.stack_sets().create_stack_set(**given)


def test_auto_deployment_is_not_for_self_managed_stack_sets(world):
    with refusal("AutoDeployment needs PermissionModel SERVICE_MANAGED"):
        world.stack_sets().create_stack_set(
            StackSetName="site", TemplateBody=template(), AutoDeployment={"Enabled": True}
        )


def test_a_permission_model_changes_only_while_there_are_no_instances(site):
    update = site.stack_sets().update_stack_set
    asked = {"StackSetName": "site", "UsePreviousTemplate": True}
    with refusal("PermissionModel cannot be changed while there are stack instances"):
        update(PermissionModel="SELF_MANAGED", **asked)
    site.create_stack_set("empty")
    answer = update(**{**asked, "StackSetName": "empty"}, PermissionModel="SELF_MANAGED")
    assert finish(site, answer, "empty")["Status"] == "SUCCEEDED"
    shown = site.stack_sets().describe_stack_set(StackSetName="empty")["StackSet"]
    assert shown["PermissionModel"] == "SELF_MANAGED"
    assert shown["ExecutionRoleName"] == "AWSCloudFormationStackSetExecutionRole"
    assert "AutoDeployment" not in shown


def test_an_update_of_auto_deployment_takes_no_targets(site):
    with refusal("Specify either AutoDeployment or DeploymentTargets and Regions"):
        site.stack_sets().update_stack_set(
            StackSetName="site",
            UsePreviousTemplate=True,
            AutoDeployment={"Enabled": True},
            DeploymentTargets=of(site.units["Apps"]),
            Regions=[EAST],
        )


def test_auto_deployment_stays_unless_an_update_changes_it(site):
    client, asked = site.stack_sets(), {"StackSetName": "site", "UsePreviousTemplate": True}
    finish(site, client.update_stack_set(**asked, AutoDeployment={"Enabled": True}))
    finish(site, client.update_stack_set(**asked))
    shown = client.describe_stack_set(StackSetName="site")["StackSet"]["AutoDeployment"]
    assert shown == {"Enabled": True, "RetainStacksOnAccountRemoval": False}


# Targets


def test_a_unit_comes_to_the_accounts_in_it_and_in_its_child_units(world):
    world.create_stack_set()
    operation = world.create_instances([world.units["Apps"]], [EAST, WEST])
    assert operation["Status"] == "SUCCEEDED"
    assert {key: row["Status"] for key, row in world.instances().items()} == {
        (account, region): "CURRENT"
        for account in (TARGET, OTHER, NESTED)
        for region in (EAST, WEST)
    }
    (name,) = world.stacks(NESTED, WEST)
    assert name.startswith("StackSet-site-")


def test_the_management_account_is_never_a_target(world):
    world.create_stack_set()
    world.create_instances([world.root], [EAST])
    assert accounts(world) == {TARGET, OTHER, NESTED, DELEGATE}
    assert world.stacks(ADMIN, EAST) == []


def test_rows_and_results_name_the_unit_that_was_targeted(site):
    apps = site.units["Apps"]
    (operation,) = site.operations()
    results = site.results(operation["OperationId"])
    assert {item["OrganizationalUnitId"] for item in results.values()} == {apps}
    assert {row["OrganizationalUnitId"] for row in site.instances().values()} == {apps}
    described = site.stack_sets().describe_stack_instance(
        StackSetName="site", StackInstanceAccount=NESTED, StackInstanceRegion=EAST
    )["StackInstance"]
    assert described["OrganizationalUnitId"] == apps


@pytest.mark.parametrize(
    ("targets", "reached"),
    [
        ({"AccountFilterType": "NONE"}, {TARGET, OTHER, NESTED}),
        ({"AccountFilterType": "INTERSECTION", "Accounts": [OTHER, DELEGATE]}, {OTHER}),
        ({"AccountFilterType": "DIFFERENCE", "Accounts": [OTHER]}, {TARGET, NESTED}),
    ],
)
def test_an_account_filter_narrows_a_unit(world, targets, reached):
    world.create_stack_set()
    world.create_instances([world.units["Apps"]], [EAST], **targets)
    assert accounts(world) == reached


@pytest.mark.parametrize(
    ("targets", "complaint"),
    [
        (None, "can only have OrganizationalUnit as target"),
        ({"Accounts": [TARGET]}, "OrganizationalUnitIds are required"),
        (
            {"Accounts": [TARGET], "AccountFilterType": "INTERSECTION"},
            "OrganizationalUnitIds are required",
        ),
        ({"units": 1, "Accounts": [TARGET]}, "AccountFilterType is required"),
        (
            {"units": 1, "Accounts": [TARGET], "AccountFilterType": "UNION"},
            "UNION is not supported for this operation",
        ),
        ({"units": 1, "AccountFilterType": "DIFFERENCE"}, "Accounts are required for"),
        ({"units": 51}, "Member must have length less than or equal to 50"),
        (
            {"OrganizationalUnitIds": ["ou-none-12345678"]},
            "Organizational unit ou-none-12345678 not found",
        ),
        ({"OrganizationalUnitIds": ["nonsense"]}, "must satisfy regular expression pattern"),
        ({"units": 1, "AccountsUrl": "s3://a/b.txt"}, "S3 error: "),
    ],
)
def test_targets_that_no_instances_can_be_made_in_are_refused(world, targets, complaint):
    world.create_stack_set()
    sent = {"Accounts": [TARGET]}
    if targets is not None:
        units = {"OrganizationalUnitIds": [world.units["Apps"]] * targets.get("units", 0)}
        given = {name: value for name, value in targets.items() if name != "units"}
        sent = {"DeploymentTargets": {**(units if "units" in targets else {}), **given}}
    with refusal(complaint):
        world.stack_sets().create_stack_instances(StackSetName="site", Regions=[EAST], **sent)
    assert world.operations() == []


def listed(world, body, key="accounts.csv"):
    """Put a list of accounts into S3, and give its address."""
    s3 = world.local.client("s3", ADMIN)
    s3.create_bucket(Bucket="lists")
    s3.put_object(Bucket="lists", Key=key, Body=body)
    return f"s3://lists/{key}"


def test_accounts_may_be_listed_in_a_file(world):
    world.create_stack_set()
    url = listed(world, f"{OTHER},{DELEGATE}\n{NESTED}\n".encode())
    apps = world.units["Apps"]
    operation = world.create_instances(
        [apps], [EAST], AccountsUrl=url, AccountFilterType="INTERSECTION"
    )
    assert operation["Status"] == "SUCCEEDED"
    assert accounts(world) == {OTHER, NESTED}
    sent = {"DeploymentTargets": of(apps, AccountsUrl=url, AccountFilterType="INTERSECTION")}
    update = world.stack_sets().update_stack_set(
        StackSetName="site", UsePreviousTemplate=True, Regions=[EAST], **sent
    )
    assert set(world.results(update["OperationId"])) == {(OTHER, EAST), (NESTED, EAST)}
    finish(world, update)
    update = world.stack_sets().update_stack_instances(StackSetName="site", Regions=[EAST], **sent)
    assert set(world.results(update["OperationId"])) == {(OTHER, EAST), (NESTED, EAST)}
    finish(world, update)
    assert delete(world, AccountsUrl=url)["Status"] == "SUCCEEDED"
    assert accounts(world) == set()


def test_a_list_is_read_once_when_its_operation_is_accepted(world):
    world.create_stack_set(ManagedExecution={"Active": True})
    url, client = listed(world, TARGET.encode()), world.stack_sets()
    world.local.set_control_plane(instance_seconds=0.2)
    asked = {
        "StackSetName": "site",
        "DeploymentTargets": of(
            world.units["Apps"], AccountsUrl=url, AccountFilterType="INTERSECTION"
        ),
    }
    client.create_stack_instances(**asked, Regions=[EAST])
    queued = client.create_stack_instances(**asked, Regions=[WEST])
    world.local.client("s3", ADMIN).put_object(Bucket="lists", Key="accounts.csv", Body=b"")
    assert finish(world, queued)["Status"] == "SUCCEEDED"
    assert set(world.instances()) == {(TARGET, EAST), (TARGET, WEST)}


@pytest.mark.parametrize(
    ("body", "key", "more", "complaint"),
    [
        (b"", "accounts.json", {}, r"must lead to a \.csv or \.txt file"),
        (b"12345", "a.txt", {}, "AccountsUrl lists '12345', which is no account id"),
        (b"", "a.txt", {"Accounts": [TARGET]}, "Accounts or AccountsUrl, but not both"),
        (b"1" * 10_000_001, "a.txt", {}, "may not exceed 10000000 bytes"),
    ],
    ids=["another format", "no account", "two ways", "too long"],
)
def test_a_list_that_is_none_is_refused(world, body, key, more, complaint):
    world.create_stack_set()
    url = listed(world, body, key)
    targets = of(world.units["Apps"], AccountsUrl=url, AccountFilterType="INTERSECTION", **more)
    with refusal(complaint):
        world.stack_sets().create_stack_instances(
            StackSetName="site", DeploymentTargets=targets, Regions=[EAST]
        )


def test_a_list_elsewhere_than_in_s3_is_refused(world):
    world.create_stack_set()
    url = "https://example.com/accounts.csv"
    with refusal("AccountsUrl must be a supported URL"):
        world.stack_sets().create_stack_instances(
            StackSetName="site",
            DeploymentTargets=of(
                world.units["Apps"], AccountsUrl=url, AccountFilterType="INTERSECTION"
            ),
            Regions=[EAST],
        )


def test_at_most_50_organizational_units_stand_in_a_request(site):
    client, targets = site.stack_sets(), of(*[site.units["Apps"]] * 51)
    asked = {"StackSetName": "site", "DeploymentTargets": targets, "Regions": [EAST]}
    for call in (
        lambda: client.create_stack_instances(**asked),
        lambda: client.update_stack_instances(**asked),
        lambda: client.update_stack_set(**asked, UsePreviousTemplate=True),
        lambda: client.delete_stack_instances(**asked, RetainStacks=False),
    ):
        with refusal("Member must have length less than or equal to 50"):
            call()
    assert len(site.operations()) == 1
    asked["DeploymentTargets"] = of(*[site.units["Apps"]] * 50)
    assert finish(site, client.update_stack_instances(**asked))["Status"] == "SUCCEEDED"


def test_a_unit_without_regions_is_refused(world):
    world.create_stack_set()
    with refusal("Regions must be specified"):
        world.stack_sets().create_stack_instances(
            StackSetName="site", DeploymentTargets=of(world.root), Regions=[]
        )


def test_instances_of_units_are_updated_where_they_are(world):
    world.create_stack_set(
        TemplateBody=template(Parameters={"Size": {"Type": "String", "Default": "small"}})
    )
    apps = world.units["Apps"]
    world.create_instances([apps], [EAST], Accounts=[OTHER], AccountFilterType="DIFFERENCE")
    answer = world.stack_sets().update_stack_instances(
        StackSetName="site",
        DeploymentTargets=of(apps),
        Regions=[EAST],
        ParameterOverrides=[{"ParameterKey": "Size", "ParameterValue": "large"}],
    )
    assert set(world.results(answer["OperationId"])) == {(TARGET, EAST), (NESTED, EAST)}
    assert finish(world, answer)["Status"] == "SUCCEEDED"


def test_a_unit_and_accounts_elsewhere_are_updated_in_one_request(site):
    site.create_instances([site.units["Other"]], [EAST])
    answer = site.stack_sets().update_stack_instances(
        StackSetName="site",
        DeploymentTargets=of(site.units["Apps/Prod"], Accounts=[DELEGATE]),
        Regions=[EAST],
    )
    assert set(site.results(answer["OperationId"])) == {(DELEGATE, EAST), (NESTED, EAST)}
    finish(site, answer)


@pytest.mark.parametrize(("paths", "listed"), [((), [DELEGATE]), (("Other",), [])])
def test_an_update_of_instances_that_are_not_there_is_refused(site, paths, listed):
    units = [site.units[path] for path in paths]
    with refusal("not found", "StackInstanceNotFoundException"):
        site.stack_sets().update_stack_instances(
            StackSetName="site", DeploymentTargets=of(*units, Accounts=listed), Regions=[EAST]
        )


def test_a_stack_set_update_may_be_for_some_units(site):
    answer = site.stack_sets().update_stack_set(
        StackSetName="site",
        TemplateBody=template(Description="new"),
        DeploymentTargets=of(site.units["Apps/Prod"]),
        Regions=[EAST],
    )
    assert finish(site, answer)["Status"] == "SUCCEEDED"
    assert {key[0]: row["Status"] for key, row in site.instances().items()} == {
        TARGET: "OUTDATED",
        OTHER: "OUTDATED",
        NESTED: "CURRENT",
    }


# Deletes and what remains a target


def delete(world: World, *units: str, retain: bool = False, **more):
    answer = world.stack_sets().delete_stack_instances(
        StackSetName="site",
        DeploymentTargets=of(*units, **more),
        Regions=[EAST],
        RetainStacks=retain,
    )
    return finish(world, answer)


def targets_of(world: World) -> dict[str, list[str]]:
    found = world.stack_sets().list_stack_set_auto_deployment_targets(StackSetName="site")
    return {item["OrganizationalUnitId"]: item["Regions"] for item in found["Summaries"]}


def test_auto_deployment_targets_are_units_with_their_regions(site):
    site.create_instances([site.units["Apps"], site.units["Other"]], [WEST, EAST])
    assert targets_of(site) == {
        site.units["Apps"]: [EAST, WEST],
        site.units["Other"]: [WEST, EAST],
    }
    first = site.stack_sets().list_stack_set_auto_deployment_targets(
        StackSetName="site", MaxResults=1
    )
    assert len(first["Summaries"]) == 1
    assert first["NextToken"]


def test_a_unit_whose_instances_are_deleted_is_no_target_any_more(site):
    site.create_instances([site.units["Apps"]], [WEST])
    assert delete(site, site.units["Apps"])["Status"] == "SUCCEEDED"
    assert targets_of(site) == {site.units["Apps"]: [WEST]}
    assert {region for _, region in site.instances()} == {WEST}


def test_a_unit_some_of_whose_instances_are_deleted_stays_a_target(site):
    apps = site.units["Apps"]
    delete(site, apps, Accounts=[TARGET], AccountFilterType="INTERSECTION")
    assert accounts(site) == {OTHER, NESTED}
    assert targets_of(site) == {apps: [EAST]}


def test_single_accounts_are_deleted_by_their_ids(site):
    delete(site, Accounts=[TARGET])
    assert accounts(site) == {OTHER, NESTED}
    assert targets_of(site) == {site.units["Apps"]: [EAST]}


def test_an_instance_whose_account_has_left_is_deleted_with_its_unit(site):
    site.move(TARGET, site.units["Other"])
    delete(site, site.units["Apps"])
    assert site.instances() == {}
    assert site.stacks(TARGET, EAST) == []


def test_a_stack_set_shows_the_units_of_instances_that_could_not_be_deleted(site):
    failing = {"account": TARGET, "region": EAST, "reason": "stuck"}
    site.local.set_control_plane(failures=[failing])
    delete(site, site.units["Apps"])
    shown = site.stack_sets().describe_stack_set(StackSetName="site")["StackSet"]
    assert shown["OrganizationalUnitIds"] == [site.units["Apps"]]
    assert targets_of(site) == {}


# Suspended accounts


def test_a_closed_account_is_skipped_and_is_no_failure(world):
    world.organizations.close_account(AccountId=TARGET)
    world.create_stack_set()
    operation = world.create_instances([world.units["Apps"]], [EAST])
    assert operation["Status"] == "SUCCEEDED"
    assert operation["StatusDetails"] == {"FailedStackInstancesCount": 0}
    row = world.instances()[TARGET, EAST]
    assert row["StackInstanceStatus"] == {"DetailedStatus": "SKIPPED_SUSPENDED_ACCOUNT"}
    assert (row["Status"], row["StatusReason"]) == ("OUTDATED", "ACCOUNT_SUSPENDED")
    assert row["LastOperationId"] == operation["OperationId"]
    assert set(world.results(operation["OperationId"])) == {(OTHER, EAST), (NESTED, EAST)}


def test_a_closed_accounts_instance_keeps_its_status_until_the_definition_changes(site):
    site.organizations.close_account(AccountId=TARGET)
    client, asked = site.stack_sets(), {"StackSetName": "site"}
    finish(site, client.update_stack_set(**asked, UsePreviousTemplate=True))
    assert site.instances()[TARGET, EAST]["Status"] == "CURRENT"
    finish(site, client.update_stack_set(**asked, TemplateBody=template(Description="new")))
    row = site.instances()[TARGET, EAST]
    assert row["Status"] == "OUTDATED"
    assert row["StackInstanceStatus"] == {"DetailedStatus": "SKIPPED_SUSPENDED_ACCOUNT"}
    assert site.instances()[OTHER, EAST]["Status"] == "CURRENT"


def test_a_closed_accounts_instance_goes_only_by_retaining_its_stack(site):
    site.organizations.close_account(AccountId=TARGET)
    assert delete(site, site.units["Apps"])["Status"] == "SUCCEEDED"
    assert accounts(site) == {TARGET}
    assert delete(site, site.units["Apps"], retain=True)["Status"] == "SUCCEEDED"
    assert site.instances() == {}
    assert len(site.stacks(TARGET, EAST)) == 1


def test_a_replayed_create_of_a_service_managed_stack_set_is_the_same_one(world):
    sent = {"StackSetName": "site", "TemplateBody": template(), "ClientRequestToken": "once"}
    made = [world.stack_sets().create_stack_set(**sent, **MANAGED)["StackSetId"] for _ in "ab"]
    assert made[0] == made[1]


def test_drift_is_not_looked_for_in_a_closed_account(site):
    site.organizations.close_account(AccountId=TARGET)
    answer = site.stack_sets().detect_stack_set_drift(StackSetName="site")
    assert finish(site, answer)["Status"] == "SUCCEEDED"
    assert set(site.results(answer["OperationId"])) == {(OTHER, EAST), (NESTED, EAST)}
    shown = site.instances()[TARGET, EAST]["StackInstanceStatus"]
    assert shown == {"DetailedStatus": "SKIPPED_SUSPENDED_ACCOUNT"}


def test_the_roles_of_a_closed_account_cannot_be_assumed(organization):
    make_administration_role(organization.local.client("iam", ADMIN))
    make_execution_role(organization.local.client("iam", TARGET))
    organization.organizations.close_account(AccountId=TARGET)
    client = organization.stack_sets()
    client.create_stack_set(StackSetName="site", TemplateBody=template())
    answer = client.create_stack_instances(StackSetName="site", Accounts=[TARGET], Regions=[EAST])
    assert finish(organization, answer)["Status"] == "FAILED"
    reason = organization.instances()[TARGET, EAST]["StatusReason"]
    assert reason.startswith(f"Account {TARGET} should have 'AWSCloudFormationStackSetExecution")


# Imports


@pytest.fixture
def retained(site: World) -> str:
    """The stack that an instance had, which is in no stack set any more."""
    stack_id = site.instances()[TARGET, EAST]["StackId"]
    delete(site, site.units["Apps"], retain=True)
    return stack_id


def test_an_imported_stack_belongs_to_the_unit_that_the_request_names(site, retained):
    units = [site.units["Other"], site.units["Apps"]]
    answer = site.stack_sets().import_stacks_to_stack_set(
        StackSetName="site", StackIds=[retained], OrganizationalUnitIds=units
    )
    assert finish(site, answer)["Status"] == "SUCCEEDED"
    assert site.instances()[TARGET, EAST]["OrganizationalUnitId"] == site.units["Apps"]
    assert targets_of(site) == {site.units["Apps"]: [EAST]}


def test_a_stack_outside_the_named_units_is_not_imported(site, retained):
    with refusal(f"Account {TARGET} is in none of the OrganizationalUnitIds"):
        site.stack_sets().import_stacks_to_stack_set(
            StackSetName="site",
            StackIds=[retained],
            OrganizationalUnitIds=[site.units["Other"]],
        )


def test_a_self_managed_stack_set_imports_into_no_unit(site, retained):
    client = site.stack_sets()
    client.create_stack_set(StackSetName="mine", TemplateBody=template())
    with refusal("SELF_MANAGED permission model can only have accounts as target"):
        client.import_stacks_to_stack_set(
            StackSetName="mine", StackIds=[retained], OrganizationalUnitIds=[site.root]
        )
