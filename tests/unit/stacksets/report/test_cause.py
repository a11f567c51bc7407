from __future__ import annotations

import pytest

from stacksets.model.diagnosis import Unread
from stacksets.model.observed import OperationStatus
from stacksets.model.outcome import GeneratedBy, Hint, RootCause, WrittenAt
from stacksets.report.cause import cause_data, cause_lines, group_causes, wrapped
from stacksets.report.diagnosis import diagnosis_data, diagnosis_result
from tests.builders import (
    ACCOUNT,
    EAST,
    OTHER_ACCOUNT,
    WEST,
    a_deployment,
    a_diagnosis,
    a_key,
    an_operation,
)


def a_cause(reason="quota", account=ACCOUNT, region=EAST, **changes):
    return RootCause(account=account, region=region, reason=reason, **changes)


def test_a_cause_is_whole_as_data():
    cause = a_cause(
        logical_id="Role",
        resource_type="AWS::IAM::Role",
        nested_in=("Inner",),
        stack_id="arn",
        source=GeneratedBy(module="gen.role", function="build_role"),
        hint=Hint(code="quota", meaning="used up", action="ask"),
        unread="closed",
    )

    assert cause_data(cause) == {
        "account": ACCOUNT,
        "region": EAST,
        "logical_id": "Role",
        "resource_type": "AWS::IAM::Role",
        "nested_in": ["Inner"],
        "reason": "quota",
        "stack_id": "arn",
        "source": {"module": "gen.role", "function": "build_role"},
        "hint": {"code": "quota", "meaning": "used up", "action": "ask"},
        "unread": "closed",
        "of_import": False,
    }


def test_a_cause_of_which_little_is_known_has_nulls_as_data():
    data = cause_data(a_cause())

    assert (data["source"], data["hint"], data["unread"]) == (None, None, "")


def test_a_line_of_the_template_is_data_too():
    data = cause_data(a_cause(source=WrittenAt(path="t.yaml", line=3)))

    assert data["source"] == {"path": "t.yaml", "line": 3}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("no role in {account}", "no role in {account}"),
        ("gone in {region}", "gone in {region}"),
        ("arn:stack/StackSet-a/{uuid}1", "arn:stack/StackSet-a/{uuid}2"),
        ("no (Request ID: abc, Proxy: null)", "no (Request ID: def, Proxy: null)"),
        ("no (RequestToken: 1, X)", "no (RequestToken: 2, X)"),
    ],
)
def test_two_tellings_of_one_cause_are_told_once(one, other):
    uuid = "0a1b2c3d-0000-4000-8000-00000000000"
    first = a_cause(one.format(account=ACCOUNT, region=EAST, uuid=uuid))
    second = a_cause(
        other.format(account=OTHER_ACCOUNT, region=WEST, uuid=uuid), OTHER_ACCOUNT, WEST
    )

    assert group_causes([first, second]) == [[first, second]]


@pytest.mark.parametrize(
    "changes",
    [
        {"reason": "another"},
        {"logical_id": "B"},
        {"resource_type": "T"},
        {"nested_in": ("Inner",)},
    ],
)
def test_what_differs_is_told_apart(changes):
    values = {"reason": "quota", "logical_id": "A"}

    assert len(group_causes([a_cause(**values), a_cause(**(values | changes))])) == 2


def test_what_is_told_of_one_account_is_not_told_of_the_others_as_theirs():
    unlike = [a_cause(f"no role in {one}", account=one) for one in (ACCOUNT, OTHER_ACCOUNT)]
    told = [line.text.strip() for line in cause_lines(unlike)]
    assert told[1] == f"no role in {ACCOUNT} (and likewise in the others)"
    assert [line.text.strip() for line in cause_lines([unlike[0]])][1] == f"no role in {ACCOUNT}"


def test_every_instance_is_named_where_all_are_asked_for():
    causes = [a_cause(account=f"{number:012}") for number in range(9)]

    assert "and 4 more" in "".join(line.text for line in cause_lines(causes))
    assert "000000000008" in "".join(line.text for line in cause_lines(causes, whole=True))


def test_no_line_is_longer_than_the_screen_unless_a_word_is():
    arn = "arn:" + "x" * 120

    assert wrapped("word " * 50 + arn)[-1].strip() == arn
    assert all(len(line) <= 100 for line in wrapped("word " * 50))
    assert wrapped("one\ntwo", first="- ", rest="  ") == ["- one", "- two"]
    assert wrapped("") == []


def test_a_diagnosis_is_whole_as_data():
    diagnosis = a_diagnosis(
        operation=an_operation(status=OperationStatus.FAILED, status_reason="why"),
        causes=(a_cause(),),
        not_attempted=(a_key(region=WEST),),
        moving=(a_key(OTHER_ACCOUNT),),
        unread=(Unread(key=a_key(), why="closed"),),
        left_alone=(Unread(key=a_key(), why="its account is SUSPENDED"),),
    )

    data = diagnosis_data(diagnosis)

    assert data == {
        "operation": {"id": "op-1", "action": "CREATE", "status": "FAILED", "reason": "why"},
        "root_causes": [cause_data(a_cause())],
        "not_attempted": [f"{ACCOUNT}/{WEST}"],
        "missing": [],
        "moving": [f"{OTHER_ACCOUNT}/{EAST}"],
        "unread": [{"instance": f"{ACCOUNT}/{EAST}", "why": "closed"}],
        "left_alone": [f"{ACCOUNT}/{EAST}"],
        "stacks_looked_up": True,
    }


@pytest.mark.parametrize(
    ("changes", "code", "exit_code"),
    [
        ({}, "no_fault", 0),
        ({"causes": (a_cause(),)}, "fault", 5),
        ({"unread": (Unread(key=a_key(), why="closed"),)}, "could_not_tell", 4),
    ],
)
def test_each_of_the_three_answers_has_its_code(changes, code, exit_code):
    result = diagnosis_result(a_deployment(), a_diagnosis(**changes), {"command": "diagnose"})

    assert (result.code, result.exit_code) == (code, exit_code)
    assert result.data["command"] == "diagnose"


def test_a_stack_set_that_was_never_made_is_only_not_deployed():
    result = diagnosis_result(a_deployment(), None, {})

    assert (result.code, result.exit_code) == ("not_deployed", 0)
    assert result.data["root_causes"] == []
