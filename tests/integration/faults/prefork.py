"""Processes of `stacksets` that start at once: forked from one that has imported everything.

A kill at every call needs hundreds of processes, and most of a process's second is Python's imports
and botocore's models. What runs in a fork is what `python -m stacksets` runs.
"""

from __future__ import annotations

import functools
import json
import os
import select
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import botocore.session

from stacksets.aws.clients import Clients
from stacksets.aws.session import BotoAws
from stacksets.cli import edge, main

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PROJECT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Ended:
    """A process that has ended: its exit code, negative for a signal, and what it said."""

    exit_code: int
    said: str


@dataclass(frozen=True)
class Running:
    """A process that runs."""

    process_id: int
    _server: subprocess.Popen[str]
    _out: Path

    def signal(self, number: int) -> None:
        """Send it a signal; the server has not reaped it, so that the id is still its own."""
        os.kill(self.process_id, number)

    def has_ended(self) -> bool:
        ready, _, _ = select.select([self._server.stdout], [], [], 0)
        return bool(ready)

    def wait(self) -> Ended:
        status = int(self._server.stdout.readline())
        return Ended(os.waitstatus_to_exitcode(status), self._out.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Prefork:
    """The process that the others are forked from; one of them at a time."""

    _server: subprocess.Popen[str]

    def start(self, *arguments: str, folder: Path, environ: Mapping[str, str]) -> Running:
        out = folder / "out.txt"
        order = {
            "arguments": arguments,
            "folder": str(folder),
            "environ": dict(environ),
            "out": str(out),
        }
        self._server.stdin.write(json.dumps(order) + "\n")
        self._server.stdin.flush()
        return Running(int(self._server.stdout.readline()), self._server, out)

    def run(self, *arguments: str, folder: Path, environ: Mapping[str, str]) -> Ended:
        return self.start(*arguments, folder=folder, environ=environ).wait()


@contextmanager
def preforked(environ: Mapping[str, str]) -> Iterator[Prefork]:
    """Start the process; it ends when its standard input does."""
    with subprocess.Popen(
        (sys.executable, "-m", "tests.integration.faults.prefork"),
        cwd=PROJECT,
        env=dict(environ),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        yield Prefork(server)


def _serve() -> None:
    _warm_up()
    for line in sys.stdin:
        order = json.loads(line)
        process_id = os.fork()
        if not process_id:
            _become(order)
        _say(process_id)
        _say(os.waitpid(process_id, 0)[1])


def _warm_up() -> None:
    """Import the commands, and read the models of every service once for all forks."""
    assert edge.run
    once = functools.cache(botocore.session.create_loader)
    botocore.session.create_loader = once
    clients = Clients(BotoAws()._session, "us-east-1")
    for service in ("cloudformation", "iam", "logs", "sts"):
        assert getattr(clients, service)


def _become(order: Mapping[str, object]) -> None:
    """Be the command: nothing of the server's is used after this."""
    out = os.open(order["out"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for stream, number in ((nothing, 0), (out, 1), (out, 2)):
        os.dup2(stream, number)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - for all of its life
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environ"])
    exit_code = main(order["arguments"])
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(exit_code)


def _say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _serve()
