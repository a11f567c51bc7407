"""watch, stop, resume and events as they are typed, in a world of fakes."""

from __future__ import annotations

import json
from dataclasses import replace
from unittest.mock import Mock

import pytest

from stacksets.aws.door import StackEvent
from stacksets.errors import ServiceError
from stacksets.model.desired import OperationId
from stacksets.model.observed import (
    InstanceStatus,
    OperationAction,
    OperationStatus,
    ResultStatus,
)
from stacksets.operation_ids import Purpose, make_operation_id
from tests.builders import ACCOUNT, EAST, HOME, NAME, WEST, a_key, a_result, an_operation
from tests.fakes import FakeClock, Keyboard
from tests.worlds import FILE, TEMPLATE, a_world

THEIRS = OperationId("theirs")
DIGEST = "0" * 64
DEPLOY = make_operation_id(Purpose.DEPLOY, DIGEST, 9)
DESTROY = make_operation_id(Purpose.DESTROY, DIGEST, 9)
DRIFT = make_operation_id(Purpose.DRIFT, DIGEST, 1)
UUID = "00000000-0000-0000-0000-000000000000"
GONE = f"arn:aws:cloudformation:{EAST}:{ACCOUNT}:stack/StackSet-{NAME}-{UUID}/1"
EVENT = StackEvent(
    at=FakeClock().now(),
    logical_id="Topic",
    physical_id="",
    resource_type="AWS::SNS::Topic",
    status="UPDATE_FAILED",
    reason="no quota",
)


@pytest.fixture
def sets(run, aws):
    """The StackSets of a stack set that is deployed."""
    assert run("deploy", "--yes", "--no-lint")[0] == 0
    aws.fake_stack_sets.calls.clear()
    return aws.fake_stack_sets


def _begin(sets, operation_id=THEIRS, *, polls=2, **changes):
    sets.operations[operation_id] = an_operation(
        id=operation_id, **({"status": OperationStatus.RUNNING} | changes)
    )
    sets.results[operation_id] = (
        a_result(a_key(region=EAST), status=ResultStatus.PENDING),
        a_result(a_key(region=WEST), status=ResultStatus.PENDING),
    )
    sets.polls_until_done = polls


def _make_inoperable(sets, region):
    name, there = next(iter(sets.sets.items()))
    changed = tuple(
        replace(one, status=InstanceStatus.INOPERABLE) if one.region == region else one
        for one in there.instances
    )
    sets.sets[name] = replace(there, instances=changed)


def test_watch_follows_the_running_operation_to_its_end(run, sets):
    _begin(sets)

    code, out, err = run("watch")

    assert code == 0
    assert out == "Operation theirs (CREATE) succeeded: 2 done\n"
    assert "  operation theirs running, 0.0 s: 2 waiting" in err


def test_watch_fails_with_an_operation_that_failed_and_says_what_tells_more(run, sets):
    _begin(sets)
    sets.fail[a_key(region=WEST)] = "no quota"

    code, out, _ = run("watch", "theirs")

    assert code == 5
    assert "    no quota" in out
    assert "→ `stacksets diagnose --operation theirs -f " in out
    assert json.loads(run("watch", "theirs", "--output", "json")[1].splitlines()[-1])["code"] == (
        "failed"
    )


def test_watch_says_in_words_that_nothing_runs(run, sets):
    code, out, _ = run("watch")

    assert code == 0
    assert out.startswith("No operation runs; the latest was operation stacksets-deploy-")


