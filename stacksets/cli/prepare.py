"""The command that prepares an account: roles and account settings, as plain stacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from stacksets import bootstrap as bootstrapping
from stacksets.cli.change import yes_option
from stacksets.cli.consent import Consent
from stacksets.cli.manual import ManualCommand
from stacksets.cli.manuals.prepare import BOOTSTRAP
from stacksets.cli.options import session_command
from stacksets.cli.stages import load, open_aws
from stacksets.errors import InputError
from stacksets.report.bootstrap import bootstrap_result, progress_message

if TYPE_CHECKING:
    from stacksets.cli.session import Session
    from stacksets.report.message import Result


@click.command(
    cls=ManualCommand,
    manual=BOOTSTRAP,
    short_help="Make what an account needs first: roles and settings.",
)
@yes_option
@session_command
def bootstrap(session: Session, *, yes: bool) -> Result:
    """Prepare the account of the credentials for the stack set: roles and account settings.

    Creates or updates the stack that [bootstrap] names, in the home region and the account's target
    regions; what is there already is left as it is, and no other account is touched. Once before
    the first deploy, with the credentials of each account, the administrator account first.
    """
    unbound = load(session)
    if unbound.bootstrap is None:
        raise InputError(
            f"{unbound.path} has no table [bootstrap]",
            hint="say there which template makes the roles",
        )
    opened = open_aws(session, unbound, as_admin=False)
    question = (
        f"Create or update the stacks {unbound.bootstrap.stack_name} in {opened.identity.account}?"
    )

    def agree() -> None:
        Consent(session=session, yes=yes, allow_delete=False).to_write(question)
        # Which stacks were begun before a refusal is not told: some may have been.
        session.changing = session.accepted = True

    results = bootstrapping.bootstrap(
        opened.deployment,
        opened.aws,
        opened.identity,
        session.world.clock,
        lambda text: session.report.tell(progress_message(text)),
        agree=agree,
    )
    return bootstrap_result(results, session.record.data())
