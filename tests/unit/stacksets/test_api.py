"""What a program gets: the stages without a voice, safe by default."""

from dataclasses import replace

import pytest

import stacksets
from stacksets import api
from stacksets.errors import (
    CredentialsError,
    DeploymentFileError,
    InputError,
    NotReadyError,
    StackSetsError,
    StalePlanError,
    TemplateError,
    UnsafePlanError,
)
from stacksets.model.desired import (
    AutoDeployment,
    DeploymentTargets,
    OperationId,
    PermissionModel,
)
from stacksets.model.diagnosis import DiagnosisState
from stacksets.model.observed import OperationAction, OperationStatus
from stacksets.model.outcome import StepStarted, Verdict, Verified
from stacksets.opening import open_deployment
from stacksets.plan import PlanOptions
from stacksets.waiting import IfBusy, Patience
from tests.builders import (
    ACCOUNT,
    EAST,
    HOME,
    NAME,
    OTHER_ACCOUNT,
    WEST,
    a_deployment,
    a_key,
    a_template,
    an_operation,
    targets,
)
from tests.deployment_files import write_file
from tests.fakes import FakeAws, FakeClock
from tests.organizations import APPS, MANAGEMENT, ONE, THREE, TWO, an_organization

SECRET = {
    "Parameters": {"Password": {"Type": "String", "NoEcho": True, "Default": "x"}},
    "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
}
BOTH = a_deployment()
EAST_ONLY = a_deployment(targets=targets((ACCOUNT, EAST)))


def _open(aws, deployment=BOTH):
    return open_deployment(deployment, aws, FakeClock())


def _plan(opened, options=None):
    return stacksets.make_plan(opened, stacksets.observe(opened), options)


def _deploy(aws, deployment=BOTH, **arguments):
    opened = _open(aws, deployment)
    return stacksets.deploy(opened, _plan(opened), lints=False, **arguments)


def _start_another(aws):
    """Let an operation run that is of nobody here."""
    aws.fake_stack_sets.polls_until_done = 2
    aws.fake_stack_sets.results["other"] = ()
    aws.fake_stack_sets.operations["other"] = an_operation(
        id=OperationId("other"), action=OperationAction.UPDATE, status=OperationStatus.RUNNING
    )


