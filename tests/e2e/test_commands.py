"""Commands as they are typed in scripts: exit codes, sentences, JSON."""

from __future__ import annotations

import hashlib
import signal
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import ACCOUNT
from tests.e2e.shell import PROJECT
from tests.integration.deployer import everything_in, list_operations, list_writes
from tests.said_in_json import read_lines

if TYPE_CHECKING:
    from tests.e2e.shell import Shell
    from tests.local_aws import LocalAws

pytestmark = pytest.mark.e2e

REGIONS = ("us-west-2", "us-east-1", "us-west-1")


def test_a_flag_that_is_not_there_is_wrong_usage(bare: Shell) -> None:
    done = bare.run("stacksets", "plan", "--fast")

    assert (done.returncode, done.stdout) == (2, "")
    assert "--fast" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_is_not_there_is_refused(bare: Shell) -> None:
    done = bare.run("stacksets", "deploy", "--file", "elsewhere.toml", "--yes")

    assert (done.returncode, done.stdout) == (3, "")
    assert "elsewhere.toml" in done.stderr


def test_without_credentials_one_sentence_says_what_to_type(bare: Shell) -> None:
    done = bare.run("stacksets", "plan", TERM="xterm-256color")

    assert (done.returncode, done.stdout) == (4, "")
    assert "\x1b" not in done.stderr
    [error, hint] = done.stderr.splitlines()
    assert error.startswith("error: ")
    assert "credentials" in error
    assert "stacksets local run" in hint
    assert "aws sso login" in hint


def test_a_profile_that_is_not_there_is_named(bare: Shell) -> None:
    done = bare.run("stacksets", "plan", "--profile", "nobody")

    assert done.returncode == 4
    assert "nobody" in done.stderr
    assert "Traceback" not in done.stderr


def test_credentials_of_another_account_than_the_file_names_are_refused(
    fresh: Shell, local_aws: LocalAws
) -> None:
    done = fresh.run("stacksets", "deploy", "--environment", "prod", "--yes", "--no-lint")

    [error] = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert done.returncode == 4
    assert f"these are credentials of account {ACCOUNT}" in error
    assert "111122223333" in error
    assert "aws sso login" in done.stderr
    assert list_writes(local_aws) == []


def test_an_environment_that_the_file_does_not_know_is_refused(bare: Shell) -> None:
    done = bare.run("stacksets", "plan", ENVIRONMENT_SUFFIX="reviev")

    assert done.returncode == 3
    assert "reviev" in done.stderr
    assert "review" in done.stderr.replace("reviev", "")


def test_an_account_that_was_never_prepared_is_told_so_and_stays_empty(
    fresh: Shell, local_aws: LocalAws
) -> None:
    before = {region: everything_in(local_aws, ACCOUNT, region) for region in REGIONS}

    done = fresh.run("stacksets", "deploy", "--yes", "--no-lint")

    assert done.returncode == 4
    # Two roles, the boundary and API Gateway's role.
    assert done.stderr.count("→ `stacksets bootstrap`") == 4
    assert "nothing was changed" in done.stderr
    assert {region: everything_in(local_aws, ACCOUNT, region) for region in REGIONS} == before


def test_without_a_terminal_nothing_is_changed_and_no_variable_agrees_to_it(
    prepared: Shell, local_aws: LocalAws
) -> None:
    calls = len(local_aws.journal())

    done = prepared.run(
        *("stacksets", "deploy", "--no-lint"),
        STACKSETS_YES="1",
        STACKSETS_DEPLOY_YES="1",
        STACKSETS_ALLOW_DELETE="1",
    )

    assert done.returncode == 3
    assert "--yes" in done.stderr
    assert list_writes(local_aws, calls) == []


@pytest.mark.exhaustive
def test_from_the_first_plan_to_the_last_trace(prepared: Shell, local_aws: LocalAws) -> None:
    before = {region: everything_in(local_aws, ACCOUNT, region) for region in REGIONS}
    run = prepared.run

    codes = [
        run("stacksets", "plan", "--expect-no-changes").returncode,
        run("stacksets", "deploy", "--yes", "--no-lint").returncode,
        run("stacksets", "plan", "--expect-no-changes").returncode,
        run("stacksets", "destroy", "--yes").returncode,
    ]
    made = {region: everything_in(local_aws, ACCOUNT, region) for region in REGIONS}
    destroyed = run("stacksets", "destroy", "--yes", "--allow-delete")

    assert codes == [8, 0, 0, 3]
    assert [len(made[region]["functions"]) for region in REGIONS] == [0, 1, 1]
    assert (destroyed.returncode, destroyed.stdout.splitlines()[-1]) == (0, "Nothing is left")
    assert {region: everything_in(local_aws, ACCOUNT, region) for region in REGIONS} == before


