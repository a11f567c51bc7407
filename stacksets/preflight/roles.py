"""The role chain of self-managed permissions: CloudFormation -> administration -> execution.

Source: StackSets user guide, stacksets-prereqs-self-managed. The conditions of a trust policy are
not evaluated here: AWS alone knows what it will put into them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from stacksets.errors import Problem
from stacksets.model.desired import InstanceKey, PermissionModel
from stacksets.preflight.case import unread

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stacksets.model.desired import AccountId
    from stacksets.preflight.case import Case, Finding

_SERVICE = "cloudformation.amazonaws.com"
_DEFAULT_ADMINISTRATION = "AWSCloudFormationStackSetAdministrationRole"
_DEFAULT_EXECUTION = "AWSCloudFormationStackSetExecutionRole"
_ASSUMES = frozenset({"sts:AssumeRole", "sts:*", "*"})


def check_roles(case: Case) -> Iterator[Finding]:
    """Find roles that are missing or do not trust the one before them in the chain."""
    if case.deployment.permission_model is not PermissionModel.SELF_MANAGED:
        return
    yield from _check_administration_role(case)
    yield from _check_execution_roles(case)


def _check_administration_role(case: Case) -> Iterator[Finding]:
    name = _administration_role_arn(case).rsplit("/", 1)[-1]
    home = InstanceKey(case.identity.account, case.deployment.home_region)
    answers, refusals = case.ask([home], lambda account: account.find_role_trust(name))
    yield from unread(f"the role {name}", refusals)
    yield from _judge(case, answers, name, "Service", (_SERVICE,))


def _check_execution_roles(case: Case) -> Iterator[Finding]:
    name = case.deployment.execution_role_name or _DEFAULT_EXECUTION
    arn = _administration_role_arn(case)
    partition, account = arn.split(":")[1], arn.split(":")[4]
    trusted = (arn, f"arn:{partition}:iam::{account}:root", account)
    answers, refusals = case.ask(
        _one_region_each(case), lambda account: account.find_role_trust(name)
    )
    yield from unread(f"the role {name}", refusals)
    yield from _judge(case, answers, name, "AWS", trusted)


def _judge(
    case: Case,
    trusts: Mapping[InstanceKey, Mapping[str, object] | None],
    name: str,
    kind: str,
    trusted: Sequence[str],
) -> Iterator[Problem]:
    for key, trust in trusts.items():
        where = f"account {key.account}"
        hint = case.mended_by_bootstrap(key.account)
        if trust is None:
            yield Problem(where=where, what=f"no role {name}", hint=hint)
        elif not _trusts(trust, kind, trusted):
            yield Problem(where=where, what=f"role {name} does not trust {trusted[0]}", hint=hint)


def _administration_role_arn(case: Case) -> str:
    """Give the role's ARN; without one AWS takes the default name (API reference)."""
    partition = case.identity.arn.split(":")[1]
    default = f"arn:{partition}:iam::{case.identity.account}:role/{_DEFAULT_ADMINISTRATION}"
    return case.deployment.administration_role_arn or default


def _one_region_each(case: Case) -> Iterable[InstanceKey]:
    """Give one pair of each account: IAM answers the same in every region."""
    first: dict[AccountId, InstanceKey] = {}
    for key in case.deployment.instance_keys():
        first.setdefault(key.account, key)
    return first.values()


def _trusts(trust: Mapping[str, object], kind: str, trusted: Sequence[str]) -> bool:
    statements = _listed(trust.get("Statement"))
    return any(isinstance(one, Mapping) and _allows(one, kind, trusted) for one in statements)


def _allows(statement: Mapping[str, object], kind: str, trusted: Sequence[str]) -> bool:
    if statement.get("Effect") != "Allow" or _ASSUMES.isdisjoint(_listed(statement.get("Action"))):
        return False
    principal = statement.get("Principal")
    named = _listed(principal.get(kind) if isinstance(principal, Mapping) else principal)
    return any(one in {*trusted, "*"} for one in named)


def _listed(value: object) -> Sequence[object]:
    """IAM lets a list of one be written as that one."""
    return value if isinstance(value, list | tuple) else [value]
