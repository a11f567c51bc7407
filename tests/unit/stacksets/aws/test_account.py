from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from botocore import xform_name
from botocore.stub import ANY, Stubber

from stacksets.aws.account import BotoAccount
from stacksets.aws.door import RegionOptStatus, Stack, StackEvent
from stacksets.errors import (
    ConflictError,
    InputError,
    PermissionDeniedError,
    ServiceError,
    TemplateError,
)

STACK_ID = "arn:aws:cloudformation:us-west-2:111111111111:stack/svc/1"
THEN = datetime(2026, 1, 1, tzinfo=UTC)
GONE = "Stack with id svc does not exist"
REQUEST = {
    "StackName": "svc",
    "TemplateBody": "{}",
    "Parameters": [{"ParameterKey": "A", "ParameterValue": "1"}],
    "Tags": [{"Key": "Team", "Value": "x"}],
    "Capabilities": ["CAPABILITY_NAMED_IAM"],
    "ClientRequestToken": ANY,
}
GIVEN = {
    "parameters": {"A": "1"},
    "tags": {"Team": "x"},
    "capabilities": ("CAPABILITY_NAMED_IAM",),
}


@pytest.fixture
def account(clients) -> BotoAccount:
    return BotoAccount(clients)


@pytest.fixture
def stub():
    stubbers = []

    def start(client):
        stubber = Stubber(client)
        stubber.activate()
        stubbers.append(stubber)
        return stubber

    yield start
    for stubber in stubbers:
        stubber.deactivate()
        stubber.assert_no_pending_responses()


def a_stack(name="svc", status="CREATE_COMPLETE"):
    return {"StackName": name, "StackId": STACK_ID, "CreationTime": THEN, "StackStatus": status}


def test_the_failures_of_a_stack_are_asked_for_alone(account, cloudformation):
    cloudformation.add_response(
        "describe_stacks", {"Stacks": [a_stack(status="CREATE_FAILED")]}, {"StackName": STACK_ID}
    )
    cloudformation.add_response(
        "describe_events",
        {
            "OperationEvents": [
                {
                    "OperationId": "op-1",
                    "OperationType": "CREATE_STACK",
                    "EventType": "PROVISIONING_ERROR",
                    "LogicalResourceId": "Role",
                    "ResourceStatus": "CREATE_FAILED",
                    "ResourceStatusReason": "quota",
                    "Timestamp": THEN,
                }
            ]
        },
        {"StackName": STACK_ID, "Filters": {"FailedEvents": True}},
    )

    (failure,) = account.list_failures(STACK_ID)

    assert (failure.logical_id, failure.status, failure.reason) == (
        "Role",
        "CREATE_FAILED",
        "quota",
    )


def test_a_stack_that_aws_has_forgotten_has_no_failures(account, cloudformation):
    cloudformation.add_client_error("describe_stacks", "ValidationError", GONE)

    assert account.list_failures(STACK_ID) == ()


def test_a_stack_is_read_with_its_outputs_parameters_and_tags(account, cloudformation):
    cloudformation.add_response(
        "describe_stacks",
        {
            "Stacks": [
                {
                    **a_stack(),
                    "StackStatusReason": "fine",
                    "Outputs": [{"OutputKey": "Url", "OutputValue": "https://x/"}],
                    "Parameters": [{"ParameterKey": "A", "ParameterValue": "1"}],
                    "Tags": [{"Key": "Team", "Value": "x"}],
                }
            ]
        },
        {"StackName": STACK_ID},
    )

    assert account.find_stack(STACK_ID) == Stack(
        id=STACK_ID,
        name="svc",
        status="CREATE_COMPLETE",
        status_reason="fine",
        outputs={"Url": "https://x/"},
        parameters={"A": "1"},
        tags={"Team": "x"},
    )


def test_a_nested_stack_names_the_one_that_it_is_part_of(account, cloudformation):
    cloudformation.add_response(
        "describe_stacks",
        {"Stacks": [{**a_stack(), "ParentId": f"{STACK_ID}-around"}]},
        {"StackName": STACK_ID},
    )

    assert account.find_stack(STACK_ID).parent_id == f"{STACK_ID}-around"


def test_a_stack_tells_that_it_is_protected(account, cloudformation):
    protected = {**a_stack(), "EnableTerminationProtection": True}
    cloudformation.add_response("describe_stacks", {"Stacks": [protected]})

    assert account.find_stack(STACK_ID).is_protected


def test_a_stack_that_is_not_there_is_none(account, cloudformation):
    cloudformation.add_client_error("describe_stacks", "ValidationError", GONE)

    assert account.find_stack("svc") is None


def test_any_other_validation_error_is_not_taken_for_absence(account, cloudformation):
    cloudformation.add_client_error("describe_stacks", "ValidationError", "StackName is too long")

    with pytest.raises(InputError, match="StackName is too long"):
        account.find_stack("svc")


