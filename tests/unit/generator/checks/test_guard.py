from __future__ import annotations

import json
import shlex

import pytest

from generator.checks.errors import ChecksError
from generator.checks.findings import Finding
from generator.checks.guard import run_rule_tests, validate


@pytest.fixture
def says(tmp_path):
    """Make a program that answers as cfn-guard would."""

    def make(stdout="[]", *, stderr="", code=0):
        program = tmp_path / "cfn-guard"
        lines = [f"printf %s {shlex.quote(stdout)}", f"printf %s {shlex.quote(stderr)} >&2"]
        program.write_text("\n".join(["#!/bin/sh", *lines, f"exit {code}"]))
        program.chmod(0o755)
        return program

    return make


def report(path, *checks, compliant=()):
    """What cfn-guard tells of one file, with one rule broken by some checks."""
    rule = {"Rule": {"name": "STAGE_IS_TRACED", "checks": list(checks)}}
    return {
        "name": str(path.resolve()),
        "not_compliant": [rule] if checks else [],
        "compliant": list(compliant),
    }


def clause(path, *, custom="Set it", error="It is not set"):
    check = {"UnResolved": {"value": {"traversed_to": {"path": path, "value": {"path": 1}}}}}
    messages = {"custom_message": custom, "error_message": error}
    return {"Clause": {"Unary": {"context": "c", "messages": messages, "check": check}}}


def test_a_broken_rule_is_told_with_its_resource_and_its_authors_words(says, tmp_path):
    template = tmp_path / "service.json"
    told = report(
        template,
        {"Disjunctions": {"context": "or", "checks": [clause("/Resources/Stage/Properties")]}},
    )
    result = validate(says(json.dumps([told]), code=19), tmp_path, [template])
    assert [str(finding) for finding in result.findings] == [
        f"{template}  Stage  STAGE_IS_TRACED  Set it"
    ]
    assert result.passed == set()


def test_a_rule_without_words_is_told_in_those_of_cfn_guard_and_only_once(says, tmp_path):
    template = tmp_path / "service.json"
    silent = clause("/Transform", custom=None)
    binary = says(json.dumps([report(template, silent, silent)]), code=19)
    assert validate(binary, tmp_path, [template]).findings == (
        Finding(
            template=str(template), resource="-", rule="STAGE_IS_TRACED", message="It is not set"
        ),
    )


def test_a_file_keeps_the_name_that_the_caller_gave_it(says, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    template = (tmp_path / "service.json").relative_to(tmp_path)
    binary = says(json.dumps([report(template, clause("/Resources/A"))]), code=19)
    assert validate(binary, tmp_path, [template]).findings[0].template == "service.json"


def test_a_rule_that_one_file_breaks_has_not_passed_although_another_meets_it(says, tmp_path):
    one, other = tmp_path / "one.json", tmp_path / "other.json"
    met = ["STAGE_IS_TRACED", "THREE_TAGS"]
    reports = [report(one, clause("/Resources/A")), report(other, compliant=met)]
    result = validate(says(json.dumps(reports), code=19), tmp_path, [one, other])
    assert result.passed == {"THREE_TAGS"}


def test_a_rule_that_does_not_parse_stops_the_checks_although_others_ran(says, tmp_path):
    binary = says("[]", stderr="Parser Error\n  at line 4", code=19)
    with pytest.raises(ChecksError, match=r"^cfn-guard validate: Parser Error at line 4$"):
        validate(binary, tmp_path, [])


def test_an_unknown_exit_code_stops_the_checks(says, tmp_path):
    with pytest.raises(ChecksError, match=r"^cfn-guard test: no rules$"):
        run_rule_tests(says("no rules", code=255), tmp_path)


def test_a_missing_binary_is_an_error_that_names_the_cure(tmp_path):
    with pytest.raises(ChecksError, match=r"there is no .*/none; .*generator\.checks\.install_gu"):
        validate(tmp_path / "none", tmp_path, [])


def test_a_case_that_a_rule_misjudges_is_a_finding(says, tmp_path):
    failed = {"name": "STAGE_IS_TRACED", "expected": "PASS", "evaluated": ["FAIL"]}
    cases = [{"name": "off", "failed_rules": [failed]}, {"name": "on", "failed_rules": []}]
    told = [{"rule_file": "rules/api.guard", "test_cases": cases}]
    assert run_rule_tests(says(json.dumps(told), code=7), tmp_path) == (
        Finding(
            template="rules/api.guard",
            resource="off",
            rule="STAGE_IS_TRACED",
            message="expected PASS, got ['FAIL']",
        ),
    )
