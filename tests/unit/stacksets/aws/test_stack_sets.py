from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from botocore import xform_name

from stacksets.aws.failures import StackSetNotEmptyError
from stacksets.aws.stack_sets import BotoStackSets
from stacksets.errors import (
    ConflictError,
    InputError,
    OperationInProgressError,
    PermissionDeniedError,
    ServiceError,
    StalePlanError,
    TemplateError,
)
from stacksets.model.desired import (
    AccountId,
    ConcurrencyMode,
    InstanceKey,
    OperationId,
    OperationPreferences,
    PermissionModel,
    Region,
    RegionConcurrency,
)
from stacksets.model.observed import (
    AccountGateStatus,
    DetailedStatus,
    InstanceStatus,
    Operation,
    OperationAction,
    OperationResult,
    OperationStatus,
    ResultStatus,
    StackInstance,
    StackSet,
)
from stacksets.model.plan import Definition, Rectangle

EAST, WEST = Region("us-east-1"), Region("us-west-1")
ONE, TWO = AccountId("111111111111"), AccountId("222222222222")
OPERATION = OperationId("stacksets-create-1")
WHERE = Rectangle(accounts=(ONE, TWO), regions=(EAST,))
CAREFUL = OperationPreferences(region_order=(WEST, EAST), failure_tolerance_count=0)
ON_INSTANCES = {
    "StackSetName": "svc-dev",
    "Accounts": [ONE, TWO],
    "Regions": [EAST],
    "OperationPreferences": {
        "RegionConcurrencyType": "SEQUENTIAL",
        "RegionOrder": [EAST],
        "FailureToleranceCount": 0,
    },
    "OperationId": OPERATION,
}
DEFINITION = Definition(
    name="svc-dev",
    template_body="{}",
    template_sha256="44136f",
    description="The service",
    parameters={"B": "2", "A": "1"},
    tags={"Team": "x", "Environment": "dev"},
    capabilities=("CAPABILITY_IAM",),
    permission_model=PermissionModel.SELF_MANAGED,
    administration_role_arn="arn:aws:iam::111111111111:role/administration",
    execution_role_name="execution",
    managed_execution=True,
)
SENT = {
    "StackSetName": "svc-dev",
    "TemplateBody": "{}",
    "Description": "The service",
    "Parameters": [
        {"ParameterKey": "A", "ParameterValue": "1"},
        {"ParameterKey": "B", "ParameterValue": "2"},
    ],
    "Tags": [{"Key": "Environment", "Value": "dev"}, {"Key": "Team", "Value": "x"}],
    "Capabilities": ["CAPABILITY_IAM"],
    "PermissionModel": "SELF_MANAGED",
    "AdministrationRoleARN": "arn:aws:iam::111111111111:role/administration",
    "ExecutionRoleName": "execution",
    "ManagedExecution": {"Active": True},
}


@pytest.fixture
def stack_sets(clients) -> BotoStackSets:
    return BotoStackSets(clients)


def test_a_stack_set_is_read_with_everything_that_it_stores(stack_sets, cloudformation):
    cloudformation.add_response(
        "describe_stack_set",
        {
            "StackSet": {
                "StackSetName": "svc-dev",
                "StackSetId": "svc-dev:1234",
                "StackSetARN": "arn:aws:cloudformation:us-west-2:111111111111:stackset/svc-dev:1",
                "Status": "ACTIVE",
                "TemplateBody": "{}",
                "Description": "The service",
                "Parameters": [{"ParameterKey": "A", "ParameterValue": "1"}],
                "Tags": [{"Key": "Team", "Value": "x"}, {"Key": "aws:owner", "Value": "aws"}],
                "Capabilities": ["CAPABILITY_IAM"],
                "PermissionModel": "SELF_MANAGED",
                "AdministrationRoleARN": "arn:aws:iam::111111111111:role/administration",
                "ExecutionRoleName": "execution",
                "ManagedExecution": {"Active": True},
            }
        },
        {"StackSetName": "svc-dev"},
    )

    assert stack_sets.describe_stack_set("svc-dev") == StackSet(
        name="svc-dev",
        id="svc-dev:1234",
        arn="arn:aws:cloudformation:us-west-2:111111111111:stackset/svc-dev:1",
        template_body="{}",
        description="The service",
        parameters={"A": "1"},
        tags={"Team": "x"},
        capabilities=("CAPABILITY_IAM",),
        permission_model=PermissionModel.SELF_MANAGED,
        administration_role_arn="arn:aws:iam::111111111111:role/administration",
        execution_role_name="execution",
        managed_execution=True,
    )


