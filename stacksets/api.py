"""What a program does instead of typing commands: the stages of the command line, without a voice.

    load_deployment -> open_aws -> observe -> make_plan -> deploy

Everything here is imported from the package itself: `from stacksets import deploy`. Nothing is
printed; what happens comes by `notify`, what goes wrong as a StackSetsError.
"""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from stacksets import deploying, destroying, diagnosing, load, outputs
from stacksets import plan as planning
from stacksets.clock import SystemClock
from stacksets.errors import StalePlanError, UnsafePlanError
from stacksets.lint import lint_template, refuse_findings
from stacksets.model.outcome import Outcome, Verdict
from stacksets.model.plan import Retention
from stacksets.opening import (
    get_stack_set,
    look_ready,
    observe,
    open_boto,
    open_deployment,
    refuse_compared,
    refuse_unready,
)
from stacksets.waiting import Patience

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from stacksets.model.desired import Deployment, OperationId
    from stacksets.model.diagnosis import Diagnosis
    from stacksets.model.observed import StackSet
    from stacksets.model.outcome import Event
    from stacksets.model.plan import Plan
    from stacksets.opening import Opened
    from stacksets.outputs import InstanceOutputs
    from stacksets.plan import PlanOptions
    from stacksets.preflight import Readiness

_FOR_EVER = Patience()


def load_deployment(
    path: str | Path = "stacksets.toml",
    *,
    environment: str | None = None,
    environ: Mapping[str, str] | None = None,
) -> Deployment:
    """Load a deployment file and the templates that it names; no AWS call.

    Args:
        path: the deployment file.
        environment: None leaves it to ENVIRONMENT_SUFFIX, else dev.
        environ: where ENVIRONMENT_SUFFIX, REPOSITORY and COMMIT_AUTHOR are looked up; None is the
            process's own environment.

    Raises:
        DeploymentFileError: the file has problems; `problems` are all of them.
        TemplateError: a template cannot be read.
    """
    variables = os.environ if environ is None else environ
    return load.load_deployment(Path(path), environment=environment, environ=variables)


def open_aws(deployment: Deployment, *, profile: str | None = None) -> Opened:
    """Find out whose credentials these are, and bind the deployment to their account.

    Args:
        deployment: what `load_deployment` gave.
        profile: an AWS profile; None finds credentials as every AWS tool does.

    Raises:
        CredentialsError: there are none, or they are of another account than `admin_account`.
    """
    aws = open_boto(profile, deployment.home_region)
    return open_deployment(deployment, aws, SystemClock())


def check_ready(opened: Opened, observed: StackSet | None) -> Readiness:
    """Look for all that a deploy would fail on half-way, and change nothing; `deploy` asks as well.

    Args:
        opened: what `open_aws` gave.
        observed: what `observe` gave.

    Raises:
        CredentialsError: the credentials are refused.
    """
    return look_ready(opened, observed, os.environ)


def make_plan(
    opened: Opened, observed: StackSet | None, options: PlanOptions | None = None
) -> Plan:
    """Plan the way to the desired state, without any call; an empty plan means that it is reached.

    Args:
        opened: what `open_aws` gave.
        observed: what `observe` gave; None where there is no stack set yet.
        options: what is asked for beside the deployment file; `deploy` is to get the same.

    Raises:
        InputError: the deployment asks for what AWS cannot change in place, or for units that the
            organization does not have.
    """
    return planning.make_plan(opened.deployment, observed, options)


def make_destroy_plan(
    opened: Opened, observed: StackSet | None, retention: Retention = Retention.NONE
) -> Plan:
    """Plan the removal of every stack instance and then of the stack set, without any call.

    Stacks go with their instances unless `retention` covers them; `destroy` is to get the same.
    """
    return planning.make_destroy_plan(opened.deployment, observed, retention)


def deploy(
    opened: Opened,
    plan: Plan,
    *,
    allow_delete: bool = False,
    consent: Callable[[Plan], bool] | None = None,
    notify: Callable[[Event], None] | None = None,
    options: PlanOptions | None = None,
    lints: bool = True,
    patience: Patience = _FOR_EVER,
) -> Outcome:
    """Carry a plan of `make_plan` out, and verify that a second plan is empty.

    Everything is looked at once more first: a plan that would not be made again is refused. An
    empty plan changes nothing; a plan that waits for another operation is followed by whatever is
    then left. Instances that failed are no error: the verdict tells, and `root_causes` why.

    Args:
        opened: what `open_aws` gave.
        plan: what is to be done.
        allow_delete: let plans pass that delete stack instances or the stack set.
        consent: is asked for every plan that changes AWS before it is begun, for this one and for
            those that come up on the way; anything but true refuses it. None agrees.
        notify: is told every event as it happens.
        options: those that the plan was made with.
        lints: ask cfn-lint, where it is installed, and refuse its errors.
        patience: for which other operations to wait, and until when: a moment of
            `time.monotonic()`.

    Raises:
        UnsafePlanError: the plan deletes and may not, or was not agreed to.
        StalePlanError: the world has moved since the plan was made, or goes on moving.
        TemplateError: cfn-lint finds errors.
        NotReadyError: something is missing that the change would fail on.
        AwsError, ConflictError: AWS refused a call, or another operation is not to be waited for.
        StillRunningError: the patience has come to its end; the operation goes on in AWS.
        DetachedError, OperationStoppedError: interrupted by Ctrl-C once, twice.
    """
    chosen = options or planning.PlanOptions()
    observed = _observe_ready(opened, chosen, lints=lints)
    return _carry_out(
        opened,
        observed,
        _made_again(plan, make_plan(opened, observed, chosen)),
        _agreement(allow_delete=allow_delete, consent=consent),
        partial(deploying.deploy, options=chosen, notify=notify or _tell_nobody, patience=patience),
    )


