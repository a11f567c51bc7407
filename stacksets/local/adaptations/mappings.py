"""Base path mappings.

AWS: AWS::ApiGateway::BasePathMapping to a stage that is not there fails ("Invalid stage identifier
specified"), so that one which names its stage needs a DependsOn, and a base path is taken once
(API Gateway API reference, CreateBasePathMapping: BadRequest, Conflict). ministack: maps to
whatever is named, and takes a mapping over in silence.
"""

# ruff: noqa: SLF001 - adapting private names is what this module is for
# pylint: disable=protected-access

from __future__ import annotations

from typing import TYPE_CHECKING

from ministack.services import apigateway_v1
from ministack.services.cloudformation import provisioners

from stacksets.local.adaptations.registering import already_exists, invalid_request

if TYPE_CHECKING:
    from stacksets.local.adaptations.registering import Record

_TYPE = "AWS::ApiGateway::BasePathMapping"
_HANDLERS = provisioners._RESOURCE_HANDLERS[_TYPE]
_create = _HANDLERS["create"]
_update = _HANDLERS["update"]


def apply() -> None:
    """Look for the stage, and at what is mapped already."""
    _HANDLERS.update(create=_create_mapping, update=_update_mapping)


def _create_mapping(logical_id: str, props: Record, stack_name: str) -> object:
    _check_stage(props)
    mapped = apigateway_v1._base_path_mappings.get(props["DomainName"], {})
    base_path = props.get("BasePath") or "(none)"
    if base_path in mapped:
        raise already_exists(_TYPE, f"{props['DomainName']}|{base_path}")
    return _create(logical_id, props, stack_name)


def _update_mapping(physical_id: str, old: Record, new: Record, stack_name: str) -> object:
    _check_stage(new)
    return _update(physical_id, old, new, stack_name)


def _check_stage(props: Record) -> None:
    stage = props.get("Stage")
    if stage and stage not in apigateway_v1._stages_v1.get(props["RestApiId"], {}):
        raise invalid_request("Invalid stage identifier specified", "ApiGateway")
