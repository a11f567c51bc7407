"""Starts and stops the process of the embedded local AWS."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from stacksets.local.availability import LocalAwsUnavailableError, check_available
from stacksets.local.started import Started

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_STOP_SECONDS = 10.0


def without_aws(environ: Mapping[str, str]) -> dict[str, str]:
    """Give the environment without AWS's variables and without proxies."""
    proxies = {"http_proxy", "https_proxy", "all_proxy", "no_proxy"}
    return {
        name: value
        for name, value in environ.items()
        if not name.startswith("AWS_") and name.lower() not in proxies
    }


@contextlib.contextmanager
def embedded_aws() -> Iterator[Started]:
    """Run the embedded AWS in a process of its own for as long as the block lasts.

    Its files stand in one temporary folder, which goes with it. Raises LocalAwsUnavailableError
    where it cannot run, or did not start; the message then holds what it said last.
    """
    check_available()
    directory = Path(tempfile.mkdtemp(prefix="stacksets-local-"))
    process = subprocess.Popen(  # noqa: S603 - this interpreter, on a module of ours
        [sys.executable, "-m", "stacksets.local.server", str(directory)],
        env=without_aws(os.environ),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        # A terminal's Ctrl-C is for the command that runs against it.
        process_group=0,
    )
    try:
        yield _wait_until_ready(process)
    finally:
        _stop(process)
        shutil.rmtree(directory, ignore_errors=True)


def _wait_until_ready(process: subprocess.Popen[str]) -> Started:
    assert process.stdout is not None  # noqa: S101 - stdout=PIPE
    line = process.stdout.readline()
    if not line:
        raise LocalAwsUnavailableError(
            f"The embedded local AWS did not start (exit status {process.wait()}).",
            hint="what it said stands above; if it is no matter of this machine, please report it",
        )
    return Started(**json.loads(line))


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.communicate(timeout=_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
