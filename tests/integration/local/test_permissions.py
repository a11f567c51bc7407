"""API Gateway may invoke a function only where an AWS::Lambda::Permission says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.local.templates import api_template, deploy, sub

if TYPE_CHECKING:
    from tests.local_aws import LocalAws

pytestmark = pytest.mark.integration

INVOKE = {
    "Action": "lambda:InvokeFunction",
    "FunctionName": {"Ref": "Alias"},
    "Principal": "apigateway.amazonaws.com",
}


def source(rest: str) -> dict[str, Any]:
    return sub("arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/" + rest)


@pytest.mark.parametrize(
    "permission",
    [
        INVOKE,
        {**INVOKE, "SourceArn": source("prod/GET/myresource")},
        {**INVOKE, "SourceArn": source("prod/*/myresource")},
        {**INVOKE, "SourceArn": source("*/*/*")},
        {**INVOKE, "SourceAccount": {"Ref": "AWS::AccountId"}},
    ],
)
def test_a_permission_that_covers_the_call_lets_it_through(
    local_aws: LocalAws, permission: dict[str, Any]
) -> None:
    template = api_template(permission=permission)
    outputs = deploy(local_aws.client("cloudformation"), template)

    assert local_aws.https_get(outputs["Endpoint"] + "myresource").status == 200


@pytest.mark.parametrize(
    "permission",
    [
        pytest.param({}, id="none at all"),
        pytest.param({**INVOKE, "Principal": "events.amazonaws.com"}, id="another service"),
        pytest.param({**INVOKE, "SourceArn": source("test/GET/myresource")}, id="another stage"),
        pytest.param({**INVOKE, "SourceArn": source("prod/POST/myresource")}, id="another method"),
        pytest.param({**INVOKE, "SourceArn": source("prod/GET/other")}, id="another path"),
        pytest.param({**INVOKE, "SourceAccount": "999999999999"}, id="another account"),
        pytest.param({**INVOKE, "FunctionName": {"Ref": "Function"}}, id="without the alias"),
    ],
)
def test_a_permission_that_does_not_cover_the_call_makes_it_fail_as_on_aws(
    local_aws: LocalAws, permission: dict[str, Any]
) -> None:
    template = api_template(permission=permission)
    outputs = deploy(local_aws.client("cloudformation"), template)

    response = local_aws.https_get(outputs["Endpoint"] + "myresource")

    assert (response.status, response.json()) == (500, {"message": "Internal server error"})
    assert response.headers["x-amzn-ErrorType"] == "InternalServerErrorException"


def test_a_function_that_is_gone_makes_the_call_fail_as_on_aws(local_aws: LocalAws) -> None:
    outputs = deploy(local_aws.client("cloudformation"), api_template())
    local_aws.client("lambda").delete_function(FunctionName=outputs["FunctionName"])

    response = local_aws.https_get(outputs["Endpoint"] + "myresource")

    assert (response.status, response.json()) == (500, {"message": "Internal server error"})
