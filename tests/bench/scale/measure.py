"""plan, status, deploy and diagnose of 100, 1,000 and 10,000 stack instances, beside bare boto3.

`python -m tests.bench.scale.measure [SIZE ...]` prints the figures alone; `make bench` has them
under "scale". Nothing here passes or fails. Each command runs once: it takes seconds.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stacksets.asking import AT_ONCE
from stacksets.local.embedded import without_aws
from tests.bench.scale.process import run
from tests.bench.scale.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SIZES = (100, 1_000, 10_000)
LATENCY_SECONDS = 0.02
OPERATION_SECONDS = 10.0
_FAILED_EVERY = 100
_ROOT = Path(__file__).parent.parent.parent.parent
_PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class Case:
    """A command, and the world in which it is measured."""

    command: str
    overrides: bool = False
    failures: bool = False
    words: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The key of the figures."""
        return f"{self.command}_reading_overrides" if self.overrides else self.command


CASES = (
    Case("status"),
    Case("status", overrides=True),
    Case("plan", words=("--no-lint",)),
    Case("plan", overrides=True, words=("--no-lint",)),
    Case("deploy", words=("--yes", "--no-lint")),
    Case("diagnose", failures=True),
)


def measure(sizes: tuple[int, ...] = SIZES) -> dict[str, Any]:
    """Give every command's figures at every size, and how they grow from one size to the next."""
    found: dict[str, dict[int, Any]] = {case.name: {} for case in CASES}
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            for case in CASES:
                found[case.name][size] = _measure(World(size), case, Path(folder))
    return {
        "latency_seconds": LATENCY_SECONDS,
        "operation_seconds": OPERATION_SECONDS,
        "questions_at_once": AT_ONCE,
        "accounts": {size: len(World(size).accounts) for size in sizes},
        "commands": {
            name: {"sizes": figures, "growth": _growth(figures)} for name, figures in found.items()
        },
    }


def _measure(world: World, case: Case, folder: Path) -> dict[str, Any]:
    """Run the command and the bare calls against the same simulated control plane."""
    path = world.write_deployment(folder, overrides=case.overrides)
    command = [sys.executable, "-m", "stacksets", case.command, "-f", str(path), *case.words]
    bare = [sys.executable, "-m", "tests.bench.scale.bare", case.command, str(world.size)]
    with _simulated(world.size, folder, failures=case.failures) as url:
        environ = _environ(url)
        ours = {**asdict(run(command, folder=_ROOT, environ=environ)), "calls": _calls(url)}
        _ask(f"{url}/reset")
        bare += ["--overrides"] if case.overrides else []
        limit = {**asdict(run(bare, folder=_ROOT, environ=environ)), "calls": _calls(url)}
    sys.stderr.write(f"{case.name} of {world.size}: {ours['seconds']} s\n")
    return {
        "ours": ours,
        "bare_boto3": limit,
        "ours_to_bare": {
            "calls": _ratio(sum(ours["calls"].values()), sum(limit["calls"].values())),
            "seconds": _ratio(ours["seconds"], limit["seconds"]),
            "cpu_seconds": _ratio(ours["cpu_seconds"], limit["cpu_seconds"]),
            "memory": _ratio(ours["memory_mib"], limit["memory_mib"]),
        },
    }


def _growth(figures: Mapping[int, Any]) -> list[dict[str, float | None]]:
    """Tell how often more of each there is at a size than at the one before; 10 is linear."""
    grown = []
    sizes = sorted(figures)
    for smaller, larger in itertools.pairwise(sizes):
        before, after = figures[smaller]["ours"], figures[larger]["ours"]
        grown.append(
            {
                "from": smaller,
                "to": larger,
                "instances": larger / smaller,
                "calls": _ratio(sum(after["calls"].values()), sum(before["calls"].values())),
                "seconds": _ratio(after["seconds"], before["seconds"]),
                "cpu_seconds": _ratio(after["cpu_seconds"], before["cpu_seconds"]),
                "memory": _ratio(after["memory_mib"], before["memory_mib"]),
            }
        )
    return grown


def _ratio(one: float, other: float) -> float | None:
    return round(one / other, 2) if other else None


@contextlib.contextmanager
def _simulated(size: int, folder: Path, *, failures: bool) -> Iterator[str]:
    port_file = folder / "port"
    port_file.unlink(missing_ok=True)
    words = ["--port-file", str(port_file), "--latency", str(LATENCY_SECONDS)]
    words += ["--operation-seconds", str(OPERATION_SECONDS)]
    words += ["--failed-every", str(_FAILED_EVERY if failures else 0)]
    command = [sys.executable, "-m", "tests.bench.scale.simulated", str(size), *words]
    server = subprocess.Popen(command, cwd=_ROOT)
    try:
        yield f"http://127.0.0.1:{_wait_for(port_file)}"
    finally:
        server.terminate()
        server.wait()


def _wait_for(port_file: Path) -> str:
    until = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < until:
        if port_file.exists() and (port := port_file.read_text()):
            return port
        time.sleep(0.05)
    raise SystemExit("the simulated control plane does not start")


def _environ(url: str) -> dict[str, str]:
    """Point a command to the control plane, and away from everything else."""
    return {
        **without_aws(os.environ),
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "AKIDBENCH",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "NO_PROXY": "127.0.0.1",
    }


def _calls(url: str) -> dict[str, int]:
    """Give the calls since the last time by action, sorted."""
    return dict(sorted(_ask(f"{url}/calls").items()))


def _ask(url: str) -> dict[str, int]:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url) as answer:
        counted: dict[str, int] = json.load(answer)
    return counted


if __name__ == "__main__":
    chosen = tuple(int(one) for one in sys.argv[1:]) or SIZES
    sys.stdout.write(json.dumps(measure(chosen), indent=1) + "\n")
