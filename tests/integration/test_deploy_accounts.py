"""One stack set over two accounts, each prepared by the project's own bootstrap."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stacksets.aws.session import BotoAws
from stacksets.bootstrap import bootstrap
from stacksets.leftovers import find_leftovers
from stacksets.load import load_deployment
from stacksets.model.desired import DeploymentTargets
from stacksets.model.outcome import Verdict
from stacksets.outputs import read_outputs
from tests.builders import ACCOUNT, EAST, HOME, OTHER_ACCOUNT, WEST
from tests.integration.deployer import (
    Deployer,
    HastyClock,
    a_regional_deployment,
    everything_in,
    make_roles,
    regional_template,
)

if TYPE_CHECKING:
    from stacksets.model.desired import Deployment
    from tests.local_aws import LocalAws

pytestmark = pytest.mark.integration

FILE = Path(__file__).parents[2] / "stacksets.toml"
BOTH = (ACCOUNT, OTHER_ACCOUNT)
PLACES = [(account, region) for account in BOTH for region in (EAST, WEST)]
KEYS = [f"{account}/{region}" for account, region in PLACES]


@dataclass
class TwoAccounts:
    """The administrator's deployer, and the way into the other account."""

    deployer: Deployer
    local: LocalAws
    monkeypatch: pytest.MonkeyPatch

    def bootstrap(self, account: str) -> None:
        """Prepare an account with its own credentials."""
        with self.monkeypatch.context() as patch:
            for name, value in self.local.environ(account).items():
                patch.setenv(name, value)
            aws = BotoAws()
            identity = aws.identity()
        bootstrap(_project(), aws, identity, HastyClock(), lambda _: None)

    def forget_assumed_roles(self) -> Deployer:
        """Give a deployer that has to assume every role anew."""
        return Deployer(local=self.local)


