"""The values of a template's parameters in the shapes that `Ref` gives them.

Source: CloudFormation user guide, "Parameters" (types, defaults; the entries of a
CommaDelimitedList are trimmed).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from stacksets.errors import TemplateError

_LIST_TYPES: Final = ("CommaDelimitedList", "List<")
_NUMBER_TYPES: Final = frozenset({"Number", "List<Number>"})
_NUMBER: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")


def parameter_values(declared: Mapping[str, object], given: Mapping[str, str]) -> dict[str, object]:
    """Value every declared parameter, from what is given or else its default.

    Parameters kept in SSM are left out: only a deployment reads them.

    Args:
        declared: The template's Parameters section.
        given: Values as CloudFormation takes them.

    Raises:
        TemplateError: A given parameter is not declared, or one has neither value nor default.
    """
    unknown = sorted(set(given) - set(declared))
    if unknown:
        raise TemplateError(
            f"the template has no parameter {', '.join(unknown)}",
            hint=f"its parameters are: {', '.join(declared) or 'none'}",
        )
    declarations = {name: _declaration(name, each) for name, each in declared.items()}
    values = {name: given.get(name, each.get("Default")) for name, each in declarations.items()}
    missing = [name for name, value in values.items() if value is None]
    if missing:
        raise TemplateError(
            f"parameter {', '.join(missing)} has neither a value nor a default",
            hint="give a value under [stack_set.parameters]",
        )
    kinds = {name: str(each.get("Type", "String")) for name, each in declarations.items()}
    return {
        name: _typed(kinds[name], value)
        for name, value in values.items()
        if not kinds[name].startswith("AWS::SSM::")
    }


def declared_parameters(content: Mapping[str, object]) -> dict[str, Mapping[str, object]]:
    """Give the template's own parameters by name."""
    parameters = content.get("Parameters")
    if not isinstance(parameters, Mapping):
        return {}
    return {name: spec for name, spec in parameters.items() if isinstance(spec, Mapping)}


def default_parameters(content: Mapping[str, object]) -> dict[str, str]:
    """Give the defaults of the template's parameters as CloudFormation spells them."""
    found = {
        name: as_text(spec.get("Default")) for name, spec in declared_parameters(content).items()
    }
    return {name: value for name, value in found.items() if value is not None}


def no_echo_parameters(*contents: Mapping[str, object]) -> frozenset[str]:
    """Give the names of the parameters whose values AWS masks in any of the templates."""
    return frozenset(
        name
        for content in contents
        for name, spec in declared_parameters(content).items()
        if str(spec.get("NoEcho")).lower() == "true"
    )


def as_text(value: object) -> str | None:
    """Spell a scalar as CloudFormation does; None for what is no scalar, hence not known."""
    match value:
        case bool():
            return str(value).lower()
        case str() | int() | float():
            return str(value)
        case _:
            return None


def _declaration(name: str, declaration: object) -> Mapping[str, object]:
    if isinstance(declaration, Mapping):
        return declaration
    raise TemplateError(f"Parameters: {name} is no map", hint="give it a Type")


def _typed(kind: str, value: object) -> object:
    item = _number if kind in _NUMBER_TYPES else str
    text = as_text(value) or ""
    if kind.startswith(_LIST_TYPES):
        return [item(entry.strip()) for entry in text.split(",")]
    return item(text)


def _number(text: str) -> object:
    """Turn text into a number where nothing of its spelling is lost, else leave it."""
    if not _NUMBER.fullmatch(text):
        return text
    number = float(text) if "." in text else int(text)
    return number if str(number) == text else text
