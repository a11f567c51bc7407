"""The edge of the program: every command, and the one place that tells what was raised."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from stacksets.cli.change import deploy, destroy
from stacksets.cli.diagnosed import diagnose
from stacksets.cli.drifted import drift
from stacksets.cli.embedded import local
from stacksets.cli.github import publish
from stacksets.cli.imported import import_stacks
from stacksets.cli.look import outputs, plan, smoke, status
from stacksets.cli.manual import ManualGroup
from stacksets.cli.manuals.machine import STACKSETS
from stacksets.cli.operations import events, resume, stop, watch
from stacksets.cli.prepare import bootstrap
from stacksets.cli.printed import completion, schema
from stacksets.cli.resolved import resolve
from stacksets.cli.saved import show
from stacksets.cli.session import Flags, Session
from stacksets.cli.streams import find_loss
from stacksets.cli.traffic import drain, undrain
from stacksets.cli.typed import complete_result
from stacksets.errors import InputError, StackSetsError
from stacksets.report.failure import bug_result, error_result, interrupted_result, usage_result
from stacksets.report.message import Result
from stacksets.report.stream import write

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import FrameType
    from typing import NoReturn

    from stacksets.cli.session import World


_TRUE = {"1", "t", "true", "y", "yes", "on"}
"""What click takes for a flag that is set by its variable."""


@click.group(
    cls=ManualGroup,
    manual=STACKSETS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="multi-region-service", prog_name="stacksets")
def stacksets() -> None:
    """Bring a CloudFormation stack set to the state that a deployment file describes.

    Observes what AWS holds, plans, shows the plan, asks, carries it out and observes again: success
    is a second plan that is empty. Nothing is changed without consent: --yes, and --allow-delete
    for what deletes. Results go to stdout, progress to stderr.
    """


stacksets.add_commands("Prepare", bootstrap, resolve)
stacksets.add_commands("Look", plan, show, status, outputs, smoke, diagnose, drift)
stacksets.add_commands("Change", deploy, import_stacks, resume, destroy)
stacksets.add_commands("Traffic", drain, undrain)
stacksets.add_commands("Operations", watch, stop, events)
stacksets.add_commands("On this machine", local, schema, completion)


def run(arguments: Sequence[str], world: World) -> int:
    """Run one command and give its exit code; every result and every error is told here, once."""
    session = Session(world, _early_flags(arguments, world.environ))
    with _signals():
        ended = _run(list(arguments), session)
        if isinstance(ended, Result):
            ended = complete_result(session.flags, ended)
            session.report.result(ended)
            if session.flags.github:
                publish(ended, world)
            ended = ended.exit_code
        return _tell_loss(session, ended)


def _tell_loss(session: Session, exit_code: int) -> int:
    """Say that stdout did not take everything: that is no success, unless AWS was changed."""
    loss = find_loss(session.world.stdout)
    if loss is None:
        return exit_code
    write(session.world.stderr, f"error: stdout could not be written: {loss}\n")
    return exit_code or (0 if session.changing else InputError.exit_code)


class _Ended(BaseException):
    """SIGTERM or SIGHUP came: whatever runs is left at once, in order."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def _end(number: int, _: FrameType | None) -> NoReturn:
    raise _Ended(number)


@contextmanager
def _signals() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into exceptions, so that a result is told and folders are cleared.

    A signal that is ignored (nohup) stays so.
    """
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, _end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)


def _run(arguments: list[str], session: Session) -> Result | int:
    """Run click, and turn whatever it raises into a result."""
    try:
        ended = stacksets.main(arguments, "stacksets", standalone_mode=False, obj=session)
    except click.exceptions.NoArgsIsHelpError as error:
        session.world.stderr.write(f"{error.format_message()}\n")
        return error.exit_code
    except click.ClickException as error:
        return usage_result(error.format_message(), "stacksets --help lists the commands and flags")
    except StackSetsError as error:
        return error_result(error, session.record.data(), begun=session.may_have_begun(error))
    except (KeyboardInterrupt, click.Abort, _Ended) as error:
        number = error.number if isinstance(error, _Ended) else signal.SIGINT
        return interrupted_result(session.record.data(), number, changing=session.changing)
    # The one place that lets no traceback reach a user. pylint: disable-next=broad-exception-caught
    except Exception as error:  # noqa: BLE001 - as above
        verbose = session.flags.verbose
        return bug_result(error, session.record.data(), verbose=verbose)
    return ended if isinstance(ended, Result) else ended or 0


def _early_flags(arguments: Sequence[str], environ: Mapping[str, str]) -> Flags:
    """Tell before click has parsed anything, for mistakes that keep it from parsing."""
    own = arguments[: arguments.index("--")] if "--" in arguments else arguments
    words = " ".join(own).replace("--output=", "--output ")
    by_variable = environ.get("STACKSETS_OUTPUT") == "json" and "--output text" not in words
    return Flags(
        output="json" if by_variable or "--output json" in words else "text",
        github="--github" in own or environ.get("STACKSETS_GITHUB", "").lower() in _TRUE,
    )
