"""The calls for real stacks, their events and the role chain, with AWS's answers scripted."""

from __future__ import annotations

import itertools
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from stacksets.local.control_plane.clock import SystemClock
from stacksets.local.control_plane.large_templates import TemplateLender
from stacksets.local.control_plane.model import (
    AccountGate,
    Definition,
    GateStatus,
    InstanceKey,
    Outcome,
    PermissionModel,
    StackSet,
    StackSetStatus,
    Task,
    TaskKind,
)
from stacksets.local.control_plane.roles import Role, RoleChain
from stacksets.local.control_plane.stack_events import find_failure_reason
from stacksets.local.control_plane.stacks import Stacks
from stacksets.local.control_plane.versions import Versions
from stacksets.local.control_plane.work import Worker

ADMIN, TARGET, EAST = "111111111111", "222222222222", "us-east-1"
STACK = f"arn:aws:cloudformation:{EAST}:{TARGET}:stack/StackSet-site-1/2"
ROLE = f"arn:aws:iam::{ADMIN}:role/AWSCloudFormationStackSetAdministrationRole"
EXECUTION = f"arn:aws:iam::{TARGET}:role/AWSCloudFormationStackSetExecutionRole"
NEEDS_ADMINISTRATION = (
    f"Account {ADMIN} should have 'AWSCloudFormationStackSetAdministrationRole' role with trust "
    "relationship to CloudFormation service."
)
NEEDS_EXECUTION = (
    f"Account {TARGET} should have 'AWSCloudFormationStackSetExecutionRole' role with trust "
    "relationship to Role 'AWSCloudFormationStackSetAdministrationRole'."
)
TEMPLATE = (
    '{"Parameters": {"Suffix": {"Type": "String"}},'
    ' "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}'
)
STACK_SET = StackSet(
    id="site:1",
    name="site",
    account=ADMIN,
    region="us-west-2",
    status=StackSetStatus.ACTIVE,
    definition=Definition(
        template=TEMPLATE,
        parameters={"Suffix": "dev"},
        capabilities=("CAPABILITY_IAM",),
        tags=(("k", "v"),),
        description=None,
        administration_role_arn=ROLE,
        execution_role_name="AWSCloudFormationStackSetExecutionRole",
    ),
    managed_execution=False,
)
TASK = Task(
    key=InstanceKey(TARGET, EAST),
    kind=TaskKind.CREATE,
    stack_set=STACK_SET,
    parameters={"Suffix": "prod"},
    stack_id=None,
)
ASKED = {
    "TemplateBody": TEMPLATE,
    "Parameters": [{"ParameterKey": "Suffix", "ParameterValue": "prod"}],
    "Capabilities": ["CAPABILITY_IAM"],
    "Tags": [{"Key": "k", "Value": "v"}],
}


def event(status: str, logical_id: str = "Queue", reason: str = "") -> dict[str, object]:
    own = logical_id == "StackSet-site-1"
    return {
        "StackId": STACK,
        "LogicalResourceId": logical_id,
        "PhysicalResourceId": STACK if own else "",
        "ResourceType": "AWS::CloudFormation::Stack" if own else "AWS::SQS::Queue",
        "ResourceStatus": status,
        **({"ResourceStatusReason": reason} if reason else {}),
    }


def stack_event(status: str, reason: str = "") -> dict[str, object]:
    return event(status, "StackSet-site-1", reason)