def test_a_deployment_file_is_loaded_by_its_name_and_the_process_says_the_environment(
    tmp_path, monkeypatch
):
    file = write_file(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ENVIRONMENT_SUFFIX", "dev")
    loaded = stacksets.load_deployment()
    assert (loaded.name, loaded.environment_source) == ("greeting-dev", "ENVIRONMENT_SUFFIX")
    assert stacksets.load_deployment(str(file), environment="dev", environ={}).name == loaded.name


def test_the_variables_that_are_given_stand_for_those_of_the_process(tmp_path, monkeypatch):
    monkeypatch.setenv("ENVIRONMENT_SUFFIX", "nowhere")
    assert stacksets.load_deployment(write_file(tmp_path), environ={}).environment == "dev"


def test_a_file_that_is_not_there_is_an_error_of_this_package(tmp_path):
    with pytest.raises(DeploymentFileError):
        stacksets.load_deployment(tmp_path / "none.toml")


def test_opening_binds_the_deployment_to_the_account_of_the_profile(monkeypatch, aws):
    asked = []
    monkeypatch.setattr(api, "open_boto", lambda *said: asked.append(said) or aws)
    opened = stacksets.open_aws(a_deployment(admin_account=None), profile="ada")
    assert asked == [("ada", HOME)]
    assert opened.deployment.admin_account == ACCOUNT
    assert opened.identity == aws.caller


def test_credentials_of_another_account_than_the_file_names_are_refused(monkeypatch, aws):
    monkeypatch.setattr(api, "open_boto", lambda *_: aws)
    with pytest.raises(CredentialsError, match=OTHER_ACCOUNT):
        stacksets.open_aws(a_deployment(admin_account=OTHER_ACCOUNT))


def test_a_deploy_reaches_the_desired_state_and_tells_every_event(aws, capsys):
    events = []
    outcome = _deploy(aws, notify=events.append)
    assert outcome.verdict is Verdict.SUCCEEDED
    assert [one.key for one in outcome.instances] == [a_key(region=EAST), a_key(region=WEST)]
    assert [one.number for one in events if isinstance(one, StepStarted)] == [1, 2]
    assert isinstance(events[-1], Verified)
    assert capsys.readouterr() == ("", "")


def test_a_second_deploy_is_no_change_and_no_call(aws):
    _deploy(aws)
    before = list(aws.fake_stack_sets.calls)
    outcome = _deploy(aws)
    assert outcome.verdict is Verdict.NO_CHANGES
    assert (outcome.plan.is_empty, outcome.remaining, outcome.operation_ids) == (True, None, ())
    assert len(outcome.instances) == 2
    assert aws.fake_stack_sets.calls == before


def test_failed_instances_are_a_verdict_with_their_causes_and_no_error(aws):
    aws.fake_stack_sets.fail = {a_key(region=WEST): "no room"}
    outcome = _deploy(aws)
    assert outcome.verdict is Verdict.FAILED
    assert [(one.key, one.reason) for one in outcome.root_causes] == [
        (a_key(region=WEST), "no room")
    ]


def test_a_plan_that_deletes_is_refused_unless_it_is_allowed(aws):
    _deploy(aws)
    before = list(aws.fake_stack_sets.calls)
    with pytest.raises(UnsafePlanError, match="deletes") as refused:
        _deploy(aws, EAST_ONLY)
    assert "allow_delete=True" in refused.value.hint
    assert aws.fake_stack_sets.calls == before
    outcome = _deploy(aws, EAST_ONLY, allow_delete=True)
    assert [one.key for one in outcome.instances] == [a_key(region=EAST)]


def test_consent_to_a_deletion_is_not_enough_without_the_permission_to_delete(aws):
    _deploy(aws)
    with pytest.raises(UnsafePlanError, match="deletes"):
        _deploy(aws, EAST_ONLY, consent=lambda _: True)


def test_consent_sees_the_plan_and_what_is_not_true_refuses_it(aws):
    asked = []
    with pytest.raises(UnsafePlanError, match="not agreed to"):
        _deploy(aws, consent=asked.append)
    assert [len(one.steps) for one in asked] == [2]
    assert aws.fake_stack_sets.sets == {}
    assert _deploy(aws, consent=lambda plan: not plan.deletes).verdict is Verdict.SUCCEEDED


def test_a_plan_that_would_not_be_made_again_is_refused(aws):
    opened = _open(aws)
    plan = _plan(opened)
    _deploy(aws, EAST_ONLY)
    before = list(aws.fake_stack_sets.calls)
    with pytest.raises(StalePlanError, match="no longer holds"):
        stacksets.deploy(opened, plan, lints=False)
    assert aws.fake_stack_sets.calls == before


def test_an_empty_plan_that_is_no_longer_empty_is_refused_too(aws):
    _deploy(aws)
    opened = _open(aws)
    plan = _plan(opened)
    aws.fake_stack_sets.sets.clear()
    with pytest.raises(StalePlanError):
        stacksets.deploy(opened, plan, lints=False)
    assert aws.fake_stack_sets.sets == {}


def test_a_plan_that_only_waits_is_followed_by_what_is_left_and_that_is_asked_for(aws):
    _deploy(aws, EAST_ONLY)
    _start_another(aws)
    opened, asked = _open(aws), []
    waiting = _plan(opened)
    assert not waiting.writes
    outcome = stacksets.deploy(
        opened, waiting, lints=False, consent=lambda plan: asked.append(plan) or True
    )
    assert outcome.verdict is Verdict.SUCCEEDED
    created = [one.key.region for plan in asked for one in plan.instances if one.kind == "create"]
    assert created == [WEST]


def test_patience_says_for_whom_is_not_waited(aws):
    _deploy(aws, EAST_ONLY)
    _start_another(aws)
    with pytest.raises(StackSetsError) as refused:
        _deploy(aws, patience=Patience(if_busy=IfBusy.REFUSE))
    assert refused.value.exit_code == 6


def test_errors_of_cfn_lint_are_refused_and_all_in_the_error(aws):
    wrong = a_template({"Resources": {"A": {"Type": "AWS::SNS::Topic", "Properties": {"No": 1}}}})
    opened = _open(aws, a_deployment(template=wrong))
    plan = _plan(opened)
    with pytest.raises(TemplateError, match="cfn-lint") as refused:
        stacksets.deploy(opened, plan)
    assert ["E3002" in one for one in refused.value.findings] == [True]
    assert refused.value.to_dict()["findings"] == list(refused.value.findings)
    assert aws.fake_stack_sets.sets == {}


def test_a_template_that_cfn_lint_finds_right_is_deployed(aws):
    right = a_template({"Resources": {"A": {"Type": "AWS::SNS::Topic"}}})
    opened = _open(aws, a_deployment(template=right))
    assert stacksets.deploy(opened, _plan(opened)).verdict is Verdict.SUCCEEDED


def test_an_account_that_is_not_ready_is_refused_and_stays_empty():
    bare = FakeAws()
    opened = _open(bare)
    ready = stacksets.check_ready(opened, None)
    with pytest.raises(NotReadyError) as refused:
        stacksets.deploy(opened, _plan(opened), lints=False)
    assert refused.value.problems == ready.problems != ()
    assert bare.fake_stack_sets.sets == {}


def test_readiness_looks_for_the_stack_set_where_aws_region_points(aws, monkeypatch):
    _deploy(aws)
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    told = stacksets.check_ready(_open(aws), None).problems
    assert {one.where for one in told} == {"home_region"}
    assert any("eu-west-1" in one.what for one in told)


def test_options_of_the_plan_are_those_of_the_deploy(aws):
    deployment = a_deployment(template=a_template(SECRET))
    _deploy(aws, deployment)
    opened, options = _open(aws, deployment), PlanOptions(send=frozenset({"Password"}))
    plan = _plan(opened, options)
    with pytest.raises(StalePlanError, match="no longer holds"):
        stacksets.deploy(opened, plan, lints=False)
    outcome = stacksets.deploy(opened, plan, lints=False, options=options)
    assert (outcome.verdict, len(outcome.operation_ids)) == (Verdict.SUCCEEDED, 1)


def test_a_name_that_is_no_secret_is_not_sent_by_name(aws):
    opened = _open(aws)
    with pytest.raises(InputError, match="Suffix"):
        stacksets.deploy(opened, _plan(opened), options=PlanOptions(send=frozenset({"Suffix"})))


def test_units_are_deployed_to_as_they_are_when_they_are_observed(aws):
    aws.fake_organizations = an_organization()
    deployment = a_deployment(
        permission_model=PermissionModel.SERVICE_MANAGED,
        administration_role_arn=None,
        execution_role_name=None,
        auto_deployment=AutoDeployment(enabled=False),
        admin_account=MANAGEMENT,
        targets=(DeploymentTargets(accounts=(), regions=(EAST,), organizational_units=(APPS,)),),
    )
    aws.caller = replace(aws.caller, account=MANAGEMENT)
    opened = _open(aws, deployment)
    outcome = stacksets.deploy(opened, _plan(opened), lints=False)
    assert [one.account for one in outcome.instances] == [ONE, TWO, THREE]
    assert stacksets.make_plan(opened, stacksets.observe(opened)).is_empty


def test_destroy_removes_all_once_that_is_allowed(aws):
    _deploy(aws)
    opened = _open(aws)
    plan = stacksets.make_destroy_plan(opened, stacksets.observe(opened))
    with pytest.raises(UnsafePlanError, match="deletes"):
        stacksets.destroy(opened, plan)
    assert NAME in aws.fake_stack_sets.sets
    outcome = stacksets.destroy(opened, plan, allow_delete=True)
    assert outcome.verdict is Verdict.SUCCEEDED
    assert aws.fake_stack_sets.sets == {}


def test_where_nothing_is_there_destroy_is_no_change(aws):
    opened = _open(aws)
    plan = stacksets.make_destroy_plan(opened, stacksets.observe(opened))
    outcome = stacksets.destroy(opened, plan)
    assert (outcome.verdict, outcome.instances) == (Verdict.NO_CHANGES, ())


def test_diagnose_tells_the_instances_as_they_stand_or_one_operation(aws):
    aws.fake_stack_sets.fail = {a_key(region=WEST): "no room"}
    outcome = _deploy(aws)
    standing = stacksets.diagnose(_open(aws))
    assert standing.state is DiagnosisState.FAULT
    assert [one.reason for one in standing.causes] == ["no room"]
    of_one = stacksets.diagnose(_open(aws), outcome.operation_ids[-1])
    assert of_one.operation is not None
    assert of_one.operation.id == outcome.operation_ids[-1]


def test_outputs_are_read_of_every_instance(aws):
    _deploy(aws)
    for region in (EAST, WEST):
        stacks = aws.accounts[a_key(region=region)].stacks
        for name, stack in stacks.items():
            stacks[name] = replace(stack, outputs={"Url": f"https://{region}"})
    read = stacksets.read_outputs(_open(aws))
    assert [(one.key, one.outputs) for one in read] == [
        (a_key(region=EAST), {"Url": "https://us-east-1"}),
        (a_key(region=WEST), {"Url": "https://us-west-1"}),
    ]


@pytest.mark.parametrize("ask", [stacksets.diagnose, stacksets.read_outputs])
def test_of_a_stack_set_that_is_not_there_nothing_can_be_told(aws, ask):
    with pytest.raises(InputError, match=f"no stack set {NAME}"):
        ask(_open(aws))
