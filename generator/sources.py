"""Which code makes which resource, told beside the template for whoever has to mend one.

Never in the template: moving a function would change what is deployed everywhere. No line numbers:
the map changes only when a resource moves to another function.
"""

import inspect
import json
from collections.abc import Mapping
from typing import NamedTuple

from troposphere import Template

_PACKAGE = "generator."


class Source(NamedTuple):
    """A function of this package, by its module."""

    module: str
    function: str


class Made(dict[str, object]):
    """What a resource says about itself, and in passing which function wrote it."""

    def __init__(self, said: Mapping[str, object], source: Source) -> None:
        super().__init__(said)
        self.source = source


def find_source(apart_from: str) -> Source:
    """The innermost public function of this package that is being run, outside of one module.

    Private functions are a module's own way to say something twice; who looks for a resource begins
    at the public one.

    Args:
        apart_from: the name of the module that asks.

    Raises:
        LookupError: no function of this package is at work.
    """
    frame = inspect.currentframe()
    while frame is not None:
        module, function = str(frame.f_globals.get("__name__", "")), frame.f_code.co_name
        is_other = module.startswith(_PACKAGE) and module not in {__name__, apart_from}
        if is_other and not function.startswith(("_", "<")):
            return Source(module, function)
        frame = frame.f_back
    raise LookupError("no function of the generator is at work")


def to_sources(template: Template) -> bytes:
    """The map of a template as it is committed: `stacksets/sources.schema.json` has its form.

    Raises:
        TypeError: a resource does not say what it is for, hence not who made it.
    """
    entries = (
        f"  {json.dumps(title)}: {json.dumps(_source_of(title, resource)._asdict())}"
        for title, resource in template.resources.items()
    )
    return ('{\n "resources": {\n' + ",\n".join(entries) + "\n }\n}\n").encode()


def _source_of(title: str, resource: object) -> Source:
    said = getattr(resource, "resource", {}).get("Metadata")
    if not isinstance(said, Made):
        raise TypeError(f"{title} has no Metadata of generator.metadata.context")
    return said.source