class Script:
    """A CloudFormation client that answers with statuses in turn, the last one for ever."""

    def __init__(self, *statuses: str, refuses: str | None = None, events=()):
        self.statuses = itertools.chain(
            statuses, itertools.repeat(statuses[-1] if statuses else "")
        )
        self.refuses = refuses
        self.events = events
        self.calls: list[tuple[str, dict[str, object]]] = []

    def create_stack(self, **asked):
        return self._answer("create_stack", asked)

    def update_stack(self, **asked):
        return self._answer("update_stack", asked)

    def delete_stack(self, **asked):
        return self._answer("delete_stack", asked)

    def describe_stacks(self, **_):
        status = next(self.statuses)
        if " " in status:
            raise ClientError({"Error": {"Message": status}}, "DescribeStacks")
        return {"Stacks": [{"StackStatus": status}]}

    def get_paginator(self, name):
        assert name == "describe_stack_events"
        return self

    def paginate(self, **asked):
        assert asked == {"StackName": STACK}
        return [{"StackEvents": [item]} for item in self.events]

    def _answer(self, name, asked):
        self.calls.append((name, asked))
        if self.refuses:
            raise ClientError({"Error": {"Message": self.refuses}}, name)
        return {"StackId": STACK}


class Impatient:
    """A clock that counts how long it was asked to wait, and does not."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    def now(self):
        return datetime(2026, 1, 1, tzinfo=UTC)

    def wait(self, ending, seconds):
        self.waits.append(seconds)
        return ending.is_set()


def stacks_of(script: Script, clock=None, ending=None) -> Stacks:
    def client_for(account, region):
        assert (account, region) == (TARGET, EAST)
        return script

    templates = TemplateLender(pytest.fail)
    return Stacks(
        client_for, templates, clock=clock or Impatient(), ending=ending or threading.Event()
    )


def test_a_create_asks_for_the_definition_and_waits_for_its_end():
    script = Script("CREATE_IN_PROGRESS", "CREATE_IN_PROGRESS", "CREATE_COMPLETE")
    noted = []
    outcome = stacks_of(script).create(TASK, "name", noted.append)
    assert outcome == Outcome(succeeded=True, stack_id=STACK)
    assert noted == [STACK]
    assert script.calls == [("create_stack", {"StackName": "name", **ASKED})]


def test_a_failed_create_is_rolled_back_and_deleted_and_keeps_its_id_and_reason():
    script = Script(
        "ROLLBACK_COMPLETE",
        "DELETE_IN_PROGRESS",
        "DELETE_COMPLETE",
        events=[stack_event("ROLLBACK_COMPLETE"), event("CREATE_FAILED", reason="no room")],
    )
    outcome = stacks_of(script).create(TASK, "name", lambda _: None)
    assert outcome == Outcome(
        succeeded=False,
        stack_id=STACK,
        reason="ResourceLogicalId:Queue, ResourceType:AWS::SQS::Queue, "
        "ResourceStatusReason:no room.",
    )
    assert [name for name, _ in script.calls] == ["create_stack", "delete_stack"]


def test_a_create_that_is_refused_has_no_stack():
    outcome = stacks_of(Script(refuses="no such type")).create(TASK, "name", pytest.fail)
    assert outcome == Outcome(succeeded=False, reason="no such type")


def test_polls_are_quick_at_first_and_then_rarer():
    clock = Impatient()
    script = Script(*["CREATE_IN_PROGRESS"] * 9, "CREATE_COMPLETE")
    stacks_of(script, clock).create(TASK, "name", lambda _: None)
    assert clock.waits == [0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.25, 0.25, 0.25]


def test_an_ending_control_plane_waits_no_longer_and_leaves_the_stack_alone():
    ending = threading.Event()
    ending.set()
    script = Script("CREATE_IN_PROGRESS")
    assert not stacks_of(script, ending=ending).create(TASK, "name", lambda _: None).succeeded
    assert [name for name, _ in script.calls] == ["create_stack"]


def test_an_update_brings_the_definition():
    script = Script("CREATE_COMPLETE", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE")
    outcome = stacks_of(script).update(TASK, STACK)
    assert outcome == Outcome(succeeded=True, stack_id=STACK)
    assert script.calls == [("update_stack", {"StackName": STACK, **ASKED})]


def test_an_update_without_a_difference_succeeds_and_says_so():
    script = Script("CREATE_COMPLETE", refuses="No updates are to be performed.")
    assert stacks_of(script).update(TASK, STACK) == Outcome(
        succeeded=True, reason="No updates are to be performed.", stack_id=STACK
    )


def test_an_update_that_is_refused_fails_with_the_services_sentence():
    script = Script("CREATE_COMPLETE", refuses="no such type")
    outcome = stacks_of(script).update(TASK, STACK)
    assert outcome == Outcome(succeeded=False, reason="no such type")


def test_an_update_that_is_rolled_back_fails_with_the_resources_reason():
    events = [stack_event("UPDATE_ROLLBACK_COMPLETE"), event("UPDATE_FAILED", reason="no")]
    script = Script("UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", events=events)
    outcome = stacks_of(script).update(TASK, STACK)
    assert not outcome.succeeded
    assert "ResourceStatusReason:no." in outcome.reason


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        ("ROLLBACK_COMPLETE", "ROLLBACK_COMPLETE"),
        ("DELETE_COMPLETE", "DELETE_COMPLETE"),
        (f"Stack with id {STACK} does not exist", "DELETE_COMPLETE"),
    ],
)
def test_a_stack_that_cannot_be_updated_fails_with_its_state(status, shown):
    script = Script(status)
    outcome = stacks_of(script).update(TASK, STACK)
    assert outcome.reason == f"Stack:{STACK} is in {shown} state and can not be updated."
    assert script.calls == []


def test_an_override_of_what_the_template_has_lost_fails_and_touches_no_stack():
    script = Script()
    task = replace(TASK, parameters={"Lost": "a", "Gone": "b"})
    for outcome in (
        stacks_of(script).create(task, "name", pytest.fail),
        stacks_of(script).update(task, STACK),
    ):
        assert not outcome.succeeded
        assert outcome.reason == "Parameters: [Lost, Gone] do not exist in the template"
    assert script.calls == []


def test_an_unexpected_answer_is_not_taken_for_a_deleted_stack():
    with pytest.raises(ClientError, match="not authorized"):
        stacks_of(Script("you are not authorized")).update(TASK, STACK)


def test_a_delete_waits_until_the_stack_is_gone():
    script = Script("CREATE_COMPLETE", "DELETE_IN_PROGRESS", "DELETE_COMPLETE")
    assert stacks_of(script).delete(TASK, STACK) == Outcome(succeeded=True)
    assert script.calls == [("delete_stack", {"StackName": STACK})]


def test_a_delete_that_fails_gives_the_resources_reason():
    events = [stack_event("DELETE_FAILED"), event("DELETE_FAILED", reason="not empty")]
    outcome = stacks_of(Script("DELETE_FAILED", events=events)).delete(TASK, STACK)
    assert not outcome.succeeded
    assert outcome.reason.endswith("ResourceStatusReason:not empty.")


def test_a_delete_that_is_refused_fails_with_the_services_sentence():
    outcome = stacks_of(Script(refuses="TerminationProtection")).delete(TASK, STACK)
    assert outcome == Outcome(succeeded=False, reason="TerminationProtection")


@pytest.mark.parametrize(
    ("events", "reason"),
    [
        (
            [
                stack_event("ROLLBACK_IN_PROGRESS", "The following failed"),
                event("CREATE_FAILED", "Third", "Resource creation cancelled"),
                event("CREATE_FAILED", "Second", "second"),
                event("CREATE_FAILED", "First", "first"),
                stack_event("CREATE_IN_PROGRESS", "User Initiated"),
            ],
            "ResourceLogicalId:First, ResourceType:AWS::SQS::Queue, ResourceStatusReason:first.",
        ),
        (
            [
                event("UPDATE_FAILED", "Now", "now"),
                stack_event("UPDATE_IN_PROGRESS"),
                event("UPDATE_FAILED", "Before", "before"),
            ],
            "ResourceLogicalId:Now, ResourceType:AWS::SQS::Queue, ResourceStatusReason:now.",
        ),
        (
            [stack_event("ROLLBACK_COMPLETE"), stack_event("CREATE_FAILED", "Validation failed")],
            "Validation failed",
        ),
        ([stack_event("ROLLBACK_COMPLETE"), event("CREATE_COMPLETE")], None),
        ([], None),
    ],
)
def test_the_first_failure_of_the_last_operation_is_the_reason(events, reason):
    assert find_failure_reason(events) == reason


class Recorder:
    """Stacks that note what they are asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def create(self, _, name, __):
        self.asked.append(("create", name))
        return Outcome(succeeded=True)

    def update(self, _, stack_id):
        self.asked.append(("update", stack_id))
        return Outcome(succeeded=True)

    def delete(self, _, stack_id):
        self.asked.append(("delete", stack_id))
        return Outcome(succeeded=True)


