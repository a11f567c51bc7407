"""`python -m generator [--check]`: render every template, or prove that what stands is fresh.

Beside each template stands which function made each resource (`generator/sources.py`).
"""

import argparse
import difflib
import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from generator.render import render_with_sources

# Input refused; argparse itself exits with 2 for wrong usage.
EXIT_INPUT = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Render into the folder, or with --check compare with it; the exit code.

    Returns:
        0 when the templates are as they should be, 3 when --check finds one stale or missing or
        the folder cannot be read or written.
    """
    parser = argparse.ArgumentParser(prog="python -m generator", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; 3 if anything is stale"
    )
    parser.add_argument(
        "--templates", type=Path, default=Path("templates"), help="the folder (default: templates)"
    )
    options = parser.parse_args(arguments)
    act = _check if options.check else _write
    try:
        # Every template, also after a stale one: a reader wants all the differences at once.
        fresh = [
            act(options.templates / name, body) for name, body in render_with_sources().items()
        ]
    except OSError as error:
        sys.stderr.write(f"error: no rendering into {options.templates}: {error}\n")
        return EXIT_INPUT
    return 0 if all(fresh) else EXIT_INPUT


def _write(path: Path, body: bytes) -> bool:
    """Put the bytes there, at once or not at all; say of a template what it is."""
    changed = _standing(path) != body
    if changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(body)
            # mkstemp keeps others out; a template is for everybody to read.
            Path(temporary).chmod(0o644)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink()
            raise
    resources = json.loads(body).get("Resources")
    if resources is not None:
        digest = hashlib.sha256(body).hexdigest()
        sys.stdout.write(
            f"template  {path}  {len(resources)} resources, {len(body):,} bytes, "
            f"sha256 {digest[:6]}…  ({'written' if changed else 'unchanged'})\n"
        )
    return True


def _check(path: Path, body: bytes) -> bool:
    """Whether the file holds these bytes; the difference is shown."""
    standing = _standing(path)
    if standing == body:
        return True
    lines = difflib.unified_diff(
        (standing or b"").decode(errors="replace").splitlines(),
        body.decode().splitlines(),
        fromfile=f"{path} (committed)",
        tofile=f"{path} (rendered)",
        lineterm="",
    )
    sys.stdout.writelines(line + "\n" for line in lines)
    word = "missing" if standing is None else "stale"
    sys.stderr.write(f"error: {path} is {word} → make template\n")
    return False


def _standing(path: Path) -> bytes | None:
    """What stands there now, or None."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


if __name__ == "__main__":
    sys.exit(main())
