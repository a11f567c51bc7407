"""Steps as words and as data: those that no plan of `deploy` and `destroy` has."""

from __future__ import annotations

from stacksets.model.desired import OperationId, OperationPreferences
from stacksets.model.plan import DetectStackSetDrift, ImportStacksToStackSet
from stacksets.report.plan import step_data, step_words

STACKS = tuple(
    f"arn:aws:cloudformation:{region}:111111111111:stack/old/1"
    for region in ("us-east-1", "us-west-1")
)
IMPORT = ImportStacksToStackSet(
    stack_set_name="svc-dev",
    stack_ids=STACKS,
    organizational_units=(),
    preferences=OperationPreferences(),
    operation_id=OperationId("stacksets-import-1"),
    why="they were made by hand",
)
DRIFT = DetectStackSetDrift(
    stack_set_name="svc-dev",
    preferences=OperationPreferences(),
    operation_id=OperationId("stacksets-drift-1"),
    why="asked for",
)


def test_an_import_says_how_many_stacks_and_programs_read_which():
    assert step_words(IMPORT) == "import 2 stacks as stack instances"
    assert step_data(IMPORT) == {
        "kind": "ImportStacksToStackSet",
        "why": "they were made by hand",
        "operation_id": "stacksets-import-1",
        "stack_ids": list(STACKS),
    }


def test_a_drift_detection_says_where_it_looks():
    assert step_words(DRIFT) == (
        "detect drift in every stack instance; other operations wait meanwhile"
    )
    assert step_data(DRIFT) == {
        "kind": "DetectStackSetDrift",
        "why": "asked for",
        "operation_id": "stacksets-drift-1",
    }
