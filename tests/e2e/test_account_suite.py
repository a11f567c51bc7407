"""The tests of a real account, pointed at the embedded AWS: they pass, clean up and refuse."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.e2e.shell import PROJECT
from tests.integration.deployer import everything_in

if TYPE_CHECKING:
    from tests.e2e.shell import Shell
    from tests.local_aws import LocalAws

pytestmark = [pytest.mark.e2e, pytest.mark.exhaustive]

ACCOUNT = "000000000000"
REGIONS = ("us-west-2", "us-east-1", "us-west-1")
PYTEST = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider")
FOLDER = "tests/account"
SUITE = (*PYTEST, FOLDER, "-m", "account")
CONFORMANCE = (*PYTEST, "tests/conformance", "-m", "conformance")
ONE_TEST = (*SUITE, "-k", "second_bootstrap")
TIMEOUT_SECONDS = 300


def _start(shell: Shell, *command: str, **variables: str) -> subprocess.Popen[str]:
    """Start a command in the project's folder, where all that it starts can be sent a signal.

    It gets nothing of the pytest that runs this, nor a profile that is named for that one.
    """
    environ = {
        name: value
        for name, value in shell.variables().items()
        if not name.startswith("PYTEST_") and name != "ACCOUNT_PROFILE"
    }
    return subprocess.Popen(
        (*command, "--basetemp", str(shell.folder / "pytest")),
        cwd=PROJECT,
        env={**environ, **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def _end(started: subprocess.Popen[str]) -> tuple[int, str]:
    said, _ = started.communicate(timeout=TIMEOUT_SECONDS)
    return started.returncode, said


def _run(shell: Shell, *command: str, **variables: str) -> tuple[int, str]:
    return _end(_start(shell, *command, **variables))


def _wait_for_call(local_aws: LocalAws, action: str) -> None:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while all(call["action"] != action for call in local_aws.journal()):
        assert time.monotonic() < deadline, f"nobody calls {action}"
        time.sleep(0.2)


def _everything(local_aws: LocalAws) -> dict[str, dict[str, list[str]]]:
    return {region: everything_in(local_aws, ACCOUNT, region) for region in REGIONS}


def test_they_pass_against_the_embedded_aws(bare: Shell) -> None:
    local = ("stacksets", "local", "run", "--", "env", "ACCOUNT_PROFILE=local")

    exit_code, said = _run(bare, *local, *PYTEST, "-m", "account")

    assert exit_code == 0, said
    assert "Cost: at most $0.0" in said
    [summary] = re.findall(r"^=+ (.*) in .*=$", said, re.MULTILINE)
    assert re.fullmatch(r"\d{2} passed, \d+ deselected", summary)


def test_what_fails_is_cleaned_up_and_what_others_need_is_kept_and_told(
    bare: Shell, local_aws: LocalAws
) -> None:
    local_aws.client("apigateway", region="us-east-1").create_rest_api(name="somebody else's")
    before = _everything(local_aws)
    reason = "a stack that was not meant to be"
    failure = {"account": ACCOUNT, "region": "us-west-1", "reason": reason}
    local_aws.set_control_plane(failures=[failure])

    running = _start(bare, *ONE_TEST, **local_aws.environ(ACCOUNT), ACCOUNT_PROFILE="local")
    # The first `destroy` fails as the deploy did, the second one does not.
    _wait_for_call(local_aws, "DeleteStackInstances")
    local_aws.set_control_plane()
    exit_code, said = _end(running)

    after = _everything(local_aws)
    assert exit_code == pytest.ExitCode.TESTS_FAILED, said
    assert reason in said
    [kept] = re.findall(r"kept: API Gateway's role (\S+) in us-east-1", said)
    for there in after.values():
        there["roles"].remove(kept)
    assert after == before


def test_ctrl_c_cleans_up_as_well(bare: Shell, local_aws: LocalAws) -> None:
    before = _everything(local_aws)
    local_aws.set_control_plane(instance_seconds=2.0)

    running = _start(bare, *ONE_TEST, **local_aws.environ(ACCOUNT), ACCOUNT_PROFILE="local")
    _wait_for_call(local_aws, "CreateStackInstances")
    os.killpg(running.pid, signal.SIGINT)
    exit_code, said = _end(running)

    assert exit_code == pytest.ExitCode.INTERRUPTED, said
    assert re.search(r"^Environment test-\w{8} is removed", said, re.MULTILINE)
    assert _everything(local_aws) == before


def test_the_profile_decides_whose_account_is_used(bare: Shell, local_aws: LocalAws) -> None:
    theirs = "111111111111"
    config = bare.folder / "config"
    config.write_text(
        f"[profile sandbox]\naws_access_key_id = {theirs}\naws_secret_access_key = local\n"
    )
    variables = {**local_aws.environ(ACCOUNT), "AWS_CONFIG_FILE": str(config)}

    exit_code, said = _run(bare, *ONE_TEST, **variables, ACCOUNT_PROFILE="sandbox")

    accounts = {call["account"] for call in local_aws.journal() if call["service"] != "sts"}
    assert exit_code == 0, said
    assert f"Account {theirs} (profile sandbox, as arn:" in said
    assert "--yes --allow-delete --profile sandbox\n" in said
    assert accounts == {theirs}


def test_without_a_profile_one_sentence_says_what_to_set(bare: Shell) -> None:
    exit_code, said = _run(bare, *SUITE)

    assert exit_code == pytest.ExitCode.USAGE_ERROR
    [sentence] = [line for line in said.splitlines() if line.startswith("ERROR: ")]
    assert "set ACCOUNT_PROFILE to the AWS profile" in sentence


def test_local_is_never_a_real_account(bare: Shell) -> None:
    exit_code, said = _run(
        bare, *SUITE, ACCOUNT_PROFILE="local", AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="b"
    )

    assert exit_code == pytest.ExitCode.USAGE_ERROR
    assert "ACCOUNT_PROFILE=local means the embedded AWS" in said


def test_a_profile_that_is_not_there_is_named(bare: Shell) -> None:
    exit_code, said = _run(bare, *SUITE, ACCOUNT_PROFILE="nobody")

    assert exit_code == pytest.ExitCode.USAGE_ERROR
    assert "The config profile (nobody) could not be found" in said


@pytest.mark.parametrize("expression", ["", "not exhaustive", "not (exhaustive or account)"])
def test_nothing_but_their_own_marker_selects_them(bare: Shell, expression: str) -> None:
    exit_code, said = _run(bare, *PYTEST, FOLDER, "-m", expression, ACCOUNT_PROFILE="nobody")

    assert exit_code == pytest.ExitCode.NO_TESTS_COLLECTED
    assert re.search(r"\d{2} deselected", said)


def test_two_processes_at_once_are_refused(bare: Shell) -> None:
    exit_code, said = _run(bare, *SUITE, "-n", "2", ACCOUNT_PROFILE="nobody")

    assert exit_code == pytest.ExitCode.TESTS_FAILED
    assert "leave -n out" in said
    assert "passed" not in said


def test_the_conformance_suite_leaves_out_what_needs_a_knob_and_leaves_nothing_behind(
    bare: Shell, local_aws: LocalAws
) -> None:
    # As on AWS an operation is seen at work, and no test may lean on one that ends at once.
    local_aws.set_control_plane(instance_seconds=0.2)
    before = _everything(local_aws)

    exit_code, said = _run(
        bare, *CONFORMANCE, **local_aws.environ(ACCOUNT), ACCOUNT_PROFILE="local"
    )

    assert exit_code == 0, said
    [passed, deselected] = re.findall(r"(\d+) (?:passed|deselected)", said.splitlines()[-1])
    assert (int(passed) >= 80, int(deselected) >= 80) == (True, True)
    calls = local_aws.journal()
    assert {call["account"] for call in calls} == {ACCOUNT}
    made = [call for call in calls if call["action"] == "CreateStackInstances"]
    assert len(made) > 50
    assert _everything(local_aws) == before


def test_the_conformance_suite_uses_no_account_unless_its_marker_is_spoken_of(bare: Shell) -> None:
    command = (*PYTEST, "tests/conformance/test_checklist.py", "-k", "unknown_name", "-m")

    exit_code, said = _run(bare, *command, "not account", ACCOUNT_PROFILE="nobody")
    assert exit_code == 0, said

    exit_code, said = _run(bare, *command, "conformance", ACCOUNT_PROFILE="nobody")
    assert exit_code == pytest.ExitCode.USAGE_ERROR
    assert "The config profile (nobody) could not be found" in said
