"""Stacks that are there already become stack instances."""

from __future__ import annotations

import time

import pytest
from botocore.exceptions import ClientError

from tests.conformance.stack_sets import (
    ADMIN,
    EAST,
    FAILING,
    HANDLE,
    TARGET,
    WEST,
    template,
)

pytestmark = pytest.mark.conformance

SUFFIX = {"Suffix": {"Type": "String", "Default": "dev"}}
TEMPLATE = template(Parameters=SUFFIX)
PROD = [{"ParameterKey": "Suffix", "ParameterValue": "prod"}]


@pytest.fixture
def client(cloud):
    """A stack set of the template, without instances."""
    cloud.make_roles(ADMIN, TARGET)
    cloud.create_stack_set(TEMPLATE)
    return cloud.stack_sets()


def place(cloud, region=EAST):
    """The account and Region of the stack that most tests import."""
    return cloud.accounts[-1], region


def make_stack(cloud, account="", region=EAST, name="mine", **sent):
    stacks = cloud.stacks(account or cloud.accounts[-1], region)
    made = stacks.create_stack(
        StackName=f"{cloud.site}-{name}", **{"TemplateBody": TEMPLATE, **sent}
    )
    await_stack(cloud, stacks, "stack_create_complete", made["StackId"])
    return made["StackId"]


def await_stack(cloud, stacks, waiter, stack_id):
    stacks.get_waiter(waiter).wait(
        StackName=stack_id, WaiterConfig={"Delay": cloud.pause_seconds, "MaxAttempts": 300}
    )


def status_of(stacks, stack_id):
    return stacks.describe_stacks(StackName=stack_id)["Stacks"][0]["StackStatus"]


def import_stacks(cloud, *stack_ids, name="", **sent):
    answer = cloud.stack_sets().import_stacks_to_stack_set(
        StackSetName=name or cloud.site, StackIds=list(stack_ids), **sent
    )
    return cloud.finish(answer, name)


def let_go(cloud, *, retain):
    """Delete the stack instance, and give the operation."""
    return cloud.delete(EAST, accounts=(cloud.accounts[-1],), retain=retain)


def overrides(cloud, region=EAST):
    found = cloud.stack_sets().describe_stack_instance(
        StackSetName=cloud.site,
        StackInstanceAccount=cloud.accounts[-1],
        StackInstanceRegion=region,
    )["StackInstance"]["ParameterOverrides"]
    return {item["ParameterKey"]: item["ParameterValue"] for item in found}


def test_imported_stacks_become_current_instances_and_stay_as_they_are(cloud, client):
    stack_ids = {make_stack(cloud), make_stack(cloud, cloud.admin, WEST)}
    operation = import_stacks(cloud, *stack_ids)
    assert (operation["Action"], operation["Status"]) == ("CREATE", "SUCCEEDED")
    rows = cloud.instances()
    assert rows.keys() == {place(cloud), (cloud.admin, WEST)}
    assert {row["StackId"] for row in rows.values()} == stack_ids
    for row in rows.values():
        assert row["Status"] == "CURRENT"
        assert row["StackInstanceStatus"] == {"DetailedStatus": "SUCCEEDED"}
        assert cloud.stack(row)["StackStatus"] == "CREATE_COMPLETE"


def test_an_imported_stack_is_updated_and_deleted_as_any_other(cloud, client):
    stack_id = make_stack(cloud)
    import_stacks(cloud, stack_id)
    changed = template(Parameters=SUFFIX, Resources={"Handle": HANDLE, "Second": HANDLE})
    cloud.update(TemplateBody=changed)
    row = cloud.instances()[place(cloud)]
    assert cloud.stack(row)["StackStatus"] == "UPDATE_COMPLETE"
    assert row["StackId"] == stack_id
    let_go(cloud, retain=False)
    assert cloud.stack(row)["StackStatus"] == "DELETE_COMPLETE"


@pytest.mark.emulator_only
@pytest.mark.parametrize(("pins", "kept"), [(True, {"Suffix": "dev"}), (False, {})])
def test_a_stacks_own_parameters_are_not_affected(cloud, client, pins, kept):
    cloud.turn(import_pins=pins)
    import_stacks(cloud, make_stack(cloud), make_stack(cloud, region=WEST, Parameters=PROD))
    assert overrides(cloud) == kept
    assert overrides(cloud, region=WEST) == {"Suffix": "prod"}
    everywhere = [{"ParameterKey": "Suffix", "ParameterValue": "all"}]
    cloud.update(UsePreviousTemplate=True, Parameters=everywhere)
    stack = cloud.stack(cloud.instances()[place(cloud, WEST)])
    assert stack["Parameters"] == PROD


def failed_import(cloud, stack_id, **sent):
    assert import_stacks(cloud, stack_id, **sent)["Status"] == "FAILED"
    row = cloud.instances()[place(cloud)]
    assert row["Status"] == "INOPERABLE"
    assert row["StackInstanceStatus"] == {"DetailedStatus": "FAILED_IMPORT"}
    return row


