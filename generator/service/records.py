"""The DNS records: one of its own for each region, and its share of the global one.

Latency is the routing for good: the records of one name and type share their policy, so that no
region could change it alone.
"""

from typing import NamedTuple

from troposphere import GetAtt, Ref, Region, Sub
from troposphere.apigateway import DomainName
from troposphere.route53 import HealthCheck, RecordSetType
from troposphere.validators.route53 import AliasTarget

from generator.metadata import context
from generator.service.conditions import HAS_DOMAIN
from generator.service.domain import Domain, regional_name
from generator.service.parameters import Parameters


class Pair(NamedTuple):
    """The records of one name: for callers over IPv4 and for those over IPv6."""

    a: RecordSetType
    aaaa: RecordSetType


def build_regional_records(parameters: Parameters, domain: Domain) -> Pair:
    """The region's own name, whatever its health: who asks for it means this region."""
    records = _pair(parameters, "RegionalRecord", regional_name(parameters), domain.regional)
    for record in records:
        record.Metadata = context("Leads the region's own name to it; free.")
    return records


def build_global_records(parameters: Parameters, domain: Domain, check: HealthCheck) -> Pair:
    """This region's share of the global name: whoever is nearest, while the check says healthy."""
    records = _pair(parameters, "GlobalRecord", Ref(parameters.domain_name), domain.shared)
    records.a.Metadata = context(
        "Leads the nearest callers here while RegionCheck is healthy; free.",
        "one stack a region has the name: the region is the record's identity",
    )
    records.aaaa.Metadata = context(f"As {records.a.title}, over IPv6.")
    for record in records:
        # Before the mapping is there, who is led here would be refused.
        record.DependsOn = [domain.shared_mapping]
        record.SetIdentifier = Region
        record.Region = Region
        record.HealthCheckId = Ref(check)
    return records


def _pair(parameters: Parameters, title: str, name: Ref | Sub, target: DomainName) -> Pair:
    """Aliases, which cost nothing to ask and follow API Gateway's addresses.

    EvaluateTargetHealth has no use for API Gateway (Route 53 API reference, AliasTarget).
    """
    a, aaaa = (
        RecordSetType(
            f"{title}{kind}",
            Condition=HAS_DOMAIN,
            HostedZoneId=Ref(parameters.hosted_zone_id),
            Name=name,
            Type=kind,
            AliasTarget=AliasTarget(  # type: ignore[no-untyped-call] # troposphere's own signature
                hostedzoneid=GetAtt(target, "RegionalHostedZoneId"),
                dnsname=GetAtt(target, "RegionalDomainName"),
                evaluatetargethealth=False,
            ),
        )
        for kind in ("A", "AAAA")
    )
    return Pair(a, aaaa)
