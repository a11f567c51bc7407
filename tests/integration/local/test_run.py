"""`local run` and `local serve`: a command, or a person, against an embedded AWS."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pexpect
import pytest

from stacksets.errors import InputError
from stacksets.local.run import NOT_PROVED, _run, run_command
from stacksets.local.serve import serve

if TYPE_CHECKING:
    from tests.local_aws import LocalAws

pytestmark = pytest.mark.integration
RUNS_PARTS_OF_OURS = True

LOCAL_RUN = (
    "import sys; from stacksets.local.run import run_command; sys.exit(run_command(sys.argv[1:]))"
)
# The same against an embedded AWS that runs already, which is told as JSON.
SHARED_RUN = """
import contextlib, json, sys
from stacksets.local import run
from stacksets.local.started import Started
started = Started(**json.loads(sys.argv[1]))
run.embedded_aws = lambda: contextlib.nullcontext(started)
sys.exit(run.run_command(sys.argv[2:]))
"""
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
# Deploys by boto3 without a word of where AWS is, and calls the endpoint of the stack's output.
DEPLOY = """
import pathlib, time, urllib.request, boto3
from tests.integration.local.templates import api_template, deploy
for region in ("us-west-1", "us-east-1"):
    more = {"Topic": {"Type": "AWS::SNS::Topic"}, "Board": {
        "Type": "AWS::CloudWatch::Dashboard", "Properties": {"DashboardBody": "{}"}}}
    outputs = deploy(boto3.client("cloudformation", region_name=region), api_template(more=more))
    with urllib.request.urlopen(outputs["Endpoint"] + "myresource") as response:
        with open("answers", "a") as file:
            print(response.read().decode(), file=file)
"""
ANSWER_SIGNAL = """
import signal, sys, time
def on_signal(number, frame):
    print("got", number, flush=True)
    sys.exit(40)
signal.signal(signal.SIGINT, on_signal)
signal.signal(signal.SIGTERM, on_signal)
print("ready", flush=True)
time.sleep(30)
"""


@pytest.fixture
def shared_aws(local_aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run commands against the embedded AWS of this test process instead of one each."""
    started = contextlib.nullcontext(local_aws.started)
    monkeypatch.setattr("stacksets.local.run.embedded_aws", lambda: started)


def run_python(code: str, **options: str) -> tuple[int, str]:
    out = io.StringIO()
    status = run_command([sys.executable, "-c", textwrap.dedent(code)], out=out, **options)
    return status, out.getvalue()


@pytest.mark.usefixtures("shared_aws")
def test_where_no_function_ran_on_another_python_none_is_told() -> None:
    out = io.StringIO()

    run_command(["true"], out=out)

    assert "was run on" not in out.getvalue()


def test_a_command_deploys_and_calls_endpoints_as_it_would_on_aws(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path.cwd()))
    monkeypatch.chdir(tmp_path)

    status, out = run_python(DEPLOY)

    assert (tmp_path / "answers").read_text().splitlines() == [
        "Hello from Lambda in region: us-west-1",
        "Hello from Lambda in region: us-east-1",
    ]
    assert status == 0
    first, difference, kept, done, last = out.splitlines()
    assert first.startswith("local     embedded AWS on 127.0.0.1:")
    assert first.endswith(f"handlers run on Python {VERSION}")
    assert difference.endswith(f"says Python 3.14 was run on Python {VERSION}")
    assert kept == "local     kept as set, nothing acts on them: dashboards"
    assert done.startswith("local     done after ")
    assert last == NOT_PROVED


@pytest.mark.usefixtures("shared_aws")
def test_a_commands_exit_code_is_the_runs_own_and_is_told() -> None:
    status, out = run_python("raise SystemExit(6)")

    assert status == 6
    assert "local     exit code 6 after " in out


@pytest.mark.usefixtures("shared_aws")
def test_a_command_that_a_signal_ends_exits_as_a_shell_would_say() -> None:
    status, _ = run_python("import os; os.kill(os.getpid(), 9)")

    assert status == 137


@pytest.mark.usefixtures("shared_aws")
def test_a_commands_credentials_are_of_the_account_that_is_asked_for() -> None:
    code = """
        import boto3
        assert boto3.client("sts").get_caller_identity()["Account"] == "111122223333"
    """

    assert run_python(code, account="111122223333")[0] == 0


@pytest.mark.usefixtures("shared_aws")
def test_a_command_that_is_not_there_is_named() -> None:
    with pytest.raises(InputError, match="nowhere cannot be run: No such file or directory"):
        run_command(["nowhere"], out=io.StringIO())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_handed_on_to_the_command(number: signal.Signals, local_aws: LocalAws) -> None:
    started = json.dumps(dataclasses.asdict(local_aws.started))
    command = [sys.executable, "-c", ANSWER_SIGNAL]
    arguments = [sys.executable, "-c", SHARED_RUN, started, *command]
    with subprocess.Popen(
        arguments, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        while process.stdout.readline() != "ready\n":
            pass

        process.send_signal(number)
        rest = process.stdout.read()

    assert process.returncode == 40
    assert rest.splitlines()[0] == f"got {int(number)}"


def test_a_terminals_ctrl_c_reaches_the_command_once() -> None:
    count = ANSWER_SIGNAL.replace("sys.exit(40)", "pass")
    with_rest = count.replace("time.sleep(30)", "time.sleep(0.5); time.sleep(0.5); print('done')")
    child = pexpect.spawn(
        sys.executable, ["-c", LOCAL_RUN, sys.executable, "-c", with_rest], timeout=30
    )
    child.expect("ready")

    child.sendintr()
    child.expect("done")

    assert child.before.count(b"got 2") == 1
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


def test_serving_prints_what_a_shell_needs_and_lasts_until_ctrl_c() -> None:
    child = pexpect.spawn(
        sys.executable,
        ["-c", "from stacksets.local.serve import serve; serve()"],
        timeout=30,
        encoding="utf-8",
    )
    child.expect("# Ctrl-C stops it")
    exports = [line for line in child.before.splitlines() if line.startswith("export ")]

    shell = "\n".join([*exports, f"{sys.executable} -c '{SHELL_CHECK}'"])
    checked = subprocess.run(["sh", "-c", shell], check=False, capture_output=True, text=True)
    child.sendintr()
    child.expect(pexpect.EOF)
    child.close()

    assert checked.stdout == "000000000000\n"
    assert child.exitstatus == 0


SHELL_CHECK = 'import boto3; print(boto3.client("sts").get_caller_identity()["Account"])'


def test_serving_ends_when_the_wait_is_over() -> None:
    out = io.StringIO()
    seen = []

    serve(out=out, wait=lambda: seen.append(time.monotonic()))

    assert len(seen) == 1
    assert out.getvalue().splitlines()[0].startswith("# local     embedded AWS on 127.0.0.1:")


def test_a_signal_that_comes_while_the_command_starts_is_handed_on_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    start = subprocess.Popen

    def start_and_be_signalled(*arguments, **options):
        process = start(*arguments, **options)
        signal.raise_signal(signal.SIGTERM)
        return process

    before = signal.signal(signal.SIGTERM, lambda *_: None)
    monkeypatch.setattr("stacksets.local.run.subprocess.Popen", start_and_be_signalled)
    try:
        status = _run(["sleep", "5"], dict(os.environ))
    finally:
        signal.signal(signal.SIGTERM, before)

    assert status == 128 + signal.SIGTERM
