"""Text and JSON say the same; where and in which dress is theirs."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest

from stacksets.model.desired import OperationId
from stacksets.model.observed import ResultStatus
from stacksets.model.outcome import InstanceProgressed
from stacksets.report.as_json import JsonReport
from stacksets.report.as_text import TextReport
from stacksets.report.message import (
    Line,
    Message,
    Result,
    Tone,
    align,
    bound,
    count,
    duration,
    shorten,
)
from tests.builders import EAST, a_key

MESSAGE = Message(code="noted", lines=(Line("mind the gap", Tone.WARNING),), data={"gap": "→"})
RESULT = Result(code="ok", exit_code=0, lines=(Line("done", Tone.GOOD),), data={"n": 1})
REFUSAL = Result(code="NO", exit_code=3, lines=(Line("error: no"),), is_error=True)


def _progressed(region=EAST, status=ResultStatus.RUNNING, reason=""):
    return InstanceProgressed(
        operation_id=OperationId("op-1"),
        key=a_key(region=region),
        status=status,
        status_reason=reason,
        seconds=1.0,
    )


def test_text_sends_progress_to_stderr_and_the_result_to_stdout():
    out, err = io.StringIO(), io.StringIO()
    report = TextReport(out, err)

    report.tell(MESSAGE)
    report.result(RESULT)

    assert (out.getvalue(), err.getvalue()) == ("done\n", "mind the gap\n")


def test_text_sends_a_refusal_to_stderr():
    out, err = io.StringIO(), io.StringIO()

    TextReport(out, err).result(REFUSAL)

    assert (out.getvalue(), err.getvalue()) == ("", "error: no\n")


def test_json_writes_every_event_and_one_result_on_stdout():
    out = io.StringIO()
    report = JsonReport(out)

    report.tell(MESSAGE)
    report.event(_progressed())
    report.result(RESULT)

    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert lines == [
        {"type": "event", "code": "noted", "gap": "→"},
        {
            "type": "event",
            "code": "instance_progressed",
            "operation_id": "op-1",
            "account": "111111111111",
            "region": EAST,
            "status": "RUNNING",
            "reason": "",
            "seconds": 1.0,
        },
        {"type": "result", "code": "ok", "exit_code": 0, "n": 1},
    ]


def test_a_terminal_gets_colours():
    out = io.StringIO()

    TextReport(out, io.StringIO(), terminals=(out,), coloured=True).result(RESULT)

    assert out.getvalue() == "\x1b[32mdone\x1b[0m\n"


def test_a_terminal_without_colour_gets_plain_lines():
    out = io.StringIO()

    TextReport(out, io.StringIO(), terminals=(out,), coloured=False).result(RESULT)

    assert out.getvalue() == "done\n"


def test_a_reader_that_has_left_stops_nothing():
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", encoding="utf-8") as stream:
        report = JsonReport(stream)
        report.tell(MESSAGE)
        report.result(RESULT)

        assert os.fstat(writing).st_rdev == Path(os.devnull).stat().st_rdev


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.04, "0.0 s"), (9.94, "9.9 s"), (10, "10 s"), (59.4, "59 s"), (250, "4 min 10 s")],
)
def test_a_duration_is_told_as_precisely_as_it_matters(seconds, words):
    assert duration(seconds) == words


def test_a_long_value_is_cut_on_the_screen():
    assert [len(shorten("a" * length)) for length in (120, 121)] == [120, 120]
    assert shorten("a" * 121).endswith("a…")


def test_a_long_message_keeps_its_beginning_and_its_end_on_the_screen():
    said = bound(f"Value '{'1' * 5000}' failed: at most 4096")

    assert said.startswith("Value '111")
    assert "111 … (4,029 characters left out) … 111" in said
    assert said.endswith("111' failed: at most 4096")
    assert len(said) < 1040


def test_a_message_of_some_length_is_told_whole():
    assert bound("a" * 1000) == "a" * 1000


def test_a_count_knows_its_plural():
    assert [count(number, "step") for number in (0, 1, 2)] == ["0 steps", "1 step", "2 steps"]


def test_columns_stand_below_each_other_whatever_the_rows_hold():
    assert align([["a", "b"], ["long", "x", "end"], []]) == ["  a     b", "  long  x  end", ""]
