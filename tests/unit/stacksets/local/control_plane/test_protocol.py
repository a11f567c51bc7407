"""The query protocol both ways, against botocore's own client side of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from hypothesis import given
from hypothesis import strategies as st

from stacksets.local.control_plane import ControlPlane, model
from stacksets.local.control_plane.errors import (
    ApiError,
    operation_in_progress,
    stack_set_not_found,
    throttling,
    validation_error,
)
from stacksets.local.control_plane.protocol.requests import decode_request
from stacksets.local.control_plane.protocol.responses import encode_error, encode_response
from stacksets.local.control_plane.protocol.service import service_model

ACTIONS = sorted(ControlPlane.actions)
MOMENT = datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)
EXAMPLES = {
    "^[0-9]{12}$": "123456789012",
    "^[a-zA-Z0-9-]{1,128}$": "us-east-1",
    "[a-zA-Z0-9][-a-zA-Z0-9]*": "an-id",
    "[a-zA-Z_0-9+=,.@-]+": "a_role",
    "(s3://|http(s?)://).+": "s3://bucket/accounts",
    "^(ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}|r-[a-z0-9]{4,32})$": "r-root",
    "^\\S{1,128}$": "FAILED",
    "^\\S{6,9}$": "FAILED",
    r"([a-zA-Z][-a-zA-Z0-9]*)|(arn:\b(aws|aws-us-gov|aws-cn)\b:[-a-zA-Z0-9:/._+]*)": "a-stack",
    "[a-zA-Z][-a-zA-Z0-9]*(?::[a-zA-Z0-9]{8}-[a-zA-Z0-9]{4}-[a-zA-Z0-9]{4}-[a-zA-Z0-9]{4}"
    "-[a-zA-Z0-9]{12})?": "a-name",
}


SCALARS = {"boolean": False, "timestamp": MOMENT}


def example(shape: Any) -> Any:
    """Give a valid value with every member of a shape."""
    if shape.type_name == "structure":
        return {name: example(member) for name, member in shape.members.items()}
    if shape.type_name == "list":
        return [example(shape.member)] * min(2, shape.metadata.get("max", 2))
    if shape.type_name == "integer":
        return shape.metadata.get("min", 0)
    if shape.type_name in SCALARS:
        return SCALARS[shape.type_name]
    if shape.enum:
        return shape.enum[0]
    return EXAMPLES.get(shape.metadata.get("pattern"), 'sömé <&"> text of 20+')


def on_the_wire(action: str, params: dict[str, Any]) -> dict[str, str]:
    """Give the form that a boto3 client sends."""
    model = service_model().operation_model(action)
    request = create_serializer("query").serialize_to_request(params, model)
    return dict(parse_qsl(urlencode(request["body"]), keep_blank_values=True))


def as_a_client_reads(action: str, status: int, body: bytes) -> dict[str, Any]:
    """Give what a boto3 client parses."""
    shape = service_model().operation_model(action).output_shape
    response = {"status_code": status, "body": body, "headers": {}}
    return create_parser("query").parse(response, shape)


@pytest.mark.parametrize("action", ACTIONS)
def test_every_request_is_decoded_as_boto3_encodes_it(action):
    params = example(service_model().operation_model(action).input_shape)
    assert decode_request(action, on_the_wire(action, params)) == params


@pytest.mark.parametrize("action", ACTIONS)
def test_every_response_is_encoded_as_boto3_decodes_it(action):
    result = example(service_model().operation_model(action).output_shape)
    parsed = as_a_client_reads(action, *encode_response(action, result))
    assert parsed.pop("ResponseMetadata")["RequestId"]
    assert parsed == result


@pytest.mark.parametrize("action", ACTIONS)
def test_every_error_that_an_operation_has_reaches_boto3_with_code_and_status(action):
    for shape in service_model().operation_model(action).error_shapes:
        status, body = encode_error(ApiError(shape.name, "a < b"))
        parsed = as_a_client_reads(action, status, body)
        assert parsed["Error"] == {"Type": "Sender", "Code": shape.name, "Message": "a < b"}
        assert status == shape.metadata["error"]["httpStatusCode"]


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (stack_set_not_found("x"), 404, "StackSetNotFoundException"),
        (operation_in_progress("arn", "id"), 409, "OperationInProgressException"),
        (ApiError("InsufficientCapabilitiesException", "x"), 400, "InsufficientCapabilities"),
        (validation_error("x"), 400, "ValidationError"),
        (throttling(), 400, "Throttling"),
    ],
)
def test_errors_have_the_status_that_the_service_gives_them(error, status, code):
    found, body = encode_error(error)
    assert found == status
    assert code.encode() in body


def test_absent_and_empty_lists_are_told_apart():
    absent = decode_request("UpdateStackSet", on_the_wire("UpdateStackSet", {"StackSetName": "a"}))
    asked = {"StackSetName": "a", "Tags": [], "Parameters": [], "Capabilities": []}
    empty = decode_request("UpdateStackSet", on_the_wire("UpdateStackSet", asked))
    assert absent.keys() - {"OperationId"} == {"StackSetName"}
    assert empty.items() >= asked.items()


@given(st.lists(st.from_regex(r"\A[0-9]{12}\Z"), max_size=25))
def test_lists_of_any_length_keep_their_order(accounts):
    params = {"StackSetName": "a", "Accounts": accounts, "Regions": ["r"], "OperationId": "i"}
    form = on_the_wire("CreateStackInstances", params)
    assert decode_request("CreateStackInstances", form) == params


@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=200))
def test_any_text_that_xml_can_hold_comes_back_byte_for_byte(text):
    status, body = encode_response("DescribeStackSet", {"StackSet": {"TemplateBody": text}})
    legal = all(c in "\t\n\r" or c >= " " for c in text) and not set(text) & set("\ufffe\uffff")
    parsed = as_a_client_reads("DescribeStackSet", status, body)["StackSet"]["TemplateBody"]
    assert len(parsed) == len(text)
    assert parsed == text or not legal


@pytest.mark.parametrize(
    ("status", "shape"),
    [
        (model.StackSetStatus, "StackSetStatus"),
        (model.InstanceStatus, "StackInstanceStatus"),
        (model.DetailedStatus, "StackInstanceDetailedStatus"),
        (model.OperationStatus, "StackSetOperationStatus"),
        (model.OperationAction, "StackSetOperationAction"),
        (model.ResultStatus, "StackSetOperationResultStatus"),
    ],
)
def test_statuses_are_spelled_as_the_service_spells_them(status, shape):
    assert set(status) <= set(service_model().shape_for(shape).enum)


def test_absent_results_are_left_out():
    _, body = encode_response("ListStackSets", {"Summaries": [], "NextToken": None})
    assert b"NextToken" not in body


@pytest.mark.parametrize(
    ("action", "form", "complaint"),
    [
        ("DescribeStackSet", {}, "Value null at 'stackSetName'"),
        ("UpdateStackSet", {"OperationId": "-x"}, "regular expression pattern: [a-zA-Z0-9][-a-"),
        ("UpdateStackSet", {"OperationId": "x" * 129}, "length less than or equal to 128"),
        ("ListStackSets", {"MaxResults": "101"}, "value less than or equal to 100"),
        ("ListStackSets", {"MaxResults": "0"}, "value greater than or equal to 1"),
        ("ListStackSets", {"MaxResults": "many"}, "MaxResults must be an integer"),
        ("ListStackSets", {"NextToken": "x" * 1025}, "length less than or equal to 1024"),
        (
            "ListStackInstances",
            {f"Filters.member.{n}.Name": "DETAILED_STATUS" for n in range(4)},
            "'filters' failed to satisfy constraint: Member must have length less than or equal",
        ),
        (
            "ListStackInstances",
            {"Filters.member.1.Name": "STATUS", "Filters.member.1.Values": "FAILED"},
            "enum value set: [DETAILED_STATUS, LAST_OPERATION_ID, DRIFT_STATUS]",
        ),
        (
            "ListStackInstances",
            {"Filters.member.1.Values.member.1": "FAILED"},
            "Filters.1.Values must be a single value",
        ),
        (
            "ListStackSetOperationResults",
            {"Filters.member.1.Values": "GONE"},
            "length greater than or equal to 6",
        ),
        ("ListStackSets", {"Status": "GONE"}, "enum value set: [ACTIVE, DELETED]"),
        ("UpdateStackSet", {"UsePreviousTemplate": "yes"}, "must be true or false"),
        ("UpdateStackSet", {"Description.x": "y"}, "Description must be a single value"),
        ("UpdateStackSet", {"Description": ""}, "'description' failed to satisfy constraint"),
        (
            "UpdateStackSet",
            {f"Tags.member.{n}.Key": "k" for n in range(51)},
            "at 'tags' failed to satisfy constraint: Member must have length less than or equal",
        ),
        (
            "UpdateStackSet",
            {"Tags.member.1.Value": "v"},
            "Value null at 'tags.1.member.key' failed to satisfy constraint: Member must not be",
        ),
        (
            "CreateStackInstances",
            {"Regions.member.1": "us_east", "Accounts.member.1": "12"},
            "Value 'us_east' at 'regions.1.member'",
        ),
    ],
)
def test_what_the_model_forbids_is_a_validation_error(action, form, complaint):
    with pytest.raises(ApiError) as caught:
        decode_request(action, form)
    assert caught.value.code == "ValidationError"
    assert complaint in caught.value.message


def test_all_problems_of_a_request_are_told_at_once():
    with pytest.raises(ApiError, match=r"^2 validation errors detected: .*; .*$"):
        decode_request("ListStackSets", {"MaxResults": "0", "Status": "GONE"})


def test_a_long_value_is_not_repeated_whole():
    with pytest.raises(ApiError) as caught:
        decode_request("ListStackSets", {"Status": "x" * 5000})
    assert len(caught.value.message) < 300


def test_a_structure_sent_as_text_is_empty():
    form = {"StackSetName": "a", "OperationPreferences": "", "Tags.member": ""}
    decoded = decode_request("UpdateStackSet", form)
    assert decoded == {"StackSetName": "a", "OperationPreferences": {}, "Tags": []}


def test_a_value_beside_its_own_members_gives_way_to_them():
    form = {"StackSetName": "a", "Tags": "", "Tags.member.1.Key": "k", "Tags.member.1.Value": "v"}
    assert decode_request("UpdateStackSet", form)["Tags"] == [{"Key": "k", "Value": "v"}]
