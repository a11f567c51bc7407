"""What tries once more what has failed: the command that began it, or another client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.model.observed import OperationAction
from stacksets.model.outcome import Retry
from stacksets.operation_ids import Purpose, find_purpose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stacksets.model.observed import Operation

DEPLOYS = Retry(who="`stacksets deploy`")
_OF_SOME = {Purpose.DRIFT, Purpose.IMPORT, Purpose.DRAIN, Purpose.UNDRAIN}
"""What looks only, or is about some stacks: what was wanted of the stack set stays."""


def find_latest_retry(operations: Sequence[Operation]) -> Retry:
    """Tell what goes on with what was last wanted of a stack set; operations newest first."""
    latest = (
        one
        for one in operations
        if not one.changes_nothing and find_purpose(one.id) not in _OF_SOME
    )
    return find_retry(next(latest, None))


def find_retry(operation: Operation | None) -> Retry:
    """Tell what tries an operation once more, where it was begun by this tool or by another.

    After a deletion by another client nobody knows what was wanted, but no deploy.
    """
    match find_purpose(operation.id) if operation else None:
        case (
            Purpose.DESTROY | Purpose.DESTROY_RETAIN_STACKS | Purpose.DESTROY_RETAIN_INOPERABLE
        ) as purpose:
            return Retry(who=f"`stacksets {purpose.command} --allow-delete`", removes=True)
        case (Purpose.DEPLOY_RETAIN_INOPERABLE | Purpose.DRIFT) as purpose:
            return Retry(who=f"`stacksets {purpose.command}`")
        case (Purpose.DRAIN | Purpose.UNDRAIN) as purpose:
            return Retry(who=f"`stacksets {purpose.command} REGION`")
        case None if operation and operation.action is OperationAction.DELETE:
            return Retry(who="whoever asked for the deletion", removes=True)
        case _:
            return DEPLOYS
