"""One plain stack, brought to rest: created, updated, or deleted where it never worked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from stacksets.aws.first_failure import find_first_failure
from stacksets.errors import ConflictError, OperationFailedError, StillRunningError
from stacksets.hints import find_hint
from stacksets.model.outcome import RootCause
from stacksets.sources import find_source
from stacksets.waiting import poll

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from stacksets.aws.door import Account, Stack
    from stacksets.aws.first_failure import FirstFailure
    from stacksets.clock import Clock
    from stacksets.model.desired import Bootstrap, InstanceKey
    from stacksets.model.outcome import Source

LIMIT_SECONDS = 1800.0
"""How long one stack of roles and settings may take."""

_CAPABILITIES = ("CAPABILITY_NAMED_IAM",)
_NEVER_WORKED = frozenset(
    {"CREATE_FAILED", "REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"}
)
"""Statuses of a stack that only a deletion helps (user guide, "Stack status codes")."""

_STUCK = frozenset({"DELETE_FAILED", "UPDATE_ROLLBACK_FAILED"})


class BootstrapChange(StrEnum):
    """What was done to one stack."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One stack: where it belongs and what it shall hold."""

    key: InstanceKey
    account: Account
    bootstrap: Bootstrap
    clock: Clock
    notify: Callable[[str], None]

    def tell(self, doing: str) -> None:
        """Say what is being done to the stack, where."""
        self.notify(f"{self.key}: {doing} stack {self.bootstrap.stack_name}")


def find_usable(job: Job) -> Stack | None:
    """Give the stack once it rests; one that never worked is deleted, as CloudFormation asks."""
    name = job.bootstrap.stack_name
    stack = job.account.find_stack(name)
    if stack and stack.status not in _NEVER_WORKED and _is_at_work(stack):
        stack = _wait(job, stack.id)
    if stack and stack.status in _NEVER_WORKED:
        job.tell("deleting what is left of")
        job.account.delete_stack(name)
        stack = _wait(job, stack.id)
    if stack and stack.status in _STUCK:
        raise ConflictError(
            f"stack {name} in {job.key} is in status {stack.status}: {stack.status_reason}",
            hint="mend it in the CloudFormation console, then `stacksets bootstrap` again",
        )
    return None if stack is None or stack.is_deleted else stack


def create(job: Job, parameters: Mapping[str, str], tags: Mapping[str, str]) -> BootstrapChange:
    """Create the stack and wait for it."""
    job.tell("creating")
    stack_id = job.account.create_stack(
        job.bootstrap.stack_name,
        job.bootstrap.template.body,
        parameters=parameters,
        tags=tags,
        capabilities=_CAPABILITIES,
    )
    _wait_for(job, stack_id, "CREATE_COMPLETE")
    return BootstrapChange.CREATED


def update(
    job: Job, stack: Stack, parameters: Mapping[str, str], tags: Mapping[str, str]
) -> BootstrapChange:
    """Update the stack and wait for it; AWS may find nothing to update."""
    job.tell("updating")
    if not job.account.update_stack(
        job.bootstrap.stack_name,
        job.bootstrap.template.body,
        parameters=parameters,
        tags=tags,
        capabilities=_CAPABILITIES,
    ):
        return BootstrapChange.UNCHANGED
    _wait_for(job, stack.id, "UPDATE_COMPLETE")
    return BootstrapChange.UPDATED


def _wait_for(job: Job, stack_id: str, status: str) -> None:
    stack = _wait(job, stack_id)
    if stack is None or stack.status != status:
        found = stack.status if stack else "gone"
        raise OperationFailedError(
            f"stack {job.bootstrap.stack_name} in {job.key} is {found}, not {status}",
            hint="mend the cause, then `stacksets bootstrap` again: it begins anew",
            root_causes=[_root_cause(job, stack_id)],
        )


def _root_cause(job: Job, stack_id: str) -> RootCause:
    failure = find_first_failure(job.account, stack_id)
    reason = (failure and failure.event.reason) or "AWS gives no reason"
    return RootCause(
        account=job.key.account,
        region=job.key.region,
        reason=reason,
        logical_id=failure.event.logical_id if failure else "",
        resource_type=failure.event.resource_type if failure else "",
        stack_id=stack_id,
        nested_in=failure.nested_in if failure else (),
        source=_source(job, failure),
        hint=find_hint(reason, job.key, stack_id=stack_id),
    )


def _source(job: Job, failure: FirstFailure | None) -> Source | None:
    if failure is None:
        return None
    event = failure.event
    template = job.bootstrap.template
    return find_source(template, event.logical_id, event.resource_type, failure.nested_in)


def _wait(job: Job, stack_id: str) -> Stack | None:
    for _ in poll(job.clock, limit_seconds=LIMIT_SECONDS):
        stack = job.account.find_stack(stack_id)
        if stack is None or not _is_at_work(stack):
            return stack
    raise StillRunningError(
        f"stack {job.bootstrap.stack_name} in {job.key} is still at work after "
        f"{LIMIT_SECONDS / 60:.0f} minutes",
        hint="`stacksets bootstrap` once more: it waits on",
    )


def _is_at_work(stack: Stack) -> bool:
    return stack.status.endswith("_IN_PROGRESS")
