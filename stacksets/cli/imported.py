"""The command that adopts stacks which exist already: import."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from stacksets import import_stacks as importing
from stacksets.cli.change import yes_option
from stacksets.cli.consent import Consent
from stacksets.cli.manual import ManualCommand
from stacksets.cli.manuals.change import IMPORT
from stacksets.cli.options import session_command
from stacksets.cli.patience import Waiting, command_line, waiting_options
from stacksets.cli.stages import check, load, observe, open_aws
from stacksets.errors import StackSetsError
from stacksets.import_plan import make_import_plan
from stacksets.read_stacks import read_stacks
from stacksets.report.imported import import_result, no_import_result
from stacksets.report.plan import plan_message
from stacksets.stack_ids import find_stack_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stacksets.cli.session import Session
    from stacksets.cli.stages import Opened
    from stacksets.model.observed import StackToImport
    from stacksets.model.outcome import Outcome
    from stacksets.report.message import Result


def _take_stack_ids(
    _context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]
) -> tuple[str, ...]:
    """Take each ARN once; of names the account and region could only be guessed."""
    wrong = [one for one in given if find_stack_key(one) is None]
    if wrong:
        raise click.BadParameter(
            f"{', '.join(wrong)}: not the ARN of a stack "
            "(arn:aws:cloudformation:REGION:ACCOUNT:stack/NAME/ID, as describe-stacks shows it)"
        )
    return tuple(dict.fromkeys(given))


@click.command(
    "import",
    cls=ManualCommand,
    manual=IMPORT,
    short_help="Adopt existing stacks as stack instances.",
)
@click.argument(
    "stack_ids", metavar="STACK_ARN...", nargs=-1, required=True, callback=_take_stack_ids
)
@yes_option
@waiting_options
@session_command
def import_stacks(
    session: Session,
    *,
    stack_ids: tuple[str, ...],
    yes: bool,
    waiting: Waiting,
) -> Result:
    """Adopt existing stacks as stack instances; the stacks themselves stay as they are.

    The deployment file has to ask for a stack instance in the account and region of each, and its
    template has to say what the stacks' says. A stack set that is missing is created first. Import
    before the first deploy: a deploy makes a new stack wherever it finds no stack instance.
    """
    opened = open_aws(session, load(session))
    observed = observe(session, opened, overrides=False)
    stacks = read_stacks(opened.aws, opened.deployment, stack_ids)
    importing.refuse_unfit(opened.deployment, observed, stacks)
    plan = make_import_plan(opened.deployment, observed, stacks)
    if plan.is_empty:
        imported = importing.look_at_imported(opened.aws, opened.deployment, stacks)
        go_on = command_line(session, "plan")
        return no_import_result(plan, observed, imported, session.record.data(), go_on=go_on)
    check(session, opened, observed, makes_stacks=False)
    session.report.tell(plan_message(plan))
    consent = Consent(session=session, yes=yes, allow_delete=False)
    consent.to_plan(plan)
    session.changing = True
    outcome = importing.import_stacks(
        opened.deployment,
        opened.aws,
        session.world.clock,
        stacks=stacks,
        first=plan,
        consent=consent,
        notify=session.tell_event,
        patience=replace(waiting.begin(session), go_on=command_line(session, "import", *stack_ids)),
    )
    return _tell(session, opened, stacks, outcome)


def _tell(
    session: Session, opened: Opened, stacks: Sequence[StackToImport], outcome: Outcome
) -> Result:
    """Tell the verdict, and after a success what the stacks are now."""
    imported, untold = None, ""
    if not outcome.verdict.exit_code:
        try:
            imported = importing.look_at_imported(opened.aws, opened.deployment, stacks)
        except StackSetsError as error:
            # The verdict stands: it has been verified.
            untold = error.message
    go_on = command_line(session, "plan")
    return import_result(outcome, imported, session.record.data(), go_on=go_on, untold=untold)
