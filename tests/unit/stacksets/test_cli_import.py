"""import as it is typed, in a world of fakes."""

from __future__ import annotations

import json

import pytest

from stacksets.errors import ServiceError
from stacksets.model.observed import OperationStatus
from tests.builders import ACCOUNT, CONTENT, EAST, NAME, WEST, a_key, a_stack_id, an_operation
from tests.fakes import FakeClock, put_stack
from tests.worlds import a_world, lay_out


@pytest.fixture
def file(tmp_path):
    """A deployment file whose template is that of the stacks."""
    return lay_out(tmp_path, template=CONTENT)


@pytest.fixture
def stack_ids(aws):
    """A plain stack of the template in each target region."""
    return [put_stack(aws, a_key(region=region)) for region in (EAST, WEST)]


def _calls(aws):
    return [call[0] for call in aws.fake_stack_sets.calls]


def test_stacks_are_imported_after_one_question(run, aws, stack_ids):
    code, out, err = run("import", *stack_ids, typed="y")

    assert code == 0
    assert "Carry this out? [y/N]" in err
    assert "verified  a second plan is empty" in err
    assert "2 of 2 stack instances current" in out
    assert out.splitlines()[-1] == "A deploy would change nothing"
    assert _calls(aws) == ["create_stack_set", "import_stacks"]


def test_a_second_import_changes_nothing_and_says_what_is_there(run, aws, stack_ids):
    run("import", "--yes", *stack_ids)
    before = _calls(aws)

    code, out, _ = run("import", *stack_ids)

    assert code == 0
    assert out.startswith(f"No changes. Already stack instances of {NAME}: 2 stacks\nParameters\n")
    assert _calls(aws) == before


def test_after_an_import_a_deploy_has_nothing_to_do(run, stack_ids):
    run("import", "--yes", *stack_ids)

    assert run("plan", "--expect-no-changes")[0] == 0


def test_a_stack_that_is_named_twice_is_imported_once(run, aws, stack_ids):
    code, _, _ = run("import", "--yes", stack_ids[0], stack_ids[0])

    assert code == 0
    assert aws.fake_stack_sets.calls[-1][1] == (stack_ids[0],)


def test_what_is_left_for_a_deploy_is_counted_with_the_command_that_shows_it(run, file, stack_ids):
    code, out, _ = run("import", "--yes", stack_ids[0], "--environment", "dev")

    assert code == 0
    assert out.splitlines()[-2:] == [
        "A deploy would still take 1 step; stack instances: 1 to create",
        f"→ `stacksets plan -f {file} --environment dev` shows it",
    ]
    assert out.startswith("Succeeded in 0.0 s: 1 of 1 stack instance current\n")
    assert "as desired" not in out


def test_without_consent_nothing_is_changed(run, aws, stack_ids):
    refused, _, err = run("import", *stack_ids)
    no, _, _ = run("import", *stack_ids, typed="n")

    assert (refused, no) == (3, 3)
    assert "add --yes" in err
    assert _calls(aws) == []


@pytest.mark.parametrize("names", [("mine",), ("mine", "yours"), ()])
def test_anything_but_arns_is_wrong_usage(run, aws, names):
    code, _, err = run("import", "--yes", *names)

    assert code == 2
    assert ", ".join(names) in err
    assert "STACK_ARN" in err
    assert _calls(aws) == []


def test_all_problems_are_told_before_anything_is_changed(run, aws, stack_ids):
    put_stack(aws, a_key(), status="ROLLBACK_COMPLETE")
    nowhere = a_stack_id(a_key(region="eu-west-1"))

    code, _, err = run("import", "--yes", *stack_ids, nowhere)

    assert code == 3
    assert "Not importable as it is, nothing was changed:" in err
    assert f"  1  {ACCOUNT}/{EAST} mine: is ROLLBACK_COMPLETE" in err
    assert f"  2  {ACCOUNT}/eu-west-1 mine: there is no such stack" in err
    assert _calls(aws) == []


def test_a_stack_that_may_not_be_read_is_a_matter_of_access(run, aws, stack_ids):
    aws.closed.add(a_key(region=WEST))

    code, _, err = run("import", "--yes", *stack_ids)

    assert code == 4
    assert f"{ACCOUNT}/{WEST} mine: could not be read: may not enter" in err


def test_roles_that_are_missing_are_told_before_anything_is_changed(run, aws, stack_ids):
    for account in aws.accounts.values():
        account.roles = {}

    code, _, err = run("import", "--yes", *stack_ids)

    assert code == 4
    assert "no role administration" in err
    assert _calls(aws) == []


