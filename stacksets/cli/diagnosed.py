"""The command that says why: diagnose."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from stacksets import diagnosing
from stacksets.cli.manual import ManualCommand
from stacksets.cli.manuals.look import DIAGNOSE
from stacksets.cli.options import session_command
from stacksets.cli.stages import load, observe, open_aws
from stacksets.model.desired import OperationId
from stacksets.report.diagnosis import diagnosis_result

if TYPE_CHECKING:
    from stacksets.cli.session import Session
    from stacksets.report.message import Result


@click.command(
    cls=ManualCommand,
    manual=DIAGNOSE,
    short_help="Say why stack instances failed, and what to do.",
)
@click.option(
    "--operation",
    metavar="ID",
    help="Diagnose this operation; else the stack instances as they stand.",
)
@click.option(
    "--audit", is_flag=True, help="Look every instance's stack up, also where there are many."
)
@session_command
def diagnose(session: Session, *, operation: str | None, audit: bool) -> Result:
    """Say why stack instances failed: each root cause once, what it means and what to do.

    Reads the events of the stacks that failed, and finds the first failure behind the others, down
    into nested stacks. Changes nothing.
    """
    opened = open_aws(session, load(session))
    observed = observe(session, opened, audit=audit, overrides=False)
    if observed is None:
        found = None
    elif operation is None:
        found = diagnosing.diagnose(opened.aws, opened.deployment, observed)
    else:
        found = diagnosing.diagnose_operation(
            opened.aws, opened.deployment, observed, OperationId(operation)
        )
    return diagnosis_result(opened.deployment, found, session.record.data())
