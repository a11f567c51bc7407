"""What programs read: the same objects as data."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from stacksets.errors import InputError, NotReadyError, OperationFailedError, Problem
from stacksets.exposure import Exposure, PublicMethod
from stacksets.lint import LintResult
from stacksets.model.desired import OperationId, ParameterOverride
from stacksets.model.observed import (
    DetailedStatus,
    InstanceStatus,
    OperationAction,
    OperationStatus,
    Refusal,
)
from stacksets.model.outcome import Identity, Outcome, RootCause, Verdict
from stacksets.plan import PlanOptions, make_destroy_plan, make_plan
from stacksets.report.change import change_result, no_changes_result, plan_result
from stacksets.report.exposure import exposure_warnings
from stacksets.report.failure import bug_result, error_result
from stacksets.report.lint import lint_message
from stacksets.report.plan import plan_data, plan_message
from stacksets.report.record import Record, Revision
from stacksets.report.resolved import resolved_result
from stacksets.report.status import status_result
from tests.builders import (
    ACCOUNT,
    CONTENT,
    EAST,
    HOME,
    OTHER_ACCOUNT,
    WEST,
    a_deployment,
    a_key,
    a_stack_set,
    a_template,
    an_instance,
    an_operation,
    targets,
)

START = datetime(2026, 1, 1, tzinfo=UTC)
BOTH = (an_instance(a_key(region=EAST)), an_instance(a_key(region=WEST)))


def _an_outcome(**changes):
    values = {
        "verdict": Verdict.SUCCEEDED,
        "plan": make_plan(a_deployment(), None),
        "operation_ids": (OperationId("op-1"),),
        "instances": BOTH,
        "root_causes": (),
        "not_attempted": (),
        "remaining": None,
        "started": START,
        "ended": START,
    }
    return Outcome(**(values | changes))


def test_a_plan_names_the_call_and_the_exact_places_of_every_step():
    data = plan_data(make_plan(a_deployment(), None))

    assert [step["kind"] for step in data["steps"]] == ["CreateStackSet", "CreateStackInstances"]
    assert data["steps"][1]["accounts"] == [ACCOUNT]
    assert data["steps"][1]["regions"] == [WEST, EAST]
    assert data["instances"][0] == {
        "account": ACCOUNT,
        "region": EAST,
        "change": "create",
        "why": "not there yet",
    }


@pytest.mark.parametrize(
    ("plan", "kinds"),
    [
        (
            make_plan(a_deployment(template=a_template({"Resources": {}})), a_stack_set(*BOTH)),
            ["UpdateStackSet"],
        ),
        (
            make_destroy_plan(a_deployment(), a_stack_set(*BOTH)),
            ["DeleteStackInstances", "DeleteStackSet"],
        ),
        (
            make_plan(
                a_deployment(),
                a_stack_set(*BOTH, operations=(an_operation(status=OperationStatus.RUNNING),)),
                PlanOptions(),
            ),
            ["AttachToOperation"],
        ),
        (
            make_plan(
                a_deployment(),
                a_stack_set(
                    BOTH[0],
                    an_instance(a_key(region=WEST), detailed_status=DetailedStatus.FAILED),
                ),
            ),
            ["UpdateStackInstances"],
        ),
    ],
)
def test_every_kind_of_step_is_json(plan, kinds):
    data = json.loads(json.dumps(plan_data(plan)))

    assert [step["kind"] for step in data["steps"]] == kinds


def test_a_record_holds_no_digest_of_a_file_that_may_hold_a_secret():
    content = {"Parameters": {"Password": {"Type": "String", "NoEcho": True}}, "Resources": {}}
    deployment = a_deployment(template=a_template(content), parameters={"Password": "1234"})
    revision = Revision(commit="c0ffee", clean=True)
    data = Record(command="deploy", started=START).with_sources(deployment, revision).data()
    assert (data["deployment_file_sha256"], data["git_revision"]) == (None, "c0ffee")
    assert data["template_sha256"] == deployment.template.sha256


def test_the_result_of_a_change_is_its_record():
    identity = Identity(account=ACCOUNT, arn=f"arn:aws:iam::{ACCOUNT}:user/tester")
    record = (
        Record(command="deploy", started=START)
        .with_sources(a_deployment(), Revision(commit="c0ffee", clean=False))
        .with_caller(identity)
    )

    result = change_result(_an_outcome(), record.data())

    assert (result.code, result.exit_code) == ("succeeded", 0)
    data = json.loads(json.dumps(result.data))
    assert data["caller_arn"] == identity.arn
    assert data["account"] == ACCOUNT
    assert data["template_sha256"] == a_deployment().template.sha256
    assert data["deployment_file_sha256"] == "0" * 64
    assert (data["git_revision"], data["git_clean"]) == ("c0ffee", False)
    assert data["operation_ids"] == ["op-1"]
    assert [one["status"] for one in data["instances"]] == ["CURRENT", "CURRENT"]
    assert data["verdict"] == "succeeded"


def test_what_a_record_does_not_know_is_null():
    data = Record(command="deploy", started=START).data()

    assert data["git_revision"] is None
    assert data["caller_arn"] is None
    assert data["ended"] is None


def test_a_failure_gives_its_root_causes_and_what_remains():
    outcome = _an_outcome(
        verdict=Verdict.FAILED,
        instances=(an_instance(overrides={"B": "secret", "A": ""}),),
        root_causes=(RootCause(account=ACCOUNT, region=EAST, reason="no role"),),
        remaining=make_plan(a_deployment(), None),
    )

    result = change_result(outcome, {})

    data = json.loads(json.dumps(result.data))
    assert result.exit_code == 5
    assert data["root_causes"][0]["reason"] == "no role"
    assert data["remaining"]["steps"]
    assert data["instances"][0]["overridden"] == ["A", "B"]


def test_very_many_instances_are_listed_only_where_there_is_something_to_say():
    many = [an_instance(a_key(f"{number:012}", EAST)) for number in range(50)]
    broken = an_instance(a_key("999999999999", EAST), stack_exists=False)

    result = change_result(_an_outcome(instances=(*many, broken)), {})

    assert [line.text for line in result.lines] == [
        "Succeeded in 0.0 s: 50 of 51 stack instances as desired",
        "  999999999999/us-east-1  current  its stack is gone",
    ]


def test_what_is_still_to_be_changed_or_removed_is_not_as_desired():
    there = tuple(replace(one, overrides={}) for one in BOTH)
    observed = a_stack_set(*there)
    update = make_plan(
        a_deployment(
            targets=targets((ACCOUNT, EAST), (ACCOUNT, WEST)),
            overrides=(
                ParameterOverride(accounts=(), regions=(WEST,), parameters={"Suffix": "w"}),
            ),
        ),
        observed,
    )
    destroy = make_destroy_plan(a_deployment(), observed)

    for remaining, words in ((update, "1 of 2"), (destroy, "0 of 2")):
        outcome = _an_outcome(verdict=Verdict.FAILED, instances=there, remaining=remaining)
        title = change_result(outcome, {}).lines[0].text
        assert title == f"Failed in 0.0 s: {words} stack instances as desired"


def test_stack_instances_that_were_never_made_are_counted_too():
    one = an_instance(a_key(region=EAST), overrides={})
    deployment = a_deployment(targets=targets((ACCOUNT, EAST), (ACCOUNT, WEST), (ACCOUNT, HOME)))
    remaining = make_plan(deployment, a_stack_set(one))

    outcome = _an_outcome(verdict=Verdict.FAILED, instances=(one,), remaining=remaining)
    none = _an_outcome(verdict=Verdict.FAILED, instances=(), remaining=make_plan(deployment, None))

    assert change_result(outcome, {}).lines[0].text.endswith("1 of 3 stack instances as desired")
    assert change_result(none, {}).lines[0].text.endswith("0 of 3 stack instances as desired")


def test_of_a_destroy_that_failed_those_that_went_are_counted():
    first = make_destroy_plan(a_deployment(), a_stack_set(*BOTH))
    left = BOTH[1:]
    remaining = make_destroy_plan(a_deployment(), a_stack_set(*left))

    outcome = _an_outcome(verdict=Verdict.FAILED, plan=first, instances=left, remaining=remaining)

    assert change_result(outcome, {}).lines[0].text.endswith("1 of 2 stack instances removed")


INOPERABLE = an_instance(a_key(), status=InstanceStatus.INOPERABLE)


@pytest.mark.parametrize(
    ("remaining", "way_out", "told"),
    [
        (make_destroy_plan(a_deployment(), a_stack_set(INOPERABLE)), "let go", "let go"),
        (make_destroy_plan(a_deployment(), a_stack_set(INOPERABLE)), "", None),
        (make_destroy_plan(a_deployment(), a_stack_set(BOTH[1])), "let go", None),
        (make_plan(a_deployment(), a_stack_set(INOPERABLE)), "let go", None),
        (None, "let go", None),
    ],
    ids=["surplus", "no way out", "not there", "wanted", "reached"],
)
def test_a_way_out_is_named_only_where_an_inoperable_instance_is_to_go(remaining, way_out, told):
    outcome = _an_outcome(instances=(INOPERABLE, BOTH[1]), remaining=remaining)

    result = change_result(outcome, {}, way_out=way_out)

    assert result.data["way_out"] == told
    assert any("`let go`" in line.text for line in result.lines) is (told is not None)


def test_no_changes_still_lists_the_instances():
    observed = a_stack_set(*BOTH)
    plan = make_plan(a_deployment(), observed)

    result = no_changes_result(plan, observed, {"command": "deploy"})

    assert (result.code, result.exit_code) == ("no_changes", 0)
    assert len(result.data["instances"]) == 2


def test_no_changes_where_there_is_no_stack_set_has_no_instances():
    plan = make_destroy_plan(a_deployment(), None)

    assert no_changes_result(plan, None, {}).data["instances"] == []


@pytest.mark.parametrize(
    ("observed", "expect_no_changes", "code", "exit_code"),
    [
        (None, False, "changes", 0),
        (None, True, "changes", 8),
        (a_stack_set(*BOTH), True, "no_changes", 0),
    ],
)
def test_a_difference_where_none_was_expected_is_exit_8(
    observed, expect_no_changes, code, exit_code
):
    plan = make_plan(a_deployment(), observed)

    result = plan_result(plan, plan_message(plan), {}, expect_no_changes=expect_no_changes)

    assert (result.code, result.exit_code) == (code, exit_code)


MOVING = {"status": InstanceStatus.OUTDATED, "detailed_status": DetailedStatus.RUNNING}


@pytest.mark.parametrize(
    ("instance", "code", "exit_code"),
    [
        (an_instance(), "healthy", 0),
        (an_instance(**MOVING), "in_progress", 0),
        (an_instance(stack_exists=None), "unknown", 4),
        (an_instance(stack_id=None, stack_exists=None), "healthy", 0),
        (an_instance(stack_exists=False), "failed", 5),
        (an_instance(detailed_status=DetailedStatus.FAILED), "failed", 5),
        (an_instance(status=InstanceStatus.OUTDATED), "failed", 5),
    ],
)
def test_status_tells_failed_from_unknown_from_well(instance, code, exit_code):
    deployment = a_deployment(targets=targets((ACCOUNT, EAST)))

    result = status_result(deployment, a_stack_set(instance), {})

    assert (result.code, result.exit_code) == (code, exit_code)


def test_stacks_that_nobody_looked_up_are_not_unknown_and_it_is_told():
    deployment = a_deployment(targets=targets((ACCOUNT, EAST)))
    observed = a_stack_set(an_instance(stack_exists=None), stacks_looked_up=False)

    result = status_result(deployment, observed, {})

    assert (result.code, result.exit_code) == ("healthy", 0)
    assert result.data["stacks_looked_up"] is False
    text = "\n".join(line.text for line in result.lines)
    assert "stack not looked up" in text
    assert "  stacks not looked up; --audit does" in text


def test_status_says_once_a_cause_why_stacks_could_not_be_read_and_what_to_do():
    def unread(account, region, why, **hint):
        refusal = Refusal(why=why, **hint)
        return an_instance(a_key(account, region), stack_exists=None, unread=refusal)

    other = [
        unread(account, region, f"account {account} names no read role", hint="name one")
        for account in ("222222222222", "333333333333")
        for region in (EAST, WEST)
    ]
    observed = a_stack_set(*BOTH, *other, unread("444444444444", EAST, "Rate exceeded"))

    result = status_result(a_deployment(), observed, {})

    told = "\n".join(line.text for line in result.lines)
    assert told.count("names no read role") == told.count("name one") == 1
    assert "account 222222222222 names no read role (and likewise in the others)" in " ".join(
        told.split()
    )
    assert "and 0 more" not in told
    assert "  ?  444444444444/us-east-1: Rate exceeded\n" in told
    assert told.count("could not be read") == 5
    assert [one["unread"] for one in result.data["instances"]][1:3] == [
        None,
        "account 222222222222 names no read role",
    ]


def test_status_names_a_template_that_says_the_same_in_other_bytes():
    observed = a_stack_set(*BOTH, template_body=json.dumps(CONTENT, indent=4))

    text = "\n".join(line.text for line in status_result(a_deployment(), observed, {}).lines)

    assert "t.json (other bytes that say the same: no difference)" in text


def test_status_warns_of_forgotten_overrides():
    observed = a_stack_set(BOTH[0], an_instance(a_key(region=WEST), overrides={"Suffix": "x"}))

    result = status_result(a_deployment(), observed, {})

    assert (result.code, result.exit_code) == ("healthy", 0)
    said = "overrides of Suffix on AWS that no file names; `stacksets deploy` takes them back"
    assert result.lines[-1].text == f"  ! us-west-1: {said}"
    assert result.data["warnings"]
    assert result.data["parameters"]["instances"][1]["parameters"][0]["source"] == "forgotten"


def test_status_does_not_say_that_a_deploy_takes_back_what_it_removes():
    left = an_instance(a_key(region="eu-west-1"), overrides={"Suffix": "x"})

    result = status_result(a_deployment(), a_stack_set(*BOTH, left), {})

    assert result.data["warnings"] == []
    assert any("! eu-west-1: Suffix = x" in line.text for line in result.lines)


def _while(action, *instances):
    running = an_operation(id=OperationId("op-9"), action=action, status=OperationStatus.RUNNING)
    return status_result(a_deployment(), a_stack_set(*instances, operations=(running,)), {})


@pytest.mark.parametrize(
    ("action", "instances", "code", "exit_code"),
    [
        (OperationAction.CREATE, BOTH[:1], "in_progress", 0),
        (OperationAction.UPDATE, BOTH, "in_progress", 0),
        (OperationAction.DETECT_DRIFT, BOTH[:1], "incomplete", 5),
        (OperationAction.DETECT_DRIFT, BOTH, "healthy", 0),
        (OperationAction.CREATE, (an_instance(stack_exists=False),), "failed", 5),
        (OperationAction.CREATE, (an_instance(stack_exists=None),), "unknown", 4),
    ],
)
def test_status_while_an_operation_runs_is_bad_news_only_where_something_failed(
    action, instances, code, exit_code
):
    result = _while(action, *instances)

    assert (result.code, result.exit_code) == (code, exit_code)


def test_status_names_the_operation_that_runs_and_what_follows_it():
    texts = [line.text for line in _while(OperationAction.CREATE, BOTH[0]).lines]

    assert (
        "  operation op-9 (CREATE, RUNNING, by another client) is under way; `stacksets watch` "
        "follows it"
    ) in texts


def test_status_calls_a_stack_set_incomplete_where_an_instance_is_not_there():
    result = status_result(a_deployment(), a_stack_set(BOTH[0]), {})

    assert (result.code, result.exit_code) == ("incomplete", 5)


def test_status_says_what_is_missing_and_what_is_surplus():
    surplus = an_instance(a_key("999999999999", EAST))

    data = status_result(a_deployment(), a_stack_set(BOTH[0], surplus), {}).data

    assert data["missing"] == [f"{ACCOUNT}/{WEST}"]
    assert data["surplus"] == [f"999999999999/{EAST}"]
    assert data["is_deployed_template"] is True


def test_status_gives_the_operations_with_their_times():
    observed = a_stack_set(operations=(an_operation(created=START, ended=START), an_operation()))

    data = json.loads(json.dumps(status_result(a_deployment(), observed, {}).data))

    assert [one["created"] for one in data["operations"]] == ["2026-01-01T00:00:00+00:00", None]


def test_status_of_nothing_lists_all_as_missing():
    result = status_result(a_deployment(), None, {})

    assert (result.code, result.exit_code) == ("not_deployed", 0)
    assert len(result.data["missing"]) == 2


def test_an_error_is_data_with_its_problems_and_what_was_not_checked():
    error = NotReadyError("Not ready", problems=[Problem(where="here", what="no role")])
    error.add_note("could not check the quota")

    data = json.loads(json.dumps(error_result(error, {"command": "deploy"}).data))

    assert data["command"] == "deploy"
    assert data["error"]["problems"] == [{"where": "here", "what": "no role", "hint": ""}]
    assert data["error"]["notes"] == ["could not check the quota"]


def test_what_an_error_quotes_at_length_is_cut_on_the_screen_and_whole_as_data():
    quoted = f"at 'parameters': '{'1' * 5000}' is longer than 4096"
    error = NotReadyError("Not ready", problems=[Problem(where="here", what=quoted)])
    error.add_note(quoted)
    plain = InputError(quoted, hint="mend it")

    results = [error_result(one, {}) for one in (error, plain)]

    lines = [line.text for result in results for line in result.lines]
    assert sum("is longer than 4096" in line for line in lines) == 3
    assert max(map(len, lines)) < 1100
    assert lines[-1] == "→ mend it"
    assert results[1].data["error"]["message"] == quoted
    assert results[0].data["error"]["notes"] == [quoted]
    assert results[0].data["error"]["problems"][0]["what"] == quoted


def test_a_failed_operation_brings_its_root_causes_along():
    cause = RootCause(account=ACCOUNT, region=EAST, reason="no role")

    result = error_result(OperationFailedError("failed", root_causes=[cause]), {})

    assert result.data["root_causes"][0]["reason"] == "no role"


def test_a_bug_shows_its_traceback_only_when_asked():
    with pytest.raises(KeyError) as caught:
        {}["x"]
    quiet = bug_result(caught.value, {}, verbose=False)
    loud = bug_result(caught.value, {}, verbose=True)

    assert quiet.data["traceback"] == []
    assert "Traceback (most recent call last):" in [line.text for line in loud.lines]
    assert quiet.exit_code == 1


def test_a_bug_without_words_still_has_a_name():
    assert bug_result(ValueError(), {}, verbose=False).data["error"]["message"] == "ValueError"


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (LintResult(findings=(), ran=True), ["lint      cfn-lint: 0 errors"]),
        (
            LintResult(findings=(), ran=True, unknown_regions=("xx-nowhere-1", "yy-void-2")),
            ["lint      cfn-lint: 0 errors (it does not know xx-nowhere-1, yy-void-2)"],
        ),
        (
            LintResult(findings=("E1001 Resources: missing",), ran=True),
            ["lint      cfn-lint: 1 error", "  E1001 Resources: missing"],
        ),
        (
            LintResult(findings=(), ran=False),
            ["lint      cfn-lint is not installed, the template was not linted"],
        ),
    ],
)
def test_lint_says_what_was_found_or_that_nobody_looked(result, text):
    message = lint_message(result)

    assert [line.text for line in message.lines] == text
    assert message.data == {
        "ran": result.ran,
        "findings": list(result.findings),
        "unknown_regions": list(result.unknown_regions),
    }


@pytest.mark.parametrize(
    ("paths", "words"),
    [
        (("/a",), "GET /a is public"),
        (("/a", "/b", "/c"), "GET /a, GET /b and GET /c are public"),
    ],
)
def test_what_is_public_is_warned_of_with_the_worst_bill(paths, words):
    methods = tuple(PublicMethod(http_method="GET", path=path) for path in paths)

    warnings = exposure_warnings(
        Exposure(methods=methods, worst_month_usd=1234.4, counted="all requests")
    )

    assert warnings == (
        f"{words} (no authentication; what functions refuse is not known)",
        "the worst month would cost $1,234 at list prices (all requests)",
    )


def test_what_is_not_public_needs_no_warning():
    assert exposure_warnings(None) == ()


def test_resolving_counts_the_files_and_names_what_has_none():
    result = resolved_result("out", ["a.json"], ["pr-*"], ["ou-1"], {})

    assert [line.text for line in result.lines] == [
        "resolved  out  1 view written",
        "  pr-*: a pattern, name one with --environment",
        "  ou-1: AWS alone knows its accounts, so none of their views is written",
    ]
    assert result.data == {"files": ["a.json"], "skipped": ["pr-*"], "units": ["ou-1"]}


@pytest.mark.parametrize(
    ("arn", "account"),
    [
        (f"arn:aws:cloudformation:{HOME}:{OTHER_ACCOUNT}:stackset/greeting-dev:1", OTHER_ACCOUNT),
        ("", ACCOUNT),
    ],
)
def test_a_stack_set_stands_where_its_arn_says_whoever_administers_it(arn, account):
    lines = status_result(a_deployment(), a_stack_set(arn=arn), {}).lines

    assert lines[0].text == f"Stack set greeting-dev in {account} · home region {HOME}"