def test_watch_after_a_timeout_fails_with_the_deploy_that_failed_meanwhile(run, file, sets):
    template = file.parent / "template.json"
    template.write_text(template.read_text().replace("A topic", "Another"))
    sets.polls_until_done = 999
    sets.fail[a_key(region=WEST)] = "no quota"
    deploy = ("deploy", "--yes", "--no-lint", "--timeout", "0.5")
    assert run(*deploy)[0] == 7
    sets.polls_until_done = 0
    [operation_id] = [one.id for one in sets.list_operations(NAME) if not one.status.is_final]
    assert sets.find_operation(NAME, operation_id).status is OperationStatus.FAILED

    code, out, err = run("watch")

    assert code == 5
    assert out.startswith(f"No operation runs; what ran last:\nOperation {operation_id} (UPDATE) ")
    assert "    no quota" in out
    assert f"→ `stacksets diagnose --operation {operation_id} -f {file}` tells why" in out
    assert "operation stacksets-deploy" not in err, "nothing is followed"


@pytest.mark.parametrize(
    ("ended", "told"),
    [
        ({"status": OperationStatus.FAILED}, (5, "failed")),
        ({"status": OperationStatus.STOPPED}, (5, "stopped")),
        ({"status": OperationStatus.SUCCEEDED, "failed_count": 1}, (5, "partial")),
        ({"status": OperationStatus.SUCCEEDED}, (0, "nothing_running")),
    ],
)
@pytest.mark.parametrize("since", [None, OperationAction.DETECT_DRIFT])
def test_where_nothing_runs_the_latest_change_is_the_verdict(run, sets, ended, told, since):
    sets.operations[THEIRS] = an_operation(id=THEIRS, **ended)
    if since:
        sets.operations["drift"] = an_operation(id="drift", action=since)

    code, out, _ = run("watch", "--output", "json")

    assert (code, json.loads(out.splitlines()[-1])["code"]) == told


def test_a_failure_is_seen_behind_what_the_same_plan_had_queued_after_it(run, sets):
    for number, status in ((1, OperationStatus.FAILED), (2, OperationStatus.SUCCEEDED)):
        one = make_operation_id(Purpose.DEPLOY, DIGEST, number)
        sets.operations[one] = an_operation(id=one, status=status)
    code, out, _ = run("watch")
    assert code == 5
    assert f"--operation {make_operation_id(Purpose.DEPLOY, DIGEST, 1)} " in out

    again = make_operation_id(Purpose.DEPLOY, "1" * 64, 1)
    sets.operations[again] = an_operation(id=again, status=OperationStatus.SUCCEEDED)
    assert run("watch")[0] == 0, "a later plan has mended it"


def test_of_a_stack_set_that_is_gone_no_operation_is_listed(run, sets, monkeypatch):
    sets.sets.clear()
    monkeypatch.setattr(sets, "list_operations", Mock(side_effect=ServiceError("no stack set")))
    assert run("watch")[0] == 0


def test_where_nothing_ever_changed_nothing_runs(run, sets):
    sets.operations.clear()
    assert run("watch")[:2] == (0, "No operation runs\n")


def test_on_a_stack_set_that_is_not_there_nothing_runs(run):
    assert run("watch")[:2] == (0, f"There is no stack set {NAME}, so no operation runs\n")


def test_an_id_that_aws_does_not_know_is_refused(run, sets):
    code, _, err = run("watch", "op-77")

    assert code == 3
    assert "AWS knows no operation op-77" in err


def test_watch_waits_no_longer_than_it_was_told_to(run, sets):
    _begin(sets, polls=999)

    code, _, err = run("watch", "--timeout", "0.5", "--environment", "dev")

    assert code == 7
    assert "operation theirs (CREATE, RUNNING, by another client) goes on in AWS" in err
    assert "→ `stacksets watch -f " in err
    assert " --environment dev` goes on with it" in err


def test_the_operation_that_was_named_is_named_to_go_on_with(run, sets):
    _begin(sets, polls=999)

    assert "→ `stacksets watch theirs -f " in run("watch", "theirs", "--timeout", "0.5")[2]


@pytest.mark.parametrize("minutes", ["0", "-1", "soon"])
def test_a_timeout_is_a_time(run, sets, minutes):
    assert run("watch", "--timeout", minutes)[0] == 2


