"""The stages that several commands begin with, in order: load, open, observe, check.

What they do stands in `stacksets.opening`; here they get the session's flags and voice.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from stacksets import opening
from stacksets.lint import lint_template, refuse_findings
from stacksets.load import load_deployment
from stacksets.opening import Opened, look_ready, open_deployment, refuse_unready
from stacksets.report.header import header_message
from stacksets.report.lint import lint_message
from stacksets.report.message import Line, Message, Tone, bound
from stacksets.report.traffic import traffic_message
from stacksets.traffic import find_traffic

if TYPE_CHECKING:
    from stacksets.cli.session import Session
    from stacksets.model.desired import Deployment
    from stacksets.model.observed import StackSet

__all__ = ["Opened", "check", "get_stack_set", "lint", "load", "observe", "open_aws"]


def load(session: Session) -> Deployment:
    """Read the deployment file for the environment that was asked for; no AWS call."""
    flags = session.flags
    deployment = load_deployment(
        flags.file, environment=flags.environment, environ=session.world.environ
    )
    revision = session.world.read_revision(Path(deployment.path).parent)
    session.record = session.record.with_sources(deployment, revision)
    session.name_stack_set(deployment.name)
    return deployment


def lint(session: Session, deployment: Deployment) -> Message:
    """Ask cfn-lint for errors of the template in the target regions; give what is to be told.

    Raises:
        TemplateError: there are some; they are told.
    """
    result = lint_template(deployment.template, deployment.regions())
    message = lint_message(result)
    if result.findings:
        session.report.tell(message)
    refuse_findings(result, deployment.template)
    return message


def open_aws(session: Session, unbound: Deployment, *, as_admin: bool = True) -> Opened:
    """Find out who calls, and say so before anything else happens.

    Raises:
        CredentialsError: there are none, or (`as_admin`) they are another account's than the file
            names: a stack set of the same name there would be a second one.
        InputError: without `as_admin`: nobody knows whether they are the administrator account's.
    """
    world = session.world
    aws = world.open_aws(session.flags.profile, unbound.home_region)
    opened = open_deployment(unbound, aws, world.clock, as_admin=as_admin)
    session.record = session.record.with_caller(opened.identity)
    file = session.flags.file if session.is_part else None
    session.report.tell(header_message(opened.deployment, opened.identity, file=file))
    return opened


def observe(
    session: Session, opened: Opened, *, audit: bool = False, overrides: bool = True
) -> StackSet | None:
    """Read what AWS holds, as `opening.observe`, and tell which regions are drained."""
    observed = opening.observe(opened, audit=audit, overrides=overrides)
    _tell_traffic(session, opened, observed)
    return observed


def get_stack_set(session: Session, opened: Opened) -> StackSet:
    """Read a stack set that has to be there, as `opening.get_stack_set`, and tell the same."""
    observed = opening.get_stack_set(opened)
    _tell_traffic(session, opened, observed)
    return observed


def _tell_traffic(session: Session, opened: Opened, observed: StackSet | None) -> None:
    """Whatever a command is about, a drain must not be forgotten."""
    message = traffic_message(find_traffic(opened.deployment, observed))
    if message:
        session.report.tell(message)


def check(
    session: Session, opened: Opened, observed: StackSet | None, *, makes_stacks: bool = True
) -> None:
    """Refuse to begin where something is missing that the change would fail on half-way.

    Without `makes_stacks` it is not asked for what only new stacks need.

    Raises:
        NotReadyError: with all that is missing; its notes are what could not be checked. An
            UnfitInputError where the accounts lack nothing.
    """
    ready = look_ready(opened, observed, session.world.environ, makes_stacks=makes_stacks)
    refuse_unready(ready)
    if ready.unchecked:
        session.report.tell(
            Message(
                code="unchecked",
                lines=tuple(Line(f"  ?  {bound(one)}", Tone.WARNING) for one in ready.unchecked),
                data={"unchecked": list(ready.unchecked)},
            )
        )
