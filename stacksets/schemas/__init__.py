"""What programs may rely on: the shape of all JSON that stacksets writes, and of what it reads.

`nouns`, `plans`, `events`, `refusals` and `results` (of `changing` and `looking`) say the shapes as
types with a docstring a key; `documents` makes JSON Schemas of them, which are committed beside
this file and shipped. `python -m stacksets.schemas` renews them. At run time only these files are
read (`read_schema`).
"""

from __future__ import annotations

from importlib.resources import files

FILES = {
    "output": ("stacksets.schemas", "output.schema.json"),
    "plan": ("stacksets.schemas", "plan.schema.json"),
    "deployment": ("stacksets", "deployment.schema.json"),
    "sources": ("stacksets", "sources.schema.json"),
}
"""The schemas by name: the package and the file that hold each."""


def read_schema(name: str) -> str:
    """Give the text of a schema, one of `FILES`."""
    package, file = FILES[name]
    return (files(package) / file).read_text(encoding="utf-8")
