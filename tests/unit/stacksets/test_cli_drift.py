"""drift as it is typed, in a world of fakes."""

from __future__ import annotations

import json
import signal

import pytest

from stacksets.model.desired import OperationId
from stacksets.model.observed import OperationAction, OperationStatus, ResultStatus
from tests.builders import (
    ACCOUNT,
    EAST,
    WEST,
    a_key,
    a_resource_drift,
    a_result,
    a_stack_set,
    an_instance,
    an_operation,
)
from tests.fakes import FakeAws, FakeClock, Keyboard
from tests.worlds import a_world, type_command

NAMES = ("blue-dev", "green-dev")
FILE = f"""
[stack_set]
name = "{{name}}-{{{{environment}}}}"
template = "template.json"
admin_account = "{ACCOUNT}"
home_region = "us-west-2"

[[targets]]
accounts = ["self"]
regions = ["us-west-1", "us-east-1"]

[environments.dev]
"""
TEMPLATE = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
THEIRS = OperationId("theirs")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "template.json").write_text(json.dumps(TEMPLATE))
    for name in ("blue", "green"):
        (tmp_path / f"{name}.toml").write_text(FILE.format(name=name))
    return tmp_path


@pytest.fixture
def sets():
    """The StackSets of two stack sets in two regions each."""
    there = FakeAws().fake_stack_sets
    instances = (an_instance(a_key(region=EAST)), an_instance(a_key(region=WEST)))
    for name in NAMES:
        there.sets[name] = a_stack_set(*instances, name=name, id=f"{name}:1")
    return there


@pytest.fixture
def run(folder, sets):
    """Type drift; gives its exit code, stdout and stderr."""

    def run_command(*flags, files=("blue",), clock=None):
        world = a_world(aws=sets.aws, clock=clock or FakeClock())
        paths = [folder / f"{file}.toml" for file in files]
        return type_command("drift", *flags, files=paths, world=world)

    return run_command


def _detections(sets):
    return [call for call in sets.calls if call[0] == "detect_drift"]


def test_all_in_sync_is_exit_0_without_being_asked_for_consent(run, sets):
    code, out, err = run()

    assert code == 0
    assert "In sync · stack set blue-dev · 2 in sync of 2 stack instances" in out
    assert "other operations wait meanwhile" in err
    assert len(_detections(sets)) == 1


def test_drift_is_exit_8_and_names_instance_resource_property_and_both_values(run, sets):
    sets.drifts = {a_key(region=EAST): (a_resource_drift(),)}

    code, out, _ = run()

    assert code == 8
    assert "1 drifted, 1 in sync of 2 stack instances" in out
    assert f"{ACCOUNT}/us-east-1  drifted" in out
    assert "~ /DisplayName: hello → bye" in out


def test_json_ends_in_one_result_that_names_the_operation(run, sets):
    sets.drifts = {a_key(region=EAST): (a_resource_drift(),)}

    code, out, _ = run("--output", "json")

    result = json.loads(out.splitlines()[-1])
    assert (code, result["type"], result["code"]) == (8, "result", "drifted")
    assert result["operation_ids"] == [_detections(sets)[0][-1]] == [result["detection"]["id"]]


def test_a_failed_examination_is_exit_5(run, sets):
    sets.fail = {a_key(region=WEST): "no role"}
    sets.tolerated = 2

    code, out, _ = run()

    assert code == 5
    assert "Detection failed · stack set blue-dev · 1 in sync, 1 failed" in out
    assert "no role" in out


def test_last_shows_the_latest_detection_and_begins_none(run, sets):
    sets.drifts = {a_key(region=EAST): (a_resource_drift(),)}
    run()

    code, out, err = run("--last")

    assert code == 8
    assert "/DisplayName" in out
    assert "step" not in err
    assert len(_detections(sets)) == 1


def test_busy_is_refused_where_that_was_asked_for(run, sets):
    sets.operations[THEIRS] = an_operation(id=THEIRS, status=OperationStatus.RUNNING)
    sets.results[THEIRS] = ()
    sets.polls_until_done = 9

    code, _, err = run("--if-busy", "refuse")

    assert code == 6
    assert "operation theirs" in err


def test_what_runs_longer_than_the_timeout_is_exit_7_with_the_command_that_goes_on(run, sets):
    sets.polls_until_done = 1000

    code, _, err = run("--timeout", "1")

    assert code == 7
    assert "`stacksets drift -f" in err


def test_several_stack_sets_are_examined_one_after_the_other(run, sets):
    sets.drifts = {a_key(region=EAST): (a_resource_drift(),)}

    code, out, _ = run(files=("blue", "green"))

    assert code == 8
    assert len(_detections(sets)) == 2
    assert "Drifted · stack set blue-dev" in out
    assert "Drifted · stack set green-dev" in out


def test_what_cannot_be_told_of_one_stack_set_leaves_the_others_alone(run, sets):
    del sets.sets["blue-dev"]

    code, out, _ = run(files=("blue", "green"))

    assert code == 3
    assert "stack set blue-dev" in out
    assert "In sync · stack set green-dev" in out


def test_ctrl_c_leaves_the_detection_and_attempts_no_other_stack_set(run, sets):
    sets.polls_until_done = 1000

    code, out, _ = run(files=("blue", "green"), clock=Keyboard(1))

    assert code == 130
    assert "detached from operation" in out
    assert "Not attempted" in out
    assert len(_detections(sets)) == 1


def test_ctrl_c_twice_stops_the_detection_and_attempts_no_other_stack_set(run, sets):
    sets.polls_until_done = 1000

    code, out, _ = run(files=("blue", "green"), clock=Keyboard(1, 2))

    assert code == 5
    assert "stopped operation" in out
    assert "Not attempted" in out
    assert len(_detections(sets)) == 1


def _lag(sets):
    """Let a detection that has ended be listed as if it still ran."""
    sets.operations[THEIRS] = an_operation(id=THEIRS, action=OperationAction.DETECT_DRIFT)
    sets.results[THEIRS] = (a_result(a_key(region=EAST), status=ResultStatus.RUNNING),)


def test_ctrl_c_while_a_detection_that_has_ended_is_read_leaves_nothing_behind(run, sets):
    _lag(sets)

    code, _, err = run("--last", clock=Keyboard(1))

    assert code == 130
    assert "interrupted; nothing was changed" in err


class Terminating(FakeClock):
    """A clock at whose first sleep the process is told to end."""

    def sleep(self, seconds):
        super().sleep(seconds)
        signal.raise_signal(signal.SIGTERM)


def test_sigterm_while_a_detection_is_under_way_says_that_it_goes_on(run, sets):
    sets.polls_until_done = 1000

    code, _, err = run(clock=Terminating())

    assert code == 143
    assert "interrupted; what runs in AWS goes on" in err
