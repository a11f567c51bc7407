"""What a caller sees when the function gives nothing to answer with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.local.templates import api_template, deploy

if TYPE_CHECKING:
    from tests.local_aws import LocalAws

pytestmark = pytest.mark.integration

CUSTOMISED = {
    "Type": "AWS::ApiGateway::GatewayResponse",
    "Properties": {
        "RestApiId": {"Ref": "Api"},
        "ResponseType": "DEFAULT_5XX",
        "StatusCode": "503",
        "ResponseParameters": {"gatewayresponse.header.X-Kind": "'server'"},
        "ResponseTemplates": {"application/json": '{"said": $context.error.messageString}'},
    },
}


def call(local_aws: LocalAws, body: str, **options: object) -> tuple[int, object]:
    code = f"def handler(event, context):\n    {body}\n"
    outputs = deploy(local_aws.client("cloudformation"), api_template(code, **options))
    response = local_aws.https_get(outputs["Endpoint"] + "myresource")
    return response.status, response.json()


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("raise ValueError('a secret')", id="raises"),
        pytest.param("import os; os._exit(3)", id="ends its process"),
        pytest.param("import time; time.sleep(9)", id="takes too long"),
        pytest.param("return 'text'", id="text"),
        pytest.param("return None", id="nothing"),
        pytest.param("return {'hello': 'world'}", id="another object"),
        pytest.param("return {'body': 'no status'}", id="no status"),
        pytest.param("return {'statusCode': 'many', 'body': ''}", id="a status that is no number"),
        pytest.param("return {'statusCode': 200, 'body': {}}", id="a body that is no text"),
        pytest.param("return {'statusCode': 200, 'headers': []}", id="headers that are no object"),
    ],
)
def test_a_function_that_fails_or_answers_something_else_is_a_bad_gateway(
    local_aws: LocalAws, body: str
) -> None:
    answer = call(local_aws, body, timeout_seconds=1)

    assert answer == (502, {"message": "Internal server error"})


def test_the_apis_own_gateway_response_words_the_error(local_aws: LocalAws) -> None:
    answer = call(local_aws, "raise ValueError", more={"Customised": CUSTOMISED})

    assert answer == (503, {"said": "Internal server error"})


def test_a_response_may_leave_all_but_the_status_out(local_aws: LocalAws) -> None:
    code = "def handler(event, context):\n    return {'statusCode': '204'}\n"
    outputs = deploy(local_aws.client("cloudformation"), api_template(code))

    assert local_aws.https_get(outputs["Endpoint"] + "myresource").status == 204


def test_a_throttled_function_is_a_server_error(local_aws: LocalAws) -> None:
    outputs = deploy(local_aws.client("cloudformation"), api_template())
    local_aws.client("lambda").put_function_concurrency(
        FunctionName=outputs["FunctionName"], ReservedConcurrentExecutions=0
    )

    response = local_aws.https_get(outputs["Endpoint"] + "myresource")

    assert (response.status, response.json()) == (500, {"message": "Internal server error"})
