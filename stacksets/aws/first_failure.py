"""Which event of a stack's history is the cause of its failure, and which are its cascade.

Sources: CloudFormation user guide, "Monitor stack progress" and "Troubleshooting CloudFormation"
(the first failure is the cause; what was cancelled for it says so).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stacksets.errors import CredentialsError, StackSetsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stacksets.aws.door import Account, StackEvent


_STACK = "AWS::CloudFormation::Stack"
_STARTS = frozenset(
    {"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS", "IMPORT_IN_PROGRESS"}
)
_CASCADE = re.compile(r"Resource \w+ cancelled|Cancelled since failure tolerance has exceeded")
_EMBEDDED = re.compile(r"Embedded stack (?P<arn>arn:\S+) was not successfully")


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstFailure:
    """The event that is the cause; `nested_in` are the nested stacks around it, outermost first."""

    event: StackEvent
    nested_in: tuple[str, ...] = ()


def find_first_failure(account: Account, stack_id: str) -> FirstFailure | None:
    """Give the earliest failure of a stack's last operation, None where nothing failed in it.

    A nested stack that failed is followed to the resource inside it. Of a stack that was deleted
    because its creation failed, the creation counts; an older operation never does.

    Raises:
        StackSetsError: the events cannot be read.
    """
    failures = [one for one in _failed_events(account, stack_id) if _is_failure(one)]
    of_resources = [one for one in failures if one.physical_id != stack_id]
    first = next(iter(of_resources or failures), None)
    if first is None:
        return None
    nested_id = _find_nested(first, stack_id)
    inside = find_first_failure(account, nested_id) if nested_id else None
    if inside is None:
        return FirstFailure(event=first)
    return replace(inside, nested_in=(first.logical_id, *inside.nested_in))


def _failed_events(account: Account, stack_id: str) -> Sequence[StackEvent]:
    """Ask for the failures alone; where those name no resource, read the whole history."""
    try:
        failures = account.list_failures(stack_id)
    except CredentialsError:
        raise
    except StackSetsError:
        failures = ()
    if any(one.physical_id != stack_id for one in failures):
        return failures
    return _last_operation(account.list_events(stack_id), stack_id) or failures


def _last_operation(events: Sequence[StackEvent], stack_id: str) -> Sequence[StackEvent]:
    starts = [number for number, one in enumerate(events) if _starts(one, stack_id)] or [0]
    last = events[starts[-1] :]
    cleaned_up = bool(last) and last[0].status == "DELETE_IN_PROGRESS"
    if cleaned_up and len(starts) > 1 and not any(map(_is_failure, last)):
        return events[starts[-2] : starts[-1]]
    return last


def _starts(event: StackEvent, stack_id: str) -> bool:
    return event.physical_id == stack_id and event.status in _STARTS


def _is_failure(event: StackEvent) -> bool:
    return event.status.endswith("_FAILED") and not _CASCADE.match(event.reason)


def _find_nested(event: StackEvent, stack_id: str) -> str | None:
    """Give the ARN of the nested stack that an event is about, if it is about one."""
    if event.resource_type != _STACK or event.physical_id == stack_id:
        return None
    if event.physical_id.startswith("arn:"):
        return event.physical_id
    named = _EMBEDDED.search(event.reason)
    return named["arn"] if named else None