def destroy(
    opened: Opened,
    plan: Plan,
    *,
    allow_delete: bool = False,
    consent: Callable[[Plan], bool] | None = None,
    notify: Callable[[Event], None] | None = None,
    retention: Retention = Retention.NONE,
    patience: Patience = _FOR_EVER,
) -> Outcome:
    """Carry a plan of `make_destroy_plan` out: every stack instance goes, then the stack set.

    The arguments and errors are those of `deploy`; without `allow_delete` nothing is removed.
    `retention` is the one that the plan was made with.
    """
    observed = observe(opened, overrides=False)
    return _carry_out(
        opened,
        observed,
        _made_again(plan, make_destroy_plan(opened, observed, retention)),
        _agreement(allow_delete=allow_delete, consent=consent),
        partial(
            destroying.destroy,
            retention=retention,
            notify=notify or _tell_nobody,
            patience=patience,
        ),
    )


def diagnose(opened: Opened, operation_id: OperationId | None = None) -> Diagnosis:
    """Say why stack instances failed, and which wait behind them.

    Args:
        opened: what `open_aws` gave.
        operation_id: the operation to look into; None takes the stack instances as they stand.

    Raises:
        InputError: there is no stack set, or it knows no such operation.
        AwsError: AWS refused a call.
    """
    observed = get_stack_set(opened)
    if operation_id is None:
        return diagnosing.diagnose(opened.aws, opened.deployment, observed)
    return diagnosing.diagnose_operation(opened.aws, opened.deployment, observed, operation_id)


def read_outputs(opened: Opened) -> tuple[InstanceOutputs, ...]:
    """Read the outputs of every stack instance that is there or should be, sorted by its key.

    Raises:
        InputError: there is no stack set.
        AwsError: AWS refused a call; what one instance refuses is its `problem`.
    """
    observed = get_stack_set(opened)
    return outputs.read_outputs(opened.aws, opened.deployment, observed)


def _observe_ready(opened: Opened, options: PlanOptions, *, lints: bool) -> StackSet | None:
    """Observe, and refuse all that a deploy would fail on."""
    refuse_compared(opened.deployment, options.send)
    if lints:
        template = opened.deployment.template
        refuse_findings(lint_template(template, opened.deployment.regions()), template)
    observed = observe(opened, audit=options.audit)
    refuse_unready(check_ready(opened, observed))
    return observed


def _made_again(plan: Plan, now: Plan) -> Plan:
    """Give the plan as it is made now; one that only waits for an operation promised no more."""
    only_waits = not plan.is_empty and not plan.writes
    if plan != now and not only_waits:
        raise StalePlanError(
            f"the plan for stack set {plan.stack_set_name} no longer holds; nothing was changed",
            hint="observe and plan anew, with the options that deploy gets, and look at it again",
        )
    return now


def _agreement(
    *, allow_delete: bool, consent: Callable[[Plan], bool] | None
) -> Callable[[Plan], None]:
    """Give what lets a plan pass, or raises UnsafePlanError before it is begun."""

    def agree(plan: Plan) -> None:
        if not plan.writes:
            return
        if plan.deletes and not allow_delete:
            raise UnsafePlanError(
                f"the plan for stack set {plan.stack_set_name} deletes, which was not allowed; "
                "it was not begun",
                hint="look at the plan, then pass allow_delete=True",
            )
        if consent is not None and not consent(plan):
            raise UnsafePlanError(
                f"the plan for stack set {plan.stack_set_name} was not agreed to; it was not begun",
                hint="it is `consent` that agrees, by returning True",
            )

    return agree


def _carry_out(
    opened: Opened,
    observed: StackSet | None,
    plan: Plan,
    agree: Callable[[Plan], None],
    change: Callable[..., Outcome],
) -> Outcome:
    """Carry out what is agreed to, by `change`; an empty plan changes nothing."""
    agree(plan)
    if plan.is_empty:
        return _no_changes(opened, plan, observed)
    return change(opened.deployment, opened.aws, opened.clock, first=plan, consent=agree)


def _no_changes(opened: Opened, plan: Plan, observed: StackSet | None) -> Outcome:
    now = opened.clock.now()
    return Outcome(
        verdict=Verdict.NO_CHANGES,
        plan=plan,
        operation_ids=(),
        instances=observed.instances if observed else (),
        root_causes=(),
        not_attempted=(),
        remaining=None,
        started=now,
        ended=now,
    )


def _tell_nobody(_: Event) -> None:
    """Let an event pass."""