def a_summary(name, *, deleted=None, status="CREATE_COMPLETE"):
    row = {"StackName": name, "StackId": f"arn:{name}", "CreationTime": THEN, "StackStatus": status}
    if deleted:
        row |= {"DeletionTime": datetime(2026, 1, deleted, tzinfo=UTC)}
    return row


def test_stacks_are_listed_by_prefix_to_the_last_page_and_then_described(account, cloudformation):
    cloudformation.add_response(
        "list_stacks",
        {
            "StackSummaries": [a_summary("StackSet-a-1"), a_summary("other")],
            "NextToken": "more",
        },
        {},
    )
    cloudformation.add_response(
        "list_stacks",
        {"StackSummaries": [a_summary("StackSet-a-2", status="DELETE_COMPLETE")]},
        {"NextToken": "more"},
    )
    cloudformation.add_response(
        "describe_stacks",
        {"Stacks": [a_stack("StackSet-a-1")]},
        {"StackName": "arn:StackSet-a-1"},
    )

    assert [stack.name for stack in account.list_stacks("StackSet-a-")] == ["StackSet-a-1"]


def test_a_stack_that_goes_while_it_is_listed_is_not_listed(account, cloudformation):
    rows = [a_summary("StackSet-a-1"), a_summary("StackSet-a-2")]
    cloudformation.add_response("list_stacks", {"StackSummaries": rows})
    cloudformation.add_client_error("describe_stacks", "ValidationError", GONE)
    cloudformation.add_response(
        "describe_stacks", {"Stacks": [a_stack("StackSet-a-2", "DELETE_COMPLETE")]}
    )

    assert account.list_stacks("StackSet-a-") == ()


def test_deleted_stacks_are_listed_by_prefix_the_latest_first(account, cloudformation):
    gone = "DELETE_COMPLETE"
    cloudformation.add_response(
        "list_stacks",
        {
            "StackSummaries": [
                a_summary("StackSet-a-1", deleted=1, status=gone),
                a_summary("StackSet-a-2", deleted=3, status=gone),
                a_summary("StackSet-a-3", status=gone),
                a_summary("StackSet-a-4"),
                a_summary("other", deleted=2, status=gone),
            ]
        },
        {},
    )

    assert account.list_deleted_stacks("StackSet-a-") == (
        "arn:StackSet-a-2",
        "arn:StackSet-a-1",
        "arn:StackSet-a-3",
    )


@pytest.mark.parametrize("sent", ['{"Resources": {"A": {}}}', "Resources:\n  A: {}\n"])
def test_a_template_is_given_as_text_whether_json_or_yaml(account, cloudformation, sent):
    body = json.loads(sent) if sent.startswith("{") else sent
    cloudformation.add_response(
        "get_template",
        {"TemplateBody": body if isinstance(body, str) else json.dumps(body)},
        {"StackName": "svc", "TemplateStage": "Original"},
    )

    assert account.read_template("svc") == sent


def test_a_template_that_boto_has_parsed_is_text_again(account, clients, monkeypatch):
    monkeypatch.setattr(
        clients.cloudformation, "get_template", lambda **_: {"TemplateBody": {"Resources": {}}}
    )

    assert account.read_template("svc") == '{"Resources": {}}'


def test_events_are_given_oldest_first_to_the_last_page(account, cloudformation):
    def event(number):
        return {"StackId": STACK_ID, "EventId": str(number), "StackName": "svc", "Timestamp": THEN}

    newest = {
        **event(2),
        "LogicalResourceId": "Function",
        "PhysicalResourceId": "svc-Function-1",
        "ResourceType": "AWS::Lambda::Function",
        "ResourceStatus": "CREATE_FAILED",
        "ResourceStatusReason": "quota",
    }
    cloudformation.add_response(
        "describe_stack_events",
        {"StackEvents": [newest], "NextToken": "more"},
        {"StackName": STACK_ID},
    )
    cloudformation.add_response(
        "describe_stack_events",
        {"StackEvents": [event(1)]},
        {"StackName": STACK_ID, "NextToken": "more"},
    )

    assert account.list_events(STACK_ID) == (
        StackEvent(at=THEN, logical_id="", physical_id="", resource_type="", status="", reason=""),
        StackEvent(
            at=THEN,
            logical_id="Function",
            physical_id="svc-Function-1",
            resource_type="AWS::Lambda::Function",
            status="CREATE_FAILED",
            reason="quota",
        ),
    )


def test_a_plain_stack_is_created(account, cloudformation):
    cloudformation.add_response("create_stack", {"StackId": STACK_ID}, REQUEST)

    assert account.create_stack("svc", "{}", **GIVEN) == STACK_ID


