"""What GitHub Actions reads: outputs that no value can forge, annotations, and no commands."""

from __future__ import annotations

import io
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacksets.report.as_json import JsonReport
from stacksets.report.as_text import TextReport
from stacksets.report.github import annotate, outputs, outputs_text, without_commands
from stacksets.report.message import Line, Message, Result
from stacksets.report.summary import summary

ROOM = 1024 * 1024
CAUSE = {
    "account": "111111111111",
    "region": "us-east-1",
    "nested_in": ["Inner"],
    "logical_id": "Function",
    "reason": "no\n100% role",
    "hint": {"code": "x", "meaning": "m", "action": "make it"},
}


def _result(code="failed", exit_code=5, **data):
    return Result(code=code, exit_code=exit_code, lines=(Line("said"),), data=data)


def read_outputs(text):
    """Read a file of outputs as the runner does: a name, a delimiter, lines up to it."""
    found, lines = {}, iter(text.split("\n"))
    for line in lines:
        if not line:
            continue
        name, _, delimiter = line.partition("<<")
        value = []
        while (part := next(lines)) != delimiter:
            value.append(part)
        assert name not in found
        found[name] = "\n".join(value)
    return found


@given(st.text(alphabet="ab<\n=-") | st.text())
def test_an_output_holds_any_value_and_begins_no_other(value):
    result = _result(stack_set=value, environment="dev", operation_ids=["a", "b"])

    said = outputs(result)
    assert read_outputs(outputs_text(result)) == said
    assert said["stack-set"] == value
    assert said["operation-ids"] == "a\nb"


def test_the_outputs_tell_what_a_later_step_asks():
    plan = {"digest": "d", "steps": [{}, {}]}
    said = outputs(
        _result(
            "changes",
            8,
            plan=plan,
            account="1",
            template_sha256="t",
            deployment_file_sha256="f",
            stack_set="s",
            environment="dev",
        )
    )

    assert said == {
        "verdict": "changes",
        "exit-code": "8",
        "changes": "2",
        "stack-set": "s",
        "environment": "dev",
        "account": "1",
        "operation-ids": "",
        "template-sha256": "t",
        "deployment-file-sha256": "f",
        "plan-digest": "d",
    }


def test_several_stack_sets_give_lines_and_the_sum_of_their_changes():
    parts = [
        {"exit_code": 0, "code": "changes", "stack_set": "a", "plan": {"steps": [{}]}},
        {"exit_code": 3, "code": "NO", "stack_set": None, "operation_ids": ["x"]},
        {"exit_code": 0, "code": "changes", "stack_set": "b", "plan": {"steps": [{}, {}]}},
    ]
    said = outputs(_result(results=parts, operation_ids=["x"]))

    assert (said["stack-set"], said["changes"], said["operation-ids"]) == ("a\nb", "3", "x")


def test_where_nothing_was_planned_the_number_of_changes_is_not_known():
    assert outputs(_result())["changes"] == ""
    assert outputs(_result(plan={"steps": []}))["changes"] == "0"


def test_an_error_is_annotated_with_what_to_do_and_each_problem():
    problem = {"where": "[[targets]] 1", "what": "no region", "hint": "x"}
    error = {"message": "bad file", "hint": "mend it", "problems": [problem]}

    assert list(annotate(_result(command="plan", error=error))) == [
        "::error title=stacksets plan::bad file → mend it",
        "::error title=stacksets plan::[[targets]] 1: no region",
    ]


def test_a_root_cause_is_annotated_in_one_line_that_ends_no_command():
    error = "::error title=stacksets::111111111111/us-east-1"
    without = {**CAUSE, "hint": None, "logical_id": "", "nested_in": []}

    assert list(annotate(_result(root_causes=[CAUSE, without]))) == [
        f"{error} Inner.Function: no%0A100%25 role → make it",
        f"{error} no%0A100%25 role",
    ]


def test_a_title_cannot_end_its_property():
    [said] = annotate(_result(command="a:b,c%"))

    assert said == "::error title=stacksets a%3Ab%2Cc%25::failed (exit code 5)"


