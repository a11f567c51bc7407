"""Record sets.

AWS: a record whose name, type, zone or SetIdentifier changes is another record, and the one before
goes when the update is done (CloudFormation template reference); one outside its zone's name is
refused ("RRSet with DNS name … is not permitted in zone …"). ministack: makes the new one and,
since Ref is its name alone, keeps the old one where the name stays; any name is in any zone.
"""

# ruff: noqa: SLF001 - adapting private names is what this module is for
# pylint: disable=protected-access

from __future__ import annotations

from typing import TYPE_CHECKING

from ministack.services import route53
from ministack.services.cloudformation import provisioners

from stacksets.local.adaptations.registering import invalid_request

if TYPE_CHECKING:
    from stacksets.local.adaptations.registering import Record

_HANDLERS = provisioners._RESOURCE_HANDLERS["AWS::Route53::RecordSet"]
_create = _HANDLERS["create"]
_update = _HANDLERS["update"]


def apply() -> None:
    """Look at the zone, and take the record before away where another takes its place."""
    _HANDLERS.update(create=_create_in_zone, update=_update_leaving_nothing)


def _create_in_zone(logical_id: str, props: Record, stack_name: str) -> object:
    zone = route53._zones.get(provisioners._r53_resolve_hosted_zone_id(props))
    name = route53._normalise_name(props["Name"])
    if zone and not f".{name}".endswith(f".{zone['name']}"):
        raise invalid_request(
            f"[RRSet with DNS name {name} is not permitted in zone {zone['name']}]", "Route53"
        )
    return _create(logical_id, props, stack_name)


def _update_leaving_nothing(physical_id: str, old: Record, new: Record, stack_name: str) -> object:
    made = _update(physical_id, old, new, stack_name)
    if made[0] == physical_id and _identity(old) != _identity(new):
        provisioners._delete_predecessor(_HANDLERS["delete"], physical_id, old)
    return made


def _identity(props: Record) -> tuple[object, ...]:
    return tuple(
        props.get(name) for name in ("HostedZoneId", "HostedZoneName", "Type", "SetIdentifier")
    )