def test_a_stack_of_another_template_fails_and_may_be_imported_once_it_is_mended(cloud, client):
    stack_id = make_stack(cloud, TemplateBody=template())
    row = failed_import(cloud, stack_id)
    assert "does not match the template of the stack set" in row["StatusReason"]
    assert cloud.stack(row)["StackStatus"] == "CREATE_COMPLETE"
    stacks = cloud.stacks(*place(cloud))
    stacks.update_stack(StackName=stack_id, TemplateBody=TEMPLATE)
    await_stack(cloud, stacks, "stack_update_complete", stack_id)
    assert import_stacks(cloud, stack_id)["Status"] == "SUCCEEDED"
    assert cloud.instances()[place(cloud)]["Status"] == "CURRENT"


def test_a_failed_import_is_left_alone_by_updates_and_cleared_by_a_retaining_delete(cloud, client):
    stack_id = make_stack(cloud, TemplateBody=template())
    row = failed_import(cloud, stack_id)
    update = cloud.update(UsePreviousTemplate=True)
    assert cloud.results(update) == {}
    let_go(cloud, retain=True)
    assert cloud.instances() == {}
    assert cloud.stack(row)["StackStatus"] == "CREATE_COMPLETE"


@pytest.mark.emulator_only
def test_a_stack_that_no_role_reaches_fails(cloud, client):
    stack_id = make_stack(cloud)
    cloud.iam(TARGET).delete_role(RoleName="AWSCloudFormationStackSetExecutionRole")
    assert (
        "should have 'AWSCloudFormationStackSetExecutionRole'"
        in (failed_import(cloud, stack_id)["StatusReason"])
    )


def test_a_stack_with_a_noecho_parameter_fails(cloud, client):
    secret = template(Parameters={"Key": {"Type": "String", "NoEcho": True, "Default": "x"}})
    cloud.update(TemplateBody=secret)
    row = failed_import(cloud, make_stack(cloud, TemplateBody=secret))
    assert row["StatusReason"] == "Stacks with NoEcho parameters can not be imported: [Key]."


def test_a_stack_that_was_rolled_back_fails(cloud, client):
    broken = template(Resources={"Handle": HANDLE, "Failing": FAILING})
    stacks = cloud.stacks(*place(cloud))
    stack_id = stacks.create_stack(StackName=f"{cloud.site}-mine", TemplateBody=broken)["StackId"]
    deadline = time.monotonic() + cloud.patience_seconds
    while status_of(stacks, stack_id) != "ROLLBACK_COMPLETE":
        assert time.monotonic() < deadline
        time.sleep(cloud.pause_seconds)
    assert "is in ROLLBACK_COMPLETE state" in failed_import(cloud, stack_id)["StatusReason"]


def test_a_stack_deleted_meanwhile_fails(cloud, client):
    stack_id = make_stack(cloud)
    cloud.take_time(0.3)
    answer = client.import_stacks_to_stack_set(StackSetName=cloud.site, StackIds=[stack_id])
    cloud.stacks(*place(cloud)).delete_stack(StackName=stack_id)
    assert cloud.finish(answer)["Status"] == "FAILED"
    row = cloud.instances()[place(cloud)]
    assert row["StatusReason"] == f"Stack {stack_id} does not exist."


def test_a_stack_belongs_to_one_stack_set(cloud, client):
    stack_id = make_stack(cloud)
    import_stacks(cloud, stack_id)
    other = f"{cloud.site}-other"
    cloud.create_stack_set(TEMPLATE, other)
    with pytest.raises(client.exceptions.InvalidOperationException, match="already belongs to"):
        import_stacks(cloud, stack_id, name=other)
    again = import_stacks(cloud, stack_id)
    assert again["Status"] == "SUCCEEDED"
    assert cloud.instances()[place(cloud)]["LastOperationId"] != again["OperationId"]


def test_an_account_and_region_has_one_instance(cloud, client):
    import_stacks(cloud, make_stack(cloud))
    with pytest.raises(client.exceptions.InvalidOperationException, match="already has a stack"):
        import_stacks(cloud, make_stack(cloud, name="yours"))


def test_two_stacks_of_one_account_and_region_are_refused(cloud, client):
    with pytest.raises(client.exceptions.InvalidOperationException, match="More than one stack"):
        import_stacks(cloud, make_stack(cloud), make_stack(cloud, name="yours"))
    assert cloud.instances() == {}


def test_a_retained_stack_can_be_imported_again(cloud, client):
    stack_id = make_stack(cloud)
    import_stacks(cloud, stack_id)
    let_go(cloud, retain=True)
    assert import_stacks(cloud, stack_id)["Status"] == "SUCCEEDED"


