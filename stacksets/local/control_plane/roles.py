"""The role chain of self-managed permissions, checked for each stack instance as AWS does.

CloudFormation assumes the administration role in the administrator account, and through it the
execution role in the target account (StackSets user guide, "Grant self-managed permissions"). What
is missing fails the stack instance, not the API call.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, cast

from stacksets.local.control_plane.region_names import OPT_IN_REGIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from types_boto3_iam import IAMClient

    from stacksets.local.control_plane.model import Task


class TrustAllows(Protocol):
    """Tells whether a trust policy lets a principal assume the role."""

    def __call__(
        self,
        trust_policy: Mapping[str, object],
        *,
        principal_type: Literal["Service", "AWS"],
        principal: str,
        context: Mapping[str, str],
    ) -> bool:
        """Evaluate the trust policy with the condition keys of `context`."""
        ...


class PoliciesAllow(Protocol):
    """Tells whether a role's policies allow an action on a resource."""

    def __call__(
        self,
        policies: Sequence[Mapping[str, object]],
        *,
        action: str,
        resource: str,
        context: Mapping[str, str],
    ) -> bool:
        """Evaluate the policies with the condition keys of `context`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role as IAM holds it; its policies take several calls, and not every question asks them."""

    arn: str
    trust: Mapping[str, Any]
    read_policies: Callable[[], tuple[Mapping[str, Any], ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleChain:
    """Checks the role chain; `find_role(account, name)` reads a role or gives None."""

    find_role: Callable[[str, str], Role | None]
    trust_allows: TrustAllows
    policies_allow: PoliciesAllow

    def find_refusal(self, task: Task) -> str | None:
        """Give the reason, in AWS's words, why the task's account cannot be reached, or None."""
        definition, account = task.stack_set.definition, task.stack_set.account
        name = definition.administration_role_arn.rpartition("/")[2]
        administration = self.find_role(account, name)
        if administration is None or not self._trusts_service(administration, task):
            return (
                f"Account {account} should have '{name}' role with trust relationship to "
                "CloudFormation service."
            )
        execution = self.find_role(task.key.account, definition.execution_role_name)
        if execution is None or not self._reaches(administration, execution):
            return (
                f"Account {task.key.account} should have '{definition.execution_role_name}' role "
                f"with trust relationship to Role '{name}'."
            )
        return None

    def may_execute(self, task: Task, *, action: str, resource: str) -> bool:
        """Tell whether the execution role of the task's account, which is there, may do something.

        What a resource policy allows it besides is not looked at.
        """
        role = self.find_role(task.key.account, task.stack_set.definition.execution_role_name)
        policies = role.read_policies() if role is not None else ()
        return self.policies_allow(policies, action=action, resource=resource, context={})

    def _trusts_service(self, administration: Role, task: Task) -> bool:
        stack_set = task.stack_set
        regional = f".{task.key.region}" if task.key.region in OPT_IN_REGIONS else ""
        return administration.arn == stack_set.definition.administration_role_arn and (
            self.trust_allows(
                administration.trust,
                principal_type="Service",
                principal=f"cloudformation{regional}.amazonaws.com",
                context={
                    "aws:SourceAccount": stack_set.account,
                    "aws:SourceArn": stack_set.arn,
                },
            )
        )

    def _reaches(self, administration: Role, execution: Role) -> bool:
        """Tell whether the one may assume the other: both its policies and the trust allow it."""
        may_assume = self.policies_allow(
            administration.read_policies(),
            action="sts:AssumeRole",
            resource=execution.arn,
            context={"aws:ResourceAccount": _account_of(execution)},
        )
        return may_assume and self.trust_allows(
            execution.trust,
            principal_type="AWS",
            principal=administration.arn,
            context={
                "aws:PrincipalAccount": _account_of(administration),
                "aws:PrincipalArn": administration.arn,
            },
        )


def _account_of(role: Role) -> str:
    """Give the account in `arn:aws:iam::ACCOUNT:role/NAME`."""
    return role.arn.split(":")[4]


def read_role(iam: IAMClient, name: str) -> Role | None:
    """Read a role, whose policies are all, inline and attached; None when there is no such role."""
    try:
        role = iam.get_role(RoleName=name)["Role"]
    except iam.exceptions.NoSuchEntityException:
        return None
    return Role(
        arn=role["Arn"],
        trust=_document(role["AssumeRolePolicyDocument"]),
        read_policies=lambda: (*_inline_policies(iam, name), *_attached_policies(iam, name)),
    )


def _inline_policies(iam: IAMClient, role: str) -> Iterator[Mapping[str, Any]]:
    for page in iam.get_paginator("list_role_policies").paginate(RoleName=role):
        for name in page["PolicyNames"]:
            found = iam.get_role_policy(RoleName=role, PolicyName=name)
            yield _document(found["PolicyDocument"])


def _attached_policies(iam: IAMClient, role: str) -> Iterator[Mapping[str, Any]]:
    for page in iam.get_paginator("list_attached_role_policies").paginate(RoleName=role):
        for attached in page["AttachedPolicies"]:
            arn = attached["PolicyArn"]
            version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
            found = iam.get_policy_version(PolicyArn=arn, VersionId=version)
            yield _document(found["PolicyVersion"]["Document"])


def _document(policy: object) -> Mapping[str, Any]:
    """Type a policy document: botocore has decoded it, though its types still say text."""
    return cast("Mapping[str, Any]", policy)
