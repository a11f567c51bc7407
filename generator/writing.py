"""What is rendered, on its way to the disk: written whole or not at all, or compared."""

import difflib
import os
import sys
import tempfile
from pathlib import Path


def write(path: Path, body: bytes) -> bool:
    """Put the bytes there, at once or not at all; whether that changed anything.

    Raises:
        OSError: the folder cannot be made, or the file not be read or written.
        BaseException: whatever interrupts it, as it came; what stood there stays.
    """
    if _standing(path) == body:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(body)
        # mkstemp keeps others out; what is rendered is for everybody to read.
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink()
        raise
    return True


def check(path: Path, body: bytes) -> bool:
    """Whether the file holds these bytes; the difference is shown.

    Raises:
        OSError: the file cannot be read.
    """
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
