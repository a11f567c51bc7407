"""Answers the regional API behind API Gateway: GET /myresource and GET /health.

Rendered line by line into templates/service.json, so that an auditor reads here what runs
there. Standard library only, in syntax that Python 3.9 reads.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import sys
import time
import traceback

SERVICE = "multi-region-service"
SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
}
LEVELS = {"TRACE": 5, "DEBUG": 10, "INFO": 20, "WARN": 30, "ERROR": 40, "FATAL": 50}
SAFE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
INVOCATIONS = itertools.count()


def handler(event: object, context: object) -> dict[str, object]:
    """Answer one API Gateway proxy event; whatever the event is, it is answered."""
    started = time.perf_counter()
    request = _read(event, context)
    facts: dict[str, object] = {"cold_start": next(INVOCATIONS) == 0}
    try:
        source_ip = _text(event, "requestContext", "identity", "sourceIp")
        status, body, headers = _answer(request, source_ip)
    # Whether the caller may come in cannot be told: then it may not.
    except PermissionError as error:
        facts.update(error=str(error))
        status, body, headers = _problem(403, "Forbidden", request)
    # Whatever it is: raised, it would be a bare 502 to the caller.
    except Exception as error:  # noqa: BLE001 # pylint: disable=broad-exception-caught
        facts.update(error=type(error).__name__, stack=traceback.format_exc())
        status, body, headers = _problem(500, "Internal server error", request)
    facts["duration_ms"] = round((time.perf_counter() - started) * 1000, 2)
    _log(request, status, facts)
    return {
        "statusCode": status,
        "headers": {
            **SECURITY_HEADERS,
            "X-Correlation-Id": request["correlation_id"],
            "X-Region": request["region"],
            **headers,
        },
        "body": body,
        "isBase64Encoded": False,
    }


def _read(event: object, context: object) -> dict[str, str]:
    """Take what is needed of an event and a context of any shape; what is missing is empty."""
    api_request_id = _text(event, "requestContext", "requestId")
    arn = _attribute(context, "invoked_function_arn").split(":")
    wanted = (_correlation_header(event), api_request_id, _attribute(context, "aws_request_id"))
    return {
        "method": _text(event, "httpMethod"),
        "route": _text(event, "resource") or _text(event, "path"),
        "correlation_id": next((text for text in wanted if SAFE_ID.fullmatch(text)), "unknown"),
        "api_request_id": api_request_id,
        "request_id": _attribute(context, "aws_request_id"),
        "function_version": _attribute(context, "function_version"),
        # The ARN and not AWS_REGION: it names the region that really was invoked.
        "region": arn[3] if len(arn) > 3 else "",  # noqa: PLR2004 - arn:partition:lambda:region
    }


def _text(value: object, *keys: str) -> str:
    """Follow the keys into nested objects; the text there, or an empty one."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""


def _attribute(context: object, name: str) -> str:
    value = getattr(context, name, "")
    return value if isinstance(value, str) else ""


def _correlation_header(event: object) -> str:
    headers = event.get("headers") if isinstance(event, dict) else None
    for name, value in headers.items() if isinstance(headers, dict) else ():
        if isinstance(value, str) and str(name).lower() == "x-correlation-id":
            return value
    return ""


def _answer(request: dict[str, str], source_ip: str) -> tuple[int, str, dict[str, str]]:
    """Status, body and the headers of this answer alone."""
    if request["route"] not in ROUTES:
        return _problem(404, "Not found", request)
    if request["method"] != "GET":
        status, body, headers = _problem(405, "Method not allowed", request)
        return status, body, {**headers, "Allow": "GET"}
    if not request["region"]:
        raise LookupError("the invocation names no region")
    if request["route"] != "/health" and not _is_let_in(source_ip):
        return _problem(403, "Forbidden", request)
    return ROUTES[request["route"]](request)


def _is_let_in(source_ip: str) -> bool:
    """Whether the address is in one of the networks.

    Raises:
        PermissionError: one of them is none, wherever it stands, or the address is none.
    """
    networks = os.environ.get("ALLOWED_NETWORKS", "")
    if not networks:
        return True
    import ipaddress  # noqa: PLC0415 # pylint: disable=import-outside-toplevel # rarely needed

    try:
        allowed = [ipaddress.ip_network(one, strict=False) for one in networks.split(",")]
    except ValueError as error:
        raise PermissionError(f"AllowedNetworks: {error}") from None
    try:
        address = ipaddress.ip_address(source_ip)
    except ValueError:
        # Without the text: an address belongs to a person, and is not logged.
        raise PermissionError("the caller has no IP address") from None
    return any(address in network for network in allowed)


def _hello(request: dict[str, str]) -> tuple[int, str, dict[str, str]]:
    body = "Hello from Lambda in region: " + request["region"]
    return 200, body, {"Content-Type": "text/plain; charset=utf-8"}


def _health(request: dict[str, str]) -> tuple[int, str, dict[str, str]]:
    """Touch nothing that two regions share: a fault there must not take both of them out."""
    health = {
        "status": "ok",
        "region": request["region"],
        "version": request["function_version"],
    }
    return 200, json.dumps(health), {"Content-Type": "application/json"}


def _problem(status: int, message: str, request: dict[str, str]) -> tuple[int, str, dict[str, str]]:
    body = json.dumps({"message": message, "requestId": request["api_request_id"]})
    return status, body, {"Content-Type": "application/json"}


ROUTES = {"/myresource": _hello, "/health": _health}


def _log(request: dict[str, str], status: int, facts: dict[str, object]) -> None:
    """Write one JSON line: never headers, query or body."""
    route = request["route"] if request["route"] in ROUTES else "unknown"
    level = "ERROR" if "error" in facts else "INFO"
    if (route, status) == ("/health", 200):
        level = "DEBUG"  # probes come by the million and say nothing while all is well
    if LEVELS[level] < LEVELS.get(os.environ.get("AWS_LAMBDA_LOG_LEVEL", ""), LEVELS["INFO"]):
        return
    now = time.time()
    seconds = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now))
    line = {
        # Lambda filters JSON lines by these two; without them a line counts as INFO.
        "timestamp": f"{seconds}.{int(now * 1000) % 1000:03}Z",
        "level": level,
        "message": f"{status} {route}",
        "service": SERVICE,
        "env": os.environ.get("ENVIRONMENT", ""),
        **request,
        "route": route,
        "method": request["method"][:8],
        "status": status,
        "trace_id": os.environ.get("_X_AMZN_TRACE_ID", ""),
        **facts,
    }
    namespace = os.environ.get("METRICS_NAMESPACE")
    if namespace and route != "/health":
        line.update(_metrics(namespace, now, status), ColdStarts=1 if facts["cold_start"] else 0)
    # One write, so that the lines of several writers do not mix.
    sys.stdout.write(json.dumps(line) + "\n")


def _metrics(namespace: str, now: float, status: int) -> dict[str, object]:
    """Count in CloudWatch's embedded metric format what no metric of AWS tells."""
    metrics = {"Requests": ["env", "route", "code"], "ColdStarts": ["env"]}
    directives = [
        {"Namespace": namespace, "Dimensions": [dimensions], "Metrics": [{"Name": name}]}
        for name, dimensions in metrics.items()
    ]
    aws = {"Timestamp": int(now * 1000), "CloudWatchMetrics": directives}
    return {"_aws": aws, "code": str(status), "Requests": 1}
