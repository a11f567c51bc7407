"""Which capabilities a template needs (API reference, CreateStackSet: Capabilities)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stacksets.local.control_plane.errors import insufficient_capabilities

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

IAM = "CAPABILITY_IAM"
NAMED_IAM = "CAPABILITY_NAMED_IAM"
AUTO_EXPAND = "CAPABILITY_AUTO_EXPAND"

NAME_PROPERTIES = {
    "AWS::IAM::AccessKey": None,
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::InstanceProfile": "InstanceProfileName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Policy": None,
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::User": "UserName",
    "AWS::IAM::UserToGroupAddition": None,
}
"""The types that need a capability, each with the property that gives it a custom name."""


def check_capabilities(template: Mapping[str, Any], given: Sequence[str]) -> None:
    """Refuse a template that needs more than the request acknowledges.

    Raises:
        ApiError: `InsufficientCapabilitiesException`, naming what is missing.
    """
    missing = tuple(
        capability
        for capability in required_capabilities(template)
        if capability not in given and not (capability == IAM and NAMED_IAM in given)
    )
    if missing:
        raise insufficient_capabilities(missing)


def required_capabilities(template: Mapping[str, Any]) -> Iterator[str]:
    """Give the capabilities that a template needs."""
    iam = _iam_resources(template)
    if any(_has_custom_name(resource) for resource in iam):
        yield NAMED_IAM
    elif iam:
        yield IAM
    if "Transform" in template or _has_macro(template["Resources"]):
        yield AUTO_EXPAND


def explain_capabilities(template: Mapping[str, Any]) -> str | None:
    """Give the reason why IAM's capabilities are needed, None when they are not."""
    types = sorted({resource["Type"] for resource in _iam_resources(template)})
    if not types:
        return None
    return f"The following resource(s) require capabilities: [{', '.join(types)}]"


def _iam_resources(template: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    resources = template["Resources"].values()
    return [item for item in resources if item.get("Type") in NAME_PROPERTIES]


def _has_custom_name(resource: Mapping[str, Any]) -> bool:
    return NAME_PROPERTIES[resource["Type"]] in (resource.get("Properties") or {})


def _has_macro(node: object) -> bool:
    if isinstance(node, dict):
        return "Fn::Transform" in node or any(_has_macro(child) for child in node.values())
    return isinstance(node, list) and any(_has_macro(child) for child in node)
