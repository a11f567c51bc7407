"""What happened: the events of a run while it goes on, and the outcome at its end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from stacksets.model.desired import InstanceKey

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from stacksets.model.desired import AccountId, OperationId, Region
    from stacksets.model.observed import OperationStatus, ResultStatus, StackInstance
    from stacksets.model.plan import Plan, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who calls AWS. `alias` is None where it could not be read or there is none."""

    account: AccountId
    arn: str
    alias: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What a reason means and what to do about it; `code` is stable."""

    code: str
    meaning: str
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """Who tries once more what failed, as a sentence begins: a command, or another client.

    `removes` says that it was a removal: what would make the stacks anew is no help then.
    """

    who: str
    removes: bool = False

    @property
    def again(self) -> str:
        """Say it as the end of a sentence."""
        return f"{self.who} {'tries it again' if self.removes else 'retries it'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedBy:
    """The code that made a resource of a template: a module and a function of it."""

    module: str
    function: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenAt:
    """Where a resource stands in a template's text; lines count from 1."""

    path: str
    line: int


Source = GeneratedBy | WrittenAt


@dataclass(frozen=True, slots=True, kw_only=True)
class RootCause:
    """Why a stack instance failed: the first resource that did, not the cascade behind it.

    `nested_in` are the logical ids of the nested stacks around the resource, the outermost first.
    `unread` says why the stack's own events could not be read, where they could not. `of_import`
    says that a stack was to be adopted, which another import may do.
    """

    account: AccountId
    region: Region
    reason: str
    logical_id: str = ""
    resource_type: str = ""
    stack_id: str | None = None
    nested_in: tuple[str, ...] = ()
    source: Source | None = None
    hint: Hint | None = None
    unread: str = ""
    of_import: bool = False

    @property
    def key(self) -> InstanceKey:
        """Give the account and region."""
        return InstanceKey(self.account, self.region)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepStarted:
    """A step is about to be sent (`number` counts from 1)."""

    number: int
    total: int
    step: Step


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFinished:
    """A step ended well."""

    number: int
    step: Step
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationObserved:
    """An operation was looked at, `seconds` after it began.

    `instances` is what was last listed of it, whole at `listed_seconds` of the same count (large
    operations are listed seldom; None: not listed yet), `failed_count` is of this moment.
    `queued_behind` are the operations that a QUEUED one waits for, oldest first.
    """

    operation_id: OperationId
    status: OperationStatus
    seconds: float
    status_reason: str = ""
    instances: Mapping[InstanceKey, ResultStatus] = field(default_factory=dict)
    listed_seconds: float | None = None
    failed_count: int = 0
    queued_behind: tuple[OperationId, ...] = ()

    @property
    def counts(self) -> Mapping[ResultStatus, int]:
        """Give how many stack instances are where, of those that were listed."""
        return Counter(self.instances.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceProgressed:
    """One stack instance moved on in a running operation; waiting for its turn is no move."""

    operation_id: OperationId
    key: InstanceKey
    status: ResultStatus
    status_reason: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Waited:
    """We are waiting for something other than an operation (fresh roles, AWS's lagging lists)."""

    what: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """The second plan was made; `plan` is empty when the desired state is reached."""

    plan: Plan


Event = StepStarted | StepFinished | OperationObserved | InstanceProgressed | Waited | Verified


class Verdict(StrEnum):
    """How a run ended; the stable code of its result."""

    NO_CHANGES = "no_changes"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    FAILED = "failed"
    STOPPED = "stopped"

    @property
    def exit_code(self) -> int:
        """Give the process's exit code: 0 reached, 5 did not succeed."""
        return 0 if self in {self.NO_CHANGES, self.SUCCEEDED} else 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The record of a run: what was desired, what was done and what is there now.

    `not_attempted` are the stack instances that the failed operation cancelled before their turn,
    and those of the steps that were never sent (`unsent`) because of it. `kept` are those that stay
    as they are although the file does not ask for them.
    `remaining` is the plan that is still not empty, None where nothing remains.
    """

    verdict: Verdict
    plan: Plan
    operation_ids: tuple[OperationId, ...]
    instances: tuple[StackInstance, ...]
    root_causes: tuple[RootCause, ...]
    not_attempted: tuple[InstanceKey, ...]
    remaining: Plan | None
    started: datetime
    ended: datetime
    unsent: tuple[Step, ...] = ()
    kept: tuple[InstanceKey, ...] = ()