def _answer_that_the_name_is_taken(cloudformation, monkeypatch, token):
    monkeypatch.setattr("stacksets.aws.account.uuid4", lambda: "mine")
    cloudformation.add_client_error("create_stack", "AlreadyExistsException", "[svc] exists", 400)
    event = {"StackId": STACK_ID, "EventId": "1", "StackName": "svc", "Timestamp": THEN}
    events = [event, event | {"ClientRequestToken": token}]
    cloudformation.add_response(
        "describe_stack_events", {"StackEvents": events}, {"StackName": "svc"}
    )


def test_a_stack_whose_creation_was_answered_to_nobody_is_our_own(
    account, cloudformation, monkeypatch
):
    _answer_that_the_name_is_taken(cloudformation, monkeypatch, "stacksets-mine")

    assert account.create_stack("svc", "{}", **GIVEN) == STACK_ID


def test_a_stack_that_somebody_else_made_meanwhile_is_a_conflict(
    account, cloudformation, monkeypatch
):
    _answer_that_the_name_is_taken(cloudformation, monkeypatch, "stacksets-theirs")

    with pytest.raises(ConflictError, match="exists"):
        account.create_stack("svc", "{}", **GIVEN)


def test_a_plain_stack_is_updated(account, cloudformation):
    cloudformation.add_response("update_stack", {"StackId": STACK_ID}, REQUEST)

    assert account.update_stack("svc", "{}", **GIVEN) is True


def test_an_update_without_a_difference_is_told_apart(account, cloudformation):
    said = "No updates are to be performed."
    cloudformation.add_client_error("update_stack", "ValidationError", said)

    assert account.update_stack("svc", "{}", **GIVEN) is False


def test_a_broken_template_is_a_template_error(account, cloudformation):
    said = "Template format error: unsupported structure."
    cloudformation.add_client_error("create_stack", "ValidationError", said)

    with pytest.raises(TemplateError, match="unsupported structure"):
        account.create_stack("svc", "{}", **GIVEN)


def test_a_plain_stack_is_deleted(account, cloudformation):
    cloudformation.add_response("delete_stack", {}, {"StackName": "svc"})

    account.delete_stack("svc")


def test_a_role_gives_its_trust_policy(account, clients, stub):
    trust = {"Version": "2012-10-17", "Statement": []}
    stub(clients.iam).add_response("get_role", a_role(trust), {"RoleName": "execution"})

    assert account.find_role_trust("execution") == trust


def test_a_role_that_is_not_there_has_no_trust_policy(account, clients, stub):
    stub(clients.iam).add_client_error("get_role", "NoSuchEntity", "no", 404)

    assert account.find_role_trust("execution") is None


def test_a_role_tells_when_it_was_made(account, clients, stub):
    service = stub(clients.iam)
    service.add_response("get_role", a_role({}), {"RoleName": "execution"})
    service.add_client_error("get_role", "NoSuchEntity", "no", 404)

    made = [account.find_role_creation("execution"), account.find_role_creation("execution")]

    assert made == [THEN, None]


def test_a_policy_is_looked_for_by_its_arn(account, clients, stub):
    arn = "arn:aws:iam::111111111111:policy/boundary"
    service = stub(clients.iam)
    service.add_response("get_policy", {"Policy": {"Arn": arn}}, {"PolicyArn": arn})
    service.add_client_error("get_policy", "NoSuchEntity", "no such policy", 404)

    assert [account.has_policy(arn), account.has_policy(arn)] == [True, False]


@pytest.mark.parametrize(
    ("answer", "arn"),
    [
        ({"cloudwatchRoleArn": "arn:role"}, "arn:role"),
        ({}, None),
        ({"cloudwatchRoleArn": ""}, None),
    ],
)
def test_api_gateways_role_is_read(account, clients, stub, answer, arn):
    stub(clients.apigateway).add_response("get_account", answer, {})

    assert account.api_gateway_role() == arn


@pytest.mark.parametrize(
    ("hosts", "found"),
    [
        ((), False),
        (("example.org", "token.example.org"), True),
        (("token.example.org/ours",), False),
    ],
)
def test_an_identity_provider_is_found_by_its_whole_address(account, clients, stub, hosts, found):
    arns = [f"arn:aws:iam::111111111111:oidc-provider/{host}" for host in hosts]
    answer = {"OpenIDConnectProviderList": [{"Arn": arn} for arn in arns]}
    stub(clients.iam).add_response("list_open_id_connect_providers", answer, {})

    assert account.has_identity_provider("token.example.org") is found


def test_the_limit_of_concurrent_executions_is_read(account, clients, stub):
    answer = {"AccountLimit": {"ConcurrentExecutions": 10}}
    stub(clients.functions).add_response("get_account_settings", answer, {})

    assert account.lambda_concurrency() == 10


