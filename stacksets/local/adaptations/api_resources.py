"""Resources of REST APIs: the parts of their paths.

AWS: CreateResource refuses a part that another resource below the same parent has (API Gateway API
reference, CreateResource: ConflictException), so that an AWS::ApiGateway::Resource which gets
another logical id fails its update: CloudFormation makes the new one before it deletes the old.
ministack: refuses it over HTTP, and has CloudFormation go on without a word and without a resource,
whose methods belong to nothing once the old one is deleted.
"""

# ruff: noqa: SLF001 - adapting private names is what this module is for
# pylint: disable=protected-access

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from ministack.services import apigateway_v1
from ministack.services.cloudformation import provisioners

from stacksets.local.adaptations.registering import refused

if TYPE_CHECKING:
    from stacksets.local.adaptations.registering import Made, Record

_TYPE = "AWS::ApiGateway::Resource"
_CREATED = 201
_CODES: Final = {404: "NotFound", 409: "AlreadyExists"}


def apply() -> None:
    """Fail what API Gateway refuses to make."""
    provisioners._RESOURCE_HANDLERS[_TYPE]["create"] = _create
    # An update replaces the resource, and finds by this name what makes the new one.
    provisioners._apigw_resource_create = _create


def _create(_logical_id: str, props: Record, _stack_name: str) -> Made:
    status, _, body = apigateway_v1._create_resource(
        props["RestApiId"], props["ParentId"], {"pathPart": props["PathPart"]}
    )
    answer = json.loads(body)
    if status != _CREATED:
        raise refused(answer["message"], "ApiGateway", status, _CODES[status])
    return answer["id"], {"ResourceId": answer["id"]}
