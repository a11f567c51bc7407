"""Python functions are run by awslambdaric.

AWS: the runtime is AWS's own runtime client in a process per execution environment; function
version, ARN, region, log group and AWS_EXECUTION_ENV are as configured. ministack: a worker script
of its own, 54 ms a call where the handler logs nothing, error types that are not AWS's, no
AWS_EXECUTION_ENV, all of this machine's environment visible to the handler.
"""

# ruff: noqa: SLF001 - adapting private names is what this module is for
# pylint: disable=protected-access

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from stacksets.local.functions.fleet import BusyError
from stacksets.local.functions.function import FunctionVersion, Invocation

if TYPE_CHECKING:
    from stacksets.local.functions.fleet import Fleet

Record = dict[str, Any]
_execute = lambda_svc._execute_function_warm
_invalidate = lambda_svc.invalidate_worker
_reset = lambda_runtime.reset


def apply(fleet: Fleet) -> None:
    """Run Python functions in the fleet; other runtimes stay with ministack."""

    def execute(func: Record, event: object, request_id: str) -> object:
        config = func.get("config") or func
        if not str(config.get("Runtime", "")).startswith("python") or config.get("Layers"):
            return _execute(func, event, request_id)
        return _run(fleet, config, func["code_zip"], event, request_id)

    def invalidate(name: str, *args: object, **scope: object) -> None:
        _invalidate(name, *args, **scope)
        fleet.retire(lambda function: function.name == name)

    def reset() -> None:
        _reset()
        fleet.stop()
        fleet.runtimes.clear()

    lambda_svc._execute_function_warm = execute
    lambda_svc.invalidate_worker = invalidate
    lambda_runtime.reset = reset


def function_version(config: Record, code: bytes) -> FunctionVersion:
    """Give ministack's record of a function version as what the fleet runs."""
    account, region = lambda_runtime._account_region_from_function_config(config)
    logging = config.get("LoggingConfig") or {}
    return FunctionVersion(
        account=account,
        region=region,
        name=config["FunctionName"],
        version=config.get("Version", "$LATEST"),
        runtime=config["Runtime"],
        handler=config["Handler"],
        code=code,
        timeout_seconds=float(config.get("Timeout", 3)),
        memory_megabytes=int(config.get("MemorySize", 128)),
        log_group=logging.get("LogGroup") or f"/aws/lambda/{config['FunctionName']}",
        log_format=logging.get("LogFormat", "Text").upper(),
        log_level=logging.get("ApplicationLogLevel", "INFO"),
        variables={
            "AWS_ENDPOINT_URL": os.environ["AWS_ENDPOINT_URL"],
            **(config.get("Environment") or {}).get("Variables", {}),
            **lambda_runtime.execution_credentials(config),
        },
    )


def _run(fleet: Fleet, config: Record, code: bytes, event: object, request_id: str) -> object:
    invocation = Invocation(
        request_id=request_id,
        event=json.dumps(event).encode(),
        invoked_function_arn=config["FunctionArn"],
        trace_id=lambda_svc._xray_trace_id_for_invocation(config) or "",
    )
    try:
        answer = fleet.invoke(function_version(config, code), invocation)
    except BusyError:
        return lambda_svc._throttle_response(
            reason_code="ConcurrentInvocationLimitExceeded", msg="Rate Exceeded."
        )
    result = {"body": answer.body, "log": answer.log.rstrip("\n")}
    return {**result, "error": True} if answer.is_error else result
