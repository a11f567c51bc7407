"""Runs operations: a thread for each stack instance that is under way, none for what waits.

Whatever an operation changes at once (the definition, the rows) stands before its first thread
starts, so that nobody ever sees an operation without its instances.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from stacksets.local.control_plane import rows
from stacksets.local.control_plane.errors import ApiError
from stacksets.local.control_plane.model import (
    OperationStatus,
    Outcome,
    Result,
    ResultStatus,
)
from stacksets.local.control_plane.schedule import Schedule
from stacksets.local.control_plane.versions import Versions

if TYPE_CHECKING:
    from collections.abc import Callable

    from stacksets.local.control_plane.clock import Clock
    from stacksets.local.control_plane.drift import InstanceDrift
    from stacksets.local.control_plane.injection import Injection
    from stacksets.local.control_plane.model import (
        AccountGate,
        Change,
        InstanceKey,
        Operation,
        Task,
    )
    from stacksets.local.control_plane.store import Record

GRACE_SECONDS = 10.0


class CarryOut(Protocol):
    """Does a task to its end."""

    def __call__(self, task: Task, on_stack: Callable[[str], None]) -> Outcome:
        """Give how it ended; `on_stack` hears the id of a new stack at once."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One operation under way."""

    record: Record
    operation_id: str
    schedule: Schedule
    tasks: dict[InstanceKey, Task]

    @property
    def operation(self) -> Operation:
        """Give the operation as it stands."""
        return self.record.operations.get(self.operation_id)


