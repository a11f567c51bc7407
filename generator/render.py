"""Templates as the bytes that are committed, reviewed and sent: the same ones every time."""

import json
from collections.abc import Mapping
from pathlib import Path

from troposphere import Template

from generator.bootstrap.template import build_bootstrap
from generator.service.template import build_service
from generator.settings import SETTINGS, Settings

HANDLER = Path(__file__).parent.parent / "handler" / "index.py"

# The order in which a person reads: what it is, what it asks, what it makes, what it tells.
_TEMPLATE_ORDER = (
    *("AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Mappings", "Rules"),
    *("Conditions", "Resources", "Outputs"),
)
_RESOURCE_ORDER = (
    *("Type", "Metadata", "Condition", "DependsOn", "DeletionPolicy", "UpdateReplacePolicy"),
    "Properties",
)
_ENTRY_ORDER = {
    "Parameters": ("Type", "Description", "Default"),
    "Resources": _RESOURCE_ORDER,
    "Outputs": ("Description", "Condition", "Value"),
}


def render(settings: Settings = SETTINGS) -> dict[str, bytes]:
    """Every template of ours by its file name, with the handler as it stands on disk."""
    source = HANDLER.read_text(encoding="utf-8")
    return {
        "service.json": to_bytes(build_service(settings, source)),
        "bootstrap.json": to_bytes(build_bootstrap()),
    }


def to_bytes(template: Template) -> bytes:
    """JSON with a space a level and a final newline; keys in reading order, not alphabetical."""
    sections = _sorted(template.to_dict(), _TEMPLATE_ORDER)
    for name, order in _ENTRY_ORDER.items():
        entries = sections.get(name, {})
        sections[name] = {title: _sorted(entry, order) for title, entry in entries.items()}
    text = json.dumps(sections, indent=1, ensure_ascii=False)
    return text.encode() + b"\n"


def _sorted(entry: Mapping[str, object], order: tuple[str, ...]) -> dict[str, object]:
    """The entry's keys in this order; those that it does not name come last, as they stood."""
    first = {key: entry[key] for key in order if key in entry}
    return {**first, **{key: value for key, value in entry.items() if key not in first}}
