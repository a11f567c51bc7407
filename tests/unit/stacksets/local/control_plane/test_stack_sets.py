"""Stack sets themselves: what they are made of, found by and changed to."""

from __future__ import annotations

import json

import pytest

from stacksets.local.control_plane.errors import ApiError
from stacksets.local.control_plane.settings import (
    Failure,
    Refusal,
    Replay,
    Settings,
    read_settings,
)
from tests.unit.stacksets.local.control_plane.bench import (
    ADMIN,
    EAST,
    HOME,
    OTHER_TEMPLATE,
    TEMPLATE,
    WEST,
    refusal,
)

DEFAULT_ROLE = f"arn:aws:iam::{ADMIN}:role/AWSCloudFormationStackSetAdministrationRole"
ROLE_TEMPLATE = json.dumps({"Resources": {"Role": {"Type": "AWS::IAM::Role"}}})


def test_a_new_stack_set_is_described_with_all_that_it_was_given(bench):
    stack_set_id = bench.create_set(
        "other",
        Description="words",
        Parameters=[{"ParameterKey": "Suffix", "ParameterValue": "prod"}],
        Tags=[{"Key": "k", "Value": "v"}],
        Capabilities=["CAPABILITY_IAM"],
        AdministrationRoleARN="arn:aws:iam::111111111111:role/mine",
        ExecutionRoleName="theirs",
        ManagedExecution={"Active": True},
    )
    name, _, identifier = stack_set_id.partition(":")
    assert (name, len(identifier)) == ("other", 36)
    assert bench.stack_set("other") == {
        "StackSetName": "other",
        "StackSetId": stack_set_id,
        "StackSetARN": f"arn:aws:cloudformation:{HOME}:{ADMIN}:stackset/{stack_set_id}",
        "Description": "words",
        "Status": "ACTIVE",
        "PermissionModel": "SELF_MANAGED",
        "ManagedExecution": {"Active": True},
        "TemplateBody": TEMPLATE,
        "Parameters": [{"ParameterKey": "Suffix", "ParameterValue": "prod"}],
        "Capabilities": ("CAPABILITY_IAM",),
        "Tags": [{"Key": "k", "Value": "v"}],
        "AdministrationRoleARN": "arn:aws:iam::111111111111:role/mine",
        "ExecutionRoleName": "theirs",
        "OrganizationalUnitIds": (),
        "Regions": [],
        "StackSetDriftDetectionDetails": {
            "DriftStatus": "NOT_CHECKED",
            "TotalStackInstancesCount": 0,
            "DriftedStackInstancesCount": 0,
            "InSyncStackInstancesCount": 0,
            "InProgressStackInstancesCount": 0,
            "FailedStackInstancesCount": 0,
        },
    }


def test_a_stack_set_without_roles_has_the_default_ones(bench):
    found = bench.stack_set()
    assert found["AdministrationRoleARN"] == DEFAULT_ROLE
    assert found["ExecutionRoleName"] == "AWSCloudFormationStackSetExecutionRole"
    assert found["ManagedExecution"] == {"Active": False}


def test_a_description_tells_the_regions_of_the_instances(bench):
    bench.finish(bench.create(EAST))
    assert bench.stack_set()["Regions"] == [EAST]


@pytest.mark.parametrize("name", ["1st", "under_score", "x" * 129, "a:b", "ü"])
def test_a_name_that_breaks_the_pattern_is_refused(bench, name):
    with refusal("ValidationError", "stackSetName"):
        bench.create_set(name)


def test_a_name_is_used_once(bench):
    with refusal("NameAlreadyExistsException", "site"):
        bench.create_set()


def test_the_name_of_a_deleted_stack_set_is_free_again(bench):
    first = bench.stack_set()["StackSetId"]
    bench.call("DeleteStackSet", StackSetName="site")
    assert bench.create_set() != first


def test_describe_stack_set_by_id_after_delete_gives_deleted(bench):
    stack_set_id = bench.stack_set()["StackSetId"]
    bench.call("DeleteStackSet", StackSetName=stack_set_id)
    assert bench.stack_set(stack_set_id)["Status"] == "DELETED"
    with refusal("StackSetNotFoundException", "StackSet site not found"):
        bench.stack_set()
    with refusal("StackSetNotFoundException"):
        bench.call("ListStackInstances", StackSetName=stack_set_id)