def chain(*, administration=True, execution=True, trust=True, may_assume=True) -> RoleChain:
    """Give a role chain whose links are as told."""
    roles = {
        (ADMIN, "AWSCloudFormationStackSetAdministrationRole"): administration and ROLE,
        (TARGET, "AWSCloudFormationStackSetExecutionRole"): execution and EXECUTION,
    }

    def find_role(account, name):
        arn = roles.get((account, name))
        policies = ({"of": arn},)
        return Role(arn=arn, trust={"of": arn}, read_policies=lambda: policies) if arn else None

    return RoleChain(
        find_role=find_role,
        trust_allows=lambda policy, **asked: trust(policy, asked) if callable(trust) else trust,
        policies_allow=lambda _, **__: may_assume,
    )


class Ungated:
    """Accounts without gates."""

    def ask(self, _):
        return AccountGate(status=GateStatus.SKIPPED)


def everywhere(account, region):
    return True


def worker_with(roles: RoleChain, *, is_enabled=everywhere) -> tuple[Worker, Recorder]:
    recorder = Recorder()
    worker = Worker(roles=roles, gates=Ungated(), stacks=recorder, is_enabled=is_enabled)
    return worker, recorder


def test_a_complete_role_chain_is_asked_link_by_link_with_the_conditions_of_the_deputy():
    trusted, allowed = [], []

    def trust_allows(policy, **asked):
        trusted.append((policy, asked))
        return True

    def policies_allow(policies, **asked):
        allowed.append((policies, asked))
        return True

    roles = replace(chain(), trust_allows=trust_allows, policies_allow=policies_allow)
    assert roles.find_refusal(TASK) is None
    assert trusted == [
        (
            {"of": ROLE},
            {
                "principal_type": "Service",
                "principal": "cloudformation.amazonaws.com",
                "context": {
                    "aws:SourceAccount": ADMIN,
                    "aws:SourceArn": f"arn:aws:cloudformation:us-west-2:{ADMIN}:stackset/site:1",
                },
            },
        ),
        (
            {"of": EXECUTION},
            {
                "principal_type": "AWS",
                "principal": ROLE,
                "context": {"aws:PrincipalAccount": ADMIN, "aws:PrincipalArn": ROLE},
            },
        ),
    ]
    assert allowed == [
        (
            ({"of": ROLE},),
            {
                "action": "sts:AssumeRole",
                "resource": EXECUTION,
                "context": {"aws:ResourceAccount": TARGET},
            },
        )
    ]


