"""`stacksets local serve`: the embedded AWS in the foreground, for any AWS client."""

from __future__ import annotations

import contextlib
import shlex
import sys
import threading
from typing import TYPE_CHECKING, TextIO

from stacksets.local.embedded import embedded_aws
from stacksets.local.run import describe
from stacksets.local.surroundings import local_variables

if TYPE_CHECKING:
    from collections.abc import Callable


def _until_interrupted() -> None:
    with contextlib.suppress(KeyboardInterrupt):
        threading.Event().wait()


def serve(*, out: TextIO = sys.stdout, wait: Callable[[], None] = _until_interrupted) -> None:
    """Serve until Ctrl-C, having printed the lines that a shell needs to speak to it."""
    with embedded_aws() as started:
        print(f"# {describe(started)}", file=out)
        for name, value in local_variables(started).items():
            print(f"export {name}={shlex.quote(value)}", file=out)
        print("# Ctrl-C stops it and forgets everything", file=out, flush=True)
        wait()
