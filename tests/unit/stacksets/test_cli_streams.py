"""Streams that are closed or full: no traceback, and the exit code of what was done."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest

from stacksets.cli import main
from stacksets.cli.streams import find_loss, hold_streams
from tests.worlds import a_world

FULL = Path("/dev/full")
NO_SPACE = "error: stdout could not be written: No space left on device\n"

needs_full = pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")


def typed(words, redirected):
    """Run a command as a shell does, with its streams redirected."""
    script = f'exec "$0" -m stacksets {words} {redirected}'
    return subprocess.run(
        ["sh", "-c", script, sys.executable], capture_output=True, check=False, text=True
    )


@pytest.fixture
def streams(monkeypatch):
    """Puts a file, or None for a closed stream, in the place of the process's streams."""

    def put(**given):
        for name, stream in given.items():
            monkeypatch.setattr(sys, name, stream)

    return put


@pytest.mark.parametrize("redirected", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
def test_a_closed_stream_is_no_error(redirected):
    done = typed("schema deployment", redirected)

    assert (done.returncode, done.stderr) == (0, "")


@needs_full
def test_a_full_stdout_is_told_and_no_success():
    done = typed("schema deployment", "> /dev/full")

    assert (done.returncode, done.stderr) == (3, NO_SPACE)


@needs_full
def test_a_full_stderr_costs_nothing_but_what_was_said_there():
    done = typed("nosuch", "2> /dev/full")

    assert (done.returncode, done.stdout) == (2, "")


def test_a_reader_who_left_wanted_no_more():
    done = subprocess.run(
        ["bash", "-c", 'set -o pipefail; "$0" -m stacksets schema output | true', sys.executable],
        capture_output=True,
        check=False,
        text=True,
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_streams_that_were_closed_can_be_used(streams):
    streams(stdin=None, stdout=None, stderr=None)

    hold_streams()

    with sys.stdin, sys.stdout, sys.stderr:
        assert sys.stdin.read() == ""
        sys.stdout.write("dropped")
        sys.stderr.write("dropped")
        assert find_loss(sys.stdout) is None


@needs_full
def test_what_a_full_stream_did_not_take_is_known(streams):
    with FULL.open("w") as full, io.StringIO() as text:
        streams(stdout=full, stderr=text)
        hold_streams()

        sys.stdout.write("a line\n")
        sys.stdout.write("another\n")

        assert find_loss(sys.stdout) == "No space left on device"
        assert sys.stderr is text
        assert find_loss(text) is None


@needs_full
@pytest.mark.parametrize(("changing", "exit_code"), [(False, 3), (True, 0)])
def test_a_change_that_was_made_is_made_although_nobody_could_be_told(
    streams, monkeypatch, changing, exit_code
):
    def end(arguments, session):
        session.changing = changing
        session.world.stdout.write("the result\n")
        return 0

    monkeypatch.setattr("stacksets.cli.edge._run", end)
    said = io.StringIO()
    with FULL.open("w") as full:
        streams(stdout=full, stderr=said)
        hold_streams()

        code = main(["status"], a_world(stdout=sys.stdout, stderr=said))

    assert (code, said.getvalue()) == (exit_code, NO_SPACE)
