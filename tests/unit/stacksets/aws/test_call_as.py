"""A delegated administrator says so on every single call, or AWS looks in the wrong account."""

from __future__ import annotations

import inspect
from contextlib import suppress
from dataclasses import replace
from unittest.mock import MagicMock

import pytest

from stacksets.aws.clients import Clients
from stacksets.aws.failures import Origin
from stacksets.aws.stack_sets import BotoStackSets
from stacksets.errors import ServiceError
from stacksets.model.desired import (
    AccountFilter,
    AccountId,
    AutoDeployment,
    CallAs,
    InstanceKey,
    OperationId,
    OperationPreferences,
    OrganizationalUnitId,
    PermissionModel,
    Region,
)
from stacksets.model.plan import Rectangle
from tests.unit.stacksets.aws.test_stack_sets import DEFINITION

KEY = InstanceKey(AccountId("111111111111"), Region("us-east-1"))
UNIT = OrganizationalUnitId("ou-ab12-11111111")
WHERE = Rectangle(accounts=(), regions=(KEY.region,), organizational_units=(UNIT,))
ID = OperationId("stacksets-deploy-1")
PREFERENCES = OperationPreferences()
ARGUMENTS = {
    "body": "{}",
    "capabilities": ("CAPABILITY_IAM",),
    "definition": DEFINITION,
    "key": KEY,
    "name": "svc",
    "operation_id": ID,
    "organizational_units": (UNIT,),
    "overrides": {},
    "parameters": ("Suffix",),
    "preferences": PREFERENCES,
    "retain_stacks": False,
    "stack_ids": ("arn",),
    "token": "token",
    "where": WHERE,
}
METHODS = sorted(
    name
    for name, one in inspect.getmembers(BotoStackSets, inspect.isfunction)
    if not name.startswith("_")
)


def said(name, call_as):
    """Give what boto is told when a method is called."""
    clients = MagicMock(spec=Clients)
    clients.origin = Origin(region="us-west-2", region_is_known=True, profile=None)
    client = clients.cloudformation = MagicMock()
    client.list_stack_instance_resource_drifts.return_value = {"Summaries": []}
    client.list_stack_set_auto_deployment_targets.return_value = {"Summaries": []}
    method = getattr(BotoStackSets(clients, call_as), name)
    needed = [
        one.name
        for one in inspect.signature(method).parameters.values()
        if one.default is inspect.Parameter.empty
    ]
    # A mock is no answer; what was asked is what counts.
    with suppress(TypeError, ValueError, ServiceError):
        method(**{one: ARGUMENTS[one] for one in needed})
    calls = [one for one in client.mock_calls if one.kwargs]
    assert calls, f"{name} asks nothing"
    return calls[0].kwargs


@pytest.mark.parametrize("name", METHODS)
def test_every_method_says_so(name):
    assert said(name, CallAs.DELEGATED_ADMIN)["CallAs"] == "DELEGATED_ADMIN"


@pytest.mark.parametrize("name", METHODS)
def test_nobody_else_says_anything(name):
    assert "CallAs" not in said(name, CallAs.SELF)


@pytest.mark.parametrize(
    ("where", "targets"),
    [
        (WHERE, {"OrganizationalUnitIds": [UNIT]}),
        (
            replace(WHERE, account_filter=AccountFilter.INTERSECTION, accounts=(KEY.account,)),
            {
                "OrganizationalUnitIds": [UNIT],
                "AccountFilterType": "INTERSECTION",
                "Accounts": [KEY.account],
            },
        ),
    ],
)
def test_units_are_deployment_targets_with_a_filter_where_there_is_one(
    cloudformation, clients, where, targets
):
    cloudformation.add_response(
        "delete_stack_instances",
        {"OperationId": ID},
        {
            "StackSetName": "svc",
            "DeploymentTargets": targets,
            "Regions": [KEY.region],
            "RetainStacks": False,
            "OperationPreferences": {"RegionConcurrencyType": "SEQUENTIAL"},
            "OperationId": ID,
        },
    )
    BotoStackSets(clients).delete_instances("svc", where, PREFERENCES, ID, retain_stacks=False)


