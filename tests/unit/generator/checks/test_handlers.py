"""The extract of what CloudFormation's handlers call."""

from __future__ import annotations

import json
import runpy

import pytest

from generator.bootstrap.handlers import HANDLERS, handled_types
from generator.checks import handlers
from generator.checks.handlers import extract_handlers, main


def test_the_committed_extract_is_what_the_schemas_say():
    assert json.loads(HANDLERS.read_text()) == extract_handlers(handled_types())


def test_it_is_written_with_the_types_that_are_added(tmp_path, capsys):
    file = tmp_path / "handlers.json"

    assert main(["AWS::SQS::Queue", "--to", str(file)]) == 0

    types = json.loads(file.read_text())["types"]
    assert set(types) == {*handled_types(), "AWS::SQS::Queue"}
    assert "sqs:CreateQueue" in types["AWS::SQS::Queue"]["create"]
    # What changes tags is said apart from the handlers, and belongs to updates.
    assert "sqs:UntagQueue" in types["AWS::SQS::Queue"]["update"]
    assert capsys.readouterr().out == f"handlers  {file}  {len(types)} types\n"


def test_a_type_that_nobody_knows_is_refused(tmp_path, capsys):
    file = tmp_path / "handlers.json"

    assert main(["AWS::No::Such", "--to", str(file)]) == 3
    assert "cfn-lint knows no type AWS::No::Such" in capsys.readouterr().err
    assert not file.exists()


def test_a_type_whose_handlers_are_not_told_is_refused(tmp_path, capsys):
    file = tmp_path / "handlers.json"

    assert main(["AWS::Route53::RecordSetGroup", "--to", str(file)]) == 3
    assert "AWS::Route53::RecordSetGroup does not say what" in capsys.readouterr().err


def test_it_runs_as_a_module(tmp_path, monkeypatch, capsys):
    file = tmp_path / "handlers.json"
    monkeypatch.setattr("sys.argv", ["handlers", "--to", str(file)])

    with pytest.raises(SystemExit, match="0"):
        runpy.run_path(handlers.__file__, run_name="__main__")
    assert json.loads(file.read_text()) == json.loads(HANDLERS.read_text())
    assert capsys.readouterr().out
