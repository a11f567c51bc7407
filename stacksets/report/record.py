"""The record of a change: who did what from which sources, for the one result line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stacksets.definition import file_sha256
from stacksets.model.outcome import StepStarted
from stacksets.model.plan import CreateStackSet, DeleteStackSet

if TYPE_CHECKING:
    from datetime import datetime

    from stacksets.model.desired import Deployment, OperationId
    from stacksets.model.outcome import Event, Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """The git revision of the deployment file's folder, and whether nothing there is changed."""

    commit: str
    clean: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is known of a run so far; times are UTC, None is what is not known (yet)."""

    command: str
    started: datetime
    ended: datetime | None = None
    identity: Identity | None = None
    deployment: Deployment | None = None
    revision: Revision | None = None
    operation_ids: tuple[OperationId, ...] = ()

    def with_sources(self, deployment: Deployment, revision: Revision | None) -> Record:
        """Add what is deployed."""
        return replace(self, deployment=deployment, revision=revision)

    def with_caller(self, identity: Identity) -> Record:
        """Add who calls."""
        return replace(self, identity=identity)

    def with_event(self, event: Event) -> Record:
        """Add the operation that an event says was started or waited for, if it does."""
        if not isinstance(event, StepStarted):
            return self
        if isinstance(event.step, CreateStackSet | DeleteStackSet):
            return self
        return replace(self, operation_ids=(*self.operation_ids, event.step.operation_id))

    def data(self) -> dict[str, object]:
        """Give the record as JSON-ready data; what is not known is null, never left out."""
        there, who, revision = self.deployment, self.identity, self.revision
        return {
            "command": self.command,
            "stack_set": there and there.name,
            "home_region": there and there.home_region,
            "environment": there and there.environment,
            "account": who and who.account,
            "caller_arn": who and who.arn,
            "deployment_file": there and there.path,
            "deployment_file_sha256": there and file_sha256(there),
            "template": there and there.template.path,
            "template_sha256": there and there.template.sha256,
            "git_revision": revision and revision.commit,
            "git_clean": revision and revision.clean,
            "operation_ids": list(self.operation_ids),
            "started": self.started.isoformat(),
            "ended": self.ended and self.ended.isoformat(),
        }
