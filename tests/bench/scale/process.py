"""A command as a whole process: its exit code, seconds and the most memory that it held."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

# A process begins with the memory of the one that starts it, and the kernel counts that as its own:
# so a small one starts it.
_LAUNCHER = """
import json, os, sys, time
started = time.perf_counter()
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(child, 0)
took = time.perf_counter() - started
used = usage.ru_utime + usage.ru_stime
print("\\n" + json.dumps([os.waitstatus_to_exitcode(status), took, used, usage.ru_maxrss / 1024]))
"""


@dataclass(frozen=True)
class Run:
    """How a process went; seconds of the clock and of the processors, memory in MiB."""

    exit_code: int
    seconds: float
    cpu_seconds: float
    memory_mib: float


def run(command: Sequence[str], *, folder: Path, environ: Mapping[str, str]) -> Run:
    """Run a command to its end; what it prints is thrown away."""
    launched = subprocess.run(
        [sys.executable, "-S", "-c", _LAUNCHER, *command],
        cwd=folder,
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    exit_code, seconds, used, memory = json.loads(launched.stdout.splitlines()[-1])
    return Run(
        exit_code=exit_code,
        seconds=round(seconds, 2),
        cpu_seconds=round(used, 2),
        memory_mib=round(memory, 1),
    )