def test_what_a_stack_set_does_not_store_is_absent(stack_sets, cloudformation):
    answer = {"StackSet": {"StackSetName": "svc-dev", "StackSetId": "svc-dev:1"}}
    cloudformation.add_response("describe_stack_set", answer)

    assert stack_sets.describe_stack_set("svc-dev") == StackSet(
        name="svc-dev", id="svc-dev:1", arn="", template_body=""
    )


def test_a_stack_set_that_is_not_there_is_none(stack_sets, cloudformation):
    cloudformation.add_client_error("describe_stack_set", "StackSetNotFoundException", "no", 404)

    assert stack_sets.describe_stack_set("svc-dev") is None


def test_instances_are_listed_to_the_last_page_and_sorted(stack_sets, cloudformation):
    cloudformation.add_response(
        "list_stack_instances",
        {
            "Summaries": [
                {
                    "Account": TWO,
                    "Region": EAST,
                    "Status": "OUTDATED",
                    "StatusReason": "User initiated operation",
                }
            ],
            "NextToken": "more",
        },
        {"StackSetName": "svc-dev", "MaxResults": 100},
    )
    cloudformation.add_response(
        "list_stack_instances",
        {
            "Summaries": [
                {
                    "Account": ONE,
                    "Region": WEST,
                    "Status": "CURRENT",
                    "StackInstanceStatus": {"DetailedStatus": "SUCCEEDED"},
                    "StackId": "arn:stack",
                    "LastOperationId": OPERATION,
                }
            ]
        },
        {"StackSetName": "svc-dev", "MaxResults": 100, "NextToken": "more"},
    )

    assert stack_sets.list_instances("svc-dev") == (
        StackInstance(
            account=ONE,
            region=WEST,
            status=InstanceStatus.CURRENT,
            detailed_status=DetailedStatus.SUCCEEDED,
            stack_id="arn:stack",
            last_operation_id=OPERATION,
        ),
        StackInstance(
            account=TWO,
            region=EAST,
            status=InstanceStatus.OUTDATED,
            status_reason="User initiated operation",
        ),
    )


def test_a_status_of_tomorrow_is_refused_rather_than_guessed_at(stack_sets, cloudformation):
    row = {"Account": ONE, "Region": EAST, "Status": "FROZEN"}
    cloudformation.add_response("list_stack_instances", {"Summaries": [row]})

    with pytest.raises(ServiceError, match="InstanceStatus that this version does not know"):
        stack_sets.list_instances("svc-dev")


def test_overrides_are_read_instance_by_instance(stack_sets, cloudformation):
    cloudformation.add_response(
        "describe_stack_instance",
        {
            "StackInstance": {
                "ParameterOverrides": [{"ParameterKey": "A", "ParameterValue": ""}],
            }
        },
        {"StackSetName": "svc-dev", "StackInstanceAccount": ONE, "StackInstanceRegion": EAST},
    )

    assert stack_sets.read_overrides("svc-dev", InstanceKey(ONE, EAST)) == {"A": ""}


def test_an_instance_that_only_a_lagging_list_names_has_no_overrides(stack_sets, cloudformation):
    cloudformation.add_client_error("describe_stack_instance", "StackInstanceNotFoundException")
    assert stack_sets.read_overrides("svc-dev", InstanceKey(ONE, EAST)) is None


