"""A command as a whole process: seconds and the largest memory, over several runs."""

from __future__ import annotations

import os
import statistics
import time


def measure(command: list[str], *, runs: int) -> dict[str, float]:
    """Run the command once unmeasured, then `runs` times; its output is thrown away."""
    _run(command)
    figures = [_run(command) for _ in range(runs)]
    return {
        "runs": runs,
        "seconds_median": round(statistics.median(one for one, _ in figures), 3),
        "seconds_worst": round(max(one for one, _ in figures), 3),
        "memory_mib_peak": round(max(other for _, other in figures), 1),
    }


def _run(command: list[str]) -> tuple[float, float]:
    started = time.perf_counter()
    child = os.posix_spawn(
        command[0],
        command,
        os.environ,
        file_actions=[(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_WRONLY, 0) for fd in (1, 2)],
    )
    _, status, usage = os.wait4(child, 0)
    if status:
        raise SystemExit(f"{command} ended with {os.waitstatus_to_exitcode(status)}")
    return time.perf_counter() - started, usage.ru_maxrss / 1024
