"""Every command that is named can be typed as it stands: for the same file, environment, caller."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from stacksets.cli.session import Flags
from stacksets.cli.typed import complete_result, type_command
from stacksets.model.observed import DetailedStatus, InstanceStatus, OperationAction
from stacksets.model.observed import OperationStatus as S
from stacksets.operation_ids import Purpose, make_operation_id
from stacksets.report.message import Line, Result
from tests.builders import ACCOUNT, WEST, a_key, an_operation
from tests.worlds import FILE, TEMPLATE

NAME = "greeting-dev"
FLAGS = Flags(files=(Path("a b.toml"),), environment="prod", profile="p")
TYPED = "-f 'a b.toml' --environment prod"


def _complete(text, flags=FLAGS):
    [line] = complete_result(flags, Result(code="c", exit_code=0, lines=(Line(text),))).lines
    return line.text


@pytest.mark.parametrize(
    ("words", "typed"),
    [
        ("deploy", f"deploy {TYPED} --profile p"),
        ("deploy --allow-delete", f"deploy --allow-delete {TYPED} --profile p"),
        ("bootstrap", f"bootstrap {TYPED}"),
        ("deploy -f other.toml", "deploy -f other.toml"),
        ("show plan.json", "show plan.json"),
        ("local serve", "local serve"),
        ("import arn:it's", "import arn:it's"),
    ],
)
def test_a_command_gets_the_flags_that_it_needs_and_lacks(words, typed):
    assert _complete(f"then `stacksets {words}` does it") == f"then `stacksets {typed}` does it"


def test_of_the_usual_file_without_flags_nothing_is_said():
    assert _complete("`stacksets deploy` does", Flags()) == "`stacksets deploy` does"
    assert type_command(Flags(), ["import", "a b"]) == "stacksets import 'a b'"


def test_of_several_files_each_part_has_said_its_own():
    several = replace(FLAGS, files=(Path("a.toml"), Path("stacksets.toml")))
    assert _complete("`stacksets deploy`", several) == "`stacksets deploy`"


def test_data_is_completed_and_the_words_of_aws_stay():
    said = "`stacksets deploy`"
    data = {"hint": said, "reason": said, "causes": ({"reason": said, "n": 1, "do": [said]},)}
    result = Result(code="c", exit_code=0, lines=(), data=data)

    completed = complete_result(FLAGS, result).data

    typed = f"`stacksets deploy {TYPED} --profile p`"
    assert completed == {
        "hint": typed,
        "reason": said,
        "causes": [{"reason": said, "n": 1, "do": [typed]}],
    }


def _commands(text):
    return [shlex.split(one) for one in re.findall(r"`stacksets ([^`]*)`", text)]


def _protected(aws):
    """Leave a destroy behind that could not delete one of its stacks."""
    sets = aws.fake_stack_sets
    there = sets.sets[NAME]
    last = make_operation_id(Purpose.DESTROY, "0" * 40, 1)
    row = {
        "status": InstanceStatus.INOPERABLE,
        "detailed_status": DetailedStatus.INOPERABLE,
        "status_reason": "TerminationProtection or whatever",
        "last_operation_id": last,
    }
    rows = tuple(
        replace(one, **row) if one.key == a_key(region=WEST) else one for one in there.instances
    )
    sets.sets[NAME] = replace(there, instances=rows)
    sets.operations[last] = an_operation(id=last, action=OperationAction.DELETE, status=S.FAILED)


@pytest.mark.parametrize("output", ["text", "json"])
@pytest.mark.parametrize("command", ["destroy", "resume", "diagnose"])
def test_after_a_failed_destroy_nothing_says_to_deploy(run, aws, file, command, output):
    run("deploy", "--yes", "--no-lint")
    _protected(aws)
    reason = "Export net cannot be deleted as it is in use by app"
    aws.fake_stack_sets.fail[a_key(region=WEST)] = reason
    flags = [] if command == "diagnose" else ["--yes", "--allow-delete"]

    code, out, err = run(command, *flags, "--output", output, "--environment", "dev")

    assert code == 5
    told = _commands(json.dumps(json.loads(out.splitlines()[-1])) if output == "json" else out)
    assert {one[0] for one in told} == {"destroy"}
    assert all(one[-4:] == ["-f", str(file), "--environment", "dev"] for one in told)
    assert "stacksets deploy" not in out + err


def test_after_a_failed_deploy_the_hint_names_the_deploy_of_the_same_file(run, aws, file):
    aws.fake_stack_sets.fail[a_key(region=WEST)] = "Rate exceeded"
    assert run("deploy", "--yes", "--no-lint")[0] == 5

    code, out, _ = run("diagnose", "--profile", "p")

    assert code == 5
    assert _commands(out) == [["deploy", "-f", str(file), "--profile", "p"]] * 2


@pytest.mark.parametrize(
    ("command", "flags"),
    [("status", []), ("deploy", ["--yes", "--no-lint", "--if-busy", "refuse"])],
)
def test_what_follows_a_running_operation_is_of_the_same_file(run, aws, file, command, flags):
    run("deploy", "--yes", "--no-lint")
    sets = aws.fake_stack_sets
    sets.operations["other"] = an_operation(id="other", status=S.RUNNING)
    sets.polls_until_done = 99

    _, out, err = run(command, *flags)

    assert ["watch", "-f", str(file)] in _commands(out + err)


def test_a_caller_that_is_another_account_is_named_no_command_of_this_profile(run, aws, file):
    (file.parent / "roles.json").write_text(json.dumps(TEMPLATE))
    file.write_text(f'{FILE}\n[bootstrap]\nstack_name = "roles"\ntemplate = "roles.json"\n')
    missing = f"Account {ACCOUNT} should have 'x' role with trust relationship to Role 'y'."
    aws.fake_stack_sets.fail[a_key(region=WEST)] = missing

    _, out, _ = run("deploy", "--yes", "--no-lint", "--profile", "p")

    [bootstrap] = [one for one in _commands(out) if one[0] == "bootstrap"]
    assert "--profile" not in bootstrap
