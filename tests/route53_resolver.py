"""A resolver that follows Route 53's records, by what its API tells and nothing else.

The rules are Route 53's: latency records are chosen by region among the healthy ones, an endpoint
is healthy when more than 18 % of the checkers find it so, a calculated check when as many children
are as its threshold says, and where nothing is healthy everything is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Resolver:
    """Resolves names of a hosted zone, with a boto3 client of Route 53."""

    route53: Any
    zone_id: str

    @classmethod
    def of_new_zone(cls, route53: Any, name: str) -> Resolver:
        """Make a hosted zone, as an operator does, and resolve its names."""
        made = route53.create_hosted_zone(Name=name, CallerReference="one")
        return cls(route53, str(made["HostedZone"]["Id"]).removeprefix("/hostedzone/"))

    def resolve(self, name: str, *, near: str, record_type: str = "A") -> str:
        """Give the target of the alias that a client near a region is answered with."""
        pages = self.route53.get_paginator("list_resource_record_sets")
        records = [
            record
            for page in pages.paginate(HostedZoneId=self.zone_id)
            for record in page["ResourceRecordSets"]
            if (record["Name"], record["Type"]) == (f"{name}.", record_type)
        ]
        healthy = [one for one in records if self._is_usable(one)]
        # Nearest is the client's own region; of the others any is as good.
        chosen = min(
            healthy or records, key=lambda one: (one.get("Region") != near, one.get("Region"))
        )
        return str(chosen["AliasTarget"]["DNSName"]).removesuffix(".")

    def _is_usable(self, record: dict[str, Any]) -> bool:
        return "HealthCheckId" not in record or self.is_healthy(record["HealthCheckId"])

    def is_healthy(self, check_id: str) -> bool:
        """Tell whether Route 53 considers a health check healthy."""
        config = self.route53.get_health_check(HealthCheckId=check_id)["HealthCheck"][
            "HealthCheckConfig"
        ]
        if config.get("Disabled"):
            return True
        if config["Type"] == "CALCULATED":
            healthy = [child for child in config["ChildHealthChecks"] if self.is_healthy(child)]
            found = len(healthy) >= config["HealthThreshold"]
        else:
            found = self._is_endpoint_healthy(check_id)
        return found is not config.get("Inverted", False)

    def _is_endpoint_healthy(self, check_id: str) -> bool:
        seen = self.route53.get_health_check_status(HealthCheckId=check_id)
        statuses = [one["StatusReport"]["Status"] for one in seen["HealthCheckObservations"]]
        healthy = [status for status in statuses if status.startswith("Success")]
        return not statuses or len(healthy) / len(statuses) > 0.18
