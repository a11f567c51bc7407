"""The schemas that are committed and shipped, as `python -m stacksets.schemas` writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.plain import field_types
from stacksets.saved import FORMAT, VERSION, SavedPlan
from stacksets.schemas.events import EVENTS
from stacksets.schemas.nouns import Sha256
from stacksets.schemas.record import Record
from stacksets.schemas.refusals import REFUSALS
from stacksets.schemas.results import RESULTS
from stacksets.schemas.shapes import Shapes

if TYPE_CHECKING:
    from stacksets.schemas.shapes import Schema

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def output_schema() -> Schema:
    """Give the schema of a line that `--output json` writes."""
    shapes = Shapes(Record)
    lines = [shapes.schema(kind) for kind in (*EVENTS, *RESULTS, *REFUSALS)]
    return {
        "$schema": _DIALECT,
        "title": "A line of stacksets --output json",
        "description": (
            "Events, then exactly one result, which is the last line. Codes and keys are stable: "
            "new ones may be added, so read what you know."
        ),
        "type": "object",
        "required": ["type", "code"],
        "anyOf": lines,
        "$defs": shapes.named,
    }


def plan_schema() -> Schema:
    """Give the schema of the document that `plan --out` writes."""
    shapes = Shapes()
    fields = {name: shapes.schema(kind) for name, kind in field_types(SavedPlan).items()}
    properties = {
        "format": {"const": FORMAT},
        "version": {"const": VERSION},
        "sha256": shapes.schema(Sha256),
        **fields,
    }
    return {
        "$schema": _DIALECT,
        "title": "A plan that stacksets plan --out has saved",
        "description": (
            "Carried out exactly by stacksets deploy PLAN, or refused. NoEcho values are masked in "
            "it, and the template's text is left out of its steps."
        ),
        "type": "object",
        "required": list(properties),
        "properties": properties,
        "additionalProperties": False,
        "$defs": shapes.named,
    }
