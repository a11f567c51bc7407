"""Nouns of the model as JSON and back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from stacksets.effective import EffectiveParameters, find_effective
from stacksets.model.desired import (
    AccountFilter,
    AutoDeployment,
    DeploymentTargets,
    OperationPreferences,
)
from stacksets.model.observed import OperationStatus
from stacksets.model.plan import (
    ChangeKind,
    DetectStackSetDrift,
    ImportStacksToStackSet,
    InstanceChange,
    Plan,
)
from stacksets.plain import NotPlainError, from_plain, to_plain
from stacksets.plan import PlanOptions, make_destroy_plan, make_plan
from tests.builders import a_deployment, a_key, a_stack_set, an_instance, an_operation

FIRST = make_plan(a_deployment(), None)
OTHER_STEPS = (
    DetectStackSetDrift(
        stack_set_name="x", preferences=OperationPreferences(), operation_id="op", why="asked"
    ),
    ImportStacksToStackSet(
        stack_set_name="x",
        stack_ids=("a",),
        organizational_units=(),
        preferences=OperationPreferences(),
        operation_id="op",
        why="asked",
    ),
)


def through_json(value: object) -> Any:
    return json.loads(json.dumps(to_plain(value)))


@pytest.mark.parametrize(
    "noun",
    [
        FIRST,
        make_plan(a_deployment(description="x"), a_stack_set(an_instance())),
        make_destroy_plan(a_deployment(), a_stack_set(an_instance())),
        make_plan(
            a_deployment(), a_stack_set(operations=(an_operation(status=OperationStatus.RUNNING),))
        ),
        Plan(
            stack_set_name="x",
            home_region="us-east-1",
            environment="dev",
            steps=OTHER_STEPS,
            instances=(InstanceChange(key=a_key(), kind=ChangeKind.IMPORT, why="asked"),),
            differences=(),
            notes=("n",),
            digest="0",
        ),
        find_effective(a_deployment(), None),
        PlanOptions(send=frozenset({"B", "A"}), audit=True),
        DeploymentTargets(
            accounts=(),
            regions=(),
            organizational_units=("ou-1",),
            account_filter=AccountFilter.NONE,
        ),
        AutoDeployment(enabled=True),
    ],
    ids=lambda noun: type(noun).__name__,
)
def test_what_is_written_is_read_back(noun):
    assert from_plain(type(noun), through_json(noun)) == noun


def test_a_set_is_written_sorted():
    assert to_plain(PlanOptions(send=frozenset({"B", "A", "C"})))["send"] == ["A", "B", "C"]


def test_what_json_cannot_say_is_not_written():
    with pytest.raises(TypeError, match="float has no plain form"):
        to_plain(1.5)


def changed(path, value):
    """The first plan with one place of its JSON changed."""
    document = through_json(FIRST)
    here = document
    for name in path[:-1]:
        here = here[name]
    here[path[-1]] = value
    return document


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("notes",), "x", r"plan.notes: expected a list, found 'x'"),
        (("notes",), [1], r"plan.notes\[0\]: expected str, found 1"),
        (("more",), 1, r"plan: more missing or unknown"),
        (("steps", 0), 5, r"plan.steps\[0\]: expected a mapping, found 5"),
        (("steps", 0, "kind"), "Explode", r"plan.steps\[0\]: unknown kind 'Explode'"),
        (("instances", 0, "kind"), "explode", "unknown ChangeKind 'explode'"),
        (("steps", 0, "definition", "managed_execution"), 1, "expected bool, found 1"),
        (("steps", 0, "definition", "tags"), [], "tags: expected a mapping"),
        (("steps", 0, "definition", "tags"), {"a": 1}, "tags.a: expected str"),
        (("steps", 1, "preferences", "max_concurrent_count"), True, "expected int, found True"),
        (("differences",), None, "differences: expected a list, found None"),
    ],
)
def test_what_is_not_of_its_type_is_told_with_its_place(path, value, words):
    with pytest.raises(NotPlainError, match=words):
        from_plain(Plan, changed(path, value), "plan")


def test_what_is_missing_is_told():
    document = through_json(find_effective(a_deployment(), None))
    del document["instances"]
    with pytest.raises(NotPlainError, match="instances missing or unknown"):
        from_plain(EffectiveParameters, document)