def test_ctrl_c_while_watching_leaves_the_operation_as_it_is(run, sets, aws):
    _begin(sets, polls=99)

    code, _, err = run("watch", world=a_world(aws=aws, clock=Keyboard(1)))

    assert code == 130
    assert "left operation theirs, which goes on in AWS" in err
    assert sets.calls == []


def test_watch_follows_all_that_is_queued(run, sets):
    _begin(sets)
    _begin(sets, DEPLOY, status=OperationStatus.QUEUED)

    code, out, _ = run("watch")

    assert code == 0
    assert [line.split()[1] for line in out.splitlines()] == [THEIRS, DEPLOY]


def test_stop_asks_names_the_operation_and_tells_what_became_of_it(run, sets):
    _begin(sets, polls=99)

    code, out, err = run("stop", typed="y")

    assert code == 0
    assert "Stop operation theirs (CREATE, RUNNING, by another client)? [y/N]" in err
    assert "Operation theirs (CREATE) stopped: 2 cancelled" in out
    assert sets.calls == [("stop_operation", THEIRS)]


@pytest.mark.parametrize("typed", [None, "n"])
def test_without_a_yes_nothing_is_stopped(run, sets, typed):
    _begin(sets, polls=99)

    assert run("stop", typed=typed)[0] == 3
    assert sets.calls == []


def test_where_nobody_is_asked_it_is_named_what_would_be_stopped(run, sets):
    _begin(sets, polls=99)

    _, _, err = run("stop")

    assert "error: Stop operation theirs (CREATE, RUNNING, by another client)? Nobody is" in err
    assert "→ add --yes to agree" in err


def test_stop_stops_what_is_queued_before_it_begins(run, sets):
    _begin(sets, polls=99)
    _begin(sets, DEPLOY, polls=99, status=OperationStatus.QUEUED)

    code, _, _ = run("stop", "--yes")

    assert code == 0
    assert sets.calls == [("stop_operation", DEPLOY), ("stop_operation", THEIRS)]


def test_stop_stops_only_the_operation_that_was_named(run, sets):
    _begin(sets, polls=99)
    _begin(sets, DEPLOY, polls=99, status=OperationStatus.QUEUED)

    run("stop", DEPLOY, "--yes")

    assert sets.calls == [("stop_operation", DEPLOY)]


@pytest.mark.parametrize("arguments", [[], [DEPLOY]])
def test_stop_says_in_words_that_nothing_runs(run, sets, arguments):
    sets.operations[DEPLOY] = an_operation(id=DEPLOY)

    code, out, _ = run("stop", "--yes", *arguments)

    assert (code, out[:18]) == (0, "No operation runs;")
    assert sets.calls == []


def test_on_a_stack_set_that_is_not_there_nothing_is_stopped(run):
    assert run("stop", "--yes")[0] == 0


def test_ctrl_c_while_stopping_does_not_wait_for_the_end(run, sets, aws, monkeypatch):
    _begin(sets, polls=99)
    monkeypatch.setattr(sets, "stop_operation", lambda name, one: None)

    code, _, err = run("stop", "--yes", world=a_world(aws=aws, clock=Keyboard(1)))

    assert code == 130
    assert "left operation theirs, which AWS was asked to stop" in err


def test_resume_goes_on_with_a_deploy_that_was_left(run, file, sets):
    _begin(sets, DEPLOY)
    file.write_text(FILE.replace("[[targets]]", 'description = "new"\n\n[[targets]]', 1))

    code, _, err = run("resume", "--yes", "--if-busy", "refuse")

    assert code == 0
    assert "wait for the running CREATE operation stacksets-deploy-" in err
    assert [call[0] for call in sets.calls] == ["update_stack_set"]


