"""The commands that only read: plan, status, outputs and smoke."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from stacksets import opening
from stacksets import outputs as reading
from stacksets import smoke as smoking
from stacksets.cli.manual import ManualCommand
from stacksets.cli.manuals.look import OUTPUTS, PLAN, SMOKE, STATUS
from stacksets.cli.options import several_files_command
from stacksets.cli.parts import PlannedChange, look_at_each
from stacksets.cli.plan_options import audit_option, no_lint_option, plan_options
from stacksets.cli.saved import PLAN_FILE, save
from stacksets.cli.stages import check, get_stack_set, lint, observe, open_aws
from stacksets.effective import find_effective
from stacksets.errors import InputError
from stacksets.exposure import find_exposure
from stacksets.opening import refuse_compared
from stacksets.plan import make_plan
from stacksets.report.change import plan_result
from stacksets.report.endpoints import outputs_result, smoke_result
from stacksets.report.exposure import exposure_warnings
from stacksets.report.plan import plan_message
from stacksets.report.status import status_result

if TYPE_CHECKING:
    from pathlib import Path

    from stacksets.cli.session import Session
    from stacksets.cli.stages import Opened
    from stacksets.model.desired import Deployment
    from stacksets.plan import PlanOptions
    from stacksets.report.message import Result


@click.command(
    cls=ManualCommand,
    manual=PLAN,
    short_help="Show what deploy would do.",
)
@click.option("--expect-no-changes", is_flag=True, help="Exit 8 where there are changes.")
@click.option(
    "--out",
    type=PLAN_FILE,
    metavar="PLAN",
    help="Save it too, for `deploy PLAN`.",
)
@no_lint_option
@plan_options
@several_files_command
def plan(
    session: Session,
    *,
    expect_no_changes: bool,
    out: Path | None,
    no_lint: bool,
    options: PlanOptions,
) -> Result:
    """Show what deploy would do, without doing it.

    Lints the template, checks what the accounts need, compares the definition, every stack instance
    and, where the file has any, the overrides, and shows each step with its why. Changes nothing.
    For a review with --out, for CI with --expect-no-changes.
    """
    if out and len(session.flags.files) > 1:
        raise click.UsageError("--out saves the plan of one deployment file")

    def look(part: Session, deployment: Deployment) -> Result:
        refuse_compared(deployment, options.send)
        linted = None if no_lint else lint(part, deployment)
        opened = open_aws(part, deployment)
        if linted:
            part.report.tell(linted)
        observed = observe(part, opened, audit=options.audit)
        check(part, opened, observed)
        made = make_plan(opened.deployment, observed, options)
        warnings = exposure_warnings(find_exposure(opened.deployment))
        message = plan_message(made, warnings, find_effective(opened.deployment, observed))
        if out:
            save(part, out, PlannedChange(opened=opened, observed=observed, plan=made), options)
        return plan_result(made, message, part.record.data(), expect_no_changes=expect_no_changes)

    return look_at_each(session, look)


@click.command(
    cls=ManualCommand,
    manual=STATUS,
    short_help="Show what AWS holds beside what the file says.",
)
@audit_option
@several_files_command
def status(session: Session, *, audit: bool) -> Result:
    """Show what AWS holds beside what the deployment file says.

    The definition and its template's sha256, each parameter with where its value comes from, the
    latest operation and every stack instance. Changes nothing.
    """

    def look(part: Session, deployment: Deployment) -> Result:
        opened = open_aws(part, deployment)
        observed = opening.observe(opened, audit=audit)
        return status_result(opened.deployment, observed, part.record.data())

    return look_at_each(session, look)


@click.command(
    cls=ManualCommand,
    manual=OUTPUTS,
    short_help="Show the outputs of every stack instance.",
)
@several_files_command
def outputs(session: Session) -> Result:
    """Show the outputs of every stack instance, by account and region.

    Reads each stack, in other accounts through read_role_name. What cannot be read is told as
    that, never as empty. Changes nothing.
    """

    def look(part: Session, deployment: Deployment) -> Result:
        return outputs_result(_read_outputs(part, deployment)[1], part.record.data())

    return look_at_each(session, look)


@click.command(
    cls=ManualCommand,
    manual=SMOKE,
    short_help="Call every endpoint and check its answer.",
)
@several_files_command
def smoke(session: Session) -> Result:
    """Call every endpoint that the outputs name, and check status, body, HTTPS and a burst.

    [smoke] of the deployment file says which output, path and answer. The calls come from this
    machine over verified TLS, once and then as many at once as `burst` says. Where `sign` names a
    service they are signed by the credentials, and a call without a signature has to be refused.
    """
    return look_at_each(session, _smoke)


def _smoke(session: Session, deployment: Deployment) -> Result:
    opened, read = _read_outputs(session, deployment)
    if opened.deployment.smoke is None:
        raise InputError(
            f"{opened.deployment.path} has no table [smoke]",
            hint="say there which output holds the endpoint, which path to call, what to expect",
        )
    readable = [one for one in read if not one.unreadable]
    with session.world.open_http() as http:
        results = smoking.smoke(opened.deployment, readable, opened.aws, http, session.world.clock)
    return smoke_result(results, [one for one in read if one.unreadable], session.record.data())


def _read_outputs(
    session: Session, deployment: Deployment
) -> tuple[Opened, tuple[reading.InstanceOutputs, ...]]:
    opened = open_aws(session, deployment)
    observed = get_stack_set(session, opened)
    return opened, reading.read_outputs(opened.aws, opened.deployment, observed)
