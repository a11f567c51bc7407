"""How many requests a second the embedded local AWS answers, in each region and in both at once.

`python -m tests.bench.load.measure [--users N] [--seconds N]` prints the figures alone; `make
bench` has them under "load". They are of this machine, on which the generator, both regions and
the functions share the processors: they say that the parts hold under load, and what a change of
them costs. **They say nothing of AWS**, whose capacity docs/capacity.md derives.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent.parent
USERS = 8
SECONDS = 10.0
# Meanwhile functions start and connections open: no figure is of that.
WARM_UP_SECONDS = 5.0
_COLUMNS = ("requests_per_second", "p50_ms", "p99_ms", "errors")


def measure(
    *, users: int = USERS, seconds: float = SECONDS, warm_up: float = WARM_UP_SECONDS
) -> dict[str, Any]:
    """Deploy the service on an embedded AWS of its own, and load it; the figures by scenario."""
    words = ["--users", str(users), "--seconds", str(seconds), "--warm-up", str(warm_up)]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "figures.json"
        inside = [sys.executable, "-m", "tests.bench.load.deployed", str(out), *words]
        command = [sys.executable, "-m", "stacksets", "local", "run", "--", *inside]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        scenarios = json.loads(out.read_text())
    return {
        "of": "the embedded local AWS on this machine, not AWS",
        "users_per_region": users,
        "seconds": seconds,
        "scenarios": scenarios,
    }


def to_text(figures: dict[str, Any]) -> str:
    """Give the figures as a person reads them: a line a region, and one of both together."""
    lines = [
        f"Load on {figures['of']}",
        f"{figures['users_per_region']} users a region, each asks again; {figures['seconds']:g} s",
        _row("", "requests/s", "p50 ms", "p99 ms", "errors"),
    ]
    for name, scenario in figures["scenarios"].items():
        regions = scenario["regions"]
        lines += [_row_of(f"{name}: {region}", seen) for region, seen in regions.items()]
        if len(regions) > 1:
            lines.append(_row_of(f"{name}: all", scenario["all"]))
        lines += [f"  {count} x {kind}" for kind, count in scenario["errors_by_kind"].items()]
    return "\n".join(lines) + "\n"


def _row_of(title: str, seen: dict[str, float]) -> str:
    return _row(title, *(seen[key] for key in _COLUMNS))


def _row(title: str, *values: object) -> str:
    return f"  {title:22}" + "".join(f"{value:>12}" for value in values)


def main() -> None:
    """Read the words of the command line, measure, print JSON, and the text beside it."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.load.measure")
    parser.add_argument("--users", type=int, default=USERS)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    words = parser.parse_args()
    figures = measure(users=words.users, seconds=words.seconds)
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")
    sys.stderr.write(to_text(figures))


if __name__ == "__main__":
    main()
