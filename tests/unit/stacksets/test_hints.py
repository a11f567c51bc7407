"""Each hint is found in a text that AWS really gave, and in no other."""

from __future__ import annotations

import pytest

from stacksets.hints import INOPERABLE, explain_inoperable, find_hint
from stacksets.model.outcome import Retry
from stacksets.retries import DEPLOYS
from tests.builders import ACCOUNT, EAST, OTHER_ACCOUNT, a_key

STACK = f"arn:aws:cloudformation:{EAST}:{ACCOUNT}:stack/StackSet-svc-1/1"
ASSUMED = f"User: arn:aws:sts::{ACCOUNT}:assumed-role/stacksets-exec-1a2b/AWSCloudFormation"
HANDLER = "Resource handler returned message:"

REASONS = [
    ("parameter_gone", "Parameters: [Old, Older] do not exist in the template"),
    (
        "administration_role",
        (
            f"Account {OTHER_ACCOUNT} should have 'AWSCloudFormationStackSetAdministrationRole' "
            "role with trust relationship to CloudFormation service."
        ),
    ),
    (
        "execution_role",
        (
            f"Account {OTHER_ACCOUNT} should have 'AWSCloudFormationStackSetExecutionRole' role "
            "with trust relationship to Role 'AWSCloudFormationStackSetAdministrationRole'."
        ),
    ),
    (
        "sts_inactive",
        (
            f"STS is not activated in this region for account:{ACCOUNT}. Your account "
            "administrator can activate STS in this region using the IAM Console."
        ),
    ),
    (
        "region_not_enabled",
        (
            "You are not subscribed to this service. (Service: Ec2, Status Code: 401, "
            "Error Code: OptInRequired)"
        ),
    ),
    ("region_not_enabled", "The region ap-east-1 is not enabled for this account"),
    (
        "token_not_accepted",
        (
            f'{HANDLER} "The security token included in the request is invalid. (Service: Lambda, '
            'Status Code: 403, Request ID: 1)" (HandlerErrorCode: InvalidRequest)'
        ),
    ),
    (
        "token_not_accepted",
        (
            "AWS was not able to validate the provided access credentials (Service: AmazonEC2; "
            "Status Code: 401; Error Code: AuthFailure)"
        ),
    ),
    ("account_suspended", "ACCOUNT_SUSPENDED"),
    ("account_gate", "AccountGate check failed"),
    (
        "service_control_policy",
        (
            f"{ASSUMED} is not authorized to perform: cloudformation:CreateStack on resource: "
            f"{STACK} with an explicit deny in a service control policy"
        ),
    ),
    (
        "service_control_policy",
        (
            f"{ASSUMED} is not authorized to perform: sqs:CreateQueue because no service control "
            "policy allows the sqs:CreateQueue action"
        ),
    ),
    ("capability", "Requires capabilities : [CAPABILITY_NAMED_IAM]"),
    ("service_managed", "Transform is not supported in SERVICE_MANAGED permission model"),
    ("macro_missing", f"No transform named {ACCOUNT}::Expand found. Rollback requested by user."),
    ("export_in_use", "Export net-PrivateSubnets cannot be deleted as it is in use by app-dev"),
    ("export_in_use", "Export net-PrivateSubnets cannot be updated as it is in use by app-dev"),
    ("export_in_use", "Cannot delete export net-Subnets as it is in use by app-dev."),
    ("export_taken", "Export with name net-Vpc is already exported by stack other. Rollback …"),
    (
        "termination_protection",
        "Stack [StackSet-svc-1] cannot be deleted while TerminationProtection is enabled",
    ),
    (
        "not_empty",
        (
            "The bucket you tried to delete is not empty (Service: Amazon S3; Status Code: 409; "
            "Error Code: BucketNotEmpty; Request ID: 1)"
        ),
    ),
    ("name_taken_in_stack", f"svc-role already exists in stack {STACK}."),
    ("name_taken", "svc-role already exists."),
    (
        "name_taken",
        (
            f"{HANDLER} \"Resource of type 'AWS::IAM::Role' with identifier 'svc' already "
            'exists." (RequestToken: 1, HandlerErrorCode: AlreadyExists)'
        ),
    ),
    (
        "name_taken",
        (
            f'{HANDLER} "Another resource with the same parent already has this name: health '
            '(Service: ApiGateway, Status Code: 409, Request ID: 1)" '
            "(RequestToken: 1, HandlerErrorCode: AlreadyExists)"
        ),
    ),
    ("throttled", f'{HANDLER} "Rate exceeded (Service: Iam)" (HandlerErrorCode: Throttling)'),
    ("quota", "Cannot exceed quota for RolesPerAccount: 1000 (Error Code: LimitExceeded)"),
    (
        "quota",
        (
            f'{HANDLER} "The maximum number of VPCs has been reached. (Service: Ec2, Status Code: '
            '400)" (HandlerErrorCode: GeneralServiceException)'
        ),
    ),
    (
        "quota",
        (
            "Failed to put delivery channel 'default' because the maximum number of delivery "
            "channels: 1 is reached. (Service: AmazonConfig)"
        ),
    ),
    ("stack_in_progress", f"Stack:{STACK} is in UPDATE_IN_PROGRESS state and can not be updated."),
    ("stack_stuck", f"Stack:{STACK} is in UPDATE_ROLLBACK_FAILED state and can not be updated."),
    ("stack_state", f"Stack:{STACK} is in ROLLBACK_COMPLETE state and can not be updated."),
    ("stack_gone", f"Stack:{STACK} is in DELETE_COMPLETE state and can not be updated."),
    ("stack_gone", f"Stack [{STACK}] does not exist"),
    ("stack_gone", f"Stack with id {STACK} does not exist"),
    (
        "explicit_deny",
        (
            f"{ASSUMED} is not authorized to perform: iam:CreateRole on resource: role svc with an "
            "explicit deny in an identity-based policy"
        ),
    ),
    (
        "permission",
        (
            f"API: iam:CreateRole {ASSUMED} is not authorized to perform: iam:CreateRole on "
            f"resource: arn:aws:iam::{ACCOUNT}:role/svc"
        ),
    ),
    ("permission", f'{HANDLER} "Forbidden" (RequestToken: 1, HandlerErrorCode: AccessDenied)'),
]


