"""What a run has attempted so far: where it was the first, and what has failed since."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from stacksets.model.observed import ResultStatus
from stacksets.model.plan import ChangeKind

if TYPE_CHECKING:
    from stacksets.execute import Execution
    from stacksets.model.desired import InstanceKey
    from stacksets.model.observed import OperationResult, StackSet
    from stacksets.model.plan import Plan

_FIRSTS = frozenset({ChangeKind.CREATE, ChangeKind.IMPORT})


@dataclass(slots=True, kw_only=True)
class Attempts:
    """The stack instances that a run has tried to change.

    `begun` are those that it was the first to make, so that nothing had gone through their roles
    before; `failed` tells of each that failed and has not gone well since.
    """

    begun: set[InstanceKey] = field(default_factory=set)
    failed: dict[InstanceKey, OperationResult] = field(default_factory=dict)

    def remember(self, plan: Plan, execution: Execution) -> None:
        """Take in how a plan was carried out."""
        self.begun.update(one.key for one in plan.instances if one.kind in _FIRSTS)
        for one in execution.results:
            if one.status is ResultStatus.FAILED:
                self.failed[one.key] = one
            elif one.status is ResultStatus.SUCCEEDED:
                self.failed.pop(one.key, None)

    def add_earlier(
        self, execution: Execution, observed: StackSet | None, remaining: Plan
    ) -> Execution:
        """Add what failed before the last plan, which did not come to it again: it is told too."""
        calm = {one.key for one in remaining.instances if one.kind is ChangeKind.LEAVE}
        there = {one.key for one in observed.instances} if observed else set()
        told = {one.key for one in execution.results if one.status is ResultStatus.FAILED}
        earlier = sorted((self.failed.keys() & there) - calm - told)
        rows = (*execution.results, *(self.failed[key] for key in earlier))
        return replace(execution, results=rows)

    def find_firsts(self, observed: StackSet | None) -> set[InstanceKey]:
        """Give the stack instances in which no run before this one has reached a stack."""
        there = observed.instances if observed else ()
        return self.begun | {one.key for one in there if not one.stack_id}
