"""What a handler sees and leaves behind, as on Lambda."""

from __future__ import annotations

import io
import json
import sys
import time
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.local.templates import api_template, deploy

if TYPE_CHECKING:
    from tests.local_aws import LocalAws

pytestmark = pytest.mark.integration

TELL = """
import json, os, sys

def handler(event, context):
    return {"statusCode": 200, "body": json.dumps({
        "arn": context.invoked_function_arn,
        "version": context.function_version,
        "remaining": context.get_remaining_time_in_millis(),
        "python": sys.version_info[:2],
        "stage": event["requestContext"]["stage"],
        "host": event["headers"]["host"],
        "environ": dict(os.environ),
    })}
"""

LOGGING = """
import logging, sys

print("imported")

def handler(event, context):
    print("to stdout")
    print("to stderr", file=sys.stderr)
    logging.getLogger().warning("by logging")
    return {"statusCode": 200, "body": "x" * 3}
"""


def told(local_aws: LocalAws, **options: Any) -> dict[str, Any]:
    outputs = deploy(local_aws.client("cloudformation"), api_template(TELL, **options))
    answer: dict[str, Any] = local_aws.https_get(outputs["Endpoint"] + "myresource").json()
    return {**answer, "outputs": outputs}


def test_a_handler_is_told_the_alias_it_was_invoked_by_and_the_version_it_is(
    local_aws: LocalAws,
) -> None:
    answer = told(local_aws)

    assert answer["arn"] == answer["outputs"]["Alias"]
    assert answer["version"] == "1"


def test_an_integration_without_an_alias_reaches_what_was_not_published(
    local_aws: LocalAws,
) -> None:
    permission = {
        "Action": "lambda:InvokeFunction",
        "FunctionName": {"Ref": "Function"},
        "Principal": "apigateway.amazonaws.com",
    }
    template = api_template(TELL, permission=permission)

    outputs = deploy(
        local_aws.client("cloudformation"),
        template.replace("${Alias}/invocations", "${Function.Arn}/invocations"),
    )

    answer = local_aws.https_get(outputs["Endpoint"] + "myresource").json()
    assert (answer["arn"] + ":live", answer["version"]) == (outputs["Alias"], "$LATEST")


def test_a_handler_is_told_the_time_that_its_timeout_leaves(local_aws: LocalAws) -> None:
    assert 29_000 < told(local_aws, timeout_seconds=30)["remaining"] <= 30_000


def test_a_handler_sees_the_real_host_name(local_aws: LocalAws) -> None:
    answer = told(local_aws)

    assert answer["host"] == answer["outputs"]["Endpoint"].split("/")[2]


def test_a_handler_runs_on_the_local_python_and_the_difference_is_told(
    local_aws: LocalAws,
) -> None:
    answer = told(local_aws)

    assert answer["python"] == [*sys.version_info[:2]]
    assert answer["environ"]["AWS_EXECUTION_ENV"] == "AWS_Lambda_python3.14"
    assert local_aws.information()["runtimes"] == ["python3.14"]
    local_aws.reset()
    assert local_aws.information()["runtimes"] == []


