"""Which drifted properties hold a secret: both of their values are masked.

AWS masks what it knows to be one. A property that a NoEcho parameter went into, or a dynamic
reference to a secret, may still be shown as the service has it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stacksets.differences import MASK
from stacksets.parameter_values import default_parameters, no_echo_parameters
from stacksets.template import parse_template

if TYPE_CHECKING:
    from stacksets.model.desired import Deployment
    from stacksets.model.observed import PropertyDrift, ResourceDrift, StackSet

_SECRET_REFERENCE = re.compile(r"\{\{resolve:(?:secretsmanager|ssm-secure):")
_SUBSTITUTED = re.compile(r"\$\{\s*([^}!]+?)\s*\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """What must be shown nowhere.

    `content` is the deployed template, `names` are its NoEcho parameters and those of the file's
    template, `values` are what this machine knows of their values.
    """

    content: Mapping[str, object]
    names: frozenset[str]
    values: frozenset[str]


def find_secrets(deployment: Deployment, described: StackSet) -> Secrets:
    """Collect what must not be shown of a deployed stack set."""
    there = parse_template(described.template_body)
    ours = deployment.template.content
    names = no_echo_parameters(there, ours)
    settings = (
        default_parameters(there),
        default_parameters(ours),
        deployment.parameters,
        *(one.parameters for one in deployment.overrides),
    )
    known = {given.get(name) for given in settings for name in names}
    values = frozenset(one for one in known if isinstance(one, str) and one)
    return Secrets(content=there, names=names, values=values)


def mask_secrets(secrets: Secrets, resource: ResourceDrift) -> ResourceDrift:
    """Put the mask for both values of each property that may hold a secret."""
    return replace(
        resource,
        properties=tuple(
            replace(one, expected=MASK, actual=MASK)
            if _is_secret(secrets, resource.logical_id, one)
            else one
            for one in resource.properties
        ),
    )


def _is_secret(secrets: Secrets, logical_id: str, drift: PropertyDrift) -> bool:
    shown = (drift.expected, drift.actual)
    if any(secret in value for secret in secrets.values for value in shown):
        return True
    return _mentions_secret(secrets, _find_source(secrets.content, logical_id, drift.path))


def _find_source(content: Mapping[str, object], logical_id: str, path: str) -> object:
    """Give what the template says of a property, as closely as it can be told.

    Down to a list or a function all of it counts: AWS's places in a list need not be the
    template's. Of a resource that the template does not name (a macro made it) all of the template
    counts; of a property that was added by hand, nothing.
    """
    resources = content.get("Resources")
    resource = resources.get(logical_id) if isinstance(resources, Mapping) else None
    if not isinstance(resource, Mapping):
        return content
    node = resource.get("Properties")
    for name in path.strip("/").split("/"):
        if not isinstance(node, Mapping) or _is_function(node):
            return node
        node = node.get(name.replace("~1", "/").replace("~0", "~"))
    return node


def _is_function(node: Mapping[str, object]) -> bool:
    return any(name == "Ref" or name.startswith("Fn::") for name in node)


def _mentions_secret(secrets: Secrets, node: object) -> bool:
    match node:
        case str():
            named = secrets.names.intersection(_SUBSTITUTED.findall(node))
            return bool(named or _SECRET_REFERENCE.search(node))
        case Mapping():
            return node.get("Ref") in secrets.names or any(
                _mentions_secret(secrets, one) for one in node.values()
            )
        case Sequence():
            return any(_mentions_secret(secrets, one) for one in node)
        case _:
            return False
