"""A person at a shell: commands as typed, in a folder with the project's deployment file."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pexpect
import pyte

if TYPE_CHECKING:
    from collections.abc import Mapping

PROJECT = Path(__file__).parents[2]
COMMANDS = Path(sys.executable).parent
TIMEOUT_SECONDS = 60
COLUMNS, LINES = 160, 60
CTRL_C = "\x03"


@dataclass(frozen=True)
class Shell:
    """Where commands run and what their environment is; standard input is no terminal."""

    folder: Path
    environ: Mapping[str, str]

    def run(self, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.variables(**variables),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )

    def start(self, *command: str, **variables: str) -> subprocess.Popen[str]:
        """Start a command whose output is read while it runs."""
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.variables(**variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def type(self, *command: str, **variables: str) -> Terminal:
        """Start a command on a terminal."""
        name, *arguments = command
        return Terminal(
            pexpect.spawn(
                str(COMMANDS / name),
                arguments,
                cwd=str(self.folder),
                env=self.variables(TERM="xterm-256color", **variables),
                dimensions=(LINES, COLUMNS),
                encoding="utf-8",
                timeout=TIMEOUT_SECONDS,
            )
        )

    def variables(self, **more: str) -> dict[str, str]:
        path = f"{COMMANDS}{os.pathsep}{self.environ['PATH']}"
        return {**self.environ, "PATH": path, **more}

    def with_variables(self, **more: str) -> Shell:
        return replace(self, environ={**self.environ, **more})


@dataclass
class Terminal:
    """A terminal with a command on it: what was written, and what the screen showed after each."""

    child: pexpect.spawn
    raw: str = ""
    screens: list[list[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._screen = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.Stream(self._screen)

    def read_until(self, text: str) -> None:
        """Read until the screen shows a text."""
        while not any(text in line for line in self.screen):
            self._read()

    def read_to_the_end(self) -> int:
        """Read until the command has ended, and give its exit code."""
        try:
            while True:
                self._read()
        except pexpect.EOF:
            self.child.close()
        assert self.child.exitstatus is not None, f"ended by signal {self.child.signalstatus}"
        return self.child.exitstatus

    def send(self, text: str) -> None:
        self.child.send(text)

    @property
    def screen(self) -> list[str]:
        """Give the lines of the screen as it is now."""
        return [line.rstrip() for line in self._screen.display if line.strip()]

    def _read(self) -> None:
        part = self.child.read_nonblocking(size=4096, timeout=TIMEOUT_SECONDS)
        self.raw += part
        self._stream.feed(part)
        self.screens.append(self.screen)
