"""Calls are read from their signature and body."""

from __future__ import annotations

from stacksets.local.journal import Journal, read_call

FORM = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
SIGNED = {
    "authorization": (
        "AWS4-HMAC-SHA256 Credential=111122223333/20260102/us-west-1/cloudformation/aws4_request, "
        "SignedHeaders=host, Signature=abc"
    ),
    "user-agent": "Boto3/1",
}


def test_a_query_call_is_named_by_its_action_and_keeps_empty_parameters() -> None:
    call = read_call("POST", "/", {**SIGNED, **FORM}, b"Action=CreateStackSet&Tags=")

    assert (call.service, call.action, call.region) == (
        "cloudformation",
        "CreateStackSet",
        "us-west-1",
    )
    assert (call.access_key, call.user_agent) == ("111122223333", "Boto3/1")
    assert call.form == {"Action": "CreateStackSet", "Tags": ""}


def test_what_makes_a_call_the_same_when_it_is_sent_again_is_kept() -> None:
    started = read_call("POST", "/", FORM, b"Action=CreateStackInstances&OperationId=one")
    made = read_call("POST", "/", FORM, b"Action=CreateStackSet&ClientRequestToken=two")

    assert (started.operation_id, made.operation_id) == ("one", "two")


def test_a_json_call_is_named_by_its_target() -> None:
    headers = {**SIGNED, "x-amz-target": "Logs_20140328.DescribeLogGroups"}

    assert read_call("POST", "/", headers, b"{}").action == "DescribeLogGroups"


def test_a_rest_call_is_named_by_method_and_path() -> None:
    call = read_call("GET", "/account", SIGNED, b"Action=No")

    assert (call.action, call.form) == ("GET /account", {})


def test_an_unsigned_call_has_no_service_account_or_region() -> None:
    call = read_call("GET", "/", {}, b"")

    assert (call.service, call.access_key, call.region) == ("", "", "")


def test_entries_hold_no_parameters_and_change_only_from_within() -> None:
    journal = Journal()
    journal.open(read_call("GET", "/", SIGNED, b""), account="111122223333")["status"] = 200

    [entry] = journal.entries()
    entry["status"] = 500

    assert journal.entries() == [
        {
            "service": "cloudformation",
            "action": "GET /",
            "account": "111122223333",
            "region": "us-west-1",
            "user_agent": "Boto3/1",
            "operation_id": "",
            "call_as": "",
            "status": 200,
            "held": "",
        }
    ]
    journal.clear()
    assert journal.entries() == []
