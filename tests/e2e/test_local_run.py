"""`stacksets local run -- COMMAND`: what COMMAND gets, what it gives back, and what remains."""

from __future__ import annotations

import signal
import socket
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from tests.e2e.shell import Shell

pytestmark = [pytest.mark.e2e, pytest.mark.exhaustive]

LOCAL_RUN = ("stacksets", "local", "run", "--")


@pytest.fixture
def shell(bare: Shell) -> Shell:
    """A shell whose temporary files go to a folder of the test's own."""
    (bare.folder / "tmp").mkdir()
    return bare.with_variables(TMPDIR=str(bare.folder / "tmp"))


def test_the_exit_code_is_the_commands_and_nothing_remains(shell: Shell) -> None:
    done = shell.run(
        *(*LOCAL_RUN, "sh", "-c", "env; echo folder=$(ls $TMPDIR); exit 7"),
        AWS_PROFILE="mine",
        AWS_REGION="eu-west-3",
        AWS_SESSION_TOKEN="old",
    )

    variables = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
    endpoint = urlsplit(variables["AWS_ENDPOINT_URL"])
    assert done.returncode == 7
    assert variables["folder"].startswith("stacksets-local-")
    assert {"AWS_PROFILE", "AWS_REGION", "AWS_SESSION_TOKEN"}.isdisjoint(variables)
    assert variables["AWS_ACCESS_KEY_ID"] == "000000000000"
    assert variables["HTTPS_PROXY"].startswith("http://127.0.0.1:")
    assert variables["SSL_CERT_FILE"] == variables["AWS_CA_BUNDLE"]
    assert list((shell.folder / "tmp").iterdir()) == []
    assert _processes_about(shell.folder / "tmp") == []
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((endpoint.hostname, endpoint.port))


def test_a_command_that_is_not_there_is_refused_and_nothing_remains(shell: Shell) -> None:
    done = shell.run(*LOCAL_RUN, "no-such-command")

    assert done.returncode == 3
    assert "no-such-command" in done.stderr
    assert list((shell.folder / "tmp").iterdir()) == []


def test_sigterm_ends_the_command_and_all_that_was_started(shell: Shell) -> None:
    running = shell.start(*LOCAL_RUN, "sh", "-c", "echo up; exec sleep 600")
    for line in running.stdout:
        if line == "up\n":
            break
    begun = _processes_about(shell.folder / "tmp")

    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=30)

    assert running.returncode == 128 + signal.SIGTERM
    assert len(begun) >= 1
    assert _processes_about(shell.folder / "tmp") == []
    assert list((shell.folder / "tmp").iterdir()) == []


def _processes_about(folder: Path) -> list[str]:
    """Give the command lines that name a folder: the embedded AWS is started with its own."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if str(folder) in line:
            found.append(line)
    return found