def test_json_is_lines_of_events_that_end_in_one_result(
    prepared: Shell, local_aws: LocalAws
) -> None:
    done = prepared.run("stacksets", "deploy", "--yes", "--no-lint", "--output", "json")

    events = read_lines(done.stdout)
    template = (prepared.folder / "templates/service.json").read_bytes()
    file = (prepared.folder / "stacksets.toml").read_bytes()
    assert (done.returncode, done.stderr) == (0, "")
    assert [one["type"] for one in events].index("result") == len(events) - 1
    assert all(isinstance(one["code"], str) for one in events)
    result = events[-1]
    assert (result["code"], result["exit_code"]) == ("succeeded", 0)
    assert result["caller_arn"] == f"arn:aws:iam::{ACCOUNT}:root"
    assert result["template_sha256"] == hashlib.sha256(template).hexdigest()
    assert result["deployment_file_sha256"] == hashlib.sha256(file).hexdigest()
    told = list_operations(local_aws, "multi-region-service-dev")
    assert result["operation_ids"] == [one["OperationId"] for one in told]
    assert [(one["region"], one["status"]) for one in result["instances"]] == [
        ("us-east-1", "CURRENT"),
        ("us-west-1", "CURRENT"),
    ]


def test_a_refusal_in_json_is_one_result_with_the_exit_code(bare: Shell) -> None:
    done = bare.run("stacksets", "plan", "--output", "json", "--file", "elsewhere.toml")

    [result] = read_lines(done.stdout)
    assert (done.returncode, done.stderr) == (3, "")
    assert (result["type"], result["exit_code"]) == ("result", 3)


def test_a_step_of_github_actions_gets_a_refusal_as_well(bare: Shell) -> None:
    summary, output = bare.folder / "summary.md", bare.folder / "output"

    done = bare.run(
        *("stacksets", "plan", "--github", "--file", "elsewhere.toml"),
        GITHUB_STEP_SUMMARY=str(summary),
        GITHUB_OUTPUT=str(output),
    )

    assert (done.returncode, done.stdout) == (3, "")
    assert summary.read_text().startswith("## ❌ stacksets plan: deployment file (exit code 3)\n")
    assert "\n3\n" in output.read_text()
    assert "::error title=stacksets plan::there is no deployment file elsewhere.toml" in done.stderr


@pytest.mark.exhaustive
@pytest.mark.emulator_only
def test_sigterm_detaches_and_the_same_command_goes_on(
    prepared: Shell, local_aws: LocalAws
) -> None:
    local_aws.set_control_plane(instance_seconds=1.0)
    deploying = prepared.start("stacksets", "deploy", "--yes", "--no-lint")
    for line in deploying.stdout:
        if "running" in line:
            break
    deploying.send_signal(signal.SIGTERM)
    said, _ = deploying.communicate(timeout=30)
    local_aws.set_control_plane()

    again = prepared.run("stacksets", "deploy", "--yes", "--no-lint")

    assert deploying.returncode == 143
    assert "Traceback" not in said
    assert again.returncode == 0
    assert len(list_operations(local_aws, "multi-region-service-dev")) == 1


def test_the_committed_templates_are_what_the_generator_renders(bare: Shell) -> None:
    done = bare.run("python", "-m", "generator", "--check", PYTHONPATH=str(PROJECT))

    assert (done.returncode, done.stderr) == (0, "")


def test_a_stale_template_is_found_and_its_difference_shown(bare: Shell) -> None:
    template = bare.folder / "templates" / "service.json"
    template.write_text(template.read_text().replace('"REGIONAL"', '"EDGE"'))

    done = bare.run("python", "-m", "generator", "--check", PYTHONPATH=str(PROJECT))

    assert done.returncode == 3
    changed = [line for line in done.stdout.splitlines() if line[:1] in {"+", "-"}]
    assert any("EDGE" in line for line in changed)
    assert any("REGIONAL" in line for line in changed)