class Engine:
    """Runs the operations of one store; all public methods are called under the store's lock."""

    def __init__(
        self,
        lock: threading.RLock,
        carry_out: CarryOut,
        *,
        clock: Clock,
        injection: Injection,
        ending: threading.Event,
    ) -> None:
        self._lock = lock
        self._carry_out = carry_out
        self._clock = clock
        self._injection = injection
        self._ending = ending
        self._runs: dict[tuple[str, str], Run] = {}
        self._threads: set[threading.Thread] = set()

    def begin(self, record: Record, operation: Operation, change: Change) -> None:
        """Apply an operation's change and start its first stack instances."""
        now = self._clock.now()
        record.stack_set = change.stack_set
        for row in change.instances:
            record.instances.put(row.key, row, now)
        results: Versions[InstanceKey, Result] = Versions()
        for task in change.tasks:
            unit = record.instances.get(task.key).unit
            pending = Result(key=task.key, status=ResultStatus.PENDING, reason=None, unit=unit)
            results.put(task.key, pending, now)
        record.results[operation.id] = results
        running = replace(operation, status=OperationStatus.RUNNING)
        record.operations.put(operation.id, running, now)
        run = Run(
            record=record,
            operation_id=operation.id,
            schedule=Schedule([task.key for task in change.tasks], operation.preferences),
            tasks={task.key: task for task in change.tasks},
        )
        self._runs[record.stack_set.id, operation.id] = run
        self._advance(run)

    def enqueue(self, record: Record, operation: Operation, prepare: Callable[[], Change]) -> None:
        """Let an operation wait for those before it; `prepare` is asked when its turn has come."""
        queued = replace(operation, status=OperationStatus.QUEUED)
        record.operations.put(operation.id, queued, self._clock.now())
        record.results[operation.id] = Versions()
        record.queue.append((operation.id, prepare))

    def stop(self, record: Record, operation: Operation) -> None:
        """Let nothing more of an operation start; what runs finishes."""
        if operation.status is OperationStatus.QUEUED:
            waiting = [entry for entry in record.queue if entry[0] != operation.id]
            record.queue.clear()
            record.queue.extend(waiting)
            self._end(record, operation, OperationStatus.STOPPED)
            return
        run = self._runs[record.stack_set.id, operation.id]
        stopping = replace(operation, status=OperationStatus.STOPPING)
        record.operations.put(operation.id, stopping, self._clock.now())
        run.schedule.stop()
        self._advance(run)

    def join(self) -> None:
        """Wait for the threads that end once `ending` is set; called without the lock."""
        with self._lock:
            threads = tuple(self._threads)
        for thread in threads:
            thread.join(GRACE_SECONDS)

    def _advance(self, run: Run) -> None:
        """Cancel what will never start, start what may, and end the operation when all is over."""
        broken = run.schedule.is_broken
        reason = rows.TOLERANCE_EXCEEDED if broken else rows.STOPPED
        for key in run.schedule.cancel_waiting():
            self._cancel(run, key, reason)
        for key in run.schedule.start_next():
            self._start(run, key)
        if run.schedule.is_over:
            self._settle(run)

    def _cancel(self, run: Run, key: InstanceKey, reason: str) -> None:
        cancelled = rows.cancel(run.record.instances.get(key), reason)
        run.record.instances.put(key, cancelled, self._clock.now())
        self._put_result(run, key, ResultStatus.CANCELLED, reason)

    def _start(self, run: Run, key: InstanceKey) -> None:
        started = rows.start(run.record.instances.get(key), run.tasks[key].kind)
        run.record.instances.put(key, started, self._clock.now())
        self._put_result(run, key, ResultStatus.RUNNING, None)
        thread = threading.Thread(target=self._work, args=(run, run.tasks[key]), daemon=True)
        self._threads.add(thread)
        thread.start()

    def _put_result(
        self,
        run: Run,
        key: InstanceKey,
        status: ResultStatus,
        reason: str | None,
        *,
        drift: InstanceDrift | None = None,
        gate: AccountGate | None = None,
    ) -> None:
        results = run.record.results[run.operation_id]
        result = replace(results.get(key), status=status, reason=reason, drift=drift, gate=gate)
        results.put(key, result, self._clock.now())

    def _work(self, run: Run, task: Task) -> None:
        """Do one task; the body of a thread."""
        seconds = self._injection.seconds(task.key)
        if seconds:
            self._clock.wait(self._ending, seconds)
        outcome = self._outcome_of(run, task)
        with self._lock:
            self._threads.discard(threading.current_thread())
            if not self._ending.is_set():
                self._finish(run, task, outcome)

    def _outcome_of(self, run: Run, task: Task) -> Outcome:
        if self._ending.is_set():
            return Outcome(succeeded=False)
        injected = self._injection.find_failure(task)
        if injected is not None:
            return Outcome(succeeded=False, reason=injected)
        try:
            return self._carry_out(task, lambda stack_id: self._note_stack(run, task, stack_id))
        except Exception as error:  # noqa: BLE001 # pylint: disable=broad-exception-caught
            # Whatever a task raises, its operation must come to an end.
            return Outcome(succeeded=False, reason=f"Internal failure: {error}")

    def _note_stack(self, run: Run, task: Task, stack_id: str) -> None:
        """Show the id of a new stack while it is being made."""
        with self._lock:
            noted = replace(run.record.instances.get(task.key), stack_id=stack_id)
            run.record.instances.put(task.key, noted, self._clock.now())

    def _finish(self, run: Run, task: Task, outcome: Outcome) -> None:
        settled = rows.settle(run.record.instances.get(task.key), task.kind, outcome)
        run.record.instances.put(task.key, settled, self._clock.now())
        status = ResultStatus.SUCCEEDED if outcome.succeeded else ResultStatus.FAILED
        self._put_result(
            run, task.key, status, outcome.reason, drift=outcome.drift, gate=outcome.gate
        )
        run.schedule.finish(task.key, failed=not outcome.succeeded)
        self._advance(run)

    def _settle(self, run: Run) -> None:
        """End an operation; the verdict is the Regions', not the instances'."""
        if run.operation.status is OperationStatus.STOPPING:
            status = OperationStatus.STOPPED
        elif run.schedule.is_broken:
            status = OperationStatus.FAILED
        else:
            status = OperationStatus.SUCCEEDED
        del self._runs[run.record.stack_set.id, run.operation_id]
        self._end(run.record, run.operation, status)
        self._begin_queued(run.record)

    def _end(
        self,
        record: Record,
        operation: Operation,
        status: OperationStatus,
        reason: str | None = None,
    ) -> None:
        now = self._clock.now()
        ended = replace(operation, status=status, reason=reason, ended=now)
        record.operations.put(operation.id, ended, now)

    def _begin_queued(self, record: Record) -> None:
        """Begin the operation that has waited longest; what cannot begin any more fails."""
        if not record.queue:
            return
        operation_id, prepare = record.queue.popleft()
        operation = record.operations.get(operation_id)
        try:
            self.begin(record, operation, prepare())
        except ApiError as error:
            self._end(record, operation, OperationStatus.FAILED, error.message)
            self._begin_queued(record)
