"""What people read when a saved plan no longer holds, one text for each way."""

from __future__ import annotations

import json

import pytest

from stacksets.errors import StalePlanError
from stacksets.report.failure import error_result
from stacksets.report.saved import saved_message, shown_result
from stacksets.saved import VERSION, read_saved_plan, refuse_moved, write_saved_plan
from tests.saved_plans import KINDS, PLANNED, secrets


def _text(lines):
    return "".join(f"{line.text}\n" for line in lines)


@pytest.mark.parametrize("kind", KINDS)
def test_what_has_moved_reads_as_reviewed(kind, golden):
    with pytest.raises(StalePlanError) as caught:
        refuse_moved(PLANNED, KINDS[kind], "plan.json")

    golden(f"stale_{kind}.txt", _text(error_result(caught.value, {}).lines))


def test_another_version_reads_as_reviewed(golden):
    document = json.loads(write_saved_plan(PLANNED)) | {"version": VERSION + 1}
    with pytest.raises(StalePlanError) as caught:
        read_saved_plan(json.dumps(document), "plan.json")

    golden("stale_format.txt", _text(error_result(caught.value, {}).lines))


def test_a_shown_plan_reads_as_reviewed(golden):
    golden("saved_shown.txt", _text(shown_result(secrets("s3cret"), {}).lines))


def test_the_document_reads_as_reviewed(golden):
    golden("saved_plan.json", write_saved_plan(secrets("s3cret")))


def test_saving_reads_as_reviewed(golden):
    golden("saved_message.txt", _text(saved_message(PLANNED, "plan.json").lines))
    secret = saved_message(secrets("s3cret"), "plan.json")
    golden("saved_message_no_echo.txt", _text(secret.lines))
