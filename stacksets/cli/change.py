"""The commands that change AWS: deploy, destroy and bootstrap."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import click

from stacksets import deploying, destroying
from stacksets.aws.instance_stacks import find_stack_set_name
from stacksets.cli.consent import Consent
from stacksets.cli.manual import ManualCommand
from stacksets.cli.manuals.change import DEPLOY, DESTROY
from stacksets.cli.options import several_files_command
from stacksets.cli.parts import PlannedChange, change_each
from stacksets.cli.patience import Waiting, command_line, waiting_options
from stacksets.cli.plan_options import no_lint_option, option_words, plan_options
from stacksets.cli.saved import PLAN_FILE, hold
from stacksets.cli.stages import check, lint, observe, open_aws
from stacksets.effective import find_effective
from stacksets.exposure import find_exposure
from stacksets.kept_stacks import OPERATIONS, find_kept_stacks, list_let_go
from stacksets.leftovers import find_leftovers
from stacksets.model.plan import Retention
from stacksets.opening import refuse_compared
from stacksets.operation_ids import DESTROYS
from stacksets.plan import make_destroy_plan, make_plan
from stacksets.removals import find_retained, find_unimportable
from stacksets.report.change import change_result, no_changes_result
from stacksets.report.exposure import exposure_warnings
from stacksets.report.leftovers import Remains, destroy_result
from stacksets.report.plan import plan_message
from stacksets.stack_ids import get_stack_name

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from stacksets.cli.saved import Held
    from stacksets.cli.session import Session
    from stacksets.model.desired import Deployment, InstanceKey
    from stacksets.model.observed import StackInstance
    from stacksets.model.outcome import Outcome
    from stacksets.operation_ids import Purpose
    from stacksets.plan import PlanOptions
    from stacksets.report.message import Result
    from stacksets.waiting import Patience

yes_option = click.option(
    "--yes", is_flag=True, help="Agree without being asked; needed where there is no terminal."
)
allow_delete_option = click.option(
    "--allow-delete",
    is_flag=True,
    help="Agree to a plan that deletes stack instances or the stack set; on a terminal too.",
)


@click.command(
    cls=ManualCommand,
    manual=DEPLOY,
    short_help="Bring the stack set to what the deployment file says.",
)
@yes_option
@allow_delete_option
@no_lint_option
@click.argument("saved_plan", metavar="[PLAN]", required=False, type=PLAN_FILE)
@plan_options
@waiting_options
@several_files_command
def deploy(
    session: Session,
    *,
    yes: bool,
    allow_delete: bool,
    no_lint: bool,
    saved_plan: Path | None,
    options: PlanOptions,
    waiting: Waiting,
) -> Result:
    """Bring the stack set to what the deployment file says.

    Lints the template, checks what the accounts need, shows the plan, asks, carries it out and
    verifies that a second plan is empty: it creates, updates and removes the stack set's
    definition, stack instances and overrides, and nothing else. Several files are all planned
    before the first is begun.

    After an interruption the same command goes on. With PLAN that saved plan is carried out as it
    is, in its environment; if anything has moved since, nothing is changed (exit 6), and what it
    has begun itself is gone on with by resume.
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
            waiting=waiting,
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
    refuse_compared(unbound, options.send)
    linted = lint(session, unbound) if lints else None
    opened = open_aws(session, held.deployment(unbound) if held else unbound)
    if linted:
        session.report.tell(linted)
    observed = observe(session, opened, audit=options.audit)
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
    plan, opened, purpose = planned.plan, planned.opened, options.purpose
    if plan.is_empty:
        return no_changes_result(plan, planned.observed, session.record.data())
    flags = (*option_words(options), *(("--allow-delete",) if plan.deletes else ()))
    patience = waiting.begin(session, _go_on(purpose)[0], *flags, resumes=resumes)
    if consent.verbatim:
        patience = replace(patience, again=f"`{command_line(session, 'deploy', *flags)}`")
    outcome = deploying.deploy(
        opened.deployment,
        opened.aws,
        session.world.clock,
        options=options,
        first=plan,
        consent=replace(consent, session=session),
        notify=session.tell_event,
        patience=patience,
    )
    way_out = command_line(session, "deploy", "--retain-inoperable", "--allow-delete")
    before = planned.observed.instances if planned.observed else ()
    return change_result(
        outcome, session.record.data(), before=before, way_out=way_out, again=patience.again
    )


