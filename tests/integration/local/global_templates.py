"""A small service behind one global name, as a template for the tests of the embedded AWS."""

from __future__ import annotations

import json
import zlib
from typing import Any

from tests.integration.local.templates import HELLO, TRUST, api_template, sub

NAME = "api.example.com"


def get(logical_id: str, attribute: str) -> dict[str, list[str]]:
    return {"Fn::GetAtt": [logical_id, attribute]}


def ref(logical_id: str) -> dict[str, str]:
    return {"Ref": logical_id}


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::{kind}", "Properties": properties}


def _domain(name: Any) -> dict[str, Any]:
    return resource(
        "ApiGateway::DomainName",
        DomainName=name,
        RegionalCertificateArn=ref("Certificate"),
        EndpointConfiguration={"Types": ["REGIONAL"], "IpAddressType": "dualstack"},
        SecurityPolicy="TLS_1_2",
    )


def _mapping(domain: str) -> dict[str, Any]:
    made = resource(
        "ApiGateway::BasePathMapping", DomainName=ref(domain), RestApiId=ref("Api"), Stage="prod"
    )
    return {**made, "DependsOn": ["Stage"]}


def _record(zone: str, domain: str, **more: Any) -> dict[str, Any]:
    target = {
        "DNSName": get(domain, "RegionalDomainName"),
        "HostedZoneId": get(domain, "RegionalHostedZoneId"),
        "EvaluateTargetHealth": False,
    }
    return resource(
        "Route53::RecordSet",
        HostedZoneId=zone,
        Name=ref(domain),
        AliasTarget=target,
        **{"Type": "A", **more},
    )


def global_resources(
    zone: str, *, threshold: int = 1, checkers: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Certificate, two domains, their records and the two health checks of one region."""
    here = sub("${AWS::Region}")
    latency = {"SetIdentifier": here, "Region": here, "HealthCheckId": ref("RegionCheck")}
    endpoint = {
        "Type": "HTTPS",
        "FullyQualifiedDomainName": ref("RegionalDomain"),
        "ResourcePath": "/myresource",
        "EnableSNI": True,
        "FailureThreshold": 3,
        "Regions": list(checkers or ("eu-west-1", "sa-east-1", "us-west-2")),
    }
    switch = {
        "Type": "CALCULATED",
        "ChildHealthChecks": [ref("EndpointCheck")],
        "HealthThreshold": threshold,
    }
    regional = sub("${AWS::Region}." + NAME)
    return {
        "Certificate": resource(
            "CertificateManager::Certificate",
            DomainName=NAME,
            SubjectAlternativeNames=[regional],
            ValidationMethod="DNS",
        ),
        "GlobalDomain": _domain(NAME),
        "RegionalDomain": _domain(regional),
        "GlobalMapping": _mapping("GlobalDomain"),
        "RegionalMapping": _mapping("RegionalDomain"),
        "RegionalRecordA": _record(zone, "RegionalDomain"),
        "EndpointCheck": resource("Route53::HealthCheck", HealthCheckConfig=endpoint),
        "RegionCheck": resource("Route53::HealthCheck", HealthCheckConfig=switch),
        "GlobalRecordA": _record(zone, "GlobalDomain", **latency),
        "GlobalRecordAAAA": _record(zone, "GlobalDomain", **latency, Type="AAAA"),
    }


def global_template(
    zone: str, code: str = HELLO, *, threshold: int = 1, api: dict[str, Any] | None = None
) -> str:
    """Let a function answer under the global and the regional name of each region."""
    text = api_template(code, more=global_resources(zone, threshold=threshold))
    # A version is published once: other code is another resource.
    template = json.loads(text.replace('"Version"', f'"Version{zlib.crc32(code.encode())}"'))
    template["Resources"]["Alias"]["Properties"]["FunctionVersion"]["Fn::GetAtt"][1] = "Version"
    template["Resources"]["Role"]["Properties"]["AssumeRolePolicyDocument"] = TRUST
    template["Resources"]["Api"]["Properties"].update(
        {"DisableExecuteApiEndpoint": True} if api is None else api
    )
    for name in ("EndpointCheck", "RegionCheck"):
        template["Outputs"][name] = {"Value": ref(name)}
    template["Outputs"]["Target"] = {"Value": get("GlobalDomain", "RegionalDomainName")}
    return json.dumps(template)
