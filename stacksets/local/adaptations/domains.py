"""Custom domain names of API Gateway.

AWS: a regional one has a host name of its own (`d-….execute-api.<region>.amazonaws.com`) in the
Region's own hosted zone, needs a certificate of that Region which covers it, and its name is taken
for all accounts of the Region (API Gateway developer guide, "Custom domain names for public REST
APIs"; the zones: AWS General Reference, "Amazon API Gateway endpoints and quotas"). ministack:
names the host after the domain, has us-east-1's zone everywhere, asks for no certificate, takes a
name over in silence, and finds the domains of the default account only.
"""

# ruff: noqa: SLF001 - adapting private names is what this module is for
# pylint: disable=protected-access

from __future__ import annotations

import hashlib
import re
from typing import Final

from ministack.core.responses import get_account_id, get_region
from ministack.services import acm, apigateway_v1
from ministack.services.cloudformation import provisioners

from stacksets.local.adaptations.arrivals import domain_called
from stacksets.local.adaptations.registering import Record, already_exists

_TYPE = "AWS::ApiGateway::DomainName"
_ZONES: Final = {
    "ap-northeast-1": "Z1YSHQZHG15GKL",
    "ap-northeast-2": "Z20JF4UZKIW1U8",
    "ap-south-1": "Z3VO1THU9YC4UR",
    "ap-southeast-1": "ZL327KTPIQFUL",
    "ap-southeast-2": "Z2RPCDW04V8134",
    "ca-central-1": "Z19DQILCV0OWEC",
    "eu-central-1": "Z1U9ULNL0V5AJ3",
    "eu-west-1": "ZLY8HYME6SFDD",
    "eu-west-2": "ZJ5UAJN8Y3Z2Q",
    "eu-west-3": "Z3KY65QIEKYHQQ",
    "sa-east-1": "ZCMLWB8V5SYIT",
    "us-east-1": "Z1UJRXOUMOOFQ8",
    "us-east-2": "ZOJJZC49E0EPZ",
    "us-west-1": "Z2MUQ32089INYE",
    "us-west-2": "Z2OJLYMUO9EFXC",
}
"""Other Regions have one that is made up."""
_REGIONAL = re.compile(r"\.execute-api\.([a-z0-9-]+)\.amazonaws\.com$")
_create = provisioners._RESOURCE_HANDLERS[_TYPE]["create"]
_create_domain = apigateway_v1._create_domain_name


def apply() -> None:
    """Make domains as AWS does, and find them in whichever account they are."""
    provisioners._RESOURCE_HANDLERS[_TYPE]["create"] = _create_new
    apigateway_v1._create_domain_name = _create_named
    apigateway_v1.find_domain_scope = lambda _: domain_called()


def _create_new(logical_id: str, props: Record, stack_name: str) -> object:
    name = props["DomainName"]
    for (_, region, taken), _ in apigateway_v1._domain_names.all_items():
        if (region, taken) == (get_region(), name):
            raise already_exists(_TYPE, name)
    return _create(logical_id, props, stack_name)


def _create_named(data: Record) -> object:
    """Make a domain, or change it: its host name stays."""
    name = data.get("domainName", "")
    refusal = _refuse_certificate(name, data.get("regionalCertificateArn"))
    if refusal:
        return apigateway_v1._v1_error("BadRequestException", refusal, 400)
    answer = _create_domain(data)
    record = apigateway_v1._domain_names.get(name)
    if record is None or "REGIONAL" not in record["endpointConfiguration"].get("types", ()):
        return answer
    region = get_region()
    seed = hashlib.sha256(f"{get_account_id()}:{region}:{name}".encode()).hexdigest()
    record.update(
        regionalDomainName=f"d-{seed[:10]}.execute-api.{region}.amazonaws.com",
        regionalHostedZoneId=_ZONES.get(region, f"Z{seed[-13:].upper()}"),
        distributionDomainName="",
        distributionHostedZoneId="",
    )
    return apigateway_v1._v1_response(record, 201)


def _refuse_certificate(name: str, arn: str | None) -> str:
    """Give what is wrong with a regional certificate, nothing where all is right."""
    certificate = acm._certificates.get(arn) if arn else None
    if arn and certificate is None:
        return f"Invalid certificate ARN: {arn}. Certificate must be in '{get_region()}'."
    if certificate and not any(_covers(one, name) for one in _names(certificate)):
        return "The domain name to be created is not covered by the provided certificate."
    return ""


def _names(certificate: Record) -> list[str]:
    return [certificate["DomainName"], *certificate["SubjectAlternativeNames"]]


def _covers(pattern: str, name: str) -> bool:
    """A star stands for one label."""
    return pattern == name or (pattern.startswith("*.") and pattern[2:] == name.partition(".")[2])


def find_domain(connected_to: str | None, name: str) -> tuple[str, str, str] | None:
    """Give account, Region and name of the custom domain that a host name of API Gateway serves.

    None where it is no such name, or its Region has no custom domain of that name.
    """
    regional = _REGIONAL.search(connected_to or "")
    scope: tuple[str, str, str]
    for scope, _ in apigateway_v1._domain_names.all_items():
        if regional and (regional[1], name) == (scope[1], scope[2].lower()):
            return scope
    return None


def is_mapped(name: str, path: str) -> bool:
    """Tell whether the custom domain that is called leads to an API under a path."""
    return apigateway_v1.resolve_base_path_mapping(name, path) is not None
