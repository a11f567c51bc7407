"""What must hold of the service wherever it is deployed: in the embedded AWS, in a real account.

The answers are urllib3's; a client is made as `client("lambda", region="us-east-1")`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from urllib3 import BaseHTTPResponse

SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
}
UNKNOWN_PATHS = ("", "nothing", "myresource/below", "Myresource")
ROUTES = ("myresource", "health")
OTHER_METHODS = ("POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class MakesClients(Protocol):
    """An account whose services can be asked by boto3."""

    def __call__(self, service: str, *, region: str) -> Any: ...


def hello(region: str) -> bytes:
    return f"Hello from Lambda in region: {region}".encode()


def check_hello(answer: BaseHTTPResponse, region: str) -> None:
    assert (answer.status, answer.data) == (200, hello(region))


def check_plain_text(answer: BaseHTTPResponse) -> None:
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    check_security_headers(answer)


def check_security_headers(answer: BaseHTTPResponse) -> None:
    assert {name: answer.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS


def check_health(answer: BaseHTTPResponse, outputs: Mapping[str, str]) -> None:
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
    assert json.loads(answer.data) == {
        "status": "ok",
        "region": outputs["Region"],
        "version": outputs["FunctionVersion"],
    }


def check_not_found(answer: BaseHTTPResponse) -> None:
    assert answer.status == 404
    assert json.loads(answer.data)["message"] == "Not found"
    check_security_headers(answer)


def check_not_allowed(answer: BaseHTTPResponse) -> None:
    assert (answer.status, answer.headers.get("Allow")) == (405, "GET")
    check_security_headers(answer)


def check_endpoint(endpoint: str, region: str) -> None:
    url = urlsplit(endpoint)
    assert (url.scheme, url.path) == ("https", "/prod/")
    assert url.netloc.endswith(f".execute-api.{region}.amazonaws.com")


def check_smoke(checks: Iterable[Mapping[str, Any]], *, not_told: set[str]) -> None:
    """Hold the checks of one endpoint: all passed but those that could not be told."""
    passed = {one["name"]: one["passed"] for one in checks}
    assert {name for name, told in passed.items() if told is None} == not_told
    assert all(told is not False for told in passed.values())
    assert {"https", "status", "body", "region", "burst"} <= passed.keys()


def check_answered(client: MakesClients, outputs: Mapping[str, str]) -> None:
    """Hold what the function logged of its answers: its own region, the version of the alias.

    Whoever asked by another method was told so by the function as well.
    """
    answered = [one for one in _logged(client, outputs) if one.get("route") == "/myresource"]
    here = (outputs["Region"], outputs["FunctionVersion"])
    assert {(one["region"], one["function_version"]) for one in answered} == {here}
    assert {one["status"] for one in answered if one["method"] == "GET"} == {200}
    assert {one["status"] for one in answered if one["method"] != "GET"} <= {405}


def check_tags(
    client: MakesClients,
    outputs: Mapping[str, str],
    stack: Mapping[str, Any],
    log_groups: Iterable[Mapping[str, Any]],
    *,
    expected: Mapping[str, str],
) -> None:
    """Hold all tags of one stack: the three of the project on everything that can carry any."""
    region, api = outputs["Region"], outputs["ApiId"]
    functions, gateway = client("lambda", region=region), client("apigateway", region=region)
    iam, logs = client("iam", region=region), client("logs", region=region)
    role = _function(client, outputs)["Role"].rpartition("/")[2]
    tags = {
        "function": functions.list_tags(Resource=outputs["FunctionArn"])["Tags"],
        "api": gateway.get_rest_api(restApiId=api)["tags"],
        "stage": gateway.get_stage(restApiId=api, stageName="prod")["tags"],
        "role": _pairs(iam.list_role_tags(RoleName=role)["Tags"]),
        "stack": _pairs(stack["Tags"]),
    }
    for group in log_groups:
        arn = group["arn"].removesuffix(":*")
        tags[group["logGroupName"]] = logs.list_tags_for_resource(resourceArn=arn)["tags"]

    assert len(tags) == 8
    for name, found in tags.items():
        assert {key: found.get(key) for key in expected} == expected, name


def _logged(client: MakesClients, outputs: Mapping[str, str]) -> list[dict[str, Any]]:
    """Give the JSON lines in the log group of the stack's function."""
    logs = client("logs", region=outputs["Region"])
    name = _function(client, outputs)["LoggingConfig"]["LogGroup"]
    lines = [one["message"] for one in logs.filter_log_events(logGroupName=name)["events"]]
    return [json.loads(line) for line in lines if line.startswith("{")]


def _function(client: MakesClients, outputs: Mapping[str, str]) -> dict[str, Any]:
    functions = client("lambda", region=outputs["Region"])
    return functions.get_function(FunctionName=outputs["FunctionName"])["Configuration"]


def _pairs(tags: list[dict[str, str]]) -> dict[str, str]:
    return {one["Key"]: one["Value"] for one in tags}