def test_an_opt_in_region_needs_its_own_principal():
    def regional(_, asked):
        return asked["principal"] in {"cloudformation.eu-south-1.amazonaws.com", ROLE}

    milan = replace(TASK, key=InstanceKey(TARGET, "eu-south-1"))
    assert chain(trust=regional).find_refusal(milan) is None
    assert chain(trust=regional).find_refusal(TASK) == NEEDS_ADMINISTRATION


@pytest.mark.parametrize("model", PermissionModel)
@pytest.mark.parametrize("without", [ADMIN, TARGET])
def test_a_region_that_either_account_has_not_enabled_fails_the_instance(without, model):
    asked = InstanceKey(without, TASK.key.region)
    worker, recorder = worker_with(chain(), is_enabled=lambda *place: place != tuple(asked))
    task = replace(TASK, stack_set=replace(TASK.stack_set, permission_model=model))

    outcome = worker.carry_out(task, pytest.fail)

    reason = f"Region {TASK.key.region} is not enabled for account {without}."
    assert (outcome, recorder.asked) == (Outcome(succeeded=False, reason=reason), [])


@pytest.mark.parametrize(
    ("links", "refusal"),
    [
        ({"administration": False}, NEEDS_ADMINISTRATION),
        ({"trust": False}, NEEDS_ADMINISTRATION),
        ({"execution": False}, NEEDS_EXECUTION),
        ({"may_assume": False}, NEEDS_EXECUTION),
        ({"trust": lambda policy, _: policy["of"] == ROLE}, NEEDS_EXECUTION),
    ],
)
@pytest.mark.parametrize("kind", [TaskKind.CREATE, TaskKind.UPDATE, TaskKind.DELETE])
def test_a_broken_role_chain_fails_the_instance_and_touches_no_stack(links, refusal, kind):
    worker, recorder = worker_with(chain(**links))
    outcome = worker.carry_out(replace(TASK, kind=kind, stack_id=STACK), pytest.fail)
    assert outcome == Outcome(succeeded=False, reason=refusal)
    assert recorder.asked == []


