"""What a handler is given besides its parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from stacksets.local.control_plane.errors import not_emulated

if TYPE_CHECKING:
    from datetime import datetime

    from stacksets.local.control_plane.clock import Clock
    from stacksets.local.control_plane.engine import Engine
    from stacksets.local.control_plane.outside import Outside
    from stacksets.local.control_plane.settings import Settings
    from stacksets.local.control_plane.store import Record, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One call: who makes it and where, and the control plane that answers it."""

    action: str
    account: str
    region: str
    store: Store
    engine: Engine
    clock: Clock
    settings: Settings
    outside: Outside

    @property
    def as_lists_see_it(self) -> datetime:
        """Give the moment that the eventually consistent lists show."""
        return self.clock.now() - timedelta(seconds=self.settings.list_lag_seconds)

    def get_record(self, params: Mapping[str, Any]) -> Record:
        """Give the ACTIVE stack set that a request names.

        Raises:
            ApiError: `StackSetNotFoundException`.
        """
        return self.store.get_active(self.account, self.region, params["StackSetName"])


Handler = Callable[[Context, Mapping[str, Any]], Mapping[str, Any]]


def refuse_what_is_not_emulated(params: Mapping[str, Any]) -> None:
    """Refuse what belongs to organizations, rather than answer as if it had been done.

    Raises:
        ApiError: `ValidationError` that says so.
    """
    if params.get("PermissionModel") == "SERVICE_MANAGED":
        raise not_emulated("PermissionModel SERVICE_MANAGED")
    if params.get("CallAs") == "DELEGATED_ADMIN":
        raise not_emulated("CallAs DELEGATED_ADMIN")
    if "AutoDeployment" in params:
        raise not_emulated("AutoDeployment")
    foreign = set(params.get("DeploymentTargets", ())) - {"Accounts"}
    for name in sorted(foreign):
        raise not_emulated(f"{name} in DeploymentTargets")
