"""Flags in, a call per stage, the exit code out. Only `main` catches, prints and exits."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from stacksets.cli.streams import hold_streams

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stacksets.cli.session import World

_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None, world: World | None = None) -> int:
    """Run one command and give its exit code; without arguments those of the process.

    The stages take a while to import, in which Ctrl-C is answered without a traceback as well.
    """
    if world is None:
        hold_streams()
    try:
        # pylint: disable-next=import-outside-toplevel # to be inside of the try
        from stacksets.cli.edge import run  # noqa: PLC0415 - as above

        # pylint: disable-next=import-outside-toplevel # as above
        from stacksets.cli.session import real_world  # noqa: PLC0415 - as above
    except KeyboardInterrupt:
        sys.stderr.write("interrupted; nothing was changed\n")
        return _INTERRUPTED
    return run(sys.argv[1:] if arguments is None else arguments, world or real_world())
