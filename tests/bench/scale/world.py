"""A deployment of many stack instances: uneven regions an account, overrides in some of them.

AWS has some thirty regions, so 10,000 stack instances take hundreds of accounts: an account has 16
to 34 of them here, 25 on average.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import boto3

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NAME = "scale"
HOME = "us-east-1"
ADMIN = "999999999999"
EXECUTION_ROLE = "scale-execution"
ADMINISTRATION_ROLE = f"arn:aws:iam::{ADMIN}:role/scale-administration"
READ_ROLE = "scale-read"

_FEWEST, _SHAPES = 16, 19
_OVERRIDDEN_REGION = "eu-west-1"
_EVERY_TENTH = 10


@dataclass(frozen=True)
class World:
    """`size` stack instances and what the deployment file says of them."""

    size: int

    @cached_property
    def keys(self) -> list[tuple[str, str]]:
        """Every account and region, sorted."""
        known = boto3.Session(region_name=HOME).get_available_regions("cloudformation")
        keys: list[tuple[str, str]] = []
        account = 0
        while len(keys) < self.size:
            regions = known[: _FEWEST + (7 * account) % _SHAPES]
            keys += [(_account_id(account), region) for region in regions]
            account += 1
        return sorted(keys[: self.size])

    @cached_property
    def accounts(self) -> list[str]:
        """Every account, sorted."""
        return sorted({account for account, _ in self.keys})

    def overrides(self, account: str, region: str) -> dict[str, str]:
        """What the file overrides in one stack instance: a region's value, then an account's."""
        if account in self._special:
            return {"LogLevel": f"LEVEL{account[-4:]}"}
        return {"LogLevel": "DEBUG"} if region == _OVERRIDDEN_REGION else {}

    @cached_property
    def _special(self) -> frozenset[str]:
        return frozenset(self.accounts[::_EVERY_TENTH])

    def write_deployment(self, folder: Path, *, overrides: bool) -> Path:
        """Write the deployment file and its template; give the file."""
        (folder / "template.json").write_text(template(timeout=20))
        path = folder / ("overrides.toml" if overrides else "plain.toml")
        parts = [_HEAD, *self._targets(), *(self._overrides() if overrides else ())]
        path.write_text("\n".join(parts))
        return path

    def _targets(self) -> list[str]:
        regions_of: dict[str, list[str]] = defaultdict(list)
        for account, region in self.keys:
            regions_of[account].append(region)
        accounts_of: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for account, regions in regions_of.items():
            accounts_of[tuple(regions)].append(account)
        return [
            f"[[targets]]\naccounts = {json.dumps(accounts)}\nregions = {json.dumps(regions)}\n"
            for regions, accounts in accounts_of.items()
        ]

    def _overrides(self) -> list[str]:
        of_region = f'[[overrides]]\nregions = ["{_OVERRIDDEN_REGION}"]\n' + _values("DEBUG")
        return [of_region] + [
            f'[[overrides]]\naccounts = ["{account}"]\n' + _values(f"LEVEL{account[-4:]}")
            for account in sorted(self._special)
        ]


def template(*, timeout: int) -> str:
    """Give a template with a parameter and a function; another timeout is another definition."""
    function: Mapping[str, object] = {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Role": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/scale"},
            "Runtime": "python3.13",
            "Handler": "index.handle",
            "Timeout": timeout,
            "Environment": {"Variables": {"LEVEL": {"Ref": "LogLevel"}}},
            "Code": {"ZipFile": "def handle(event, context): return 200"},
        },
    }
    return json.dumps(
        {
            "Parameters": {"LogLevel": {"Type": "String", "Default": "INFO"}},
            "Resources": {"Function": function},
        }
    )


def _account_id(number: int) -> str:
    return f"{100_000_000_000 + number}"


def _values(level: str) -> str:
    return f'[overrides.parameters]\nLogLevel = "{level}"\n'


_HEAD = f"""\
[stack_set]
name = "{NAME}"
template = "template.json"
home_region = "{HOME}"
permission_model = "SELF_MANAGED"
administration_role_arn = "{ADMINISTRATION_ROLE}"
execution_role_name = "{EXECUTION_ROLE}"
read_role_name = "{READ_ROLE}"

[operation_preferences]
region_concurrency = "PARALLEL"
max_concurrent_percentage = 100

[environments.dev]
"""
