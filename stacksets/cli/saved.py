"""Saved plans on the command line: written by `plan --out`, shown, and held by `deploy PLAN`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stacksets.cli.manual import ManualCommand
from stacksets.cli.manuals.look import SHOW
from stacksets.cli.options import session_command
from stacksets.errors import InputError
from stacksets.exposure import find_exposure
from stacksets.plan import PlanOptions, make_plan
from stacksets.report.exposure import exposure_warnings
from stacksets.report.saved import saved_message, shown_result
from stacksets.saved import (
    SavedPlan,
    read_saved_plan,
    refuse_moved,
    refuse_waiting,
    save_plan,
    write_saved_plan,
)

if TYPE_CHECKING:
    from stacksets.cli.parts import PlannedChange
    from stacksets.cli.session import Session
    from stacksets.cli.stages import Opened
    from stacksets.model.desired import Deployment
    from stacksets.model.observed import StackSet
    from stacksets.model.plan import Plan
    from stacksets.report.message import Result

PLAN_FILE = click.Path(path_type=Path)


@click.command(
    cls=ManualCommand,
    manual=SHOW,
    short_help="Show a saved plan.",
)
@click.argument("path", metavar="PLAN", type=PLAN_FILE)
@session_command
def show(session: Session, *, path: Path) -> Result:
    """Show the plan that `stacksets plan --out PLAN` saved, as it was shown then.

    Reads no other file and calls no AWS.
    """
    return shown_result(read_plan(path), session.record.data())


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A saved plan that a deploy is held to: it is carried out as it is, or not at all."""

    saved: SavedPlan
    path: Path

    def deployment(self, unbound: Deployment) -> Deployment:
        """Say where the environment comes from."""
        return replace(unbound, environment_source=str(self.path))

    def refuse_moved(self, opened: Opened, observed: StackSet | None) -> None:
        """Let the plan pass if it would be made again.

        Raises:
            StalePlanError: with everything that has moved.
        """
        options = self.saved.options
        plan = make_plan(opened.deployment, observed, options)
        now = _save(opened, observed, plan, options)
        refuse_moved(self.saved, now, str(self.path))


def hold(session: Session, path: Path | None, options: PlanOptions) -> Held | None:
    """Read the plan that a deploy names, and take environment and options from it.

    Raises:
        click.UsageError: a flag says otherwise than the plan.
        InputError, StalePlanError: the file is no plan that can be applied.
    """
    if path is None:
        return None
    if len(session.flags.files) > 1:
        raise click.UsageError("a saved plan is of one deployment file")
    if options != PlanOptions():
        raise click.UsageError(
            "--audit, --remove-first, --retain-inoperable and --send come from the saved plan"
        )
    saved = read_plan(path)
    environment = saved.plan.environment
    if session.flags.environment not in {None, environment}:
        raise click.UsageError(f"{path} is a plan of environment {environment}")
    session.flags = replace(session.flags, environment=environment)
    return Held(saved=saved, path=path)


def save(session: Session, path: Path, planned: PlannedChange, options: PlanOptions) -> None:
    """Write a plan to a file, and say so.

    Raises:
        OperationInProgressError: the plan only waits for an operation.
        InputError: the file cannot be written.
    """
    refuse_waiting(planned.plan)
    saved = _save(planned.opened, planned.observed, planned.plan, options)
    try:
        path.write_text(write_saved_plan(saved), encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"cannot write {path}: {error.strerror}", hint="--out names another file"
        ) from error
    session.report.tell(saved_message(saved, str(path)))


def _save(opened: Opened, observed: StackSet | None, plan: Plan, options: PlanOptions) -> SavedPlan:
    warnings = exposure_warnings(find_exposure(opened.deployment))
    return save_plan(opened.deployment, observed, plan, options, warnings)


def read_plan(path: Path) -> SavedPlan:
    """Read a saved plan.

    Raises:
        InputError: it cannot be read, or is none.
        StalePlanError: another version of the format.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise InputError(f"{path} is no saved plan: it is not UTF-8", hint=_HINT) from None
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}", hint=_HINT) from None
    return read_saved_plan(text, str(path))


_HINT = "`stacksets plan --out FILE` writes a plan"