@click.command(
    cls=ManualCommand,
    manual=DESTROY,
    short_help="Remove every stack instance and the stack set.",
)
@yes_option
@allow_delete_option
@click.option(
    "--retain-stacks",
    is_flag=True,
    help="Let every stack go on: only the stack instances and the stack set are removed.",
)
@click.option(
    "--retain-inoperable",
    is_flag=True,
    help="Let the stacks of INOPERABLE stack instances stay; all others are deleted.",
)
@waiting_options
@several_files_command
def destroy(
    session: Session,
    *,
    yes: bool,
    allow_delete: bool,
    retain_stacks: bool,
    retain_inoperable: bool,
    waiting: Waiting,
) -> Result:
    """Remove every stack instance, then the stack set, and look for what is left.

    Deletes the stacks with all that is in them; what a template retains is told at the end. Needs
    --allow-delete, and asks for the stack set's name on a terminal. What bootstrap made stays.
    Several files are all planned before the first is begun.

    With --retain-stacks every stack goes on, and is looked up at the end. --retain-inoperable is
    the way out where stacks cannot be deleted (a closed account, an export in use): they stay.
    """
    retention = _retention(retain_stacks=retain_stacks, retain_inoperable=retain_inoperable)
    consent = Consent(session=session, yes=yes, allow_delete=allow_delete, by_name=True)
    return change_each(
        session,
        partial(_plan_destroy, retention=retention),
        consent,
        partial(carry_out_destroy, retention=retention, consent=consent, waiting=waiting),
    )


def _retention(*, retain_stacks: bool, retain_inoperable: bool) -> Retention:
    if retain_stacks:
        return Retention.ALL
    return Retention.INOPERABLE if retain_inoperable else Retention.NONE


def _plan_destroy(session: Session, unbound: Deployment, *, retention: Retention) -> PlannedChange:
    opened = open_aws(session, unbound)
    observed = observe(session, opened, overrides=False)
    plan = make_destroy_plan(opened.deployment, observed, retention)
    if not plan.is_empty:
        session.report.tell(plan_message(plan))
    return PlannedChange(opened=opened, observed=observed, plan=plan)


def carry_out_destroy(
    session: Session,
    planned: PlannedChange,
    *,
    retention: Retention,
    consent: Consent,
    waiting: Waiting,
    resumes: Purpose | None = None,
) -> Result:
    """Carry a removal out that was planned and agreed to, and look for what is kept and left."""
    opened, observed = planned.opened, planned.observed
    there = observed.instances if observed else ()
    before = list_let_go(opened.aws, opened.deployment, observed) if observed else frozenset()
    # Refused without the flag, on a terminal too.
    go_on = (*_go_on(DESTROYS[retention]), "--allow-delete")
    patience = waiting.begin(session, *go_on, resumes=resumes)
    outcome = _remove(session, planned, retention, consent, patience)
    if outcome and outcome.verdict.exit_code:
        way_out = command_line(session, "destroy", "--retain-inoperable", "--allow-delete")
        return change_result(outcome, session.record.data(), way_out=way_out)
    remains = _look_for_remains(planned, retention, before, _name_import(session, planned))
    return destroy_result(opened.deployment, there, outcome, remains, session.record.data())


def _go_on(purpose: Purpose) -> tuple[str, ...]:
    """Give the command that goes on: one that retains stacks is named, whatever ran before it."""
    words = "resume" if purpose.retention is Retention.NONE else purpose.command
    return tuple(words.split())


def _name_import(session: Session, planned: PlannedChange) -> str:
    """Give the command that takes stacks into a stack set, nothing where AWS would refuse."""
    lost = find_unimportable(planned.opened.deployment, planned.observed)
    return "" if lost else command_line(session, "import")


def _look_for_remains(
    planned: PlannedChange, retention: Retention, let_go: AbstractSet[InstanceKey], adopt: str
) -> Remains:
    """Look up what was to stay, and for what is left where nothing was to stay.

    Where a stack stays, what older stacks of the stack set have made may well be its own by now.
    """
    aws, deployment = planned.opened.aws, planned.opened.deployment
    observed = planned.observed
    instances = observed.instances if observed else ()
    expected = find_retained(deployment, observed, retention)
    staying = {one.key for one in expected}
    removed = {one.key: one for one in instances if one.key not in staying}
    keys = {*deployment.instance_keys(), *removed, *staying, *let_go}
    others = set() if retention is Retention.NONE else keys - removed.keys()
    kept = find_kept_stacks(aws, deployment, expected, others, let_go)
    return Remains(
        kept=kept,
        leftovers=find_leftovers(
            aws,
            deployment,
            tuple(sorted(keys - kept.keys)),
            imported=_list_imported(deployment, removed.values()),
        ),
        adopt=adopt,
        knows_let_go=observed is not None and len(observed.operations) < OPERATIONS,
    )


def _list_imported(deployment: Deployment, removed: Iterable[StackInstance]) -> tuple[str, ...]:
    """Give the ids of the stacks that were there and whose names tell nothing of the stack set."""
    stack_ids = (one.stack_id for one in removed if one.stack_exists is not False)
    return tuple(
        one
        for one in stack_ids
        if one and find_stack_set_name(get_stack_name(one)) != deployment.name
    )


def _remove(
    session: Session,
    planned: PlannedChange,
    retention: Retention,
    consent: Consent,
    patience: Patience,
) -> Outcome | None:
    """Carry the removal out; None where there is nothing to remove."""
    if planned.plan.is_empty:
        return None
    return destroying.destroy(
        planned.opened.deployment,
        planned.opened.aws,
        session.world.clock,
        retention=retention,
        first=planned.plan,
        consent=replace(consent, session=session),
        notify=session.tell_event,
        patience=patience,
    )
