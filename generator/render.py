"""Templates as the bytes that are committed, reviewed and sent: the same ones every time."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from troposphere import Template

from generator.bootstrap.template import build_bootstrap
from generator.service.template import build_service
from generator.settings import SETTINGS, Settings
from generator.sources import to_sources

HANDLER = Path(__file__).parent.parent / "handler" / "index.py"

# The order in which a person reads: what it is, what it asks, what it makes, what it tells.
_TEMPLATE_ORDER = (
    *("AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Mappings", "Rules"),
    *("Conditions", "Resources", "Outputs"),
)
_ENTRY_ORDER = {
    "Parameters": ("Type", "Description", "Default"),
    "Resources": (
        *("Type", "Metadata", "Condition", "DependsOn", "DeletionPolicy", "UpdateReplacePolicy"),
        "Properties",
    ),
    "Outputs": ("Description", "Condition", "Value"),
}
# All that is between the words bears on the bytes that a stack set takes.
_WIDTH = 240
# What is in a section's entries is indented, by one and no deeper: the template's own depth.
_INDENTED_DEPTH = 3


def render(settings: Settings = SETTINGS) -> dict[str, bytes]:
    """Every template of ours by its file name, with the handler as it stands on disk."""
    return _templates(_build(settings))


def render_with_sources(settings: Settings = SETTINGS) -> dict[str, bytes]:
    """The templates, and beside them which function made each resource, by file name."""
    built = _build(settings)
    sources = {f"{name}.sources.json": to_sources(template) for name, template in built.items()}
    return {**_templates(built), **sources}


def _templates(built: Mapping[str, Template]) -> dict[str, bytes]:
    return {f"{name}.json": to_bytes(template) for name, template in built.items()}


def _build(settings: Settings) -> dict[str, Template]:
    service = build_service(settings, HANDLER.read_text(encoding="utf-8"))
    types = {str(resource.resource_type) for resource in service.resources.values()}
    return {"service": service, "bootstrap": build_bootstrap(types)}


def to_bytes(template: Template) -> bytes:
    """JSON with a final newline; keys in reading order, what fits a line on one line."""
    document = template.to_dict()
    for name in document.keys() & _ENTRY_ORDER.keys():
        order = _ENTRY_ORDER[name]
        document[name] = {title: _sorted(entry, order) for title, entry in document[name].items()}
    return _written(_sorted(document, _TEMPLATE_ORDER), 0).encode() + b"\n"


def _sorted(entry: Mapping[str, object], order: tuple[str, ...]) -> dict[str, object]:
    """The entry's keys in this order; those that it does not name come last, as they stood."""
    first = {key: entry[key] for key in order if key in entry}
    return {**first, **{key: value for key, value in entry.items() if key not in first}}


def _written(value: object, depth: int) -> str:
    """JSON without spaces, broken into lines only where it would grow too long."""
    line = _line(value)
    if len(line) <= _WIDTH:
        return line
    match value:
        case dict() if len(value) == 1:
            ((key, item),) = value.items()
            return f"{{{_line(key)}:{_written(item, depth)}}}"
        case dict():
            pairs = (f"{_line(key)}:{_written(item, depth + 1)}" for key, item in value.items())
            return _block("{", pairs, "}", depth)
        case ["\n", [*lines]]:
            # What Fn::Join makes lines of, such as code, brings its own indentation.
            return '["\\n",[\n' + ",\n".join(map(_line, lines)) + "\n]]"
        case list():
            return _block("[", (_written(item, depth + 1) for item in value), "]", depth)
        case _:
            return line


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _block(start: str, lines: Iterable[str], end: str, depth: int) -> str:
    indent = _line_start(depth + 1)
    return start + indent + ("," + indent).join(lines) + _line_start(depth) + end


def _line_start(depth: int) -> str:
    return "\n " if depth >= _INDENTED_DEPTH else "\n"
