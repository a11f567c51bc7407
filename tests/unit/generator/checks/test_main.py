from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path

import pytest

from generator.checks import __main__ as checks
from generator.checks import lint
from generator.checks.__main__ import main

UNUSED = {
    "Parameters": {"Unused": {"Type": "String"}},
    "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
}
GUARD = (
    f"#!{sys.executable}"
    """
import json, pathlib, sys
command, *words = sys.argv[1:]
files = [words[at + 1] for at, word in enumerate(words) if word == "-d"]
reports = []
for name in files if command == "validate" else []:
    text = pathlib.Path(name).read_text()
    check = {"context": "c", "messages": {"custom_message": "Name it"}, "path": "/Resources/Topic"}
    rule = {"Rule": {"name": "TOPIC_IS_NAMED", "checks": [check]}}
    report = {"name": str(pathlib.Path(name).resolve()), "not_compliant": [], "compliant": ["SAFE"]}
    reports.append({**report, "not_compliant": [rule] if "Unnamed" in text else []})
print(json.dumps(reports))
"""
)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder with one template, resolved for one region, and a stand-in for cfn-guard."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cfn-guard").write_text(GUARD)
    (tmp_path / "cfn-guard").chmod(0o755)
    write(tmp_path / "templates" / "service.json")
    write(tmp_path / "build" / "resolved" / "dev" / "service.111111111111.us-west-1.json")
    return tmp_path


@pytest.fixture
def without_lint(monkeypatch):
    """Spare the second that cfn-lint takes where a test is about something else."""
    monkeypatch.setattr(checks, "lint", lambda _templates, _regions: ())


def write(file, *, display_name="Named", **properties):
    file.parent.mkdir(parents=True, exist_ok=True)
    topic = {
        "Type": "AWS::SNS::Topic",
        "Metadata": {"com.aws.cloudformation.Context": {"why": "to be checked"}},
        "Properties": {"DisplayName": display_name, **properties},
    }
    metadata = {"com.aws.cloudformation.Context": {"arch": "one topic"}}
    template = {"AWSTemplateFormatVersion": "2010-09-09", "Metadata": metadata}
    file.write_text(json.dumps({**template, "Resources": {"Topic": topic}}, indent=1))


def run(*words):
    return main(["--guard", "cfn-guard", "--regions", "us-east-1", *words])


@pytest.mark.usefixtures("project", "without_lint")
def test_nothing_found_is_one_line_and_exit_0(capsys):
    assert run() == 0
    assert capsys.readouterr().out == (
        "checks    cfn-lint 0 findings · cfn-guard 1 rules passed in us-west-1\n"
    )


@pytest.mark.usefixtures("without_lint")
def test_the_map_of_sources_beside_a_template_is_no_template(project):
    (project / "templates" / "service.sources.json").write_text('{"resources": {}}')
    assert run() == 0


def test_findings_are_told_a_line_each_before_the_sum_and_the_exit_is_5(project, capsys):
    write(project / "templates" / "service.json", display_name="Unnamed", Nonsense=True)
    assert run() == 5
    lint_line, guard_line, summary = capsys.readouterr().out.splitlines()
    assert lint_line.startswith("templates/service.json  Topic  E3002  ")
    assert guard_line == "templates/service.json  Topic  TOPIC_IS_NAMED  Name it"
    assert summary == (
        "checks    cfn-lint 1 findings · cfn-guard 1 rules failed, 1 rules passed in us-west-1"
    )


@pytest.mark.usefixtures("without_lint")
def test_a_resolved_template_is_held_to_the_rules_too(project, capsys):
    resolved = "build/resolved/prod/service.111111111111.us-east-1.json"
    write(project / resolved, display_name="Unnamed")
    assert run() == 5
    told = capsys.readouterr().out
    assert told.startswith(f"{resolved}  Topic  TOPIC_IS_NAMED  Name it\n")
    assert told.endswith("in us-east-1, us-west-1\n")


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("--templates", "error: there is no template in empty; `python -m generator` writes them"),
        ("--resolved", "error: there is no template in empty; `stacksets resolve` writes them"),
        ("--guard", "error: there is no empty; `python -m generator.checks.install_guard` fetches"),
    ],
)
@pytest.mark.usefixtures("project")
def test_what_is_missing_is_an_error_never_a_pass(capsys, option, told):
    assert run(option, "empty") == 3
    captured = capsys.readouterr()
    assert captured.err.startswith(told)
    assert captured.out == ""


def test_a_template_without_a_resolved_view_is_an_error(project, capsys):
    write(project / "templates" / "bootstrap.json")
    assert run() == 3
    assert "bootstrap.json is not among the resolved templates" in capsys.readouterr().err


def test_a_guard_that_cannot_be_started_is_a_sentence(project, capsys):
    (project / "cfn-guard").chmod(0o644)
    assert run() == 3
    assert capsys.readouterr().err.startswith("error: [Errno 13]")


def test_cfn_lint_runs_at_its_strictest_in_every_region(project, monkeypatch):
    asked = []
    monkeypatch.setattr(lint, "run_cfn_lint", lambda text, config: asked.append(config) or [])
    assert lint.lint([project / "templates" / "service.json"], ["us-east-1", "us-west-1"]) == ()
    assert asked == [
        {
            "regions": ["us-east-1", "us-west-1"],
            "include_checks": ["I", "W"],
            "include_experimental": True,
        }
    ]


@pytest.mark.parametrize(
    ("text", "rule"),
    [("{", "E0000"), (json.dumps(UNUSED, indent=1), "W2001")],
)
def test_a_finding_outside_every_resource_is_about_the_template(tmp_path, text, rule):
    file = tmp_path / "service.json"
    file.write_text(text)
    findings = lint.lint([file], ["us-east-1"])
    assert ("-", rule) in {(finding.resource, finding.rule) for finding in findings}


def test_the_regions_are_those_of_the_stack_instances_and_the_home_region():
    assert checks._parse([]).regions == ["us-east-1", "us-west-1", "us-west-2"]
    assert checks._parse([]).rules == Path(checks.__file__).parents[1] / "rules"


def test_run_as_a_module_its_exit_code_is_that_of_the_checks(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(sys, "argv", ["checks", "--templates", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(checks.__file__, run_name="__main__")
    assert ended.value.code == 3
    assert "there is no template in" in capsys.readouterr().err
