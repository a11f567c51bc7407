"""The git revision that a deployment file stands in, for the record; no git is no error."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

from stacksets.report.record import Revision

if TYPE_CHECKING:
    from pathlib import Path

_TIMEOUT_SECONDS = 10


def read_revision(folder: Path) -> Revision | None:
    """Give the commit of a folder and whether its work tree is clean; None outside of git."""
    commit = _git(folder, "rev-parse", "HEAD")
    changes = _git(folder, "status", "--porcelain")
    if commit is None or changes is None:
        return None
    return Revision(commit=commit.strip(), clean=not changes.strip())


def _git(folder: Path, *arguments: str) -> str | None:
    program = shutil.which("git")
    if program is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603 - our own words, no shell
            [program, "-C", str(folder), *arguments],
            capture_output=True,
            text=True,
            check=True,
            timeout=_TIMEOUT_SECONDS,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout
