"""A decoded form -> the parameters of an operation, typed as the service model has them.

What is absent stays absent; an empty list (`Tags=` on the wire) becomes an empty list, because
"clear" and "leave alone" are different requests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.model import ListShape, StructureShape

from stacksets.local.control_plane.errors import validation_error
from stacksets.local.control_plane.protocol.constraints import list_problems
from stacksets.local.control_plane.protocol.service import input_shape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.model import Shape

Tree = dict[str, "str | Tree"]


def decode_request(action: str, form: Mapping[str, str]) -> dict[str, Any]:
    """Give the request's parameters by member name.

    Raises:
        ApiError: `ValidationError` for whatever the model forbids; all problems at once.
    """
    shape = input_shape(action)
    params = _structure(shape, _as_tree(form), "")
    problems = list_problems(shape, params)
    if problems:
        plural = "s" if len(problems) > 1 else ""
        raise validation_error(
            f"{len(problems)} validation error{plural} detected: {'; '.join(problems)}"
        )
    return params


def _as_tree(form: Mapping[str, str]) -> Tree:
    """Turn `Tags.member.1.Key=a` into nested dictionaries."""
    tree: Tree = {}
    for key, value in sorted(form.items()):
        *parents, leaf = key.split(".")
        branch = tree
        for parent in parents:
            child = branch.get(parent)
            if not isinstance(child, dict):
                child = branch[parent] = {}
            branch = child
        branch[leaf] = value
    return tree


def _structure(shape: StructureShape, tree: Tree, path: str) -> dict[str, Any]:
    members = {name: (member, tree[name]) for name, member in shape.members.items() if name in tree}
    return {name: _value(member, node, f"{path}{name}") for name, (member, node) in members.items()}


def _value(shape: Shape, node: str | Tree, path: str) -> Any:  # noqa: ANN401 - whatever the model says
    if isinstance(shape, ListShape):
        return _list(shape, node, path)
    if isinstance(shape, StructureShape):
        return _structure(shape, node if isinstance(node, dict) else {}, f"{path}.")
    if not isinstance(node, str):
        raise validation_error(f"{path} must be a single value")
    return _scalar(shape, node, path)


def _list(shape: ListShape, node: str | Tree, path: str) -> list[Any]:
    """Read `member.1`, `member.2`, … in the order of their numbers; anything else is empty."""
    members = node.get("member") if isinstance(node, dict) else None
    if not isinstance(members, dict):
        return []
    numbers = sorted((key for key in members if key.isdigit()), key=int)
    return [_value(shape.member, members[number], f"{path}.{number}") for number in numbers]


def _scalar(shape: Shape, text: str, path: str) -> str | int | bool:
    if shape.type_name == "boolean":
        if text not in {"true", "false"}:
            raise validation_error(f"{path} must be true or false")
        return text == "true"
    if shape.type_name == "integer":
        try:
            return int(text)
        except ValueError:
            raise validation_error(f"{path} must be an integer") from None
    return text
