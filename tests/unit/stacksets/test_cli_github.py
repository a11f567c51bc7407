"""--github on the command line: summary, outputs and annotations, and always the real exit code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from stacksets.cli import main
from stacksets.errors import StackSetsError
from tests.builders import ACCOUNT, EAST, NAME, a_key
from tests.said_in_json import read_lines
from tests.unit.stacksets.report.test_github import read_outputs
from tests.worlds import a_world

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = "<img src=x>[a](http://evil) | @you\n\n::stop-commands::x\n##[set-output name=verdict;]ok"


@dataclass(frozen=True)
class Step:
    """The files of a step of GitHub Actions."""

    summary: Path
    output: Path

    @property
    def environ(self):
        return {"GITHUB_STEP_SUMMARY": str(self.summary), "GITHUB_OUTPUT": str(self.output)}

    @property
    def outputs(self):
        return read_outputs(self.output.read_text())


@pytest.fixture
def step(tmp_path):
    return Step(tmp_path / "summary.md", tmp_path / "output")


def test_a_deploy_leaves_its_record_and_its_outputs(run, aws, step):
    code, out, err = run("deploy", "--yes", "--no-lint", "--github", environ=step.environ)

    summary = step.summary.read_text()
    [operation] = aws.fake_stack_sets.list_operations(NAME)
    assert code == 0
    assert "2 of 2 stack instances as desired" in out
    assert "::error" not in err
    assert step.outputs["verdict"] == "succeeded"
    assert (step.outputs["exit-code"], step.outputs["changes"]) == ("0", "2")
    assert step.outputs["operation-ids"] == operation.id
    assert summary.startswith("## ✅ stacksets deploy: succeeded\n")
    for fact in (NAME, "dev", ACCOUNT, operation.id, step.outputs["template-sha256"]):
        assert f"<td><code>{fact}</code></td>" in summary


def test_a_second_command_of_the_step_adds_to_its_summary(run, step):
    run("plan", "--github", environ=step.environ)
    run("plan", "--github", "--expect-no-changes", environ=step.environ)

    titles = [one for one in step.summary.read_text().splitlines() if one.startswith("## ")]
    assert titles == [
        "## ✅ stacksets plan: changes",
        "## ❌ stacksets plan: changes (exit code 8)",
    ]


def test_a_failure_is_told_whole_and_cannot_speak_for_itself(run, aws, step):
    aws.fake_stack_sets.fail = {a_key(region=EAST): HOSTILE}
    code, out, err = run("deploy", "--yes", "--no-lint", "--github", environ=step.environ)

    summary = step.summary.read_text()
    assert code == 5
    assert "#### Root causes" in summary
    assert "<code>&lt;img src=x&gt;[a](http://evil) | @you ::stop-commands::x ##[" in summary
    assert "<img" not in summary
    assert "##[" not in out + err
    commands = [one for one in f"{out}{err}".splitlines() if one.lstrip().startswith("::")]
    [command] = commands
    assert command.startswith(f"::error title=stacksets deploy::{ACCOUNT}/{EAST} <img src=x>")
    assert step.outputs["verdict"] in {"failed", "partial"}


@pytest.mark.parametrize(
    ("arguments", "code", "verdict"),
    [
        (["deploy", "--github"], 3, "UNSAFE_PLAN"),
        (["deploy", "--github", "--nope"], 2, "USAGE"),
        (["plan", "--github", "--environment", "nope"], 3, "DEPLOYMENT_FILE"),
    ],
)
def test_a_refusal_is_published_too(arguments, code, verdict, run, step):
    exit_code, _, err = run(*arguments, environ=step.environ)

    assert exit_code == code
    assert (step.outputs["verdict"], step.outputs["exit-code"]) == (verdict, str(code))
    assert f"(exit code {code})" in step.summary.read_text()
    assert err.splitlines()[-1].startswith("::error title=stacksets")


def test_a_bug_is_published_too(run, aws, step, monkeypatch):
    monkeypatch.setattr(aws, "identity", lambda: 1 / 0)

    code, _, err = run("plan", "--github", environ=step.environ)

    assert (code, step.outputs["verdict"]) == (1, "STACKSETS_BUG")
    assert "::error title=stacksets plan::ZeroDivisionError: division by zero" in err


@pytest.mark.parametrize("value", ["1", "true", "Yes"])
def test_a_variable_asks_for_it_as_well(value, run, step):
    environ = {**step.environ, "STACKSETS_GITHUB": value}

    assert run("plan", "--nope", environ=environ)[0] == 2
    assert step.outputs["verdict"] == "USAGE"


def test_without_the_flag_nothing_is_published(run, step):
    assert run("plan", environ={**step.environ, "STACKSETS_GITHUB": "0"})[0] == 0
    assert not step.summary.exists()
    assert not step.output.exists()


def test_json_stays_json_beside_it(run, step):
    code, out, err = run("plan", "--github", "--output", "json", environ=step.environ)

    assert (code, err) == (0, "")
    assert read_lines(out)[-1]["code"] == step.outputs["verdict"] == "changes"


def test_variables_that_are_not_set_are_named_and_cost_nothing(run):
    code, out, err = run("plan", "--github", "--expect-no-changes", environ={})

    assert code == 8
    assert "Changes, where none were expected" in out
    assert err.splitlines()[-3:] == [
        "::error title=stacksets plan::changes (exit code 8)",
        "warning: --github: GITHUB_STEP_SUMMARY is not set, so nothing was written there",
        "warning: --github: GITHUB_OUTPUT is not set, so nothing was written there",
    ]


def test_a_file_that_cannot_be_written_is_named_and_costs_nothing(run, step, tmp_path):
    environ = {**step.environ, "GITHUB_OUTPUT": str(tmp_path / "no" / "output")}

    code, _, err = run("plan", "--github", environ=environ)

    assert code == 0
    assert err.splitlines()[-1] == (
        f"warning: --github: GITHUB_OUTPUT: nothing was written to {tmp_path}/no/output: "
        "No such file or directory"
    )
    assert step.summary.read_text()


def test_a_summary_without_room_is_left_as_it_is(run, step):
    full = "x" * (1024 * 1024 - 100)
    step.summary.write_text(full)

    code, _, err = run("plan", "--github", environ=step.environ)

    assert code == 0
    assert step.summary.read_text() == full
    assert err.splitlines()[-1].endswith("summary.md: it has no room left")
    assert step.outputs["verdict"] == "changes"


def test_a_bug_in_the_summary_costs_neither_exit_code_nor_outputs(run, step, monkeypatch):
    def broken(*_):
        raise StackSetsError("what now")

    monkeypatch.setattr("stacksets.cli.github.summary", broken)
    code, _, err = run("plan", "--github", "--expect-no-changes", environ=step.environ)

    assert code == 8
    assert step.outputs["exit-code"] == "8"
    assert err.splitlines()[-1] == (
        "warning: --github: GITHUB_STEP_SUMMARY: nothing was written, by a bug of ours: "
        "StackSetsError: what now"
    )


def test_what_runs_a_command_of_yours_publishes_nothing(step):
    world = a_world(environ={**step.environ, "STACKSETS_GITHUB": "1"})

    assert main(["schema"], world) == 0
    assert not step.summary.exists()
