from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from stacksets.errors import TemplateError
from stacksets.lint import LintResult, lint_template, refuse_findings
from stacksets.model.desired import Region
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


@pytest.mark.parametrize("known", [(), (WEST,)])
def test_a_region_that_cfn_lint_has_not_heard_of_is_named_and_the_others_are_linted(known):
    content = {"Resources": {"Thing": {"Type": "AWS::SNS::Thing"}}}

    result = lint_template(a_template(content), (*known, Region("xx-nowhere-1")))

    assert (result.ran, result.unknown_regions) == (True, ("xx-nowhere-1",))
    assert len(result.findings) == 1


def test_one_template_is_linted_once_a_run(monkeypatch):
    content = {"Resources": {"Once": {"Type": "AWS::SNS::Thing"}}}
    first = lint_template(a_template(content), (EAST,))

    def again(*_, **__):
        raise AssertionError

    monkeypatch.setattr("cfnlint.api.lint", again)

    assert lint_template(a_template(content), (EAST,)) == first
    with pytest.raises(AssertionError):
        lint_template(a_template(content), (WEST,))


def test_findings_are_refused_and_all_of_them_are_in_the_error():
    with pytest.raises(TemplateError) as refused:
        refuse_findings(LintResult(findings=("E1 a", "E2 b"), ran=True), a_template())
    assert refused.value.findings == ("E1 a", "E2 b")


def test_a_template_that_nobody_linted_is_let_pass():
    refuse_findings(LintResult(findings=(), ran=False), a_template())
