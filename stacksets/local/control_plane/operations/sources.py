"""Where the template of a request lies: in its body, in S3, or in a stack that is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stacksets.local.control_plane.errors import validation_error
from stacksets.local.control_plane.templates import check_body, is_secret, parse_template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacksets.local.control_plane.operations.context import Context

SOURCES = ("TemplateBody", "TemplateURL", "StackId")
EXACTLY_ONE = "Exactly one of TemplateBody or TemplateUrl must be specified"


def check_source(params: Mapping[str, Any]) -> None:
    """Refuse what can be told of a request's template before it is read.

    Raises:
        ApiError: `ValidationError` for more than one template, and for a body of more than 51,200
            bytes.
    """
    named = [name for name in SOURCES if name in params]
    if len(named) > 1:
        raise validation_error(EXACTLY_ONE)
    if "TemplateBody" in params:
        check_body(params["TemplateBody"])


def with_template(context: Context, params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give the request as if its template stood in its body; as it is when it names none.

    Raises:
        ApiError: `ValidationError` for a template that cannot be read.
    """
    if "TemplateURL" in params:
        body = context.outside.read_template(context.caller, params["TemplateURL"])
        return {**params, "TemplateBody": body}
    if "StackId" in params:
        return {**params, **_read_stack(context, params)}
    return params


def _read_stack(context: Context, params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give the stack's template, and its values for the parameters that the request leaves out.

    That AWS takes over the values, too, is assumed.
    """
    found = context.outside.find_stack(params["StackId"])
    if found is None:
        raise validation_error(f"Stack with id {params['StackId']} does not exist")
    given = params.get("Parameters", [])
    named = {item["ParameterKey"] for item in given}
    declared = parse_template(found.template).get("Parameters", {})
    kept = [
        {"ParameterKey": name, "ParameterValue": value}
        for name, value in found.parameters.items()
        if name not in named and not is_secret(declared[name])
    ]
    return {"TemplateBody": found.template, "Parameters": [*given, *kept]}
