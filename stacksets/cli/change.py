"""The commands that change AWS: deploy, destroy and bootstrap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from stacksets import deploy as deploying
from stacksets import destroy as destroying
from stacksets.cli.consent import Consent
from stacksets.cli.options import session_command
from stacksets.cli.stages import check, lint, load, observe, open_aws
from stacksets.definition import no_echo_parameters
from stacksets.effective import find_effective
from stacksets.errors import InputError
from stacksets.exposure import find_exposure
from stacksets.leftovers import find_leftovers
from stacksets.plan import PlanOptions, make_destroy_plan, make_plan
from stacksets.report.change import change_result, no_changes_result
from stacksets.report.exposure import exposure_warnings
from stacksets.report.leftovers import destroy_result
from stacksets.report.plan import plan_message

if TYPE_CHECKING:
    from stacksets.cli.session import Session
    from stacksets.cli.stages import Opened
    from stacksets.model.desired import Deployment
    from stacksets.model.observed import StackSet
    from stacksets.model.outcome import Outcome
    from stacksets.report.message import Result

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
@click.option(
    "--remove-first",
    is_flag=True,
    help="Remove what left the file before creating what is new, where names or quotas collide.",
)
@click.option(
    "--send",
    multiple=True,
    metavar="NAME",
    help="Send this NoEcho parameter although it cannot be compared; may be repeated.",
)
@session_command
def deploy(
    session: Session,
    *,
    yes: bool,
    allow_delete: bool,
    no_lint: bool,
    remove_first: bool,
    send: tuple[str, ...],
) -> Result:
    """Bring the stack set to what the deployment file says.

    Lints the template, checks what the accounts need, shows the plan, asks, carries it out and
    verifies that a second plan is empty.
    """
    unbound = load(session)
    _check_send(unbound, send)
    linted = None if no_lint else lint(session, unbound)
    opened = open_aws(session, unbound)
    if linted:
        session.report.tell(linted)
    observed = observe(opened)
    check(session, opened, observed)
    options = PlanOptions(remove_first=remove_first, send=frozenset(send))
    plan = make_plan(opened.deployment, observed, options)
    if plan.is_empty:
        return no_changes_result(plan, observed, session.record.data())
    warnings = exposure_warnings(find_exposure(opened.deployment))
    effective = find_effective(opened.deployment, observed)
    session.report.tell(plan_message(plan, warnings, effective))
    consent = Consent(session=session, yes=yes, allow_delete=allow_delete)
    consent.to_plan(plan)
    session.changing = True
    outcome = deploying.deploy(
        opened.deployment,
        opened.aws,
        session.world.clock,
        options=options,
        first=plan,
        consent=consent,
        notify=session.tell_event,
    )
    return change_result(outcome, session.record.data())


def _check_send(deployment: Deployment, names: tuple[str, ...]) -> None:
    hidden = no_echo_parameters(deployment.template.content)
    wrong = sorted(set(names) - hidden)
    if wrong:
        raise InputError(
            f"--send {', '.join(wrong)}: no NoEcho parameter of {deployment.template.path}",
            hint=f"NoEcho parameters: {', '.join(sorted(hidden)) or 'none'}; others are compared",
        )


@click.command(
    short_help="Remove every stack instance and the stack set.",
    epilog="Example: stacksets destroy --environment dev --allow-delete",
)
@yes_option
@allow_delete_option
@session_command
def destroy(session: Session, *, yes: bool, allow_delete: bool) -> Result:
    """Remove every stack instance, then the stack set, and look for what is left.

    Needs --allow-delete, and asks for the stack set's name on a terminal.
    """
    opened = open_aws(session, load(session))
    observed = observe(opened)
    there = observed.instances if observed else ()
    outcome = _remove(session, opened, observed, yes=yes, allow_delete=allow_delete)
    if outcome and outcome.verdict.exit_code:
        return change_result(outcome, session.record.data())
    keys = {*opened.deployment.instance_keys(), *(one.key for one in there)}
    leftovers = find_leftovers(opened.aws, opened.deployment, tuple(sorted(keys)))
    return destroy_result(opened.deployment, there, outcome, leftovers, session.record.data())


def _remove(
    session: Session,
    opened: Opened,
    observed: StackSet | None,
    *,
    yes: bool,
    allow_delete: bool,
) -> Outcome | None:
    """Carry the removal out once it is agreed to; None where there is nothing to remove."""
    plan = make_destroy_plan(opened.deployment, observed)
    if plan.is_empty:
        return None
    session.report.tell(plan_message(plan))
    consent = Consent(
        session=session, yes=yes, allow_delete=allow_delete, typed_name=plan.stack_set_name
    )
    consent.to_plan(plan)
    session.changing = True
    return destroying.destroy(
        opened.deployment,
        opened.aws,
        session.world.clock,
        first=plan,
        consent=consent,
        notify=session.tell_event,
    )
