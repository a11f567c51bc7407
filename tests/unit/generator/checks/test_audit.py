from __future__ import annotations

import json
import os
import runpy
import stat
import sys
from pathlib import Path

import pytest

from generator import metadata
from generator.checks import audit, scanners
from generator.checks.audit import main
from generator.checks.errors import ChecksError
from generator.checks.findings import Finding
from generator.checks.scanners import run_cfn_lint, run_checkov
from generator.metadata import CFN_LINT, CHECKOV, CONTEXT, Skip, context
from generator.sources import Source

OPEN, LOUD = "CKV_AWS_1", "WS1"
# Each has one check: what a topic is called. They read skips as the real ones do.
START = (
    f"#!{sys.executable}"
    """
import json, pathlib, sys
def resources(name):
    return json.loads(pathlib.Path(name).read_text())["Resources"].items()
def after(word):
    return sys.argv[sys.argv.index(word) + 1:]
"""
)
FAKES = {
    "checkov": START
    + """
results = {"passed_checks": [], "failed_checks": [], "skipped_checks": []}
for name in after("-f"):
    for title, one in resources(name):
        skipped = [skip["id"] for skip in one["Metadata"].get("checkov", {}).get("skip", ())]
        kind = "skipped" if "CKV_AWS_1" in skipped else "failed"
        if one["Properties"]["DisplayName"] != "open":
            kind = "passed"
        results[kind + "_checks"].append({
            "file_abs_path": name, "resource": "AWS::SNS::Topic." + title,
            "check_id": "CKV_AWS_1", "check_name": "Ensure that it is closed"})
print(json.dumps({"check_type": "cloudformation", "results": results}))
""",
    "cfn-lint": START
    + """
found = []
for name in after("--template"):
    for title, one in resources(name):
        config = one["Metadata"].get("cfn-lint", {}).get("config", {})
        paths = {"WS1": ["Resources", title], "W2001": ["Parameters", "Unused"]}
        for rule, path in paths.items():
            wrong = one["Properties"]["DisplayName"] == "loud" or rule == "W2001"
            if wrong and rule not in config.get("ignore_checks", ()) and "templates" not in name:
                found.append({"Filename": name, "Location": {"Path": path},
                              "Rule": {"Id": rule}, "Message": "Lower it"})
print(json.dumps(found))
sys.exit(4 if found else 0)
""",
}


@pytest.fixture(autouse=True)
def made_by_the_generator(monkeypatch):
    """Metadata says which function of the generator made it; here it is a test."""
    monkeypatch.setattr(metadata, "find_source", lambda apart_from: Source("generator.x", "make"))


def executable(file, text):
    file.write_text(text)
    file.chmod(file.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder with one template, resolved for one region, and stand-ins for the scanners."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bin").mkdir()
    for name, text in FAKES.items():
        executable(tmp_path / "bin" / name, text)
    write("closed")
    return tmp_path


def write(display_name, *skips, said=None):
    topic = {
        "Type": "AWS::SNS::Topic",
        "Metadata": said or context("to be checked", skips=skips),
        "Properties": {"DisplayName": display_name},
    }
    for name in (
        "templates/service.json",
        "build/resolved/dev/service.111111111111.us-west-1.json",
    ):
        file = Path(name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"Resources": {"Topic": topic}}))


def run():
    return main(["--scanners", "bin", "--regions", "us-east-1"])


def told(capsys):
    return capsys.readouterr().out.splitlines()


SUM = (
    "audit     checkov, cfn-lint-serverless {} findings · {} checks skipped beside their resources"
)