def test_a_handler_sees_its_own_variables_and_lambdas_but_none_of_this_machine(
    local_aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    variables = {"MINE": "yes", "AWS_REGION": "mars-1"}

    environ = told(local_aws, function={"Environment": {"Variables": variables}})["environ"]

    assert environ["MINE"] == "yes"
    assert environ["AWS_REGION"] == "us-east-1"
    assert environ["AWS_ACCESS_KEY_ID"] == "000000000000"
    assert environ["AWS_ENDPOINT_URL"] == local_aws.started.endpoint_url
    assert "HOME" not in environ


def test_getfunction_by_alias_names_the_alias(local_aws: LocalAws) -> None:
    outputs = deploy(local_aws.client("cloudformation"), api_template())

    configuration = local_aws.client("lambda").get_function_configuration(
        FunctionName=outputs["FunctionName"], Qualifier="live"
    )

    assert (configuration["FunctionArn"], configuration["Version"]) == (outputs["Alias"], "1")


def messages(local_aws: LocalAws, group: str) -> list[str]:
    events = local_aws.client("logs").filter_log_events(logGroupName=group)["events"]
    return [event["message"] for event in events]


def test_what_a_handler_writes_stands_in_its_log_group(local_aws: LocalAws) -> None:
    outputs = deploy(local_aws.client("cloudformation"), api_template(LOGGING))
    local_aws.https_get(outputs["Endpoint"] + "myresource")

    lines = messages(local_aws, f"/aws/lambda/{outputs['FunctionName']}")

    assert [line for line in lines if line in {"imported", "to stdout", "to stderr"}] == [
        "imported",
        "to stdout",
        "to stderr",
    ]
    assert any("by logging" in line for line in lines)


def test_a_handlers_traceback_stands_in_its_log_and_not_in_the_answer(
    local_aws: LocalAws,
) -> None:
    code = "def handler(event, context):\n    raise ValueError('a secret')\n"
    outputs = deploy(local_aws.client("cloudformation"), api_template(code))

    response = local_aws.https_get(outputs["Endpoint"] + "myresource")

    assert b"secret" not in response.data
    lines = messages(local_aws, f"/aws/lambda/{outputs['FunctionName']}")
    assert any("ValueError: a secret" in line for line in lines)


def test_structured_logs_are_written_where_the_template_asks_for_them(
    local_aws: LocalAws,
) -> None:
    function = {"LoggingConfig": {"LogFormat": "JSON", "LogGroup": "/mine"}}
    outputs = deploy(local_aws.client("cloudformation"), api_template(LOGGING, function=function))
    local_aws.https_get(outputs["Endpoint"] + "myresource")

    parsed = [json.loads(line) for line in messages(local_aws, "/mine") if line.startswith("{")]

    assert [(line["level"], line["message"]) for line in parsed] == [("WARNING", "by logging")]


def invoke(local_aws: LocalAws, code: str, **options: Any) -> tuple[str, Any]:
    outputs = deploy(local_aws.client("cloudformation"), api_template(code, **options))
    answer = local_aws.client("lambda").invoke(FunctionName=outputs["FunctionName"])
    return answer.get("FunctionError", ""), json.load(answer["Payload"])


def test_a_handlers_exception_is_awss_own_error(local_aws: LocalAws) -> None:
    kind, error = invoke(local_aws, "def handler(event, context):\n    raise KeyError('a')\n")

    assert (kind, error["errorType"], error["errorMessage"]) == ("Unhandled", "KeyError", "'a'")


def test_code_that_cannot_be_imported_is_awss_own_error(local_aws: LocalAws) -> None:
    _, error = invoke(local_aws, "import nowhere\n")

    assert error["errorType"] == "Runtime.ImportModuleError"


def test_a_process_that_ends_without_an_answer_is_told_at_once(local_aws: LocalAws) -> None:
    code = "import os\ndef handler(event, context):\n    os._exit(3)\n"
    before = time.monotonic()

    _, error = invoke(local_aws, code, timeout_seconds=60)

    assert error["errorType"] == "Runtime.ExitError"
    assert error["errorMessage"].endswith("Error: Runtime exited with error: exit status 3")
    assert time.monotonic() - before < 10


def test_a_handler_that_takes_too_long_is_ended(local_aws: LocalAws) -> None:
    code = "import time\ndef handler(event, context):\n    time.sleep(30)\n"

    _, error = invoke(local_aws, code, timeout_seconds=1)

    assert error["errorType"] == "Sandbox.Timedout"
    assert error["errorMessage"].endswith("Error: Task timed out after 1.00 seconds")


def test_new_code_answers_as_soon_as_the_stack_is_updated(local_aws: LocalAws) -> None:
    client = local_aws.client("cloudformation")
    code = "def handler(event, context):\n    return {'statusCode': 200, 'body': 'one'}\n"
    function = deploy(client, api_template(code))["FunctionName"]
    service = local_aws.client("lambda")
    first = json.load(service.invoke(FunctionName=function)["Payload"])

    deploy(client, api_template(code.replace("one", "two")))
    second = json.load(service.invoke(FunctionName=function)["Payload"])

    assert (first["body"], second["body"]) == ("one", "two")


def test_a_function_with_layers_stays_with_ministack(local_aws: LocalAws) -> None:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("python/layered.py", "WORD = 'from the layer'\n")
    layer = local_aws.client("lambda").publish_layer_version(
        LayerName="words", Content={"ZipFile": package.getvalue()}
    )
    code = "import layered\ndef handler(event, context):\n    return layered.WORD\n"

    _, answer = invoke(local_aws, code, function={"Layers": [layer["LayerVersionArn"]]})

    assert answer == "from the layer"


def test_another_runtime_than_python_stays_with_ministack(local_aws: LocalAws) -> None:
    function = {"Runtime": "provided.al2023", "Handler": "bootstrap"}

    _, error = invoke(local_aws, "nothing to run", function=function)

    assert error["errorType"] == "Runtime.InvalidEntrypoint"
