"""The process's own streams, which may be closed, or full, from the beginning or at any moment.

A change must not end half-way because nobody could be told of it.
"""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from typing import TextIO

    from _typeshed import ReadableBuffer


class _Held(io.FileIO):
    """A file that takes whatever is written to it; `lost` is why some of it went nowhere."""

    lost: OSError | None = None

    def write(self, data: ReadableBuffer, /) -> int:
        """Write, or drop what cannot be written; a reader who left wanted no more."""
        try:
            return super().write(data)
        except BrokenPipeError:
            pass
        except OSError as error:
            self.lost = self.lost or error
        return memoryview(data).nbytes


def hold_streams() -> None:
    """Give the process streams that can be written to, whatever it was started with.

    Python has None in the place of a stream that was closed. Streams that are no files are left.
    """
    sys.stdin = sys.stdin or _open_nowhere("r")
    sys.stdout = _hold(sys.stdout) if sys.stdout else _open_nowhere("w")
    sys.stderr = _hold(sys.stderr) if sys.stderr else _open_nowhere("w")


def _open_nowhere(mode: str) -> TextIO:
    """Open what stands for a closed stream as long as the process lives."""
    return cast("TextIO", Path(os.devnull).open(mode, encoding="utf-8"))


def _hold(stream: TextIO) -> TextIO:
    try:
        number = stream.fileno()
    except (OSError, ValueError):
        return stream
    stream.flush()
    return io.TextIOWrapper(
        io.BufferedWriter(_Held(number, "w", closefd=False)),
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=True,
    )


def find_loss(stream: TextIO) -> str | None:
    """Say why something that was written to a stream went nowhere, None where nothing did."""
    raw = getattr(getattr(stream, "buffer", None), "raw", None)
    return raw.lost.strerror if isinstance(raw, _Held) and raw.lost else None
