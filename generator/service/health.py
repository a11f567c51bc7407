"""Whether Route 53 leads callers to a region: its health, and the word of who operates it."""

from typing import NamedTuple

from troposphere import FindInMap, Ref, Sub, Tags, Template
from troposphere.route53 import HealthCheck, HealthCheckConfig, RecordSetType

from generator.metadata import context, tags
from generator.service.conditions import HAS_DOMAIN
from generator.service.domain import Domain, regional_name
from generator.service.parameters import Parameters
from generator.settings import CHECKER_REGIONS, PATHS

_MAPPING = "TrafficState"
_THRESHOLD = "HealthThreshold"
# Of one child: as many healthy ones as the child gives, more than there are, none at all. Inverted
# would be no drain: a region that is sick by itself it would call healthy; and a check that is
# Disabled counts as healthy (Route 53 API reference, HealthCheckConfig).
_HEALTHY_CHILDREN = {"auto": 1, "drain": 2, "force": 0}


class Health(NamedTuple):
    """What asks the region, and what the records look at."""

    endpoint: HealthCheck
    region: HealthCheck


def add_traffic_states(template: Template) -> None:
    """Put into the template how many healthy children each state of the traffic asks for."""
    states = {state: {_THRESHOLD: number} for state, number in _HEALTHY_CHILDREN.items()}
    template.add_mapping(_MAPPING, states)


def build_health(parameters: Parameters, domain: Domain, regional_record: RecordSetType) -> Health:
    """A check of the region's own name, and one above it with the threshold as a switch."""
    endpoint = HealthCheck(
        "EndpointCheck",
        Metadata=context(
            "Three other regions ask for /health, half a million times a month.",
        ),
        Condition=HAS_DOMAIN,
        DependsOn=[domain.regional_mapping, regional_record],
        HealthCheckConfig=HealthCheckConfig(
            Type="HTTPS",
            FullyQualifiedDomainName=regional_name(parameters),
            Port=443,
            EnableSNI=True,
            ResourcePath=f"/{PATHS['Health']}",
            RequestInterval=30,
            FailureThreshold=3,
            MeasureLatency=False,
            Regions=list(CHECKER_REGIONS),
        ),
        HealthCheckTags=_named(parameters, regional_name(parameters)),
    )
    region = HealthCheck(
        "RegionCheck",
        Metadata=context(
            "The switch: TrafficState is its threshold, changed in place.",
            "force leads callers here whatever they meet",
        ),
        Condition=HAS_DOMAIN,
        HealthCheckConfig=HealthCheckConfig(
            Type="CALCULATED",
            ChildHealthChecks=[Ref(endpoint)],
            HealthThreshold=FindInMap(_MAPPING, Ref(parameters.traffic_state), _THRESHOLD),
        ),
        HealthCheckTags=_named(
            parameters,
            Sub(
                "${Name} ${State}",
                Name=regional_name(parameters),
                State=Ref(parameters.traffic_state),
            ),
        ),
    )
    return Health(endpoint, region)


def _named(parameters: Parameters, name: Sub) -> Tags:
    """The three tags and a name, which is all that the console tells health checks apart by."""
    return tags(parameters) + Tags(Name=name)