@pytest.mark.usefixtures("project")
def test_nothing_found_is_one_line_and_exit_0(capsys):
    assert run() == 0
    assert told(capsys) == [SUM.format(0, 0) + ", with reasons"]


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(("name", "check"), [("open", OPEN), ("loud", LOUD)])
def test_what_is_found_and_not_skipped_is_told_and_exit_is_5(capsys, name, check):
    write(name)
    assert run() == 5
    *findings, _ = told(capsys)
    resolved = "build/resolved/dev/service.111111111111.us-west-1.json"
    assert next(line.split()[:3] for line in findings) == [resolved, "Topic", check]
    assert findings[0].endswith(("Ensure that it is closed", "Lower it"))


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(("name", "check"), [("open", OPEN), ("loud", LOUD)])
def test_what_is_skipped_with_a_reason_and_fails_without_that_is_no_finding(capsys, name, check):
    write(name, Skip(check, "it is meant so"))
    assert run() == 0
    assert told(capsys) == [SUM.format(0, 1) + ", with reasons"]


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(("name", "check"), [("open", LOUD), ("loud", OPEN), ("closed", OPEN)])
def test_a_skip_that_is_needed_no_more_is_a_finding(capsys, name, check):
    write(name, Skip(check, "it was meant so"))
    assert run() == 5
    needless = f"templates/service.json  Topic  {check}  is skipped, and passes without that: take"
    assert len([line for line in told(capsys) if line.startswith(needless)]) == 1


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("open", {CHECKOV: {"skip": [{"id": OPEN}]}}),
        ("open", {CHECKOV: {"skip": [{"id": OPEN, "comment": ""}]}}),
        ("loud", {CFN_LINT: {"config": {"ignore_checks": [LOUD]}}}),
        ("loud", {CFN_LINT: {"config": {"ignore_checks": [LOUD]}, "why": {"WS2": "else"}}}),
    ],
)
def test_a_skip_without_a_reason_is_a_finding(capsys, name, said):
    write(name, said=said)
    assert run() == 5
    *findings, _ = told(capsys)
    assert [line.split("  ", 3)[3] for line in findings] == [
        "is skipped without a reason: say it in Skip"
    ]


def test_a_skip_stands_in_the_form_that_each_scanner_reads_with_its_reason():
    said = context("why", "must", skips=(Skip("CKV_AWS_1", "a"), Skip("WS1", "b"), Skip("E2", "c")))
    assert said == {
        CONTEXT: {"why": "why", "must": ["must"]},
        "checkov": {"skip": [{"id": "CKV_AWS_1", "comment": "a"}]},
        "cfn-lint": {"config": {"ignore_checks": ["WS1", "E2"]}, "why": {"WS1": "b", "E2": "c"}},
    }
    assert context("why") == {CONTEXT: {"why": "why"}}


# --- what goes wrong


@pytest.mark.parametrize(
    ("gone", "message"),
    [
        ("templates", "there is no template in templates; `python -m generator` writes them"),
        ("build", "there is no template in build/resolved; `stacksets resolve` writes them"),
        ("bin", "there is no bin/checkov; `make audit` installs it"),
    ],
)
def test_what_is_missing_is_an_error_never_a_pass(project, capsys, gone, message):
    (project / gone).rename(project / "elsewhere")
    assert run() == 3
    captured = capsys.readouterr()
    assert captured.err == f"error: {message}\n"
    assert captured.out == ""


def test_a_template_that_is_resolved_for_nobody_is_an_error(project, capsys):
    (project / "templates" / "bootstrap.json").write_text('{"Resources": {}}')
    assert run() == 3
    assert "bootstrap.json is not among the resolved templates" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("print('{}')", "checkov has checked nothing in a.json, b.json"),
        ("print('[]')", "checkov has checked nothing in a.json, b.json"),
        (
            "print(json.dumps({'results': {'passed_checks': [{'file_abs_path': 'a.json'}]}}))",
            "checkov has checked nothing in b.json",
        ),
        ("print('Traceback')", "checkov said what is no JSON: 'Traceback"),
        ("sys.exit('no\\nsuch module')", "checkov failed with 1: such module"),
        ("sys.exit(3)", "checkov failed with 3: it said nothing"),
    ],
)
def test_a_scanner_that_has_not_scanned_is_an_error(tmp_path, said, message):
    executable(tmp_path / "checkov", f"{START}{said}\n")
    with pytest.raises(ChecksError) as error:
        run_checkov(tmp_path, [Path("b.json"), Path("a.json")])
    assert str(error.value).startswith(message)


