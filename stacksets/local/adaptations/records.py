"""Record sets.

AWS: a record whose name, type, zone or SetIdentifier changes is another record, and the one before
goes when the update is done (CloudFormation template reference). ministack: makes the new one and,
since Ref is its name alone, keeps the old one where the name stays.
"""

# ruff: noqa: SLF001 - adapting private names is what this module is for
# pylint: disable=protected-access

from __future__ import annotations

from typing import TYPE_CHECKING

from ministack.services.cloudformation import provisioners

if TYPE_CHECKING:
    from stacksets.local.adaptations.registering import Record

_HANDLERS = provisioners._RESOURCE_HANDLERS["AWS::Route53::RecordSet"]
_update = _HANDLERS["update"]


def apply() -> None:
    """Take the record before away where another takes its place."""
    _HANDLERS["update"] = _update_leaving_nothing


def _update_leaving_nothing(physical_id: str, old: Record, new: Record, stack_name: str) -> object:
    made = _update(physical_id, old, new, stack_name)
    if made[0] == physical_id and _identity(old) != _identity(new):
        provisioners._delete_predecessor(_HANDLERS["delete"], physical_id, old)
    return made


def _identity(props: Record) -> tuple[object, ...]:
    return tuple(
        props.get(name) for name in ("HostedZoneId", "HostedZoneName", "Type", "SetIdentifier")
    )
