"""Steps as words and as data: those that no plan of `deploy` and `destroy` has."""

from __future__ import annotations

import pytest

from stacksets.model.desired import AccountId, OperationId, OperationPreferences, Region
from stacksets.model.plan import (
    DetectStackSetDrift,
    ImportStacksToStackSet,
    Rectangle,
    UpdateStackInstances,
)
from stacksets.report.message import shorten_both
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


def _update(overrides):
    return UpdateStackInstances(
        stack_set_name="svc-dev",
        where=Rectangle(accounts=(AccountId("111111111111"),), regions=(Region("us-east-1"),)),
        overrides=overrides,
        preferences=OperationPreferences(),
        operation_id=OperationId("stacksets-deploy-1"),
        why="asked for",
    )


@pytest.mark.parametrize(
    ("overrides", "words", "overridden"),
    [
        (None, "", None),
        ({}, ", resetting their overrides", []),
        ({"B": "1", "A": "2"}, ", overriding A, B", ["A", "B"]),
    ],
    ids=["left alone", "reset", "set"],
)
def test_an_update_says_what_becomes_of_the_overrides(overrides, words, overridden):
    step = _update(overrides)
    assert step_words(step) == f"update 1 stack instance: 111111111111 in us-east-1{words}"
    assert step_data(step)["overridden"] == overridden


def test_two_long_values_are_cut_where_they_differ():
    same = "!Sub " + "a" * 200
    one, other = shorten_both(f"{same}-one", f"{same}-other")
    assert (one[0], one[-4:], other[-6:]) == ("…", "-one", "-other")
    assert max(len(one), len(other)) <= 120
    assert shorten_both("a" * 200, "b" * 200) == ("a" * 119 + "…", "b" * 119 + "…")