def test_an_administration_role_of_another_path_or_account_is_not_the_one():
    definition = replace(
        STACK_SET.definition,
        administration_role_arn=ROLE.replace(":role/", ":role/path/"),
    )
    task = replace(TASK, stack_set=replace(STACK_SET, definition=definition))
    assert chain().find_refusal(task) == NEEDS_ADMINISTRATION


@pytest.mark.parametrize(
    ("kind", "stack_id"),
    [(TaskKind.RETAIN, STACK), (TaskKind.RETAIN, None), (TaskKind.DELETE, None)],
)
def test_what_touches_no_stack_needs_no_role(kind, stack_id):
    worker, recorder = worker_with(chain(administration=False))
    outcome = worker.carry_out(replace(TASK, kind=kind, stack_id=stack_id), pytest.fail)
    assert outcome == Outcome(succeeded=True)
    assert recorder.asked == []


@pytest.mark.parametrize("kind", [TaskKind.UPDATE, TaskKind.DELETE])
def test_a_task_is_done_to_its_own_stack(kind):
    worker, recorder = worker_with(chain())
    worker.carry_out(replace(TASK, kind=kind, stack_id=STACK), pytest.fail)
    assert recorder.asked == [(kind.lower(), STACK)]


def test_target_stack_names_are_fresh_after_a_failed_create():
    worker, recorder = worker_with(chain())
    for stack_id in (None, STACK):
        worker.carry_out(replace(TASK, stack_id=stack_id), pytest.fail)
    first, second = (name for _, name in recorder.asked)
    assert first != second
    assert first.startswith("StackSet-site-")
    assert len(first) == len("StackSet-site-") + 36


def test_versions_remember_what_every_key_was():
    start = datetime(2026, 1, 1, tzinfo=UTC)
    later, last = start + timedelta(seconds=1), start + timedelta(seconds=2)
    versions: Versions[str, int] = Versions()
    versions.put("a", 1, start)
    versions.put("b", 2, later)
    versions.put("a", None, last)
    assert (versions.find("a"), versions.find("b"), versions.find("c")) == (None, 2, None)
    assert versions.values() == [2]
    assert versions.get("b") == 2
    with pytest.raises(KeyError):
        versions.get("a")
    assert versions.values_at(start) == [1]
    assert versions.values_at(later) == [1, 2]
    assert versions.values_at(last) == [2]
    assert versions.values_at(start - timedelta(seconds=1)) == []


def test_the_system_clock_tells_utc_and_waits_for_the_ending():
    clock, ending = SystemClock(), threading.Event()
    assert clock.now().utcoffset() == timedelta(0)
    assert clock.wait(ending, 0.001) is False
    ending.set()
    assert clock.wait(ending, 60) is True
