"""The command that compares what is there with what the stacks were made from: drift."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from stacksets import drift as drifting
from stacksets.cli.manual import ManualCommand
from stacksets.cli.manuals.look import DRIFT
from stacksets.cli.options import several_files_command
from stacksets.cli.parts import look_at_each
from stacksets.cli.patience import Waiting, waiting_options
from stacksets.cli.stages import open_aws
from stacksets.report.drift import drift_result

if TYPE_CHECKING:
    from stacksets.cli.session import Session
    from stacksets.model.desired import Deployment
    from stacksets.model.outcome import Event
    from stacksets.report.message import Result


@click.command(
    cls=ManualCommand,
    manual=DRIFT,
    short_help="Detect and show what was changed past CloudFormation.",
)
@click.option("--last", is_flag=True, help="Show what the latest detection found; begin none.")
@waiting_options
@several_files_command
def drift(session: Session, *, last: bool, waiting: Waiting) -> Result:
    """Detect and show what was changed past CloudFormation, resource by resource.

    Lets AWS compare what is there with the template of each stack: properties that the template
    sets, of resource types that AWS can compare, and nothing inside of nested stacks. A stack that
    was updated directly through CloudFormation is no drift, nor is what the deployment file says
    anew, which `plan` tells.

    It changes nothing and asks for no consent, but it is an operation: until it has ended, AWS lets
    others on this stack set wait or refuses them. A detection that runs already is attached to.
    """
    detect = drifting.follow_latest_detection if last else drifting.detect_drift

    def look(part: Session, unbound: Deployment) -> Result:
        opened = open_aws(part, unbound)
        clock, patience = part.world.clock, waiting.begin(part, "drift")

        def notify(event: Event) -> None:
            # A signal from now on leaves something behind that goes on in AWS.
            session.changing = True
            part.tell_event(event)

        found = detect(opened.aws, opened.deployment, clock, notify, patience)
        session.changing = False
        read = drifting.read_drift(opened.aws, opened.deployment, found, clock)
        return drift_result(read, opened.deployment.name, part.record.data())

    return look_at_each(session, look)
