"""API Gateway's account role.

AWS: a stage with access logs or execution logging cannot be made in an account and region whose
API Gateway has no CloudWatch role ("CloudWatch Logs role ARN must be set in account settings to
enable logging"). ministack: makes the stage, and drops its AccessLogSetting.
"""

# ruff: noqa: SLF001 - adapting private names is what this module is for
# pylint: disable=protected-access

from __future__ import annotations

import uuid
from typing import Any

from ministack.services import apigateway_v1
from ministack.services.cloudformation import provisioners

Record = dict[str, Any]
_STAGE = "AWS::ApiGateway::Stage"
_create = provisioners._RESOURCE_HANDLERS[_STAGE]["create"]
_update = provisioners._RESOURCE_HANDLERS[_STAGE]["update"]


def apply() -> None:
    """Refuse a stage that logs where there is no role for it, and keep what it logs."""
    provisioners._RESOURCE_HANDLERS[_STAGE].update(create=_create_stage, update=_update_stage)


def _create_stage(logical_id: str, props: Record, stack_name: str) -> object:
    _check_account_role(props)
    made = _create(logical_id, props, stack_name)
    _keep_access_log(props)
    return made


def _update_stage(physical_id: str, old_props: Record, props: Record, stack_name: str) -> object:
    _check_account_role(props)
    made = _update(physical_id, old_props, props, stack_name)
    _keep_access_log(props)
    return made


def _check_account_role(props: Record) -> None:
    logging = [item.get("LoggingLevel", "OFF") for item in props.get("MethodSettings") or []]
    if not props.get("AccessLogSetting") and not {"INFO", "ERROR"} & set(logging):
        return
    if (apigateway_v1._account_settings.get("settings") or {}).get("cloudwatchRoleArn"):
        return
    raise ValueError(
        'Resource handler returned message: "CloudWatch Logs role ARN must be set in account '
        "settings to enable logging (Service: ApiGateway, Status Code: 400, "
        f'Request ID: {uuid.uuid4()})" '
        f"(RequestToken: {uuid.uuid4()}, HandlerErrorCode: InvalidRequest)"
    )


def _keep_access_log(props: Record) -> None:
    setting = props.get("AccessLogSetting") or {}
    stage = apigateway_v1._stages_v1[props["RestApiId"]][props["StageName"]]
    stage["accessLogSettings"] = {
        name: setting[key]
        for key, name in (("DestinationArn", "destinationArn"), ("Format", "format"))
        if key in setting
    }
