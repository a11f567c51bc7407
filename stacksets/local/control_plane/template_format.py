"""What CloudFormation refuses of a template's form before it makes anything of it.

Source: re:Post knowledge center, cloudformation-template-validation; user guide, template-anatomy,
parameters-section and intrinsic-function-reference. A key that stands twice is no error on AWS: the
last counts. What a transform makes of a template is not known here, so one that asks for any is
looked at from outside only, and so are types of resources and their properties in any case.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from stacksets.local.control_plane.template_references import conditions_of, references_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_VERSION: Final = "2010-09-09"
_SECTIONS: Final = frozenset(
    [
        "AWSTemplateFormatVersion",
        "Conditions",
        "Description",
        "Hooks",
        "Mappings",
        "Metadata",
        "Outputs",
        "Parameters",
        "Resources",
        "Rules",
        "Transform",
    ]
)
_OF_OBJECTS: Final = ("Parameters", "Mappings", "Resources", "Outputs")
_OF_PARAMETERS: Final = frozenset(
    [
        "AllowedPattern",
        "AllowedValues",
        "ConstraintDescription",
        "Default",
        "Description",
        "MaxLength",
        "MaxValue",
        "MinLength",
        "MinValue",
        "NoEcho",
        "Type",
    ]
)
_OF_RESOURCES: Final = frozenset(
    [
        "Condition",
        "CreationPolicy",
        "DeletionPolicy",
        "DependsOn",
        "Metadata",
        "Properties",
        "Type",
        "UpdatePolicy",
        "UpdateReplacePolicy",
        "Version",
    ]
)
_PARAMETER_TYPE: Final = re.compile(
    r"String|Number|CommaDelimitedList|List<(Number|String|AWS::[\w:]+)>|AWS::[\w:]+(<.+>)?"
)
_LOGICAL_ID: Final = re.compile(r"[a-zA-Z0-9]+")


def find_complaint(template: Mapping[str, Any]) -> str | None:
    """Give the first thing that is wrong with a template that has resources, as AWS says it."""
    if _needs_transform(template):
        return next(_wrong_sections(template), None)
    return next((one for rule in _RULES for one in rule(template)), None)


def _needs_transform(template: object) -> bool:
    """Tell whether a macro or an extension of the language has the last word."""
    if isinstance(template, Mapping):
        return any(
            key in {"Transform", "Fn::Transform"} or str(key).startswith("Fn::ForEach")
            for key in template
        ) or any(map(_needs_transform, template.values()))
    return isinstance(template, list) and any(map(_needs_transform, template))


def _wrong_sections(template: Mapping[str, Any]) -> Iterator[str]:
    for name in (*_OF_OBJECTS, "Conditions"):
        if not isinstance(template.get(name, {}), Mapping):
            yield f"Template format error: {name} must be an object."


def _wrong_keys(template: Mapping[str, Any]) -> Iterator[str]:
    unknown = [name for name in template if name not in _SECTIONS]
    if unknown:
        yield f"Invalid template property or properties [{', '.join(map(str, unknown))}]"
    # YAML reads it as a date where it has no quotes.
    if str(template.get("AWSTemplateFormatVersion", _VERSION)) != _VERSION:
        yield "Template format error: unsupported value for AWSTemplateFormatVersion."
    if not isinstance(template.get("Description", ""), str):
        yield "Template format error: 'Description' must be a string."


def _wrong_members(template: Mapping[str, Any]) -> Iterator[str]:
    for section in _OF_OBJECTS:
        for name, member in template.get(section, {}).items():
            if not isinstance(member, Mapping):
                yield f"Template format error: [/{section}/{name}] must be an object."
            if section != "Mappings" and not _LOGICAL_ID.fullmatch(str(name)):
                yield f"Template format error: {section[:-1]} name {name} is non alphanumeric."


def _wrong_parameters(template: Mapping[str, Any]) -> Iterator[str]:
    for name, declared in template.get("Parameters", {}).items():
        kind = declared.get("Type")
        if not isinstance(kind, str):
            yield "Template format error: Every Parameters object must contain a Type member."
        elif not _PARAMETER_TYPE.fullmatch(kind):
            yield f"Template format error: Unrecognized parameter type: {kind}"
        for key in declared:
            if key not in _OF_PARAMETERS:
                yield f"Invalid template parameter property '{key}'"
        allowed = declared.get("AllowedValues")
        if allowed is not None and not isinstance(allowed, list):
            yield f"Template format error: AllowedValues of parameter {name} must be a list."


def _wrong_resources(template: Mapping[str, Any]) -> Iterator[str]:
    for name, resource in template["Resources"].items():
        where = f"Template format error: [/Resources/{name}]"
        if not isinstance(resource.get("Type"), str):
            yield f"{where} Every Resources object must contain a Type member."
        for key in resource:
            if key not in _OF_RESOURCES:
                yield f"Invalid template resource property '{key}'"
        if not isinstance(resource.get("Properties") or {}, Mapping):
            yield f"{where}/Properties must be an object."


def _wrong_outputs(template: Mapping[str, Any]) -> Iterator[str]:
    for output in template.get("Outputs", {}).values():
        if output.get("Value") is None:
            yield "Template format error: Every Outputs member must contain a Value object"


def _wrong_references(template: Mapping[str, Any]) -> Iterator[str]:
    """Find what names neither a parameter nor a resource; a parameter has no attributes."""
    resources = frozenset(template["Resources"])
    known = resources | set(template.get("Parameters", {}))
    for section in ("Resources", "Outputs"):
        members = template.get(section, {}).values()
        found = [one for member in members for one in references_of(member)]
        missing = sorted({one.name for one in found if one.name not in known})
        if missing:
            yield (
                f"Template format error: Unresolved resource dependencies [{', '.join(missing)}] "
                f"in the {section} block of the template"
            )
        for one in found:
            if one.needs_resource and one.name not in resources:
                yield f"Template error: {one.by} references undefined resource {one.name}"


def _wrong_conditions(template: Mapping[str, Any]) -> Iterator[str]:
    known = template.get("Conditions", {})
    for section in ("Conditions", "Resources", "Outputs"):
        for member in template.get(section, {}).values():
            for name in conditions_of(member):
                if name not in known:
                    yield (
                        f"Template format error: Unresolved condition dependency {name} in the "
                        f"{section} block of the template"
                    )


_RULES: Final[tuple[Callable[[Mapping[str, Any]], Iterator[str]], ...]] = (
    _wrong_keys,
    _wrong_sections,
    _wrong_members,
    _wrong_parameters,
    _wrong_resources,
    _wrong_outputs,
    _wrong_references,
    _wrong_conditions,
)
"""In this order: what a rule relies on is made sure of by those before it."""
