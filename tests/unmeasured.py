"""What coverage leaves alone, a process or a time of this one: measured it takes twice as long."""

from __future__ import annotations

import contextlib
import os
import warnings
from typing import TYPE_CHECKING

from coverage import Coverage
from coverage.exceptions import CoverageWarning

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def unmeasured(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Give an environment without what starts coverage in a new process."""
    return {name: value for name, value in environ.items() if "COVERAGE" not in name}


@contextlib.contextmanager
def others_measured_alone() -> Iterator[None]:
    """Measure what this process starts, not what it does itself until the end of the block."""
    here = Coverage.current()
    if here is None:
        yield
        return
    here.stop()
    try:
        yield
    finally:
        with warnings.catch_warnings():
            # It says of all that it has measured before that it cannot be measured from the start.
            warnings.simplefilter("ignore", CoverageWarning)
            here.start()
