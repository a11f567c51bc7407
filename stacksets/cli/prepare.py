"""The command that prepares an account: roles and account settings, as plain stacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from stacksets import bootstrap as bootstrapping
from stacksets.cli.change import yes_option
from stacksets.cli.consent import Consent
from stacksets.cli.options import session_command
from stacksets.cli.stages import load, open_aws
from stacksets.errors import InputError
from stacksets.report.bootstrap import bootstrap_result, progress_message

if TYPE_CHECKING:
    from stacksets.cli.session import Session
    from stacksets.report.message import Result


@click.command(
    short_help="Prepare the account of the credentials: roles and account settings.",
    epilog="Example: stacksets bootstrap --profile target-account",
)
@yes_option
@session_command
def bootstrap(session: Session, *, yes: bool) -> Result:
    """Prepare the account of the credentials for the stack set: roles and account settings.

    Plain stacks in the home region and the target regions; what is there already is left as it is.
    With several target accounts, run it once with the credentials of each.
    """
    unbound = load(session)
    if unbound.bootstrap is None:
        raise InputError(
            f"{unbound.path} has no table [bootstrap]",
            hint="say there which template makes the roles",
        )
    opened = open_aws(session, unbound, as_admin=False)
    name = unbound.bootstrap.stack_name
    consent = Consent(session=session, yes=yes, allow_delete=False)
    consent.to_write(f"Create or update the stacks {name} in {opened.identity.account}?")
    session.changing = True
    results = bootstrapping.bootstrap(
        opened.deployment,
        opened.aws,
        opened.identity,
        session.world.clock,
        lambda text: session.report.tell(progress_message(text)),
    )
    return bootstrap_result(results, session.record.data())
