"""The definition that a CreateStackSet or UpdateStackSet request asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stacksets.local.control_plane.capabilities import check_capabilities
from stacksets.local.control_plane.errors import validation_error
from stacksets.local.control_plane.model import (
    ADMINISTRATION_ROLE,
    EXECUTION_ROLE,
    Definition,
)
from stacksets.local.control_plane.operations.sources import EXACTLY_ONE
from stacksets.local.control_plane.templates import parse_template, resolve_parameters

if TYPE_CHECKING:
    from collections.abc import Mapping

Tags = tuple[tuple[str, str], ...]


def new_definition(params: Mapping[str, Any], account: str) -> Definition:
    """Give the definition of a new stack set.

    Raises:
        ApiError: `ValidationError` for the template or its parameters,
            `InsufficientCapabilitiesException`.
    """
    if "TemplateBody" not in params:
        raise validation_error("Either TemplateBody or TemplateURL must be specified")
    return _make(
        params,
        account,
        template=params["TemplateBody"],
        previous_parameters={},
        tags=_tags(params) or (),
        description=params.get("Description"),
    )


def changed_definition(params: Mapping[str, Any], account: str, previous: Definition) -> Definition:
    """Give the definition after an UpdateStackSet (API reference, UpdateStackSet).

    Tags and description that are not sent stay; parameters that are not sent take the template's
    defaults; capabilities are not inherited; roles that are not sent are the default ones again
    (for the execution role the reference says both that and "the previous one").

    Raises:
        ApiError: as `new_definition`.
    """
    keeps = bool(params.get("UsePreviousTemplate"))
    if keeps == ("TemplateBody" in params):
        raise validation_error(EXACTLY_ONE)
    tags = _tags(params)
    return _make(
        params,
        account,
        template=previous.template if keeps else params["TemplateBody"],
        previous_parameters=previous.parameters,
        tags=previous.tags if tags is None else tags,
        description=params.get("Description", previous.description),
    )


def _make(
    params: Mapping[str, Any],
    account: str,
    *,
    template: str,
    previous_parameters: Mapping[str, str],
    tags: Tags,
    description: str | None,
) -> Definition:
    capabilities = tuple(params.get("Capabilities", ()))
    parsed = parse_template(template)
    parameters = resolve_parameters(parsed, params.get("Parameters", ()), previous_parameters)
    check_capabilities(parsed, capabilities)
    default_role = f"arn:aws:iam::{account}:role/{ADMINISTRATION_ROLE}"
    return Definition(
        template=template,
        parameters=parameters,
        capabilities=capabilities,
        tags=tags,
        description=description,
        administration_role_arn=params.get("AdministrationRoleARN", default_role),
        execution_role_name=params.get("ExecutionRoleName", EXECUTION_ROLE),
    )


def _tags(params: Mapping[str, Any]) -> Tags | None:
    """Give the tags of a request, None when it says nothing of them."""
    if "Tags" not in params:
        return None
    return tuple((tag["Key"], tag["Value"]) for tag in params["Tags"])
