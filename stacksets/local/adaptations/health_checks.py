"""Route 53's health checks.

AWS: AWS::Route53::HealthCheck is a type whose Ref and GetAtt HealthCheckId give the id; all but
Type, RequestInterval and MeasureLatency changes in place (resource schema); GetHealthCheck shows
what is set as it is set. ministack: does not know the type, and writes truth values as `True`,
which clients read as false.
"""

# ruff: noqa: SLF001 - adapting private names is what this module is for
# pylint: disable=protected-access

from __future__ import annotations

from typing import Any, Final

from ministack.core.responses import new_uuid
from ministack.services import route53

from stacksets.local.adaptations.registering import Change, Made, Record, register, tag_map
from stacksets.local.route53.checks import ENDPOINT

_TYPE = "AWS::Route53::HealthCheck"
_CREATE_ONLY = ("Type", "RequestInterval", "MeasureLatency")
_TAGGED = "healthcheck"
_NUMBERS = ("FailureThreshold", "HealthThreshold", "Port", "RequestInterval")
_SWITCHES = ("Disabled", "EnableSNI", "Inverted", "MeasureLatency")
_DEFAULTS: Final[dict[str, Any]] = {"Inverted": False, "Disabled": False}
_OF_ENDPOINTS: Final[dict[str, Any]] = {
    "Port": 443,
    "RequestInterval": 30,
    "FailureThreshold": 3,
    "MeasureLatency": False,
    "EnableSNI": True,
}
_build = route53._build_health_check_el


def apply() -> None:
    """Register the type, and write truth values as XML does."""
    route53._build_health_check_el = _build_with_xml_booleans
    create_only = tuple(f"HealthCheckConfig.{name}" for name in _CREATE_ONLY)
    register(_TYPE, _HealthChecks(), create_only=create_only, tags="HealthCheckTags")


def _build_with_xml_booleans(parent: object, record: Record) -> None:
    config = {
        name: str(value).lower() if isinstance(value, bool) else value
        for name, value in record["config"].items()
    }
    _build(parent, {**record, "config": config})


class _HealthChecks:
    def create(self, _: str, props: Record, __: str) -> Made:
        check_id = new_uuid()
        route53._health_checks[check_id] = {
            "id": check_id,
            "caller_reference": new_uuid(),
            "config": full_config(props),
            "version": 1,
        }
        return _tag(check_id, props)

    def update(self, change: Change) -> Made:
        record = route53._health_checks[change.physical_id]
        record.update(config=full_config(change.new), version=record["version"] + 1)
        return _tag(change.physical_id, change.new)

    def delete(self, physical_id: str) -> None:
        route53._health_checks.pop(physical_id, None)
        route53._tags.pop((_TAGGED, physical_id), None)


def full_config(props: Record) -> Record:
    """Give the configuration with the API's defaults, its numbers and switches as such."""
    given: Record = props["HealthCheckConfig"]
    defaults = {**_DEFAULTS, **(_OF_ENDPOINTS if given["Type"] == ENDPOINT else {})}
    config = {**defaults, **given}
    numbers = {name: int(config[name]) for name in _NUMBERS if name in config}
    switches = {name: str(config[name]).lower() == "true" for name in _SWITCHES if name in config}
    return {**config, **numbers, **switches}


def _tag(check_id: str, props: Record) -> Made:
    route53._tags[_TAGGED, check_id] = tag_map(props.get("HealthCheckTags"))
    return check_id, {"HealthCheckId": check_id}
