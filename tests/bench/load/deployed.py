"""What is done inside of `stacksets local run`: deploy the service, load it, write the figures."""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent.parent
# The most that the template takes: what is measured is the machine and not the throttle.
THROTTLE = 5_000
_FILES = ("stacksets.toml", "templates/service.json", "templates/bootstrap.json")
_OPEN = f"""
[environments.dev.stack_set.parameters]
ThrottlingRateLimit = "{THROTTLE}"
"""


def load_all(words: list[str]) -> dict[str, dict[str, object]]:
    """Deploy, then load each region alone, and all of them together."""
    with tempfile.TemporaryDirectory() as folder:
        endpoints = _deploy(Path(folder))
    scenarios = {f"only {region}": {region: url} for region, url in endpoints.items()}
    scenarios["both"] = endpoints
    return {name: _generate(loaded, words) for name, loaded in scenarios.items()}


def _deploy(folder: Path) -> dict[str, str]:
    """Deploy with an open throttle; the URL of every region, as `stacksets outputs` tells it."""
    (folder / "templates").mkdir()
    for name in _FILES:
        shutil.copy(ROOT / name, folder / name)
    with (folder / "stacksets.toml").open("a") as file:
        file.write(_OPEN)
    _stacksets(folder, "bootstrap", "--yes")
    _stacksets(folder, "deploy", "--yes", "--no-lint")
    result = json.loads(_stacksets(folder, "outputs").splitlines()[-1])
    return {one["region"]: one["outputs"]["ApiEndpoint"] for one in result["instances"]}


def _stacksets(folder: Path, *words: str) -> str:
    command = [sys.executable, "-m", "stacksets", *words, "--environment", "dev"]
    command += ["--output", "json"]
    run = subprocess.run(command, check=False, cwd=folder, text=True, stdout=subprocess.PIPE)
    if run.returncode:
        raise SystemExit(f"stacksets {words[0]} ended with {run.returncode}:\n{run.stdout}")
    return run.stdout


def _generate(endpoints: dict[str, str], words: list[str]) -> dict[str, object]:
    """Generate load in a process of its own: what locust replaces is replaced there alone."""
    loaded = [f"{region}={url}" for region, url in endpoints.items()]
    command = [sys.executable, "-m", "tests.bench.load.generate", *words, *loaded]
    run = subprocess.run(command, cwd=ROOT, check=True, text=True, stdout=subprocess.PIPE)
    return json.loads(run.stdout.splitlines()[-1])


def main() -> None:
    """Measure with the words that the generator takes, and write the figures into the file."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.load.deployed")
    parser.add_argument("out", type=Path)
    parser.add_argument("words", nargs=argparse.REMAINDER, help="of tests.bench.load.generate")
    given = parser.parse_args()
    given.out.write_text(json.dumps(load_all(given.words)))


if __name__ == "__main__":
    main()
