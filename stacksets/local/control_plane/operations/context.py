"""What a handler is given besides its parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from stacksets.local.control_plane.errors import stack_set_not_found
from stacksets.local.control_plane.model import PermissionModel, StackSetStatus
from stacksets.local.control_plane.operations import callers

if TYPE_CHECKING:
    from datetime import datetime

    from stacksets.local.control_plane.clock import Clock
    from stacksets.local.control_plane.engine import Engine
    from stacksets.local.control_plane.outside import Outside
    from stacksets.local.control_plane.settings import Settings
    from stacksets.local.control_plane.store import Record, Store
    from stacksets.local.organizations.directory import Directory
    from stacksets.local.organizations.tree import Organization


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One call: who makes it and where, and the control plane that answers it.

    `account` is the one whose stack sets are meant: the caller's own, or for a delegated
    administrator the management account's.
    """

    action: str
    caller: str
    account: str
    region: str
    store: Store
    engine: Engine
    clock: Clock
    settings: Settings
    outside: Outside
    directory: Directory

    @property
    def is_delegated(self) -> bool:
        """Tell whether a delegated administrator calls."""
        return self.caller != self.account

    @property
    def as_lists_see_it(self) -> datetime:
        """Give the moment that the eventually consistent lists show."""
        return self.clock.now() - timedelta(seconds=self.settings.list_lag_seconds)

    def list_records(self) -> list[Record]:
        """Give the stack sets that the caller may see, deleted ones too, oldest first."""
        records = self.store.list_records(self.account, self.region)
        return [record for record in records if self._sees(record)]

    def find_record(self, name_or_id: str) -> Record | None:
        """Give an ACTIVE stack set by name, or any by its id, that the caller may see."""
        record = self.store.find(self.account, self.region, name_or_id)
        return record if record is not None and self._sees(record) else None

    def get_record(self, params: Mapping[str, Any]) -> Record:
        """Give the ACTIVE stack set that a request names.

        Raises:
            ApiError: `StackSetNotFoundException`.
        """
        record = self.find_record(params["StackSetName"])
        if record is None or record.stack_set.status is not StackSetStatus.ACTIVE:
            raise stack_set_not_found(params["StackSetName"])
        return record

    def get_organization(self) -> Organization:
        """Give the organization that service-managed stack sets are operated in.

        Raises:
            ApiError: `ValidationError` where there is none, or no trusted access.
        """
        return callers.get_organization(self.directory, self.store, self.settings, self.account)

    def _sees(self, record: Record) -> bool:
        """Tell whether a stack set is there for the caller; a delegate has no self-managed ones."""
        managed = record.stack_set.permission_model is PermissionModel.SERVICE_MANAGED
        return managed or not self.is_delegated


Handler = Callable[[Context, Mapping[str, Any]], Mapping[str, Any]]
