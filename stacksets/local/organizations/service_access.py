"""EnableAWSServiceAccess, DisableAWSServiceAccess, ListAWSServiceAccessForOrganization."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacksets.local.organizations.call import Call


def enable_service_access(call: Call, params: Mapping[str, Any]) -> dict[str, Any]:
    """Give a service trusted access; which principals there are on AWS is not checked."""
    call.directory.enable_service(call.management, params["ServicePrincipal"])
    return {}


def disable_service_access(call: Call, params: Mapping[str, Any]) -> dict[str, Any]:
    """Take a service's trusted access away."""
    call.directory.disable_service(call.management, params["ServicePrincipal"])
    return {}


def list_service_access(call: Call, _: Mapping[str, Any]) -> dict[str, Any]:
    """Show the services with trusted access."""
    services = call.directory.services(call.management)
    return {
        "EnabledServicePrincipals": [
            {"ServicePrincipal": principal, "DateEnabled": since}
            for principal, since in services.items()
        ]
    }