def test_what_is_well_is_not_annotated_and_of_too_much_the_rest_is_counted():
    causes = [{**CAUSE, "region": f"xx-place-{number}"} for number in range(12)]

    assert list(annotate(_result("healthy", 0))) == []
    said = list(annotate(_result(root_causes=causes)))
    assert len(said) == 10
    assert said[-1] == "::error title=stacksets::and 3 more, see the summary"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("::error::x", ":|:error::x"),
        ("a\n \t::stop-commands::x", "a\n \t:|:stop-commands::x"),
        ("a\r::x", "a\r:|:x"),
        ("a ##[set-output name=verdict;]x", "a #|#[set-output name=verdict;]x"),
        ("###[x", "##|#[x"),
        ("arn:aws::x # [a] #[b", "arn:aws::x # [a] #[b"),
    ],
)
def test_a_failure_gives_github_no_command(said, kept):
    assert without_commands(said).replace("\u200b", "|") == kept


@given(st.text(alphabet=":# [\r\nx"))
def test_no_text_is_taken_for_a_command(said):
    text = without_commands(said)

    assert text.replace("\u200b", "") == said
    assert "##[" not in text
    assert [one for one in re.split(r"[\r\n]", text) if one.lstrip().startswith("::")] == []


def test_both_voices_keep_commands_from_github():
    out, err = io.StringIO(), io.StringIO()
    report = TextReport(out, err, for_github=True)
    report.tell(Message(code="x", lines=(Line("::a"),)))
    report.result(_result())
    assert (out.getvalue(), err.getvalue()) == ("said\n", ":\u200b:a\n")

    TextReport(out, err).tell(Message(code="x", lines=(Line("::b"),)))
    assert err.getvalue().endswith("\n::b\n")

    lines = io.StringIO()
    JsonReport(lines).result(_result(reason="##[a"))
    assert "##[" not in lines.getvalue()
    assert json.loads(lines.getvalue())["reason"] == "##[a"


def test_the_summary_shows_what_is_wrong_first_and_leaves_out_what_stays():
    rows = [
        {"account": "1", "region": "a", "reason": "", "stack_exists": True},
        {"account": "1", "region": "b", "reason": "", "stack_exists": False},
        {"account": "1", "region": "c", "reason": "bad", "stack_exists": True},
    ]
    changes = [
        {"account": "1", "region": "x", "change": "leave", "why": ""},
        {"account": "1", "region": "y", "change": "delete", "why": "gone"},
    ]
    text = summary(_result(instances=rows, plan={"instances": changes}), ROOM)

    assert re.findall(r"<code>([abcxy])</code>", text) == ["y", "b", "c", "a"]


def test_a_plan_that_leaves_all_as_it_is_has_no_table_of_changes():
    left = [{"account": "1", "region": "x", "change": "leave", "why": ""}]

    assert "####" not in summary(_result(plan={"instances": left}), ROOM)


def test_a_list_that_the_summary_has_never_heard_of_is_shown_as_well():
    text = summary(_result(drifted_resources=[{"path": "/A", "n": {"m": [1.25, {"x": 2}]}}]), ROOM)

    assert "#### Drifted resources" in text
    assert "<th>path</th><th>n m</th>" in text
    assert "<td><code>/A</code></td><td><code>1.2, {&quot;x&quot;: 2}</code></td>" in text


def test_each_of_several_stack_sets_has_its_part():
    parts = [
        {"exit_code": 0, "code": "no_changes", "stack_set": "blue"},
        {"exit_code": 5, "code": "failed", "stack_set": "red", "root_causes": [CAUSE]},
    ]
    text = summary(_result(command="deploy", results=parts), ROOM)

    assert re.findall(r"^#+ .*", text, re.MULTILINE) == [
        "## ❌ stacksets deploy: failed (exit code 5)",
        "### ✅ stack set: no changes",
        "### ❌ stack set: failed (exit code 5)",
        "#### Root causes",
    ]
