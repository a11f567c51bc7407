from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from stacksets.aws.session import BotoAws
from stacksets.bootstrap import BootstrapChange, bootstrap
from stacksets.errors import ConflictError, NotReadyError
from stacksets.load import load_deployment
from stacksets.model.desired import AccountId, DeploymentTargets, ParameterOverride, Region
from stacksets.preflight import check_ready
from tests.integration.deployer import READS, HastyClock

pytestmark = pytest.mark.integration

HERE, OTHER = AccountId("111111111111"), AccountId("222222222222")
HOME, EAST, WEST = Region("us-west-2"), Region("us-east-1"), Region("us-west-1")
STACK = "multi-region-service-bootstrap-dev"
ROLE = "multi-region-service-dev"
DATA = Path(__file__).parent / "data"
"""`first_bootstrap.json` is the template of the first version, as it was deployed."""


class Caller:
    """The credentials of one account, and the deployment of this project bound to it."""

    def __init__(self, local_aws, monkeypatch, account=HERE):
        for name, value in local_aws.environ(account).items():
            monkeypatch.setenv(name, value)
        self.aws = BotoAws(home_region=HOME)
        self.identity = self.aws.identity()
        self.told: list[str] = []

    def deployment(self, *accounts):
        file = Path(__file__).parents[2] / "stacksets.toml"
        loaded = load_deployment(file, environment="dev", environ={"COMMIT_AUTHOR": "an author"})
        if accounts:
            group = DeploymentTargets(accounts=accounts, regions=(EAST, WEST))
            loaded = replace(loaded, admin_account=HERE, targets=(group,))
        return loaded.bound_to(self.identity.account)

    def bootstrap(self, deployment=None):
        wanted = deployment or self.deployment()
        results = bootstrap(wanted, self.aws, self.identity, HastyClock(), self.told.append)
        return {one.key.region: one.change for one in results}

    def readiness(self, deployment=None):
        return check_ready(deployment or self.deployment(), self.aws, self.identity, None)


@pytest.fixture
def caller(local_aws, monkeypatch):
    return Caller(local_aws, monkeypatch)


def mutating(local_aws):
    calls = local_aws.journal()
    return [one["action"] for one in calls if not one["action"].startswith(READS)]


def test_an_account_that_has_seen_nothing_lacks_all_that_the_bootstrap_makes(caller):
    before = caller.readiness()
    caller.bootstrap()
    after = caller.readiness()

    boundary = f"arn:aws:iam::{HERE}:policy/{ROLE}-boundary"
    no_boundary = f"no policy {boundary}, the PermissionsBoundary of Resources FunctionRole"
    assert [(one.what, one.hint) for one in before.problems] == [
        (f"no role {ROLE}-administration", "`stacksets bootstrap`"),
        (f"no role {ROLE}-execution", "`stacksets bootstrap`"),
        (no_boundary, "`stacksets bootstrap`"),
        (
            "API Gateway has no CloudWatch role in us-east-1, us-west-1; logging needs one",
            "`stacksets bootstrap`",
        ),
    ]
    assert before.unchecked == ()
    assert after.problems == ()
    assert after.unchecked == ()


def test_roles_that_were_made_for_another_stack_set_are_no_use_to_this_one(caller):
    caller.bootstrap()

    elsewhere = caller.readiness(replace(caller.deployment(), home_region=Region("eu-central-1")))
    renamed = caller.readiness(replace(caller.deployment(), name="another-service-dev"))

    assert elsewhere.problems == ()
    (problem,) = renamed.problems
    assert f"role {ROLE}-administration does not trust cloudformation" in problem.what
    assert f"stackset/{ROLE}:*" in problem.what


def test_checking_an_account_writes_nothing(caller, local_aws):
    caller.readiness()

    assert mutating(local_aws) == []


def test_the_home_region_gets_the_roles_and_the_targets_api_gateways_setting(caller, local_aws):
    assert caller.bootstrap() == dict.fromkeys((HOME, EAST, WEST), BootstrapChange.CREATED)

    assert caller.told == [
        f"{HERE}/{region}: creating stack {STACK}" for region in (HOME, EAST, WEST)
    ]
    roles = local_aws.client("iam", HERE).list_roles()["Roles"]
    named = {role["RoleName"] for role in roles if role["RoleName"].startswith(f"{ROLE}-")}
    assert named >= {f"{ROLE}-administration", f"{ROLE}-execution", f"{ROLE}-read"}
    for region, is_set in ((HOME, False), (EAST, True), (WEST, True)):
        account = local_aws.client("apigateway", HERE, region).get_account()
        assert ("cloudwatchRoleArn" in account) is is_set, region


def test_every_region_gets_a_bucket_that_is_versioned_and_closed(caller, local_aws):
    caller.bootstrap()

    for region in (HOME, EAST, WEST):
        s3 = local_aws.client("s3", HERE, region)
        bucket = f"mrs-artifacts-dev-{HERE}-{region}"
        closed = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
        assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
        assert set(closed.values()) == {True}
        assert "aws:SecureTransport" in s3.get_bucket_policy(Bucket=bucket)["Policy"]


def test_the_boundary_is_there_by_the_name_that_the_deployment_file_composes(caller, local_aws):
    caller.bootstrap()

    arn = caller.deployment().parameters["PermissionsBoundaryArn"]
    assert arn == f"arn:aws:iam::{HERE}:policy/{ROLE}-boundary"
    assert local_aws.client("iam", HERE).get_policy(PolicyArn=arn)["Policy"]["Arn"] == arn


