"""API Gateway in front of a function: its permission to invoke, and its words when that fails.

AWS: without an AWS::Lambda::Permission that covers function, alias, stage, method and path the
answer is 500 {"message": "Internal server error"}; a handler that raises or answers with anything
but a proxy response is 502 with the same words, and a throttled one 500 (API Gateway developer
guide, "Handle Lambda errors", "Output format of a Lambda function for proxy integration").
ministack: permissions are never asked for; errors leak their text; any value is a 200.
"""

# ruff: noqa: SLF001 - adapting private names is what this module is for
# pylint: disable=protected-access

from __future__ import annotations

from typing import Any, NamedTuple

from ministack.core.arn import execute_api_arn
from ministack.services import apigateway_v1, lambda_svc

from stacksets.local.adaptations.policies import invocation_allowed

Record = dict[str, Any]
_BAD_GATEWAY = 502
_SERVER_ERROR = 500
_MESSAGE = "Internal server error"
_PROXY_RESPONSE_KEYS = frozenset(
    {"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"}
)
_invoke = apigateway_v1._invoke_lambda_proxy_v1


class _Call(NamedTuple):
    """The positional arguments of ministack's proxy integration."""

    integration: Record
    api_id: str
    stage_name: str
    stage: Record
    resource: Record
    path: str
    method: str
    headers: Record
    body: bytes
    query_params: Record
    path_params: Record | None


class _ProxyError(Exception):
    """The function gave nothing to answer with; `status` is what the caller gets."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def apply() -> None:
    """Ask for the permission, and word the errors."""
    apigateway_v1._invoke_lambda_proxy_v1 = _invoke_with_permission
    apigateway_v1._lambda_proxy_response = _proxy_response


async def _invoke_with_permission(*arguments: object, **scope: object) -> object:
    call = _Call._make(arguments)
    account, region = str(scope["owner_account_id"]), str(scope["owner_region"])
    if not _may_invoke(call, account, region):
        return apigateway_v1._gw_error("API_CONFIGURATION_ERROR", _MESSAGE)
    try:
        return await _invoke(*arguments, **scope)
    except _ProxyError as error:
        return _error_response(call, error.status)


def _may_invoke(call: _Call, account: str, region: str) -> bool:
    function_arn = apigateway_v1._extract_lambda_ref_from_integration_uri(
        call.integration.get("uri", "")
    )
    name = (function_arn.split(":") + [""] * 7)[6]
    function = lambda_svc._functions.get_scoped(account, region, name)
    if function is None:
        return False
    source = execute_api_arn(
        region, account, call.api_id, call.stage_name, call.method, call.resource["path"]
    )
    return invocation_allowed(
        function["policy"],
        function_arn=function_arn,
        service="apigateway.amazonaws.com",
        context={"aws:SourceArn": source, "aws:SourceAccount": account},
    )


def _proxy_response(result: Record) -> tuple[Record, None]:
    """Give what a function answered as a proxy response, or raise _ProxyError."""
    if result.get("throttle"):
        raise _ProxyError(_SERVER_ERROR)
    answer = result.get("body")
    if result.get("error") or not isinstance(answer, dict) or not _is_proxy_response(answer):
        raise _ProxyError(_BAD_GATEWAY)
    return answer, None


def _is_proxy_response(answer: Record) -> bool:
    return (
        answer.keys() <= _PROXY_RESPONSE_KEYS
        and str(answer.get("statusCode", "")).isdigit()
        and isinstance(answer.get("headers"), dict | None)
        and isinstance(answer.get("multiValueHeaders"), dict | None)
        and isinstance(answer.get("body"), str | None)
    )


def _error_response(call: _Call, status: int) -> tuple[int, Record, bytes]:
    """Answer by the stage's DEFAULT_5XX gateway response, which may set another status."""
    request = {
        "api_id": call.api_id,
        "stage_name": call.stage_name,
        "stage": call.stage,
        "headers": call.headers,
        "query_params": call.query_params,
        "path_params": call.path_params or {},
        "resource_path": call.resource["path"],
        "request_id": apigateway_v1.new_uuid(),
    }
    error = apigateway_v1._gw_error("DEFAULT_5XX", _MESSAGE)
    default, headers, body = apigateway_v1._gateway_error_response(error, request)
    return (status if default == _SERVER_ERROR else default), headers, body
