"""The handler, called as Lambda calls it for API Gateway."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import sysconfig
import time
from pathlib import Path
from types import SimpleNamespace

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generator.settings import SECURITY_HEADERS
from handler import index
from tests.embedded_metric_format import read_metrics

ARN = "arn:aws:lambda:us-west-1:123456789012:function:service:live"
HERE = Path(index.__file__)


def an_event(method="GET", path="/myresource", **more):
    return {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": {"Host": "a1b2c3.execute-api.us-west-1.amazonaws.com"},
        "requestContext": {"requestId": "api-1"},
        **more,
    }


def a_context(arn=ARN):
    return SimpleNamespace(
        invoked_function_arn=arn, function_version="7", aws_request_id="lambda-1"
    )


@pytest.fixture
def logged(capsys):
    """The log lines written so far, parsed."""

    def read():
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return read


def test_the_resource_answers_with_the_region_that_was_invoked():
    answer = index.handler(an_event(), a_context())
    assert answer["statusCode"] == 200
    assert answer["body"] == "Hello from Lambda in region: us-west-1"
    assert answer["headers"]["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["headers"]["X-Region"] == "us-west-1"
    assert answer["isBase64Encoded"] is False


@pytest.mark.parametrize(
    ("arn", "region"),
    [
        ("arn:aws:lambda:eu-south-2:1:function:f", "eu-south-2"),
        ("arn:aws:lambda:us-east-1:1:function:f:7", "us-east-1"),
        ("arn:aws-us-gov:lambda:us-gov-west-1:1:function:f:live", "us-gov-west-1"),
    ],
)
def test_the_region_is_the_fourth_field_of_the_arn_in_every_partition(arn, region, monkeypatch):
    monkeypatch.setenv("AWS_REGION", "us-nowhere-9")
    answer = index.handler(an_event(), a_context(arn))
    assert answer["body"] == f"Hello from Lambda in region: {region}"


def called_from(address, path="/myresource"):
    """The status of an answer to an address."""
    event = an_event(path=path)
    event["requestContext"]["identity"] = {"sourceIp": address}
    return index.handler(event, a_context())["statusCode"]


@pytest.mark.parametrize(
    ("networks", "inside", "outside"),
    [
        ("192.0.2.0/24", ["192.0.2.0", "192.0.2.255"], ["192.0.3.0", "2001:db8::1"]),
        ("192.0.2.7/24", ["192.0.2.200"], ["192.0.1.7"]),
        (
            "198.51.100.4/32,2001:db8::/32",
            ["198.51.100.4", "2001:db8:ffff::1"],
            ["198.51.100.5", "2001:db9::1"],
        ),
        ("0.0.0.0/0", ["203.0.113.9"], ["::1"]),
    ],
)
def test_who_calls_from_another_network_is_forbidden(networks, inside, outside, monkeypatch):
    monkeypatch.setenv("ALLOWED_NETWORKS", networks)
    assert {called_from(address) for address in inside} == {200}
    assert {called_from(address) for address in outside} == {403}


def test_a_refusal_says_no_more_than_that_it_is_one(monkeypatch):
    monkeypatch.setenv("ALLOWED_NETWORKS", "192.0.2.0/24")
    event = an_event()
    event["requestContext"]["identity"] = {"sourceIp": "203.0.113.9"}
    answer = index.handler(event, a_context())
    assert json.loads(answer["body"]) == {"message": "Forbidden", "requestId": "api-1"}
    assert SECURITY_HEADERS.items() <= answer["headers"].items()


def test_health_is_told_to_every_network_since_checkers_come_from_many(monkeypatch):
    monkeypatch.setenv("ALLOWED_NETWORKS", "192.0.2.0/24")
    assert called_from("203.0.113.9", path="/health") == 200


@pytest.mark.parametrize(
    ("networks", "wrong"),
    [
        ("999.1.1.1/99", "999.1.1.1/99"),
        ("300.0.0.0/8", "300.0.0.0/8"),
        ("192.0.2.0/33", "192.0.2.0/33"),
        (",", ""),
        ("192.0.2.0/24,2001:db8:::/32", "2001:db8:::/32"),
        ("1:2:3::/129,192.0.2.0/24", "1:2:3::/129"),
    ],
)
def test_networks_that_cannot_be_read_let_nobody_in_and_say_which(
    networks, wrong, monkeypatch, logged
):
    monkeypatch.setenv("ALLOWED_NETWORKS", networks)
    assert [called_from("192.0.2.1"), called_from("192.0.3.1")] == [403, 403]
    for line in logged():
        assert (line["level"], line["status"]) == ("ERROR", 403)
        assert line["error"].startswith("AllowedNetworks: ")
        assert repr(wrong) in line["error"]


@pytest.mark.parametrize("address", ["", "test-invoke-source-ip"])
def test_a_caller_without_an_address_is_let_in_where_all_are_and_nowhere_else(
    address, monkeypatch, logged
):
    assert called_from(address) == 200
    monkeypatch.setenv("ALLOWED_NETWORKS", "0.0.0.0/0,::/0")
    assert called_from(address) == 403
    assert [line.get("error") for line in logged()] == [None, "the caller has no IP address"]


def test_an_address_is_not_logged(monkeypatch, logged):
    monkeypatch.setenv("ALLOWED_NETWORKS", "192.0.2.0/24")
    called_from("203.0.113.9")
    called_from("192.0.2.9")
    assert not [line for line in logged() if "203.0.113.9" in str(line) or "192.0.2.9" in str(line)]


def test_health_tells_region_and_version():
    answer = index.handler(an_event(path="/health"), a_context())
    assert answer["statusCode"] == 200
    assert answer["headers"]["Content-Type"] == "application/json"
    assert json.loads(answer["body"]) == {"status": "ok", "region": "us-west-1", "version": "7"}


def test_an_unknown_path_is_404():
    answer = index.handler(an_event(path="/nothing"), a_context())
    assert answer["statusCode"] == 404
    assert json.loads(answer["body"]) == {"message": "Not found", "requestId": "api-1"}


@pytest.mark.parametrize("method", ["POST", "HEAD", "OPTIONS", "get"])
@pytest.mark.parametrize("path", ["/myresource", "/health"])
def test_another_method_is_405_and_names_the_one_that_is_allowed(method, path):
    answer = index.handler(an_event(method, path), a_context())
    assert answer["statusCode"] == 405
    assert answer["headers"]["Allow"] == "GET"
    assert json.loads(answer["body"])["message"] == "Method not allowed"


def test_the_resource_counts_and_not_the_path_below_a_base_path():
    event = an_event(path="/v1/myresource") | {"resource": "/myresource"}
    assert index.handler(event, a_context())["statusCode"] == 200


def test_the_path_counts_where_there_is_no_resource():
    event = an_event()
    del event["resource"]
    assert index.handler(event, a_context())["statusCode"] == 200


def test_an_unexpected_error_is_500_without_internals_and_with_a_traceback_in_the_log(
    monkeypatch, logged
):
    def broken(request):
        raise ZeroDivisionError("the secret of " + request["region"])

    monkeypatch.setitem(index.ROUTES, "/myresource", broken)
    answer = index.handler(an_event(), a_context())
    assert answer["statusCode"] == 500
    assert json.loads(answer["body"]) == {
        "message": "Internal server error",
        "requestId": "api-1",
    }
    assert "secret" not in json.dumps(answer)
    (line,) = logged()
    assert line["level"] == "ERROR"
    assert line["error"] == "ZeroDivisionError"
    assert "the secret of us-west-1" in line["stack"]
    assert "in broken" in line["stack"]


@pytest.mark.parametrize("arn", ["", "nonsense", "arn:aws:lambda", None, 5])
@pytest.mark.parametrize("path", ["/myresource", "/health"])
def test_no_region_is_guessed_where_the_arn_names_none(arn, path, logged):
    assert index.handler(an_event(path=path), a_context(arn))["statusCode"] == 500
    assert [line["error"] for line in logged()] == ["LookupError"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
methods = st.sampled_from(["GET", "POST", ""])
paths = st.sampled_from(["/myresource", "/health", "/nothing"])
headers = st.dictionaries(st.sampled_from(["X-Correlation-Id", "Host"]), json_values)
events = json_values | st.fixed_dictionaries(
    {},
    optional={
        "resource": paths | json_values,
        "path": paths | json_values,
        "httpMethod": methods | json_values,
        "headers": headers | json_values,
        "requestContext": st.fixed_dictionaries({}, optional={"requestId": json_values})
        | json_values,
    },
)
contexts = json_values | st.builds(
    SimpleNamespace,
    invoked_function_arn=st.just(ARN) | json_values,
    function_version=st.text() | json_values,
    aws_request_id=st.text() | json_values,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(event=events, context=contexts)
def test_every_event_whatever_it_is_gets_an_answer_that_api_gateway_accepts(event, context, capsys):
    answer = index.handler(event, context)
    assert set(answer) == {"statusCode", "headers", "body", "isBase64Encoded"}
    assert answer["statusCode"] in {200, 404, 405, 500}
    assert isinstance(answer["body"], str)
    for name, value in answer["headers"].items():
        assert isinstance(value, str)
        assert "\n" not in name + value
    json.dumps(answer)
    for line in capsys.readouterr().out.splitlines():
        assert json.loads(line)["status"] == answer["statusCode"]


def test_every_answer_carries_the_headers_that_api_gateway_s_own_answers_carry():
    assert index.SECURITY_HEADERS == SECURITY_HEADERS
    for event in (an_event(), an_event("POST"), an_event(path="/nothing"), None):
        answer = index.handler(event, a_context())
        assert answer["headers"].items() >= SECURITY_HEADERS.items()


@pytest.mark.parametrize("name", ["X-Correlation-Id", "x-correlation-id", "X-CORRELATION-ID"])
def test_a_correlation_id_of_the_caller_is_echoed_and_logged(name, logged):
    answer = index.handler(an_event(headers={"Host": "h", name: "order-17.a_b"}), a_context())
    assert answer["headers"]["X-Correlation-Id"] == "order-17.a_b"
    (line,) = logged()
    assert line["correlation_id"] == "order-17.a_b"


@pytest.mark.parametrize("value", ["", "a" * 65, "a\r\nSet-Cookie: b", "é", "a b", None, 7])
def test_a_correlation_id_that_could_harm_is_replaced_by_api_gateway_s(value):
    answer = index.handler(an_event(headers={"X-Correlation-Id": value}), a_context())
    assert answer["headers"]["X-Correlation-Id"] == "api-1"


def test_without_api_gateway_lambda_s_own_id_correlates():
    answer = index.handler(an_event(requestContext=None, headers=None), a_context())
    assert answer["headers"]["X-Correlation-Id"] == "lambda-1"


def test_without_any_id_the_correlation_says_unknown():
    answer = index.handler(None, None)
    assert answer["headers"]["X-Correlation-Id"] == "unknown"


def test_a_request_is_one_json_line(monkeypatch, logged):
    monkeypatch.setenv("ENVIRONMENT", "test")
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-5")
    index.handler(an_event(), a_context())
    (line,) = logged()
    assert line.pop("duration_ms") >= 0
    assert isinstance(line.pop("cold_start"), bool)
    assert len(line.pop("timestamp")) == len("2026-01-01T00:00:00.000Z")
    assert line == {
        "level": "INFO",
        "message": "200 /myresource",
        "service": "multi-region-service",
        "env": "test",
        "region": "us-west-1",
        "function_version": "7",
        "request_id": "lambda-1",
        "api_request_id": "api-1",
        "correlation_id": "api-1",
        "trace_id": "Root=1-5",
        "route": "/myresource",
        "method": "GET",
        "status": 200,
    }


def test_what_a_caller_sends_is_not_logged(logged):
    event = an_event(
        path="/private-path",
        headers={"Authorization": "private-header"},
        queryStringParameters={"q": "private-query"},
        body="private-body",
    )
    index.handler(event, a_context())
    (line,) = logged()
    assert "private" not in json.dumps(line)
    assert line["route"] == "unknown"


@pytest.mark.parametrize(
    ("level", "path", "lines"),
    [
        (None, "/myresource", 1),
        (None, "/health", 0),
        ("INFO", "/health", 0),
        ("DEBUG", "/health", 1),
        ("TRACE", "/health", 1),
        ("WARN", "/myresource", 0),
        ("nonsense", "/myresource", 1),
    ],
)
def test_the_log_level_of_lambda_is_obeyed_and_health_checks_are_debug(
    level, path, lines, monkeypatch, logged
):
    if level:
        monkeypatch.setenv("AWS_LAMBDA_LOG_LEVEL", level)
    index.handler(an_event(path=path), a_context())
    assert len(logged()) == lines


def test_only_the_first_invocation_of_an_environment_is_a_cold_start(logged):
    fresh = importlib.reload(index)
    fresh.handler(an_event(), a_context())
    fresh.handler(an_event(), a_context())
    assert [line["cold_start"] for line in logged()] == [True, False]


def test_an_unlogged_health_check_uses_up_the_cold_start(logged):
    fresh = importlib.reload(index)
    fresh.handler(an_event(path="/health"), a_context())
    fresh.handler(an_event(), a_context())
    assert [line["cold_start"] for line in logged()] == [False]


# --- metrics


@pytest.fixture
def measured(monkeypatch):
    monkeypatch.setenv("METRICS_NAMESPACE", "Service")
    monkeypatch.setenv("ENVIRONMENT", "test")


def counted(line):
    """What CloudWatch counts of a line, by metric and dimensions."""
    return {
        (name, *(value for _, value in dimensions)): number
        for (_, name, dimensions), number in read_metrics(line).items()
    }


def test_a_request_counts_by_environment_route_and_status_in_the_line_that_it_has_anyway(
    measured, logged
):
    index.handler(an_event(), a_context())
    index.handler(an_event(), a_context())
    _, line = logged()
    assert read_metrics(line) == {
        (
            "Service",
            "Requests",
            (("env", "test"), ("route", "/myresource"), ("code", "200")),
        ): 1,
        ("Service", "ColdStarts", (("env", "test"),)): 0,
    }
    assert line["status"] == 200
    assert abs(line["_aws"]["Timestamp"] / 1000 - time.time()) < 60


@pytest.mark.parametrize(
    ("event", "route", "code"),
    [
        (an_event("POST"), "/myresource", "405"),
        (an_event(path="/some/path/of/a/caller"), "unknown", "404"),
        (None, "unknown", "404"),
    ],
)
def test_what_a_caller_makes_up_is_no_new_metric(event, route, code, measured, logged):
    index.handler(event, a_context())
    assert counted(logged()[0]).keys() == {
        ("Requests", "test", route, code),
        ("ColdStarts", "test"),
    }


def test_a_failure_counts_as_500(measured, logged):
    index.handler(an_event(), a_context(arn=""))
    assert ("Requests", "test", "/myresource", "500") in counted(logged()[0])


def test_a_cold_start_counts_once(measured, logged):
    fresh = importlib.reload(index)
    for _ in range(3):
        fresh.handler(an_event(), a_context())
    assert [counted(line)["ColdStarts", "test"] for line in logged()] == [1, 0, 0]


@pytest.mark.parametrize("context", [a_context(), a_context(arn="")], ids=["well", "failing"])
def test_a_probe_counts_nowhere(context, measured, monkeypatch, logged):
    monkeypatch.setenv("AWS_LAMBDA_LOG_LEVEL", "DEBUG")
    index.handler(an_event(path="/health"), context)
    (line,) = logged()
    assert "_aws" not in line


def test_where_nobody_watches_nothing_is_counted(monkeypatch, logged):
    monkeypatch.setenv("METRICS_NAMESPACE", "")
    index.handler(an_event(), a_context())
    (line,) = logged()
    assert not line.keys() & {"_aws", "code", "Requests", "ColdStarts"}


@pytest.mark.parametrize(
    ("member", "value"),
    [("code", 200), ("env", ""), ("Requests", "1"), ("ColdStarts", False), ("_aws", {})],
)
def test_a_line_that_cloudwatch_would_pass_over_is_found(member, value, measured, logged):
    index.handler(an_event(), a_context())
    (line,) = logged()
    with pytest.raises((ValueError, TypeError, jsonschema.ValidationError)):
        read_metrics({**line, member: value})


def reads_on_python_3_9(path):
    vermin = Path(sysconfig.get_path("scripts"), "vermin")
    command = [vermin, "-t=3.9-", "--violations", "--no-tips", path]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_python_3_9_still_reads_the_handler(tmp_path):
    newer = tmp_path / "newer.py"
    newer.write_text("match 1:\n    case _:\n        pass\n")
    assert reads_on_python_3_9(HERE)
    assert not reads_on_python_3_9(newer)


def test_importing_the_handler_loads_few_modules():
    count = "import sys; import index; print(len(sys.modules))"
    # -S: the standard library and nothing that this machine's site adds.
    loaded = subprocess.run(
        [sys.executable, "-S", "-c", count],
        cwd=HERE.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(loaded.stdout) <= 80
