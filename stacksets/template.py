"""A template's text, JSON or YAML with CloudFormation's short forms, as plain data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from itertools import chain
from typing import Final

import yaml
from cfn_tools.yaml_loader import CfnYamlLoader

from stacksets.errors import TemplateError

MOST_ALIASED: Final = 1_000_000
"""Characters that the aliases of a template may stand for: as many as AWS takes of a whole template
(CloudFormation user guide, "Quotas": 1 MB), where a few lines can mean more than a machine holds.
"""

# What PyYAML and cfn-flip let through where a tag and its value do not agree (`!!int ""`, `!Ref`).
_ODD_YAML = (AttributeError, IndexError, TypeError)


@lru_cache(maxsize=8)
def parse_template(body: str) -> Mapping[str, object]:
    """Parse a template; short forms such as `!Ref` become their long ones.

    Raises:
        TemplateError: the text is neither JSON nor YAML, is no mapping, or its aliases stand for
            more text than AWS takes.
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
    loader = CfnYamlLoader(body)
    root = loader.get_single_node()
    if root is None:
        return None
    _refuse_aliases(root)
    return json.loads(json.dumps(loader.construct_document(root), default=str))


def _refuse_aliases(root: yaml.Node) -> None:
    """Refuse aliases that stand for too much, before any of them is written out."""
    if _count_aliased(root) > MOST_ALIASED:
        raise TemplateError(
            f"the template's YAML aliases stand for more than {MOST_ALIASED:,} characters",
            hint="let fewer anchors hold aliases of others, or write out what is meant",
        )


def _count_aliased(root: yaml.Node) -> int:
    """Count the characters and nodes that a document has only once its aliases are written out."""
    own: dict[yaml.Node, int] = {}
    whole: dict[yaml.Node, int] = {}

    def count(node: yaml.Node) -> int:
        if node not in whole:
            own[node] = 1 + (len(node.value) if isinstance(node, yaml.ScalarNode) else 0)
            # What holds itself meets this 0; json, which cannot write it, refuses it.
            whole[node] = 0
            whole[node] = own[node] + sum(map(count, _children(node)))
        return whole[node]

    return count(root) - sum(own.values())


def _children(node: yaml.Node) -> tuple[yaml.Node, ...]:
    if isinstance(node, yaml.MappingNode):
        return tuple(chain.from_iterable(node.value))
    return tuple(node.value) if isinstance(node, yaml.SequenceNode) else ()
