"""The template of a stack set: what it must be, and what its parameters come to."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any

import cfn_tools
import yaml

from stacksets.local.control_plane.errors import validation_error
from stacksets.local.control_plane.template_format import find_complaint

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAXIMUM_BODY_BYTES = 51_200
LONGEST_DESCRIPTION = 1024
MOST = {"Mappings": 200, "Outputs": 200, "Parameters": 200, "Resources": 500}
"""How much a template may declare (CloudFormation user guide, "quotas")."""
MASK = "****"


def check_body(body: str) -> None:
    """Refuse a template that is too long to stand in a request.

    Raises:
        ApiError: `ValidationError`.
    """
    if len(body.encode()) > MAXIMUM_BODY_BYTES:
        raise validation_error(
            "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: "
            f"Member must have length less than or equal to {MAXIMUM_BODY_BYTES}"
        )


@functools.lru_cache(maxsize=64)
def parse_template(body: str) -> Mapping[str, Any]:
    """Give a JSON or YAML template as data, which nobody may change: it is read once.

    Raises:
        ApiError: `ValidationError` for what does not parse, has no resources, is not of a
            template's form or exceeds a quota.
    """
    template = _load(body)
    if not isinstance(template, dict):
        raise validation_error("Template format error: unsupported structure.")
    if not template.get("Resources"):
        raise validation_error(
            "Template format error: At least one Resources member must be defined."
        )
    complaint = find_complaint(template)
    if complaint:
        raise validation_error(complaint)
    _check_quotas(template)
    return template


def _check_quotas(template: Mapping[str, Any]) -> None:
    for section, most in MOST.items():
        count = len(template.get(section) or ())
        if count > most:
            raise validation_error(
                f"Template format error: Number of {section.lower()}, {count}, is greater than "
                f"maximum allowed, {most}"
            )
    if len(str(template.get("Description", "")).encode()) > LONGEST_DESCRIPTION:
        raise validation_error(
            "Template format error: 'Description' length is greater than "
            f"{LONGEST_DESCRIPTION} bytes."
        )


def _load(body: str) -> object:
    """Read JSON, and as YAML what does not begin as JSON does."""
    try:
        if body.lstrip().startswith("{"):
            return json.loads(body)
        return cfn_tools.load_yaml(body)
    except json.JSONDecodeError as error:
        where = f"(line {error.lineno}, column {error.colno})"
        raise validation_error(f"Template format error: JSON not well-formed. {where}") from error
    except yaml.YAMLError as error:
        raise validation_error("Template format error: YAML not well-formed.") from error


def resolve_parameters(
    template: Mapping[str, Any],
    given: Sequence[Mapping[str, Any]],
    previous: Mapping[str, str],
) -> dict[str, str]:
    """Give the value of every declared parameter.

    What is not given takes the template's default, never the previous value, unless the request
    says UsePreviousValue (API reference, Parameter).

    Raises:
        ApiError: `ValidationError` for unknown parameters and for those without a value.
    """
    declared = template.get("Parameters", {})
    chosen = choose_values(template, given, previous)
    values = {
        name: chosen.get(name, default_of(declaration)) for name, declaration in declared.items()
    }
    missing = [name for name, value in values.items() if value is None]
    if missing:
        raise validation_error(f"Parameters: [{', '.join(missing)}] must have values")
    return {name: value for name, value in values.items() if value is not None}


def choose_values(
    template: Mapping[str, Any],
    given: Sequence[Mapping[str, Any]],
    previous: Mapping[str, str],
) -> dict[str, str]:
    """Give the values that a request chooses, by name: its own, or the previous ones that it keeps.

    Raises:
        ApiError: `ValidationError` for parameters that the template does not declare, and for
            UsePreviousValue beside a value or without a previous one.
    """
    declared = template.get("Parameters", {})
    unknown = [item["ParameterKey"] for item in given if item["ParameterKey"] not in declared]
    if unknown:
        raise validation_error(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    chosen = {item["ParameterKey"]: _chosen(item, previous) for item in given}
    return {name: value for name, value in chosen.items() if value is not None}


def _chosen(item: Mapping[str, Any], previous: Mapping[str, str]) -> str | None:
    name, value = item["ParameterKey"], item.get("ParameterValue")
    if not item.get("UsePreviousValue"):
        return value
    if value is not None:
        raise validation_error(
            f"Invalid input for parameter key {name}. Cannot specify usePreviousValue as true and "
            "non empty value for a parameter"
        )
    if name not in previous:
        raise validation_error(
            f"Invalid input for parameter key {name}. Cannot specify usePreviousValue as true for "
            "a parameter key not in the previous template"
        )
    return previous[name]


def default_of(declaration: Mapping[str, Any]) -> str | None:
    """Give a parameter's default as CloudFormation reads it, a string, or None without one."""
    default = declaration.get("Default")
    if isinstance(default, bool):
        return str(default).lower()
    return None if default is None else str(default)


def mask_secrets(template: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, str]:
    """Give the values as AWS shows them: those of NoEcho parameters masked."""
    declared = template.get("Parameters", {})
    return {
        name: MASK if is_secret(declared.get(name, {})) else value for name, value in values.items()
    }


def is_secret(declaration: Mapping[str, Any]) -> bool:
    """Tell whether a parameter's value is never shown."""
    return str(declaration.get("NoEcho", False)).lower() == "true"
