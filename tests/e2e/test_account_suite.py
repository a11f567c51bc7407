"""The tests of a real account, pointed at the embedded AWS: they pass, clean up and refuse."""

from __future__ import annotations

import re
import subprocess
import sys
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


def _run(shell: Shell, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command in the project's folder, for which a shell's patience is too short.

    It gets nothing of the pytest that runs this, nor a profile that is named for that one.
    """
    environ = {
        name: value
        for name, value in shell.variables().items()
        if not name.startswith("PYTEST_") and name != "ACCOUNT_PROFILE"
    }
    return subprocess.run(
        (*command, "--basetemp", str(shell.folder / "pytest")),
        cwd=PROJECT,
        env={**environ, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def _everything(local_aws: LocalAws) -> dict[str, dict[str, list[str]]]:
    return {region: everything_in(local_aws, ACCOUNT, region) for region in REGIONS}


def test_they_pass_against_the_embedded_aws(bare: Shell) -> None:
    local = ("stacksets", "local", "run", "--", "env", "ACCOUNT_PROFILE=local")

    done = _run(bare, *local, *PYTEST, "-m", "account")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Cost: at most $0.0" in done.stdout
    [summary] = re.findall(r"^=+ (.*) in .*=$", done.stdout, re.MULTILINE)
    assert re.fullmatch(r"\d{2} passed, \d+ deselected", summary)


def test_what_fails_is_cleaned_up_and_what_others_need_is_kept_and_told(
    bare: Shell, local_aws: LocalAws
) -> None:
    local_aws.client("apigateway", region="us-east-1").create_rest_api(name="somebody else's")
    before = _everything(local_aws)
    reason = "You have been throttled by a higher power"
    failure = {"account": ACCOUNT, "region": "us-west-1", "reason": reason}
    local_aws.set_control_plane(failures=[failure])

    one = ("-k", "second_bootstrap")
    done = _run(bare, *SUITE, *one, **local_aws.environ(ACCOUNT), ACCOUNT_PROFILE="local")

    after = _everything(local_aws)
    assert done.returncode == 1, done.stdout + done.stderr
    assert reason in done.stdout
    [kept] = re.findall(r"kept: API Gateway's role (\S+) in us-east-1", done.stdout)
    for there in after.values():
        there["roles"].remove(kept)
    assert after == before


def test_without_a_profile_one_sentence_says_what_to_set(bare: Shell) -> None:
    done = _run(bare, *SUITE)

    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    [sentence] = done.stderr.strip().splitlines()
    assert "set ACCOUNT_PROFILE to the AWS profile" in sentence


def test_local_is_never_a_real_account(bare: Shell) -> None:
    done = _run(
        bare, *SUITE, ACCOUNT_PROFILE="local", AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="b"
    )

    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "ACCOUNT_PROFILE=local means the embedded AWS" in done.stdout + done.stderr


def test_a_profile_that_is_not_there_is_named(bare: Shell) -> None:
    done = _run(bare, *SUITE, ACCOUNT_PROFILE="nobody")

    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "The config profile (nobody) could not be found" in done.stdout + done.stderr


@pytest.mark.parametrize("expression", ["", "not exhaustive", "not (exhaustive or account)"])
def test_nothing_but_their_own_marker_selects_them(bare: Shell, expression: str) -> None:
    done = _run(bare, *PYTEST, FOLDER, "-m", expression, ACCOUNT_PROFILE="nobody")

    assert done.returncode == pytest.ExitCode.NO_TESTS_COLLECTED
    assert re.search(r"\d{2} deselected", done.stdout)


def test_two_processes_at_once_are_refused(bare: Shell) -> None:
    done = _run(bare, *SUITE, "-n", "2", ACCOUNT_PROFILE="nobody")

    assert done.returncode != 0
    assert "leave -n out" in done.stdout + done.stderr
    assert "passed" not in done.stdout
