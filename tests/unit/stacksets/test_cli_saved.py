"""Saved plans as typed: `plan --out`, `show`, `deploy PLAN`."""

from __future__ import annotations

import json
import re

import pytest

from stacksets.cli import main
from stacksets.cli.consent import Consent
from stacksets.cli.session import Flags, Session
from stacksets.errors import OperationInProgressError, StalePlanError
from stacksets.model.observed import OperationStatus
from stacksets.plan import make_plan
from tests import worlds
from tests.builders import ACCOUNT, EAST, NAME, WEST, a_deployment, a_key, an_operation
from tests.worlds import TEMPLATE, a_world, lay_out, type_command

FILE = worlds.FILE.replace(
    "[[targets]]",
    """
[stack_set.parameters]
Suffix = "{environment}"

[stack_set.tags]
Author = "{author}"

[[targets]]""",
)
CONTENT = {
    **TEMPLATE,
    "Parameters": {"Suffix": {"Type": "String"}, "Level": {"Type": "String", "Default": "INFO"}},
}


@pytest.fixture
def folder(tmp_path):
    lay_out(tmp_path, text=FILE, template=CONTENT)
    return tmp_path


@pytest.fixture
def run(folder, aws):
    """Type a command in the folder's file; gives its exit code, stdout and stderr."""

    def run_command(*words, environ=None, typed=None):
        variables = {"NO_COLOR": "1", "TERM": "dumb", **(environ or {})}
        world = a_world(aws=aws, environ=variables, typed=typed)
        return type_command(*words, files=[folder / "stacksets.toml"], world=world)

    return run_command


@pytest.fixture
def path(folder):
    return str(folder / "plan.json")


YES = ("--yes", "--no-lint")


def test_a_saved_plan_is_shown_as_it_was_printed(run, path, folder):
    code, printed, err = run("plan", "--out", path)
    (folder / "template.json").unlink()
    world = a_world(aws=None)

    shown = main(["show", path], world)

    assert (code, shown) == (0, 0)
    assert world.stdout.getvalue() == printed
    typed = f"stacksets deploy {path} -f {folder / 'stacksets.toml'}"
    assert f"saved     {path}; `{typed}` carries it out" in err


def test_a_shown_plan_is_data_as_well(run, path):
    run("plan", "--out", path)

    code, out, _ = run("show", path, "--output", "json")

    result = json.loads(out)
    assert (code, result["code"], result["exit_code"]) == (0, "saved_plan", 0)
    assert len(result["plan"]["steps"]) == 2
    assert result["basis"]["targets"].keys() == {f"{ACCOUNT}/{EAST}", f"{ACCOUNT}/{WEST}"}
    assert result["options"] == {
        "audit": False,
        "remove_first": False,
        "retain_inoperable": False,
        "send": [],
    }
    assert result["parameters"]["instances"][0]["parameters"][0]["name"] == "Suffix"


def test_the_same_world_saves_the_same_bytes(run, path, folder):
    run("plan", "--out", path)
    run("plan", "--out", str(folder / "again.json"))

    assert (folder / "again.json").read_bytes() == (folder / "plan.json").read_bytes()


def test_a_saved_plan_is_carried_out_as_it_is(run, path, folder, aws):
    run("plan", "--environment", "prod", "--out", path)

    code, out, err = run("deploy", path, *YES, environ={"ENVIRONMENT_SUFFIX": "dev"})

    assert code == 0
    assert "2 of 2 stack instances as desired" in out
    assert f"environment prod ({path})" in err
    assert list(aws.fake_stack_sets.sets) == ["greeting-prod"]
    steps = json.loads((folder / "plan.json").read_text())["plan"]["steps"]
    assert aws.fake_stack_sets.calls[1][-1] == steps[1]["operation_id"]


def test_a_plan_without_changes_can_be_saved_and_carried_out(run, path):
    run("deploy", *YES)
    run("plan", "--out", path)

    code, out, _ = run("deploy", path, "--no-lint")

    assert code == 0
    assert out.startswith("No changes.")


def test_a_plan_is_good_once(run, path, aws):
    run("plan", "--out", path)
    run("deploy", path, *YES)
    calls = list(aws.fake_stack_sets.calls)

    code, _, err = run("deploy", path, *YES)

    assert code == 6
    assert "  - the stack set was created" in err
    assert aws.fake_stack_sets.calls == calls


