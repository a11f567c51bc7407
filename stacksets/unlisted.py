"""Stack instances that the deployment file does not ask for: which are surplus, and which stay.

An instance in an account below a unit of the file, in a region of that unit, is never surplus:
auto-deployment puts instances there without looking at filters (StackSets user guide,
stacksets-orgs-manage-auto-deployment).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stacksets.model.observed import InstanceStatus
from stacksets.operation_ids import is_import_unfinished
from stacksets.organization import find_reached, known_accounts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacksets.model.desired import (
        AccountId,
        Deployment,
        InstanceKey,
        OrganizationAccount,
        OrganizationalUnitId,
    )
    from stacksets.model.observed import StackInstance


@dataclass(frozen=True, slots=True, kw_only=True)
class Surplus:
    """Why an instance is surplus, and whether its stack has to stay where it is."""

    why: str
    retain_stack: bool = False
    note: str = ""


class Unlisted:
    """What the organization says of the stack instances that the file does not ask for."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._reached: Mapping[InstanceKey, OrganizationalUnitId] = find_reached(deployment)
        organization = deployment.organization
        self._known: Mapping[AccountId, OrganizationAccount] = (
            known_accounts(organization) if organization else {}
        )

    def find_surplus(self, there: StackInstance) -> Surplus | None:
        """Say why an instance is surplus, None where it is not.

        The stack of an account that AWS cannot reach any more has to stay, and so has that of an
        account which left its unit, where the file asks for that. A stack that was not imported
        after all is none of the stack set's.
        """
        if there.key in self._reached:
            return None
        note = f"{there.key}: the stack {there.stack_id} stays in the account"
        lost = self.tell_out_of_reach(there)
        if lost:
            return Surplus(why=lost, retain_stack=True, note=note)
        if is_import_unfinished(there):
            why = "not in the deployment file, and never imported"
            return Surplus(why=why, retain_stack=True, note=note)
        if self._has_left(there):
            automatic = self._deployment.auto_deployment
            return Surplus(
                why=f"its account left {there.organizational_unit_id}",
                retain_stack=bool(automatic and automatic.retain_stacks_on_account_removal),
            )
        return Surplus(why="not in the deployment file")

    def tell_out_of_reach(self, there: StackInstance) -> str:
        """Say why AWS cannot work in the instance's account any more, nothing where it can."""
        if self._deployment.organization is None:
            return ""
        account = self._known.get(there.account)
        if account is None:
            return "its account is not in the organization any more"
        return "" if account.is_active else f"its account is {account.state}"

    def tell_kept(self, there: StackInstance) -> str:
        """Say why an instance that is not surplus stays."""
        unit = self._reached[there.key]
        return self.tell_out_of_reach(there) or f"below {unit}, where nothing is surplus"

    def is_left_alone(self, there: StackInstance) -> bool:
        """Tell whether a kept instance cannot be mended: nobody asked for it to be made anew."""
        return (
            bool(self.tell_out_of_reach(there))
            or there.status is InstanceStatus.INOPERABLE
            or there.stack_exists is False
        )

    def _has_left(self, there: StackInstance) -> bool:
        return any(
            there.organizational_unit_id in group.organizational_units
            and there.region in group.regions
            for group in self._deployment.targets
        )
