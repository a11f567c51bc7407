"""`make bench`: every figure that a script can measure, as JSON in build/bench.json.

Figures are of this machine at this moment; nothing here passes or fails.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from pathlib import Path

from tests.bench import calls, handler_calls, handler_import, process, requests, sizes
from tests.bench.load import measure as load
from tests.bench.scale import measure as scale

ROOT = Path(__file__).parent.parent.parent


def main() -> None:
    """Measure one after the other, write the file, print it, and the load as a table beside it."""
    of_scale = scale.measure()
    of_load = load.measure()
    with calls.deployed_service() as service:
        figures = {
            "machine": {"python": platform.python_version(), "cores": os.cpu_count()},
            "make_template": process.measure([sys.executable, "-m", "generator"], runs=10),
            "generator_checks": process.measure([sys.executable, "-m", "generator.checks"], runs=3),
            "handler_import": handler_import.figures(),
            "handler_calls": handler_calls.figures(),
            "load": of_load,
            "api_calls": service.api_calls,
            "requests": requests.measure(service),
            "scale": of_scale,
            "lines": sizes.count(ROOT),
        }
    target = ROOT / "build" / "bench.json"
    target.parent.mkdir(exist_ok=True)
    text = json.dumps(figures, indent=1) + "\n"
    target.write_text(text)
    sys.stdout.write(text)
    sys.stderr.write(load.to_text(of_load))


if __name__ == "__main__":
    main()