def test_what_has_moved_is_data_as_well(run, path):
    run("plan", "--out", path)
    run("deploy", *YES)

    _, out, _ = run("deploy", path, *YES, "--output", "json")

    result = json.loads(out.splitlines()[-1])
    assert result["code"] == "STALE_PLAN"
    assert result["error"]["moved"] == ["the stack set was created"]


def test_a_variable_that_moved_is_named(run, path):
    run("deploy", *YES, environ={"COMMIT_AUTHOR": "ada"})
    run("plan", "--out", path, environ={"COMMIT_AUTHOR": "bob"})

    code, _, err = run("deploy", path, *YES, environ={"COMMIT_AUTHOR": "eve"})

    assert code == 6
    assert (
        "  - tag Author: bob → eve (an environment variable, REPOSITORY or COMMIT_AUTHOR, or" in err
    )


def test_an_edited_file_is_named(run, path, folder):
    run("plan", "--out", path)
    (folder / "stacksets.toml").write_text(FILE + "# a comment\n")

    code, _, err = run("deploy", path, *YES)

    assert code == 6
    assert "  - the deployment file was edited" in err


def test_a_saved_plan_still_asks_for_consent(run, path, aws):
    run("plan", "--out", path)

    assert run("deploy", path, "--no-lint")[0] == 3
    assert run("deploy", path, "--no-lint", typed="n")[0] == 3
    assert aws.fake_stack_sets.calls == []
    assert run("deploy", path, "--no-lint", typed="y")[0] == 0


def test_a_saved_plan_that_deletes_needs_to_be_allowed_to(run, path, folder):
    run("deploy", *YES)
    text = FILE.replace('"us-west-1", ', "")
    (folder / "stacksets.toml").write_text(text)
    run("plan", "--out", path)

    assert run("deploy", path, *YES)[0] == 3
    assert run("deploy", path, *YES, "--allow-delete")[0] == 0


def test_options_are_those_of_the_plan(run, path, aws):
    run("deploy", *YES)
    aws.fake_stack_sets.overrides[a_key(region=EAST)] = {"Level": "DEBUG"}

    _, printed, _ = run("plan", "--audit", "--out", path)
    code, _, _ = run("deploy", path, *YES)

    assert "! us-east-1: Level = DEBUG  (override on AWS that no file names; the file" in printed
    assert "its parameter overrides change" in printed
    assert code == 0
    assert aws.fake_stack_sets.overrides[a_key(region=EAST)] == {}


def test_of_many_instances_a_forgotten_override_is_taken_back_by_an_audited_deploy_alone(
    run, aws, monkeypatch
):
    run("deploy", *YES)
    aws.fake_stack_sets.overrides[a_key(region=EAST)] = {"Level": "DEBUG"}
    monkeypatch.setattr("stacksets.observing.MANY", 2)

    code, told, _ = run("deploy", *YES)
    assert (code, told.startswith("No changes seen. ")) == (0, True)
    assert "their overrides on AWS were not read, --audit reads them" in told
    warned = run("status", "--audit")[1]
    assert re.search("`stacksets deploy --audit -f .*` takes them back", warned)
    assert run("deploy", "--audit", *YES)[0] == 0
    assert aws.fake_stack_sets.overrides[a_key(region=EAST)] == {}


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--audit",), "come from the saved plan"),
        (("--remove-first",), "come from the saved plan"),
        (("--retain-inoperable",), "come from the saved plan"),
        (("--send", "X"), "come from the saved plan"),
        (("--environment", "prod"), "is a plan of environment dev"),
        (("-f", "other.toml"), "a saved plan is of one deployment file"),
    ],
)
def test_flags_that_say_otherwise_than_the_plan_are_wrong_usage(run, path, flags, words):
    run("plan", "--out", path)

    code, _, err = run("deploy", path, *YES, *flags)

    assert code == 2
    assert words in err


def test_the_environment_of_the_plan_may_be_said_again(run, path):
    run("plan", "--out", path)

    assert run("deploy", path, *YES, "--environment", "dev")[0] == 0


def test_only_one_plan_is_saved_at_a_time(run, path):
    code, _, err = run("plan", "-f", "other.toml", "--out", path)

    assert code == 2
    assert "--out saves the plan of one deployment file" in err


