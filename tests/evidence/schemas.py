"""What the resource schemas that cfn-lint ships say of a template, region by region."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

from cfnlint.schema import PROVIDER_SCHEMA_MANAGER, ResourceNotFoundError

from generator.settings import TAGS

ROOT = Path(__file__).parents[2]


def load(name):
    """A committed template, one's own copy."""
    return json.loads((ROOT / "templates" / f"{name}.json").read_text())


def regions_of(name):
    """Where the deployment file puts stacks of a template: the bootstrap's also at home."""
    deployment = tomllib.loads((ROOT / "stacksets.toml").read_text())
    environments = deployment["environments"].values()
    targets = [
        target for layer in (deployment, *environments) for target in layer.get("targets", ())
    ]
    homes = [
        layer["stack_set"]["home_region"]
        for layer in (deployment, *environments)
        if "home_region" in layer.get("stack_set", {})
    ]
    found = [region for target in targets for region in target["regions"]]
    return sorted({*found, *(homes if name == "bootstrap" else ())})


def schema_of(kind, region):
    """The schema of a type in a region, or None."""
    try:
        return PROVIDER_SCHEMA_MANAGER.get_resource_schema(region, kind).schema
    except ResourceNotFoundError:
        return None


# --- existence


def unknown(template, region):
    """Types and properties that a region does not know, as paths below the resource."""
    found = set()
    for title, resource in template["Resources"].items():
        schema = schema_of(resource["Type"], region)
        if schema is None:
            found.add((title, resource["Type"]))
            continue
        properties = resource.get("Properties", {})
        found |= {(title, *path) for path in _unknown(properties, [schema], schema)}
    return found


def _unknown(value, schemas, root, path=()):
    """Walk a value along its schema; both branches of Fn::If, into no other function."""
    match value:
        case {"Fn::If": [_, one, other]}:
            for branch in (one, other):
                yield from _unknown(branch, schemas, root, path)
        case dict() if any(name == "Ref" or name.startswith("Fn::") for name in value):
            return
        case dict():
            for name, member in value.items():
                below = list(_members(schemas, name, root))
                if below:
                    yield from _unknown(member, below, root, (*path, name))
                else:
                    yield (*path, name)
        case list():
            every = [one for schema in schemas for one in _alternatives(schema, root)]
            items = [one["items"] for one in every if "items" in one]
            for at, entry in enumerate(value):
                yield from _unknown(entry, items or [{}], root, (*path, at))


def _members(schemas, name, root):
    """What is said of a member: by its name, by a pattern, or nothing where anything goes."""
    every = [one for schema in schemas for one in _alternatives(schema, root)]
    for schema in every:
        if name in schema.get("properties", {}):
            yield schema["properties"][name]
        for pattern, said in schema.get("patternProperties", {}).items():
            if re.search(pattern, name):
                yield said
        if isinstance(schema.get("additionalProperties"), dict):
            yield schema["additionalProperties"]
    said = {key for schema in every for key in schema}
    closed = any(schema.get("additionalProperties") is False for schema in every)
    if not closed and not said & {"properties", "patternProperties"}:
        yield {}


def _alternatives(schema, root):
    """A schema, what it refers to and what it is composed of."""
    yield schema
    if "$ref" in schema:
        found = root
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        yield from _alternatives(found, root)
    for word in ("allOf", "anyOf", "oneOf"):
        for part in schema.get(word, ()):
            yield from _alternatives(part, root)


# --- tags


def tag_property(kind, region):
    """Where a type carries its tags; None for one that carries none."""
    said = schema_of(kind, region).get("tagging") or {}
    return said.get("tagProperty", "/properties/Tags") if said.get("taggable") else None


def untagged(template, region):
    """The tags that are missing, or filled from something else, of whatever can carry tags."""
    found = set()
    for title, resource in template["Resources"].items():
        where = tag_property(resource["Type"], region)
        if where is not None:
            carried = _tags(_at(resource, where))
            found |= {
                (title, tag)
                for tag, parameter in TAGS.items()
                if carried.get(tag) != {"Ref": parameter}
            }
    return found


def _at(resource, pointer):
    value = resource.get("Properties", {})
    for step in pointer.removeprefix("/properties/").split("/"):
        value = value.get(step, {})
    return value


def _tags(said):
    """Most types take a list of keys and values, some an object."""
    if isinstance(said, list):
        return {tag["Key"]: tag["Value"] for tag in said if "Key" in tag}
    return said
