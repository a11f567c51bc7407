"""The command line in a world of fakes: flags in, exit code out, everything told once."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from unittest.mock import Mock

import click
import pytest

from stacksets.aws.door import StackEvent
from stacksets.cli import main
from stacksets.cli.session import real_world
from stacksets.errors import CredentialsError, PermissionDeniedError, ServiceError
from stacksets.model.observed import OperationStatus
from stacksets.model.outcome import Identity
from stacksets.smoke import UrllibHttp
from tests.builders import ACCOUNT, EAST, HOME, NAME, OTHER_ACCOUNT, WEST, a_key, an_operation
from tests.said_in_json import read_lines
from tests.worlds import FILE, TEMPLATE, a_world

UUID = "00000000-0000-0000-0000-000000000000"
GONE = f"arn:aws:cloudformation:{EAST}:{ACCOUNT}:stack/StackSet-{NAME}-{UUID}/1"
LOGS = StackEvent(
    at=datetime(2026, 1, 1, tzinfo=UTC),
    logical_id="Logs",
    physical_id="forgotten",
    resource_type="AWS::Logs::LogGroup",
    status="CREATE_COMPLETE",
    reason="",
)


def _results(out):
    return read_lines(out)


def test_a_first_deploy_reaches_the_desired_state(run, aws):
    code, out, err = run("deploy", "--yes", "--no-lint")

    assert code == 0
    assert "2 of 2 stack instances as desired" in out
    assert "verified  a second plan is empty" in err
    assert [call[0] for call in aws.fake_stack_sets.calls] == [
        "create_stack_set",
        "create_instances",
    ]


def test_only_a_noecho_parameter_can_be_sent(run, file):
    code, _, err = run("deploy", "--yes", "--no-lint", "--send", "Secret")

    assert code == 3
    assert "NoEcho parameters: none" in err


def test_a_noecho_parameter_is_sent_on_request(run, file, aws):
    hidden = {"Secret": {"Type": "String", "NoEcho": True, "Default": "x"}}
    (file.parent / "template.json").write_text(json.dumps({**TEMPLATE, "Parameters": hidden}))
    run("deploy", "--yes", "--no-lint")

    code, _, err = run("deploy", "--yes", "--no-lint", "--send", "Secret")

    assert code == 0
    assert "parameter Secret sent" in err


def test_every_change_first_says_whom_it_touches(run):
    _, _, err = run("deploy", "--yes", "--no-lint")

    assert err.splitlines()[0] == (
        f"AWS account {ACCOUNT} (acme) as user/tester · home region us-west-2 · "
        "environment dev (default)"
    )


def test_a_second_deploy_calls_nothing_that_changes(run, aws):
    run("deploy", "--yes", "--no-lint")
    before = list(aws.fake_stack_sets.calls)

    code, out, _ = run("deploy", "--no-lint")

    assert code == 0
    assert out.startswith("No changes.")
    assert aws.fake_stack_sets.calls == before


def test_json_is_lines_of_events_ending_in_one_result(run):
    code, out, err = run("deploy", "--yes", "--no-lint", "--output", "json")

    lines = _results(out)
    assert code == 0
    assert err == ""
    assert [one["type"] for one in lines[:-1]] == ["event"] * (len(lines) - 1)
    last = lines[-1]
    assert (last["type"], last["code"], last["exit_code"]) == ("result", "succeeded", 0)
    assert last["caller_arn"] == f"arn:aws:iam::{ACCOUNT}:user/tester"
    assert last["git_revision"] == "c0ffee"
    assert last["command"] == "deploy"
    assert len(last["operation_ids"]) == 1
    assert [one["status"] for one in last["instances"]] == ["CURRENT", "CURRENT"]


def test_without_consent_nothing_is_written(run, aws):
    code, out, err = run("deploy", "--no-lint")

    assert code == 3
    assert out == ""
    assert "→ read the plan, then add --yes" in err
    assert aws.fake_stack_sets.calls == []


def test_a_person_may_consent(run):
    assert run("deploy", "--no-lint", typed="y")[0] == 0


def test_a_person_may_decline(run, aws):
    assert run("deploy", "--no-lint", typed="n")[0] == 3
    assert aws.fake_stack_sets.calls == []


@pytest.mark.parametrize(
    "name", ["STACKSETS_YES", "STACKSETS_DEPLOY_YES", "STACKSETS_ALLOW_DELETE"]
)
def test_no_variable_consents(run, name):
    assert run("deploy", "--no-lint", environ={name: "1"})[0] == 3


def test_a_failed_instance_is_exit_5_with_its_cause(run, aws):
    aws.fake_stack_sets.fail[a_key(region=WEST)] = "no role"

    code, out, _ = run("deploy", "--yes", "--no-lint")

    assert code == 5
    assert "no role" in out


def test_a_deploy_reads_the_overrides_of_each_instance_to_plan_and_once_more_to_verify(
    run, file, aws
):
    template = {**TEMPLATE, "Parameters": {"Level": {"Type": "String", "Default": "INFO"}}}
    (file.parent / "template.json").write_text(json.dumps(template))
    asked, read = [], aws.fake_stack_sets.read_overrides
    aws.fake_stack_sets.read_overrides = lambda name, key: asked.append(key) or read(name, key)

    def count_reads(level):
        override = f'\n[[overrides]]\nregions = ["us-east-1"]\nparameters = {{Level = "{level}"}}\n'
        file.write_text(FILE.replace("\n[environments.dev]", f"{override}\n[environments.dev]"))
        asked.clear()
        code, _, err = run("deploy", "--yes", "--no-lint")
        assert code == 0, err
        return sorted(asked)

    both = sorted([a_key(region=EAST), a_key(region=WEST)])
    assert count_reads("DEBUG") == both, "there is none to plan from, so it is to verify"
    assert count_reads("DEBUG") == both, "nothing changes, so there is nothing to verify"
    assert count_reads("WARN") == sorted([*both, *both])


def test_where_aws_answers_no_more_the_error_says_what_becomes_of_what_was_begun(
    run, aws, monkeypatch
):
    def refuse(name, operation_id):
        raise ServiceError("no answer", hint="try again later")

    with monkeypatch.context() as patch:
        patch.setattr(aws.fake_stack_sets, "find_operation", refuse)
        code, out, _ = run("deploy", "--yes", "--no-lint", "--output", "json")
    again, _, _ = run("deploy", "--yes", "--no-lint")

    result = json.loads(out.splitlines()[-1])
    assert (code, result["error"]["message"]) == (5, "no answer")
    hint = result["error"]["hint"]
    assert hint.startswith("try again later; what was begun goes on in AWS, the same command again")
    assert "of a saved plan `stacksets resume -f " in hint
    assert again == 0


def test_where_nothing_was_begun_the_error_does_not_speak_of_it(run, aws, monkeypatch):
    def refuse(name):
        raise ServiceError("no answer", hint="try again later")

    monkeypatch.setattr(aws.fake_stack_sets, "describe_stack_set", refuse)

    code, _, err = run("deploy", "--yes", "--no-lint")

    assert code == 5
    assert err.endswith("error: no answer\n→ try again later\n")


def _describe_anew(file):
    text = FILE.replace("\ntemplate", '\ndescription = "new"\ntemplate', 1)
    assert text != FILE
    file.write_text(text)


def _denied():
    return PermissionDeniedError("not allowed", hint="ask for it")


def _refused(api):
    return ServiceError("no more", hint="ask for more", api=api, refused=True)


def test_a_denial_of_the_first_call_does_not_speak_of_what_was_begun(run, aws):
    aws.fake_stack_sets.refuse = [_denied()]

    code, _, err = run("deploy", "--yes", "--no-lint")

    assert code == 4
    assert err.endswith("error: not allowed\n→ ask for it\n")


def test_a_quota_that_refuses_the_first_call_does_not_speak_of_what_was_begun(run, file, aws):
    run("deploy", "--yes", "--no-lint")
    _describe_anew(file)
    aws.fake_stack_sets.refuse = [_refused("cloudformation:UpdateStackSet")]

    code, _, err = run("deploy", "--yes", "--no-lint")

    assert code == 5
    assert err.endswith("error: no more\n→ ask for more\n")


def test_a_look_that_is_refused_after_a_call_says_what_becomes_of_that(run, file, aws, monkeypatch):
    def refuse(*_):
        raise _refused("cloudformation:DescribeStackSetOperation")

    run("deploy", "--yes", "--no-lint")
    _describe_anew(file)
    monkeypatch.setattr(aws.fake_stack_sets, "find_operation", refuse)

    code, _, err = run("deploy", "--yes", "--no-lint")

    assert code == 5
    assert "→ ask for more; what was begun goes on in AWS" in err


def test_a_denial_after_a_stack_set_was_created_says_what_becomes_of_that(run, aws, monkeypatch):
    def deny(*_):
        raise _denied()

    monkeypatch.setattr(aws.fake_stack_sets, "create_instances", deny)

    code, _, err = run("deploy", "--yes", "--no-lint")

    assert code == 4
    assert "→ ask for it; what was begun goes on in AWS" in err


def test_a_denial_while_an_operation_runs_says_what_becomes_of_that(run, file, aws, monkeypatch):
    run("deploy", "--yes", "--no-lint")
    sets = aws.fake_stack_sets
    _describe_anew(file)
    sets.polls_until_done = 1
    find, asked = sets.find_operation, []

    def deny_at_the_second_look(name, operation_id):
        asked.append(operation_id)
        if len(asked) > 1:
            raise _denied()
        return find(name, operation_id)

    monkeypatch.setattr(sets, "find_operation", deny_at_the_second_look)

    code, _, err = run("deploy", "--yes", "--no-lint")

    assert code == 4
    assert "→ ask for it; what was begun goes on in AWS" in err


def test_a_denial_after_anothers_operation_was_waited_for_has_begun_nothing(run, file, aws):
    run("deploy", "--yes", "--no-lint")
    sets = aws.fake_stack_sets
    sets.operations["theirs"] = an_operation(id="theirs", status=OperationStatus.RUNNING)
    sets.results["theirs"] = ()
    _describe_anew(file)
    sets.refuse = [_denied()]

    code, _, err = run("deploy", "--yes", "--no-lint")

    assert (code, "by another client" in err) == (4, True)
    assert err.endswith("error: not allowed\n→ ask for it\n")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("no.toml", "there is no deployment file {}"),
        ("", "the deployment file {} cannot be read: Is a directory"),
    ],
)
def test_a_folder_named_as_deployment_file_is_refused_as_a_missing_file_is(tmp_path, name, words):
    world = a_world()

    code = main(["plan", "--file", str(tmp_path / name)], world)

    assert code == 3
    assert words.format(tmp_path / name) in world.stderr.getvalue()


def test_the_template_is_linted_before_anything_is_asked_of_aws(run):
    _, _, err = run("deploy", "--yes")

    assert err.splitlines()[1] == "lint      cfn-lint: 0 errors"


def test_a_plan_lints_as_its_deploy_will_unless_it_is_told_not_to(run, file):
    _, _, err = run("plan")
    assert err.splitlines()[1] == "lint      cfn-lint: 0 errors"
    unknown = TEMPLATE | {"Resources": {"Topic": {"Type": "AWS::SNS::Topics"}}}
    (file.parent / "template.json").write_text(json.dumps(unknown))

    code, _, err = run("plan", "--out", str(file.parent / "plan.json"))

    assert code == 3
    assert "AWS::SNS::Topics" in err
    assert not (file.parent / "plan.json").exists()
    code, _, err = run("plan", "--no-lint")
    assert (code, "lint" in err) == (0, False)


def test_what_an_account_lacks_is_told_before_the_first_write(run, aws):
    aws.accounts[a_key(region=HOME)].roles = {}

    code, out, err = run("deploy", "--yes", "--no-lint")

    assert code == 4
    assert out == ""
    assert "Not ready, nothing was changed:\n  1  " in err
    assert "administration" in err
    assert aws.fake_stack_sets.calls == []


@pytest.mark.parametrize("command", [("plan",), ("deploy", "--yes", "--no-lint")])
def test_what_only_the_file_is_at_fault_for_is_refused_as_input(run, file, aws, command):
    level = {"Level": {"Type": "String", "AllowedValues": ["on", "off"]}}
    (file.parent / "template.json").write_text(json.dumps(TEMPLATE | {"Parameters": level}))
    file.write_text(
        FILE.replace("[[targets]]", '[stack_set.parameters]\nLevel = "maybe"\n[[targets]]')
    )

    code, out, _ = run(*command, "--output", "json")

    last = _results(out)[-1]
    assert (code, last["exit_code"], last["code"]) == (3, 3, "UNFIT_INPUT")
    assert "is none of on, off" in last["error"]["problems"][0]["what"]
    aws.accounts[a_key(region=HOME)].roles = {}
    assert run(*command)[0] == 4


def test_a_plan_is_not_ready_either(run, aws):
    aws.accounts[a_key(region=HOME)].roles = {}

    assert run("plan")[0] == 4


def test_a_template_with_lint_errors_is_refused(run, file, aws):
    broken = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"Nmae": "x"}}}}
    (file.parent / "template.json").write_text(json.dumps(broken))

    code, _, err = run("deploy", "--yes")

    assert code == 3
    assert "cfn-lint: 1 error" in err
    assert "--no-lint" in err
    assert run("deploy", "--yes", "--no-lint")[0] == 0


def test_credentials_of_another_account_are_refused_in_a_sentence(run, aws):
    aws.caller = Identity(account=OTHER_ACCOUNT, arn=f"arn:aws:iam::{OTHER_ACCOUNT}:root")

    code, _, err = run("status")

    assert code == 4
    assert f"credentials of account {OTHER_ACCOUNT}" in err
    assert "aws sso login" in err


def test_a_plan_shows_and_writes_nothing(run, aws):
    code, out, _ = run("plan")

    assert code == 0
    assert out.startswith(f"Plan for stack set {NAME}")
    assert aws.fake_stack_sets.calls == []


def test_an_unexpected_difference_is_exit_8(run):
    assert run("plan", "--expect-no-changes")[0] == 8

    run("deploy", "--yes", "--no-lint")

    assert run("plan", "--expect-no-changes")[0] == 0


def test_while_an_operation_runs_nobody_can_tell_whether_there_are_changes(run, aws):
    run("deploy", "--yes", "--no-lint")
    running = an_operation(status=OperationStatus.RUNNING)
    aws.fake_stack_sets.operations[running.id] = running

    code, out, _ = run("plan", "--expect-no-changes")

    assert (code, "what it leaves is not known yet" in out) == (6, True)
    assert run("plan")[0] == 0


def test_two_plans_of_the_same_world_are_the_same_bytes(run, aws):
    run("deploy", "--yes", "--no-lint")
    aws.fake_stack_sets.overrides[a_key(region=EAST)] = {"Suffix": "mine"}

    assert run("plan", "--output", "json")[1] == run("plan", "--output", "json")[1]


@pytest.mark.parametrize("flags", [(), ("--audit",)], ids=["few", "audit"])
def test_an_override_that_no_file_names_is_seen_and_taken_back(run, aws, flags):
    run("deploy", "--yes", "--no-lint")
    aws.fake_stack_sets.overrides[a_key(region=EAST)] = {"Suffix": "mine"}

    code, out, _ = run("plan", "--expect-no-changes", *flags)
    assert (code, "its parameter overrides change" in out) == (8, True)
    assert "1 override: Suffix" in run("status", *flags)[1]
    assert run("deploy", "--yes", "--no-lint", *flags)[0] == 0
    assert aws.fake_stack_sets.overrides[a_key(region=EAST)] == {}


def test_status_before_a_deploy_says_that_there_is_nothing(run):
    code, out, _ = run("status")

    assert code == 0
    assert out == f"There is no stack set {NAME} in {ACCOUNT} in us-west-2\n"


def test_status_of_a_gone_stack_is_exit_5(run, aws):
    run("deploy", "--yes", "--no-lint")
    aws.accounts[a_key(region=EAST)].stacks.clear()

    code, out, _ = run("status")

    assert code == 5
    assert "stack gone" in out


def test_status_that_could_not_read_a_stack_is_exit_4(run, aws):
    run("deploy", "--yes", "--no-lint")
    aws.closed.add(a_key(region=EAST))

    assert run("status")[0] == 4


def test_outputs_are_shown_by_account_and_region(run, aws):
    run("deploy", "--yes", "--no-lint")
    account = aws.accounts[a_key(region=EAST)]
    account.stacks = {
        name: replace(stack, outputs={"Url": "https://x/"})
        for name, stack in account.stacks.items()
    }

    code, out, _ = run("outputs")

    assert code == 0
    assert f"{ACCOUNT}/us-east-1\n  Url  https://x/\n" in out


def test_outputs_that_cannot_be_read_are_exit_4(run, aws):
    run("deploy", "--yes", "--no-lint")
    aws.closed.add(a_key(region=EAST))

    code, out, _ = run("outputs")

    assert code == 4
    assert "could not be read" in out


@pytest.mark.parametrize("command", ["outputs", "smoke"])
def test_what_is_not_deployed_has_no_endpoints(run, file, command):
    file.write_text(FILE + '\n[smoke]\noutput = "Url"\npath = "hello"\n')

    code, _, err = run(command)

    assert code == 3
    assert "there is no stack set" in err


def test_a_file_without_a_smoke_table_says_so(run):
    run("deploy", "--yes", "--no-lint")

    code, _, err = run("smoke")

    assert code == 3
    assert "has no table [smoke]" in err


def test_a_destroy_removes_all_and_looks_for_what_is_left(run, aws):
    run("deploy", "--yes", "--no-lint")

    code, out, _ = run("destroy", "--yes", "--allow-delete")

    assert code == 0
    assert out.startswith(f"2 stack instances and the stack set {NAME} removed\n")
    assert "Nothing is left" in out
    assert aws.fake_stack_sets.sets == {}


def test_what_a_destroy_left_is_listed_and_exit_5(run, aws):
    run("deploy", "--yes", "--no-lint")
    there = aws.accounts[a_key(region=EAST)]
    there.deleted_stacks = (GONE,)
    there.events[GONE] = (LOGS,)
    there.templates[GONE] = json.dumps({"Resources": {"Logs": {"Type": LOGS.resource_type}}})
    there.resources = ((LOGS.resource_type, LOGS.physical_id),)

    code, out, _ = run("destroy", "--yes", "--allow-delete")

    assert code == 5
    assert "Left, and should not be\n" in out
    assert "AWS::Logs::LogGroup  forgotten" in out


@pytest.mark.parametrize("output", ["text", "json"])
def test_a_destroy_that_could_not_look_for_what_is_left_is_exit_4(run, aws, output):
    run("deploy", "--yes", "--no-lint")
    aws.accounts[a_key(region=EAST)].list_stacks = Mock(side_effect=PermissionDeniedError("no"))
    flags = ("--yes", "--allow-delete", "--output", output)

    first, again = (run("destroy", *flags) for _ in range(2))

    assert (first[0], again[0]) == (4, 4)
    assert aws.fake_stack_sets.sets == {}
    for _, out, _ in (first, again):
        assert f"{ACCOUNT}/{EAST}: could not look for what is left (no)" in out
        assert "Nothing is left\n" not in out
        if output == "json":
            assert json.loads(out.splitlines()[-1])["code"] == "could_not_look"


def test_a_destroy_needs_to_be_allowed_to_delete(run, aws):
    run("deploy", "--yes", "--no-lint")

    code, _, err = run("destroy", "--yes")

    assert code == 3
    assert "--allow-delete" in err
    assert NAME in aws.fake_stack_sets.sets


def test_a_destroy_on_a_terminal_wants_the_name_typed(run):
    run("deploy", "--yes", "--no-lint")

    assert run("destroy", "--allow-delete", typed="y")[0] == 3
    assert run("destroy", "--allow-delete", typed=NAME)[0] == 0


def test_a_destroy_of_nothing_still_looks_for_what_is_left(run):
    code, out, _ = run("destroy")

    assert code == 0
    assert out == (
        f"No changes. There is no stack set {NAME} in us-west-2\n"
        f"Nothing is left of stacks named StackSet-{NAME}-… in the 2 accounts and regions that "
        "the file names\n"
        "  ·  a stack that was imported and let go has a name of its own: none was looked for\n"
    )


def test_a_destroy_that_fails_tells_why(run, aws):
    run("deploy", "--yes", "--no-lint")
    aws.fake_stack_sets.fail[a_key(region=WEST)] = "not empty"

    code, out, _ = run("destroy", "--yes", "--allow-delete")

    assert code == 5
    assert "not empty" in out


def test_resolving_needs_neither_aws_nor_credentials(run, tmp_path):
    def refuse(*_):
        raise CredentialsError("no credentials")

    code, out, _ = run("resolve", "--out", str(tmp_path / "out"), world=a_world(open_aws=refuse))

    assert code == 0
    written = sorted(path.name for path in (tmp_path / "out" / "dev").iterdir())
    assert written == [f"template.{ACCOUNT}.us-{side}-1.json" for side in ("east", "west")]
    assert "2 views written" in out


def test_units_have_no_views_since_aws_alone_knows_their_accounts(run, file, tmp_path):
    text = FILE.replace(
        "[stack_set]", '[stack_set]\npermission_model = "SERVICE_MANAGED"\nauto_deployment = true'
    )
    text = text.replace('accounts = ["self"]', 'organizational_units = ["ou-abcd-11111111"]')
    file.write_text("".join(one for one in text.splitlines(True) if "role" not in one))

    code, out, _ = run("resolve", "--out", str(tmp_path / "out"))

    assert code == 0
    assert "0 views written" in out
    assert "ou-abcd-11111111: AWS alone knows its accounts" in out


@pytest.mark.parametrize("section", ["Resources", "Outputs"])
def test_what_is_no_resource_or_output_is_not_shown_as_one(run, file, tmp_path, section):
    content = {**TEMPLATE, section: {**TEMPLATE.get(section, {}), "Odd": "x"}}
    (file.parent / "template.json").write_text(json.dumps(content))

    code, _, err = run("resolve", "--out", str(tmp_path / "out"))

    assert code == 3
    assert f"{section}.Odd of the template is not a mapping" in err
    assert not (tmp_path / "out").exists()


def test_resolving_all_environments_leaves_patterns_out(run, tmp_path):
    code, out, _ = run("resolve", "--out", str(tmp_path / "out"), "--all-environments")

    assert code == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["dev", "prod"]
    assert "pr-*: a pattern" in out


def test_a_folder_that_cannot_be_written_is_said_in_a_sentence(run, tmp_path):
    (tmp_path / "out").write_text("a file")

    code, _, err = run("resolve", "--out", str(tmp_path / "out" / "below"))

    assert code == 3
    assert err.startswith("error: cannot write ")


def test_self_is_account_zero_where_no_account_is_named(run, file, tmp_path):
    file.write_text(FILE.replace(f'admin_account = "{ACCOUNT}"\n', ""))

    run("resolve", "--out", str(tmp_path / "out"))

    names = [path.name for path in (tmp_path / "out" / "dev").iterdir()]
    assert "template.000000000000.us-east-1.json" in names


BOOTSTRAP = {
    "Parameters": {
        name: {"Type": "String"}
        for name in ("HomeRegion", "AdminAccountId", "ApiGatewayAccountRole", "Author")
    },
    "Resources": {
        "Topic": {
            "Type": "AWS::SNS::Topic",
            "Properties": {"TopicName": {"Fn::Sub": "${ApiGatewayAccountRole}-${Author}"}},
        }
    },
}


@pytest.fixture
def file_with_bootstrap(file):
    (file.parent / "bootstrap.json").write_text(json.dumps(BOOTSTRAP))
    file.write_text(
        FILE
        + '\n[bootstrap]\nstack_name = "roles"\ntemplate = "bootstrap.json"\n'
        + '[bootstrap.parameters]\nAuthor = "{author}"\n'
    )
    return file


def test_the_bootstrap_is_resolved_for_home_and_target_regions(run, file_with_bootstrap, tmp_path):
    run("resolve", "--out", str(tmp_path / "out"))

    def topic(region):
        path = tmp_path / "out" / "dev" / f"bootstrap.{ACCOUNT}.{region}.json"
        return json.loads(path.read_text())["Resources"]["Topic"]["Properties"]["TopicName"]

    assert topic("us-east-1") == "create-unknown"
    assert topic("us-west-2") == "leave-unknown"


def test_a_bootstrap_without_a_table_says_so(run):
    code, _, err = run("bootstrap", "--yes")

    assert code == 3
    assert "has no table [bootstrap]" in err


def test_a_bootstrap_asks_before_it_writes(run, file_with_bootstrap, aws):
    assert run("bootstrap")[0] == 3
    assert run("bootstrap", typed="n")[0] == 3
    assert aws.accounts[a_key(region=HOME)].calls == []


def test_a_wrong_flag_is_exit_2_and_told_on_stderr(run):
    code, out, err = run("deploy", "--forc")

    assert (code, out) == (2, "")
    assert err.startswith("error: No such option '--forc'")


@pytest.mark.parametrize(
    ("arguments", "environ"),
    [
        (["deploy", "--forc", "--output", "json"], {}),
        (["deploy", "--output=json", "--forc"], {}),
        (["deploy", "--forc"], {"STACKSETS_OUTPUT": "json"}),
    ],
)
def test_a_wrong_flag_with_json_is_a_result_line(arguments, environ):
    world = a_world(environ=environ)

    code = main(arguments, world)

    assert code == 2
    assert _results(world.stdout.getvalue())[-1]["code"] == "USAGE"
    assert world.stderr.getvalue() == ""


def test_a_command_inside_local_run_does_not_choose_our_voice():
    world = a_world()

    assert main(["local", "--forc", "run", "--", "x", "--output", "json"], world) == 2
    assert world.stdout.getvalue() == ""


def test_text_on_the_command_line_wins_over_the_variable():
    world = a_world(environ={"STACKSETS_OUTPUT": "json"})

    assert main(["deploy", "--forc", "--output", "text"], world) == 2
    assert world.stdout.getvalue() == ""


def test_no_command_is_wrong_usage_and_shows_the_help():
    world = a_world()

    assert main([], world) == 2
    assert "Usage: stacksets [OPTIONS] COMMAND" in world.stderr.getvalue()


def test_a_refused_call_is_told_with_its_hint(run, file):
    def refuse(*_):
        raise PermissionDeniedError("not allowed to call sts:GetCallerIdentity", hint="ask")

    code, out, err = run("status", world=a_world(open_aws=refuse))

    assert (code, out) == (4, "")
    assert err == "error: not allowed to call sts:GetCallerIdentity\n→ ask\n"


def test_a_bad_file_lists_its_problems(run, file):
    file.write_text(FILE.replace("home_region", "hom_region"))

    code, _, err = run("plan")

    assert code == 3
    assert "hom_region" in err


def _broken(error):
    def raise_it(*_):
        raise error

    return a_world(open_aws=raise_it)


def test_without_credentials_the_record_still_says_what_was_meant(run):
    world = _broken(CredentialsError("no credentials"))

    _, out, _ = run("deploy", "--no-lint", "--output", "json", world=world)

    last = _results(out)[-1]
    assert (last["stack_set"], last["git_revision"]) == (NAME, "c0ffee")
    assert last["account"] is None


def test_what_nobody_foresaw_is_a_bug_of_ours(run):
    code, _, err = run("plan", world=_broken(RuntimeError("surprise")))

    assert code == 1
    assert err.startswith("error: a bug of ours: RuntimeError: surprise\n→ please report")
    assert "Traceback" not in err


def test_the_traceback_comes_with_v(run):
    assert "Traceback" in run("plan", "-v", world=_broken(RuntimeError("surprise")))[2]


def test_an_interrupt_before_the_first_write_changed_nothing(run):
    code, _, err = run("plan", world=_broken(KeyboardInterrupt()))

    assert code == 130
    assert "nothing was changed" in err


def test_ctrl_c_at_the_question_is_an_interrupt(run):
    assert run("plan", world=_broken(click.Abort()))[0] == 130


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_that_ends_the_process_is_told_and_gives_its_code(run, aws, number, code):
    def open_aws(*_):
        signal.raise_signal(number)

    before = signal.getsignal(number)

    assert run("plan", world=a_world(open_aws=open_aws))[0] == code
    assert signal.getsignal(number) is before


def test_a_signal_that_is_ignored_stays_so(run, aws):
    def open_aws(*_):
        signal.raise_signal(signal.SIGHUP)
        return aws

    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert run("status", world=a_world(open_aws=open_aws))[0] == 0
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_run_that_was_left_still_names_its_operations(run, aws, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(aws.fake_stack_sets, "list_results", interrupt)
    monkeypatch.setattr(aws.fake_stack_sets, "find_operation", interrupt)

    code, out, _ = run("deploy", "--yes", "--no-lint", "--output", "json")

    last = _results(out)[-1]
    assert (code, last["code"]) == (130, "DETACHED")
    assert last["error"]["message"].startswith("left operation stacksets-deploy-")
    assert len(last["operation_ids"]) == 1


def test_ctrl_c_while_the_stages_are_imported_needs_no_traceback(monkeypatch, capsys):
    class Interrupting:
        def find_spec(self, name, *_):
            if name == "stacksets.cli.edge":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "stacksets.cli.edge")
    monkeypatch.delattr("stacksets.cli.edge")
    monkeypatch.setattr("sys.meta_path", [Interrupting(), *sys.meta_path])

    assert main(["plan"], a_world()) == 130
    assert capsys.readouterr().err == "interrupted; nothing was changed\n"


def test_an_error_in_json_carries_the_record(run, aws):
    aws.accounts[a_key(region=HOME)].roles = {}

    code, out, _ = run("deploy", "--yes", "--no-lint", "--output", "json")

    last = _results(out)[-1]
    assert (code, last["exit_code"], last["code"]) == (4, 4, "NOT_READY")
    assert last["account"] == ACCOUNT
    assert last["error"]["problems"]


def test_the_profile_and_the_home_region_reach_aws(run, aws):
    seen = []

    def open_aws(profile, home_region):
        seen.append((profile, home_region))
        return aws

    run("status", "--profile", "admin", world=a_world(open_aws=open_aws))

    assert seen == [("admin", HOME)]


def test_the_environment_is_said_with_its_source(run):
    assert "environment prod (--environment)" in run("status", "--environment", "prod")[2]
    assert (
        "environment pr-7 (ENVIRONMENT_SUFFIX)"
        in run("status", environ={"ENVIRONMENT_SUFFIX": "pr-7"})[2]
    )


@pytest.mark.parametrize("environ", [{}, {"NO_COLOR": "1"}])
def test_colour_is_for_terminals_that_want_it(run, environ):
    _, out, _ = run("status", typed="", environ=environ)

    assert ("\x1b[" in out) is not bool(environ)


def test_no_color_is_a_flag_too(run):
    assert "\x1b[3" not in run("status", "--no-color", typed="", environ={})[1]


def test_smoke_calls_what_the_outputs_name(run, file, aws):
    file.write_text(FILE + '\n[smoke]\noutput = "Url"\npath = "hello"\nbody = "hello"\n')
    run("deploy", "--yes", "--no-lint")
    for region in (EAST, WEST):
        account = aws.accounts[a_key(region=region)]
        account.stacks = {
            name: replace(stack, outputs={"Url": f"https://{region}.example/"})
            for name, stack in account.stacks.items()
        }

    code, out, _ = run("smoke")

    assert code == 0
    assert out.startswith("https://us-east-1.example/hello  200  hello  5 ms\n")
    aws.closed.add(a_key(region=WEST))
    assert run("smoke")[0] == 4


def test_a_bootstrap_makes_its_stacks_and_says_so(run, file_with_bootstrap, aws):
    code, out, err = run("bootstrap", "--yes")

    assert code == 0
    assert "111111111111/us-west-2: creating stack roles" in err
    assert [line.split() for line in out.splitlines()] == [
        [f"{ACCOUNT}/{region}", "roles", "created"] for region in (HOME, EAST, WEST)
    ]


def test_a_value_that_the_template_of_a_bootstrap_refuses_is_exit_3_as_it_is_of_a_plan(
    run, file_with_bootstrap, aws
):
    level = {"Type": "String", "AllowedValues": ["on", "off"]}
    parameters = BOOTSTRAP["Parameters"] | {"Level": level}
    template = BOOTSTRAP | {"Parameters": parameters}
    (file_with_bootstrap.parent / "bootstrap.json").write_text(json.dumps(template))
    file_with_bootstrap.write_text(file_with_bootstrap.read_text() + 'Level = "high"\n')

    code, _, err = run("bootstrap", "--yes")

    assert code == 3
    assert "Not ready, nothing was changed" in err
    assert '[bootstrap.parameters] Level: "high" is none of on, off' in err
    assert "create_stack" not in aws.accounts[a_key(region=HOME)].calls


def test_a_bootstrap_where_a_region_is_not_enabled_is_exit_4_as_a_plan_is(
    run, file_with_bootstrap, aws
):
    text = file_with_bootstrap.read_text()
    file_with_bootstrap.write_text(text.replace('["us-west-1", ', '["eu-south-1", '))

    # Nobody is asked to agree to what cannot be done.
    for command in (["bootstrap"], ["bootstrap", "--yes"], ["deploy", "--yes"]):
        code, _, err = run(*command)

        assert code == 4
        assert "region eu-south-1 is not enabled" in err
        assert "aws account enable-region --region-name eu-south-1" in err
    assert "create_stack" not in aws.accounts[a_key(region=HOME)].calls


def test_a_target_account_is_bootstrapped_with_its_own_credentials(run, file_with_bootstrap, aws):
    text = file_with_bootstrap.read_text()
    file_with_bootstrap.write_text(text.replace('["self"]', f'["self", "{OTHER_ACCOUNT}"]'))
    aws.caller = Identity(account=OTHER_ACCOUNT, arn=f"arn:aws:iam::{OTHER_ACCOUNT}:root")

    assert run("bootstrap", "--yes")[0] == 0


@pytest.mark.parametrize("account", [ACCOUNT, OTHER_ACCOUNT])
def test_of_several_accounts_none_is_bootstrapped_before_the_administrator_is_named(
    run, file_with_bootstrap, aws, account
):
    text = file_with_bootstrap.read_text().replace('["self"]', f'["self", "{OTHER_ACCOUNT}"]')
    file_with_bootstrap.write_text(text.replace(f'admin_account = "{ACCOUNT}"\n', ""))
    aws.caller = Identity(account=account, arn=f"arn:aws:iam::{account}:root")

    code, out, err = run("bootstrap", "--yes")

    assert (code, out) == (3, "")
    assert "does not say which of them is the administrator account" in err
    assert '→ write admin_account = "<the administrator account>" into [stack_set]' in err
    assert [call for one in aws.accounts.values() for call in one.calls] == []


@pytest.fixture
def half_closed(file, aws):
    """A second account that may not be entered."""
    file.write_text(FILE.replace('["self"]', f'["self", "{OTHER_ACCOUNT}"]'))
    aws.closed |= {a_key(OTHER_ACCOUNT, region) for region in (HOME, EAST, WEST)}


def test_what_could_not_be_checked_is_said_and_gone_on_with(run, half_closed):
    code, _, err = run("plan")

    assert code == 0
    assert "  ?  could not check" in err


def test_what_could_not_be_checked_stands_below_what_is_missing(run, half_closed, aws):
    aws.accounts[a_key(region=HOME)].roles = {}

    code, _, err = run("plan")

    assert code == 4
    assert err.index("  1  ") < err.index("  ?  could not check")


@pytest.mark.parametrize("name", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_a_second_stack_set_is_looked_for_where_aws_tools_would_make_one(run, aws, name):
    asked = []
    there = aws.fake_stack_sets
    aws.stack_sets = lambda region, call_as: asked.append(region) or there

    run("plan", environ={name: "eu-west-1"})

    assert "eu-west-1" in asked


def test_local_run_gives_the_exit_code_of_its_command(monkeypatch):
    seen = {}

    def run_command(command, *, account, out):
        seen.update(command=command, account=account)
        return 7

    monkeypatch.setattr("stacksets.cli.embedded.run_command", run_command)

    assert main(["local", "run", "--", "sh", "-c", "exit 7", "--yes"], a_world()) == 7
    assert seen == {"command": ("sh", "-c", "exit 7", "--yes"), "account": "000000000000"}


@pytest.mark.parametrize("account", ["12", "1111222233334", "11112222333x", "١١١١٢٢٢٢٣٣٣٣"])
def test_local_run_refuses_what_no_account_is_called(monkeypatch, account):
    monkeypatch.delattr("stacksets.local.run.embedded_aws")
    world = a_world()

    assert main(["local", "run", "--account", account, "--", "true"], world) == 2
    assert "is no account id, which has 12 digits" in world.stderr.getvalue()


def test_local_serve_runs_until_it_is_interrupted(monkeypatch):
    def serve(*, out):
        raise KeyboardInterrupt

    monkeypatch.setattr("stacksets.cli.embedded.serve_forever", serve)

    assert main(["local", "serve"], a_world()) == 130


def test_outside_of_tests_the_world_is_the_process(file, capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["stacksets", "status", "-f", str(file), "--profile", "nobody"])

    code = main()

    assert code == 4
    assert capsys.readouterr().err.startswith("error: ")


def test_outside_of_tests_smoke_has_a_real_client():
    with real_world().open_http() as http:
        assert isinstance(http, UrllibHttp)


def test_streams_that_are_no_files_are_taken_as_they_are(monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr("sys.stdout", stream)

    assert real_world().stdout is stream


def test_a_stream_that_knows_only_ascii_still_gets_its_lines(file):
    done = subprocess.run(
        [sys.executable, "-m", "stacksets", "plan", "-f", file.parent / "none.toml"],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )

    assert done.returncode == 3
    assert b"\n? " in done.stderr


def test_the_package_runs_as_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "stacksets", "--version"], capture_output=True, text=True, check=True
    )

    assert done.stdout.startswith("stacksets, version ")
