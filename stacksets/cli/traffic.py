"""The commands that move traffic between regions: drain and undrain."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from stacksets.cli.change import yes_option
from stacksets.cli.consent import Consent
from stacksets.cli.manual import ManualCommand
from stacksets.cli.manuals.traffic import DRAIN, UNDRAIN
from stacksets.cli.options import session_command
from stacksets.cli.patience import Waiting, waiting_options
from stacksets.cli.stages import load, open_aws
from stacksets.draining import turn_traffic
from stacksets.model.desired import Region
from stacksets.model.traffic import TrafficTurn
from stacksets.opening import observe
from stacksets.report.plan import plan_message
from stacksets.report.traffic import no_turn_result, turn_result
from stacksets.traffic import find_traffic
from stacksets.traffic_plan import make_traffic_plan, tell_remaining

if TYPE_CHECKING:
    from stacksets.cli.session import Session
    from stacksets.report.message import Result

_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]")


def _take_region(_context: click.Context, _parameter: click.Parameter, given: str) -> Region:
    if not _REGION.fullmatch(given):
        raise click.BadParameter(f"{given}: not a region such as us-east-1")
    return Region(given)


region_argument = click.argument("region", callback=_take_region)


@click.command(
    cls=ManualCommand,
    manual=DRAIN,
    short_help="Send a region's traffic to the other regions.",
)
@region_argument
@yes_option
@waiting_options
@session_command
def drain(
    session: Session,
    *,
    region: Region,
    yes: bool,
    waiting: Waiting,
) -> Result:
    """Send the traffic of REGION to the other regions, until `undrain` takes it back.

    Overrides the parameter that [traffic] names in every stack instance of the region, and changes
    nothing else. Every later command shows it, and no deploy undoes it. Refused (exit 3) where an
    account would have no region left that takes traffic.
    """
    return _turn(session, TrafficTurn(region=region, drains=True), waiting, yes=yes)


@click.command(
    cls=ManualCommand,
    manual=UNDRAIN,
    short_help="Take a drained region's traffic back.",
)
@region_argument
@yes_option
@waiting_options
@session_command
def undrain(
    session: Session,
    *,
    region: Region,
    yes: bool,
    waiting: Waiting,
) -> Result:
    """Take the traffic of REGION back: the end of `drain`.

    Takes the override back in every stack instance of the region, and changes nothing else.
    """
    return _turn(session, TrafficTurn(region=region, drains=False), waiting, yes=yes)


def _turn(session: Session, turn: TrafficTurn, waiting: Waiting, *, yes: bool) -> Result:
    opened = open_aws(session, load(session))
    observed = observe(opened)
    plan = make_traffic_plan(opened.deployment, observed, turn)
    if plan.is_empty:
        regions = find_traffic(opened.deployment, observed)
        return no_turn_result(plan, turn, observed, regions, session.record.data())
    session.report.tell(plan_message(plan))
    consent = Consent(session=session, yes=yes, allow_delete=False)
    consent.to_plan(plan)
    session.changing = True
    outcome = turn_traffic(
        opened.deployment,
        opened.aws,
        session.world.clock,
        turn=turn,
        first=plan,
        consent=consent,
        notify=session.tell_event,
        patience=waiting.begin(session, turn.command, turn.region),
    )
    now = observed and replace(observed, instances=outcome.instances)
    regions = find_traffic(opened.deployment, now)
    remaining = tell_remaining(opened.deployment, now, turn)
    return turn_result(outcome, regions, remaining, session.record.data())
