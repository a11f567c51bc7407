"""All that the control plane knows, in memory, behind one lock."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

from stacksets.local.control_plane.model import ENDED, StackSetStatus
from stacksets.local.control_plane.versions import Versions

if TYPE_CHECKING:
    from collections.abc import Callable

    from stacksets.local.control_plane.model import (
        Change,
        InstanceKey,
        Operation,
        Result,
        StackInstance,
        StackSet,
    )


class Record:
    """One stack set with everything that belongs to it; the store's lock guards it.

    `requests` holds what each operation id was used for, `queue` the operations that wait under
    managed execution, each with what computes its change once its turn has come.
    """

    def __init__(self, stack_set: StackSet) -> None:
        self.stack_set = stack_set
        self.instances: Versions[InstanceKey, StackInstance] = Versions()
        self.operations: Versions[str, Operation] = Versions()
        self.results: dict[str, Versions[InstanceKey, Result]] = {}
        self.requests: dict[str, str] = {}
        self.queue: deque[tuple[str, Callable[[], Change]]] = deque()

    def find_unfinished(self) -> Operation | None:
        """Give the operation that runs or has waited longest."""
        unfinished = (op for op in self.operations.values() if op.status not in ENDED)
        return next(unfinished, None)


class Store:
    """The stack sets of every administrator account and home region."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._records: dict[str, Record] = {}
        self.activated: set[str] = set()
        """The management accounts that have given StackSets access to their organization."""
        self.tokens: dict[tuple[str, str, str], tuple[str, StackSet]] = {}
        """(account, region, client request token) -> (fingerprint of the request, what it made)."""

    def add(self, record: Record) -> None:
        """Remember a new stack set."""
        self._records[record.stack_set.id] = record

    def list_records(self, account: str, region: str) -> list[Record]:
        """Give every stack set of an account and home region, deleted ones too, oldest first."""
        home = (account, region)
        return [
            record
            for record in self._records.values()
            if (record.stack_set.account, record.stack_set.region) == home
        ]

    def list_records_of(self, account: str) -> list[Record]:
        """Give every stack set of an account in all home regions, deleted ones too."""
        return [record for record in self._records.values() if record.stack_set.account == account]

    def find(self, account: str, region: str, name_or_id: str) -> Record | None:
        """Give an ACTIVE stack set by name, or any by its id."""
        for record in self.list_records(account, region):
            stack_set = record.stack_set
            active = stack_set.status is StackSetStatus.ACTIVE
            if stack_set.id == name_or_id or (active and stack_set.name == name_or_id):
                return record
        return None

    def find_owner(self, stack_id: str) -> Record | None:
        """Give the stack set of any account and Region that a stack belongs to."""
        for record in self._records.values():
            if any(row.stack_id == stack_id for row in record.instances.values()):
                return record
        return None