def test_resume_goes_on_with_a_destroy_and_asks_for_the_name(run, sets):
    _begin(sets, DESTROY, action=OperationAction.UPDATE)
    refused, _, _ = run("resume", "--allow-delete", typed="another")
    _begin(sets, DESTROY, action=OperationAction.UPDATE)

    code, _, err = run("resume", "--allow-delete", typed=NAME)

    assert (refused, code) == (3, 0)
    assert f"Type the stack set's name ({NAME})" in err
    assert sets.sets == {}


@pytest.mark.parametrize(
    "purpose", [Purpose.DESTROY_RETAIN_STACKS, Purpose.DESTROY_RETAIN_INOPERABLE]
)
def test_resume_goes_on_with_a_destroy_that_retains_as_one_that_retains(run, sets, purpose):
    _make_inoperable(sets, EAST)
    _begin(sets, make_operation_id(purpose, DIGEST, 9), action=OperationAction.UPDATE, polls=0)
    sets.operations = {
        name: replace(one, status=OperationStatus.SUCCEEDED)
        for name, one in sets.operations.items()
    }

    code, out, err = run("resume", "--yes", "--allow-delete")

    deletions = [call for call in sets.calls if call[0] == "delete_instances"]
    retained = {region: call[2] for call in deletions for region in call[1].regions}
    assert code == 0
    assert retained == {EAST: True, WEST: purpose is Purpose.DESTROY_RETAIN_STACKS}
    assert {call[3].rsplit("-", 2)[0] for call in deletions} == {f"stacksets-{purpose}"}
    assert f"{ACCOUNT}/{EAST}  retain  INOPERABLE; leaves the stack set" in err
    assert "Stacks that stay" in out


def test_resume_goes_on_with_a_deploy_that_retains_as_one_that_retains(run, file, sets):
    _make_inoperable(sets, EAST)
    latest = make_operation_id(Purpose.DEPLOY_RETAIN_INOPERABLE, DIGEST, 9)
    _begin(sets, latest, action=OperationAction.UPDATE, status=OperationStatus.SUCCEEDED)
    file.write_text(FILE.replace('"us-west-1", "us-east-1"', '"us-west-1"'))

    code, _, _ = run("resume", "--yes", "--allow-delete")

    [call] = sets.calls
    assert code == 0
    assert (call[0], call[1].regions, call[2]) == ("delete_instances", (EAST,), True)


@pytest.mark.parametrize("flag", ["--retain-stacks", "--retain-inoperable"])
def test_a_destroy_that_retains_is_gone_on_with_by_its_own_name(run, sets, flag):
    _begin(sets, polls=100)

    code, _, err = run("destroy", "--yes", "--allow-delete", flag, "--timeout", "2")

    assert code == 7
    assert f"`stacksets destroy {flag} --allow-delete -f " in err


def test_a_destroy_that_retains_all_has_nothing_to_do_with_what_is_inoperable(run, sets):
    both = ("--retain-inoperable", "--retain-stacks")

    assert run("destroy", "--yes", "--allow-delete", *both)[0] == 0
    assert [call[2] for call in sets.calls if call[0] == "delete_instances"] == [True]


def test_resume_takes_back_what_no_file_names_where_the_deploy_was_to(run, sets):
    _begin(sets, DEPLOY)
    sets.overrides[a_key(region=WEST)] = {"Suffix": "by hand"}

    code, _, err = run("resume", "--audit", "--yes")

    assert code == 0
    assert [call[0] for call in sets.calls] == ["update_instances"]
    assert sets.overrides[a_key(region=WEST)] == {}
    assert "verified" in err


def test_all_that_a_deploy_was_asked_for_is_named_to_go_on_with(run, sets, file):
    with_secret = TEMPLATE | {"Parameters": {"Secret": {"Type": "String", "NoEcho": True}}}
    (file.parent / "template.json").write_text(json.dumps(with_secret))
    file.write_text(
        FILE.replace("[[targets]]", '[stack_set.parameters]\nSecret = "x"\n[[targets]]')
    )
    sets.polls_until_done = 999

    code, _, err = run(
        *("deploy", "--yes", "--no-lint", "--timeout", "0.5"),
        *("--send", "Secret", "--remove-first", "--audit"),
    )

    assert code == 7
    assert "→ `stacksets resume --audit --remove-first --send Secret -f " in err


