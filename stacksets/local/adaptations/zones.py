"""Reads what ministack's Route 53 keeps, in all accounts; it may be asked from any thread."""

# ruff: noqa: SLF001 - adapting private names is what this module is for
# pylint: disable=protected-access

from __future__ import annotations

from typing import Any

from ministack.services import route53

from stacksets.local.adaptations.health_checks import full_config
from stacksets.local.route53.checks import HealthCheck
from stacksets.local.route53.resolver import Record

Kept = dict[str, Any]


class Zones:
    """The record sets and health checks."""

    def list_records(self) -> list[Record]:
        """Give all record sets, one for each value."""
        return [
            record
            for kept in route53._records.to_dict().values()
            for one in kept
            for record in _as_records(one)
        ]

    def list_health_checks(self) -> list[HealthCheck]:
        """Give all health checks."""
        return [_as_check(kept) for kept in route53._health_checks.to_dict().values()]

    def find_health_check(self, account: str, check_id: str) -> HealthCheck | None:
        """Give a health check of an account; None where it has none of that id."""
        kept = route53._health_checks.get_scoped(account, None, check_id)
        return None if kept is None else _as_check(kept)


def _as_records(kept: Kept) -> list[Record]:
    alias = kept.get("AliasTarget")
    targets = [alias["DNSName"]] if alias else kept.get("ResourceRecords", [])
    return [
        Record(
            name=kept["Name"].rstrip(".").lower(),
            type=kept["Type"],
            target=target.rstrip(".").lower(),
            region=kept.get("Region", ""),
            health_check_id=kept.get("HealthCheckId", ""),
        )
        for target in targets
    ]


def _as_check(kept: Kept) -> HealthCheck:
    config = full_config({"HealthCheckConfig": kept["config"]})
    return HealthCheck(
        id=kept["id"],
        type=config["Type"],
        host=config.get("FullyQualifiedDomainName", "").lower(),
        path=config.get("ResourcePath") or "/",
        port=config.get("Port", 443),
        sends_name=config.get("EnableSNI", False),
        interval_seconds=max(10, config.get("RequestInterval", 30)),
        failure_threshold=config.get("FailureThreshold", 3),
        regions=tuple(config.get("Regions", ())),
        is_inverted=config["Inverted"],
        is_disabled=config["Disabled"],
        children=tuple(config.get("ChildHealthChecks", ())),
        threshold=config.get("HealthThreshold", 0),
    )