def test_a_plan_that_waits_is_not_saved_and_the_operation_is_named(run, path, aws, folder):
    run("deploy", *YES)
    running = an_operation(id="theirs", status=OperationStatus.RUNNING)
    aws.fake_stack_sets.operations["theirs"] = running

    code, _, err = run("plan", "--out", path)

    assert code == 6
    assert "operation theirs runs (RUNNING, started by another client" in err
    assert not (folder / "plan.json").exists()


def test_a_running_operation_makes_a_saved_plan_stale(run, path, aws):
    run("deploy", *YES)
    run("plan", "--out", path)
    aws.fake_stack_sets.operations["theirs"] = an_operation(
        id="theirs", status=OperationStatus.RUNNING
    )

    code, _, err = run("deploy", path, *YES)

    assert code == 6
    assert "  - an operation since: theirs RUNNING" in err


def test_what_comes_up_on_the_way_is_not_carried_out(run, path, aws):
    run("plan", "--out", path)
    aws.fake_stack_sets.refuse = [OperationInProgressError("busy", operation_id="theirs")]
    aws.fake_stack_sets.operations["theirs"] = an_operation(id="theirs")

    code, _, err = run("deploy", path, *YES)

    assert code == 6
    assert "the world has moved while the saved plan was carried out" in err
    assert aws.fake_stack_sets.calls == []


def test_what_a_saved_plan_has_left_is_planned_anew_by_a_command_without_it(run, path, aws, folder):
    run("plan", "--out", path)
    aws.fake_stack_sets.fail[a_key(region=EAST)] = "no quota"

    code, out, _ = run("deploy", path, *YES)

    assert code == 5
    typed = f"stacksets deploy -f {folder / 'stacksets.toml'} --environment dev"
    assert f"Still to do: 1 step; `{typed}` plans them anew" in out


def test_what_is_left_of_a_plan_is_planned_anew_by_the_same_command(run, aws):
    aws.fake_stack_sets.fail[a_key(region=EAST)] = "no quota"

    _, out, _ = run("deploy", *YES)

    assert "Still to do: 1 step; the same command again plans them anew" in out


def test_a_plan_that_was_edited_is_not_even_shown(run, path, folder):
    run("plan", "--out", path)
    plan = folder / "plan.json"
    plan.write_text(plan.read_text().replace("not there yet", "all is well"))

    for words in (("show", path), ("deploy", path, *YES)):
        code, out, err = run(*words)
        assert (code, out) == (3, "")
        assert "plan.json was changed since stacksets wrote it" in err


def test_consent_to_a_saved_plan_is_consent_to_no_other():
    session = Session(a_world(), Flags())
    consent = Consent(session=session, yes=True, allow_delete=True, verbatim=True)

    with pytest.raises(StalePlanError):
        consent(make_plan(a_deployment(), None))


def test_a_plan_that_cannot_be_written_is_said_in_a_sentence(run, folder):
    code, _, err = run("plan", "--out", str(folder / "absent" / "plan.json"))

    assert code == 3
    assert "cannot write" in err
    assert "--out names another file" in err


@pytest.mark.parametrize("command", ["show", "deploy"])
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot read"),
        (b"\xff", "is not UTF-8"),
        (b"{}", "is no saved plan"),
    ],
)
def test_a_file_that_is_no_plan_is_refused(run, folder, command, content, words):
    path = folder / "plan.json"
    if content is not None:
        path.write_bytes(content)

    code, out, err = run(command, str(path))

    assert (code, out) == (3, "")
    assert words in err


@pytest.mark.parametrize("command", [("show",), ("deploy",), ("plan", "--no-lint", "--out")])
def test_a_folder_where_a_plan_is_named_is_refused_as_a_missing_file_is(run, folder, command):
    code, out, err = run(*command, str(folder))

    assert (code, out) == (3, "")
    assert f"{folder}: Is a directory" in err


def test_send_is_checked_when_planning(run):
    code, _, err = run("plan", "--send", "Suffix")

    assert code == 3
    assert "no NoEcho parameter" in err


def test_the_plan_names_its_stack_set(run, path):
    run("plan", "--out", path)

    assert f"Plan for stack set {NAME}" in run("show", path)[1]
