"""Deployment files as text: a valid one by default, laid out beside its templates."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from stacksets.errors import DeploymentFileError
from stacksets.load import load_deployment

if TYPE_CHECKING:
    from pathlib import Path

    from stacksets.errors import Problem
    from stacksets.model.desired import Deployment

TEMPLATE = {
    "Parameters": {
        "Suffix": {"Type": "String"},
        "Author": {"Type": "String", "Default": "unknown"},
    },
    "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
    "Outputs": {"Endpoint": {"Value": "https://example.org/"}},
}
VALID = {
    "stack_set": {
        "name": "greeting-{environment}",
        "template": "t.json",
        "home_region": "us-west-2",
        "parameters": {"Suffix": "{environment}"},
    },
    "targets": [{"accounts": ["self"], "regions": ["us-east-1", "us-west-1"]}],
    "environments": {"dev": {}},
}

SMALLEST = """\
[stack_set]
name = "greeting"
template = "{template}"
home_region = "us-west-2"

[[targets]]
accounts = ["self"]
regions = ["us-east-1"]

[environments.dev]
"""
"""One stack instance of a template whose path is filled in."""


def as_toml(value: object) -> str:
    """Write any value of TOML on one line; the document itself a line a key."""
    match value:
        case dict():
            return (
                "{" + ", ".join(f"{json.dumps(k)} = {as_toml(v)}" for k, v in value.items()) + "}"
            )
        case list():
            return "[" + ", ".join(as_toml(one) for one in value) + "]"
        case float():
            return repr(value)
        case _:
            return json.dumps(value).replace("\x7f", "\\u007f")


def a_document(**tables: object) -> dict:
    """The valid document with tables laid over it key by key; None takes a table away."""
    document = {key: dict(one) if isinstance(one, dict) else one for key, one in VALID.items()}
    for key, table in tables.items():
        if table is None:
            del document[key]
        elif isinstance(table, dict) and key in document:
            document[key] |= table
        else:
            document[key] = table
    return document


def write_file(folder: Path, document: dict | None = None) -> Path:
    """Write a document, and the template that it names, into a folder."""
    path = folder / "stacksets.toml"
    said = VALID if document is None else document
    path.write_text(
        "\n".join(f"{json.dumps(k)} = {as_toml(v)}" for k, v in said.items()), encoding="utf-8"
    )
    (folder / "t.json").write_text(json.dumps(TEMPLATE), encoding="utf-8")
    return path


def load(folder: Path, *, environment: str | None = None, environ=None, **tables) -> Deployment:
    """Load the valid document with these tables laid over it."""
    path = write_file(folder, a_document(**tables))
    return load_deployment(path, environment=environment, environ=environ or {})


def problems_of(folder: Path, **arguments) -> tuple[Problem, ...]:
    """Give the problems of a document that should have some."""
    try:
        loaded = load(folder, **arguments)
    except DeploymentFileError as error:
        return error.problems
    raise AssertionError(f"no problem was found: {loaded}")


def told(folder: Path, **arguments) -> list[str]:
    """Give the problems as people read them."""
    return [str(one) for one in problems_of(folder, **arguments)]