@pytest.fixture
def accounts(
    stranger: Deployer, local_aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> TwoAccounts:
    """Two accounts that have never seen StackSets."""
    return TwoAccounts(deployer=stranger, local=local_aws, monkeypatch=monkeypatch)


@pytest.fixture
def two(accounts: TwoAccounts) -> TwoAccounts:
    """Two accounts with the roles that the bootstrap would make, under the same names."""
    make_roles(accounts.local, *BOTH, prefix="multi-region-service-dev-")
    return accounts


def test_bootstrapped_every_account_gets_a_stack_in_every_region_and_its_outputs_are_read(
    accounts: TwoAccounts,
) -> None:
    for account in BOTH:
        accounts.bootstrap(account)

    outcome = accounts.deployer.deploy(_deployment())
    reader = accounts.forget_assumed_roles()
    calls = len(accounts.local.journal())
    read = read_outputs(reader.aws, _deployment(), reader.observe(_deployment()))

    assert outcome.verdict is Verdict.SUCCEEDED
    assert [str(one.key) for one in outcome.instances] == KEYS
    for one in outcome.instances:
        stack = reader.stacks(one.account, one.region)[one.stack_id]
        assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert [one.outputs["Where"] for one in read] == [f"{key}/dev" for key in KEYS]
    journal = accounts.local.journal()[calls:]
    assumed = [one["account"] for one in journal if one["action"] == "AssumeRole"]
    assert assumed == [ACCOUNT]


def test_an_account_that_cannot_be_read_is_said_to_be_so_and_not_planned_away(
    two: TwoAccounts,
) -> None:
    two.deployer.deploy(_deployment())
    _lose_the_read_role(two)
    reader = two.forget_assumed_roles()

    observed = reader.observe(_deployment())
    read = read_outputs(reader.aws, _deployment(), observed)

    assert [one.stack_exists for one in observed.instances] == [True, True, None, None]
    assert [one.unreadable for one in read] == [False, False, True, True]
    assert all("multi-region-service-dev-read" in one.problem for one in read if one.unreadable)
    assert reader.plan(_deployment()).is_empty


def test_the_cause_of_a_failure_in_the_other_account_is_read_there(two: TwoAccounts) -> None:
    deployment = _fails_in_the_other_account(two)

    outcome = two.deployer.deploy(deployment)

    [cause] = outcome.root_causes
    assert (cause.account, cause.region) == (OTHER_ACCOUNT, WEST)
    assert (cause.logical_id, cause.resource_type) == ("Named", "AWS::IAM::Role")
    assert cause.stack_id is not None
    assert "could not be read" not in cause.reason


@pytest.mark.exhaustive
def test_a_cause_that_cannot_be_read_is_what_the_result_says_with_a_note(two: TwoAccounts) -> None:
    deployment = _fails_in_the_other_account(two)
    _lose_the_read_role(two)

    outcome = two.deployer.deploy(deployment)

    [cause] = outcome.root_causes
    assert cause.account == OTHER_ACCOUNT
    assert "already exists" in cause.reason
    assert "not authorized to perform: sts:AssumeRole" in cause.unread


@pytest.mark.exhaustive
def test_an_account_that_left_the_file_loses_its_stacks_and_the_other_keeps_them(
    two: TwoAccounts,
) -> None:
    two.deployer.deploy(_deployment())
    kept = [two.deployer.stacks(ACCOUNT, region) for region in (EAST, WEST)]

    outcome = two.deployer.deploy(_deployment(accounts=(ACCOUNT,)))

    assert outcome.verdict is Verdict.SUCCEEDED
    assert [two.deployer.stacks(ACCOUNT, region) for region in (EAST, WEST)] == kept
    assert [_stack_set_stacks(two, OTHER_ACCOUNT, region) for region in (EAST, WEST)] == [[], []]


@pytest.mark.exhaustive
def test_accounts_may_have_different_regions(two: TwoAccounts) -> None:
    uneven = replace(
        _deployment(),
        targets=(
            DeploymentTargets(accounts=(ACCOUNT,), regions=(WEST, EAST)),
            DeploymentTargets(accounts=(OTHER_ACCOUNT,), regions=(EAST,)),
        ),
    )

    outcome = two.deployer.deploy(uneven)

    assert [str(one.key) for one in outcome.instances] == KEYS[:-1]
    assert _stack_set_stacks(two, OTHER_ACCOUNT, WEST) == []


def test_a_destroy_leaves_nothing_in_either_account(two: TwoAccounts) -> None:
    before = {place: everything_in(two.local, *place) for place in PLACES}
    two.deployer.deploy(_deployment())
    made = {place: everything_in(two.local, *place) for place in PLACES}

    outcome = two.deployer.destroy(_deployment())

    assert outcome.verdict is Verdict.SUCCEEDED
    assert all(made[place] != before[place] for place in PLACES)
    assert {place: everything_in(two.local, *place) for place in PLACES} == before


def test_what_is_left_in_the_other_account_is_found_or_said_to_be_unchecked(
    two: TwoAccounts,
) -> None:
    deployment = _deployment()
    two.deployer.deploy(deployment)
    instances = two.deployer.instances(deployment)
    groups = two.local.client("logs", OTHER_ACCOUNT, EAST)
    name = groups.describe_log_groups()["logGroups"][0]["logGroupName"]
    two.deployer.destroy(deployment)
    groups.create_log_group(logGroupName=name)
    keys = [one.key for one in instances.values()]

    found = find_leftovers(two.deployer.aws, deployment, keys)
    _lose_the_read_role(two)
    blind = find_leftovers(two.forget_assumed_roles().aws, deployment, keys)

    assert [(str(one.key), one.resource_type, one.name) for one in found.found] == [
        (f"{OTHER_ACCOUNT}/{EAST}", "AWS::Logs::LogGroup", name)
    ]
    assert found.unchecked == ()
    assert blind.found == ()
    assert [one.partition(":")[0] for one in blind.unchecked] == KEYS[2:]


@pytest.mark.exhaustive
def test_an_account_without_bootstrap_fails_alone_where_failures_are_tolerated(
    accounts: TwoAccounts,
) -> None:
    accounts.bootstrap(ACCOUNT)
    tolerant = replace(_deployment().operation_preferences, failure_tolerance_count=1)

    outcome = accounts.deployer.deploy(replace(_deployment(), operation_preferences=tolerant))

    assert outcome.verdict is Verdict.PARTIAL
    assert [one.is_healthy for one in outcome.instances] == [True, True, False, False]
    assert {one.account for one in outcome.root_causes} == {OTHER_ACCOUNT}
    assert all("multi-region-service-dev-execution" in one.reason for one in outcome.root_causes)


def _project() -> Deployment:
    """The project's own deployment, over both accounts."""
    group = DeploymentTargets(accounts=BOTH, regions=(WEST, EAST))
    loaded = load_deployment(FILE, environment=None, environ={})
    return replace(loaded, admin_account=ACCOUNT, targets=(group,)).bound_to(ACCOUNT)


def _deployment(*, accounts: tuple[str, ...] = BOTH, **changes: object) -> Deployment:
    """A template that is quickly made, under the names that the bootstrap's roles admit."""
    project = _project()
    return a_regional_deployment(
        name=project.name,
        accounts=accounts,
        administration_role_arn=project.administration_role_arn,
        execution_role_name=project.execution_role_name,
        read_role_name=project.read_role_name,
        **changes,
    )


def _fails_in_the_other_account(two: TwoAccounts) -> Deployment:
    nobody = {"Version": "2012-10-17", "Statement": []}
    iam = two.local.client("iam", OTHER_ACCOUNT)
    iam.create_role(RoleName="taken", AssumeRolePolicyDocument=json.dumps(nobody))
    named = {
        "Type": "AWS::IAM::Role",
        "Condition": "There",
        "Properties": {"RoleName": "taken", "AssumeRolePolicyDocument": nobody},
    }
    content = regional_template(
        resources={"Named": named},
        conditions={"There": {"Fn::Equals": [{"Ref": "AWS::AccountId"}, OTHER_ACCOUNT]}},
    )
    return _deployment(content=content)


def _lose_the_read_role(two: TwoAccounts) -> None:
    """Take the way of reading from the other account, as its owner may."""
    iam = two.local.client("iam", OTHER_ACCOUNT, HOME)
    name = _project().read_role_name
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        iam.delete_role_policy(RoleName=name, PolicyName=policy)
    iam.delete_role(RoleName=name)


def _stack_set_stacks(two: TwoAccounts, account: str, region: str) -> list[str]:
    names = everything_in(two.local, account, region)["stacks"]
    return [name for name in names if name.startswith("StackSet-")]
