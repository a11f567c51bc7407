"""The service in an environment of the tests' own, brought there by the commands as typed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stacksets.exposure import SECONDS_PER_MONTH, worst_month_usd
from tests.said_in_json import read_lines

if TYPE_CHECKING:
    from tests.account.open_account import OpenAccount

PROJECT = Path(__file__).parents[2]
HOME, EAST, WEST = "us-west-2", "us-east-1", "us-west-1"
REGIONS = (EAST, WEST)
REPOSITORY, AUTHOR = "multi-region-service", "pytest -m account"
REQUESTS = 1500
"""More than the tests send to both regions together, smoke's included."""

_COMMAND_TIMEOUT_SECONDS = 3600
_ENVIRONMENT = """
[environments."test-*".stack_set]
admin_account = "{account}"
"""


@dataclass(frozen=True)
class Ran:
    """What a command said, and its exit code; `result` is the last line of its JSON."""

    command: str
    exit_code: int
    stdout: str
    stderr: str

    @property
    def result(self) -> dict[str, Any]:
        return read_lines(self.stdout)[-1]

    def __str__(self) -> str:
        return f"$ {self.command}\n{self.stdout}{self.stderr}exit code {self.exit_code}"


@dataclass(frozen=True, kw_only=True)
class Service:
    """The service in one environment; the folder holds the deployment file and the templates."""

    account: OpenAccount
    environment: str
    folder: Path

    @property
    def stack_set(self) -> str:
        return f"multi-region-service-{self.environment}"

    @property
    def bootstrap_stack(self) -> str:
        return f"multi-region-service-bootstrap-{self.environment}"

    def bucket(self, region: str) -> str:
        """Give the name of the bucket for artifacts in a region."""
        return f"mrs-artifacts-{self.environment}-{self.account.id}-{region}"

    @property
    def tags(self) -> dict[str, str]:
        return {"Environment": self.environment, "Repository": REPOSITORY, "Author": AUTHOR}

    def run(self, command: str, *flags: str) -> Ran:
        """Run a command of `stacksets` as a script types it."""
        profile = ("--profile", self.account.profile) if self.account.profile else ()
        typed = ("stacksets", command, *profile, "--output", "json", *flags)
        done = subprocess.run(
            (str(Path(sys.executable).parent / typed[0]), *typed[1:]),
            cwd=self.folder,
            env=self._variables(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_COMMAND_TIMEOUT_SECONDS,
            check=False,
        )
        return Ran(" ".join(typed), done.returncode, done.stdout, done.stderr)

    def outputs(self) -> dict[str, dict[str, str]]:
        """Give the outputs of the stack instances by region."""
        ran = self.run("outputs")
        assert ran.exit_code == 0, str(ran)
        return {one["region"]: one["outputs"] for one in ran.result["instances"]}

    def stack_ids(self) -> dict[str, str]:
        """Give the stacks of the stack instances by region."""
        return {one["region"]: one["stack_id"] for one in self.run("status").result["instances"]}

    def _variables(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if "STACKSETS_" not in name}
        ours = {"REPOSITORY": REPOSITORY, "COMMIT_AUTHOR": AUTHOR}
        return {**kept, **ours, "ENVIRONMENT_SUFFIX": self.environment}


def write_deployment(folder: Path, account: str) -> None:
    """Write the project's deployment file with environments that only this account may hold."""
    shutil.copytree(PROJECT / "templates", folder / "templates")
    text = (PROJECT / "stacksets.toml").read_text(encoding="utf-8")
    (folder / "stacksets.toml").write_text(
        text + _ENVIRONMENT.format(account=account), encoding="utf-8"
    )


def estimate_usd() -> float:
    """Give what the requests of the tests cost at most, by the unit prices of `stacksets plan`.

    A stage that lets one request a second through has a month of as many requests as seconds.
    """
    content = json.loads((PROJECT / "templates/service.json").read_text(encoding="utf-8"))
    one_a_second = worst_month_usd(content, {"ThrottlingRateLimit": "1"})
    return REQUESTS * one_a_second / SECONDS_PER_MONTH


def describe(service: Service) -> str:
    """Say what is about to be made, where, what it costs, and how to remove it by hand."""
    account, name = service.account, service.environment
    profile = f" --profile {account.profile}" if account.profile else ""
    table = f'[environments."test-*".stack_set]\\nadmin_account = "{account.id}"'
    deletions = "\n".join(
        f"  aws cloudformation delete-stack --stack-name {service.bootstrap_stack} "
        f"--region {region}{profile}\n"
        f"  aws s3api delete-bucket --bucket {service.bucket(region)} --region {region}{profile}"
        for region in (HOME, *REGIONS)
    )
    return f"""\
Account {account.id} ({account.name}, as {account.arn}) gets, for some minutes, environment {name}:
  stack set {service.stack_set} in {HOME} with a stack in {EAST} and in {WEST},
  stack {service.bootstrap_stack} (roles) in {HOME}, {EAST} and {WEST},
  an empty bucket {service.bucket("REGION")} in each, and
  API Gateway's CloudWatch role in {EAST} and {WEST} where there is none yet.
  GET /myresource and GET /health are public (no authentication) for that time.
Cost: at most ${estimate_usd():.2f} for {REQUESTS} requests that each hold Lambda to its timeout, at
  the list prices of stacksets/exposure.py; logs and traces add less than a cent.
All of it is removed at the end, also when a test fails. After a kill, type in the project's folder:
  (cat stacksets.toml; printf '\\n{table}\\n') > account.toml
  stacksets destroy -f account.toml --environment {name} --yes --allow-delete{profile}
{deletions}
  and, where this run made it, API Gateway's role in IAM: its name begins with
  {service.bootstrap_stack}-ApiGat; `aws apigateway get-account` tells whether a region
  uses it. Then remove account.toml."""
