"""The ids of our operations: what a run wanted can be read from the id that AWS keeps.

An id is at most 128 characters of `[a-zA-Z0-9][-a-zA-Z0-9]*` (API reference, OperationId). AWS does
not tell who started an operation; its id tells whether this tool did.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from stacksets.model.desired import OperationId
from stacksets.model.observed import DetailedStatus
from stacksets.model.plan import Retention

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacksets.model.observed import Operation, StackInstance

_DIGITS = 40
_OURS = re.compile(rf"stacksets-(?P<purpose>[a-z-]+)-[0-9a-f]{{{_DIGITS}}}-\d+")


class Purpose(StrEnum):
    """Which command an operation belongs to.

    One that retains stacks has a purpose of its own: whoever goes on with it must not delete what
    was to stay.
    """

    DEPLOY = "deploy"
    DEPLOY_RETAIN_INOPERABLE = "deploy-retain-inoperable"
    DESTROY = "destroy"
    DESTROY_RETAIN_STACKS = "destroy-retain-stacks"
    DESTROY_RETAIN_INOPERABLE = "destroy-retain-inoperable"
    DRAIN = "drain"
    UNDRAIN = "undrain"
    DRIFT = "drift"
    IMPORT = "import"

    @property
    def command(self) -> str:
        """Give the command with its flag, as it is typed."""
        return self.value.replace("-retain", " --retain")

    @property
    def retention(self) -> Retention:
        """Give which stacks the command retains."""
        match self:
            case Purpose.DESTROY_RETAIN_STACKS:
                return Retention.ALL
            case Purpose.DEPLOY_RETAIN_INOPERABLE | Purpose.DESTROY_RETAIN_INOPERABLE:
                return Retention.INOPERABLE
            case _:
                return Retention.NONE


DESTROYS: Mapping[Retention, Purpose] = {
    Retention.NONE: Purpose.DESTROY,
    Retention.INOPERABLE: Purpose.DESTROY_RETAIN_INOPERABLE,
    Retention.ALL: Purpose.DESTROY_RETAIN_STACKS,
}


def make_operation_id(purpose: Purpose, digest: str, number: int) -> OperationId:
    """Give the id of a plan's step (`number` counts from 1): the same plan gives it again."""
    return OperationId(f"stacksets-{purpose}-{digest[:_DIGITS]}-{number}")


def find_purpose(operation_id: str) -> Purpose | None:
    """Tell what an operation of ours is for, None where the id is not one of ours."""
    found = _OURS.fullmatch(operation_id)
    words = {one.value: one for one in Purpose}
    return words.get(found["purpose"]) if found else None


def tell_starter(operation_id: str) -> str:
    """Say who started an operation, as far as its id tells."""
    purpose = find_purpose(operation_id)
    return f"stacksets {purpose.command}" if purpose else "another client"


def tell_operation(operation: Operation) -> str:
    """Name an operation: its id, action and status, since when (UTC), and who started it."""
    words = ", begun" if operation.status.is_final else " since"
    since = f"{words} {operation.created:%Y-%m-%d %H:%M:%SZ}" if operation.created else ""
    starter = tell_starter(operation.id)
    return f"operation {operation.id} ({operation.action}, {operation.status}{since}, by {starter})"


def is_import_unfinished(instance: StackInstance) -> bool:
    """Tell whether an import has left a stack instance that does not have its stack yet.

    A failed import may be repeated (API reference, StackInstanceComprehensiveStatus); one that was
    cancelled before its turn is known by the operation. What was imported well and is OUTDATED
    since is not for an import to mend.
    """
    if instance.is_healthy:
        return False
    if instance.detailed_status is DetailedStatus.FAILED_IMPORT:
        return True
    by_import = find_purpose(instance.last_operation_id or "") is Purpose.IMPORT
    return by_import and instance.detailed_status is not DetailedStatus.SUCCEEDED
