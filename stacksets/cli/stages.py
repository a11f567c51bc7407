"""The stages that several commands begin with, in order: load, open, observe, check."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from stacksets.errors import CredentialsError, NotReadyError, TemplateError, UnfitInputError
from stacksets.expand import expand_targets
from stacksets.lint import lint_template
from stacksets.load import load_deployment
from stacksets.model.desired import Region
from stacksets.observe import observe_stack_set
from stacksets.preflight import check_ready
from stacksets.report.header import header_message
from stacksets.report.lint import lint_message
from stacksets.report.message import Line, Message, Tone

if TYPE_CHECKING:
    from stacksets.aws.door import Aws
    from stacksets.cli.session import Session
    from stacksets.model.desired import Deployment
    from stacksets.model.observed import StackSet
    from stacksets.model.outcome import Identity


@dataclass(slots=True, kw_only=True)
class Opened:
    """A deployment bound to the account of the credentials, and the door to AWS.

    `observe` puts the accounts behind its organizational units in, as they are at that moment.
    """

    deployment: Deployment
    aws: Aws
    identity: Identity


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
        raise TemplateError(
            f"cfn-lint finds errors in {deployment.template.path}; nothing was changed",
            hint="mend them, or go on with --no-lint",
        )
    return message


def open_aws(session: Session, unbound: Deployment, *, as_admin: bool = True) -> Opened:
    """Find out who calls, and say so before anything else happens.

    Raises:
        CredentialsError: there are none, or (`as_admin`) they are another account's than the file
            names: a stack set of the same name there would be a second one.
    """
    flags = session.flags
    aws = session.world.open_aws(flags.profile, unbound.home_region)
    identity = aws.identity()
    if as_admin and unbound.admin_account not in {None, identity.account}:
        raise CredentialsError(
            f"these are credentials of account {identity.account}, {unbound.path} names "
            f"{unbound.admin_account} for environment {unbound.environment}",
            hint=f"aws sso login --profile P, then --profile P, with a profile of account "
            f"{unbound.admin_account}",
        )
    deployment = unbound.bound_to(identity.account)
    session.record = session.record.with_caller(identity)
    file = flags.file if session.is_part else None
    session.report.tell(header_message(deployment, identity, file=file))
    return Opened(deployment=deployment, aws=aws, identity=identity)


def observe(opened: Opened, *, audit: bool = False) -> StackSet | None:
    """Read what AWS holds; what takes a call an instance only where it matters or for an audit."""
    observed = observe_stack_set(opened.aws, opened.deployment, audit=audit)
    opened.deployment = expand_targets(opened.aws, opened.deployment, observed)
    return observed


def check(session: Session, opened: Opened, observed: StackSet | None) -> None:
    """Refuse to begin where something is missing that the change would fail on half-way.

    Raises:
        NotReadyError: with all that is missing; its notes are what could not be checked. An
            UnfitInputError where the accounts lack nothing.
    """
    variables = (session.world.environ.get(name) for name in ("AWS_REGION", "AWS_DEFAULT_REGION"))
    ready = check_ready(
        opened.deployment,
        opened.aws,
        opened.identity,
        observed,
        other_regions=tuple(Region(name) for name in variables if name),
    )
    if ready.problems:
        unfit = all(one.is_input for one in ready.problems)
        kind = UnfitInputError if unfit else NotReadyError
        error = kind("Not ready, nothing was changed", problems=ready.problems)
        for one in ready.unchecked:
            error.add_note(one)
        raise error
    if ready.unchecked:
        session.report.tell(
            Message(
                code="unchecked",
                lines=tuple(Line(f"  ?  {one}", Tone.WARNING) for one in ready.unchecked),
                data={"unchecked": list(ready.unchecked)},
            )
        )