def hint(reason, **options):
    return find_hint(reason, a_key(), **options)


@pytest.mark.parametrize(("code", "reason"), REASONS)
def test_a_reason_that_aws_gives_has_the_hint_of_its_cause(code, reason):
    found = hint(reason)

    assert found is not None
    assert found.code == code
    assert "{" not in found.meaning + found.action.replace("${", "")


@pytest.mark.parametrize(("code", "reason"), REASONS)
def test_a_hint_is_found_in_the_middle_of_what_stack_sets_says_of_a_resource(code, reason):
    said = f"ResourceLogicalId:Thing, ResourceType:AWS::IAM::Role, ResourceStatusReason:{reason}"
    found = hint(said)

    assert found is not None
    assert found.code == code


@pytest.mark.parametrize(
    "reason",
    [
        "",
        "AWS gives no reason",
        "Resource creation cancelled",
        "Cancelled since failure tolerance has exceeded",
        "No updates are to be performed.",
        "WaitCondition timed out. Received 0 conditions when expecting 1",
        "Invalid template property or properties [Sticks]",
        "SLR [x] already exists but has a different description: [y].",
        f"Stack:{STACK} is in IMPORT_ROLLBACK_FAILED state and can not be updated.",
        "DEFAULT_ROLE_CREATION_ERROR",
        "the limit of 10",
    ],
)
def test_a_reason_that_nobody_knows_has_no_hint(reason):
    assert hint(reason) is None


