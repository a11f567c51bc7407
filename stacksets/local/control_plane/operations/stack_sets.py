"""CreateStackSet, DescribeStackSet, ListStackSets, DeleteStackSet."""

from __future__ import annotations

import re
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from stacksets.local.control_plane.drift import show_stack_set
from stacksets.local.control_plane.errors import (
    created_but_modified,
    limit_exceeded,
    name_already_exists,
    operation_in_progress,
    stack_set_not_empty,
    stack_set_not_found,
    validation_error,
)
from stacksets.local.control_plane.model import PermissionModel, StackSet, StackSetStatus
from stacksets.local.control_plane.operations.accept import fingerprint
from stacksets.local.control_plane.operations.definitions import new_definition
from stacksets.local.control_plane.operations.permission_models import (
    check_model,
    check_template,
    read_auto_deployment,
    read_model,
    show_model,
    show_roles,
    with_roles,
)
from stacksets.local.control_plane.operations.sources import check_source, with_template
from stacksets.local.control_plane.operations.units import list_units
from stacksets.local.control_plane.paging import cut_page
from stacksets.local.control_plane.store import Record
from stacksets.local.control_plane.templates import mask_secrets, parse_template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacksets.local.control_plane.operations.context import Context

NAME = re.compile("[a-zA-Z][-a-zA-Z0-9]{0,127}")
MOST_STACK_SETS = 1_000


def create_stack_set(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Make a stack set, without instances and so without an operation."""
    name = params["StackSetName"]
    if not NAME.fullmatch(name):
        raise validation_error(
            f"1 validation error detected: Value '{name}' at 'stackSetName' failed to satisfy "
            "constraint: Member must satisfy regular expression pattern: "
            "[a-zA-Z][-a-zA-Z0-9]{0,127}"
        )
    check_source(params)
    replayed = _find_replayed(context, params)
    if replayed is not None:
        return {"StackSetId": replayed}
    _check_that_there_is_room(context, name)
    made = _make(context, name, with_template(context, params))
    context.store.add(Record(made))
    if "ClientRequestToken" in params:
        context.store.tokens[_token(context, params)] = (fingerprint(context.action, params), made)
    return {"StackSetId": made.id}


def _check_that_there_is_room(context: Context, name: str) -> None:
    """Refuse a name that is taken, and one stack set too many for the account.

    Raises:
        ApiError: `NameAlreadyExistsException`, `LimitExceededException`.
    """
    if context.store.find(context.account, context.region, name) is not None:
        raise name_already_exists(name)
    records = context.store.list_records_of(context.account)
    active = sum(record.stack_set.status is StackSetStatus.ACTIVE for record in records)
    if active >= MOST_STACK_SETS:
        raise limit_exceeded(f"An account can have up to {MOST_STACK_SETS} stack sets")


def _make(context: Context, name: str, params: Mapping[str, Any]) -> StackSet:
    """Give the stack set that a request describes.

    Raises:
        ApiError: whatever its permission model or its definition forbids.
    """
    model = read_model(params, PermissionModel.SELF_MANAGED)
    check_model(context, params, model)
    check_template(params.get("TemplateBody"), model)
    definition = new_definition(params, context.account)
    return StackSet(
        id=f"{name}:{uuid.uuid4()}",
        name=name,
        account=context.account,
        region=context.region,
        status=StackSetStatus.ACTIVE,
        definition=with_roles(definition, model, context.account),
        managed_execution=bool(params.get("ManagedExecution", {}).get("Active")),
        permission_model=model,
        auto_deployment=read_auto_deployment(params, model, None),
    )


def _find_replayed(context: Context, params: Mapping[str, Any]) -> str | None:
    """Give the stack set that this token has made, if it is still what the request describes.

    A template by its URL is not read again: the same address is the same request.

    Raises:
        ApiError: `CreatedButModifiedException` when it is not.
    """
    remembered = context.store.tokens.get(_token(context, params))
    if remembered is None:
        return None
    asked, made = remembered
    record = context.store.find(context.account, context.region, made.id)
    if record is None or record.stack_set.status is StackSetStatus.DELETED:
        return None
    same = asked == fingerprint(context.action, params)
    if not same or record.stack_set.definition != made.definition:
        raise created_but_modified(record.stack_set.name)
    return made.id


def _token(context: Context, params: Mapping[str, Any]) -> tuple[str, str, str]:
    return (context.account, context.region, params.get("ClientRequestToken", ""))


def describe_stack_set(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Show a stack set; a deleted one only by its id."""
    name = params["StackSetName"]
    record = context.find_record(name)
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
            **show_roles(stack_set),
            "OrganizationalUnitIds": list_units(stack_set, record.instances.values()),
            "Regions": list(regions),
            "StackSetDriftDetectionDetails": show_stack_set(record),
        }
    }


def list_stack_sets(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Show the stack sets of the caller's account and Region, deleted ones too."""
    wanted = params.get("Status")
    matching = [
        record for record in context.list_records() if wanted in {None, record.stack_set.status}
    ]
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
        **show_model(stack_set),
        "ManagedExecution": {"Active": stack_set.managed_execution},
    }


def delete_stack_set(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Delete a stack set without instances; one that is not there counts as deleted."""
    record = context.find_record(params["StackSetName"])
    if record is None or record.stack_set.status is StackSetStatus.DELETED:
        return {}
    unfinished = record.find_unfinished()
    if unfinished is not None:
        raise operation_in_progress(record.stack_set.arn, unfinished.id)
    if record.instances.values():
        raise stack_set_not_empty()
    record.stack_set = replace(record.stack_set, status=StackSetStatus.DELETED)
    return {}


def list_auto_deployment_targets(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Show the units that a stack set targets, each with its Regions."""
    targets = context.get_record(params).stack_set.targets
    page, token = cut_page(list(targets.items()), params)
    summaries = [{"OrganizationalUnitId": unit, "Regions": regions} for unit, regions in page]
    return {"Summaries": summaries, "NextToken": token}