@pytest.mark.parametrize(
    ("wanted", "sent"),
    [
        (AutoDeployment(enabled=False), {"Enabled": False}),
        (
            AutoDeployment(enabled=True, retain_stacks_on_account_removal=True),
            {"Enabled": True, "RetainStacksOnAccountRemoval": True},
        ),
        (
            AutoDeployment(enabled=True, depends_on=("arn:first",)),
            {
                "Enabled": True,
                "RetainStacksOnAccountRemoval": False,
                "DependsOn": ["arn:first"],
            },
        ),
        (AutoDeployment(enabled=False, depends_on=("arn:first",)), {"Enabled": False}),
    ],
)
def test_auto_deployment_is_sent_without_targets(wanted, sent):
    clients = MagicMock(spec=Clients)
    clients.origin = Origin(region="us-west-2", region_is_known=True, profile=None)
    clients.cloudformation = MagicMock()
    definition = replace(
        DEFINITION, permission_model=PermissionModel.SERVICE_MANAGED, auto_deployment=wanted
    )
    BotoStackSets(clients).update_stack_set(definition, PREFERENCES, ID)
    request = clients.cloudformation.update_stack_set.call_args.kwargs
    assert request["AutoDeployment"] == sent
    assert not {"Accounts", "DeploymentTargets", "Regions"} & set(request)


def test_turning_auto_deployment_off_keeps_template_and_every_value(cloudformation, clients):
    cloudformation.add_response(
        "update_stack_set",
        {"OperationId": ID},
        {
            "StackSetName": "svc",
            "UsePreviousTemplate": True,
            "Parameters": [{"ParameterKey": "Secret", "UsePreviousValue": True}],
            "Capabilities": ["CAPABILITY_IAM"],
            "PermissionModel": "SERVICE_MANAGED",
            "AutoDeployment": {"Enabled": False},
            "OperationPreferences": {"RegionConcurrencyType": "SEQUENTIAL"},
            "OperationId": ID,
        },
    )
    BotoStackSets(clients).stop_auto_deployment(
        "svc", ("Secret",), ("CAPABILITY_IAM",), PREFERENCES, ID
    )


def test_what_aws_says_of_units_is_read(cloudformation, clients):
    cloudformation.add_response(
        "describe_stack_set",
        {
            "StackSet": {
                "StackSetName": "svc",
                "StackSetId": "svc:1",
                "PermissionModel": "SERVICE_MANAGED",
                "AutoDeployment": {
                    "Enabled": True,
                    "RetainStacksOnAccountRemoval": True,
                    "DependsOn": ["arn:first", "arn:second"],
                },
                "OrganizationalUnitIds": [UNIT],
            }
        },
        {"StackSetName": "svc"},
    )
    cloudformation.add_response(
        "list_stack_instances",
        {
            "Summaries": [
                {
                    "Account": KEY.account,
                    "Region": KEY.region,
                    "Status": "CURRENT",
                    "OrganizationalUnitId": UNIT,
                }
            ]
        },
        {"StackSetName": "svc", "MaxResults": 100},
    )
    stack_sets = BotoStackSets(clients)
    described = stack_sets.describe_stack_set("svc")
    assert described.auto_deployment == AutoDeployment(
        enabled=True,
        retain_stacks_on_account_removal=True,
        depends_on=("arn:first", "arn:second"),
    )
    assert described.organizational_unit_ids == (UNIT,)
    assert [one.organizational_unit_id for one in stack_sets.list_instances("svc")] == [UNIT]


def test_every_page_of_auto_deployment_targets_is_read(cloudformation, clients):
    row = {"OrganizationalUnitId": UNIT, "Regions": [KEY.region]}
    asked = {"StackSetName": "svc", "MaxResults": 100}
    cloudformation.add_response(
        "list_stack_set_auto_deployment_targets", {"Summaries": [row], "NextToken": "more"}, asked
    )
    cloudformation.add_response(
        "list_stack_set_auto_deployment_targets",
        {"Summaries": [row]},
        asked | {"NextToken": "more"},
    )
    found = BotoStackSets(clients).list_auto_deployment_targets("svc")
    assert [(one.organizational_unit_id, one.regions) for one in found] == [
        (UNIT, (KEY.region,))
    ] * 2