def test_a_hint_names_the_account_the_role_and_what_to_type():
    found = hint(
        f"Account {OTHER_ACCOUNT} should have 'execution' role with trust relationship to Role "
        "'administration'."
    )

    assert found is not None
    assert f"execution is missing in account {OTHER_ACCOUNT}" in found.meaning
    assert f"`stacksets bootstrap` with credentials of account {OTHER_ACCOUNT}" in found.action


@pytest.mark.parametrize("trusted", ["CloudFormation service", "Role 'administration'"])
def test_a_hint_names_no_bootstrap_where_the_file_has_none(trusted):
    reason = f"Account {OTHER_ACCOUNT} should have 'r' role with trust relationship to {trusted}."

    found = hint(reason, bootstraps=False)

    assert found is not None
    assert f"make the role in account {OTHER_ACCOUNT}" in found.action
    assert "stacksets bootstrap" not in found.action
    assert "retries it" in found.action


def test_a_hint_names_the_stack_in_the_command_where_it_is_known():
    reason = f"Stack:{STACK} is in UPDATE_ROLLBACK_FAILED state and can not be updated."

    known, unknown = hint(reason, stack_id=STACK), hint(reason)

    assert known is not None
    assert unknown is not None
    assert f"--stack-name {STACK} --region {EAST}`" in known.action
    assert f"--stack-name STACK --region {EAST}`" in unknown.action


@pytest.mark.parametrize(
    ("reason", "account", "region"),
    [
        (
            f"Region ap-east-1 is not enabled for account {OTHER_ACCOUNT}.",
            OTHER_ACCOUNT,
            "ap-east-1",
        ),
        ("The region ap-east-1 is not enabled for this account", ACCOUNT, "ap-east-1"),
        ("Error Code: OptInRequired", ACCOUNT, EAST),
    ],
)
def test_a_region_is_to_be_enabled_where_the_reason_says_else_where_it_struck(
    reason, account, region
):
    found = hint(reason)

    assert found is not None
    assert f"region {region} has to be opted into, and account {account} has not" in found.meaning
    assert f"enable-region --region-name {region}` in account {account}," in found.action


def test_a_denied_action_is_named():
    found = hint("X is not authorized to perform: iam:CreateRole on resource: y")

    assert found is not None
    assert "lacks iam:CreateRole in account" in found.meaning


def test_a_name_that_moves_to_another_logical_id_is_taken_by_the_one_before():
    found = hint("Another resource … has this name: health (HandlerErrorCode: AlreadyExists)")

    assert found is not None
    assert "parts of a path below their parent" in found.meaning
    assert "keep the logical id that had it" in found.action


def test_a_missing_capability_is_what_the_deployment_file_is_to_name():
    found = hint("Requires capabilities : [CAPABILITY_NAMED_IAM, CAPABILITY_AUTO_EXPAND]")

    assert found is not None
    assert "name CAPABILITY_NAMED_IAM, CAPABILITY_AUTO_EXPAND in [stack_set]" in found.action


REMOVAL = Retry(who="`stacksets destroy --allow-delete`", removes=True)


@pytest.mark.parametrize(
    "code", ["account_suspended", "stack_gone", "stack_state", "export_in_use", "permission"]
)
def test_where_a_removal_failed_no_hint_says_to_deploy(code):
    for reason in (reason for other, reason in REASONS if other == code):
        found = hint(reason, retry=REMOVAL)
        assert found is not None
        assert "`stacksets destroy --allow-delete` tries it again" in found.action
        assert "stacksets deploy" not in found.action
        assert "{" not in found.action


def test_what_is_inoperable_after_a_removal_is_not_made_anew():
    assert explain_inoperable(DEPLOYS) is INOPERABLE

    found = explain_inoperable(REMOVAL)

    assert (found.code, found.meaning) == (INOPERABLE.code, INOPERABLE.meaning)
    assert (
        "then `stacksets destroy --allow-delete` tries it again; where the stack cannot"
        in found.action
    )
    assert "deploy" not in found.action
