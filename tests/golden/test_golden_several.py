"""What people read of several stack sets in one run."""

from __future__ import annotations

from stacksets.errors import CredentialsError
from stacksets.report.failure import error_result
from stacksets.report.message import Line, Result, Tone
from stacksets.report.record import Record
from stacksets.report.several import PartResult, not_attempted_result, several_result
from tests.builders import NAME
from tests.fakes import FakeClock

RECORD = Record(command="deploy", started=FakeClock().now())
DONE = Result(
    code="succeeded", exit_code=0, lines=(Line("Succeeded in 2 min 3 s", Tone.GOOD),), data={}
)


def _text(*parts):
    return "".join(f"{line.text}\n" for line in several_result(parts, RECORD.data()).lines)


def _part(file, result, name=NAME):
    return PartResult(file=f"{file}.toml", stack_set=name, result=result)


def test_a_run_that_went_well_reads_as_reviewed(golden):
    text = _text(_part("blue", DONE, "blue-dev"), _part("greenish", DONE, "greenish-dev"))

    golden("several_succeeded.txt", text)


def test_a_run_that_failed_on_the_way_reads_as_reviewed(golden):
    refused = error_result(CredentialsError("no credentials", hint="aws sso login"), {})
    text = _text(
        _part("blue", DONE, "blue-dev"),
        _part("absent", refused, None),
        _part("green", not_attempted_result(RECORD, 4), "green-dev"),
    )

    golden("several_failed.txt", text)
