"""The commands that change AWS: deploy, destroy and bootstrap."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import click

from stacksets import deploy as deploying
from stacksets import destroy as destroying
from stacksets.cli.consent import Consent
from stacksets.cli.options import several_files_command
from stacksets.cli.parts import PlannedChange, change_each
from stacksets.cli.patience import Waiting, if_busy_option, timeout_option
from stacksets.cli.plan_options import check_send, option_words, plan_options
from stacksets.cli.saved import PLAN_FILE, hold
from stacksets.cli.stages import check, lint, observe, open_aws
from stacksets.effective import find_effective
from stacksets.exposure import find_exposure
from stacksets.leftovers import find_leftovers
from stacksets.plan import make_destroy_plan, make_plan
from stacksets.report.change import change_result, no_changes_result
from stacksets.report.exposure import exposure_warnings
from stacksets.report.leftovers import destroy_result
from stacksets.report.plan import plan_message

if TYPE_CHECKING:
    from pathlib import Path

    from stacksets.cli.saved import Held
    from stacksets.cli.session import Session
    from stacksets.model.desired import Deployment
    from stacksets.model.outcome import Outcome
    from stacksets.operation_ids import Purpose
    from stacksets.plan import PlanOptions
    from stacksets.report.message import Result
    from stacksets.waiting import IfBusy, Patience

yes_option = click.option(
    "--yes", is_flag=True, help="Agree without being asked (no variable sets this)."
)
allow_delete_option = click.option(
    "--allow-delete",
    is_flag=True,
    help="Agree to a plan that deletes stack instances or the stack set (no variable sets this).",
)


@click.command(
    short_help="Bring the stack set to what the deployment file says.",
    epilog="Example: stacksets deploy --environment prod",
)
@yes_option
@allow_delete_option
@click.option("--no-lint", is_flag=True, help="Do not ask cfn-lint, which refuses errors.")
@click.argument("saved_plan", metavar="[PLAN]", required=False, type=PLAN_FILE)
@plan_options
@if_busy_option
@timeout_option
@several_files_command
def deploy(
    session: Session,
    *,
    yes: bool,
    allow_delete: bool,
    no_lint: bool,
    saved_plan: Path | None,
    options: PlanOptions,
    if_busy: IfBusy,
    timeout_minutes: float | None,
) -> Result:
    """Bring the stack set to what the deployment file says.

    Lints the template, checks what the accounts need, shows the plan, asks, carries it out and
    verifies that a second plan is empty. Several files are all planned before the first is begun.

    With PLAN, a file that `stacksets plan --out PLAN` has written, that plan is carried out as it
    is, in its environment; if anything has moved since, nothing is changed (exit 6).
    """
    held = hold(session, saved_plan, options)
    consent = Consent(
        session=session, yes=yes, allow_delete=allow_delete, verbatim=held is not None
    )
    options = held.saved.options if held else options
    return change_each(
        session,
        partial(_plan_deploy, options=options, lints=not no_lint, held=held),
        consent,
        partial(
            carry_out_deploy,
            options=options,
            consent=consent,
            waiting=Waiting(if_busy=if_busy, timeout_minutes=timeout_minutes),
        ),
    )


def _plan_deploy(
    session: Session,
    unbound: Deployment,
    *,
    options: PlanOptions,
    lints: bool,
    held: Held | None,
) -> PlannedChange:
    check_send(unbound, options.send)
    linted = lint(session, unbound) if lints else None
    opened = open_aws(session, held.deployment(unbound) if held else unbound)
    if linted:
        session.report.tell(linted)
    observed = observe(opened, audit=options.audit)
    if held:
        held.refuse_moved(opened, observed)
    check(session, opened, observed)
    plan = make_plan(opened.deployment, observed, options)
    if not plan.is_empty:
        warnings = exposure_warnings(find_exposure(opened.deployment))
        effective = find_effective(opened.deployment, observed)
        session.report.tell(plan_message(plan, warnings, effective))
    return PlannedChange(opened=opened, observed=observed, plan=plan)


def carry_out_deploy(
    session: Session,
    planned: PlannedChange,
    *,
    options: PlanOptions,
    consent: Consent,
    waiting: Waiting,
    resumes: Purpose | None = None,
) -> Result:
    """Carry a deploy out that was planned and agreed to."""
    plan, opened = planned.plan, planned.opened
    if plan.is_empty:
        return no_changes_result(plan, planned.observed, session.record.data())
    outcome = deploying.deploy(
        opened.deployment,
        opened.aws,
        session.world.clock,
        options=options,
        first=plan,
        consent=replace(consent, session=session),
        notify=session.tell_event,
        patience=waiting.begin(session, "resume", *option_words(options), resumes=resumes),
    )
    return change_result(outcome, session.record.data())


@click.command(
    short_help="Remove every stack instance and the stack set.",
    epilog="Example: stacksets destroy --environment dev --allow-delete",
)
@yes_option
@allow_delete_option
@if_busy_option
@timeout_option
@several_files_command
def destroy(
    session: Session,
    *,
    yes: bool,
    allow_delete: bool,
    if_busy: IfBusy,
    timeout_minutes: float | None,
) -> Result:
    """Remove every stack instance, then the stack set, and look for what is left.

    Needs --allow-delete, and asks for the stack set's name on a terminal. Several files are all
    planned before the first is begun.
    """
    consent = Consent(session=session, yes=yes, allow_delete=allow_delete, by_name=True)
    waiting = Waiting(if_busy=if_busy, timeout_minutes=timeout_minutes)
    return change_each(
        session,
        _plan_destroy,
        consent,
        partial(carry_out_destroy, consent=consent, waiting=waiting),
    )


def _plan_destroy(session: Session, unbound: Deployment) -> PlannedChange:
    opened = open_aws(session, unbound)
    observed = observe(opened)
    plan = make_destroy_plan(opened.deployment, observed)
    if not plan.is_empty:
        session.report.tell(plan_message(plan))
    return PlannedChange(opened=opened, observed=observed, plan=plan)


def carry_out_destroy(
    session: Session,
    planned: PlannedChange,
    *,
    consent: Consent,
    waiting: Waiting,
    resumes: Purpose | None = None,
) -> Result:
    """Carry a removal out that was planned and agreed to, and look for what is left."""
    opened, observed = planned.opened, planned.observed
    there = observed.instances if observed else ()
    patience = waiting.begin(session, "resume", resumes=resumes)
    outcome = _remove(session, planned, consent, patience)
    if outcome and outcome.verdict.exit_code:
        return change_result(outcome, session.record.data())
    keys = {*opened.deployment.instance_keys(), *(one.key for one in there)}
    leftovers = find_leftovers(opened.aws, opened.deployment, tuple(sorted(keys)))
    return destroy_result(opened.deployment, there, outcome, leftovers, session.record.data())


def _remove(
    session: Session, planned: PlannedChange, consent: Consent, patience: Patience
) -> Outcome | None:
    """Carry the removal out; None where there is nothing to remove."""
    if planned.plan.is_empty:
        return None
    return destroying.destroy(
        planned.opened.deployment,
        planned.opened.aws,
        session.world.clock,
        first=planned.plan,
        consent=replace(consent, session=session),
        notify=session.tell_event,
        patience=patience,
    )
