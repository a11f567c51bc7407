"""The names that a region answers to: the global one, which all regions share, and its own.

The region's own name is what the health check, tests and people on call ask. A check of the very
record that it guards is unpredictable (Route 53 API reference, HealthCheckConfig), and once the
execute-api endpoint is closed no other host is the region's alone.
"""

from typing import NamedTuple

from troposphere import Ref, Sub
from troposphere.apigateway import (
    BasePathMapping,
    DomainName,
    EndpointConfiguration,
    RestApi,
    Stage,
)
from troposphere.certificatemanager import Certificate, DomainValidationOption

from generator.metadata import context, tags
from generator.service.conditions import HAS_DOMAIN
from generator.service.parameters import Parameters
from generator.settings import Settings


class Domain(NamedTuple):
    """Certificate, names and what they lead to; only where the condition HasDomain holds."""

    certificate: Certificate
    regional: DomainName
    shared: DomainName
    regional_mapping: BasePathMapping
    shared_mapping: BasePathMapping


def regional_name(parameters: Parameters) -> Sub:
    """The name that only this region answers to."""
    return Sub(f"${{AWS::Region}}.${{{parameters.domain_name.title}}}")


def build_domain(settings: Settings, parameters: Parameters, api: RestApi, stage: Stage) -> Domain:
    """Both names on one certificate, each leading to the stage without a path of its own."""
    certificate = _certificate(parameters)
    regional = _name(settings, parameters, certificate, "RegionalDomain", regional_name(parameters))
    regional.Metadata = context("What this region alone answers to.")
    shared = _name(settings, parameters, certificate, "GlobalDomain", Ref(parameters.domain_name))
    shared.Metadata = context("What every region answers to.")
    # CreateDomainName is let in once in 30 seconds an account (API Gateway quotas).
    shared.DependsOn = [regional]
    return Domain(
        certificate,
        regional,
        shared,
        _mapping("RegionalMapping", regional, api, stage),
        _mapping("GlobalMapping", shared, api, stage),
    )


def _certificate(parameters: Parameters) -> Certificate:
    """Each name is proved in the zone by a record that ACM's renewals go on asking for."""
    names = (Ref(parameters.domain_name), regional_name(parameters))
    return Certificate(
        "Certificate",
        Metadata=context(
            "Both names, proved by DNS, renewed by ACM; free.",
            "no resource for the records that prove them: regions share one, which stays",
        ),
        Condition=HAS_DOMAIN,
        DomainName=names[0],
        SubjectAlternativeNames=[names[1]],
        ValidationMethod="DNS",
        DomainValidationOptions=[
            DomainValidationOption(DomainName=name, HostedZoneId=Ref(parameters.hosted_zone_id))
            for name in names
        ],
        Tags=tags(parameters),
    )


def _name(
    settings: Settings,
    parameters: Parameters,
    certificate: Certificate,
    title: str,
    name: Ref | Sub,
) -> DomainName:
    """As strict as the API behind it: a caller meets both."""
    return DomainName(
        title,
        Condition=HAS_DOMAIN,
        DomainName=name,
        RegionalCertificateArn=Ref(certificate),
        EndpointConfiguration=EndpointConfiguration(Types=["REGIONAL"], IpAddressType="dualstack"),
        SecurityPolicy=settings.tls_policy,
        EndpointAccessMode="STRICT",
        Tags=tags(parameters),
    )


def _mapping(title: str, name: DomainName, api: RestApi, stage: Stage) -> BasePathMapping:
    return BasePathMapping(
        title,
        Metadata=context("No path before /myresource: callers type no stage."),
        Condition=HAS_DOMAIN,
        DomainName=Ref(name),
        RestApiId=Ref(api),
        Stage=Ref(stage),
    )
