"""What importing the handler costs, as JSON: milliseconds (median of 10) and modules.

`python tests/bench/handler_import.py` with any Python; Lambda at 256 MB is several times slower,
so the figures compare versions of the handler rather than predict a cold start.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from pathlib import Path

HANDLER = Path(__file__).parent.parent.parent / "handler"
RUNS = 10
BUDGET = {"milliseconds": 40, "modules": 80}
PROBE = (
    "import sys, time; started = time.perf_counter(); import index; "
    "print((time.perf_counter() - started) * 1000, len(sys.modules))"
)


def measure() -> tuple[float, int]:
    """One import in a new interpreter: milliseconds and all modules that are then loaded."""
    # -S: the standard library and nothing that this machine's site adds.
    command = [sys.executable, "-S", "-c", PROBE]
    run = subprocess.run(command, cwd=HANDLER, capture_output=True, text=True, check=True)
    milliseconds, modules = run.stdout.split()
    return float(milliseconds), int(modules)


def figures() -> dict[str, object]:
    """The figures and the budget that they are held against."""
    runs = [measure() for _ in range(RUNS)]
    return {
        "python": ".".join(str(part) for part in sys.version_info[:3]),
        "import_milliseconds": round(statistics.median(run[0] for run in runs), 1),
        "modules": runs[0][1],
        "budget": BUDGET,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(figures(), indent=1) + "\n")
