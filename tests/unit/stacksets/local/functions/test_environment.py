"""A handler process: what reaches it, and what comes of its ways to end."""

from __future__ import annotations

import dataclasses
import json
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import pytest

from stacksets.local.functions import environment
from stacksets.local.functions.environment import ExecutionEnvironment, environment_variables
from stacksets.local.functions.function import Answer, FunctionVersion, Invocation
from stacksets.local.functions.runtime_api import RuntimeApi

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FUNCTION = FunctionVersion(
    account="000000000000",
    region="us-east-1",
    name="hello",
    version="7",
    runtime="python3.14",
    handler="index.handler",
    code=b"",
    timeout_seconds=5.0,
    memory_megabytes=256,
    log_group="/mine",
    log_format="TEXT",
    log_level="INFO",
    variables={"MINE": "yes", "_HANDLER": "not mine"},
)
INVOCATION = Invocation(request_id="1-2-3", event=b"{}", invoked_function_arn="arn", trace_id="t")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., ExecutionEnvironment]]:
    made: list[ExecutionEnvironment] = []

    def make(code: str, timeout_seconds: float = 5.0) -> ExecutionEnvironment:
        (tmp_path / "index.py").write_text(code)
        function = dataclasses.replace(FUNCTION, timeout_seconds=timeout_seconds)
        made.append(ExecutionEnvironment(function, code=tmp_path))
        return made[-1]

    yield make
    for one in made:
        one.stop()


def test_a_functions_variables_go_below_lambdas_own(tmp_path: Path) -> None:
    variables = environment_variables(FUNCTION, code=tmp_path, api="127.0.0.1:1")

    assert variables["MINE"] == "yes"
    assert variables["_HANDLER"] == "index.handler"
    assert variables["AWS_LAMBDA_FUNCTION_VERSION"] == "7"
    assert variables["AWS_LAMBDA_LOG_STREAM_NAME"].split("/")[3].startswith("[7]")


def test_the_context_holds_what_the_invocation_tells(
    start: Callable[..., ExecutionEnvironment],
) -> None:
    code = """
import os
def handler(event, context):
    return [context.aws_request_id, context.invoked_function_arn, context.log_group_name,
            context.memory_limit_in_mb, os.environ["_X_AMZN_TRACE_ID"]]
"""

    assert start(code).invoke(INVOCATION).body == ["1-2-3", "arn", "/mine", "256", "t"]


def test_without_a_trace_the_handler_sees_none(
    start: Callable[..., ExecutionEnvironment],
) -> None:
    code = "import os\ndef handler(e, c):\n    return os.environ.get('_X_AMZN_TRACE_ID')\n"

    assert start(code).invoke(dataclasses.replace(INVOCATION, trace_id="")).body is None


def test_a_log_of_more_than_a_pipe_holds_stands_there_whole(
    start: Callable[..., ExecutionEnvironment],
) -> None:
    code = "def handler(event, context):\n    for _ in range(3000):\n        print('x' * 100)\n"

    assert start(code).invoke(INVOCATION).log == ("x" * 100 + "\n") * 3000


def test_a_handler_that_takes_too_long_leaves_its_log_and_is_not_used_again(
    start: Callable[..., ExecutionEnvironment],
) -> None:
    code = "import time\ndef handler(event, context):\n    print('begun')\n    time.sleep(30)\n"
    one = start(code, timeout_seconds=0.3)

    answer = one.invoke(INVOCATION)

    assert answer.body == {
        "errorType": "Sandbox.Timedout",
        "errorMessage": "RequestId: 1-2-3 Error: Task timed out after 0.30 seconds",
    }
    assert (answer.is_error, answer.log, one.is_usable) == (True, "begun\n", False)


def test_code_that_takes_too_long_to_start_is_ended_too(
    start: Callable[..., ExecutionEnvironment], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "INIT_SECONDS", 0.3)
    one = start("import time\ntime.sleep(30)\n")

    assert one.invoke(INVOCATION).is_error
    assert not one.is_usable


def test_a_handlers_exception_leaves_its_environment_usable(
    start: Callable[..., ExecutionEnvironment],
) -> None:
    code = "def handler(event, context):\n    raise ValueError('no')\n"
    one = start(code)

    answer = one.invoke(INVOCATION)

    assert isinstance(answer.body, dict)
    assert answer.body["errorType"] == "ValueError"
    assert one.is_usable


def test_a_process_that_ended_while_it_waited_is_not_usable(
    start: Callable[..., ExecutionEnvironment],
) -> None:
    code = """
import os, threading
def handler(event, context):
    threading.Timer(0.1, os._exit, [1]).start()
"""
    one = start(code)
    one.invoke(INVOCATION)
    deadline = time.monotonic() + 10
    while one.is_usable and time.monotonic() < deadline:
        time.sleep(0.01)

    assert not one.is_usable


def test_what_a_process_reported_before_it_ended_is_its_answer(
    start: Callable[..., ExecutionEnvironment], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = start("import os\nos._exit(4)\n")
    said = Answer(payload=b'{"errorType": "Said"}', is_error=True)
    reported: list[Answer | None] = [said, None]
    # The news come between the end of the output being seen and being acted on.
    monkeypatch.setattr(RuntimeApi, "has_news", property(lambda _: bool(reported)))
    monkeypatch.setattr(RuntimeApi, "take_news", lambda _: reported.pop())

    assert one.invoke(INVOCATION).body == {"errorType": "Said"}


def test_an_answer_that_is_no_json_stays_text() -> None:
    assert Answer(payload=b"{not json").body == "{not json"


def test_the_runtime_api_knows_no_other_requests() -> None:
    api = RuntimeApi(timeout_seconds=1)
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        for data in (None, json.dumps({}).encode()):
            with pytest.raises(urllib.error.HTTPError) as caught:
                direct.open(f"http://{api.address}/2018-06-01/other", data)
            caught.value.close()
            assert caught.value.code == 404
    finally:
        api.close()
