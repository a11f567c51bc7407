"""Automatic deployment: operations that accounts start by joining and leaving targeted units.

Source: StackSets user guide, "Enable or disable automatic deployments", and API reference,
AutoDeployment: filters, overrides and preferences of earlier operations do not count, and these
operations wait for those before them.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stacksets.local.control_plane.model import (
    Change,
    InstanceKey,
    InstanceStatus,
    OperationAction,
    StackInstance,
    StackSetStatus,
    Task,
    TaskKind,
)
from stacksets.local.control_plane.operations.accept import new_operation
from stacksets.local.control_plane.operations.targets import deploy, new_row
from stacksets.local.control_plane.rows import accept

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from stacksets.local.control_plane.clock import Clock
    from stacksets.local.control_plane.engine import Engine
    from stacksets.local.control_plane.store import Record, Store
    from stacksets.local.organizations.moves import Move

PREFERENCES = {"RegionOrder": ()}


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoDeployer:
    """Follows accounts from unit to unit; called under the store's lock."""

    store: Store
    engine: Engine
    clock: Clock

    def follow(self, move: Move) -> None:
        """Start what a move asks of every stack set of the organization."""
        for record in self.store.list_records_of(move.management):
            auto = record.stack_set.auto_deployment
            active = record.stack_set.status is StackSetStatus.ACTIVE
            if active and auto is not None and auto.enabled:
                self._stay(record, move)
                self._leave(
                    record, move, TaskKind.RETAIN if auto.retain_stacks else TaskKind.DELETE
                )
                self._join(record, move)

    def _stay(self, record: Record, move: Move) -> None:
        """Hand what a left unit brought, and another unit still brings, over to that one."""
        for row in _rows(record, move.account):
            targeting = [u for u in move.after if row.key.region in _regions(record, [u])]
            if row.unit in move.left and targeting:
                kept = replace(row, unit=targeting[0])
                record.instances.put(row.key, kept, self.clock.now())

    def _leave(self, record: Record, move: Move, kind: TaskKind) -> None:
        """Take the instances away that only the units brought which the account has left."""
        gone = _regions(record, move.left) - _regions(record, move.after)

        def prepare() -> Change:
            rows = [row for row in _rows(record, move.account) if row.key.region in gone]
            return Change(
                stack_set=record.stack_set,
                instances=tuple(accept(row, operation_id) for row in rows),
                tasks=tuple(_removal(record, row, kind) for row in rows),
            )

        operation_id = str(uuid.uuid4())
        if prepare().tasks:
            self._submit(record, operation_id, OperationAction.DELETE, prepare, kind)

    def _join(self, record: Record, move: Move) -> None:
        """Bring the instances that the units bring which the account has joined."""

        def prepare() -> Change:
            wanted = [row for row in _wanted(record, move) if _wants_stack(row)]
            deployed = [deploy(record.stack_set, row, operation_id) for row in wanted]
            return Change(
                stack_set=record.stack_set,
                instances=tuple(row for row, _ in deployed),
                tasks=tuple(task for _, task in deployed),
            )

        operation_id = str(uuid.uuid4())
        if prepare().tasks:
            self._submit(record, operation_id, OperationAction.CREATE, prepare, None)

    def _submit(
        self,
        record: Record,
        operation_id: str,
        action: OperationAction,
        prepare: Callable[[], Change],
        kind: TaskKind | None,
    ) -> None:
        """Begin an operation, or let it wait for those that run: these are never refused."""
        operation = new_operation(
            record.stack_set,
            operation_id,
            action,
            preferences=PREFERENCES,
            retain_stacks=None if kind is None else kind is TaskKind.RETAIN,
            created=self.clock.now(),
        )
        if record.find_unfinished() is None:
            self.engine.begin(record, operation, prepare())
        else:
            self.engine.enqueue(record, operation, prepare)


def _regions(record: Record, units: Iterable[str]) -> set[str]:
    targets = record.stack_set.targets
    return {region for unit in units for region in targets.get(unit, ())}


def _rows(record: Record, account: str) -> list[StackInstance]:
    return [row for row in record.instances.values() if row.key.account == account]


def _wanted(record: Record, move: Move) -> list[StackInstance]:
    """Give the instances that the joined units ask for, each with the unit that does."""
    wanted = {
        InstanceKey(move.account, region): unit
        for unit in move.joined
        for region in record.stack_set.targets.get(unit, ())
    }
    return [
        replace(record.instances.find(key) or new_row(key), unit=unit)
        for key, unit in wanted.items()
    ]


def _wants_stack(row: StackInstance) -> bool:
    return row.status is InstanceStatus.OUTDATED


def _removal(record: Record, row: StackInstance, kind: TaskKind) -> Task:
    return Task(
        key=row.key, kind=kind, stack_set=record.stack_set, parameters={}, stack_id=row.stack_id
    )