def test_regions_are_read_with_their_status_to_the_last_page(account, clients, stub):
    service = stub(clients.account)
    milan = {"RegionName": "eu-south-1", "RegionOptStatus": "ENABLING"}
    virginia = {"RegionName": "us-east-1", "RegionOptStatus": "ENABLED_BY_DEFAULT"}
    service.add_response("list_regions", {"Regions": [milan], "NextToken": "more"}, {})
    service.add_response("list_regions", {"Regions": [virginia]}, {"NextToken": "more"})

    assert account.list_region_statuses() == {
        "eu-south-1": RegionOptStatus.ENABLING,
        "us-east-1": RegionOptStatus.ENABLED_BY_DEFAULT,
    }


def test_a_status_that_nobody_knows_yet_is_told(account, clients, stub):
    row = {"RegionName": "eu-south-1", "RegionOptStatus": "PAUSED"}
    stub(clients.account).add_response("list_regions", {"Regions": [row]}, {})

    with pytest.raises(ServiceError, match="a RegionOptStatus that this version does not know"):
        account.list_region_statuses()


def test_log_groups_are_listed_by_prefix_to_the_last_page(account, clients, stub):
    logs = stub(clients.logs)
    logs.add_response(
        "describe_log_groups",
        {"logGroups": [{"logGroupName": "/a/1"}], "nextToken": "more"},
        {"logGroupNamePrefix": "/a"},
    )
    logs.add_response(
        "describe_log_groups",
        {"logGroups": [{"logGroupName": "/a/2"}]},
        {"logGroupNamePrefix": "/a", "nextToken": "more"},
    )

    assert account.list_log_groups("/a") == ("/a/1", "/a/2")


def a_role(trust):
    return {
        "Role": {
            "Path": "/",
            "RoleName": "execution",
            "RoleId": "AROA1234567890123456",
            "Arn": "arn:aws:iam::111111111111:role/execution",
            "CreateDate": THEN,
            "AssumeRolePolicyDocument": json.dumps(trust),
        }
    }


def test_what_may_not_be_read_is_no_absence(account, clients, stub):
    stub(clients.iam).add_client_error("get_role", "AccessDenied", "no", 403)

    with pytest.raises(PermissionDeniedError, match="iam:GetRole"):
        account.has_role("execution")


CALLS = [
    ("cloudformation", "DescribeStacks", lambda account: account.find_stack("svc")),
    ("cloudformation", "ListStacks", lambda account: account.list_stacks("svc")),
    ("cloudformation", "ListStacks", lambda account: account.list_deleted_stacks("svc")),
    ("cloudformation", "GetTemplate", lambda account: account.read_template("svc")),
    ("cloudformation", "DescribeStackEvents", lambda account: account.list_events("svc")),
    ("cloudformation", "CreateStack", lambda account: account.create_stack("svc", "{}", **GIVEN)),
    ("cloudformation", "UpdateStack", lambda account: account.update_stack("svc", "{}", **GIVEN)),
    ("cloudformation", "DeleteStack", lambda account: account.delete_stack("svc")),
    ("iam", "GetRole", lambda account: account.has_role("r")),
    ("iam", "GetRole", lambda account: account.find_role_trust("r")),
    ("iam", "GetRole", lambda account: account.find_role_creation("r")),
    ("iam", "GetPolicy", lambda account: account.has_policy("arn:aws:iam::aws:policy/p")),
    ("account", "ListRegions", lambda account: account.list_region_statuses()),
    ("lambda", "GetAccountSettings", lambda account: account.lambda_concurrency()),
    (
        "lambda",
        "GetFunctionConfiguration",
        lambda account: account.look_up("AWS::Lambda::Function", "f"),
    ),
    ("logs", "DescribeLogGroups", lambda account: account.list_log_groups("/a")),
]


@pytest.mark.parametrize(("service", "operation", "call"), CALLS)
def test_a_denied_call_is_named_as_iam_names_its_action(
    account, clients, stub, service, operation, call
):
    client = getattr(clients, "functions" if service == "lambda" else service)
    stub(client).add_client_error(xform_name(operation), "AccessDenied", "no", 403)

    with pytest.raises(PermissionDeniedError) as caught:
        call(account)
    assert caught.value.api == f"{service}:{operation}"


@pytest.mark.parametrize(
    ("method", "call", "action"),
    [
        ("get_account", lambda account: account.api_gateway_role(), "apigateway:GET /account"),
        (
            "get_rest_api",
            lambda account: account.look_up("AWS::ApiGateway::RestApi", "a"),
            "apigateway:GET /restapis",
        ),
    ],
)
def test_a_denied_call_of_api_gateway_is_named_by_verb_and_path(
    account, clients, stub, method, call, action
):
    stub(clients.apigateway).add_client_error(method, "AccessDeniedException", "no", 403)

    with pytest.raises(PermissionDeniedError) as caught:
        call(account)
    assert caught.value.api == action
