"""UpdateStackSet: a new definition, and an operation over all stack instances or some."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from stacksets.local.control_plane.errors import invalid_operation, validation_error
from stacksets.local.control_plane.model import (
    Change,
    OperationAction,
    PermissionModel,
    StackSet,
)
from stacksets.local.control_plane.operations.accept import accept
from stacksets.local.control_plane.operations.definitions import changed_definition
from stacksets.local.control_plane.operations.listed_accounts import read_once
from stacksets.local.control_plane.operations.permission_models import (
    check_model,
    check_template,
    read_auto_deployment,
    read_model,
    with_roles,
)
from stacksets.local.control_plane.operations.selection import select_present, set_suspended_apart
from stacksets.local.control_plane.operations.sources import check_source, with_template
from stacksets.local.control_plane.operations.targets import deploy, names_targets, operable
from stacksets.local.control_plane.rows import outdate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from stacksets.local.control_plane.model import StackInstance
    from stacksets.local.control_plane.operations.context import Context
    from stacksets.local.control_plane.store import Record


def update_stack_set(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Replace the definition and update the targeted instances, every one when none is named.

    The definition stays replaced even if the operation fails. An update that changes nothing still
    goes over every instance, whose stack then has "No updates are to be performed.".
    """
    check_source(params)
    read_targets = read_once(context, params)
    read = functools.cache(lambda: with_template(context, read_targets()))

    def prepare(record: Record, operation_id: str) -> Change:
        everything = record.instances.values()
        named = everything
        if names_targets(params):
            named = select_present(context, record, read_targets())
        return _prepare(context, record, operation_id, read(), named)

    return accept(context, params, OperationAction.UPDATE, prepare)


def _prepare(
    context: Context,
    record: Record,
    operation_id: str,
    params: Mapping[str, Any],
    named: Sequence[StackInstance],
) -> Change:
    """Compute the new definition and every row that it outdates, targeted or not."""
    everything = record.instances.values()
    stack_set = _changed(context, record, operation_id, params)
    outdates = _outdates_all(params)
    targeted, skipped = set_suspended_apart(
        context,
        record,
        [outdate(row) if outdates else row for row in operable(named)],
        operation_id,
    )
    deployed = [deploy(stack_set, row, operation_id) for row in targeted]
    outdated = [outdate(row) for row in everything] if outdates else []
    rows = {row.key: row for row in [*outdated, *skipped, *(row for row, _ in deployed)]}
    tasks = tuple(task for _, task in deployed)
    return Change(stack_set=stack_set, instances=tuple(rows.values()), tasks=tasks)


def _outdates_all(params: Mapping[str, Any]) -> bool:
    """Tell whether all instances become OUTDATED: with a template or parameters, so AWS says.

    Other changes leave instances that are not targeted CURRENT, although they lack them.
    """
    return "TemplateBody" in params or "Parameters" in params


def _changed(
    context: Context, record: Record, operation_id: str, params: Mapping[str, Any]
) -> StackSet:
    """Give the stack set as it will be.

    Raises:
        ApiError: `InvalidOperationException` when managed execution would change while operations
            run or wait, `ValidationError` for what the permission model forbids.
    """
    present = record.stack_set
    model = _read_model(context, record, params)
    managed = params.get("ManagedExecution", {}).get("Active", present.managed_execution)
    unfinished = record.find_unfinished()
    if managed != present.managed_execution and unfinished and unfinished.id != operation_id:
        raise invalid_operation(
            "ManagedExecution cannot be changed while operations are running or queued"
        )
    definition = changed_definition(params, present.account, present.definition)
    return replace(
        present,
        definition=with_roles(definition, model, present.account),
        managed_execution=managed,
        permission_model=model,
        auto_deployment=read_auto_deployment(params, model, present.auto_deployment),
    )


def _read_model(context: Context, record: Record, params: Mapping[str, Any]) -> PermissionModel:
    """Give the permission model as it will be.

    Raises:
        ApiError: `ValidationError` for one that would change under stack instances, and for what it
            forbids.
    """
    present = record.stack_set
    model = read_model(params, present.permission_model)
    if model is not present.permission_model and record.instances.values():
        raise validation_error("PermissionModel cannot be changed while there are stack instances")
    if "AutoDeployment" in params and names_targets(params):
        raise validation_error("Specify either AutoDeployment or DeploymentTargets and Regions")
    check_model(context, params, model)
    check_template(params.get("TemplateBody", present.definition.template), model)
    return model
