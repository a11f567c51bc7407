"""DescribeStackInstance, ListStackInstances."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stacksets.local.control_plane.drift import show_drift, status_of
from stacksets.local.control_plane.errors import instance_not_found
from stacksets.local.control_plane.model import InstanceKey
from stacksets.local.control_plane.operations.filters import matches
from stacksets.local.control_plane.paging import cut_page
from stacksets.local.control_plane.templates import mask_secrets, parse_template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacksets.local.control_plane.model import StackInstance, StackSet
    from stacksets.local.control_plane.operations.context import Context


def describe_stack_instance(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Show one stack instance; the only place that shows its parameter overrides."""
    record = context.get_record(params)
    key = InstanceKey(params["StackInstanceAccount"], params["StackInstanceRegion"])
    row = record.instances.find(key)
    if row is None:
        raise instance_not_found(*key)
    shown: Mapping[str, str] = row.overrides
    if context.settings.masks_overrides:
        shown = mask_secrets(parse_template(record.stack_set.definition.template), shown)
    overrides = [{"ParameterKey": name, "ParameterValue": value} for name, value in shown.items()]
    return {"StackInstance": {**_summary(record.stack_set, row), "ParameterOverrides": overrides}}


def list_stack_instances(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Show the stack instances that match every filter; AWS leaves open how late this list is."""
    record = context.get_record(params)
    rows = record.instances.values_at(context.as_lists_see_it)
    page, token = cut_page([row for row in rows if _matches(row, params)], params)
    return {"Summaries": [_summary(record.stack_set, row) for row in page], "NextToken": token}


def _matches(row: StackInstance, params: Mapping[str, Any]) -> bool:
    shown = {
        "DETAILED_STATUS": row.detailed_status,
        "LAST_OPERATION_ID": row.last_operation_id,
        "DRIFT_STATUS": status_of(row),
    }
    return (
        matches(params, shown)
        and params.get("StackInstanceAccount") in {None, row.key.account}
        and params.get("StackInstanceRegion") in {None, row.key.region}
    )


def _summary(stack_set: StackSet, row: StackInstance) -> dict[str, Any]:
    return {
        "StackSetId": stack_set.id,
        "Region": row.key.region,
        "Account": row.key.account,
        "StackId": row.stack_id,
        "Status": row.status,
        "StatusReason": row.reason,
        "StackInstanceStatus": {"DetailedStatus": row.detailed_status},
        **show_drift(row),
        "LastOperationId": row.last_operation_id,
        "OrganizationalUnitId": row.unit,
    }
