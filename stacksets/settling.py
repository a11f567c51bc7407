"""Whether a failure may be that of a role so fresh that IAM has not spread it yet.

Waiting mends such a failure; any other would be repeated by it, in stacks that are in use.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from stacksets.asking import ask_each
from stacksets.errors import StackSetsError
from stacksets.model.desired import DEFAULT_EXECUTION_ROLE, AccountId
from stacksets.model.observed import AccountGateStatus

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from stacksets.aws.door import Aws
    from stacksets.model.desired import Deployment, InstanceKey, Region
    from stacksets.model.observed import OperationResult

_SPREADS_WITHIN = timedelta(minutes=5)

# What CloudFormation answers while a role that was just made has not reached every part of IAM; the
# same texts that Terraform's provider retries on (isRetryableIAMPropagationErr).
_TEXTS = re.compile(
    r"AccountGate check failed|is not authorized|role has insufficient|"
    r"role with trust relationship|The security token included in the request is invalid"
)
# A policy that forbids is there already, and so are those of the organization that do not allow
# (IAM user guide, "Troubleshoot access denied error messages").
_FORBIDDEN = re.compile(r"with an explicit deny|no (?:service|resource) control policy")
_NAMED_ROLE = re.compile(r"Account (?P<account>\d{12}) should have '(?P<role>[^']+)' role")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Role:
    """A role of an account; IAM knows no regions."""

    account: AccountId
    name: str


def may_settle(
    aws: Aws,
    deployment: Deployment,
    failed: Sequence[OperationResult],
    *,
    firsts: Collection[InstanceKey],
    now: datetime,
) -> bool:
    """Tell whether failures may go by themselves, and nothing is harmed by another try.

    A role may be fresh where the stack instance is made for the first time, and where the role that
    failed can be read and is minutes old. A stack that is in use and failed for any other reason is
    not changed again and again for the sake of those.

    Args:
        aws: The way to the accounts, where roles are read.
        deployment: Names the roles.
        failed: The failed results of the last plan.
        firsts: The stack instances through whose roles nothing had gone before this run.
        now: When it is.
    """
    fresh = {one for one in failed if _tells_of_a_role(one)}
    proved = [one for one in failed if one.key not in firsts]
    if not fresh or any(one not in fresh for one in proved):
        return False
    roles = {_find_role(deployment, one): one.region for one in proved}

    def is_young(role: _Role) -> bool:
        made = _find_creation(aws, deployment, role, roles[role])
        return made is not None and now - made < _SPREADS_WITHIN

    return all(ask_each(is_young, tuple(roles)))


def _tells_of_a_role(result: OperationResult) -> bool:
    """Tell whether a reason may be that of a fresh role; a gate that has answered was reached."""
    reason = result.status_reason
    return (
        _TEXTS.search(reason) is not None
        and _FORBIDDEN.search(reason) is None
        and result.gate is not AccountGateStatus.FAILED
    )


def _find_role(deployment: Deployment, result: OperationResult) -> _Role:
    """Give the role that a reason is about: the one that it names, else the execution role."""
    named = _NAMED_ROLE.search(result.status_reason)
    if named:
        return _Role(account=AccountId(named["account"]), name=named["role"])
    name = deployment.execution_role_name or DEFAULT_EXECUTION_ROLE
    return _Role(account=result.account, name=name)


def _find_creation(
    aws: Aws, deployment: Deployment, role: _Role, region: Region
) -> datetime | None:
    """Give when a role was made, None where it is not there or cannot be read."""
    try:
        account = aws.account(role.account, region, deployment.read_role_name)
        return account.find_role_creation(role.name)
    except StackSetsError:
        return None