def test_one_page_of_operations_is_read_with_times_in_utc(stack_sets, cloudformation):
    noon_in_delhi = datetime(2026, 1, 1, 12, 0, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    cloudformation.add_response(
        "list_stack_set_operations",
        {
            "Summaries": [
                {
                    "OperationId": OPERATION,
                    "Action": "CREATE",
                    "Status": "SUCCEEDED",
                    "StatusReason": "fine",
                    "CreationTimestamp": noon_in_delhi,
                    "EndTimestamp": noon_in_delhi,
                    "StatusDetails": {"FailedStackInstancesCount": 2},
                }
            ],
            "NextToken": "older ones",
        },
        {"StackSetName": "svc-dev", "MaxResults": 100},
    )

    moment = datetime(2026, 1, 1, 6, 30, tzinfo=UTC)
    (found,) = stack_sets.list_operations("svc-dev")
    assert found == Operation(
        id=OPERATION,
        action=OperationAction.CREATE,
        status=OperationStatus.SUCCEEDED,
        status_reason="fine",
        created=moment,
        ended=moment,
        failed_count=2,
    )
    assert found.created is not None
    assert found.created.tzinfo is UTC


@pytest.mark.parametrize("retains", [True, False])
def test_a_deletion_tells_whether_it_leaves_the_stacks(stack_sets, cloudformation, retains):
    row = {
        "OperationId": OPERATION,
        "Action": "DELETE",
        "Status": "SUCCEEDED",
        "RetainStacks": retains,
    }
    cloudformation.add_response("describe_stack_set_operation", {"StackSetOperation": row})

    assert stack_sets.find_operation("svc-dev", OPERATION).retains_stacks is retains


def test_a_running_operation_has_no_end(stack_sets, cloudformation):
    row = {"OperationId": OPERATION, "Action": "DELETE", "Status": "RUNNING"}
    cloudformation.add_response(
        "describe_stack_set_operation",
        {"StackSetOperation": row},
        {"StackSetName": "svc-dev", "OperationId": OPERATION},
    )

    assert stack_sets.find_operation("svc-dev", OPERATION) == Operation(
        id=OPERATION, action=OperationAction.DELETE, status=OperationStatus.RUNNING
    )


@pytest.mark.parametrize("code", ["OperationNotFoundException", "StackSetNotFoundException"])
def test_an_operation_that_aws_never_accepted_is_none(stack_sets, cloudformation, code):
    cloudformation.add_client_error("describe_stack_set_operation", code, "no", 404)

    assert stack_sets.find_operation("svc-dev", OPERATION) is None


def test_results_are_listed_to_the_last_page(stack_sets, cloudformation):
    asked = {"StackSetName": "svc-dev", "OperationId": OPERATION, "MaxResults": 100}
    cloudformation.add_response(
        "list_stack_set_operation_results",
        {
            "Summaries": [
                {"Account": ONE, "Region": WEST, "Status": "FAILED", "StatusReason": "quota"}
            ],
            "NextToken": "more",
        },
        asked,
    )
    cloudformation.add_response(
        "list_stack_set_operation_results",
        {"Summaries": [{"Account": ONE, "Region": EAST, "Status": "CANCELLED"}]},
        {**asked, "NextToken": "more"},
    )

    assert stack_sets.list_results("svc-dev", OPERATION) == (
        OperationResult(
            account=ONE, region=WEST, status=ResultStatus.FAILED, status_reason="quota"
        ),
        OperationResult(account=ONE, region=EAST, status=ResultStatus.CANCELLED),
    )


@pytest.mark.parametrize(
    ("said", "gate"),
    [
        ({"Status": "FAILED", "StatusReason": "no"}, AccountGateStatus.FAILED),
        ({"Status": "SKIPPED"}, AccountGateStatus.SKIPPED),
        ({"Status": "NEWER"}, None),
        ({}, None),
    ],
)
def test_a_result_tells_what_the_account_gate_said(stack_sets, cloudformation, said, gate):
    row = {"Account": ONE, "Region": WEST, "Status": "FAILED", "AccountGateResult": said}
    cloudformation.add_response("list_stack_set_operation_results", {"Summaries": [row]})

    [result] = stack_sets.list_results("svc-dev", OPERATION)

    assert result.gate is gate


def test_of_an_operation_only_the_failed_results_can_be_listed(stack_sets, cloudformation):
    cloudformation.add_response(
        "list_stack_set_operation_results",
        {"Summaries": [{"Account": ONE, "Region": WEST, "Status": "FAILED"}]},
        {
            "StackSetName": "svc-dev",
            "OperationId": OPERATION,
            "Filters": [{"Name": "OPERATION_RESULT_STATUS", "Values": "FAILED"}],
            "MaxResults": 100,
        },
    )

    failed = stack_sets.list_results("svc-dev", OPERATION, ResultStatus.FAILED)

    assert [one.region for one in failed] == [WEST]


def test_a_template_is_summarized_by_aws(stack_sets, cloudformation):
    cloudformation.add_response(
        "get_template_summary",
        {
            "Capabilities": ["CAPABILITY_IAM"],
            "CapabilitiesReason": "it makes a role",
            "Parameters": [{"ParameterKey": "Secret", "NoEcho": True}, {"ParameterKey": "A"}],
        },
        {"TemplateBody": "{}"},
    )

    summary = stack_sets.summarize_template("{}")

    assert summary.capabilities == ("CAPABILITY_IAM",)
    assert summary.capabilities_reason == "it makes a role"
    assert summary.no_echo == {"Secret"}


def test_a_template_that_aws_refuses_is_a_template_error(stack_sets, cloudformation):
    cloudformation.add_client_error("get_template_summary", "ValidationError", "Invalid thing")

    with pytest.raises(TemplateError, match="AWS refuses the template: Invalid thing") as refused:
        stack_sets.summarize_template("{}")

    assert "cfn-lint" in refused.value.hint


def test_a_stack_set_is_created_with_the_token_of_the_plan(stack_sets, cloudformation):
    cloudformation.add_response(
        "create_stack_set", {"StackSetId": "svc-dev:1"}, {**SENT, "ClientRequestToken": "token"}
    )

    stack_sets.create_stack_set(DEFINITION, "token")


def test_what_a_definition_does_not_name_is_not_sent(stack_sets, cloudformation):
    bare = Definition(
        name="svc-dev",
        template_body="{}",
        template_sha256="44136f",
        description=None,
        parameters={},
        tags={},
        capabilities=(),
        permission_model=PermissionModel.SELF_MANAGED,
        administration_role_arn=None,
        execution_role_name=None,
        managed_execution=False,
    )
    cloudformation.add_response(
        "create_stack_set",
        {},
        {
            "StackSetName": "svc-dev",
            "TemplateBody": "{}",
            "Parameters": [],
            "Tags": [],
            "Capabilities": [],
            "PermissionModel": "SELF_MANAGED",
            "ManagedExecution": {"Active": False},
            "ClientRequestToken": "token",
        },
    )

    stack_sets.create_stack_set(bare, "token")


def test_a_name_that_is_taken_is_a_conflict(stack_sets, cloudformation):
    cloudformation.add_client_error("create_stack_set", "NameAlreadyExistsException", "taken", 409)

    with pytest.raises(ConflictError, match="taken"):
        stack_sets.create_stack_set(DEFINITION, "token")


def test_missing_capabilities_are_the_users_to_add(stack_sets, cloudformation):
    said = "Requires capabilities : [CAPABILITY_IAM]"
    cloudformation.add_client_error("create_stack_set", "InsufficientCapabilitiesException", said)

    with pytest.raises(InputError, match="CAPABILITY_IAM") as caught:
        stack_sets.create_stack_set(DEFINITION, "token")
    assert "capabilities" in caught.value.hint


def test_an_update_sends_the_whole_definition_with_its_preferences(stack_sets, cloudformation):
    preferences = OperationPreferences(
        region_order=(WEST, EAST),
        region_concurrency=RegionConcurrency.PARALLEL,
        max_concurrent_percentage=100,
        failure_tolerance_percentage=10,
        concurrency_mode=ConcurrencyMode.SOFT_FAILURE_TOLERANCE,
    )
    cloudformation.add_response(
        "update_stack_set",
        {"OperationId": OPERATION},
        {
            **SENT,
            "OperationPreferences": {
                "RegionConcurrencyType": "PARALLEL",
                "RegionOrder": [WEST, EAST],
                "MaxConcurrentPercentage": 100,
                "FailureTolerancePercentage": 10,
                "ConcurrencyMode": "SOFT_FAILURE_TOLERANCE",
            },
            "OperationId": OPERATION,
        },
    )

    stack_sets.update_stack_set(DEFINITION, preferences, OPERATION)


def test_instances_are_created_with_overrides_and_the_order_of_their_own_regions(
    stack_sets, cloudformation
):
    cloudformation.add_response(
        "create_stack_instances",
        {"OperationId": OPERATION},
        {**ON_INSTANCES, "ParameterOverrides": [{"ParameterKey": "A", "ParameterValue": "9"}]},
    )

    stack_sets.create_instances("svc-dev", WHERE, {"A": "9"}, CAREFUL, OPERATION)


def test_instances_without_overrides_are_created_without_a_list(stack_sets, cloudformation):
    preferences = OperationPreferences(max_concurrent_count=2)
    cloudformation.add_response(
        "create_stack_instances",
        {},
        {
            **ON_INSTANCES,
            "OperationPreferences": {
                "RegionConcurrencyType": "SEQUENTIAL",
                "MaxConcurrentCount": 2,
            },
        },
    )

    stack_sets.create_instances("svc-dev", WHERE, {}, preferences, OPERATION)


@pytest.mark.parametrize(
    ("overrides", "sent"),
    [
        (None, {}),
        ({}, {"ParameterOverrides": []}),
        ({"A": "9"}, {"ParameterOverrides": [{"ParameterKey": "A", "ParameterValue": "9"}]}),
    ],
    ids=["left as they are", "reset", "replaced"],
)
def test_an_update_tells_absent_overrides_from_empty_ones(
    stack_sets, cloudformation, overrides, sent
):
    cloudformation.add_response("update_stack_instances", {}, {**ON_INSTANCES, **sent})

    stack_sets.update_instances("svc-dev", WHERE, overrides, CAREFUL, OPERATION)


@pytest.mark.parametrize("retain", [True, False])
def test_instances_are_deleted_with_or_without_their_stacks(stack_sets, cloudformation, retain):
    cloudformation.add_response(
        "delete_stack_instances", {}, {**ON_INSTANCES, "RetainStacks": retain}
    )

    stack_sets.delete_instances("svc-dev", WHERE, CAREFUL, OPERATION, retain_stacks=retain)


def test_instances_that_are_gone_already_count_as_deleted(stack_sets, cloudformation):
    code = "StackInstanceNotFoundException"
    cloudformation.add_client_error("delete_stack_instances", code, "gone", 404)

    stack_sets.delete_instances("svc-dev", WHERE, CAREFUL, OPERATION, retain_stacks=False)


def test_updating_an_instance_that_is_gone_means_that_the_plan_is_stale(stack_sets, cloudformation):
    code = "StackInstanceNotFoundException"
    cloudformation.add_client_error("update_stack_instances", code, "gone", 404)

    with pytest.raises(StalePlanError, match="gone"):
        stack_sets.update_instances("svc-dev", WHERE, None, CAREFUL, OPERATION)


def start(stack_sets, method):
    {
        "update_stack_set": lambda: stack_sets.update_stack_set(DEFINITION, CAREFUL, OPERATION),
        "create_stack_instances": lambda: stack_sets.create_instances(
            "svc-dev", WHERE, {}, CAREFUL, OPERATION
        ),
        "update_stack_instances": lambda: stack_sets.update_instances(
            "svc-dev", WHERE, None, CAREFUL, OPERATION
        ),
        "delete_stack_instances": lambda: stack_sets.delete_instances(
            "svc-dev", WHERE, CAREFUL, OPERATION, retain_stacks=False
        ),
    }[method]()


STARTS = [
    "update_stack_set",
    "create_stack_instances",
    "update_stack_instances",
    "delete_stack_instances",
]


@pytest.mark.parametrize("method", STARTS)
def test_an_operation_id_that_aws_knows_already_counts_as_accepted(
    stack_sets, cloudformation, method
):
    cloudformation.add_client_error(method, "OperationIdAlreadyExistsException", "known", 409)

    start(stack_sets, method)


@pytest.mark.parametrize("method", STARTS)
def test_another_operation_is_named_by_the_conflict(stack_sets, cloudformation, method):
    said = "Another Operation on StackSet arn:x is in progress: stacksets-other-7"
    cloudformation.add_client_error(method, "OperationInProgressException", said, 409)

    with pytest.raises(OperationInProgressError) as caught:
        start(stack_sets, method)
    assert caught.value.operation_id == "stacksets-other-7"


def test_a_stack_set_is_deleted_by_name(stack_sets, cloudformation):
    cloudformation.add_response("delete_stack_set", {}, {"StackSetName": "svc-dev"})

    stack_sets.delete_stack_set("svc-dev")


def test_deleting_a_stack_set_that_is_not_there_is_no_error(stack_sets, cloudformation):
    cloudformation.add_client_error("delete_stack_set", "StackSetNotFoundException", "no", 404)

    stack_sets.delete_stack_set("svc-dev")


def test_a_stack_set_with_instances_is_a_conflict(stack_sets, cloudformation):
    said = "StackSet is not empty"
    cloudformation.add_client_error("delete_stack_set", "StackSetNotEmptyException", said, 409)

    with pytest.raises(StackSetNotEmptyError, match="not empty yet") as caught:
        stack_sets.delete_stack_set("svc-dev")
    assert caught.value.exit_code == 6
    assert "run the same command again" in caught.value.hint


def test_a_running_operation_is_stopped_by_its_id(stack_sets, cloudformation):
    cloudformation.add_response(
        "stop_stack_set_operation", {}, {"StackSetName": "svc-dev", "OperationId": OPERATION}
    )

    stack_sets.stop_operation("svc-dev", OPERATION)


def test_stopping_an_operation_that_has_ended_is_no_error(stack_sets, cloudformation):
    cloudformation.add_client_error("stop_stack_set_operation", "InvalidOperationException", "over")

    stack_sets.stop_operation("svc-dev", OPERATION)


CALLS = {
    "DescribeStackSet": lambda sets: sets.describe_stack_set("svc-dev"),
    "ListStackInstances": lambda sets: sets.list_instances("svc-dev"),
    "DescribeStackInstance": lambda sets: sets.read_overrides("svc-dev", InstanceKey(ONE, EAST)),
    "ListStackSetOperations": lambda sets: sets.list_operations("svc-dev"),
    "DescribeStackSetOperation": lambda sets: sets.find_operation("svc-dev", OPERATION),
    "ListStackSetOperationResults": lambda sets: sets.list_results("svc-dev", OPERATION),
    "GetTemplateSummary": lambda sets: sets.summarize_template("{}"),
    "CreateStackSet": lambda sets: sets.create_stack_set(DEFINITION, "token"),
    "UpdateStackSet": lambda sets: start(sets, "update_stack_set"),
    "CreateStackInstances": lambda sets: start(sets, "create_stack_instances"),
    "UpdateStackInstances": lambda sets: start(sets, "update_stack_instances"),
    "DeleteStackInstances": lambda sets: start(sets, "delete_stack_instances"),
    "DeleteStackSet": lambda sets: sets.delete_stack_set("svc-dev"),
    "StopStackSetOperation": lambda sets: sets.stop_operation("svc-dev", OPERATION),
}


@pytest.mark.parametrize("operation", CALLS)
def test_a_denied_call_is_named_as_iam_names_its_action(stack_sets, cloudformation, operation):
    cloudformation.add_client_error(xform_name(operation), "AccessDenied", "no", 403)

    with pytest.raises(PermissionDeniedError) as caught:
        CALLS[operation](stack_sets)
    assert caught.value.api == f"cloudformation:{operation}"