def named_roles(local_aws):
    roles = local_aws.client("iam", HERE).list_roles()["Roles"]
    return {
        role["RoleName"]: (role["Arn"], role["RoleId"])
        for role in roles
        if role["RoleName"].startswith(f"{ROLE}-")
    }


def test_what_the_first_version_made_is_upgraded_and_keeps_its_roles(caller, local_aws):
    for region in (HOME, EAST, WEST):
        given = {
            "EnvironmentSuffix": "dev",
            "Repository": "unknown",
            "Author": "an author",
            "AdminAccountId": HERE,
            "HomeRegion": HOME,
            "TargetAccountIds": HERE,
            "ApiGatewayAccountRole": "leave" if region == HOME else "create",
        }
        stacks = local_aws.client("cloudformation", HERE, region)
        stacks.create_stack(
            StackName=STACK,
            TemplateBody=(DATA / "first_bootstrap.json").read_text(encoding="utf-8"),
            Parameters=[
                {"ParameterKey": name, "ParameterValue": value} for name, value in given.items()
            ],
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        stacks.get_waiter("stack_create_complete").wait(
            StackName=STACK, WaiterConfig={"Delay": 0.05, "MaxAttempts": 100}
        )
    before = named_roles(local_aws)
    gateway = local_aws.client("apigateway", HERE, EAST)
    logging = gateway.get_account()["cloudwatchRoleArn"]

    assert caller.bootstrap() == dict.fromkeys((HOME, EAST, WEST), BootstrapChange.UPDATED)

    iam = local_aws.client("iam", HERE)
    execution = f"{ROLE}-execution"
    assert set(before) == {f"{ROLE}-administration", execution, f"{ROLE}-read"}
    assert named_roles(local_aws) == before
    assert iam.list_role_policies(RoleName=execution)["PolicyNames"] == []
    attached = iam.list_attached_role_policies(RoleName=execution)["AttachedPolicies"]
    assert attached
    assert all("/multi-region-service-bootstrap/" in one["PolicyArn"] for one in attached)
    assert gateway.get_account()["cloudwatchRoleArn"] == logging
    assert caller.readiness().problems == ()
    assert caller.bootstrap() == dict.fromkeys((HOME, EAST, WEST), BootstrapChange.UNCHANGED)


def test_a_second_bootstrap_changes_nothing_and_calls_nothing_that_could(
    caller, local_aws, monkeypatch
):
    caller.bootstrap()
    before = mutating(local_aws)

    assert Caller(local_aws, monkeypatch).bootstrap() == dict.fromkeys(
        (HOME, EAST, WEST), BootstrapChange.UNCHANGED
    )
    assert mutating(local_aws) == before


def test_another_target_account_makes_the_bootstrap_of_the_home_region_an_update(caller):
    caller.bootstrap(caller.deployment(HERE))

    changes = caller.bootstrap(caller.deployment(HERE, OTHER))

    assert changes[HOME] is BootstrapChange.UPDATED


def test_a_role_that_somebody_else_set_for_api_gateway_is_left(caller, local_aws):
    gateway = local_aws.client("apigateway", HERE, EAST)
    operation = {"op": "replace", "path": "/cloudwatchRoleArn", "value": "arn:aws:iam::1:role/x"}
    gateway.update_account(patchOperations=[operation])

    caller.bootstrap()

    assert gateway.get_account()["cloudwatchRoleArn"] == "arn:aws:iam::1:role/x"


def test_a_role_of_the_name_from_elsewhere_stops_the_bootstrap_before_it_begins(caller, local_aws):
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    local_aws.client("iam", HERE).create_role(
        RoleName=f"{ROLE}-execution", AssumeRolePolicyDocument=trust
    )
    before = mutating(local_aws)

    with pytest.raises(ConflictError, match=f"{ROLE}-execution already"):
        caller.bootstrap()
    assert mutating(local_aws) == before


def test_a_region_that_is_not_enabled_is_told_as_a_plan_tells_it_before_any_is_changed(
    caller, local_aws
):
    spain = DeploymentTargets(accounts=(HERE,), regions=(EAST, Region("eu-south-2")))
    wanted = replace(caller.deployment(), targets=(spain,))

    with pytest.raises(NotReadyError) as caught:
        caller.bootstrap(wanted)

    (problem,) = caught.value.problems
    assert problem.what == "region eu-south-2 is not enabled"
    assert problem == caller.readiness(wanted).problems[0]
    assert mutating(local_aws) == []


def test_a_target_account_is_bootstrapped_with_its_own_credentials(caller, local_aws, monkeypatch):
    boundary = f"arn:aws:iam::{OTHER}:policy/{ROLE}-boundary"
    bounded = ParameterOverride(
        accounts=(OTHER,), regions=(), parameters={"PermissionsBoundaryArn": boundary}
    )
    wanted = replace(caller.deployment(OTHER), overrides=(bounded,))
    caller.bootstrap(wanted)
    unready = caller.readiness(wanted)
    target = Caller(local_aws, monkeypatch, OTHER)
    target.bootstrap(target.deployment(OTHER))

    ready = Caller(local_aws, monkeypatch).readiness(wanted)

    assert unready.problems == ()
    assert any(OTHER in one and f"{ROLE}-execution" in one for one in unready.unchecked)
    mending = f"(run `stacksets bootstrap` with credentials of account {OTHER})"
    assert all(one.endswith(mending) for one in unready.unchecked)
    assert ready.problems == ()
    assert ready.unchecked == ()
