"""GetTemplateSummary of a stack set or of a body; of a stack or a URL, ministack answers it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from stacksets.local.control_plane.capabilities import explain_capabilities, required_capabilities
from stacksets.local.control_plane.errors import validation_error
from stacksets.local.control_plane.templates import (
    check_body,
    default_of,
    is_secret,
    parse_template,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacksets.local.control_plane.operations.context import Context

OTHERS = ("TemplateBody", "TemplateURL", "StackName")


def get_template_summary(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Show what a template declares and needs.

    Raises:
        ApiError: `ValidationError` when another template is named beside the stack set's, and for
            what is no template.
    """
    template = parse_template(_body(context, params))
    resources = template["Resources"].values()
    metadata = template.get("Metadata")
    return {
        "Parameters": [
            _declaration(name, declared)
            for name, declared in template.get("Parameters", {}).items()
        ],
        "Description": template.get("Description"),
        "Capabilities": list(required_capabilities(template)),
        "CapabilitiesReason": explain_capabilities(template),
        "ResourceTypes": list(dict.fromkeys(resource["Type"] for resource in resources)),
        "Version": template.get("AWSTemplateFormatVersion"),
        "Metadata": None if metadata is None else json.dumps(metadata),
        "DeclaredTransforms": _transforms(template),
    }


def _body(context: Context, params: Mapping[str, Any]) -> str:
    if "StackSetName" not in params:
        check_body(params["TemplateBody"])
        return str(params["TemplateBody"])
    beside = [name for name in OTHERS if name in params]
    if beside:
        raise validation_error(f"You cannot specify both {beside[0]} and StackSetName")
    return context.get_record(params).stack_set.definition.template


def _declaration(name: str, declared: Mapping[str, Any]) -> dict[str, Any]:
    allowed = [str(value) for value in declared.get("AllowedValues", ())]
    return {
        "ParameterKey": name,
        "DefaultValue": default_of(declared),
        "ParameterType": declared.get("Type"),
        "NoEcho": is_secret(declared),
        "Description": declared.get("Description"),
        "ParameterConstraints": {"AllowedValues": allowed} if allowed else {},
    }


def _transforms(template: Mapping[str, Any]) -> list[str]:
    transforms = template.get("Transform", [])
    return [transforms] if isinstance(transforms, str) else list(transforms)
