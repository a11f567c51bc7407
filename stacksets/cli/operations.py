"""The commands about operations: watch, stop, resume and events."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import click

from stacksets.cli.change import (
    allow_delete_option,
    carry_out_deploy,
    carry_out_destroy,
    yes_option,
)
from stacksets.cli.consent import Consent
from stacksets.cli.manual import ManualCommand
from stacksets.cli.manuals.change import RESUME
from stacksets.cli.manuals.operate import EVENTS, STOP, WATCH
from stacksets.cli.options import session_command
from stacksets.cli.parts import PlannedChange
from stacksets.cli.patience import Waiting, command_line, timeout_option, waiting_options
from stacksets.cli.plan_options import option_words, plan_options
from stacksets.cli.stages import load, observe, open_aws
from stacksets.errors import DetachedError, InputError
from stacksets.events import read_events
from stacksets.model.desired import OperationId
from stacksets.opening import refuse_compared
from stacksets.operation_ids import DESTROYS, Purpose, tell_operation
from stacksets.plan import PlanOptions, make_destroy_plan, make_plan
from stacksets.report.operations import (
    NOT_DEPLOYED,
    events_result,
    not_deployed_result,
    nothing_running_result,
    operations_result,
    passed_over_message,
    watched_result,
)
from stacksets.report.plan import plan_message
from stacksets.resumable import get_resumable, list_latest_change, nothing_there
from stacksets.watch import follow, stop_operations, watch_operations

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from stacksets.aws.door import StackSets
    from stacksets.cli.session import Session
    from stacksets.cli.stages import Opened
    from stacksets.model.observed import Operation, StackSet
    from stacksets.model.outcome import Event
    from stacksets.model.plan import Plan
    from stacksets.report.message import Result
    from stacksets.watch import Watched

_EVENTS = 20

operation_argument = click.argument("operation_id", required=False)


@click.command(
    cls=ManualCommand,
    manual=WATCH,
    short_help="Follow the running operation to its end.",
)
@operation_argument
@timeout_option
@session_command
def watch(session: Session, *, operation_id: str | None, timeout_minutes: float | None) -> Result:
    """Follow the running operation, or the one with OPERATION_ID, to its end.

    Changes nothing, and leaving it changes nothing either. Without OPERATION_ID those that are
    queued are followed as well; where nothing runs, it tells how the latest change ended.
    """
    opened = open_aws(session, load(session))
    operations = _find_operations(opened, operation_id)
    if not operations:
        return _tell_latest(session, opened)
    ids = [one.id for one in operations]
    named = [operation_id] if operation_id else []
    patience = Waiting(timeout_minutes=timeout_minutes).begin(session, "watch", *named)
    running = watch_operations(
        _stack_sets(opened), opened.deployment.name, ids, session.world.clock, patience
    )
    left = DetachedError(
        f"left operation {', '.join(ids)}, which goes on in AWS",
        hint=f"`{patience.go_on}` follows it again",
    )
    return _follow_to_end(session, running, ids, left=left)


@click.command(
    cls=ManualCommand,
    manual=STOP,
    short_help="Stop the running operation.",
)
@operation_argument
@yes_option
@session_command
def stop(session: Session, *, operation_id: str | None, yes: bool) -> Result:
    """Stop the running operation, or the one with OPERATION_ID: AWS starts nothing more in it.

    What is under way is waited for; nothing is rolled back. Without OPERATION_ID those that are
    queued are stopped as well. Asks first, whoever started it.
    """
    opened = open_aws(session, load(session))
    operations = [one for one in _find_operations(opened, operation_id) if not one.status.is_final]
    if not operations:
        return _nothing_runs(session, opened)
    what = " and ".join(tell_operation(one) for one in operations)
    Consent(session=session, yes=yes, allow_delete=False).to_write(f"Stop {what}?")
    session.changing = True
    ids = [one.id for one in operations]
    running = stop_operations(_stack_sets(opened), opened.deployment.name, ids, session.world.clock)
    left = DetachedError(
        f"left operation {', '.join(ids)}, which AWS was asked to stop",
        hint=f"`{command_line(session, 'watch')}` shows when it has stopped",
    )
    return _follow_to_end(session, running, ids, left=left, stopped=True)


@click.command(
    cls=ManualCommand,
    manual=RESUME,
    short_help="Go on with a deploy or destroy that was interrupted.",
)
@yes_option
@allow_delete_option
@plan_options
@waiting_options
@session_command
def resume(
    session: Session,
    *,
    yes: bool,
    allow_delete: bool,
    options: PlanOptions,
    waiting: Waiting,
) -> Result:
    """Go on with the deploy or destroy that was interrupted; the latest operation's id tells which.

    Drift detections since change nothing and are passed over. Waits for what runs, plans the rest
    anew, and asks for it as usual. A destroy that lets stacks go is gone on with as that. What the
    deploy was given of --audit, --remove-first and --send is kept nowhere: give it again. Another
    machine may resume: there is no state file.
    """
    unbound = load(session)
    refuse_compared(unbound, options.send)
    opened = open_aws(session, unbound)
    observed = observe(session, opened, audit=options.audit)
    if observed is None:
        raise nothing_there(opened.deployment.name)
    purpose = _get_purpose(session, observed)
    destroys = purpose in DESTROYS.values()
    if purpose is Purpose.DEPLOY_RETAIN_INOPERABLE:
        options = replace(options, retain_inoperable=True)
    planned = PlannedChange(
        opened=opened,
        observed=observed,
        plan=_plan_rest(opened, observed, purpose, options),
    )
    consent = Consent(session=session, yes=yes, allow_delete=allow_delete, by_name=destroys)
    if not planned.plan.is_empty:
        session.report.tell(plan_message(planned.plan))
        consent.to_plan(planned.plan)
        session.changing = True
    carry_out = (
        partial(carry_out_destroy, retention=purpose.retention)
        if destroys
        else partial(carry_out_deploy, options=options)
    )
    return carry_out(session, planned, consent=consent, waiting=waiting, resumes=purpose)


@click.command(
    cls=ManualCommand,
    manual=EVENTS,
    short_help="Show the latest operations, or what happened in one.",
)
@operation_argument
@click.option(
    "--limit",
    type=click.IntRange(1, 100),
    metavar="N",
    default=_EVENTS,
    show_default=True,
    help="How many operations, or events of each failed stack.",
)
@session_command
def events(session: Session, *, operation_id: str | None, limit: int) -> Result:
    """Show the latest operations, or every stack instance's result in the one with OPERATION_ID.

    Where a stack instance failed, the events of its stack follow. Changes nothing.
    """
    opened = open_aws(session, load(session))
    record = session.record.data()
    stack_sets, name = _stack_sets(opened), opened.deployment.name
    if operation_id:
        [operation] = _find_operations(opened, operation_id)
        found = read_events(opened.aws, opened.deployment, operation)
        return events_result(operation, found, limit, record)
    if stack_sets.describe_stack_set(name) is None:
        return not_deployed_result(name, record)
    return operations_result(stack_sets.list_operations(name), limit, record)


def _stack_sets(opened: Opened) -> StackSets:
    return opened.aws.stack_sets(opened.deployment.home_region, opened.deployment.call_as)


def _follow_to_end(
    session: Session,
    running: Generator[Event, None, tuple[Watched, ...]],
    ids: Sequence[OperationId],
    *,
    left: DetachedError,
    stopped: bool = False,
) -> Result:
    """Tell how operations end; `left` is what is said where somebody no longer waits for that."""
    try:
        watched = follow(running, session.tell_event)
    except KeyboardInterrupt:
        raise left from None
    go_on = command_line(session, "diagnose", "--operation", ids[-1])
    return watched_result(watched, session.record.data(), go_on=go_on, stopped=stopped)


def _find_operations(opened: Opened, operation_id: str | None) -> Sequence[Operation]:
    """Give the operation of that id, else those that have not ended, oldest first."""
    stack_sets, name = _stack_sets(opened), opened.deployment.name
    if operation_id is None:
        return _list_unfinished(stack_sets, name)
    operation = stack_sets.find_operation(name, OperationId(operation_id))
    if operation is None:
        raise InputError(
            f"AWS knows no operation {operation_id} of stack set {name}",
            hint="`stacksets events` lists the latest ones",
        )
    return [operation]


def _list_unfinished(stack_sets: StackSets, name: str) -> Sequence[Operation]:
    if stack_sets.describe_stack_set(name) is None:
        return []
    listed = reversed(stack_sets.list_operations(name))
    return [one for one in listed if not one.status.is_final]


def _nothing_runs(session: Session, opened: Opened) -> Result:
    record = session.record.data()
    stack_sets, name = _stack_sets(opened), opened.deployment.name
    if stack_sets.describe_stack_set(name) is None:
        return not_deployed_result(name, record)
    latest = next(iter(stack_sets.list_operations(name)), None)
    return nothing_running_result(latest, record)


def _tell_latest(session: Session, opened: Opened) -> Result:
    """Say that nothing runs; where the latest change did not go well, that is the result.

    It may have failed after a `--timeout`, and before anybody watched.
    """
    stack_sets, name = _stack_sets(opened), opened.deployment.name
    nothing = _nothing_runs(session, opened)
    if nothing.code == NOT_DEPLOYED:
        return nothing
    ids = [one.id for one in list_latest_change(stack_sets.list_operations(name))]
    ended = watch_operations(stack_sets, name, ids, session.world.clock)
    watched = follow(ended, lambda _: None)
    failed = [one.operation.id for one in watched if not one.succeeded]
    if not failed:
        return nothing
    go_on = command_line(session, "diagnose", "--operation", failed[-1])
    return watched_result(watched, session.record.data(), go_on=go_on, before=True)


def _get_purpose(session: Session, observed: StackSet) -> Purpose:
    """Read from the latest operations what was interrupted; tell which were passed over."""
    resumable = get_resumable(observed)
    if resumable.passed_over:
        session.report.tell(passed_over_message(resumable))
    return resumable.purpose


def _plan_rest(opened: Opened, observed: StackSet, purpose: Purpose, options: PlanOptions) -> Plan:
    """Plan what is left; what only a deploy can be asked for is refused rather than dropped."""
    if purpose not in DESTROYS.values():
        return make_plan(opened.deployment, observed, options)
    if words := option_words(options):
        raise InputError(
            f"a destroy was interrupted, which knows no {' '.join(words)}",
            hint="`stacksets resume` without that goes on with it",
        )
    return make_destroy_plan(opened.deployment, observed, purpose.retention)
