"""Whatever a deployer does in whatever order, and whatever fails, the rows tell the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from stacksets.local.control_plane.model import Outcome, Task, TaskKind
from tests.unit.stacksets.local.control_plane.bench import (
    EAST,
    EU,
    OTHER_TEMPLATE,
    TEMPLATE,
    WEST,
    Bench,
    refusal,
)

if TYPE_CHECKING:
    from collections.abc import Callable

REGIONS = [EAST, WEST, EU]
SOME = st.lists(st.sampled_from(REGIONS), unique=True, min_size=1)
FAILING = st.sets(st.sampled_from(REGIONS))
PREFERENCES = st.fixed_dictionaries(
    {"FailureToleranceCount": st.integers(0, 2)},
    optional={"RegionConcurrencyType": st.sampled_from(["SEQUENTIAL", "PARALLEL"])},
)
STEP = st.one_of(
    st.tuples(st.just("create"), SOME),
    st.tuples(st.just("update instances"), SOME),
    st.tuples(st.just("update set"), st.sampled_from([TEMPLATE, OTHER_TEMPLATE])),
    st.tuples(st.just("delete"), SOME),
    st.tuples(st.just("retain"), SOME),
)


class World:
    """The stacks that are really there, each with its template; some Regions always fail."""

    def __init__(self) -> None:
        self.stacks: dict[str, str] = {}
        self.failing: set[str] = set()
        self._made = 0

    def carry_out(self, task: Task) -> Outcome:
        if task.kind is TaskKind.RETAIN:
            self.stacks.pop(task.stack_id or "", None)
            return Outcome(succeeded=True)
        if task.key.region in self.failing:
            return Outcome(succeeded=False, reason="weather")
        if task.kind is TaskKind.DELETE:
            self.stacks.pop(task.stack_id or "", None)
            return Outcome(succeeded=True)
        stack_id = task.stack_id
        if task.kind is TaskKind.CREATE:
            self._made += 1
            stack_id = f"stack {self._made}"
        assert stack_id is not None
        assert task.kind is TaskKind.CREATE or stack_id in self.stacks
        self.stacks[stack_id] = task.stack_set.definition.template
        return Outcome(succeeded=True, stack_id=stack_id)


def take(bench: Bench, what: str, chosen: Any, preferences: dict[str, Any]) -> str | None:
    """Do one step; None where the API refuses it."""
    steps: dict[str, Callable[[], str]] = {
        "create": lambda: bench.create(*chosen, OperationPreferences=preferences),
        "update instances": lambda: bench.on(
            "UpdateStackInstances", *chosen, OperationPreferences=preferences
        ),
        "update set": lambda: bench.update_set(
            TemplateBody=chosen, OperationPreferences=preferences
        ),
        "delete": lambda: bench.delete(*chosen, OperationPreferences=preferences),
        "retain": lambda: bench.delete(*chosen, retain=True, OperationPreferences=preferences),
    }
    if what == "update instances" and not bench.rows().keys() >= set(chosen):
        with refusal("StackInstanceNotFoundException"):
            steps[what]()
        return None
    return steps[what]()


@given(st.lists(st.tuples(STEP, FAILING, PREFERENCES), max_size=12))
@settings(max_examples=60)
def test_a_current_instance_has_a_stack_of_the_present_definition(history):
    bench, world = Bench(), World()
    bench.create_set()
    bench.work.at_once = world.carry_out
    for (what, chosen), failing, preferences in history:
        world.failing = failing
        operation = take(bench, what, chosen, preferences)
        if operation is None:
            continue
        found = bench.finish(operation)
        results = bench.results(operation)
        count = sum(status == "FAILED" for status, _ in results.values())
        assert found["StatusDetails"] == {"FailedStackInstancesCount": count}
        assert "CANCELLED" not in {s for s, _ in results.values()} or found["Status"] == "FAILED"
        assert {status for status, _ in results.values()} <= {"SUCCEEDED", "FAILED", "CANCELLED"}
        present = bench.stack_set()["TemplateBody"]
        owned = set()
        for region, (status, detailed, _) in bench.rows().items():
            stack_id = bench.instance(region)["StackId"]
            owned.add(stack_id)
            assert (status == "INOPERABLE") == (detailed == "INOPERABLE") or detailed == "CANCELLED"
            assert status != "CURRENT" or world.stacks[stack_id] == present
        assert world.stacks.keys() <= owned
    bench.engine.join()
