"""A template's text, JSON or YAML with CloudFormation's short forms, as plain data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache

import cfn_tools
import yaml

from stacksets.errors import TemplateError

# What PyYAML and cfn-flip let through where a tag and its value do not agree (`!!int ""`, `!Ref`).
_ODD_YAML = (AttributeError, IndexError, TypeError)


@lru_cache(maxsize=8)
def parse_template(body: str) -> Mapping[str, object]:
    """Parse a template; short forms such as `!Ref` become their long ones.

    Raises:
        TemplateError: the text is neither JSON nor YAML, or is no mapping.
    """
    language = "JSON" if body.lstrip().startswith("{") else "YAML"
    try:
        content = json.loads(body) if language == "JSON" else _load_yaml(body)
    except (*_ODD_YAML, ValueError, yaml.YAMLError, RecursionError) as error:
        raise TemplateError(
            f"the template is not valid {language}: {_reason(error)}", hint="check it with cfn-lint"
        ) from error
    if not isinstance(content, Mapping):
        raise TemplateError(
            "the template is not a mapping of sections", hint="it needs at least Resources"
        )
    return content


def _reason(error: Exception) -> str:
    """Say on one line what is wrong and where; PyYAML draws a picture of many."""
    match error:
        case yaml.MarkedYAMLError(problem_mark=yaml.Mark() as mark):
            said = ", ".join(text for text in (error.context, error.problem) if text)
            return f"{said}: line {mark.line + 1} column {mark.column + 1}"
        case TypeError() if "unhashable" in str(error):
            return "a mapping or a list stands where a name is expected"
        case _:
            return " ".join(str(error).split())


def _load_yaml(body: str) -> object:
    """Read YAML as the JSON that it stands for: a date is text, as CloudFormation takes it."""
    return json.loads(json.dumps(cfn_tools.load_yaml(body), default=str))
