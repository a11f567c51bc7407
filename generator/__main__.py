"""`python -m generator [--check]`: render every template, or prove that what stands is fresh.

Beside each template stands which function made each resource (`generator/sources.py`). The pages of
docs/ that are counted from the service's template are rendered with it (`generator/pages.py`).
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from generator.capacity.needs import UnmetNeedsError
from generator.pages import build_pages
from generator.render import render_with_sources
from generator.writing import check, write

# Input refused; argparse itself exits with 2 for wrong usage.
EXIT_INPUT = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Render into the folders, or with --check compare with them; the exit code.

    Returns:
        0 when all is as it should be, 3 when --check finds something stale or missing, a folder
        cannot be read or written, or one region would not carry what the service lets in.
    """
    parser = argparse.ArgumentParser(prog="python -m generator", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; 3 if anything is stale"
    )
    for name, what in (("templates", "the templates"), ("docs", "the counted pages")):
        text = f"the folder of {what} (default: {name})"
        parser.add_argument(f"--{name}", type=Path, default=Path(name), help=text)
    options = parser.parse_args(arguments)
    act = check if options.check else _write
    try:
        rendered = render_with_sources()
        pages = build_pages(json.loads(rendered["service.json"]))
        files = {**_in(options.templates, rendered), **_in(options.docs, pages)}
        # Every file, also after a stale one: a reader wants all the differences at once.
        fresh = [act(path, body) for path, body in files.items()]
    except (OSError, UnmetNeedsError) as error:
        sys.stderr.write(f"error: rendering stopped: {error}\n")
        return EXIT_INPUT
    return 0 if all(fresh) else EXIT_INPUT


def _in(folder: Path, bodies: dict[str, bytes]) -> dict[Path, bytes]:
    return {folder / name: body for name, body in bodies.items()}


def _write(path: Path, body: bytes) -> bool:
    """Write the file; say of a template what it is."""
    changed = write(path, body)
    resources = json.loads(body).get("Resources") if path.suffix == ".json" else None
    if resources is not None:
        digest = hashlib.sha256(body).hexdigest()
        sys.stdout.write(
            f"template  {path}  {len(resources)} resources, {len(body):,} bytes, "
            f"sha256 {digest[:6]}…  ({'written' if changed else 'unchanged'})\n"
        )
    return True


if __name__ == "__main__":
    sys.exit(main())
