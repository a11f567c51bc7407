"""What an operation does in one account and region: reach it through the roles, touch its stack."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stacksets.local.control_plane.gates import CLOSED
from stacksets.local.control_plane.model import GateStatus, Outcome, PermissionModel, TaskKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from stacksets.local.control_plane.gates import Gates
    from stacksets.local.control_plane.model import Task
    from stacksets.local.control_plane.roles import RoleChain
    from stacksets.local.control_plane.stacks import Stacks


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Carries out tasks, each on a thread of its caller."""

    roles: RoleChain
    gates: Gates
    stacks: Stacks
    is_enabled: Callable[[str, str], bool]

    def carry_out(self, task: Task, on_stack: Callable[[str], None]) -> Outcome:
        """Do the task to its end; `on_stack` hears the id of a new stack at once.

        What touches nothing in the account needs no role.
        """
        if not task.reaches_account:
            return Outcome(succeeded=True)
        if refusal := self._find_refusal(task):
            return Outcome(succeeded=False, reason=refusal)
        gate = self.gates.ask(task)
        if gate.status is GateStatus.FAILED:
            return Outcome(succeeded=False, reason=CLOSED, gate=gate)
        return replace(self._touch_stack(task, on_stack), gate=gate)

    def _find_refusal(self, task: Task) -> str | None:
        """Give the reason why the account cannot be reached; StackSets' own roles always reach.

        A region has to be enabled in both accounts (StackSets user guide,
        stacksets-opt-in-regions); the words for where it is not are ours.
        """
        account, region = task.key
        for one in (task.stack_set.account, account):
            if not self.is_enabled(one, region):
                return f"Region {region} is not enabled for account {one}."
        if task.stack_set.permission_model is PermissionModel.SERVICE_MANAGED:
            return None
        return self.roles.find_refusal(task)

    def _touch_stack(self, task: Task, on_stack: Callable[[str], None]) -> Outcome:
        if task.kind is TaskKind.CREATE or not task.stack_id:
            return self.stacks.create(task, _stack_name(task), on_stack)
        return self._touch(task, task.stack_id)

    def _touch(self, task: Task, stack_id: str) -> Outcome:
        """Do what is done to a stack that is there."""
        match task.kind:
            case TaskKind.UPDATE:
                return self.stacks.update(task, stack_id)
            case TaskKind.IMPORT:
                return self.stacks.adopt(task, stack_id)
            case TaskKind.DETECT_DRIFT:
                return self.stacks.detect_drift(task, stack_id)
            case _:
                return self.stacks.delete(task, stack_id)


def _stack_name(task: Task) -> str:
    """Give a fresh name: AWS never uses one twice, not even for a retry."""
    return f"StackSet-{task.stack_set.name}-{uuid.uuid4()}"
