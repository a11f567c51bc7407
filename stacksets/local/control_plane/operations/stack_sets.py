"""CreateStackSet, DescribeStackSet, ListStackSets, DeleteStackSet."""

from __future__ import annotations

import re
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from stacksets.local.control_plane.drift import show_stack_set
from stacksets.local.control_plane.errors import (
    created_but_modified,
    name_already_exists,
    operation_in_progress,
    stack_set_not_empty,
    stack_set_not_found,
    validation_error,
)
from stacksets.local.control_plane.model import StackSet, StackSetStatus
from stacksets.local.control_plane.operations.accept import fingerprint
from stacksets.local.control_plane.operations.context import refuse_what_is_not_emulated
from stacksets.local.control_plane.operations.definitions import new_definition
from stacksets.local.control_plane.operations.sources import with_template
from stacksets.local.control_plane.paging import cut_page
from stacksets.local.control_plane.store import Record
from stacksets.local.control_plane.templates import mask_secrets, parse_template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacksets.local.control_plane.operations.context import Context

NAME = re.compile("[a-zA-Z][-a-zA-Z0-9]{0,127}")


def create_stack_set(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Make a stack set, without instances and so without an operation."""
    refuse_what_is_not_emulated(params)
    name = params["StackSetName"]
    if not NAME.fullmatch(name):
        raise validation_error(
            f"1 validation error detected: Value '{name}' at 'stackSetName' failed to satisfy "
            "constraint: Member must satisfy regular expression pattern: "
            "[a-zA-Z][-a-zA-Z0-9]{0,127}"
        )
    asked = with_template(context, params)
    replayed = _find_replayed(context, params, asked)
    if replayed is not None:
        return {"StackSetId": replayed}
    if context.store.find(context.account, context.region, name) is not None:
        raise name_already_exists(name)
    stack_set = StackSet(
        id=f"{name}:{uuid.uuid4()}",
        name=name,
        account=context.account,
        region=context.region,
        status=StackSetStatus.ACTIVE,
        definition=new_definition(asked, context.account),
        managed_execution=bool(params.get("ManagedExecution", {}).get("Active")),
    )
    context.store.add(Record(stack_set))
    if "ClientRequestToken" in params:
        _remember_token(context, params, stack_set.id)
    return {"StackSetId": stack_set.id}


def _find_replayed(
    context: Context, params: Mapping[str, Any], wanted: Mapping[str, Any]
) -> str | None:
    """Give the stack set that this token has made, if it is still what the request describes.

    Raises:
        ApiError: `CreatedButModifiedException` when it is not.
    """
    token = (context.account, context.region, params.get("ClientRequestToken", ""))
    asked, stack_set_id = context.store.tokens.get(token, ("", ""))
    record = context.store.find(context.account, context.region, stack_set_id)
    if record is None or record.stack_set.status is StackSetStatus.DELETED:
        return None
    same = asked == fingerprint(context.action, params)
    if not same or record.stack_set.definition != new_definition(wanted, context.account):
        raise created_but_modified(record.stack_set.name)
    return stack_set_id


def _remember_token(context: Context, params: Mapping[str, Any], stack_set_id: str) -> None:
    token = (context.account, context.region, params["ClientRequestToken"])
    context.store.tokens[token] = (fingerprint(context.action, params), stack_set_id)


def describe_stack_set(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Show a stack set; a deleted one only by its id."""
    refuse_what_is_not_emulated(params)
    name = params["StackSetName"]
    record = context.store.find(context.account, context.region, name)
    if record is None:
        raise stack_set_not_found(name)
    stack_set, definition = record.stack_set, record.stack_set.definition
    shown = mask_secrets(parse_template(definition.template), definition.parameters)
    regions = dict.fromkeys(row.key.region for row in record.instances.values())
    return {
        "StackSet": {
            **_summary(stack_set),
            "TemplateBody": definition.template,
            "Parameters": [
                {"ParameterKey": key, "ParameterValue": value} for key, value in shown.items()
            ],
            "Capabilities": definition.capabilities,
            "Tags": [{"Key": key, "Value": value} for key, value in definition.tags],
            "StackSetARN": stack_set.arn,
            "AdministrationRoleARN": definition.administration_role_arn,
            "ExecutionRoleName": definition.execution_role_name,
            "OrganizationalUnitIds": (),
            "Regions": list(regions),
            "StackSetDriftDetectionDetails": show_stack_set(record),
        }
    }


def list_stack_sets(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Show the stack sets of the caller's account and Region, deleted ones too."""
    refuse_what_is_not_emulated(params)
    wanted = params.get("Status")
    records = context.store.list_records(context.account, context.region)
    matching = [record for record in records if wanted in {None, record.stack_set.status}]
    page, token = cut_page(matching, params)
    summaries = [_listed(record) for record in page]
    return {"Summaries": summaries, "NextToken": token}


def _listed(record: Record) -> dict[str, Any]:
    """Give the summary of a stack set with its drift."""
    drift = show_stack_set(record)
    shown = {name: drift.get(name) for name in ("DriftStatus", "LastDriftCheckTimestamp")}
    return {**_summary(record.stack_set), **shown}


def _summary(stack_set: StackSet) -> dict[str, Any]:
    """Give what descriptions and summaries have in common."""
    return {
        "StackSetName": stack_set.name,
        "StackSetId": stack_set.id,
        "Description": stack_set.definition.description,
        "Status": stack_set.status,
        "PermissionModel": "SELF_MANAGED",
        "ManagedExecution": {"Active": stack_set.managed_execution},
    }


def delete_stack_set(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Delete a stack set without instances; one that is not there counts as deleted."""
    refuse_what_is_not_emulated(params)
    record = context.store.find(context.account, context.region, params["StackSetName"])
    if record is None or record.stack_set.status is StackSetStatus.DELETED:
        return {}
    unfinished = record.find_unfinished()
    if unfinished is not None:
        raise operation_in_progress(record.stack_set.arn, unfinished.id)
    if record.instances.values():
        raise stack_set_not_empty()
    record.stack_set = replace(record.stack_set, status=StackSetStatus.DELETED)
    return {}