def test_delete_stack_set_on_an_unknown_name_is_ok(bench):
    assert bench.call("DeleteStackSet", StackSetName="unknown") == {}
    bench.call("DeleteStackSet", StackSetName="site")
    assert bench.call("DeleteStackSet", StackSetName="site") == {}


def test_a_stack_set_with_instances_is_not_deleted(bench):
    bench.finish(bench.create(EAST))
    with refusal("StackSetNotEmptyException", "^StackSet is not empty$"):
        bench.call("DeleteStackSet", StackSetName="site")
    bench.finish(bench.delete(EAST))
    assert bench.call("DeleteStackSet", StackSetName="site") == {}


def test_list_stack_sets_shows_deleted_ones_unless_told_otherwise(bench):
    bench.create_set("other")
    bench.call("DeleteStackSet", StackSetName="other")

    def listed(**params):
        summaries = bench.call("ListStackSets", **params)["Summaries"]
        return [(item["StackSetName"], item["Status"]) for item in summaries]

    assert listed() == [("site", "ACTIVE"), ("other", "DELETED")]
    assert listed(Status="ACTIVE") == [("site", "ACTIVE")]
    assert listed(Status="DELETED") == [("other", "DELETED")]


def test_the_same_client_request_token_makes_one_stack_set(bench):
    first = bench.create_set("other", ClientRequestToken="token")
    assert bench.create_set("other", ClientRequestToken="token") == first


@pytest.mark.parametrize("change", [{"Tags": [{"Key": "k", "Value": "v"}]}, {}])
def test_a_replayed_token_after_a_modification_is_refused(bench, change):
    bench.create_set("other", ClientRequestToken="token")
    bench.call("UpdateStackSet", StackSetName="other", TemplateBody=OTHER_TEMPLATE)
    with refusal("CreatedButModifiedException", "other"):
        bench.create_set("other", ClientRequestToken="token", **change)


def test_a_replayed_token_with_another_request_is_refused(bench):
    bench.create_set("other", ClientRequestToken="token")
    with refusal("CreatedButModifiedException"):
        bench.create_set("other", ClientRequestToken="token", Description="another")


def test_the_token_of_a_deleted_stack_set_is_free_again(bench):
    first = bench.create_set("other", ClientRequestToken="token")
    bench.call("DeleteStackSet", StackSetName="other")
    assert bench.create_set("other", ClientRequestToken="token") != first


@pytest.mark.parametrize(
    ("params", "complaint"),
    [
        ({}, "Either TemplateBody or TemplateURL must be specified"),
        ({"TemplateBody": "{"}, "Template format error"),
        ({"TemplateBody": " " * 51_201}, "51200"),
        (
            {
                "TemplateBody": TEMPLATE,
                "Parameters": [{"ParameterKey": "X", "ParameterValue": "1"}],
            },
            r"Parameters: \[X\] do not exist",
        ),
        ({"TemplateURL": "https://x"}, "TemplateURL must be a supported URL."),
        ({"StackId": "arn:x"}, "Stack with id arn:x does not exist"),
        ({"PermissionModel": "SERVICE_MANAGED"}, "You must be the management account"),
        ({"AutoDeployment": {"Enabled": True}}, "AutoDeployment needs PermissionModel"),
    ],
)
def test_a_stack_set_that_cannot_be_is_refused_and_leaves_nothing(bench, params, complaint):
    with refusal("ValidationError", complaint):
        bench.call("CreateStackSet", StackSetName="other", **params)
    assert len(bench.call("ListStackSets")["Summaries"]) == 1


def test_organizational_units_are_no_targets_of_a_self_managed_stack_set(bench):
    targets = {"OrganizationalUnitIds": ["ou-1"], "Accounts": [ADMIN]}
    with refusal("ValidationError", "SELF_MANAGED permission model can only have accounts"):
        bench.call(
            "CreateStackInstances", StackSetName="site", Regions=[EAST], DeploymentTargets=targets
        )


@pytest.mark.parametrize("params", [{}, {"UsePreviousTemplate": True, "TemplateBody": TEMPLATE}])
def test_an_update_has_exactly_one_template(bench, params):
    message = "Exactly one of TemplateBody or TemplateUrl must be specified"
    with refusal("ValidationError", message):
        bench.call("UpdateStackSet", StackSetName="site", **params)


