from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from stacksets.errors import TemplateError
from stacksets.lint import LintResult, lint_template, refuse_findings
from tests.builders import EAST, WEST, a_template


def test_a_template_that_cfn_lint_finds_right_has_no_findings():
    assert lint_template(a_template(), (EAST, WEST)) == LintResult(findings=(), ran=True)


def test_an_error_is_told_with_its_rule_and_place_and_a_warning_is_not():
    content = {
        "Parameters": {"Unused": {"Type": "String"}},
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicNam": "x"}}},
    }
    [finding] = lint_template(a_template(content), (EAST,)).findings
    assert finding.startswith("E3002 Resources/Topic/Properties/TopicNam: ")


def test_every_region_of_the_deployment_is_looked_at():
    content = {"Resources": {"Thing": {"Type": "AWS::SNS::Thing"}}}
    findings = lint_template(a_template(content), (EAST, WEST)).findings
    assert [one.rpartition(" ")[2] for one in findings] == ["'us-east-1'", "'us-west-1'"]


def test_an_error_that_has_a_line_only_is_told_by_its_line():
    twice = replace(a_template(), body="Resources:\n  A: {Type: 'AWS::SNS::Topic'}\n  A: {}\n")
    [first, *_] = lint_template(twice, (EAST,)).findings
    assert first.startswith("E0000 line 2: ")


def test_where_cfn_lint_is_not_installed_it_is_said_instead_of_nothing_found(monkeypatch):
    monkeypatch.setitem(sys.modules, "cfnlint.api", None)
    assert lint_template(a_template(), (EAST,)) == LintResult(findings=(), ran=False)


def test_findings_are_refused_and_all_of_them_are_in_the_error():
    with pytest.raises(TemplateError) as refused:
        refuse_findings(LintResult(findings=("E1 a", "E2 b"), ran=True), a_template())
    assert refused.value.findings == ("E1 a", "E2 b")


def test_a_template_that_nobody_linted_is_let_pass():
    refuse_findings(LintResult(findings=(), ran=False), a_template())