def test_resume_of_a_destroy_refuses_what_only_a_deploy_knows(run, sets):
    _begin(sets, DESTROY, action=OperationAction.UPDATE)

    code, _, err = run("resume", "--allow-delete", "--yes", "--audit")

    assert code == 3
    assert "a destroy was interrupted, which knows no --audit" in err
    assert sets.calls == []


def test_resume_sends_only_what_can_be_sent(run, sets):
    assert run("resume", "--send", "Nothing", "--yes")[0] == 3


def test_resume_finds_no_changes_where_all_was_done_meanwhile(run, sets):
    code, out, _ = run("resume")

    assert code == 0
    assert out.startswith("No changes.")


def test_resume_refuses_the_operation_of_another_client(run, sets):
    _begin(sets)

    code, _, err = run("resume", "--yes")

    assert code == 6
    assert "by another client) is not of this tool" in err


def _detect(sets, operation_id, status=OperationStatus.SUCCEEDED):
    _begin(sets, operation_id, action=OperationAction.DETECT_DRIFT, status=status)


def test_resume_passes_over_drift_detections_whoever_began_them_and_tells_so(run, file, sets):
    _begin(sets, DEPLOY, status=OperationStatus.STOPPED)
    _detect(sets, THEIRS)
    _detect(sets, DRIFT)
    file.write_text(FILE.replace("[[targets]]", 'description = "new"\n\n[[targets]]', 1))

    code, _, err = run("resume", "--yes")

    assert code == 0
    assert [call[0] for call in sets.calls] == ["update_stack_set"]
    assert f"Passes over operation {DRIFT} (DETECT_DRIFT, SUCCEEDED, by stacksets drift) and" in err
    assert f"Goes on with operation {DEPLOY} (CREATE, STOPPED, by stacksets deploy)\n" in err


def test_what_resume_passes_over_is_told_in_json(run, sets):
    _begin(sets, DEPLOY, status=OperationStatus.STOPPED)
    _detect(sets, DRIFT)

    lines = [json.loads(line) for line in run("resume", "--output", "json")[1].splitlines()]

    [told] = [one for one in lines if one["code"] == "passed_over"]
    assert told["operation"]["id"] == DEPLOY
    assert [one["id"] for one in told["passed_over"]] == [DRIFT]


def test_resume_past_a_drift_detection_goes_on_with_a_destroy_as_that(run, sets):
    _begin(sets, DESTROY, action=OperationAction.DELETE, status=OperationStatus.STOPPED)
    _detect(sets, DRIFT)

    code, _, err = run("resume", "--allow-delete", typed=NAME)

    assert code == 0
    assert f"Type the stack set's name ({NAME})" in err
    assert sets.sets == {}


def test_resume_waits_for_a_drift_detection_that_runs_and_goes_on(run, file, sets):
    _begin(sets, DEPLOY, status=OperationStatus.STOPPED)
    _detect(sets, DRIFT, OperationStatus.RUNNING)
    file.write_text(FILE.replace("[[targets]]", 'description = "new"\n\n[[targets]]', 1))

    code, _, err = run("resume", "--yes")

    assert code == 0
    assert f"wait for the running DETECT_DRIFT operation {DRIFT}" in err
    assert [call[0] for call in sets.calls] == ["update_stack_set"]


def test_resume_refuses_to_wait_for_a_drift_detection_where_that_was_asked(run, sets):
    _begin(sets, DEPLOY, status=OperationStatus.STOPPED)
    _detect(sets, DRIFT, OperationStatus.RUNNING)

    assert run("resume", "--yes", "--if-busy", "refuse")[0] == 6


def test_without_any_operation_there_is_nothing_to_resume(run, sets):
    sets.operations.clear()

    assert run("resume", "--yes")[0] == 3


