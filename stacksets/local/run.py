"""`stacksets local run -- COMMAND`: a command against an embedded AWS that lives as long as it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from typing import TYPE_CHECKING, TextIO

from stacksets.errors import InputError
from stacksets.local.embedded import embedded_aws
from stacksets.local.surroundings import DEFAULT_ACCOUNT, command_environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import FrameType

    from stacksets.local.started import Started

NOT_PROVED = (
    "Not proved here: IAM as AWS enforces it, quotas, latency, access logs and traces (their "
    "settings are kept, nothing is written), that plain HTTP is refused. "
    "On AWS: the same commands with an account's credentials"
)
_FORWARDED = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)
# What a shell answers for a program that a signal ended.
_ENDED_BY_SIGNAL = 128


def run_command(
    command: Sequence[str], *, account: str = DEFAULT_ACCOUNT, out: TextIO = sys.stdout
) -> int:
    """Run a command against a new embedded AWS and give its exit code.

    `account` is the one that the command's credentials are of. Raises LocalAwsUnavailableError
    where the embedded AWS cannot run, InputError for a command that is not there.
    """
    began = time.monotonic()
    with embedded_aws() as started:
        print(describe(started), file=out, flush=True)
        status = _run(command, command_environment(started, account=account))
        told = _ask(started)
        for line in describe_differences(
            runtimes=told["runtimes"],
            kept_only=told["kept_only"],
            python_version=started.python_version,
        ):
            print(line, file=out)
    how = f"exit code {status}" if status else "done"
    print(f"local     {how} after {time.monotonic() - began:.0f} s", file=out)
    print(NOT_PROVED, file=out, flush=True)
    return status


def describe(started: Started) -> str:
    """Say in a line where it is and what handlers run on."""
    address = started.endpoint_url.removeprefix("http://")
    return f"local     embedded AWS on {address}; handlers run on Python {started.python_version}"


def describe_differences(
    *, runtimes: Sequence[str], kept_only: Sequence[str], python_version: str
) -> Iterator[str]:
    """Say what was otherwise than on AWS: the Python of functions, and what nothing acts on."""
    for runtime in runtimes:
        wanted = runtime.removeprefix("python")
        if wanted != python_version:
            yield (
                f"local     a function whose template says Python {wanted} was run on "
                f"Python {python_version}"
            )
    if kept_only:
        yield f"local     kept as set, nothing acts on them: {'; '.join(kept_only)}"


def _ask(started: Started) -> dict[str, list[str]]:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(f"{started.endpoint_url}/_local/info") as response:
        information: dict[str, list[str]] = json.load(response)
    return information


def _run(command: Sequence[str], environment: dict[str, str]) -> int:
    # Whoever signals while the command starts means the command too: it would be left running.
    early: list[int] = []
    before = {number: signal.signal(number, lambda n, _: early.append(n)) for number in _FORWARDED}
    try:
        process = _start(command, environment)
        for number in _FORWARDED:
            signal.signal(number, _forward_to(process))
        for came in early:
            process.send_signal(came)
        status = process.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return status if status >= 0 else _ENDED_BY_SIGNAL - status


def _start(command: Sequence[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(command, env=environment)  # noqa: S603 - the user's own command
    except OSError as error:
        raise InputError(f"{command[0]} cannot be run: {error.strerror}.") from error


def _forward_to(process: subprocess.Popen[bytes]) -> Callable[[int, FrameType | None], None]:
    def forward(number: int, _: FrameType | None) -> None:
        # A terminal gives Ctrl-C to the command itself; a second one from here would count twice.
        if number != signal.SIGINT or not _has_terminal():
            process.send_signal(number)

    return forward


def _has_terminal() -> bool:
    """Whether a terminal's keys reach this process and so also its command."""
    try:
        terminal = os.open(os.ctermid(), os.O_RDONLY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    finally:
        os.close(terminal)
