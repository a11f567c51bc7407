"""The project's own deployment in a folder of the test's, driven by the commands themselves."""

from __future__ import annotations

import io
import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stacksets.cli import main
from stacksets.cli.session import real_world
from stacksets.load import load_deployment
from tests.integration.deployer import HastyClock
from tests.said_in_json import read_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from stacksets.model.desired import Deployment

PROJECT = Path(__file__).parents[2]
REPOSITORY = "example.com/service"
AUTHOR = "Ada"
REVIEW = """
[environments.review.stack_set]
admin_account = "000000000000"
"""


@dataclass(frozen=True)
class Ran:
    """What a command said, and its exit code; `result` is the last line of its JSON."""

    exit_code: int
    lines: list[dict[str, Any]]

    @property
    def result(self) -> dict[str, Any]:
        return self.lines[-1]


@dataclass(frozen=True)
class Folder:
    """A copy of the deployment file and the templates, with a second environment."""

    path: Path

    def run(self, *arguments: str, environment: str = "dev", author: str = AUTHOR) -> Ran:
        """Run a command in this process, as somebody whose terminal is not one."""
        out = io.StringIO()
        world = replace(
            real_world(),
            stdin=io.StringIO(),
            stdout=out,
            stderr=io.StringIO(),
            clock=HastyClock(),
            environ={**os.environ, "REPOSITORY": REPOSITORY, "COMMIT_AUTHOR": author},
        )
        command, *flags = arguments
        file = str(self.path / "stacksets.toml")
        shared = ["--file", file, "--environment", environment, "--output", "json"]
        exit_code = main([command, *shared, *flags], world)
        return Ran(exit_code, read_lines(out.getvalue()))

    def deploy(self, *flags: str, **options: str) -> Ran:
        return self.run("deploy", "--yes", "--no-lint", *flags, **options)

    def load(self) -> Deployment:
        """Load the deployment file for dev."""
        return load_deployment(self.path / "stacksets.toml", environment="dev", environ={})

    def endpoints(self, environment: str = "dev") -> dict[str, str]:
        """Give the URLs of the stack instances by region."""
        outputs = self.outputs(environment)
        return {region: found["ApiEndpoint"] for region, found in outputs.items()}

    def outputs(self, environment: str = "dev") -> dict[str, dict[str, str]]:
        """Give the outputs of the stack instances by region."""
        ran = self.run("outputs", environment=environment)
        return {one["region"]: one["outputs"] for one in ran.result["instances"]}

    def change(self, name: str, change: Callable[[str], str]) -> None:
        """Edit a file of the folder; the edit has to take effect."""
        file = self.path / name
        before = file.read_text(encoding="utf-8")
        after = change(before)
        assert after != before
        file.write_text(after, encoding="utf-8")


def copy_project(path: Path) -> Folder:
    """Copy what the commands read; the environment `review` is added to those of the file."""
    for name in ("templates", "docs"):
        shutil.copytree(PROJECT / name, path / name)
    text = (PROJECT / "stacksets.toml").read_text(encoding="utf-8")
    (path / "stacksets.toml").write_text(f"{text}{REVIEW}", encoding="utf-8")
    return Folder(path)