def test_without_a_stack_set_there_is_nothing_to_resume_and_that_is_no_success(run):
    code, out, err = run("resume", "--yes")

    assert code == 3
    assert (out, f"there is no stack set {NAME}" in err) == ("", True)
    assert "begins anew, `stacksets destroy" in err
    assert "looks for what is left" in err


def test_events_lists_the_latest_operations(run, sets):
    _begin(sets)

    code, out, _ = run("events", "--limit", "1")

    assert code == 0
    assert [line.split()[-1] for line in out.splitlines()] == ["id", "theirs"]


def test_a_stack_set_that_is_not_there_has_no_events(run):
    assert run("events")[0] == 0


def test_events_of_one_operation_are_its_results_and_those_of_failed_stacks(run, sets, aws):
    stack_id = sets.sets[NAME].instances[0].stack_id
    earlier = replace(EVENT, reason="long ago", at=EVENT.at.replace(year=2025))
    aws.accounts[a_key(region=EAST)].events[stack_id] = (earlier, EVENT)
    _begin(sets, created=EVENT.at, status=OperationStatus.FAILED)
    sets.results[THEIRS] = (
        a_result(a_key(region=WEST)),
        a_result(a_key(region=EAST), status=ResultStatus.FAILED, status_reason="see the stack"),
    )

    code, out, _ = run("events", "theirs")

    assert code == 0
    assert out.splitlines()[1:] == [
        "  111111111111/us-east-1  failed  see the stack",
        "    00:00:00Z  UPDATE_FAILED  Topic  AWS::SNS::Topic  no quota",
        "  111111111111/us-west-1  done",
    ]


def test_events_of_a_stack_that_is_gone_are_found_among_the_deleted(run, sets, aws):
    _begin(sets, status=OperationStatus.FAILED)
    sets.results[THEIRS] = (a_result(a_key(region=EAST), status=ResultStatus.FAILED),)
    there = sets.sets[NAME]
    gone = tuple(replace(one, stack_id=None) for one in there.instances)
    sets.sets[NAME] = replace(there, instances=gone)
    account = aws.accounts[a_key(region=EAST)]
    account.deleted_stacks = (GONE,)
    account.events[GONE] = (EVENT,)

    _, out, _ = run("events", "theirs")

    assert "UPDATE_FAILED  Topic  AWS::SNS::Topic  no quota" in out


def test_a_failed_instance_without_any_stack_has_no_events(run, sets, aws, monkeypatch):
    _begin(sets, status=OperationStatus.FAILED)
    sets.results[THEIRS] = (a_result(a_key(region=HOME), status=ResultStatus.FAILED),)

    code, out, _ = run("events", "theirs")

    assert (code, len(out.splitlines())) == (0, 2)


def test_an_account_whose_events_cannot_be_read_is_told(run, sets, aws):
    _begin(sets, status=OperationStatus.FAILED)
    sets.results[THEIRS] = (a_result(a_key(region=EAST), status=ResultStatus.FAILED),)
    aws.closed.add(a_key(region=EAST))

    code, out, _ = run("events", "theirs")

    assert code == 4
    assert "the stack's events could not be read: may not enter" in out


def test_a_deploy_refuses_where_another_operation_runs(run, file, sets):
    _begin(sets, polls=99)

    code, _, err = run("deploy", "--yes", "--no-lint", "--if-busy", "refuse")

    assert code == 6
    assert "operation theirs (CREATE, RUNNING, by another client) is under way" in err
    assert sets.calls == []


def test_a_destroy_waits_no_longer_than_it_was_told_to(run, sets):
    sets.polls_until_done = 9999

    code, _, err = run("destroy", "--yes", "--allow-delete", "--timeout", "2")

    assert code == 7
    assert "by stacksets destroy) goes on in AWS" in err
    assert "→ `stacksets resume --allow-delete -f " in err
