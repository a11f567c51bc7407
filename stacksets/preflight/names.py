"""Physical names that cannot be made: the same one twice, or one that is there already.

Source: StackSets user guide, stacksets-troubleshooting ("global resources that must be unique");
IAM and CloudFront keep names per account for all regions, S3 keeps them for the whole partition.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from stacksets.aws.resources import CHECKED_TYPES, ResourceState
from stacksets.errors import Problem
from stacksets.preflight.case import tell_places, unread
from stacksets.preflight.views import leave_resources, resolve_views

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stacksets.aws.door import Account
    from stacksets.model.desired import AccountId, InstanceKey
    from stacksets.preflight.case import Case, Finding

_BUCKET: Final = "AWS::S3::Bucket"
_GLOBAL: Final[Mapping[str, tuple[str, ...]]] = {
    _BUCKET: ("BucketName",),
    "AWS::IAM::Group": ("GroupName",),
    "AWS::IAM::InstanceProfile": ("InstanceProfileName",),
    "AWS::IAM::ManagedPolicy": ("ManagedPolicyName",),
    "AWS::IAM::OIDCProvider": ("Url",),
    "AWS::IAM::Role": ("RoleName",),
    "AWS::IAM::SAMLProvider": ("Name",),
    "AWS::IAM::User": ("UserName",),
    "AWS::CloudFront::CachePolicy": ("CachePolicyConfig", "Name"),
    "AWS::CloudFront::Function": ("Name",),
    "AWS::CloudFront::KeyGroup": ("KeyGroupConfig", "Name"),
    "AWS::CloudFront::OriginAccessControl": ("OriginAccessControlConfig", "Name"),
    "AWS::CloudFront::OriginRequestPolicy": ("OriginRequestPolicyConfig", "Name"),
    "AWS::CloudFront::PublicKey": ("PublicKeyConfig", "Name"),
    "AWS::CloudFront::ResponseHeadersPolicy": ("ResponseHeadersPolicyConfig", "Name"),
}
"""Where the name stands in the properties of what is named across regions."""

_NAMED: Final[Mapping[str, tuple[str, ...]]] = {
    **_GLOBAL,
    "AWS::Lambda::Function": ("FunctionName",),
    "AWS::Logs::LogGroup": ("LogGroupName",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PhysicalName:
    """A name that the template gives to a resource."""

    logical_id: str
    resource_type: str
    name: str


def check_names(case: Case) -> Iterator[Finding]:
    """Find names that two stack instances would both make, and those that are taken already.

    Only resources that the template names are looked at, so a template without names costs
    nothing, however many stack instances there are.
    """
    named = leave_resources(case.deployment.template.content, lambda one: _name_of(one) is not None)
    if named is None:
        return
    keys = case.deployment.instance_keys()
    names = {key: tuple(_names(view)) for key, view in resolve_views(case, keys, named)}
    clashes = tuple(_find_clashes(names))
    yield from clashes
    if not clashes:
        yield from _check_taken(case, names)


def _name_of(resource: Mapping[str, object]) -> object:
    value = resource.get("Properties")
    for step in _NAMED.get(str(resource.get("Type")), ("",)):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _names(view: Mapping[str, object]) -> Iterator[PhysicalName]:
    """List the names that are known; one that only a deployment tells is nobody else's."""
    resources = view["Resources"]
    for logical_id, resource in resources.items() if isinstance(resources, Mapping) else ():
        name = _name_of(resource)
        if isinstance(name, str):
            yield PhysicalName(logical_id=logical_id, resource_type=resource["Type"], name=name)


def _find_clashes(names: Mapping[InstanceKey, tuple[PhysicalName, ...]]) -> Iterator[Problem]:
    makers: dict[tuple[AccountId | None, PhysicalName], list[InstanceKey]] = {}
    for key, found in names.items():
        for one in found:
            if one.resource_type in _GLOBAL:
                within = None if one.resource_type == _BUCKET else key.account
                makers.setdefault((within, one), []).append(key)
    told: dict[PhysicalName, list[InstanceKey]] = {}
    for (_, one), keys in makers.items():
        if len(keys) > 1:
            told.setdefault(one, []).extend(keys)
    for one, keys in told.items():
        yield _clash(one, keys)


def _clash(one: PhysicalName, keys: Iterable[InstanceKey]) -> Problem:
    is_bucket = one.resource_type == _BUCKET
    scope = "the whole partition" if is_bucket else "all regions of an account"
    region = "${AWS::Region}"
    own = f"{region} and ${{AWS::AccountId}}" if is_bucket else region
    return Problem(
        where=f"Resources {one.logical_id}",
        what=f'{one.resource_type} "{one.name}" would be made more than once, and its name is one '
        f"for {scope}: {tell_places(keys)}",
        hint=f"leave the name to CloudFormation, put {own} into it, or make it in one region only",
        is_input=True,
    )


def _check_taken(
    case: Case, names: Mapping[InstanceKey, tuple[PhysicalName, ...]]
) -> Iterator[Finding]:
    """Ask for the names of stacks that are still to be made; a stack's own are there rightly."""
    there = {one.key for one in (case.observed.instances if case.observed else ()) if one.stack_id}
    keys_of: dict[PhysicalName, list[InstanceKey]] = {}
    for key, found in names.items():
        for one in found:
            if key not in there and one.resource_type in CHECKED_TYPES:
                keys_of.setdefault(one, []).append(key)
    for one, keys in keys_of.items():
        answers, refusals = case.ask(keys, partial(_has, one))
        yield from unread(case, f'whether {one.resource_type} "{one.name}" is there', refusals)
        taken = [key for key, is_there in answers.items() if is_there]
        if taken:
            yield Problem(
                where=f"Resources {one.logical_id}",
                what=f'{one.resource_type} "{one.name}" is there already, and not from this stack '
                f"set: {tell_places(taken)}",
                hint="delete it if nothing needs it, or give the resource another name or none",
            )


def _has(one: PhysicalName, account: Account) -> bool:
    return account.look_up(one.resource_type, one.name) is not ResourceState.GONE