@pytest.mark.parametrize("code", [1, 16, 32, 33])
def test_an_exit_code_of_cfn_lint_that_stands_for_no_finding_is_an_error(tmp_path, code):
    executable(tmp_path / "cfn-lint", f"{START}print('[]')\nsys.exit({code})\n")
    with pytest.raises(ChecksError, match=f"cfn-lint failed with {code}: "):
        run_cfn_lint(tmp_path, [Path("a.json")], ["us-east-1"])


@pytest.mark.parametrize("code", [0, 2, 4, 8, 14])
def test_one_that_stands_for_findings_is_none(tmp_path, code):
    executable(tmp_path / "cfn-lint", f"{START}print('[]')\nsys.exit({code})\n")
    assert run_cfn_lint(tmp_path, [Path("a.json")], ["us-east-1"]) == ()


def test_a_finding_outside_every_resource_is_about_the_template(tmp_path):
    found = {"Filename": "a.json", "Location": {"Path": ["Parameters", "P"]}, "Message": "m"}
    said = json.dumps([{**found, "Rule": {"Id": "W1"}}])
    executable(tmp_path / "cfn-lint", f"{START}print({said!r})\nsys.exit(4)\n")
    expected = Finding(template="a.json", resource="-", rule="W1", message="m")
    assert run_cfn_lint(tmp_path, [Path("a.json")], ["us-east-1"]) == (expected,)


@pytest.mark.parametrize(
    ("scanner", "words"),
    [
        ("checkov", {"--skip-download", "--framework", "cloudformation"}),
        ("cfn-lint", {"--append-rules", "cfn_lint_serverless.rules", "I", "W", "us-east-1"}),
    ],
)
def test_scanners_see_nothing_of_the_machine_and_call_nobody(tmp_path, monkeypatch, scanner, words):
    """Their settings may lie in a home, their tokens and proxies in variables."""
    for name in ("BC_API_KEY", "HTTPS_PROXY", "CKV_SKIP_CHECK"):
        monkeypatch.setenv(name, "x")
    note = tmp_path / "note.json"
    noting = f"""
import os
pathlib.Path({str(note)!r}).write_text(json.dumps([sys.argv, dict(os.environ)]))
print(json.dumps({{"results": {{"failed_checks": []}}}} if "-f" in sys.argv else []))
"""
    executable(tmp_path / scanner, START + noting)
    if scanner == "checkov":
        assert run_checkov(tmp_path, []) == ()
    else:
        assert run_cfn_lint(tmp_path, [], ["us-east-1"]) == ()
    called, environment = json.loads(note.read_text())
    assert words <= set(called)
    assert {name for name in environment if name != "LC_CTYPE"} == {"HOME", "LC_ALL", "PATH"}
    assert environment["PATH"] == os.environ["PATH"]
    assert environment["HOME"] != os.environ.get("HOME")


def test_the_scanners_are_those_of_an_environment_of_their_own():
    root = Path(audit.__file__).parents[2]
    assert root / ".tools" / "audit" / "bin" == scanners.SCANNERS


def test_every_package_of_the_scanners_is_pinned():
    root = Path(audit.__file__).parents[2]
    lines = (root / ".ci" / "audit-requirements.txt").read_text().splitlines()
    assert all(line.count("==") == 1 and " " not in line for line in lines)
    named = {line.split("==")[0].lower().replace("_", "-") for line in lines}
    assert {"checkov", "cfn-lint", "cfn-lint-serverless"} <= named
    assert len(named) == len(lines)


def test_run_as_a_module_its_exit_code_is_that_of_the_audit(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(sys, "argv", ["audit", "--templates", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(audit.__file__, run_name="__main__")
    assert ended.value.code == 3
    assert "there is no template in" in capsys.readouterr().err
