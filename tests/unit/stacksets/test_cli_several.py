"""Several deployment files in one run: one table, one consent, one verdict."""

from __future__ import annotations

import json
import re
from unittest.mock import Mock

import pytest

from stacksets.cli import main
from stacksets.errors import PermissionDeniedError
from stacksets.report.message import Line, Result
from stacksets.report.several import PartResult, several_result
from tests.builders import ACCOUNT, OTHER_ACCOUNT, WEST, a_key
from tests.worlds import TEMPLATE, a_world, type_command

FILE = """
[stack_set]
name = "{name}-{{environment}}"
template = "template.json"
home_region = "us-west-2"
administration_role_arn = "arn:aws:iam::{account}:role/administration"
execution_role_name = "execution"

[[targets]]
accounts = ["self"]
regions = ["us-west-1", "us-east-1"]

[environments.dev]
{more}
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "template.json").write_text(json.dumps(TEMPLATE))
    for name in ("blue", "green", "red"):
        write(tmp_path, name)
    return tmp_path


def write(folder, file, *, name=None, more=""):
    text = FILE.format(name=name or file, account=ACCOUNT, more=more)
    (folder / f"{file}.toml").write_text(text)


@pytest.fixture
def run(folder, aws):
    """Type a command for some of the files; gives its exit code, stdout and stderr."""

    def run_command(command, *files, flags=(), typed=None, environ=None):
        world = a_world(typed=typed, aws=aws, environ=environ)
        paths = [folder / f"{file}.toml" for file in files]
        return type_command(command, *flags, files=paths, world=world)

    return run_command


YES = ("--yes", "--no-lint")


def created(aws):
    return sorted(aws.fake_stack_sets.sets)


def test_several_stack_sets_are_deployed_in_the_order_of_their_files(run, aws):
    code, out, err = run("deploy", "green", "blue", flags=YES)

    assert code == 0
    assert created(aws) == ["blue-dev", "green-dev"]
    assert err.index("stack set 1/2  green-dev") < err.index("stack set 2/2  blue-dev")
    assert out.endswith("2 of 2 stack sets well: succeeded\n")


def test_all_are_planned_before_the_first_is_begun(run):
    _, _, err = run("deploy", "green", "blue", flags=YES)

    planned = [found.start() for found in re.finditer("Plan for stack set", err)]
    assert len(planned) == 2
    assert max(planned) < err.index("stack set 1/2")


def test_every_account_is_told_with_the_file_that_it_is_of(run, folder):
    _, _, err = run("plan", "green", "blue")
    _, _, alone = run("plan", "green")

    headers = [line for line in err.splitlines() if line.startswith("AWS account")]
    assert [line.split(" · ")[-1] for line in headers] == [
        str(folder / "green.toml"),
        str(folder / "blue.toml"),
    ]
    assert "green.toml" not in alone


def test_the_result_in_json_is_one_and_every_message_names_its_stack_set(run):
    code, out, _ = run("deploy", "green", "blue", flags=(*YES, "--output", "json"))

    lines = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [one["type"] for one in lines] == ["event"] * (len(lines) - 1) + ["result"]
    assert {one["stack_set"] for one in lines[:-1]} == {"green-dev", "blue-dev"}
    last = lines[-1]
    assert (last["code"], last["exit_code"], last["command"]) == ("succeeded", 0, "deploy")
    assert [one["stack_set"] for one in last["results"]] == ["green-dev", "blue-dev"]
    assert [one["code"] for one in last["results"]] == ["succeeded", "succeeded"]
    assert len(last["operation_ids"]) == 2
    assert last["results"][0]["operation_ids"] == last["operation_ids"][:1]


def test_one_question_is_asked_for_all(run, aws):
    code, _, err = run("deploy", "green", "blue", flags=("--no-lint",), typed="y")

    assert code == 0
    assert err.count("Carry these 2 plans out? [y/N]") == 1
    assert created(aws) == ["blue-dev", "green-dev"]


def test_a_no_changes_none_of_them(run, aws):
    code, _, err = run("deploy", "green", "blue", flags=("--no-lint",), typed="n")

    assert code == 3
    assert "nothing was changed" in err
    assert created(aws) == []


def test_what_has_nothing_to_do_is_not_asked_for(run):
    run("deploy", "green", flags=YES)

    code, out, err = run("deploy", "green", "blue", flags=("--no-lint",), typed="y")

    assert code == 0
    assert "Carry this out? [y/N]" in err
    assert "  green-dev" in out
    assert out.endswith("2 of 2 stack sets well: succeeded\n")


def test_after_a_failure_the_rest_is_not_attempted_and_named(run, aws):
    aws.fake_stack_sets.fail[a_key(region=WEST)] = "no quota"

    code, out, _ = run("deploy", "green", "blue", "red", flags=YES)

    assert code == 5
    assert created(aws) == ["green-dev"]
    table = out[out.index("── all stack sets") :].splitlines()[1:]
    assert [line.split()[0] for line in table[:-1]] == ["green-dev", "blue-dev", "red-dev"]
    assert "failed (exit code 5)" in table[0]
    assert "not attempted" in table[1]
    assert "not attempted" in table[2]
    assert table[-1] == "0 of 3 stack sets well: failed (exit code 5)"


def test_where_one_cannot_be_planned_none_is_begun_and_all_is_told(run, aws, folder):
    write(folder, "blue", more="[[overrides]]\nnonsense = 1")
    write(folder, "red", more=f'[environments.dev.stack_set]\nadmin_account = "{OTHER_ACCOUNT}"')

    code, out, _ = run("deploy", "green", "blue", "red", flags=YES)

    assert code == 3
    assert created(aws) == []
    assert "nonsense" in out
    assert f"names {OTHER_ACCOUNT}" in out
    assert "Not attempted: nothing was changed" in out


def test_a_file_that_is_not_there_is_told_by_its_name(run):
    code, out, _ = run("plan", "green", "absent")

    assert code == 3
    assert "there is no deployment file" in out
    assert "  -          " in out
    assert "Plan for stack set green-dev" in out


@pytest.mark.parametrize("command", ["plan", "status", "deploy", "destroy"])
def test_two_files_of_the_same_stack_set_are_refused(run, folder, aws, command):
    write(folder, "blue", name="green")

    code, _, err = run(command, "green", "blue")

    assert code == 3
    assert "both name the stack set green-dev in us-west-2" in err
    assert created(aws) == []


def test_files_of_the_same_name_in_other_accounts_are_two_stack_sets(run, folder):
    for file, account in (("green", ACCOUNT), ("blue", OTHER_ACCOUNT)):
        more = f'[environments.dev.stack_set]\nadmin_account = "{account}"'
        write(folder, file, name="green", more=more)

    code, out, _ = run("plan", "green", "blue")

    assert code == 4
    assert "Plan for stack set green-dev" in out
    assert f"names {OTHER_ACCOUNT}" in out


@pytest.mark.parametrize("command", ["plan", "status", "outputs", "smoke"])
def test_what_only_looks_takes_several_files(run, folder, command):
    smoke = '[smoke]\noutput = "Url"\npath = ""'
    write(folder, "green", more=smoke)
    write(folder, "blue", more=smoke)
    run("deploy", "green", "blue", flags=YES)

    code, out, _ = run(command, "green", "blue", flags=("--output", "json"))

    last = json.loads(out.splitlines()[-1])
    assert last["exit_code"] == code
    assert [one["stack_set"] for one in last["results"]] == ["green-dev", "blue-dev"]
    assert len({one["code"] for one in last["results"]}) == 1


def test_what_cannot_be_told_of_one_leaves_the_others(run, aws):
    run("deploy", "green", flags=YES)

    code, out, _ = run("outputs", "blue", "green")

    assert code == 3
    assert "there is no stack set blue-dev" in out
    assert "── green-dev" in out


def test_expected_no_changes_hold_for_all(run):
    run("deploy", "green", flags=YES)

    code, out, _ = run("plan", "green", "blue", flags=("--expect-no-changes",))

    assert code == 8
    assert out.endswith("1 of 2 stack sets well: changes (exit code 8)\n")


def test_destroying_several_asks_for_all_names(run, aws):
    run("deploy", "green", "blue", flags=YES)

    refused, _, err = run("destroy", "green", "blue", flags=("--allow-delete",), typed="green-dev")
    code, out, _ = run(
        "destroy", "green", "blue", flags=("--allow-delete",), typed="green-dev blue-dev"
    )

    assert (refused, code) == (3, 0)
    assert "Type the names of the stack sets (green-dev blue-dev) to remove them:" in err
    assert created(aws) == []
    assert out.endswith("2 of 2 stack sets well: succeeded\n")


@pytest.mark.parametrize("order", [("green", "blue"), ("blue", "green")])
def test_what_is_not_deployed_is_not_counted_as_well(run, order):
    run("deploy", "green", flags=YES)

    code, out, _ = run("status", *order)
    in_json = run("status", *order, flags=("--output", "json"))[1]

    assert code == 0
    assert out.endswith("1 of 2 stack sets well, 1 not deployed\n")
    assert json.loads(in_json.splitlines()[-1])["code"] == "not_deployed"


def test_what_could_not_be_looked_for_after_one_removal_stops_no_other(run, aws):
    run("deploy", "green", "blue", flags=YES)
    for there in aws.accounts.values():
        there.list_stacks = Mock(side_effect=PermissionDeniedError("no"))

    code, out, _ = run("destroy", "green", "blue", flags=("--yes", "--allow-delete"))

    assert code == 4
    assert aws.fake_stack_sets.sets == {}
    assert "not attempted" not in out
    assert out.endswith("0 of 2 stack sets well: could not look (exit code 4)\n")


def test_an_error_on_the_way_is_that_stack_sets_and_stops_the_rest(run, aws):
    aws.fake_stack_sets.refuse = [PermissionDeniedError("may not create", hint="ask")]

    code, out, _ = run("deploy", "green", "blue", flags=YES)

    assert code == 4
    assert "may not create" in out
    assert "not attempted (exit code 4)" in out


def test_where_all_are_refused_the_words_go_to_stderr(run):
    code, out, err = run("deploy", "one", "two", flags=YES)

    assert (code, out) == (3, "")
    assert err.count("there is no deployment file") == 2


@pytest.mark.parametrize("command", ["bootstrap", "resolve"])
def test_a_command_of_one_file_refuses_several(run, command):
    code, _, err = run(command, "green", "blue")

    assert code == 2
    assert f"{command} takes one deployment file" in err


def test_the_variable_names_several_files_as_paths_are_listed(folder, aws):
    files = f"{folder}/green.toml:{folder}/blue.toml"
    world = a_world(aws=aws, environ={"NO_COLOR": "1", "TERM": "dumb"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STACKSETS_FILE", files)
        code = main(["status"], world)

    assert code == 0
    assert "0 of 2 stack sets well, 2 not deployed\n" in world.stdout.getvalue()


@pytest.mark.parametrize(
    ("codes", "worst"),
    [
        ((0, 0), 0),
        ((0, 8), 8),
        ((8, 7), 7),
        ((7, 4), 4),
        ((4, 5), 5),
        ((5, 6), 6),
        ((6, 3), 3),
        ((3, 130), 130),
        ((130, 99), 99),
    ],
)
def test_the_exit_code_is_the_worst(codes, worst):
    parts = [
        PartResult(
            file=f"{code}.toml",
            stack_set=None,
            result=Result(code=f"C{code}", exit_code=code, lines=(Line("x"),)),
        )
        for code in codes
    ]

    result = several_result(parts, {})

    assert (result.exit_code, result.code) == (worst, f"C{worst}")
    assert several_result(parts[::-1], {}).exit_code == worst
