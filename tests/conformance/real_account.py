"""What the conformance tests make in a real account beside stack sets, and how all of it goes."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Any

from tests.conformance.stack_sets import (
    EAST,
    HOME,
    WEST,
    make_administration_role,
    make_execution_role,
    policy,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.account.open_account import OpenAccount
    from tests.conformance.stack_sets import Cloud

SETTLING_SECONDS = 20
"""A new role is not known everywhere at once."""
WAITER = {"Delay": 2, "MaxAttempts": 300}
HARMLESS = {"Effect": "Allow", "Action": ["cloudformation:*", "ssm:*Parameter*"], "Resource": "*"}
"""What the stacks of these tests need: handles need nothing, one test writes SSM parameters."""


class NotCleanError(AssertionError):
    """Something is left in the account."""


@contextlib.contextmanager
def made_roles(account: OpenAccount, name: str) -> Iterator[Mapping[str, str]]:
    """Make the role chain of self-managed permissions under names of its own, for a while."""
    iam = account.client("iam", region=EAST)
    administration, execution = f"{name}-administration", f"{name}-execution"
    arn = f"arn:aws:iam::{account.id}:role/{administration}"
    try:
        make_administration_role(
            iam,
            name=administration,
            may_assume=f"arn:aws:iam::{account.id}:role/{execution}",
            in_accounts=(account.id,),
        )
        make_execution_role(iam, name=execution, trusted=f"arn:aws:iam::{account.id}:root")
        iam.put_role_policy(
            RoleName=execution, PolicyName="harmless", PolicyDocument=policy(HARMLESS)
        )
        time.sleep(SETTLING_SECONDS if account.profile else 0)
        yield {"AdministrationRoleARN": arn, "ExecutionRoleName": execution}
    finally:
        for role, inline in ((administration, "assume"), (execution, "harmless")):
            with contextlib.suppress(iam.exceptions.NoSuchEntityException):
                iam.delete_role_policy(RoleName=role, PolicyName=inline)
            with contextlib.suppress(iam.exceptions.NoSuchEntityException):
                iam.delete_role(RoleName=role)


def clean(cloud: Cloud) -> None:
    """Remove every stack set and every stack whose name holds that of the test's own.

    Stacks of the test's own go first, since they may import what stack instances export; then the
    stack sets, then what they have left.

    Raises:
        NotCleanError: something is left.
    """
    for region in (EAST, WEST):
        _delete_stacks(cloud, region, f"{cloud.site}-")
    for name in _list_stack_sets(cloud):
        _delete_stack_set(cloud, name)
    for region in (EAST, WEST):
        _delete_stacks(cloud, region, f"StackSet-{cloud.site}")
    left = [*_list_stack_sets(cloud), *_list_stacks(cloud, EAST), *_list_stacks(cloud, WEST)]
    if left:
        raise NotCleanError(f"left in account {cloud.admin}: {', '.join(left)}")


def _list_stack_sets(cloud: Cloud) -> list[str]:
    pages = cloud.stack_sets().get_paginator("list_stack_sets").paginate(Status="ACTIVE")
    names = [one["StackSetName"] for page in pages for one in page["Summaries"]]
    return [name for name in names if name.startswith(cloud.site)]


def _list_stacks(cloud: Cloud, region: str) -> list[str]:
    pages = cloud.stacks(cloud.admin, region).get_paginator("describe_stacks").paginate()
    names = [one["StackName"] for page in pages for one in page["Stacks"]]
    return [name for name in names if cloud.site in name]


def _delete_stacks(cloud: Cloud, region: str, start: str) -> None:
    client = cloud.stacks(cloud.admin, region)
    for name in _list_stacks(cloud, region):
        if name.startswith(start):
            client.update_termination_protection(StackName=name, EnableTerminationProtection=False)
            client.delete_stack(StackName=name)
            client.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig=WAITER)


def _delete_stack_set(cloud: Cloud, name: str) -> None:
    """Delete a stack set with its instances; their stacks, retained, go afterwards."""
    client: Any = cloud.stack_sets(region=HOME)
    for operation in client.list_stack_set_operations(StackSetName=name)["Summaries"]:
        cloud.finish(operation, name)
    rows = cloud.instances(name)
    if rows:
        answer = client.delete_stack_instances(
            StackSetName=name,
            Accounts=[cloud.admin],
            Regions=sorted({region for _, region in rows}),
            RetainStacks=True,
        )
        cloud.finish(answer, name)
    client.delete_stack_set(StackSetName=name)
