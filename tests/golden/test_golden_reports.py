"""What people read when something has been done, or could not be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from stacksets.errors import (
    CredentialsError,
    DeploymentFileError,
    DetachedError,
    NotReadyError,
    OperationFailedError,
    Problem,
    UnfitInputError,
)
from stacksets.model.desired import DeploymentTargets, InstanceKey, OperationId
from stacksets.model.observed import (
    DetailedStatus,
    InstanceStatus,
    OperationAction,
    OperationStatus,
    Refusal,
    ResultStatus,
)
from stacksets.model.outcome import (
    Identity,
    InstanceProgressed,
    OperationObserved,
    Outcome,
    RootCause,
    StepFinished,
    StepStarted,
    Verdict,
    Verified,
    Waited,
)
from stacksets.opening import refuse_unready
from stacksets.plan import PlanOptions, make_destroy_plan, make_plan
from stacksets.report.change import change_result
from stacksets.report.event import event_message
from stacksets.report.failure import bug_result, error_result, interrupted_result, usage_result
from stacksets.report.header import header_message
from stacksets.report.outcome import outcome_lines
from stacksets.report.status import status_result
from tests.builders import (
    ACCOUNT,
    CONTENT,
    EAST,
    OTHER_ACCOUNT,
    WEST,
    a_deployment,
    a_key,
    a_stack_set,
    a_template,
    an_instance,
    an_operation,
    targets,
)
from tests.preflight_world import World

START = datetime(2026, 1, 1, tzinfo=UTC)
FIRST = make_plan(a_deployment(), None)
REACHED = make_plan(
    a_deployment(), a_stack_set(an_instance(a_key(region=WEST)), an_instance(a_key()))
)
FAILED = {"status": InstanceStatus.OUTDATED, "detailed_status": DetailedStatus.FAILED}
REFUSAL = Refusal(
    why=f"account {OTHER_ACCOUNT} cannot be read: the deployment file names no read role",
    hint="read_role_name in [stack_set] names a role of that account that trusts the caller; "
    "`stacksets bootstrap` makes it where the file has [bootstrap]",
)


def _text(lines):
    return "".join(f"{line.text}\n" for line in lines)


def _outcome(**changes):
    values = {
        "verdict": Verdict.SUCCEEDED,
        "plan": FIRST,
        "operation_ids": (OperationId("op-1"),),
        "instances": (an_instance(a_key(region=EAST)), an_instance(a_key(region=WEST))),
        "root_causes": (),
        "not_attempted": (),
        "remaining": None,
        "started": START,
        "ended": START + timedelta(seconds=4.25),
    }
    return outcome_lines(Outcome(**(values | changes)))


def _cause(account=ACCOUNT, region=WEST, **changes):
    values = {
        "reason": "Role does not exist",
        "logical_id": "Function",
        "resource_type": "AWS::Lambda::Function",
    }
    return RootCause(account=account, region=region, **(values | changes))


def _succeeded():
    return _outcome()


def _destroyed():
    return _outcome(instances=())


def _failed():
    return _outcome(
        verdict=Verdict.FAILED,
        instances=(
            an_instance(
                a_key(region=EAST),
                status=InstanceStatus.OUTDATED,
                detailed_status=DetailedStatus.CANCELLED,
                status_reason="Cancelled since failure tolerance has exceeded",
                stack_id=None,
            ),
            an_instance(a_key(region=WEST), **FAILED, status_reason="see the stack"),
        ),
        root_causes=(_cause(),),
        not_attempted=(a_key(region=EAST),),
        unsent=FIRST.steps[1:],
        remaining=FIRST,
        ended=START + timedelta(minutes=4, seconds=10),
    )


def _failed_alike_in_many():
    keys = [InstanceKey(f"{number:012}", WEST) for number in range(1, 9)]
    return _outcome(
        verdict=Verdict.PARTIAL,
        instances=tuple(an_instance(key, **FAILED) for key in keys),
        root_causes=(
            *(_cause(key.account) for key in keys),
            _cause(OTHER_ACCOUNT, logical_id="", reason="Account 222222222222 should have a role"),
        ),
        ended=START + timedelta(seconds=38),
    )


def _stuck():
    return an_instance(
        a_key(),
        status=InstanceStatus.INOPERABLE,
        detailed_status=DetailedStatus.INOPERABLE,
        status_reason="Export shared cannot be deleted as it is in use by importer",
    )


def _inoperable():
    stuck = _stuck()
    outcome = Outcome(
        verdict=Verdict.FAILED,
        plan=FIRST,
        operation_ids=(),
        instances=(stuck, an_instance(a_key(OTHER_ACCOUNT), status=InstanceStatus.INOPERABLE)),
        root_causes=(_cause(region=EAST, logical_id="", reason=stuck.status_reason),),
        not_attempted=(),
        remaining=make_destroy_plan(a_deployment(), a_stack_set(stuck)),
        started=START,
        ended=START,
    )
    way_out = "stacksets destroy --retain-inoperable --allow-delete"
    return change_result(outcome, {}, way_out=way_out).lines


def _let_go():
    stuck = an_instance(a_key(OTHER_ACCOUNT), status=InstanceStatus.INOPERABLE)
    well = an_instance(a_key())
    outcome = Outcome(
        verdict=Verdict.SUCCEEDED,
        plan=make_plan(
            a_deployment(targets=targets((ACCOUNT, EAST))),
            a_stack_set(well, stuck),
            PlanOptions(retain_inoperable=True),
        ),
        operation_ids=(),
        instances=(well,),
        root_causes=(),
        not_attempted=(),
        remaining=None,
        started=START,
        ended=START,
    )
    return change_result(outcome, {}, before=(well, stuck)).lines


def _removed_in_part():
    stuck = _stuck()
    outcome = Outcome(
        verdict=Verdict.FAILED,
        plan=make_destroy_plan(
            a_deployment(), a_stack_set(stuck, an_instance(a_key(OTHER_ACCOUNT)))
        ),
        operation_ids=(),
        instances=(stuck,),
        root_causes=(_cause(region=EAST, logical_id="", reason=stuck.status_reason),),
        not_attempted=(),
        remaining=make_destroy_plan(a_deployment(), a_stack_set(stuck)),
        started=START,
        ended=START,
    )
    way_out = "stacksets destroy --retain-inoperable --allow-delete"
    return change_result(outcome, {}, way_out=way_out).lines


def _not_ready():
    error = NotReadyError(
        "Not ready, nothing was changed",
        problems=[
            Problem(
                where=ACCOUNT,
                what="no role service-dev-administration",
                hint="`stacksets bootstrap`",
            ),
            Problem(
                where="us-east-1, us-west-1",
                what="API Gateway has no CloudWatch role; logging needs one",
                hint="`stacksets bootstrap`",
            ),
            Problem(where="", what="template too long"),
        ],
    )
    error.add_note("could not check the Lambda quota (no servicequotas:GetServiceQuota); goes on")
    return error_result(error, {}).lines


def _in_two_accounts():
    both = (DeploymentTargets(accounts=(ACCOUNT, OTHER_ACCOUNT), regions=(EAST,)),)
    content = {**CONTENT, "Parameters": {"Domain": {"Type": "String", "Default": ""}}}
    world = World()
    world.ready_account(EAST, OTHER_ACCOUNT)
    ready = world.check(
        template=a_template(content),
        targets=both,
        parameters={"Domain": "api.example.com"},
        unique_across_accounts=("Domain",),
    )
    with pytest.raises(UnfitInputError) as refused:
        refuse_unready(ready)
    return error_result(refused.value, {}).lines


def _bad_file():
    problem = Problem(where="[stack_set] nmae", what="unknown key", hint='nearest: "name"')
    error = DeploymentFileError("stacksets.toml has 1 problem", hint="mend it", problems=[problem])
    return error_result(error, {}).lines


def _no_credentials():
    error = CredentialsError(
        "there are no AWS credentials", hint="`stacksets local run -- COMMAND` needs none"
    )
    return error_result(error, {}).lines


def _operation_failed():
    error = OperationFailedError("the bootstrap failed", root_causes=[_cause()])
    return error_result(error, {}).lines


def _detached():
    return error_result(DetachedError("detached from operation op-1", hint="again"), {}).lines


def _bug():
    return bug_result(KeyError("StackSet"), {}, verbose=False).lines


def _usage():
    return usage_result("No such option: --forc", "stacksets --help").lines


def _interrupted_before():
    return interrupted_result({}, 2, changing=False).lines


def _interrupted_while_changing():
    return interrupted_result({}, 2, changing=True).lines


def _header():
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/AdminRole/alice"
    identity = Identity(account=ACCOUNT, arn=arn, alias="acme-sandbox")
    return header_message(a_deployment(), identity).lines


def _header_without_alias():
    identity = Identity(account=ACCOUNT, arn=f"arn:aws:iam::{ACCOUNT}:root")
    return header_message(a_deployment(environment_source="--environment"), identity).lines


def _events():
    create = FIRST.steps[0]
    instances = {
        a_key(region=EAST): ResultStatus.SUCCEEDED,
        a_key(region=WEST): ResultStatus.RUNNING,
        a_key(OTHER_ACCOUNT): ResultStatus.PENDING,
        a_key(OTHER_ACCOUNT, WEST): ResultStatus.CANCELLED,
    }
    observed = {"operation_id": OperationId("op-1"), "seconds": 3.0}
    behind = tuple(OperationId(f"op-{number}") for number in range(2, 6))
    progressed = {"operation_id": OperationId("op-1"), "key": a_key(), "seconds": 0.41}
    return [
        line
        for event in (
            StepStarted(number=1, total=2, step=create),
            StepFinished(number=1, step=create, seconds=0.2),
            StepStarted(number=2, total=2, step=FIRST.steps[1]),
            OperationObserved(status=OperationStatus.QUEUED, queued_behind=behind[:1], **observed),
            OperationObserved(status=OperationStatus.QUEUED, queued_behind=behind, **observed),
            OperationObserved(status=OperationStatus.RUNNING, instances=instances, **observed),
            OperationObserved(status=OperationStatus.RUNNING, failed_count=3, **observed),
            InstanceProgressed(status=ResultStatus.SUCCEEDED, status_reason="", **progressed),
            InstanceProgressed(status=ResultStatus.FAILED, status_reason="no role", **progressed),
            InstanceProgressed(
                status=ResultStatus.FAILED, status_reason="no role " * 20, **progressed
            ),
            InstanceProgressed(
                status=ResultStatus.CANCELLED, status_reason="tolerance exceeded", **progressed
            ),
            OperationObserved(status=OperationStatus.FAILED, status_reason="gone", **observed),
            Waited(what="IAM", seconds=5.0),
            Waited(what="detach", seconds=3.0),
            Verified(plan=FIRST),
            Verified(plan=REACHED),
        )
        for line in event_message(event).lines
    ]


def _status():
    operations = (
        an_operation(
            id=OperationId("op-3"), action=OperationAction.UPDATE, status=OperationStatus.RUNNING
        ),
        an_operation(
            id=OperationId("op-2"),
            status=OperationStatus.FAILED,
            status_reason="tolerance exceeded",
            created=START,
            ended=START + timedelta(seconds=75),
        ),
        an_operation(created=START),
        *(an_operation(id=OperationId(f"op-{number}")) for number in range(10, 14)),
    )
    observed = a_stack_set(
        an_instance(a_key(region=WEST)),
        an_instance(a_key("333333333333", EAST), overrides={"B": "2", "A": "1"}, **FAILED),
        an_instance(a_key(OTHER_ACCOUNT, EAST), overrides={}, stack_exists=False),
        an_instance(a_key(OTHER_ACCOUNT, WEST), stack_exists=None, unread=REFUSAL),
        an_instance(a_key(OTHER_ACCOUNT, "eu-west-1"), stack_id=None, detailed_status=None),
        operations=operations,
        template_body="{}",
    )
    return status_result(a_deployment(), observed, {}).lines


def _status_healthy():
    instances = (an_instance(a_key(region=EAST)), an_instance(a_key(region=WEST)))
    return status_result(a_deployment(), a_stack_set(*instances), {}).lines


def _status_not_deployed():
    return status_result(a_deployment(), None, {}).lines


@pytest.mark.parametrize(
    "make",
    [
        _succeeded,
        _destroyed,
        _failed,
        _failed_alike_in_many,
        _inoperable,
        _let_go,
        _removed_in_part,
        _not_ready,
        _in_two_accounts,
        _bad_file,
        _no_credentials,
        _operation_failed,
        _detached,
        _bug,
        _usage,
        _interrupted_before,
        _interrupted_while_changing,
        _header,
        _header_without_alias,
        _events,
        _status,
        _status_healthy,
        _status_not_deployed,
    ],
    ids=lambda make: make.__name__,
)
def test_a_report_reads_as_reviewed(make, golden):
    golden(f"report{make.__name__}.txt", _text(make()))
