"""The physical names that a template claims, and which of them two stacks would both claim.

Which properties are names is read off the resource schemas: the identifiers that are not AWS's to
give, and where AWS gives one, the names that can be set at creation only.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass

from stacksets.resolve import resolve
from tests.evidence.schemas import schema_of

# Unique to AWS, and no schema says so: an account has one provider of an address, and a region one
# rule of a name and one set of settings of API Gateway.
UNSAID = {
    "AWS::ApiGateway::Account": (),
    "AWS::IAM::OIDCProvider": ("/properties/Url",),
    "AWS::XRay::SamplingRule": ("/properties/SamplingRule/RuleName",),
}
# Names are a region's own here; of everything else they are taken for the account's, whatever the
# region, since a name too many is harmless and one too few is not.
REGIONAL = (
    *("AWS::ApiGateway::", "AWS::CertificateManager::", "AWS::CloudWatch::Alarm"),
    *("AWS::CloudWatch::CompositeAlarm", "AWS::KMS::", "AWS::Lambda::", "AWS::Logs::"),
    *("AWS::SNS::", "AWS::XRay::"),
)
WORLD = ("AWS::S3::Bucket",)
_STACK = {"AWS::StackId", "AWS::StackName"}


@dataclass(frozen=True, kw_only=True)
class Place:
    """One stack: where it stands, whose it is and what was chosen."""

    account: str
    region: str
    parameters: tuple[tuple[str, str], ...]


def clashes(template, places):
    """The logical ids of what two stacks, or one twice, would give the same name."""
    claims = Counter()
    claimed_by = {}
    for place in places:
        stack = resolve(
            template,
            parameters=dict(place.parameters),
            account=place.account,
            region=place.region,
        )
        for title, resource in stack["Resources"].items():
            for name in _names(resource, stack["Resources"], place.region):
                claim = (*_scope(resource["Type"], place), resource["Type"], name)
                claims[claim] += 1
                claimed_by.setdefault(claim, set()).add(title)
    return {title for claim, count in claims.items() if count > 1 for title in claimed_by[claim]}


def name_properties(kind, region):
    """The properties that make a name, as JSON pointers; some names are made of several."""
    schema = schema_of(kind, region)
    given_by_aws = {*schema.get("readOnlyProperties", ())}
    identifiers = [schema["primaryIdentifier"], *schema.get("additionalIdentifiers", ())]
    found = [tuple(names) for names in identifiers if not given_by_aws & {*names}]
    if given_by_aws & {*schema["primaryIdentifier"]}:
        fixed = schema.get("createOnlyProperties", ())
        names = tuple(sorted(one for one in fixed if one.endswith("Name")))
        found += [names] if names else []
    return [*found, UNSAID[kind]] if kind in UNSAID else found


def _names(resource, resources, region):
    """The names that are the template's own words, less those that CloudFormation makes up."""
    for pointers in name_properties(resource["Type"], region):
        parts = [_at(resource.get("Properties", {}), pointer) for pointer in pointers]
        made_up = parts and all(part is None for part in parts)
        if not made_up and not {*_references(parts)} & {*resources, *_STACK}:
            yield json.dumps(parts, sort_keys=True)


def _at(properties, pointer):
    value = properties
    for step in pointer.removeprefix("/properties/").split("/"):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _scope(kind, place):
    if kind in WORLD:
        return ()
    return (place.account, place.region) if kind.startswith(REGIONAL) else (place.account,)


def _references(value):
    """What a name holds that only this stack has: ids of its resources, or its own name."""
    match value:
        case {"Ref": str() as name}:
            yield name
        case {"Fn::GetAtt": [name, *_]}:
            yield name
        case {"Fn::Sub": text}:
            said = text if isinstance(text, str) else text[0]
            yield from (part.partition("}")[0].partition(".")[0] for part in said.split("${")[1:])
        case dict():
            for member in value.values():
                yield from _references(member)
        case list():
            for entry in value:
                yield from _references(entry)