@pytest.mark.emulator_only
@pytest.mark.parametrize(
    "stack_id",
    [
        f"arn:aws:cloudformation:{EAST}:{TARGET}:stack/mine/1",
        f"arn:aws:sqs:{EAST}:{TARGET}:stack/mine/1",
        "mine",
    ],
)
def test_a_stack_that_is_not_there_is_refused(cloud, client, stack_id):
    with pytest.raises(client.exceptions.StackNotFoundException):
        import_stacks(cloud, stack_id)


def test_a_deleted_stack_is_not_there(cloud, client):
    stack_id = make_stack(cloud)
    stacks = cloud.stacks(*place(cloud))
    stacks.delete_stack(StackName=stack_id)
    await_stack(cloud, stacks, "stack_delete_complete", stack_id)
    with pytest.raises(client.exceptions.StackNotFoundException):
        import_stacks(cloud, stack_id)


@pytest.mark.emulator_only
def test_ten_stacks_in_a_request_and_two_hundred_in_a_list_are_the_most(cloud, client):
    stack_id = make_stack(cloud)
    with pytest.raises(client.exceptions.LimitExceededException, match="10"):
        import_stacks(cloud, *[stack_id] * 11)
    s3 = cloud.aws("s3")
    s3.create_bucket(Bucket="lists")
    for url, count in (("s3://lists/ids", 201), ("https://lists.s3.amazonaws.com/ids", 200)):
        s3.put_object(Bucket="lists", Key="ids", Body="\n".join([stack_id] * count).encode())
        asked = {"StackSetName": cloud.site, "StackIdsUrl": url}
        if count > 200:
            with pytest.raises(client.exceptions.LimitExceededException, match="200"):
                client.import_stacks_to_stack_set(**asked)
        else:
            answer = client.import_stacks_to_stack_set(**asked)
            assert cloud.finish(answer)["Status"] == "SUCCEEDED"
    assert cloud.instances().keys() == {place(cloud)}


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({}, "Specify either StackIds or StackIdsUrl"),
        ({"StackIds": ["a"], "StackIdsUrl": "s3://b/k"}, "Specify either StackIds or StackIdsUrl"),
        ({"StackIdsUrl": "https://example.com/k"}, "StackIdsUrl must be a supported URL."),
        ({"StackIdsUrl": "s3://none/k"}, "S3 error: "),
    ],
)
def test_an_import_of_nothing_that_can_be_read_is_refused(cloud, client, asked, message):
    with pytest.raises(ClientError, match=message):
        client.import_stacks_to_stack_set(StackSetName=cloud.site, **asked)


def test_a_repeated_operation_id_imports_once(cloud, client):
    stack_id = make_stack(cloud)
    first = import_stacks(cloud, stack_id, OperationId="once")
    assert import_stacks(cloud, stack_id, OperationId="once") == first


def test_a_stack_set_may_take_its_template_and_parameters_from_a_stack(cloud, client):
    taken = f"{cloud.site}-taken"
    must = template(Parameters={**SUFFIX, "Must": {"Type": "String"}, "Also": {"Type": "String"}})
    values = [
        {"ParameterKey": "Suffix", "ParameterValue": "prod"},
        {"ParameterKey": "Must", "ParameterValue": "stack"},
        {"ParameterKey": "Also", "ParameterValue": "stack"},
    ]
    stack_id = make_stack(cloud, TemplateBody=must, Parameters=values)
    given = [{"ParameterKey": "Also", "ParameterValue": "request"}]
    client.create_stack_set(StackSetName=taken, StackId=stack_id, Parameters=given, **cloud.roles)
    parameters = client.describe_stack_set(StackSetName=taken)["StackSet"]["Parameters"]
    assert {item["ParameterKey"]: item["ParameterValue"] for item in parameters} == {
        "Suffix": "prod",
        "Must": "stack",
        "Also": "request",
    }
    assert import_stacks(cloud, stack_id, name=taken)["Status"] == "SUCCEEDED"


def test_a_stack_in_yaml_gives_its_template_as_it_is(cloud, client):
    taken = f"{cloud.site}-taken"
    body = "Resources:\n  Handle:\n    Type: AWS::CloudFormation::WaitConditionHandle\n"
    stack_id = make_stack(cloud, cloud.admin, WEST, TemplateBody=body)
    client.create_stack_set(StackSetName=taken, StackId=stack_id, **cloud.roles)
    assert client.describe_stack_set(StackSetName=taken)["StackSet"]["TemplateBody"] == body
    assert import_stacks(cloud, stack_id, name=taken)["Status"] == "SUCCEEDED"


def test_the_template_of_a_stack_that_is_not_there_is_refused(cloud, client):
    with pytest.raises(ClientError, match="Stack with id arn:none does not exist"):
        client.create_stack_set(StackSetName=f"{cloud.site}-taken", StackId="arn:none")
