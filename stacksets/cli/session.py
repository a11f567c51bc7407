"""What every command works with: the world it runs in, its flags, its voice and its record.

A World holds all that a test replaces; a Session is one run of one command in it.
"""

from __future__ import annotations

import io
import os
import re
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from stacksets.cli.revision import read_revision
from stacksets.cli.typed import TypedReport
from stacksets.clock import SystemClock
from stacksets.errors import AwsError, CredentialsError, PermissionDeniedError
from stacksets.model.outcome import OperationObserved, StepFinished, StepStarted
from stacksets.model.plan import AttachToOperation, CreateStackSet, DeleteStackSet
from stacksets.opening import open_boto
from stacksets.report.as_json import JsonReport
from stacksets.report.as_text import TextReport
from stacksets.report.record import Record
from stacksets.report.stream import write
from stacksets.smoke import UrllibHttp

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from typing import TextIO

    from stacksets.aws.door import Aws
    from stacksets.clock import Clock
    from stacksets.errors import StackSetsError
    from stacksets.model.desired import OperationId, Region
    from stacksets.model.outcome import Event
    from stacksets.report.message import Message, Result
    from stacksets.report.record import Revision
    from stacksets.smoke import Http

Output = Literal["text", "json"]
_READS = re.compile(r":(?:Describe|List|Get|AssumeRole)")


class Report(Protocol):
    """A voice: text or JSON."""

    def tell(self, message: Message) -> None:
        """Say something on the way."""

    def event(self, event: Event) -> None:
        """Say what just happened in a running change."""

    def result(self, result: Result) -> None:
        """Say the last word, once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The streams, the clock, the environment variables and the ways out of the process."""

    stdin: TextIO
    stdout: TextIO
    stderr: TextIO
    environ: Mapping[str, str]
    clock: Clock
    open_aws: Callable[[str | None, Region], Aws]
    open_http: Callable[[], AbstractContextManager[Http]]
    read_revision: Callable[[Path], Revision | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """The flags that every command has; several `files` go only to commands that take several."""

    files: tuple[Path, ...] = (Path("stacksets.toml"),)
    environment: str | None = None
    profile: str | None = None
    output: Output = "text"
    no_color: bool = False
    github: bool = False
    verbose: bool = False

    @property
    def file(self) -> Path:
        """Give the deployment file of a command that takes one, or of a part of a run."""
        return self.files[0]


class Session:
    """One run of one command."""

    def __init__(self, world: World, flags: Flags) -> None:
        self.world = world
        self.changing = False
        self.accepted = False
        self.is_part = False
        self._sent: set[OperationId] = set()
        self._tried = 0
        self._record = Record(command="", started=world.clock.now())
        self.use(flags)

    def use(self, flags: Flags) -> None:
        """Take the flags, and the voice that they ask for."""
        self.flags = flags
        self.report = TypedReport(_choose_report(self.world, flags), self)

    def name_command(self, command: str) -> None:
        """Note which command runs."""
        self._record = replace(self._record, command=command)

    def name_stack_set(self, name: str) -> None:
        """Let every message that programs read from now on name the stack set."""
        if isinstance(self.report.voice, JsonReport):
            self.report = TypedReport(self.report.voice.naming(name), self)

    def parts(self) -> tuple[Session, ...]:
        """Give a session for each deployment file; the only file's is this session itself."""
        if len(self.flags.files) == 1:
            return (self,)
        return tuple(self._part(file) for file in self.flags.files)

    def _part(self, file: Path) -> Session:
        """Begin what the run does for one file: the same voice, a record of its own."""
        part = Session(self.world, replace(self.flags, files=(file,)))
        part.report, part.record = TypedReport(self.report.voice, part), self._record
        part.is_part = True
        return part

    @property
    def record(self) -> Record:
        """Give what is known of the run up to now."""
        return replace(self._record, ended=self.world.clock.now())

    @record.setter
    def record(self, record: Record) -> None:
        self._record = record

    def tell_event(self, event: Event) -> None:
        """Pass on an event of a running change, and keep the operations that it names."""
        self.record = self.record.with_event(event)
        self._note_accepted(event)
        self.report.event(event)

    def may_have_begun(self, error: StackSetsError) -> bool:
        """Tell whether something of this run may go on in AWS after an error.

        A call that is refused begins nothing, but what was sent before it may have; one that got
        no answer may have begun something itself.
        """
        if not self.changing or self.accepted or not isinstance(error, AwsError):
            return self.changing
        denied = isinstance(error, CredentialsError | PermissionDeniedError)
        reads = _READS.search(error.api) is not None
        return not (denied or error.refused) or self._tried > (0 if reads else 1)

    def _note_accepted(self, event: Event) -> None:
        """Note once AWS has accepted a call of this run that changes something."""
        match event:
            case StepStarted(step=step):
                self._tried += not isinstance(step, AttachToOperation)
                if not isinstance(step, AttachToOperation | CreateStackSet | DeleteStackSet):
                    self._sent.add(step.operation_id)
            case StepFinished(step=step):
                self.accepted |= not isinstance(step, AttachToOperation)
            case OperationObserved():
                self.accepted |= event.operation_id in self._sent
            case _:
                pass

    @property
    def is_interactive(self) -> bool:
        """Tell whether somebody is there who can be asked."""
        terminals = self.world.stdin.isatty() and self.world.stderr.isatty()
        return terminals and self.flags.output == "text"

    def ask(self, question: str) -> str:
        """Ask on stderr, where progress goes, and read a line; the end of input is no answer."""
        write(self.world.stderr, f"{question} ")
        return self.world.stdin.readline().strip()


def real_world() -> World:
    """Give the world outside of tests; a sign that a stream cannot encode becomes a "?"."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    clock = SystemClock()
    return World(
        stdin=sys.stdin,
        stdout=sys.stdout,
        stderr=sys.stderr,
        environ=os.environ,
        clock=clock,
        open_aws=open_boto,
        open_http=lambda: UrllibHttp(os.environ, clock),
        read_revision=read_revision,
    )


def _choose_report(world: World, flags: Flags) -> Report:
    if flags.output == "json":
        return JsonReport(world.stdout)
    dumb = world.environ.get("TERM") == "dumb"
    streams = (world.stdout, world.stderr)
    return TextReport(
        world.stdout,
        world.stderr,
        terminals=() if dumb else tuple(one for one in streams if one.isatty()),
        coloured=not flags.no_color and not world.environ.get("NO_COLOR"),
        clock=world.clock,
        for_github=flags.github,
    )