def test_names_that_the_stacks_have_taken_themselves_stop_no_import(run, aws, file):
    logs = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "mine"}}
    content = json.dumps({"Resources": {"Logs": logs}})
    (file.parent / "template.json").write_text(content)
    stack_ids = [
        put_stack(aws, a_key(region=region), body=content, parameters={}) for region in (EAST, WEST)
    ]
    for account in aws.accounts.values():
        account.resources = (("AWS::Logs::LogGroup", "mine"),)

    assert run("deploy", "--yes", "--no-lint")[0] == 4
    assert run("import", "--yes", *stack_ids)[0] == 0


def test_a_failed_import_exits_5_and_tells_the_way_out(run, aws, stack_ids):
    aws.fake_stack_sets.fail[a_key(region=WEST)] = "it has no template"

    code, out, _ = run("import", "--yes", *stack_ids)

    assert code == 5
    assert "it has no template" in out
    assert "--retain-stacks" in out
    assert "A deploy would" not in out


def test_json_ends_in_one_result_that_names_the_stacks_and_what_a_deploy_would_do(run, stack_ids):
    code, out, _ = run("import", "--yes", "--output", "json", *stack_ids)

    result = json.loads(out.splitlines()[-1])
    assert (code, result["type"], result["code"]) == (0, "result", "succeeded")
    assert result["command"] == "import"
    assert result["imported"]["stack_ids"] == stack_ids
    assert result["imported"]["deploy"]["is_empty"]
    again = json.loads(run("import", "--output", "json", *stack_ids)[1].splitlines()[-1])
    assert (again["code"], again["verdict"]) == ("no_changes", "no_changes")
    assert again["imported"]["stack_ids"] == stack_ids


def test_another_operation_is_refused_where_that_was_asked_for(run, aws, stack_ids):
    run("import", "--yes", stack_ids[0])
    aws.fake_stack_sets.operations["theirs"] = an_operation(
        id="theirs", status=OperationStatus.RUNNING
    )
    aws.fake_stack_sets.results["theirs"] = ()
    aws.fake_stack_sets.polls_until_done = 99

    code, _, err = run("import", "--yes", "--if-busy", "refuse", *stack_ids)

    assert code == 6
    assert "operation theirs (CREATE, RUNNING, by another client) is under way" in err


def test_the_command_that_goes_on_is_the_same_with_the_same_stacks(run, file, aws, stack_ids):
    aws.fake_stack_sets.polls_until_done = 999

    code, _, err = run("import", "--yes", "--timeout", "1", *stack_ids)

    assert code == 7
    assert f"`stacksets import {' '.join(stack_ids)} -f {file}` goes on with it" in err


def test_ctrl_c_leaves_the_import_and_says_how_to_go_on(run, aws, stack_ids):
    class Typing(FakeClock):
        def sleep(self, seconds):
            super().sleep(seconds)
            if len(self.slept) == 1:
                raise KeyboardInterrupt

    aws.fake_stack_sets.polls_until_done = 99

    code, _, err = run("import", "--yes", *stack_ids, world=a_world(aws=aws, clock=Typing()))

    assert code == 130
    assert f"`stacksets import {stack_ids[0]} {stack_ids[1]} -f " in err
    aws.fake_stack_sets.polls_until_done = 0
    assert run("import", "--yes", *stack_ids)[0] == 0
    assert _calls(aws) == ["create_stack_set", "import_stacks"]


def test_resume_says_that_the_same_import_goes_on(run, file, stack_ids):
    run("import", "--yes", *stack_ids)

    code, _, err = run("resume", "--yes")

    assert code == 3
    assert f"type the same `stacksets import -f {file}` again, with the same stacks" in err


def test_an_import_that_succeeded_is_told_also_where_nothing_more_can_be_read(
    run, aws, stack_ids, monkeypatch
):
    def refuse(name, key):
        raise ServiceError("AWS throttled to the end")

    monkeypatch.setattr(aws.fake_stack_sets, "read_overrides", refuse)

    code, out, _ = run("import", "--yes", *stack_ids)

    assert code == 0
    assert out.startswith("Succeeded in ")
    assert out.splitlines()[-1] == (
        "  ?  imported, but what a deploy would do could not be told: AWS throttled to the end"
    )


def test_a_set_that_is_gone_when_it_is_looked_at_again_ends_without_what_it_holds(
    run, aws, stack_ids, monkeypatch
):
    run("import", "--yes", *stack_ids)
    seen = [aws.fake_stack_sets.sets[NAME]]
    monkeypatch.setattr(
        aws.fake_stack_sets, "describe_stack_set", lambda _: seen.pop() if seen else None
    )

    code, out, _ = run("import", *stack_ids)

    assert code == 0
    assert len(out.splitlines()) == 1
