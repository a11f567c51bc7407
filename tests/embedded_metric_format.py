"""CloudWatch's embedded metric format as its specification has it, and a reader that is as strict.

CloudWatch user guide, "Specification: Embedded metric format". A document that breaks it is logged
as any other line, and its metrics are lost without a word.
"""

from __future__ import annotations

import jsonschema

_TEXT = {"type": "string", "minLength": 1, "pattern": "[^ ]"}
SCHEMA = {
    "type": "object",
    "required": ["_aws"],
    "properties": {
        "_aws": {
            "type": "object",
            "required": ["Timestamp", "CloudWatchMetrics"],
            "additionalProperties": False,
            "properties": {
                "Timestamp": {"type": "integer"},
                "CloudWatchMetrics": {"type": "array", "items": {"$ref": "#/$defs/directive"}},
            },
        }
    },
    "$defs": {
        "directive": {
            "type": "object",
            "required": ["Namespace", "Dimensions", "Metrics"],
            "additionalProperties": False,
            "properties": {
                "Namespace": {**_TEXT, "maxLength": 255},
                "Dimensions": {
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "type": "array",
                        "maxItems": 30,
                        "uniqueItems": True,
                        "items": {**_TEXT, "maxLength": 250},
                    },
                },
                "Metrics": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": 100,
                    "items": {"$ref": "#/$defs/metric"},
                },
            },
        },
        "metric": {
            "type": "object",
            "required": ["Name"],
            "additionalProperties": False,
            "properties": {
                "Name": {**_TEXT, "maxLength": 255},
                "Unit": {"enum": ["Seconds", "Milliseconds", "Bytes", "Percent", "Count", "None"]},
                "StorageResolution": {"enum": [1, 60]},
            },
        },
    },
}


def read_metrics(line):
    """What CloudWatch makes of a line: values by namespace, name and dimensions.

    Raises:
        jsonschema.ValidationError: the line is no document of the format.
        ValueError: a dimension is no text that CloudWatch takes, or is not there.
        TypeError: a metric is no number.
    """
    jsonschema.Draft202012Validator(SCHEMA).validate(line)
    found = {}
    for directive in line["_aws"]["CloudWatchMetrics"]:
        for names in directive["Dimensions"]:
            dimensions = tuple((name, _text(line, name)) for name in names)
            for metric in directive["Metrics"]:
                name = metric["Name"]
                found[directive["Namespace"], name, dimensions] = _number(line, name)
    return found


def _text(line, name):
    value = line.get(name)
    if not (isinstance(value, str) and 1 <= len(value) <= 1024):
        raise ValueError(f"the dimension {name} is {value!r}: CloudWatch takes text only")
    return value


def _number(line, name):
    value = line.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"the metric {name} is {value!r}: CloudWatch takes numbers only")
    return value
