"""The bare boto3 calls that fetch what a command needs: the limit of what the command can be.

`python -m tests.bench.scale.bare COMMAND SIZE [--overrides]` calls, keeps the answers, and does
nothing else with them: no file is read, nothing is compared or told.
"""

from __future__ import annotations

import argparse
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from stacksets.asking import AT_ONCE
from tests.bench.scale.world import EXECUTION_ROLE, HOME, NAME, READ_ROLE, World, template

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_CONFIG = Config(retries={"mode": "adaptive"}, max_pool_connections=AT_ONCE)
_LONGEST_PAUSE_SECONDS = 15.0


class Bare:
    """The calls of one command; the answers are returned to be kept."""

    def __init__(self, world: World, *, overrides: bool) -> None:
        self._world = world
        self._overrides = overrides
        self._opening = Lock()
        self._session = boto3.Session(region_name=HOME)
        self._stack_sets = self._session.client("cloudformation", config=_CONFIG)
        self._sts = self._session.client("sts", config=_CONFIG)

    def status(self) -> list[Any]:
        """Read who calls, the stack set, its instances and operations, overrides where wanted."""
        self._sts.get_caller_identity()
        self._session.client("iam", config=_CONFIG).list_account_aliases()
        return self._observe()

    def plan(self) -> list[Any]:
        """Read the role that StackSets goes through in every account, too."""
        answers = self.status()
        self._stack_sets.get_template_summary(TemplateBody=template(timeout=20))
        return answers + list(self._at_once(self._read_role, self._world.accounts))

    def deploy(self) -> list[Any]:
        """Update the definition, wait for the operation, and read everything again."""
        answers = self.plan()
        self._stack_sets.update_stack_set(
            StackSetName=NAME, TemplateBody=template(timeout=20), OperationId="bare"
        )
        pause = 0.2
        while self._describe_operation() == "RUNNING":
            time.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
        answers += self._pages("list_stack_set_operation_results", OperationId="bare")
        return answers + self._observe()

    def diagnose(self) -> list[Any]:
        """Read the events of every stack in which the last operation failed."""
        answers = self.status()
        answers += self._pages("list_stack_set_operation_results", OperationId="made-by-hand")
        failed = [one for one in answers if one.get("Status") == "OUTDATED"]
        return answers + list(self._at_once(self._read_events, failed))

    def _observe(self) -> list[Any]:
        answers = [
            self._stack_sets.describe_stack_set(StackSetName=NAME),
            self._stack_sets.list_stack_set_operations(StackSetName=NAME),
        ]
        instances = self._pages("list_stack_instances")
        described = self._at_once(self._describe, instances if self._overrides else ())
        return [*answers, *instances, *described]

    def _pages(self, name: str, **request: str) -> list[Any]:
        pages = self._stack_sets.get_paginator(name).paginate(
            StackSetName=NAME, PaginationConfig={"PageSize": 100}, **request
        )
        return [row for page in pages for row in page["Summaries"]]

    def _describe(self, row: dict[str, str]) -> Any:
        return self._stack_sets.describe_stack_instance(
            StackSetName=NAME,
            StackInstanceAccount=row["Account"],
            StackInstanceRegion=row["Region"],
        )["StackInstance"]

    def _describe_operation(self) -> str:
        answer = self._stack_sets.describe_stack_set_operation(
            StackSetName=NAME, OperationId="bare"
        )
        status: str = answer["StackSetOperation"]["Status"]
        return status

    def _read_role(self, account: str) -> Any:
        iam = self._open("iam", account, HOME)
        return iam.get_role(RoleName=EXECUTION_ROLE)["Role"]

    def _read_events(self, row: dict[str, str]) -> Any:
        client = self._open("cloudformation", row["Account"], row["Region"])
        return client.describe_stack_events(StackName=row["StackId"])["StackEvents"]

    def _open(self, service: str, account: str, region: str) -> Any:
        keys = self._sts.assume_role(
            RoleArn=f"arn:aws:iam::{account}:role/{READ_ROLE}", RoleSessionName="bare"
        )["Credentials"]
        # A session, unlike its clients, is not to be used by two threads at once.
        with self._opening:
            return self._session.client(
                service,
                region,
                config=_CONFIG,
                aws_access_key_id=keys["AccessKeyId"],
                aws_secret_access_key=keys["SecretAccessKey"],
                aws_session_token=keys["SessionToken"],
            )

    @staticmethod
    def _at_once(ask: Callable[[Any], Any], items: Iterable[Any]) -> Sequence[Any]:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(ask, items))


def main() -> None:
    """Make the calls of the command that is named."""
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=["plan", "status", "deploy", "diagnose"])
    parser.add_argument("size", type=int)
    parser.add_argument("--overrides", action="store_true")
    asked = parser.parse_args()
    getattr(Bare(World(asked.size), overrides=asked.overrides), asked.command)()


if __name__ == "__main__":
    main()