def test_capabilities_are_not_inherited(bench):
    capabilities = ["CAPABILITY_IAM"]
    bench.finish(bench.update_set(TemplateBody=ROLE_TEMPLATE, Capabilities=capabilities))
    with refusal(
        "InsufficientCapabilitiesException", r"Requires capabilities : \[CAPABILITY_IAM\]"
    ):
        bench.update_set()
    assert bench.stack_set()["Capabilities"] == ("CAPABILITY_IAM",)


def test_absent_tags_stay_and_empty_ones_clear(bench):
    tags = [{"Key": "k", "Value": "v"}]
    bench.finish(bench.update_set(Tags=tags))
    bench.finish(bench.update_set())
    assert bench.stack_set()["Tags"] == tags
    bench.finish(bench.update_set(Tags=[]))
    assert bench.stack_set()["Tags"] == []


def test_an_absent_description_stays(bench):
    bench.finish(bench.update_set(Description="words"))
    bench.finish(bench.update_set())
    assert bench.stack_set()["Description"] == "words"


def test_omitted_parameters_fall_back_to_the_template_default(bench):
    def suffix():
        (parameter,) = bench.stack_set()["Parameters"]
        return parameter["ParameterValue"]

    prod = {"ParameterKey": "Suffix", "ParameterValue": "prod"}
    bench.finish(bench.update_set(Parameters=[prod]))
    assert suffix() == "prod"
    kept = {"ParameterKey": "Suffix", "UsePreviousValue": True}
    bench.finish(bench.update_set(Parameters=[kept]))
    assert suffix() == "prod"
    bench.finish(bench.update_set())
    assert suffix() == "dev"


def test_custom_roles_must_be_sent_again_with_every_update(bench):
    role = "arn:aws:iam::111111111111:role/mine"
    bench.finish(bench.update_set(AdministrationRoleARN=role, ExecutionRoleName="theirs"))
    operation = bench.finish(bench.update_set())
    assert operation["AdministrationRoleARN"] == DEFAULT_ROLE
    assert bench.stack_set()["AdministrationRoleARN"] == DEFAULT_ROLE
    assert bench.stack_set()["ExecutionRoleName"] == "AWSCloudFormationStackSetExecutionRole"


def test_a_secret_parameter_is_shown_masked(bench):
    template = json.dumps(
        {
            "Parameters": {"Key": {"Type": "String", "NoEcho": True}},
            "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}},
        }
    )
    secret = [{"ParameterKey": "Key", "ParameterValue": "secret"}]
    bench.create_set("other", TemplateBody=template, Parameters=secret)
    assert bench.stack_set("other")["Parameters"] == [
        {"ParameterKey": "Key", "ParameterValue": "****"}
    ]


def test_settings_may_come_as_json():
    document = {
        "instance_seconds": 0.5,
        "list_lag_seconds": 2,
        "durations": [{"account": ADMIN, "region": EAST, "seconds": 3}],
        "failures": [
            {"account": ADMIN, "region": EAST, "reason": "weather"},
            {"account": ADMIN, "region": WEST, "times": 2},
        ],
        "sts_inactive": [{"account": ADMIN, "region": WEST}],
        "denied": [{"account": ADMIN, "region": WEST, "action": "sqs:CreateQueue"}],
        "refusals": [
            {"action": "DeleteStackSet", "code": "AccessDenied"},
            {"action": "UpdateStackSet", "code": "Stale", "message": "words", "times": 1},
        ],
        "import_pins": False,
        "replay": "EXCEPTION",
        "throttle_every": 3,
    }
    assert read_settings(document) == Settings(
        instance_seconds=0.5,
        list_lag_seconds=2,
        durations={(ADMIN, EAST): 3},
        failures={
            (ADMIN, EAST): Failure(reason="weather"),
            (ADMIN, WEST): Failure(reason="The stack operation failed", times=2),
        },
        sts_inactive=frozenset({(ADMIN, WEST)}),
        denied={(ADMIN, WEST): "sqs:CreateQueue"},
        refusals={
            "DeleteStackSet": Refusal(code="AccessDenied", message="AccessDenied"),
            "UpdateStackSet": Refusal(code="Stale", message="words", times=1),
        },
        import_pins=False,
        replay=Replay.EXCEPTION,
        throttle_every=3,
    )
    assert read_settings({}) == Settings()


def test_a_setting_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match="no such setting: instance_second"):
        read_settings({"instance_second": 1})


def test_an_error_of_the_api_says_its_code_and_sentence():
    error = ApiError("Code", "a sentence")
    assert (error.code, str(error)) == ("Code", "a sentence")
