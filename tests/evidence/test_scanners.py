"""The real scanners: what they find is explained beside the resource, and every skip is needed."""

from __future__ import annotations

import json

import pytest

from generator.checks.audit import main
from generator.checks.scanners import SCANNERS
from generator.checks.skips import read_skips, without_skips
from generator.metadata import Skip
from stacksets.resolve import resolve
from tests.evidence.schemas import load

NAMES = ("service", "bootstrap")


@pytest.mark.parametrize("name", NAMES)
def test_every_skip_of_ours_says_why_and_none_is_said_twice(name):
    skips = read_skips(load(name))
    assert skips
    assert all(len(skip.why.split()) > 1 for _, skip in skips)
    assert len({(title, skip.check) for title, skip in skips}) == len(skips)


@pytest.mark.parametrize("name", NAMES)
def test_a_copy_without_skips_differs_in_nothing_else(name):
    bare = without_skips(load(name))
    assert read_skips(bare) == []
    for title, resource in load(name)["Resources"].items():
        stripped = bare["Resources"][title]
        assert stripped["Metadata"].items() <= resource["Metadata"].items()
        assert {**stripped, "Metadata": resource["Metadata"]} == resource


def write(folder, template):
    """The service as it is written, and as one stack of dev has it."""
    for name, said in {
        "templates/service.json": template,
        "resolved/service.111111111111.us-east-1.json": resolve(
            template, parameters={}, account="111111111111", region="us-east-1"
        ),
    }.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(said, indent=1))


def audited(folder, capsys):
    """The exit code, and of each finding template, resource, check and message."""
    words = {"--templates": "templates", "--resolved": "resolved"}
    code = main([word for name, below in words.items() for word in (name, str(folder / below))])
    *findings, _ = capsys.readouterr().out.splitlines()
    told = (line.split("  ", 3) for line in findings)
    return code, {(file.rpartition("/")[2], *rest) for file, *rest in told}


@pytest.mark.exhaustive
def test_a_skip_is_read_by_its_scanner_and_has_to_be_needed_and_to_say_why(tmp_path, capsys):
    if not SCANNERS.is_dir():
        pytest.fail("there is no .tools/audit: make audit")
    template = load("service")
    resources = template["Resources"]
    known = {(title, skip.check) for title, skip in read_skips(template)}
    assert known >= {("Function", "CKV_AWS_117"), ("Function", "WS1004"), ("Stage", "CKV_AWS_120")}
    # One taken away of each scanner, one without its reason, and one of each for nothing.
    checkov = resources["Function"]["Metadata"]["checkov"]["skip"]
    checkov[:] = [skip for skip in checkov if skip["id"] != "CKV_AWS_117"]
    del resources["Function"]["Metadata"]["cfn-lint"]
    (cache,) = [
        skip
        for skip in resources["Stage"]["Metadata"]["checkov"]["skip"]
        if skip["id"] == "CKV_AWS_120"
    ]
    del cache["comment"]
    resources["LiveAlias"]["Metadata"] |= {
        "checkov": {"skip": [{"id": "CKV_AWS_117", "comment": "an alias has no network"}]},
        "cfn-lint": {"config": {"ignore_checks": ["WS1004"]}, "why": {"WS1004": "nor logs"}},
    }
    assert ("LiveAlias", Skip("WS1004", "nor logs")) in read_skips(template)
    write(tmp_path, template)

    code, told = audited(tmp_path, capsys)

    assert code == 5
    found = {(file, title, check) for file, title, check, _ in told}
    assert found == {
        *(
            (file, "Function", check)
            for file in ("service.json", "service.111111111111.us-east-1.json")
            for check in ("CKV_AWS_117", "WS1004")
        ),
        ("service.json", "Stage", "CKV_AWS_120"),
        ("service.json", "LiveAlias", "CKV_AWS_117"),
        ("service.json", "LiveAlias", "WS1004"),
    }
    said = {(title, check): message for _, title, check, message in told}
    assert said["Stage", "CKV_AWS_120"].startswith("is skipped without a reason")
    assert said["LiveAlias", "WS1004"].startswith("is skipped, and passes without that")
    assert said["LiveAlias", "CKV_AWS_117"].startswith("is skipped, and passes without that")
